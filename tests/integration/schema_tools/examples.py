"""How many generated examples a test tries, and which."""

import os

from hypothesis import HealthCheck, Phase, settings

PARTS = 10
"""Examples in one schema: most of a clone's time goes by the schema, little by its objects."""

SCHEMAS = 5
"""Schemas that one run of pg_dump looks at."""

TOGETHER = PARTS * SCHEMAS


def is_verified(variable: str, number: int) -> bool:
    """Tell whether to verify a clone too: always when looking further, else one in each dump.

    A plan's proof compares the same already.
    """
    return number == 0 or variable in os.environ


def examples(variable: str, usual: int, *, together: int = 1) -> settings:
    """Return the settings for the `usual` number of examples, always the same ones.

    With the environment variable set, it is the number, and the examples differ from run to run.
    A try holds `together` examples, which shrink too slowly: the failing schema is printed.
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
