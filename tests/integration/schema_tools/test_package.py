"""The package of its own: its wheel works in an empty environment, its documents are true."""

import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import psycopg
import psycopg_binary
import pytest
import typing_extensions

import schema_tools
from tests.integration.schema_tools.shop import SOURCE

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "schema_tools"
README = (PACKAGE / "README.md").read_text(encoding="utf-8")


def pip(*words):
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", *map(str, words)]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def python(tmp_path_factory, postgres):
    """The Python of an environment that has the wheel and psycopg, and nothing else."""
    if postgres.version < 18:
        pytest.skip("is not about the version")
    home = tmp_path_factory.mktemp("package")
    shutil.copytree(PACKAGE, home / "source", ignore=shutil.ignore_patterns("__pycache__"))
    offline = ("--no-deps", "--no-index")
    pip("wheel", *offline, "--no-build-isolation", "-w", home, home / "source")
    venv.create(home / "venv", with_pip=False)
    python = home / "venv" / "bin" / "python"
    (wheel,) = home.glob("schema_tools-*.whl")
    assert wheel.name.startswith(f"schema_tools-{schema_tools.__version__}-")
    pip("--python", python, "install", *offline, wheel)
    (site,) = (home / "venv").glob("lib/python*/site-packages")
    for module in (psycopg, psycopg_binary, typing_extensions):
        place = Path(module.__file__)
        place = place.parent if place.name == "__init__.py" else place
        (site / place.name).symlink_to(place)
        libraries = place.with_name(f"{place.name}.libs")
        if libraries.is_dir():
            (site / libraries.name).symlink_to(libraries)
    assert (site / "schema_tools" / "py.typed").exists()
    return python


def test_the_wheel_plans_and_clones_in_an_empty_environment(python, shop, database_url):
    def run(*words):
        command = [python, "-m", "schema_tools", *words, "--database-url", database_url]
        return subprocess.run(command, capture_output=True, text=True, cwd=python.parent)

    for words, said in (
        (("plan", SOURCE), f"{SOURCE}: 1 tables"),
        (("clone", SOURCE, "copy"), f"{SOURCE} → copy"),
        (("clone", SOURCE, "sent", "--to-database-url", database_url), f"{SOURCE} → sent"),
        (("verify", SOURCE, "copy"), "is an exact clone"),
        (("restore", SOURCE, "copy"), "has the rows of"),
    ):
        done = run(*words)
        assert (done.returncode, done.stderr) == (0, ""), words
        assert said in done.stdout


def test_every_package_is_in_the_wheel():
    listed = set(re.findall(r'"(schema_tools[\w.]*)",', (PACKAGE / "pyproject.toml").read_text()))
    held = {path.parent for kind in ("*.py", "*.sql") for path in PACKAGE.rglob(kind)}
    names = {".".join(("schema_tools", *path.relative_to(PACKAGE).parts)) for path in held}
    assert listed == names


def test_the_comparison_names_tests_that_exist():
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    named = re.findall(r"`(test_\w+)`", README)
    assert named
    for name in named:
        assert f"def {name}(" in tests, name
    rows = [line for line in README.splitlines() if line.startswith("| ") and "| what " not in line]
    assert [row for row in rows if "`test_" not in row] == []


def test_the_changelog_has_the_version():
    changelog = (PACKAGE / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## (\d+\.\d+\.\d+)", changelog, re.MULTILINE)[1] == schema_tools.__version__
