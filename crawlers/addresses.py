"""Which addresses a crawl may reach: never this machine or its network, unless a source was configured there."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")  # all that was ever given out of IPv6 (RFC 4291, IANA)
Place = tuple[str, int]  # host, port


def place(url: str) -> Place | None:
    """Host and port of an http(s) address; None for anything else."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORTS.get(parts.scheme)
    except ValueError:  # a port of words, an IPv6 address without its end
        return None
    if parts.scheme not in _PORTS or not host or not port:
        return None
    return host.rstrip(".").lower(), port


def literal(host: str) -> str | None:
    """The host if it is an IP address itself; names (and the odd spellings that only a resolver reads) are not."""
    try:
        return str(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        return None


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, also when it is wrapped in another kind."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _wrapped(found)
    if inner is not None:
        return is_public(str(inner))
    return found.is_global and not found.is_multicast and (found.version == 4 or found in _UNICAST)


def configured(wanted: Place, known: Iterable[Place]) -> bool:
    """Whether a private address is one that the source names: the same host, on its port or on that of http(s)."""
    host, port = wanted
    return any(host == name and port in (at, *_PORTS.values()) for name, at in known)


def _wrapped(found: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if isinstance(found, ipaddress.IPv4Address):
        return None
    if found in _NAT64:
        return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.ipv4_mapped or found.sixtofour
