"""Reads SQL from `.sql` files: each block in them has a name, and is read once, at import."""

import re
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import TextClause

_HEADER = re.compile(r"^-- ([a-z][a-z0-9_]*) --$", re.MULTILINE)
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]+)\b")


def load_blocks(package: str, name: str) -> dict[str, str]:
    """Return the blocks of a package's `sql/<name>.sql` by their names, without comment lines.

    Raises:
        FileNotFoundError: the package has no such file.
        ValueError: two blocks have the same name, or SQL stands before the first one.
    """
    source = files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    before, *parts = _HEADER.split(source)
    names, bodies = parts[::2], parts[1::2]
    if _without_comments(before) or len(set(names)) != len(names):
        raise ValueError(f"{name}.sql: each block needs a line `-- name --`, and each name once")
    return dict(zip(names, map(_without_comments, bodies), strict=True))


def load_statements(package: str, name: str) -> dict[str, "TextClause"]:
    """Return the same blocks as statements for SQLAlchemy, with parameters as `:name`."""
    from sqlalchemy import text  # a clone's process has no use for it

    return {block: text(sql) for block, sql in load_blocks(package, name).items()}


def load_queries(package: str, name: str) -> dict[str, str]:
    """Return the same blocks for psycopg: parameters are written `:name`, and become its own."""
    return {
        block: _PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%"))
        for block, sql in load_blocks(package, name).items()
    }


def _without_comments(sql: str) -> str:
    lines = (line for line in sql.splitlines() if not line.lstrip().startswith("--"))
    return "\n".join(lines).strip().removesuffix(";")
