"""How many generated examples a test tries, and which."""

import os

from hypothesis import HealthCheck, Phase, settings

TOGETHER = 10
"""Schemas that one run of pg_dump looks at: it is what takes the time."""


def examples(variable: str, usual: int, *, together: int = 1) -> settings:
    """Return the settings for the `usual` number of examples, always the same ones.

    With the environment variable set, it is the number, and the examples differ from run to run.
    An example holds `together` schemas, which shrink too slowly: the failing one is printed.
    """
    return settings(
        max_examples=int(os.environ.get(variable, usual)) // together,
        derandomize=variable not in os.environ,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
