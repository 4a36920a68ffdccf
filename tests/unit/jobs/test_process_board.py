"""What workers show their master, in memory that both have."""

import os

from jobs.queue.process_board import ProcessBoard

LONG = 1_000.0


def test_a_process_that_shows_nothing_is_hung_and_so_is_a_main_loop_that_is_late():
    board = ProcessBoard(2)
    assert board.is_hung(1, 10), "it was never started"
    board.clear(1)
    board.expect(1, LONG)
    board.show(1)
    assert not board.is_hung(1, 10)
    assert board.is_hung(1, -1), "nothing was shown since"
    board.expect(1, -LONG)
    assert board.is_hung(1, 10), "its main loop should have come round"


def test_a_child_counts_in_its_slot_and_the_master_adds_up():
    board = ProcessBoard(2)
    child = os.fork()
    if not child:
        board.count(0, "jobs.tasks.clone", True, 1.5)
        os._exit(0)
    os.waitpid(child, 0)
    board.clear(0)
    board.count(1, "jobs.tasks.clone", False, 0.5)
    board.count(1, "os.system", True, 1)
    totals = {task: counts for task, *counts in board.totals()}
    assert totals.pop("jobs.tasks.clone") == [1, 1, 2.0]
    assert not any(any(counts) for counts in totals.values())
