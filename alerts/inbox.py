"""Where the inbox stands, and who may come in: the `[inbox]` table of the configuration. Pure values.

Messages link to the inbox by `Links`: where no public address is configured, they link to nothing.
"""

import ipaddress
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlencode, urlsplit

from pydantic import AfterValidator, Field

from alerts.routing import PersonId
from store.brand import Strict


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


def _public(value: str) -> str:
    """An origin, such as https://ascolto.mybrand.example, without the slash at its end."""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.netloc))
    bare = parts.path in ("", "/") and not parts.query and not parts.fragment and parts.username is None
    if not host or not safe or not bare or not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError(
            "is no address of an inbox: write https://ascolto.mybrand.example, with no path, or http:// on this machine"
        )
    # Browsers leave out the port that goes without saying, and the host is compared with what they send.
    name = parts.netloc.lower().removesuffix({"https": ":443", "http": ":80"}[parts.scheme])
    return f"{parts.scheme}://{name}"


class InboxOptions(Strict):
    """The inbox as people reach it, and who they are."""

    url: Annotated[str, AfterValidator(_public)] | None = Field(
        None, description="the address under which people open the inbox; messages link there"
    )
    managers: tuple[PersonId, ...] = Field(
        (), description="ids of the people in Slack who may act when they sign in with Slack"
    )
    readers: tuple[PersonId, ...] = Field(
        (), description="ids of those who may only read; without any, everybody in the workspace"
    )

    @property
    def host(self) -> str | None:
        """Its name and port, as a browser sends them in Host."""
        return urlsplit(self.url).netloc if self.url else None

    @property
    def secure(self) -> bool:
        return bool(self.url and self.url.startswith("https://"))

    @property
    def links(self) -> "Links":
        return Links(self.url)


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of pages of the inbox; None each where nobody knows its address."""

    base: str | None = None

    def case(self, case_id: int | None) -> str | None:
        return f"{self.base}/cases/{case_id}" if self.base and case_id else None

    def queue(self, **asked: str | None) -> str | None:
        """The queue, with filters as its page takes them (`status`, `brand`, `q`...)."""
        known = {name: value for name, value in asked.items() if value}
        return f"{self.base}/{f'?{urlencode(known)}' if known else ''}" if self.base else None

    def page(self, path: str) -> str | None:
        """Another page, by its path."""
        return f"{self.base}{quote(path)}" if self.base else None
