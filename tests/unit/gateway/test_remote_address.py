"""One function decides what a client's address is."""

from datetime import UTC, datetime

import pytest

from gateway.http.remote_address import canonical_address
from gateway.limits.address import address_digest

NOW = datetime(2030, 3, 1, 12, tzinfo=UTC)
SECRET = "s" * 32


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::FFFF:cb00:7107", "203.0.113.7"),
        ("64:ff9b::203.0.113.7", "203.0.113.7"),
        ("64:ff9b::cb00:7107%eth0", "203.0.113.7"),
        ("64:ff9b:1::cb00:7107", "64:ff9b:1::cb00:7107"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("not:an:address", "not:an:address"),
        ("", ""),
    ],
)
def test_an_address_has_one_form(given, address):
    environ = {"REMOTE_ADDR": given}
    canonical_address(environ)
    assert environ["REMOTE_ADDR"] == address


def test_a_socket_has_no_address_and_needs_none():
    environ = {}
    canonical_address(environ)
    assert environ == {}


@pytest.mark.parametrize("carrier", ["::ffff:203.0.113.7", "64:ff9b::203.0.113.7"])
def test_limits_count_a_carried_address_as_its_visitors(carrier):
    assert address_digest(carrier, SECRET, NOW) == address_digest("203.0.113.7", SECRET, NOW)
    other = address_digest("64:ff9b::203.0.113.8", SECRET, NOW)
    assert address_digest(carrier, SECRET, NOW) != other


@pytest.mark.parametrize(("bits", "same"), [(64, False), (48, True)])
def test_an_ipv6_address_counts_as_its_network(bits, same):
    one, two = (
        address_digest(f"2001:db8:1:{n}::7", SECRET, NOW, network_bits=bits) for n in (1, 2)
    )
    assert (one == two) is same
