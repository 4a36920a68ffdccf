"""What a session's row keeps of a visit, and the place of those who wait for one."""

from dataclasses import replace
from decimal import Decimal

import pytest

from app.control.visits.figures import NOTHING_DONE, Deeds, VisitRecords
from jobs import tasks
from tests.integration.control.conftest import ACCOUNT
from tests.integration.control.steps import VISITOR, at_once, fill_pool

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


def test_figures_add_up_and_are_there_after_the_end(parts):
    fill_pool(parts, 1)
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    records = VisitRecords(parts.engine)
    assert session.figures == NOTHING_DONE
    done, failed = at_once(6, lambda: records.count(session.id, "sale", Decimal("1.10")))
    assert (len(done), failed) == (6, [])
    for part in ("pos", "orders", "pos"):
        records.see(session.id, part)
    ended = parts.sessions.end(session.session_id)
    assert ended.figures.deeds == {"sale": Deeds(6, Decimal("6.60"))}
    assert ended.figures.seen == ("pos", "orders")
    assert parts.sessions.find(session.session_id).figures == ended.figures
    assert ended.minutes == 1


def test_those_who_wait_have_places_in_the_order_in_which_they_are_served(parts):
    many, one = (replace(VISITOR, address_digests=(name,)) for name in ("a", "b"))
    first, second, third = (parts.sessions.open(ACCOUNT, who).session for who in (many, many, one))
    places = {each.id: parts.sessions.place_in_queue(each) for each in (first, second, third)}
    assert places == {first.id: 1, third.id: 2, second.id: 3}, "addresses take turns"
    tasks.clone(str(parts.sessions.awaited_tenant(second)))
    assert parts.sessions.place_in_queue(first) == 0
    assert parts.sessions.place_in_queue(third) == 1
