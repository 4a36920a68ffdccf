"""PgBouncer in transaction mode, with more clients than server connections."""

import os
import pwd
import shutil
import subprocess
import threading
import time
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from sqlalchemy import text

from app.db import db, init_db, tenant_engine, tenant_transaction
from app.settings.table import Settings
from gateway import connect_redis
from tests.fixtures.live import free_port
from tests.integration.isolation.conftest import build

CONFIGURATION = """
[databases]
* = host={host} port={server_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = plain
auth_file = {home}/users.txt
pool_mode = transaction
default_pool_size = 2
max_client_conn = 100
logfile =
pidfile =
"""
CLIENTS = 8


def through(url: str, port: int) -> str:
    parts = urlsplit(url)
    credentials = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{credentials}@127.0.0.1:{port}"))


@pytest.fixture
def bounced(database_url, tmp_path):
    """The house, whose web server reaches Postgres through PgBouncer only."""
    program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
    if not shutil.which(program):
        pytest.skip("PgBouncer is not on this machine: the Debian package pgbouncer brings it.")
    with build(database_url) as house:
        server, port = urlsplit(database_url), free_port()
        logins = [urlsplit(url) for url in (house.logins.web, house.logins.tenants)]
        users = "".join(f'"{login.username}" "{login.password}"\n' for login in logins)
        (tmp_path / "users.txt").write_text(users)
        file = tmp_path / "pgbouncer.ini"
        file.write_text(
            CONFIGURATION.format(
                host=server.hostname, server_port=server.port, port=port, home=tmp_path
            )
        )
        account = {}
        if os.geteuid() == 0:  # it refuses to run as root
            entry = pwd.getpwnam("nobody")
            account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
            for path in (tmp_path, *tmp_path.iterdir()):
                os.chown(path, entry.pw_uid, entry.pw_gid)
            for parent in list(tmp_path.parents)[:-2]:
                parent.chmod(parent.stat().st_mode | 0o011)
        process = subprocess.Popen([program, str(file)], cwd="/", stderr=subprocess.PIPE, **account)
        tenants = through(house.logins.tenants, port)
        for _ in range(100):
            try:
                psycopg.connect(tenants, connect_timeout=2).close()
                break
            except psycopg.OperationalError:
                time.sleep(0.05)
        settings = Settings(
            **house.settings.model_dump(exclude={"web_database_url", "tenant_database_url"})
            | {
                "web_database_url": through(house.logins.web, port),
                "tenant_database_url": tenants,
                "db_pool_size": CLIENTS,
            }
        )
        from flask import Flask

        app = Flask("bounced")
        init_db(app, settings, connect_redis(settings.redis_url))
        with app.app_context():
            yield house, app
            tenant_engine().dispose()
            db.engine.dispose()
        process.terminate()
        process.wait(90)
        process.stderr.close()


def read_at_once(app, tenants, turns):
    """Return what each of `CLIENTS` threads read as its tenant."""
    start, seen, backends = threading.Barrier(CLIENTS), [], set()

    def work(number):
        tenant, owner = tenants[number % 2]
        with app.app_context():
            start.wait(90)
            for _ in range(turns):
                with tenant_transaction(tenant) as session:
                    backends.add(session.scalar(text("SELECT pg_backend_pid()")))
                    seen.append(session.scalars(text("SELECT owner FROM sales")).all() == [owner])

    threads = [threading.Thread(target=work, args=[number]) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen, backends


def test_more_clients_than_connections_read_their_own(bounced):
    house, app = bounced
    seen, backends = read_at_once(app, [(house.mine, "mine"), (house.other, "other")], 40)
    assert seen == [True] * CLIENTS * 40
    assert len(backends) <= 2


@pytest.mark.parametrize(
    "planted",
    [
        "COMMIT; SET ROLE {role}",
        "COMMIT; SET search_path = {other}",
        "COMMIT; SET default_transaction_read_only = on",
        "COMMIT; SET TimeZone = 'Asia/Tokyo'",
    ],
)
def test_settings_left_on_a_server_connection_do_not_reach_the_next_client(bounced, planted):
    house, app = bounced
    names = {"role": house.role(house.other), "other": house.schema(house.other)}
    for _ in range(4):
        with tenant_transaction(house.mine) as session:
            session.connection().connection.driver_connection.execute(planted.format(**names))
    seen, _ = read_at_once(app, [(house.mine, "mine"), (house.other, "other")], 5)
    assert seen == [True] * CLIENTS * 5
    for _ in range(4):
        with tenant_transaction(house.other) as session:
            session.execute(text("UPDATE sales SET owner = owner"))
            assert session.scalar(text("SHOW TimeZone")) == "UTC"
    assert house.canary(house.other) == ["other"]
