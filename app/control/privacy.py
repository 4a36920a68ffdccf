"""Personal data of visitors: shortened when it comes in, deleted when the session ends."""

from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import Connection

from app.sql_blocks import load_statements

_FORGET = load_statements("app.control", "sessions")["forget_visitors"]


def cut_address(address: str | None) -> str | None:
    """Return the network of an address, IPv4 /24 or IPv6 /48; None for what is no address.

    The gateway has decided what the address is (`gateway.http.remote_address`): an IPv4 address
    that an IPv6 one carries comes as IPv4.
    """
    try:
        parsed = ip_address((address or "").partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 48), strict=False).network_address)
    return str(ip_network((parsed, 24), strict=False).network_address)


def forget_visitors(connection: Connection) -> int:
    """Delete the personal data of sessions that are over. Return the number of rows changed."""
    return connection.execute(_FORGET).rowcount
