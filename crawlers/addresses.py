"""Which addresses a crawl may reach: never this machine or its network, unless a source was configured there."""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443, "imap": 143, "imaps": 993}
Place = tuple[str, int]  # host, port
_SECRET = re.compile(r"(?<=://)[^/@\s]*@|(?<=[^\s])\?[^\s>)]+")  # who signs in, and what follows the path


def without_secrets(text: str) -> str:
    """What is said of addresses, without the parts of them that may hold a key or a password."""
    return _SECRET.sub("", text)


def place(url: str) -> Place | None:
    """Host and port of an http(s) or imap(s) address; None for anything else."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORTS.get(parts.scheme)
    except ValueError:  # a port of words, an IPv6 address without its end
        return None
    if parts.scheme not in _PORTS or not host or not port:
        return None
    return host.rstrip(".").lower(), port


def origin(url: str) -> str:
    """Scheme, host and port, as RFC 6454 compares them: what is sent to one is not for another. Empty: no address."""
    found = place(url)
    if found is None:
        return ""
    host, port = found
    return f"{urlsplit(url).scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def literal(host: str) -> str | None:
    """The host if it is an IP address itself; names (and the odd spellings that only a resolver reads) are not."""
    try:
        return str(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        return None


def configured(wanted: Place, known: Iterable[Place]) -> bool:
    """Whether a private address is one that the source names: the same host, on its port or on that of http(s)."""
    host, port = wanted
    return any(host == name and port in (at, _PORTS["http"], _PORTS["https"]) for name, at in known)
