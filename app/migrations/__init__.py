"""Schema changes through Alembic: one tree for the control schema, one for tenant schemas."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.sql import quoted_name

TREES = Path(__file__).parent


def upgrade_control(connection: Connection) -> None:
    """Bring the control schema to the newest revision, inside the connection's transaction."""
    connection.execute(text("CREATE SCHEMA IF NOT EXISTS control"))
    command.upgrade(_config("control", connection, "control"), "head")


def upgrade_tenant(connection: Connection, schema_name: str) -> None:
    """Bring one tenant schema, which must exist, to the newest revision.

    The search path is that schema's alone until the transaction ends.
    """
    path = connection.dialect.identifier_preparer.quote(quoted_name(schema_name, quote=True))
    connection.execute(
        text("SELECT set_config('search_path', :path, true)"), {"path": f"{path}, pg_temp"}
    )
    command.upgrade(_config("tenant", connection, schema_name), "head")


def tenant_head() -> str:
    """The newest revision of the tenant tree."""
    head = ScriptDirectory(str(TREES / "tenant")).get_current_head()
    assert head is not None, "the tenant tree has no revision"
    return head


def _config(tree: str, connection: Connection, schema_name: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(TREES / tree))
    config.attributes["connection"] = connection
    config.attributes["schema_name"] = schema_name
    return config
