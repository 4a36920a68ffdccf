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
    """The network of an address, IPv4 /24 or IPv6 /48; None for what is no address."""
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
    """Delete what is known of the visitors of sessions that are over. Returns how many rows."""
    return connection.execute(_FORGET).rowcount
