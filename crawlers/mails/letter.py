"""An e-mail as its reader sees it: who sent it, what it says line by line, where its links lead,
what its own server says of its sender."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from email.utils import getaddresses

import lxml.html

from crawlers.dates import parse_date
from crawlers.mails.proofs import Results, read_results
from crawlers.text import from_html, tidy

MOST = 200_000  # characters of a body
LINES = 2_000
_IMAGE = re.compile(r"<img\b[^>]*?\balt\s*=\s*(\"[^\"]{1,80}\"|'[^']{1,80}')[^>]*>", re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s<>\"')\]]{4,2000}")
_REPLY = re.compile(
    r"^\s*(>|On .{5,80} wrote:|Il .{5,80} ha scritto:|-{2,} ?Original Message)", re.IGNORECASE
)
_ADDRESS = re.compile(r"[^@\s\"<>(),:;]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_FROM = re.compile(rb"(?:^|[\r\n])from[ \t]*:", re.IGNORECASE)
RESULTS = 20  # headers that are looked at


@dataclass(frozen=True, slots=True)
class Letter:
    """`address`: the one it says to come from; empty where it names none or several. `results`: what servers on its
    way say of that, the last one first."""

    id: str
    address: str
    subject: str
    at: datetime | None
    lines: tuple[str, ...]
    links: tuple[str, ...]
    results: tuple[Results, ...]

    @property
    def sender(self) -> str:
        """The domain of its address."""
        return self.address.rpartition("@")[2]


def read_letter(raw: bytes, now: datetime) -> Letter | None:
    """The letter in an e-mail's bytes; None where they are none. Never raises."""
    try:
        message = message_from_bytes(raw, policy=default)
        if not isinstance(message, EmailMessage):
            return None
        text, links = _body(message)
        return Letter(
            id=_header(message, "Message-ID").strip("<> ")[:300],
            address=_address(_raw(message, "from")) if _says_once(raw) else "",
            subject=" ".join(_header(message, "Subject").split())[:500],
            at=parse_date(_header(message, "Date"), now),
            lines=tuple(_lines(text)),
            links=links,
            results=tuple(read_results(one) for one in _raw(message, "authentication-results")[:RESULTS]),
        )
    except (ValueError, LookupError, TypeError, AttributeError, IndexError, RecursionError):
        return None  # what the standard library trips over in broken mail


def _header(message: Message, name: str) -> str:
    try:
        return str(message.get(name) or "")
    except (ValueError, IndexError, AttributeError, TypeError):  # a header that only looks like one
        return ""


def _raw(message: Message, name: str) -> list[str]:
    """The values of a header as they came: what is encoded in them is not decoded into something else."""
    return [str(value) for key, value in message.raw_items() if key.strip().lower() == name]


def _says_once(raw: bytes) -> bool:
    """Whether the head has one `From`, however it is written: programs differ in what they take for a header."""
    head = re.split(rb"\r?\n\r?\n|\r\r", raw.lstrip(), maxsplit=1)[0]
    return len(_FROM.findall(head)) == 1


def _address(headers: list[str]) -> str:
    """The one address of the one `From`: which of several a reader sees, each program decides for itself."""
    if len(headers) != 1:
        return ""
    header = re.sub(r"[\r\n]+", "", headers[0])
    found = [address.lower() for _, address in getaddresses([header]) if address]
    if len(found) != 1 or not _ADDRESS.fullmatch(found[0]):
        return ""
    unquoted = re.sub(r'"(?:[^"\\]|\\.)*"', "", header)  # a name in quotes may show an address
    return found[0] if unquoted.count("<") <= 1 and unquoted.count("@") == 1 else ""


def _body(message: EmailMessage) -> tuple[str, tuple[str, ...]]:
    part = message.get_body(("html", "plain"))
    if part is None:
        return "", ()
    charset = part.get_content_charset() or "utf-8"
    content = part.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else b""
    try:
        text = raw.decode(charset, "replace")
    except LookupError:
        text = raw.decode("utf-8", "replace")
    text = text[:MOST]
    if part.get_content_type() != "text/html":
        return tidy(text), tuple(dict.fromkeys(_LINK.findall(text)))
    pictured = _IMAGE.sub(lambda match: f" {match[1][1:-1]} ", text)  # stars are often pictures
    return from_html(pictured), tuple(dict.fromkeys(_hrefs(text)))


def _hrefs(html: str) -> Iterator[str]:
    try:
        root = lxml.html.fragment_fromstring(html, create_parent="div")
    except (ValueError, AssertionError, lxml.etree.LxmlError):
        return
    for element in root.iter("a"):
        href = (element.get("href") or "").strip()
        if href.lower().startswith(("http://", "https://")) and len(href) <= 2000:
            yield str(href)


def _lines(text: str) -> Iterator[str]:
    """Without what somebody quoted beneath an answer."""
    for line in text.split("\n")[:LINES]:
        if _REPLY.match(line):
            return
        if line.strip():
            yield line.strip()
