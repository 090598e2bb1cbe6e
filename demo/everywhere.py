"""All kinds of places at once: `python -m demo.everywhere FOLDER` serves each platform's interface and a mailbox here,
and writes into the folder an `ascolto.toml` with a source of every type and the `.env` that signs in to them.

It serves until it is interrupted; meanwhile `ascolto check`, `ascolto collect` and `ascolto run` work in that folder.
"""

import json
import secrets
import sys
import threading
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from demo.imap import MailServer
from demo.internet import Internet
from demo.places import interface, interfaces
from demo.world import CONTENT, parse_offset
from store.clock import utcnow

USER, PASSWORD = "care@caffeaurora.example", "piazza-mail"
TABLES = """
[[sources]]
name = "notifications"
type = "mailbox"
brand = "aurora"
host = "127.0.0.1"
port = $port
security = "none"
authserv_id = "mail.caffeaurora.example"

[[sources]]
name = "zapier"
type = "webhook"
brand = "aurora"
signature = "bearer"
"""


class Everywhere:
    """The small internet with all its interfaces, and a mail server beside it. Ages count from `now` (aware UTC)."""

    def __init__(self, now: datetime) -> None:
        self.internet = Internet(now)
        self.mail = MailServer(letters(now), USER, PASSWORD)
        self._pushing = secrets.token_urlsafe(18)

    def __enter__(self) -> Self:
        self.internet.start()
        self.mail.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.mail.__exit__(kind, error, trace)
        self.internet.stop()

    def config(self) -> str:
        """An `ascolto.toml` with a source of every type."""
        tables = TABLES.replace("$port", str(self.mail.port))
        return "\n".join((self.internet.config(), self.internet.everywhere(), tables))

    def environment(self) -> dict[str, str]:
        """What signs in to all of them."""
        signed = {name: value for one in interfaces() for name, value in interface(one).SECRETS.items()}
        ours = {"MAILBOX_USER": USER, "MAILBOX_PASSWORD": PASSWORD, "ASCOLTO_INBOUND_SECRET": self._pushing}
        ours["MASTODON_TOKEN"] = secrets.token_urlsafe(18)  # which no search of the demo's Mastodon looks at
        return signed | ours

    def write(self, folder: Path) -> None:
        """The configuration and, readable to its owner alone, the `.env` beside it. Raises FileExistsError."""
        with (folder / "ascolto.toml").open("x", encoding="utf-8") as file:
            file.write(self.config())
        env = folder / ".env"
        env.touch(mode=0o600, exist_ok=False)
        env.write_text("".join(f"{name}={_quoted(value)}\n" for name, value in self.environment().items()))


def letters(now: datetime) -> dict[int, bytes]:
    """The messages of the mailbox, by UID."""
    lines = (CONTENT / "mails.jsonl").read_text(encoding="utf-8").splitlines()
    return {number: _letter(json.loads(line), number, now) for number, line in enumerate(lines, start=1)}


def _letter(told: Mapping[str, Any], number: int, now: datetime) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = told["from"], USER, told["subject"]
    message["Date"] = format_datetime(now + parse_offset(told["at"]))
    message["Message-ID"] = f"<{number}@piazza.example>"
    domain = told["from"].rpartition("@")[2].strip(">")
    message["Authentication-Results"] = f"mail.caffeaurora.example; dkim=pass header.d={domain}; dmarc=pass"
    message.set_content("\n".join(told["lines"]))
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in told["lines"])
    message.add_alternative(f'{paragraphs}<p><a href="{escape(told["link"])}">…</a></p>', subtype="html")
    return message.as_bytes()


def _quoted(value: str) -> str:
    """For a `.env`: in single quotes nothing is interpreted but these two."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with Everywhere(utcnow()) as everywhere:
        everywhere.write(folder)
        sys.stdout.write(
            f"Serving all of it; in {folder}, try: ascolto check, ascolto collect, ascolto run\n"
        )
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m demo.everywhere FOLDER")
    main(Path(sys.argv[1]))
