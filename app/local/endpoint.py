"""Where a server of the stack listens and its password: kept in a file, used again."""

import json
import secrets
import socket
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from app.local.files import write_private

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Endpoint:
    """A port on the loopback address and the password that its server asks for."""

    port: int
    password: str

    def on_free_port(self) -> "Endpoint":
        """The same endpoint, moved to another port when its own is taken by now."""
        return self if port_is_free(self.port) else self.moved()

    def moved(self) -> "Endpoint":
        """The same endpoint on a port that is free at this moment."""
        return replace(self, port=free_port())


def load_endpoint(file: Path) -> Endpoint | None:
    """The endpoint that was kept in the file, None when there is none."""
    try:
        return Endpoint(**json.loads(file.read_text()))
    except FileNotFoundError:
        return None


def new_endpoint() -> Endpoint:
    """A free port and a new password."""
    return Endpoint(port=free_port(), password=secrets.token_urlsafe(24))


def save_endpoint(file: Path, endpoint: Endpoint) -> None:
    """Keep the endpoint, readable by its owner only."""
    write_private(file, json.dumps(asdict(endpoint)) + "\n")


def free_port() -> int:
    """A TCP port of the loopback address on which nobody listens at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address."""
    with socket.socket() as probe:
        # As the servers themselves do: a connection that just ended does not keep a port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError:
            return False
    return True
