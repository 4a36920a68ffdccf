"""Decides what a client's network address is, for limits, for privacy and for the app."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from wsgiref.types import WSGIEnvironment

NAT64 = IPv6Network("64:ff9b::/96")


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a text names, or None when it names none.

    An IPv6 address that carries an IPv4 one (`::ffff:a.b.c.d`, or `64:ff9b::/96` behind NAT64) is
    that IPv4 address: the same visitor would else have two, and all of NAT64 would share one.
    """
    try:
        address = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
        return address.ipv4_mapped or address
    return address


def canonical_address(environ: WSGIEnvironment) -> None:
    """Bring `REMOTE_ADDR` into its one form, in place; a value that is no address stays."""
    given: str = environ.get("REMOTE_ADDR", "")
    if ":" in given and (address := parse_address(given)) is not None:
        environ["REMOTE_ADDR"] = str(address)
