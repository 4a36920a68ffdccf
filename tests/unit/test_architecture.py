"""Imports point one way, and other rules for the whole code."""

import ast
import re
from pathlib import Path

import pytest

from tests.fixtures.demo import DEMO

ROOT = Path(__file__).parents[2]
PACKAGES = {"app", "gateway", "jobs", "schema_tools", "seeds", "wsgi", "tests"}
MAY_IMPORT = {
    "schema_tools": set(),
    "gateway": set(),
    "app": {"schema_tools"},
    "seeds": {"app", "schema_tools"},
    "jobs": {"app", "gateway", "schema_tools"},
}
DEMO_PARTS = ("app/bakery", "app/web", "seeds", "app/migrations/tenant")
"""The demo's code; all other product code is the engine's."""
WORDS = re.compile(
    r"baker|panad|obrador|\bpan(es)?\b|\bbread|\bdough|\bloa(f|ves)\b|\bovens?\b|flour|harina"
    r"|espiga|san.?pablo|recipe|receta|ingredient|inventor|procure|supplier|proveedor|forecast"
    r"|\bpos\b|\btpv\b|\btills?\b|app.web\b|\bseeds\.",
    re.IGNORECASE,
)
"""Words of the bakery, and paths of its code."""
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


def engine() -> list[Path]:
    """The engine's files, SQL and pages included."""
    kinds = {".py", ".sql", ".toml", ".html", ".css", ".js", ".mako", ".md"}
    packages = [path for name in MAY_IMPORT for path in (ROOT / name).rglob("*")]
    return [
        path
        for path in [ROOT / "wsgi.py", *packages]
        if path.suffix in kinds
        and not path.relative_to(ROOT).as_posix().startswith(tuple(f"{p}/" for p in DEMO_PARTS))
    ]


def reached(path: Path) -> set[str]:
    """The modules that a module imports absolutely, with what it takes from each."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_the_engine_imports_nothing_of_the_demo():
    demo_packages = tuple(part.replace("/", ".") for part in DEMO_PARTS)
    wrong = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in engine()
        if path.suffix == ".py"
        for name in reached(path)
        if f"{name}.".startswith(tuple(f"{package}." for package in demo_packages))
    }
    assert wrong == set()


def test_no_word_of_the_bakery_stands_in_the_engine():
    files = engine()
    assert len(files) > 150
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if WORDS.search(line)
    ]
    assert found == []


def test_the_demo_is_where_its_file_says():
    parts = [
        DEMO.static,
        DEMO.policy,
        DEMO.tables.migrations,
        *(ROOT / entry.partition(":")[0].replace(".", "/") for entry in DEMO.blueprints),
        ROOT / str(DEMO.seeds).partition(":")[0],
    ]
    inside = [any(path.is_relative_to(ROOT / part) for part in DEMO_PARTS) for path in parts]
    assert all(inside), parts


def test_only_the_settings_and_the_local_stack_read_the_environment():
    readers = {
        path.relative_to(ROOT).as_posix()
        for package in MAY_IMPORT
        for path in modules(package)
        if "os.environ" in path.read_text(encoding="utf-8")
    }
    allowed = {
        "app/settings/table.py",
        "app/settings/clone.py",
        "schema_tools/cli/arguments.py",
        "schema_tools/__main__.py",
    }
    assert {name for name in readers if not name.startswith("app/local/")} <= allowed


def test_only_app_db_sets_a_tenants_search_path():
    setters = {
        path.relative_to(ROOT).as_posix()
        for package in ("app", "jobs", "gateway")
        for path in modules(package)
        if "search_path" in path.read_text(encoding="utf-8")
    }
    # engines.py empties it when a connection is made; the jobs look after tenants that no
    # visitor has, as the owner.
    assert setters <= {
        "app/db.py",
        "app/database/engines.py",
        "app/migrations/__init__.py",
        "jobs/maintenance/catching_up.py",
        "jobs/maintenance/daily.py",
    }


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_every_module_has_a_docstring_and_a_bounded_length(package):
    for path in modules(package):
        text = path.read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(text)), f"{path} does not say what it is for"
        if "versions" not in path.parts:
            assert text.count("\n") <= LONGEST_FILE, f"{path} is long: which noun is missing?"
