"""SQL in named blocks: it is read as it is written, and no block is without a caller."""

import re
from pathlib import Path

import pytest

from app import sql_blocks
from app.sql_blocks import load_blocks

ROOT = Path(__file__).parents[2]
FILES = [
    path
    for room in ("app", "jobs")
    for path in sorted((ROOT / room).rglob("sql/*.sql"))
    if "migrations" not in path.parts
]


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Reads blocks from a text."""
    monkeypatch.setattr(sql_blocks, "files", lambda _: tmp_path)
    (tmp_path / "sql").mkdir()

    def read_blocks(text):
        (tmp_path / "sql" / "some.sql").write_text(text)
        return load_blocks("a.package", "some")

    return read_blocks


def test_a_block_is_its_sql_without_comments_and_semicolon(read):
    first = "-- one --\n-- Why.\nSELECT 1,\n  -- here\n  2;\n"
    assert read(f"-- About the file.\n\n{first}\n-- two --\nSELECT 3\n") == {
        "one": "SELECT 1,\n  2",
        "two": "SELECT 3",
    }


@pytest.mark.parametrize(
    "text", ["-- one --\nSELECT 1\n-- one --\nSELECT 2", "SELECT 1\n-- one --\n"]
)
def test_a_name_twice_and_sql_without_a_name_are_refused(read, text):
    with pytest.raises(ValueError, match=r"some\.sql: each block needs a line"):
        read(text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_block_has_a_caller(path):
    """A block is loaded by its name; one without a caller would only look as if it ran."""
    names = re.findall(r"^-- ([a-z0-9_]+) --$", path.read_text(encoding="utf-8"), re.MULTILINE)
    modules = [p for package in ("app", "jobs") for p in (ROOT / package).rglob("*.py")]
    source = "".join(module.read_text(encoding="utf-8") for module in modules)
    unused = [name for name in names if f'"{name}"' not in source]
    assert unused == []
