"""docs/cloning.md lists every option, and its examples run."""

import argparse
import re
import shlex
import subprocess
import sys
from pathlib import Path

from schema_tools.cli import build_parser
from tests.integration.schema_tools.conftest import build

ONE_SERVER = True

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "cloning.md").read_text(encoding="utf-8")
SHOP = "CREATE TABLE t (id serial PRIMARY KEY, v text); INSERT INTO t (v) VALUES ('a')"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_python_example_runs(connection):
    build(connection, "template_shop", SHOP)

    for block in blocks("python"):
        exec(compile(block, "docs/cloning.md", "exec"), {"connection": connection})


def test_the_commands_run(connection, database_url, tmp_path):
    build(connection, "template_shop", SHOP)
    (tmp_path / "build").mkdir()

    for block in blocks("console"):
        for line in block.splitlines():
            words = shlex.split(line.removeprefix("$ python "))
            done = subprocess.run(
                [sys.executable, *words],
                cwd=tmp_path,
                env={"DATABASE_URL": database_url, "PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
            )
            assert (done.returncode, done.stderr) == (0, ""), line


def test_every_option_is_on_the_page():
    (subparsers,) = (
        action
        for action in build_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    for name, parser in subparsers.choices.items():
        assert f"`{name}" in PAGE
        for action in parser._actions:
            for option in action.option_strings:
                if option not in ("-h", "--help"):
                    assert f"`{option}" in PAGE, (name, option)
