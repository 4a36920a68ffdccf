"""BackgroundTasks: each name runs once, and one failure does not stop the next task."""

import threading

from structlog.testing import capture_logs

from jobs.queue.background_tasks import BackgroundTasks


def test_a_task_that_fails_does_not_stop_the_next():
    background_tasks, done = BackgroundTasks(), threading.Event()

    def fail():
        raise RuntimeError("a bug, not Redis")

    with capture_logs() as lines:
        background_tasks.submit("first", fail)
        for _ in range(100):
            if lines:
                break
            done.wait(0.05)
        background_tasks.submit("second", done.set)
        assert done.wait(90)
    assert [(line["action"], line["error"]) for line in lines] == [("task_failed", "RuntimeError")]


def test_waiting_tasks_of_one_name_run_once():
    background_tasks, started, go = BackgroundTasks(), threading.Event(), threading.Event()
    done, last = [], threading.Event()

    def hold():
        started.set()
        go.wait(90)

    background_tasks.submit("hold", hold)
    assert started.wait(90)
    for number in range(5):
        background_tasks.submit("refill", lambda number=number: done.append(number))
    background_tasks.submit("last", last.set)
    go.set()
    assert last.wait(90)
    assert done == [4]
