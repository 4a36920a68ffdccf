"""The application on a control schema, without a gateway and without tenants."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from apiflask import APIFlask

from app import create_app
from app.control.services import KEY
from app.db import db, tenant_engine
from app.settings.table import Settings
from tests.fixtures.mail import Mailbox, mail_server

KEYS = ("the first key of the tests: 32 letters", "the second key of the tests: long enough")
OPS = ("ops", "operators")
PERSON = {"Accept": "text/html"}


@contextmanager
def made_app(settings: Settings) -> Iterator[APIFlask]:
    """An application with these settings, whose connections are closed at the end."""
    app = create_app(settings)
    yield app
    app.extensions[KEY].events.close()
    with app.app_context():
        db.engine.dispose()
        tenant_engine().dispose()


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture(scope="module")
def settings(migrated_url: str, redis_server: str, mailbox: Mailbox) -> Settings:
    return Settings(
        _env_file=None,
        database_url=migrated_url,
        redis_url=redis_server,
        jwt_secret="s" * 32,
        ops_password=OPS[1],
        leads_keys=KEYS[0],
        smtp_url=mailbox.url,
        smtp_from="Masa Madre <demo@masamadre.example>",
        public_url="https://demo.example",
        demo_events="strict",
        demo_scenarios="navidad",
    )


@pytest.fixture(scope="module")
def app(settings: Settings) -> Iterator[APIFlask]:
    with made_app(settings) as app:
        yield app


@pytest.fixture
def services(app: APIFlask) -> Any:
    return app.extensions[KEY]


@pytest.fixture
def database(migrated_url: str) -> Iterator[psycopg.Connection]:
    """A connection of the owner; the tables of leads are empty at first."""
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        connection.execute("TRUNCATE control.leads, control.lead_access")
        yield connection


@pytest.fixture
def jobs(services: Any) -> Any:
    """What jobs that send things work with."""
    return SimpleNamespace(engine=services.engine, settings=services.settings)
