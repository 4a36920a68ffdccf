"""Which worker of a parallel run gets which tests."""

import re

import pytest
from xdist.scheduler import LoadScopeScheduling

LIVE_ON_15 = "a live system on 15"
"""The modules that share it: it takes as long to start as they do."""

ON_POSTGRES_15 = re.compile(r"\[(.*-)?15(-.*)?\]$")


class ByModule(LoadScopeScheduling):
    """Gives a worker a whole module, so that what its tests share is made once.

    A module's tests on Postgres 15 go apart: they come after all tests on 18, and a worker then
    stops its server of one version before it starts that of the other, once.
    """

    def __init__(self, config: pytest.Config, log: object) -> None:
        config.option.loadscopereorder = False  # `pytest_collection_modifyitems` gives the order
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        if not ON_POSTGRES_15.search(nodeid):
            return module
        return LIVE_ON_15 if module.startswith("tests/acceptance/") else f"{module} on 15"
