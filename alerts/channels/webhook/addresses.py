"""Where a webhook leads: the address is looked up once, checked, and then connected to as it was checked, so that a
name server cannot answer otherwise the second time."""

import socket
from collections.abc import Callable

from alerts.channels.base import Misconfigured
from alerts.channels.webhook.place import Place
from store.errors import Transient
from store.network import is_public

Resolve = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a host, in the order to try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def reachable(place: Place, look_up: Resolve, *, allow_private: bool) -> list[str]:
    """The addresses that may be connected to. Raises `Misconfigured` where one of them leads inward and that is not
    allowed, or outward without encryption; `Transient` where there is none now."""
    try:
        addresses = look_up(place.host, place.port)
    except (OSError, UnicodeError) as error:
        raise Transient(f"the webhook's host is not found: {type(error).__name__}") from None
    if not addresses:
        raise Transient("the webhook's host is not found")
    outward = [is_public(address) for address in addresses]
    if not allow_private and not all(outward):
        mend = "the webhook leads to this machine or its network: if that is meant, set webhook.allow_private"
        raise Misconfigured("address_inside", mend, everywhere=True)
    if not place.secure and any(outward):
        mend = "the webhook leads outward: write https:// in ASCOLTO_WEBHOOK_URL"
        raise Misconfigured("not_encrypted", mend, everywhere=True)
    return addresses
