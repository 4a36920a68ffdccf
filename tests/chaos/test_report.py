"""docs/reliability.md says what the last run saw, and names every experiment and invariant."""

import json

from tests.chaos.report import KEPT, PAGE, write_page


def test_the_page_is_what_the_last_run_saw():
    run = json.loads(KEPT.read_text())
    assert PAGE.read_text() == write_page(run), "python -m tests.chaos writes it"


def test_no_invariant_was_violated_in_the_last_run():
    assert [
        found for trial in json.loads(KEPT.read_text())["results"] for found in trial["violations"]
    ] == []
