"""Reads mailboxes for Scrapy: requests to `imap://` and `imaps://` addresses, answered as a web server would.

The path is the folder; the query says what is wanted: `from` (domains of senders), `most`, `before` (a UID) and `known`
(what the last read knew of the folder; an unchanged one is 304). `Authorization` is Basic or Bearer, as over HTTP. The
answer is JSON: the folder's state and its newest messages, each with its UID and its bytes in base64, and the UIDs of
those that are too large. No more is read than was asked for, and no longer than `TOTAL`. Nothing in a
mailbox is changed, not even what is unread.
"""

import asyncio
import base64
import imaplib
import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.exceptions import DownloadConnectionRefusedError, DownloadFailedError, DownloadTimeoutError
from scrapy.http import Response

TIMEOUT = 30.0  # seconds for each step
TOTAL = 120.0  # seconds for one request
LARGEST = 1_000_000  # bytes of a message; a notification is some thousands
MOST = 40_000_000  # bytes that a server may send in one request
_SIZE = re.compile(rb"UID (\d{1,10}) RFC822\.SIZE (\d{1,12})|RFC822\.SIZE (\d{1,12}) UID (\d{1,10})")
_UID = re.compile(rb"UID (\d{1,10})")


class TooMuch(OSError):  # imaplib would make errors of its own kind into others
    """The server sends more than was asked for."""


class _Bounded(imaplib.IMAP4):
    """Reads no more than it should, and hangs up when its time is over, however slowly a server goes on."""

    _left = MOST
    _clock: threading.Timer | None = None

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        super().open(host, port, timeout)
        self._clock = threading.Timer(TOTAL, self._hang_up)
        self._clock.daemon = True
        self._clock.start()

    def _hang_up(self) -> None:
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def shutdown(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
        super().shutdown()

    def read(self, size: int) -> bytes:
        if size > LARGEST:
            raise TooMuch("a literal")
        return self._counted(super().read(size))

    def readline(self) -> bytes:
        return self._counted(super().readline())

    def _counted(self, read: bytes) -> bytes:
        self._left -= len(read)
        if self._left < 0:
            raise TooMuch("all in all")
        return read


class _BoundedTls(_Bounded, imaplib.IMAP4_SSL):  # type: ignore[misc]  # `port` has another default
    pass


class ImapHandler(BaseDownloadHandler):
    """A download handler of Scrapy; the blocking work is done on a thread."""

    lazy = True

    async def download_request(self, request: Request) -> Response:
        secret = (request.headers.get("Authorization") or b"").decode("latin-1")
        security = (request.headers.get("X-Security") or b"").decode("latin-1")
        try:
            status, found = await asyncio.to_thread(_answer, request.url, secret, security)
        except ConnectionRefusedError as error:
            raise DownloadConnectionRefusedError(str(error)) from None
        except TimeoutError as error:
            raise DownloadTimeoutError(str(error)) from None
        except TooMuch:
            raise DownloadFailedError("the mail server sends more than it was asked for") from None
        except UnicodeError:  # whose words may hold a secret
            raise DownloadFailedError("the mail server: what is not ASCII") from None
        except (OSError, imaplib.IMAP4.error, ssl.SSLError) as error:
            raise DownloadFailedError(f"the mail server: {type(error).__name__}") from None
        body = json.dumps(found).encode()
        return Response(request.url, status, {"Content-Type": "application/json"}, body, request=request)


def _answer(url: str, secret: str, security: str) -> tuple[int, dict[str, Any]]:
    parts = urlsplit(url)
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    with _connected(parts.hostname or "", parts.port, security) as server:
        if not _sign_in(server, secret):
            return 401, {}
        state = _open(server, unquote(parts.path.lstrip("/")))
        if state is None:
            return 404, {}
        if asked.get("known") == state:
            return 304, {}
        uids = _uids(server, int(asked.get("before") or 0), asked.get("from", "").split())
        wanted = uids[: int(asked.get("most") or 1)]
        sizes = _sizes_of(server, wanted)
        messages = [
            {"uid": uid, "raw": base64.b64encode(raw).decode()}
            for uid, raw in _messages(server, [uid for uid in wanted if sizes.get(uid, LARGEST) < LARGEST])
        ]
        large = [uid for uid in wanted if sizes.get(uid, 0) >= LARGEST]
        more = wanted[-1] if len(uids) > len(wanted) else None
        told = {"state": state, "messages": messages, "large": large, "more": more, "read": len(wanted)}
        return 200, told


@contextmanager
def _connected(host: str, port: int | None, security: str) -> Iterator[imaplib.IMAP4]:
    server: imaplib.IMAP4
    if security == "tls":
        server = _BoundedTls(host, port or 993, ssl_context=ssl.create_default_context(), timeout=TIMEOUT)
    else:
        server = _Bounded(host, port or 143, timeout=TIMEOUT)
    try:
        if security == "starttls":
            server.starttls(ssl.create_default_context())
        yield server
    finally:
        try:
            server.logout()
        except (OSError, imaplib.IMAP4.error):
            server.shutdown()


def _sign_in(server: imaplib.IMAP4, secret: str) -> bool:
    """`Basic` signs in by name and password, `Bearer` by SASL XOAUTH2; False: the server does not let us in."""
    kind, _, encoded = secret.partition(" ")
    user, _, word = base64.b64decode(encoded).decode().partition(":")
    try:
        if kind == "Bearer":
            said = f"user={user}\1auth=Bearer {word}\1\1".encode()
            server.authenticate("XOAUTH2", lambda challenge: b"" if challenge else said)
        elif user.isascii() and word.isascii():
            server.login(_quoted(user), word)
        else:
            plain = f"\0{user}\0{word}".encode()
            server.authenticate("PLAIN", lambda challenge: plain)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        return False
    return True


def _open(server: imaplib.IMAP4, folder: str) -> str | None:
    """What tells whether anything came since; None: there is no such folder."""
    try:
        status, _ = server.select(_quoted(_utf7(folder)), readonly=True)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        return None
    if status != "OK":
        return None
    _, validity = server.response("UIDVALIDITY")
    _, following = server.response("UIDNEXT")
    told = [part.decode() for part in (*(validity or []), *(following or [])) if isinstance(part, bytes)]
    return "-".join(told)


def _uids(server: imaplib.IMAP4, before: int, senders: list[str]) -> list[int]:
    """The UIDs below `before` (0: all) of messages from these domains, the newest first."""
    wanted = f"UID 1:{before - 1}" if before > 1 else "ALL"
    from_one = [f"FROM {_quoted(sender)}" for sender in senders]
    either = "OR " * (len(from_one) - 1) + " ".join(from_one)
    _, found = server.uid("SEARCH", f"{wanted} {either}".strip())
    numbers = (found[0] or b"").split() if found else []
    return sorted({int(number) for number in numbers if number.isdigit()}, reverse=True)


def _sizes_of(server: imaplib.IMAP4, uids: list[int]) -> dict[int, int]:
    if not uids:
        return {}
    _, sizes = server.uid("FETCH", ",".join(map(str, uids)), "(RFC822.SIZE)")
    return dict(_sizes(sizes))


def _messages(server: imaplib.IMAP4, uids: list[int]) -> Iterator[tuple[int, bytes]]:
    """These messages, the newest first."""
    if not uids:
        return
    _, parts = server.uid("FETCH", ",".join(map(str, uids)), f"(BODY.PEEK[]<0.{LARGEST}>)")
    found = {}
    for part in parts or []:
        if isinstance(part, tuple) and (match := _UID.search(part[0])):
            found[int(match[1])] = part[1]
    for uid in sorted(found, reverse=True):
        if uid in uids:
            yield uid, found[uid]


def _sizes(answers: Any) -> Iterator[tuple[int, int]]:
    for answer in answers or []:
        line = answer[0] if isinstance(answer, tuple) else answer
        if isinstance(line, bytes) and (match := _SIZE.search(line)):
            yield int(match[1] or match[4]), int(match[2] or match[3])


def _utf7(folder: str) -> str:
    """The name of a folder in IMAP's own UTF-7 (RFC 3501, 5.1.3)."""

    def encoded(match: re.Match[str]) -> str:
        if match[0] == "&":
            return "&-"
        coded = base64.b64encode(match[0].encode("utf-16-be", "surrogatepass")).decode()
        return f"&{coded.rstrip('=').replace('/', ',')}-"

    return re.sub(r"&|[^\x20-\x7e]+", encoded, re.sub(r"[\r\n\0]", "", folder))


def _quoted(text: str) -> str:
    """A quoted string of IMAP; line ends, which would begin another command, are left out."""
    plain = re.sub(r"[\r\n\0]", "", text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
