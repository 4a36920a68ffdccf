"""The limits on event streams of one process, in all and for each session."""

from uuid import uuid4

import pytest

from app.control.sessions.streams.event_streams import PER_SESSION, EventStreams
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


def test_streams_until_the_end_leave_slots_for_waiting_sessions():
    streams = EventStreams(4)
    opened = [is_open(streams, uuid4(), to_the_end=True) for _ in range(3)]
    assert opened == [True, True, False]
    assert [is_open(streams, uuid4()) for _ in range(3)] == [True, True, False]


def test_streams_to_the_end_take_half_of_many_places():
    streams = EventStreams(8)
    opened = [is_open(streams, uuid4(), to_the_end=True) for _ in range(5)]
    assert opened == [True, True, True, True, False]


@pytest.mark.parametrize("to_the_end", [True, False])
def test_closing_a_stream_frees_its_slot(to_the_end):
    streams, session = EventStreams(1), uuid4()
    response = streams.open(session, read, to_the_end=to_the_end)
    assert not is_open(streams, uuid4())
    response.close()
    assert is_open(streams, uuid4(), to_the_end=to_the_end)


def test_closing_a_stream_frees_a_slot_of_its_session():
    streams, session = EventStreams(4), uuid4()
    first, _ = (streams.open(session, read) for _ in range(PER_SESSION))
    first.close()
    assert is_open(streams, session)
    assert not is_open(streams, session)


@pytest.mark.parametrize("to_the_end", [True, False])
def test_streams_can_be_switched_off(to_the_end):
    assert not is_open(EventStreams(0), uuid4(), to_the_end=to_the_end)
