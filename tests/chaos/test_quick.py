"""The quick part of the suite: a few things are broken, and each checker finds what is planted."""

import os

import pytest

from tests.chaos.checkers import CHECKERS
from tests.chaos.experiments import EXPERIMENTS
from tests.chaos.planted import PLANTED, frozen
from tests.chaos.runner import visitors_at_work
from tests.chaos.stack import running_stack
from tests.conftest import scratch_directory

SEED = 17
QUICK = [experiment for experiment in EXPERIMENTS if experiment.is_quick]


def test_each_checker_has_a_violation_to_find():
    assert {name for name, _, _ in PLANTED} == {checker.name for checker in CHECKERS}


@pytest.mark.skipif("CHAOS" not in os.environ, reason="runs by itself: CHAOS=1")
@pytest.mark.timeout(900)  # two minutes on a machine that has nothing else to do
def test_what_is_broken_is_whole_again_and_what_is_planted_is_found():
    with (
        scratch_directory("chaos-") as home,
        running_stack(home) as stack,
        visitors_at_work(stack, SEED, visitors=4, pause=0.5) as run,
    ):
        for experiment in QUICK[:-1]:
            run.perform(experiment, is_judged=False)
        result = run.perform(QUICK[-1])
        assert result.violations == [], f"seed {SEED}\n{run.results}\n{stack.log_end()}"
        assert all(each.done for each in run.results), run.results
        assert run.history.acknowledged.total() > 0
        run.history.failures.clear()
        looks = {checker.name: checker.look for checker in CHECKERS}
        with frozen(run):
            for name, told, plant in PLANTED:
                with plant(run):
                    found = looks[name](run.scene)
                    assert any(told in sentence for sentence in found), (name, told, found)
