"""What tests on real servers share."""

import pytest
from sqlalchemy import create_engine

from app.database.engines import engine_url
from app.migrations import upgrade_control
from tests.conftest import new_database


@pytest.fixture(scope="module")
def migrated_url(postgres):
    """A database with the control schema, for the tests of one module."""
    with new_database(postgres) as url:
        engine = create_engine(engine_url(url))
        with engine.begin() as connection:
            upgrade_control(connection)
        engine.dispose()
        yield url
