"""A bakery with two years of tickets in detail, about 300 MB, for benchmarks and tests of plans.

The seeds' own generator tells it, with 103 whole weeks in detail instead of four. So every identity
holds over the whole of it (tickets, tills, ledger, lots, orders), seasons and holidays included.
Copying the rows of a template backwards in time would be faster, and would contradict itself:
lots that are received twice, stock that no movement explains. It takes some minutes and 2 GB.
No demo names it: it is neither a template nor a scenario.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch
from uuid import UUID

from sqlalchemy import NullPool, create_engine, text

from app.database.engines import engine_url
from app.database.isolation import ensure_tenant_role, tenant_role
from app.database.logins import login_of
from app.demo import Demo
from seeds.catalogue.kinds import Profile
from seeds.loading.schema import driver, replace_schema
from seeds.templates import TemplateData, build_template, tell

LARGE_WEEKS = 103
"""Whole weeks in detail before this one: two years with it."""
_REGISTER = text(
    "INSERT INTO control.tenants (id, name, schema_name, account_type, is_demo, is_demo_template,"
    " state) VALUES (:id, :name, :name, :kind, false, false, 'leased')"
)


@contextmanager
def _weeks_in_detail(weeks: int) -> Iterator[None]:
    """Have the generator keep the tickets of so many weeks; it remembers no story of them."""
    tell.cache_clear()
    try:
        with patch("seeds.values.DETAIL_WEEKS", weeks):
            yield
    finally:
        tell.cache_clear()


def build_large(profile: Profile, now: datetime, weeks: int = LARGE_WEEKS) -> TemplateData:
    """Return the rows of a bakery at a moment, with the tickets of so many weeks before it."""
    with _weeks_in_detail(weeks):
        return build_template(profile, now)


def load_tenant(
    url: str, demo: Demo, tenant_id: UUID, data: TemplateData, *, secret: str, login_url: str
) -> str:
    """Make a tenant of these rows, which is not a demo, and return its schema's name.

    It is vacuumed: a bakery of two years has been.
    """
    schema = f"demo_{tenant_id.hex}"
    kind = data.story.scene.profile.account_type.value
    engine = create_engine(
        engine_url(url), poolclass=NullPool, connect_args={"prepare_threshold": None}
    )
    with engine.begin() as connection:
        replace_schema(connection, schema, data.tables, demo.tables, reserved=data.reserved)
        connection.execute(_REGISTER, {"id": tenant_id, "name": schema, "kind": kind})
        role = tenant_role(secret, tenant_id).name
        ensure_tenant_role(driver(connection), schema, role, login_of(login_url))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
    return schema
