"""A standby of a Postgres, with all that it had acknowledged, which can take over from it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from app.local.postgres import PostgresServer
from tests.chaos.stack import DURABLE
from tests.fixtures.server_settings import server_settings

SYNC_SECONDS = 60
IS_SYNC = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"


class Replica(PostgresServer):
    """A server that follows another, with its roles and passwords, below a home of its own."""

    def __init__(self, home: Path, primary: PostgresServer) -> None:
        super().__init__(home, primary.bindir, DURABLE)
        self._primary = primary

    def _load_endpoint(self) -> bool:
        is_known = super()._load_endpoint()
        self._password = self._primary._password
        return is_known

    def _initdb(self, directory: Path, password_file: Path) -> list[str]:
        source = ["--dbname", self._primary.url(), "--wal-method=stream", "--checkpoint=fast"]
        command = [str(self.bindir / "pg_basebackup"), "-D", str(directory), *source]
        return [*command, "--write-recovery-conf", "--no-sync"]

    def promote(self) -> None:
        """Have it follow no longer, and take writes.

        Raises:
            TimeoutError: it does not within a minute.
        """
        with psycopg.connect(self.url(), autocommit=True) as connection:
            row = connection.execute("SELECT pg_promote(true, 60)").fetchone()
        if row != (True,):
            raise TimeoutError(f"the replica is not promoted: {self.log_lines()}")


@contextmanager
def acknowledged_by_both(primary: PostgresServer) -> Iterator[None]:
    """Have commits wait for the replica, until the block ends or the primary does.

    Raises:
        TimeoutError: no replica has come up to it within a minute.
    """
    with (
        psycopg.connect(primary.url(), autocommit=True) as connection,
        server_settings(connection, {"synchronous_standby_names": "*"}),
    ):
        end = time.monotonic() + SYNC_SECONDS
        while connection.execute(IS_SYNC).fetchone() != (1,):
            if time.monotonic() > end:
                raise TimeoutError("the replica does not come up to the primary")
            time.sleep(0.1)
        yield
