"""Every code of the bakery has one Spanish label, in the API and on pages."""

from enum import StrEnum
from pathlib import Path

import pytest

from app.bakery import labels
from app.bakery.metadata import DOMAINS
from app.bakery.orders.models import OrderStatus
from app.web.parts.formats import FILTERS

SCRIPTS = Path(labels.__file__).parents[1] / "web/static/js"


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
    """A page writes a code with the API's label; no script names one."""
    words = {text for each in labels.LABELS.values() for text in each.values() if len(text) > 4}
    scripts = {path.name: path.read_text(encoding="utf-8") for path in SCRIPTS.glob("*.js")}
    assert scripts
    assert [(name, word) for name, text in scripts.items() for word in words if word in text] == []
    assert FILTERS["name"](OrderStatus.CONFIRMED) == labels.label(OrderStatus.CONFIRMED)
