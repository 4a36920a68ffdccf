"""Runs the control tree on the connection that the caller brings."""

from alembic import context

from app.control.models import ControlBase

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=ControlBase.metadata,
    version_table_schema="control",
    include_schemas=True,
    include_name=lambda name, kind, _: kind != "schema" or name == "control",
)
context.run_migrations()
