"""Who may see the pages: whoever has the key that was printed at the start, on this machine's own address.

The key is good for one run. It moves from the address into a cookie at once, so that no history, bookmark or
`Referer` keeps it. Pages answer only under a loopback name: a site that points its own name at this machine (DNS
rebinding) sees nothing.
"""

import hashlib
import ipaddress
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse

PARAMETER = "key"


class Refused(Exception):
    """Not to be shown; `why` is `host` or `key`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class SignedIn(Exception):
    """The key in the address is right: it goes on at `location`, without the key."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


@dataclass(frozen=True, slots=True)
class Gate:
    """Called before each page, as a dependency. Raises `Refused` or `SignedIn`."""

    key: str

    def __call__(self, request: Request) -> None:
        if not is_loopback(request.headers.get("host", "")):
            raise Refused("host")
        given = request.query_params.get(PARAMETER)
        if given is None:
            given = request.cookies.get(self.cookie, "")
        if not self.opens(given):
            raise Refused("key")
        if PARAMETER in request.query_params:
            raise SignedIn(_without_key(request))

    @property
    def cookie(self) -> str:
        """Its name: cookies know no ports, so two Ascoltos on one machine need two."""
        return "ascolto-" + hashlib.sha256(self.key.encode()).hexdigest()[:12]

    def opens(self, given: str) -> bool:
        return bool(self.key) and secrets.compare_digest(
            given.encode("utf-8", "replace"), self.key.encode("utf-8", "replace")
        )

    def let_in(self, location: str) -> RedirectResponse:
        """Keeps the key in a cookie that no script reads and no other site makes a browser send."""
        answer = RedirectResponse(location, status_code=303)
        answer.set_cookie(self.cookie, self.key, httponly=True, samesite="strict", path="/")
        return answer


def is_loopback(host: str) -> bool:
    """Whether a Host header names this machine by itself: localhost, 127.0.0.0/8 or [::1], with any port."""
    try:
        parts = urlsplit(f"//{host}")
        name, _ = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        return False
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _without_key(request: Request) -> str:
    rest = [(name, value) for name, value in request.query_params.multi_items() if name != PARAMETER]
    return request.url.path + (f"?{urlencode(rest)}" if rest else "")
