"""No statement outside `app.control.transitions` writes a state or a status."""

import ast
import re
from pathlib import Path

import pytest

from app.control import transitions
from app.control.transitions import Transition
from app.sql_blocks import load_blocks

ROOT = Path(__file__).parents[3]
HOME = {"app/control/sql/transitions.sql", "app/control/sql/open_session.sql"}
FROZEN = ("app/migrations/control/",)
"""Revisions of the control schema, whose text never changes."""

TABLES = r"control\s*\.\s*\"?(?:tenants|demo_sessions)\b"
WRITES_ROWS = re.compile(rf"\b(?:INSERT\s+INTO|DELETE\s+FROM|MERGE\s+INTO)\s+{TABLES}", re.I)
UPDATES = re.compile(
    rf"\bUPDATE\s+(?:ONLY\s+)?{TABLES}.*?\bSET\b(?P<set>.*?)(?=\bWHERE\b|\bFROM\b|\bRETURNING\b|\Z)",
    re.I | re.S,
)
STATE = re.compile(r"\b(?:state|status)\b\s*=|\(\s*[^)]*\b(?:state|status)\b[^)]*\)\s*=", re.I)
MODELS = {"Tenant", "DemoSession"}
WRITING_CALLS = {"insert", "update", "delete", "bulk_insert_mappings", "bulk_update_mappings"}


def sql_writers(text):
    """The statements in a text that insert, delete, or set a state."""
    found = [match.group() for match in WRITES_ROWS.finditer(text)]
    return found + [m.group() for m in UPDATES.finditer(text) if STATE.search(m["set"])]


def core_writers(tree):
    """Yield the code that writes the two tables through SQLAlchemy."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0] if node.args else None
            on_model = getattr(first, "id", getattr(first, "attr", "")) in MODELS
            if (name in WRITING_CALLS and on_model) or name in MODELS:
                yield ast.unparse(node)
            owner = getattr(getattr(node.func, "value", None), "value", None)
            if name in WRITING_CALLS and getattr(owner, "id", "") in MODELS:
                yield ast.unparse(node)  # Tenant.__table__.update()
        elif isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Attribute) and target.attr in {"state", "status"}:
                    owner = ast.unparse(target.value)
                    if owner not in {"self", "cls"}:
                        yield ast.unparse(node)


def writers(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".sql":
        return sql_writers("\n".join(line.partition("--")[0] for line in text.splitlines()))
    tree = ast.parse(text)
    strings = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return [*(w for string in strings for w in sql_writers(string)), *core_writers(tree)]


def product():
    paths = [ROOT / "wsgi.py"]
    for package in ("app", "gateway", "jobs", "schema_tools", "seeds"):
        paths += [p for p in (ROOT / package).rglob("*") if p.suffix in {".py", ".sql"}]
    return paths


def test_no_other_module_writes_a_state_or_a_status():
    found = {}
    for path in product():
        name = path.relative_to(ROOT).as_posix()
        if name not in HOME and not name.startswith((*FROZEN, "app/bakery/")):
            found |= {name: lines} if (lines := writers(path)) else {}
    assert found == {}


SAMPLES = [
    """x = "UPDATE control.tenants AS t SET updated_at = now(), state = 'ready' WHERE id = 1" """,
    """x = "WITH a AS (SELECT 1) UPDATE control.demo_sessions SET status='failed'" """,
    """x = "UPDATE control.demo_sessions SET (status, metadata) = ('failed', '{}')" """,
    """x = "insert into control.tenants (id) values (1)" """,
    """x = "DELETE FROM control.demo_sessions" """,
    "update(Tenant).where(Tenant.id == 1).values(state='ready')",
    "sa.insert(models.DemoSession).values(values)",
    "Tenant.__table__.update().values(state='ready')",
    "session.add(DemoSession(status='active'))",
    "row.state = TenantState.READY",
]


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_writing_statement_is_found_in_every_form(tmp_path, sample):
    path = tmp_path / "sample.py"
    path.write_text(sample)
    assert writers(path) != []


@pytest.mark.parametrize(
    "sample",
    [
        """x = "UPDATE control.tenants SET revision = 'a' WHERE state = 'ready'" """,
        """x = "SELECT * FROM control.tenants WHERE state = 'ready'" """,
        "select(Tenant).where(Tenant.state == TenantState.READY)",
        "if tenant.state == 'ready': pass",
    ],
)
def test_a_reading_statement_is_not_reported(tmp_path, sample):
    path = tmp_path / "sample.py"
    path.write_text(sample)
    assert writers(path) == []


def test_every_statement_of_the_file_is_a_named_transition():
    named = {
        str(value.statement.text)
        for value in vars(transitions).values()
        if isinstance(value, Transition)
    }
    assert named == set(load_blocks("app.control", "transitions").values())


def test_every_transition_changes_something():
    for name, value in vars(transitions).items():
        if isinstance(value, Transition):
            assert value.tenants or value.sessions, name


@pytest.mark.parametrize(("number", "column"), [(0, "sessions"), (1, "tenants")])
def test_the_diagrams_of_the_architecture_show_every_change(number, column):
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    diagram = page.split("stateDiagram-v2\n")[number + 1].partition("```")[0]
    shown = set(re.findall(r"^\s+(\S+) --> (\S+):", diagram, re.MULTILINE))
    made = {
        (before or "[*]", after or "[*]")
        for value in vars(transitions).values()
        if isinstance(value, Transition)
        for before, after in getattr(value, column)
        if before != after
    }
    assert shown == made
