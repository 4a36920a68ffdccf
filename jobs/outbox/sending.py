"""Sends one request of a webhook: to a public address, bounded in time and size.

The host's name is looked up here, every address of it is checked, and the connection goes to the
address that was checked: a name that leads elsewhere a moment later leads nowhere. Redirects are
not followed.
"""

import http.client
import socket
import ssl
import time
from dataclasses import dataclass
from ipaddress import ip_address
from threading import Event, Timer
from urllib.parse import urlsplit

from app.insights.webhooks.target import is_public

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 8.0
LONGEST_ANSWER = 500
PORTS = {"https": 443, "http": 80}


class NotSent(Exception):
    """A request was not sent, or not answered; the message says why, for operators."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The answer to a request: its status, the beginning of its body, and how long it took."""

    status: int
    answer: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of a request, and whether it may go to a private address."""

    private_targets: bool = False
    total_seconds: float = TOTAL_SECONDS


def send(url: str, body: bytes, headers: dict[str, str], limits: Limits) -> Sent:
    """Post a body, and return the answer, whatever its status.

    Raises:
        NotSent: the address may not be used, or did not answer in time.
    """
    began = time.monotonic()
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    if parts.scheme not in PORTS or (parts.scheme == "http" and not limits.private_targets):
        raise NotSent("only https:// is used")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connected = _connect(host, port, limits)
    except OSError as error:
        raise NotSent(f"no connection: {type(error).__name__}") from None
    is_over = Event()
    deadline = Timer(limits.total_seconds, _cut, [connected, is_over])
    deadline.daemon = True
    deadline.start()
    try:
        connection = http.client.HTTPConnection(host, port)
        connection.sock = _secured(connected, host) if parts.scheme == "https" else connected
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            text = answer.read(LONGEST_ANSWER).decode("utf-8", "replace").replace("\0", "")
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = "no answer in time" if is_over.is_set() else f"no answer: {type(error).__name__}"
        raise NotSent(why) from None
    finally:
        deadline.cancel()
        connected.close()
    if is_over.is_set():
        raise NotSent("no answer in time")
    return Sent(answer.status, text, time.monotonic() - began)


def _connect(host: str, port: int, limits: Limits) -> socket.socket:
    """Connect to an address of the host, all of which have to be public."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(place[0]) for *_, place in found]
    for address in addresses:
        if not limits.private_targets and not is_public(ip_address(address.partition("%")[0])):
            raise NotSent("the host has an address that is not public")
    failure: OSError = OSError("no address")
    for address in addresses[:2]:
        try:
            connected = socket.create_connection((address, port), timeout=CONNECT_SECONDS)
        except OSError as error:
            failure = error
            continue
        connected.settimeout(limits.total_seconds)
        return connected
    raise failure


def _secured(connected: socket.socket, host: str) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(connected, server_hostname=host)


def _cut(connected: socket.socket, is_over: Event) -> None:
    """End a connection whose time is over, whatever the other side does."""
    is_over.set()
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        connected.close()
