"""Cleanup ends a transaction that has lifted its own timeouts."""

import threading

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from app.database.engines import engine_url
from app.db import tenant_transaction
from jobs.maintenance import expiry
from jobs.maintenance.expiry import end_overdue
from tests.integration.control.processes import wait_for


class Services:
    """The part of the jobs' services that this test needs."""

    def __init__(self, settings):
        self.settings = settings
        self.engine = create_engine(engine_url(settings.database_url))


def test_a_transaction_that_lifts_its_timeouts_is_ended(house, monkeypatch):
    monkeypatch.setattr(expiry, "OVERDUE", 0.5)
    ended, services = [], Services(house.settings)

    def hold_on():
        with house.app.app_context():
            try:
                with tenant_transaction(house.mine) as session:
                    session.execute(text("SET statement_timeout = 0"))
                    session.execute(text("SELECT pg_sleep(30)"))
            except DBAPIError as error:
                ended.append(type(error.orig).__name__)

    thread = threading.Thread(target=hold_on)
    thread.start()
    wait_for(lambda: end_overdue(services) == 1)
    thread.join(90)
    assert ended == ["AdminShutdown"]
    with tenant_transaction(house.mine) as session:
        assert session.scalars(text("SELECT owner FROM sales")).all() == ["mine"]
    assert end_overdue(services) == 0
    services.engine.dispose()
