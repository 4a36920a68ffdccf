"""An independent check: pg_dump's output for two schemas must be equal but for the name."""

import re
import subprocess
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

TORTURE = Path(__file__).parent / "torture"
_RANDOM_PER_RUN = re.compile(
    r"^\\(un)?restrict .*$|^-- (Dumped|Started|Completed) .*$"
    r"|^--\n-- PostgreSQL database dump complete\n--$",
    re.MULTILINE,
)


def dump(bindir: Path, url: str, *schemas: str) -> str:
    """The schemas as pg_dump writes them, without rows and what differs from run to run."""
    command = [bindir / "pg_dump", "--dbname", url, "--schema-only", "--strict-names"]
    for schema in schemas:
        command += ["--schema", '"' + schema.replace('"', '""') + '"']
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return _RANDOM_PER_RUN.sub("", done.stdout)


def entries(text: str) -> list[str]:
    """Return the dump's statements of each object, sorted.

    pg_dump keeps names in order, but where objects need each other it goes by their age.
    """
    return sorted(re.split(r"^--\n(?=-- Name: )", text, flags=re.MULTILINE))


def renamed(text: str, old: str, new: str) -> str:
    """The dump as if its schema had the other's name, which stands nowhere else in it."""
    return text.replace(old, new)


def ordered_rows(connection: psycopg.Connection, schema: str) -> dict[str, list[str]]:
    """Every table's rows as COPY writes them, sorted."""
    tables = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident(%s))"
        " AND relkind IN ('r', 'm') AND relispopulated ORDER BY 1",
        [schema],
    ).fetchall()
    rows = {}
    for (table,) in tables:
        name = sql.Identifier(schema, table)
        with connection.cursor().copy(
            sql.SQL("COPY (SELECT * FROM ONLY {}) TO STDOUT").format(name)
        ) as copy:
            rows[table] = sorted(bytes(line).decode() for line in copy)
    return rows


def restored(bindir: Path, url: str, other_url: str, *schemas: str) -> str:
    """Return pg_dump's output for the schemas after a restore of its own dump.

    Some expressions are printed otherwise after they were read once more.
    """
    flags = ["--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--dbname", other_url]
    subprocess.run(
        [bindir / "psql", *flags],
        input=dump(bindir, url, *schemas),
        text=True,
        check=True,
        capture_output=True,
    )
    return dump(bindir, other_url, *schemas)


def statements_of(connection, schema, statements):
    """Run what the server takes of the statements."""
    name = sql.Identifier(schema)
    with connection.transaction():
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(name))
        connection.execute(sql.SQL("SET LOCAL search_path = {}").format(name))
        connection.execute("SAVEPOINT one")
        for statement in statements:
            text = statement.replace("@SCHEMA@", schema)
            try:  # in one round trip, for there are hundreds
                connection.execute(f"{text}\n; RELEASE SAVEPOINT one; SAVEPOINT one")
            except psycopg.Error:
                connection.execute("ROLLBACK TO SAVEPOINT one")


@contextmanager
def told(script):
    """Show the statements of the schema that a clone failed for."""
    try:
        yield
    except Exception as error:
        error.add_note("The schema was:\n" + ";\n".join(script))
        raise
