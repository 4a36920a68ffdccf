"""Every code of the bakery has one Spanish label, in the API and on pages."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from app.bakery import labels
from app.bakery.metadata import DOMAINS
from app.bakery.orders.models import OrderStatus

PAGES = Path(labels.__file__).parents[1] / "web/static/js/format.js"


def enums() -> set[type[StrEnum]]:
    return {
        item
        for module in DOMAINS
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, StrEnum) and item is not StrEnum
    }


@pytest.mark.parametrize("kind", sorted(enums(), key=lambda kind: kind.__name__))
def test_every_value_has_a_label(kind: type[StrEnum]) -> None:
    assert set(labels.LABELS[kind]) == {item.value for item in kind}


def test_a_code_inside_a_sentence_is_a_word_of_it() -> None:
    assert f"un pedido {labels.inside_sentence(OrderStatus.CONFIRMED)}" == "un pedido confirmado"


def test_pages_call_codes_the_same() -> None:
    names = PAGES.read_text(encoding="utf-8").partition("export const NAMES = {")[2]
    known = [(code, text) for each in labels.LABELS.values() for code, text in each.items()]
    on_pages = re.findall(r"(\w+): \"([^\"]+)\"", names.partition("\n};")[0])
    assert len(on_pages) > 30
    assert [pair for pair in on_pages if pair not in known and pair[0] != "other"] == []
