"""What tests on real servers share."""

import pytest

from tests.conftest import filled, migrate, new_database


@pytest.fixture(scope="module")
def migrated_url(postgres):
    """A database with the control schema, for the tests of one module."""
    with new_database(postgres, filled(postgres, migrate)) as url:
        yield url


@pytest.fixture
def fresh_migrated_url(postgres):
    """A database with the control schema, for one test."""
    with new_database(postgres, filled(postgres, migrate)) as url:
        yield url
