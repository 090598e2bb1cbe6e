"""Where a webhook is: what `ASCOLTO_WEBHOOK_URL` says."""

from dataclasses import dataclass
from urllib.parse import urlsplit

PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Place:
    """An address of the web in parts. `secure`: by TLS; `path`: with its query."""

    secure: bool
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, url: str) -> "Place":
        """Raises ValueError, whose words hold nothing of the address: its path is often a secret."""
        try:
            parts = urlsplit(url.strip())
            host, port = (parts.hostname or "").encode("idna").decode("ascii"), parts.port
        except ValueError:
            host, port = "", None
        if not host or parts.scheme not in PORTS or parts.username or parts.password or not url.isprintable():
            raise ValueError("is no address of a webhook: write https://host/path")
        path = parts.path or "/"
        query = f"?{parts.query}" if parts.query else ""
        return cls(parts.scheme == "https", host, port or PORTS[parts.scheme], f"{path}{query}")

    @property
    def authority(self) -> str:
        """Host and port as the header Host names them."""
        return _authority(self.host, self.port, self.secure)

    def at(self, address: str) -> str:
        """The URL that leads to this IP address."""
        scheme = "https" if self.secure else "http"
        return f"{scheme}://{_authority(address, self.port, self.secure)}{self.path}"


def _authority(host: str, port: int, secure: bool) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port == PORTS["https" if secure else "http"] else f"{name}:{port}"
