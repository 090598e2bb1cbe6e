"""An e-mail as its reader sees it: who sent it, what it says line by line, where its links lead, if it is genuine."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from email.utils import parseaddr

import lxml.html

from crawlers.dates import parse_date
from crawlers.text import from_html, tidy

MOST = 200_000  # characters of a body
LINES = 2_000
_IMAGE = re.compile(r"<img\b[^>]*?\balt\s*=\s*(\"[^\"]{1,80}\"|'[^']{1,80}')[^>]*>", re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s<>\"')\]]{4,2000}")
_REPLY = re.compile(
    r"^\s*(>|On .{5,80} wrote:|Il .{5,80} ha scritto:|-{2,} ?Original Message)", re.IGNORECASE
)
_FAILED = re.compile(r"\b(?:dmarc|dkim)\s*=\s*(?:fail|permerror)\b", re.IGNORECASE)
_PASSED = re.compile(r"\b(?:dmarc|dkim)\s*=\s*pass\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Letter:
    """`sender`: the domain it says to come from. `doubted`: the receiving server could not confirm that."""

    id: str
    sender: str
    subject: str
    at: datetime | None
    lines: tuple[str, ...]
    links: tuple[str, ...]
    doubted: bool


def read_letter(raw: bytes, now: datetime) -> Letter | None:
    """The letter in an e-mail's bytes; None where they are none. Never raises."""
    try:
        message = message_from_bytes(raw, policy=default)
        if not isinstance(message, EmailMessage):
            return None
        address = parseaddr(_header(message, "From"))[1]
        text, links = _body(message)
        return Letter(
            id=_header(message, "Message-ID").strip("<> ")[:300],
            sender=address.rpartition("@")[2].strip(". ").lower(),
            subject=" ".join(_header(message, "Subject").split())[:500],
            at=parse_date(_header(message, "Date"), now),
            lines=tuple(_lines(text)),
            links=links,
            doubted=_doubted(message),
        )
    except (ValueError, LookupError, TypeError, AttributeError, IndexError, RecursionError):
        return None  # what the standard library trips over in broken mail


def _header(message: Message, name: str) -> str:
    try:
        return str(message.get(name) or "")
    except (ValueError, IndexError, AttributeError, TypeError):  # a header that only looks like one
        return ""


def _doubted(message: Message) -> bool:
    """Only the topmost of these headers is our own server's: anybody can write the others."""
    try:
        told = [str(one) for one in message.get_all("Authentication-Results") or []][:1]
    except (ValueError, IndexError, AttributeError, TypeError):
        return True
    return bool(told) and (bool(_FAILED.search(told[0])) or not _PASSED.search(told[0]))


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
