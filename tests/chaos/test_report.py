"""docs/reliability.md says what the last run saw; each repair can be taken out."""

import json

import pytest

from tests.chaos.experiments import EXPERIMENTS
from tests.chaos.repairs import REPAIRS
from tests.chaos.report import KEPT, PAGE, page
from tests.fixtures.live import ROOT


@pytest.mark.parametrize("repair", REPAIRS, ids=lambda repair: repair.name)
def test_each_repair_can_be_taken_out(repair):
    assert (ROOT / repair.file).read_text().count(repair.code) == 1
    assert repair.experiment in {experiment.name for experiment in EXPERIMENTS}


def test_the_page_is_what_the_last_run_saw():
    assert PAGE.read_text() == page(), (
        "python -m tests.chaos writes it, and python -m tests.chaos.report after a change of words"
    )


def test_no_invariant_was_violated_in_the_last_run():
    trials = [trial for run in json.loads(KEPT.read_text()) for trial in run["results"]]
    assert [found for trial in trials for found in trial["violations"]] == []
