"""Measures the requests a second of a web server that never waits for its clients."""

import socket
import threading
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

ANSWER_SECONDS = 30.0


class Connection:
    """A kept connection that sends one request again and again, as cheaply as Python can."""

    def __init__(
        self, url: str, path: str, headers: dict[str, str], *, seconds: float = ANSWER_SECONDS
    ) -> None:
        host = urlsplit(url)
        lines = [f"GET {path} HTTP/1.1", f"Host: {host.netloc}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._request = ("\r\n".join(lines) + "\r\n\r\n").encode()
        self._socket = socket.create_connection(
            (str(host.hostname), int(host.port or 80)), timeout=seconds
        )

    def ask(self) -> None:
        """Send the request and read its answer to the end.

        Raises:
            RuntimeError: it was not a success.
        """
        self._socket.sendall(self._request)
        answer = bytearray()
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._received()
        head = bytes(answer[:end])
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode("latin-1"))
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        left = end + 4 + length - len(answer)
        while left > 0:
            left -= len(self._received())

    def close(self) -> None:
        """Let go of it."""
        self._socket.close()

    def _received(self) -> bytes:
        received = self._socket.recv(65536)
        if not received:
            raise RuntimeError("the server closed the connection")
        return received


def requests_per_second(connections: Sequence[Connection], seconds: float) -> float:
    """Ask on all connections at once, for so long."""
    counts = [0] * len(connections)
    end = time.perf_counter() + seconds

    def keep_asking(number: int) -> None:
        while time.perf_counter() < end:
            connections[number].ask()
            counts[number] += 1

    threads = [
        threading.Thread(target=keep_asking, args=(number,)) for number in range(len(connections))
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - started)
