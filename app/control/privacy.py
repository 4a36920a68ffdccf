"""Personal data of visitors: cut when they come in, and gone when their session ends."""

from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import Connection, text

_FORGET = text(
    """
    UPDATE control.demo_sessions SET ip_address = NULL, user_agent = NULL
     WHERE status NOT IN ('pending', 'active')
       AND (ip_address IS NOT NULL OR user_agent IS NOT NULL)
    """
)


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
    """Delete what is known of the visitors of sessions that are over. Returns how many rows."""
    return connection.execute(_FORGET).rowcount
