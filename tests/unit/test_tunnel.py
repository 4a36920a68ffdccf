"""The tunnel of the cluster's tests leaves no socket open."""

import socket
import threading
from types import SimpleNamespace

from kubernetes import client

from tests.cluster import tunnel as module


class Stream:
    """What the client returns for a port: a half of a socket pair, whose other half echoes."""

    def __init__(self) -> None:
        self.ours, self._theirs = socket.socketpair()
        threading.Thread(target=self._echo, daemon=True).start()

    def socket(self, _port: int) -> socket.socket:
        return self.ours

    def close(self) -> None:
        self.ours.close()

    def _echo(self) -> None:
        with self._theirs:
            while data := self._theirs.recv(100):
                self._theirs.sendall(data)


def test_a_connections_socket_is_closed_after_it(monkeypatch):
    streams = []

    def portforward(*_arguments, **_options):
        streams.append(Stream())
        return streams[-1]

    monkeypatch.setattr(module, "portforward", portforward)
    closed = threading.Event()
    close = Stream.close
    monkeypatch.setattr(Stream, "close", lambda self: (close(self), closed.set()))
    server = SimpleNamespace(api=SimpleNamespace(configuration=client.Configuration()))
    with module.tunnel(server, "namespace", "pod", 8000) as url:
        address = ("127.0.0.1", int(url.rpartition(":")[2]))
        with socket.create_connection(address) as connection:
            connection.sendall(b"hello")
            connection.shutdown(socket.SHUT_WR)
            assert connection.makefile("rb").read() == b"hello"
        assert closed.wait(90)
    (stream,) = streams
    assert stream.ours.fileno() == -1
