"""What is broken, one module for each part of the system; `model` says what an experiment is."""

from tests.chaos.experiments import (
    clocks,
    cluster,
    endings,
    jobs,
    load,
    nothing,
    postgres,
    processes,
    redis,
    templates,
    upgrades,
)
from tests.chaos.experiments.model import Experiment

EXPERIMENTS: tuple[Experiment, ...] = (
    *nothing.EXPERIMENTS,
    *processes.EXPERIMENTS,
    *jobs.EXPERIMENTS,
    *postgres.EXPERIMENTS,
    *templates.EXPERIMENTS,
    *redis.EXPERIMENTS,
    *endings.EXPERIMENTS,
    *load.EXPERIMENTS,
    *clocks.EXPERIMENTS,
    *cluster.EXPERIMENTS,
    *upgrades.EXPERIMENTS,
)
