"""Which IP addresses are of the open internet: what reads the web and what posts to it asks here first."""

import ipaddress

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_RESERVED = (  # for protocols, and the relays of 6to4: Python counts some of these as global
    ipaddress.ip_network("192.0.0.0/24"),
    ipaddress.ip_network("192.88.99.0/24"),
)
_UNICAST = ipaddress.ip_network("2000::/3")  # all that was ever given out of IPv6 (RFC 4291, IANA)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, also when it is wrapped in another kind."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _wrapped(found)
    if inner is not None:
        return is_public(str(inner))
    if not found.is_global or found.is_multicast:
        return False
    return found in _UNICAST if found.version == 6 else not any(found in net for net in _RESERVED)


def _wrapped(found: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if isinstance(found, ipaddress.IPv4Address):
        return None
    if found in _NAT64:
        return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.ipv4_mapped or found.sixtofour
