"""Nothing is broken: what the others are compared with."""

import time

from tests.chaos.experiments.model import Experiment, Trial, register


def wait(trial: Trial) -> None:
    """Let visitors work for a few seconds."""
    time.sleep(5)
    trial.done += 1


EXPERIMENTS = register(
    Experiment(
        "nothing",
        "Nothing",
        "Visitors work, and nothing is broken.",
        "No failure of any kind.",
        wait,
    ),
)
