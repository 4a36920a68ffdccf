"""What is broken, one module for each part of the system; `model` says what an experiment is."""

from tests.chaos.experiments import clocks, endings, nothing, postgres, processes, redis
from tests.chaos.experiments.model import Experiment

EXPERIMENTS: tuple[Experiment, ...] = (
    *nothing.EXPERIMENTS,
    *processes.EXPERIMENTS,
    *postgres.EXPERIMENTS,
    *redis.EXPERIMENTS,
    *endings.EXPERIMENTS,
    *clocks.EXPERIMENTS,
)
