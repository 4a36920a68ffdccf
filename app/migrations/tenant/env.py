"""Runs the tenant tree on the one schema that the caller's search path names."""

from alembic import context

from app.bakery.metadata import TENANT_METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=TENANT_METADATA,
    version_table_schema=context.config.attributes["schema_name"],
)
context.run_migrations()
