"""The request's body: what is wrong with how it was sent is the client's fault."""

from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.types import WSGIEnvironment

from werkzeug.exceptions import ClientDisconnected, HTTPException

INPUT = "wsgi.input"


def guard_body(environ: WSGIEnvironment) -> None:
    """Have every error of the server's while the body is read reach the app as a 400.

    Servers read a body when the app asks for it. A chunk without a size, a body that ends too soon
    or a client that left are then exceptions of the server's own kind in the middle of a view.
    """
    if INPUT in environ and not isinstance(environ[INPUT], _Body):
        environ[INPUT] = _Body(environ[INPUT])


class _Body:
    """A WSGI input stream that raises `ClientDisconnected` where the server's own one fails."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, *size: int) -> bytes:
        data: bytes = self._ask(self._stream.read, *size)
        return data

    def readline(self, *size: int) -> bytes:
        line: bytes = self._ask(self._stream.readline, *size)
        return line

    def readlines(self, *hint: int) -> list[bytes]:
        lines: list[bytes] = self._ask(self._stream.readlines, *hint)
        return lines

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _ask(self, read: Callable[..., Any], *arguments: int) -> Any:
        try:
            return read(*arguments)
        except HTTPException:
            raise
        except Exception as error:
            raise ClientDisconnected(f"the body is broken: {type(error).__name__}") from None
