"""Schema changes through Alembic: the tree of the control schema, and a demo's own for tenants."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.sql import quoted_name

CONTROL = Path(__file__).parent / "control"


def upgrade_control(connection: Connection) -> None:
    """Bring the control schema to the newest revision, inside the connection's transaction."""
    connection.execute(text("CREATE SCHEMA IF NOT EXISTS control"))
    command.upgrade(_config(CONTROL, connection, "control"), "head")


def upgrade_tenant(connection: Connection, schema_name: str, tree: Path) -> None:
    """Bring one tenant schema, which must exist, to the newest revision of a demo's tree.

    The search path is that schema's alone until the transaction ends.
    """
    path = connection.dialect.identifier_preparer.quote(quoted_name(schema_name, quote=True))
    connection.execute(
        text("SELECT set_config('search_path', :path, true)"), {"path": f"{path}, pg_temp"}
    )
    command.upgrade(_config(tree, connection, schema_name), "head")


def frozen_sql(name: str) -> str:
    """Return a versioned copy of a database function, as a revision of the control tree made it.

    The current definition is in `app/control/sql`; a copy here never changes.
    """
    return (CONTROL / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def control_head() -> str:
    """Return the newest revision of the control tree."""
    return _head(CONTROL)


def tenant_head(tree: Path) -> str:
    """Return the newest revision of a demo's tree."""
    return _head(tree)


def _head(tree: Path) -> str:
    head = ScriptDirectory(str(tree)).get_current_head()
    assert head is not None, f"{tree} has no revision"
    return head


def _config(tree: Path, connection: Connection, schema_name: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(tree))
    config.attributes["connection"] = connection
    config.attributes["schema_name"] = schema_name
    return config
