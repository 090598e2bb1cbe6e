"""An e-mail as the bytes that go over the wire, from a letter: pure. Nothing from outside can add a header, a line to
one, or an element to the HTML. No picture is loaded from anywhere: the one there may be travels in the message."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from alerts.channels.email.letter import CHECK, FAINT, PLAIN, QUOTE, REPLY, STRONG, TITLE, Letter, Part

PLAIN_SUBJECT = 60  # characters of plain letters that go without encoding, and without folding
LOOKS = {
    PLAIN: "",
    FAINT: "color:#5f6368",
    STRONG: "font-weight:bold",
    QUOTE: "border-left:4px solid #cfcfcf;padding-left:12px;font-style:italic",
    REPLY: "background:#eef4ee;padding:10px 12px",
    CHECK: "color:#8a4b00",
    TITLE: "margin-top:20px;padding-top:12px;border-top:1px solid #dcdcd6;font-weight:bold;font-size:17px",
}


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whose message it is, to whom, under which id, and the id of the message it belongs under."""

    sender: str
    to: Sequence[str]
    message_id: str
    at: datetime
    under: str | None = None


def message_id(key: str, sender: str) -> str:
    """The same for the same key, however often it is sent: mail programs show a second copy once."""
    domain = parseaddr(sender)[1].rpartition("@")[2]
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def encode(letter: Letter, envelope: Envelope, lang: str, png: bytes | None = None) -> bytes:
    """The whole message: text, and HTML beside it, with the picture `png` in it."""
    message = EmailMessage(policy=SMTP)
    message["From"] = envelope.sender
    message["To"] = ", ".join(envelope.to)
    message["Date"] = format_datetime(envelope.at)
    message["Message-ID"] = envelope.message_id
    if envelope.under:
        message["In-Reply-To"] = envelope.under
        message["References"] = envelope.under
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if letter.urgent:
        message["Importance"] = "high"
        message["X-Priority"] = "1"
    message.set_content(as_text(letter), cte="quoted-printable")
    cid = _content_id(envelope.message_id) if png else None
    message.add_alternative(as_html(letter, lang, cid), subtype="html", cte="quoted-printable")
    if png and cid:
        _embed(message, png, cid)
    return _subject(letter.subject) + message.as_bytes()


def as_text(letter: Letter) -> str:
    """The letter for whoever reads no HTML."""
    parts = (Part(letter.alt, FAINT), *letter.parts) if letter.alt else letter.parts
    return f"{letter.title}\n\n" + "\n".join(map(_as_text, parts)) + "\n"


def as_html(letter: Letter, lang: str, cid: str | None = None) -> str:
    """The letter as one page of its own: all text escaped, looks written at each element, links to http(s) only. `cid`:
    the content id of its picture; without one, what it would show is told in words."""
    return _template().render(letter=letter, looks=LOOKS, lang=lang, cid=cid)


def _content_id(message_id: str) -> str:
    """The same for the same message; another for another, as some mail programs mix up what has the same."""
    return f"picture.{message_id.strip('<>')}"


def _embed(message: EmailMessage, png: bytes, cid: str) -> None:
    """Beside the HTML, which becomes multipart/related with it; shown in its place, not as an attachment."""
    _, html = message.iter_parts()
    html.add_related(png, "image", "png", cid=f"<{cid}>", disposition="inline", filename="chart.png")


def _as_text(part: Part) -> str:
    if part.look in (QUOTE, REPLY):
        lines = "\n".join(
            f"> {line}" if part.look == QUOTE else f"    {line}" for line in part.text.split("\n")
        )
        return f"\n{lines}\n"
    if part.look == TITLE:
        return f"\n{part.text}\n{'-' * len(part.text)}"
    return f"{part.text}\n  {part.url}" if part.url else part.text


def _subject(subject: str) -> bytes:
    """One header line and its continuations, in words that every parser puts together again as they were; what looks
    like an encoded word itself is encoded too. The standard library's folding is not asked: it may break at controls
    that stand between spaces."""
    if subject.isascii() and subject.isprintable() and len(subject) <= PLAIN_SUBJECT and "=?" not in subject:
        return f"Subject: {subject}\r\n".encode("ascii")
    words = Header(subject, "utf-8", maxlinelen=75, header_name="Subject").encode(linesep="\r\n")
    return f"Subject: {words}\r\n".encode("ascii")


@cache
def _template() -> Template:
    folder = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("letter.html")
