"""A webhook goes to a public address, by TLS, and to the address that was checked."""

import socket
from ipaddress import ip_address

import pytest

from app.insights.webhooks.service import Unusable, ensure_usable
from app.insights.webhooks.target import is_public
from jobs.outbox import sending
from jobs.outbox.sending import Limits, NotSent, send

PUBLIC = ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "224.0.0.1", "255.255.255.255", "240.0.0.1", "198.18.0.1", "::1", "::", "fe80::1",
    "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_used(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", PRIVATE)
def test_no_other_address_is_used(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    ["http://crm.example/", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/",
     "https://user@crm.example/", "https:///x", "ftp://crm.example", "https://crm.example:x/",
     "https://crm.example/\r\nX: y", "https://" + "x" * 2000],
)  # fmt: skip
def test_an_endpoint_that_could_not_be_used_is_refused_at_once(url):
    with pytest.raises(Unusable):
        ensure_usable(url, private_targets=False)


def resolving(monkeypatch, *addresses):
    """Have every name lead to these addresses; return the names that were looked up."""
    asked = []

    def look_up(host, port, **_):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr(sending.socket, "getaddrinfo", look_up)
    return asked


def connecting(monkeypatch):
    """Refuse every connection; return where they would have gone."""
    tried = []

    def connect(address, **_):
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(sending.socket, "create_connection", connect)
    return tried


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    asked, tried = resolving(monkeypatch, PUBLIC[0]), connecting(monkeypatch)
    with pytest.raises(NotSent, match="ConnectionRefusedError"):
        send("https://crm.example:8443/hook", b"{}", {}, Limits())
    assert (asked, tried) == (["crm.example"], [(PUBLIC[0], 8443)])


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "fe80::1%eth0"])
def test_a_name_with_one_private_address_is_not_connected_to(monkeypatch, address):
    resolving(monkeypatch, PUBLIC[0], address)
    tried = connecting(monkeypatch)
    with pytest.raises(NotSent, match="not public"):
        send("https://crm.example/", b"{}", {}, Limits())
    assert tried == []


def test_plain_http_is_not_used(monkeypatch):
    tried = connecting(monkeypatch)
    with pytest.raises(NotSent, match="https"):
        send("http://crm.example/", b"{}", {}, Limits())
    assert tried == []


def test_a_server_that_speaks_no_tls_gets_nothing():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        limits = Limits(private_targets=True, total_seconds=0.2)
        with pytest.raises(NotSent, match="no answer"):
            send(f"https://127.0.0.1:{port}/", b"a secret", {}, limits)
        accepted, _ = server.accept()
        with accepted:
            assert b"a secret" not in accepted.recv(4096)
