"""Errands: done soon, each once, and whatever goes wrong with one, the next is done."""

import threading

from structlog.testing import capture_logs

from jobs.errands import Errands


def test_an_errand_that_fails_in_any_way_stops_no_other():
    errands, done = Errands(), threading.Event()

    def fail():
        raise RuntimeError("a bug, not Redis")

    with capture_logs() as lines:
        errands.leave("first", fail)
        for _ in range(100):
            if lines:
                break
            done.wait(0.05)
        errands.leave("second", done.set)
        assert done.wait(10)
    assert [(line["action"], line["error"]) for line in lines] == [
        ("errand_failed", "RuntimeError")
    ]


def test_errands_of_one_name_that_wait_are_one():
    errands, started, go = Errands(), threading.Event(), threading.Event()
    done, last = [], threading.Event()

    def hold():
        started.set()
        go.wait(10)

    errands.leave("hold", hold)
    assert started.wait(10)
    for number in range(5):
        errands.leave("refill", lambda number=number: done.append(number))
    errands.leave("last", last.set)
    go.set()
    assert last.wait(10)
    assert done == [4]
