"""A command imports what it needs, for a small schema's clone is short."""

import json
import subprocess
import sys

import pytest

import schema_tools
from schema_tools import ClonePlan, Proof

SCRIPT = """
import json, sys
from schema_tools.cli import main
try:
    code = main(sys.argv[1:])
finally:
    sys.stderr.write(json.dumps(sorted(sys.modules)))
sys.exit(code)
"""


@pytest.fixture
def kept(tmp_path):
    path = tmp_path / "kept.plan"
    proof = Proof("2026-01-01T00:00:00+00:00", 180000, "all", 1, 1, 1, ())
    path.write_text(ClonePlan("shop", 180000, "me", "f" * 64, "1", (), (), proof=proof).to_json())
    return path


def run(*words):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *map(str, words)], capture_output=True, text=True
    )
    return done.returncode, done.stdout, set(json.loads("[" + done.stderr.rpartition("[")[2]))


def test_a_kept_plan_is_shown_without_a_server(kept):
    code, out, modules = run("plan", "shop", "--plan", kept)

    assert (code, "shop: 0 tables" in out) == (0, True)
    assert not modules & {"psycopg", "pathlib", "hashlib"}
    assert run("plan", "other", "--plan", kept)[0] == 2
    assert run("plan", "shop", "--plan", kept, "--output", "x")[0] == 2
    assert run("plan", "shop", "--plan", __file__)[0] == 2


def test_a_kept_plan_is_replayed_without_the_compiler(kept):
    _, _, modules = run(
        "clone", "shop", "x", "--plan", kept, "--database-url", "postgresql://127.0.0.1:1/x"
    )

    unneeded = ("compiler.compiler", "proof", "restore", "transfer", "bench", "catalog.catalog")
    assert not modules & {f"schema_tools.{name}" for name in unneeded}


def test_every_public_name_is_there():
    assert [getattr(schema_tools, name) for name in schema_tools.__all__]
    assert set(schema_tools.__all__) <= set(dir(schema_tools)) | {"__version__"}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        schema_tools.nothing  # noqa: B018
