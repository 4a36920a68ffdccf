"""How many event streams one process serves, in all and of each session."""

from uuid import uuid4

import pytest

from app.control.sessions.event_streams import PER_SESSION, EventStreams
from app.errors import Unavailable

TOO_MANY = ("too_many_streams", {"Retry-After": "1"})


def read():
    return {"status": "pending", "warning": False}


def is_open(streams, session, **options):
    """Open a stream that stays open; False when it is refused for want of a place."""
    try:
        streams.open(session, read, **options)
    except Unavailable as refused:
        return (refused.error_code, refused.headers) != TOO_MANY
    return True


def test_one_session_does_not_take_every_stream():
    streams, greedy = EventStreams(4), uuid4()
    assert [is_open(streams, greedy) for _ in range(3)] == [True, True, False]
    assert PER_SESSION == 2
    assert [is_open(streams, uuid4()) for _ in range(3)] == [True, True, False]


def test_streams_to_the_end_leave_places_to_those_who_wait():
    streams = EventStreams(4)
    opened = [is_open(streams, uuid4(), to_the_end=True) for _ in range(3)]
    assert opened == [True, True, False]
    assert [is_open(streams, uuid4()) for _ in range(3)] == [True, True, False]


def test_streams_to_the_end_take_half_of_many_places():
    streams = EventStreams(8)
    opened = [is_open(streams, uuid4(), to_the_end=True) for _ in range(5)]
    assert opened == [True, True, True, True, False]


@pytest.mark.parametrize("to_the_end", [True, False])
def test_a_closed_stream_gives_its_places_back(to_the_end):
    streams, session = EventStreams(1), uuid4()
    response = streams.open(session, read, to_the_end=to_the_end)
    assert not is_open(streams, uuid4())
    response.close()
    assert is_open(streams, uuid4(), to_the_end=to_the_end)


def test_a_session_gets_its_place_back_when_one_of_its_streams_closes():
    streams, session = EventStreams(4), uuid4()
    first, _ = (streams.open(session, read) for _ in range(PER_SESSION))
    first.close()
    assert is_open(streams, session)
    assert not is_open(streams, session)


@pytest.mark.parametrize("to_the_end", [True, False])
def test_streams_can_be_switched_off(to_the_end):
    assert not is_open(EventStreams(0), uuid4(), to_the_end=to_the_end)
