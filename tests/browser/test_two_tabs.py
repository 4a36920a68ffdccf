"""Tabs of one browser share a session by its cookie and follow each other's changes."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.visit import PHONE, Visit

CURRENT = "**/api/demo/session/current"
WARNING = "Tu demo termina en menos de dos minutos: amplíala si quieres seguir."
TWO_MINUTES, HALF_AN_HOUR, AN_HOUR = map(re.compile, ("^01:", "^(29|30):", "^(59|60):"))

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("postgres", ["18"], indirect=True),
]


def near_the_end(route: Route) -> None:
    route.fulfill(json=route.fetch().json() | {"seconds_left": 115, "warning": True})


@pytest.mark.parametrize("screen", [PHONE], ids=["phone"])
def test_a_second_tab_counts_down_warns_and_extends_for_every_tab(visit: Visit) -> None:
    visit.begin("individual_bakery")
    start, second = visit.new_tab(), visit.new_tab()  # in front: the last one
    start.open()
    expect(start.page.get_by_role("link", name="Volver a mi demo")).to_be_visible()
    expect(start.timer).to_have_text(HALF_AN_HOUR)
    second.page.route(CURRENT, near_the_end, times=1)
    second.open("/demo")
    expect(second.timer).to_have_text(TWO_MINUTES)
    expect(second.page.get_by_text(WARNING)).to_be_visible()
    for tab in (second, start):
        tab.ensure_no_sideways_scrolling(tab.page.url)
    before = second.extensions_left()

    second.page.get_by_role("button", name="Ampliar").click()

    for tab in (visit, second, start):
        expect(tab.timer).to_have_text(AN_HOUR)
        assert tab.extensions_left() == before - 1
    expect(second.page.get_by_text(WARNING)).to_have_count(0)
    visit.ensure_clean()


def test_a_reset_or_the_end_in_one_tab_is_shown_in_the_others(visit: Visit) -> None:
    visit.begin("individual_bakery")
    sugar, before = visit.add_sugar()
    start, second = visit.new_tab(), visit.new_tab()  # in front: the last one
    start.open()
    second.open("/demo")

    second.start_again()

    expect(sugar).to_have_text(before, use_inner_text=True)
    expect(visit.page.get_by_text("Has empezado de nuevo en otra pestaña")).to_be_visible()
    visit.ensure_clean()

    expect(start.timer).to_be_visible()
    second.finish()

    expect(visit.page.get_by_role("heading", name="Tu demo ha terminado")).to_be_visible()
    expect(visit.timer).to_be_hidden()
    expect(start.page.get_by_text("Tu demo ha terminado")).to_be_visible()
    expect(start.timer).to_be_hidden()
