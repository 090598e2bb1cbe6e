"""Where mail is handed in: what `ASCOLTO_SMTP_URL` says."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed in. `scheme`: one of `PORTS`; `user` empty: nobody signs in."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""

    @classmethod
    def parse(cls, url: str) -> "Server":
        """From `smtp+starttls://user:password@host:587`; of user and password, `%` begins a sign written as two digits.
        Raises ValueError, whose words hold nothing of the address."""
        scheme, _, rest = url.strip().partition("://")
        credentials, _, place = rest.rpartition("@")
        user, _, password = (unquote(part) for part in credentials.partition(":"))
        host, port = _place(place)
        if scheme not in PORTS or not host:
            raise ValueError("is no address of a mail server: write smtp+starttls://user:password@host:587")
        if not f"{user}{password}".isascii():
            raise ValueError("holds a user or a password with letters that SMTP cannot send: use ASCII")
        server = cls(scheme, host, port or PORTS[scheme], user, password)
        if scheme == "smtp" and not server.is_local:
            raise ValueError("would send in the clear: write smtp+starttls:// or smtps://")
        return server

    @property
    def is_local(self) -> bool:
        """On this machine, where nobody listens between."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def _place(text: str) -> tuple[str, int | None]:
    try:
        parts = urlsplit(f"//{text}")
        found = parts.hostname or "", parts.port
    except ValueError:
        return "", None
    return ("", None) if parts.path not in ("", "/") or parts.query or parts.fragment else found
