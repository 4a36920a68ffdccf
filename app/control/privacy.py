"""Personal data of visitors: shortened when it comes in, deleted when the session ends."""

from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import Connection

from app.sql_blocks import load_statements

_FORGET = load_statements("app.control", "sessions")["forget_visitors"]


def cut_address(address: str | None) -> str | None:
    """Return the network of an address, IPv4 /24 or IPv6 /48, or None for what is no address."""
    try:
        parsed = ip_address((address or "").partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return cut_address(str(parsed.ipv4_mapped))
        return str(ip_network((parsed, 48), strict=False).network_address)
    return str(ip_network((parsed, 24), strict=False).network_address)


def forget_visitors(connection: Connection) -> int:
    """Delete the personal data of sessions that are over. Return the number of rows changed."""
    return connection.execute(_FORGET).rowcount
