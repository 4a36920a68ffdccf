"""Imports point one way, and the rules of the house that a reader could forget hold."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"app", "gateway", "jobs", "schema_tools", "seeds", "wsgi", "tests"}
MAY_IMPORT = {
    "schema_tools": set(),
    "gateway": set(),
    "app": {"schema_tools", "seeds"},
    "seeds": {"app", "schema_tools"},
    "jobs": {"app", "gateway", "schema_tools", "seeds"},
}
LONGEST_FILE = 320


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The top-level packages that a module imports absolutely."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_imports_point_one_way(package):
    allowed = MAY_IMPORT[package] | {package}
    wrong = {
        str(path.relative_to(ROOT)): ours - allowed
        for path in modules(package)
        if not (ours := imported(path) & PACKAGES) <= allowed
    }
    assert wrong == {}


def test_only_the_local_stack_reaches_from_the_app_to_the_seeds():
    reaching = {
        path.relative_to(ROOT / "app").parts[0]
        for path in modules("app")
        if "seeds" in imported(path)
    }
    assert reaching <= {"local"}


def test_only_the_settings_and_the_local_stack_read_the_environment():
    readers = {
        path.relative_to(ROOT).as_posix()
        for package in MAY_IMPORT
        for path in modules(package)
        if "os.environ" in path.read_text(encoding="utf-8")
    }
    allowed = {"app/config.py", "schema_tools/cli.py", "schema_tools/__main__.py"}
    assert {name for name in readers if not name.startswith("app/local/")} <= allowed


def test_only_the_engine_room_sets_a_tenants_search_path():
    setters = {
        path.relative_to(ROOT).as_posix()
        for package in ("app", "jobs", "gateway")
        for path in modules(package)
        if "search_path" in path.read_text(encoding="utf-8")
    }
    # app/database/engines.py empties it when a connection is made.
    assert setters <= {"app/db.py", "app/database/engines.py", "app/migrations/__init__.py"}


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_every_module_opens_with_a_sentence_and_ends_soon(package):
    for path in modules(package):
        text = path.read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(text)), f"{path} does not say what it is for"
        if "versions" not in path.parts:
            assert text.count("\n") <= LONGEST_FILE, f"{path} is long: which noun is missing?"
