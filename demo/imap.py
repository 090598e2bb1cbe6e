"""A mail server on this machine, read over IMAP4rev1: one folder of messages, in which nothing can be changed."""

import base64
import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

_MOST = re.compile(rb"<0\.(\d+)>")
_ARGUMENTS = re.compile(rb'"((?:[^"\\]|\\.)*)"|(\S+)')


class MailServer:
    """`messages` by UID. It lets in `user` with `password`, or with `token` by XOAUTH2; `context` encrypts."""

    def __init__(
        self,
        messages: Mapping[int, bytes],
        user: str,
        password: str,
        token: str = "",
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.messages = dict(messages)
        self.user, self.password, self.token = user, password, token
        self.validity, self.context, self.folder = 1, context, "INBOX"
        self.commands: list[str] = []  # what was asked, without what signs in
        self._server = _Server(self)
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="imap", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, mail: MailServer) -> None:
        self.mail = mail
        super().__init__(("127.0.0.1", 0), _Session)

    def get_request(self) -> tuple[socket.socket, Any]:
        plain, address = super().get_request()
        if self.mail.context is None:
            return plain, address
        # The handshake is the session's, on its own thread.
        return self.mail.context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: object, client_address: object) -> None:
        """A reader that hangs up, or does not trust the certificate, is no error of the server."""


class _Session(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self._say(b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] Piazza")
        while line := self.rfile.readline(8192):
            tag, _, rest = line.strip().partition(b" ")
            name, _, arguments = rest.partition(b" ")
            if name.upper() == b"UID":
                name, _, arguments = arguments.partition(b" ")
            verb = name.upper().decode("latin-1")
            known = verb in ("LOGIN", "AUTHENTICATE")
            self.server.mail.commands.append(
                verb if known else f"{verb} {arguments.decode('latin-1')}".strip()
            )
            if verb == "LOGOUT":
                self._say(b"* BYE", tag + b" OK done")
                return
            answer = getattr(self, f"_{verb.lower()}", None)
            self._say(tag + b" " + (answer(arguments) if answer else b"BAD unknown"))

    def _say(self, *lines: bytes) -> None:
        for line in lines:
            self.wfile.write(line + b"\r\n")

    def _capability(self, _: bytes) -> bytes:
        self._say(b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2")
        return b"OK done"

    def _login(self, arguments: bytes) -> bytes:
        mail = self.server.mail
        given = [_plain(match) for match in _ARGUMENTS.finditer(arguments)]
        return b"OK done" if given == [mail.user, mail.password] else b"NO [AUTHENTICATIONFAILED] no"

    def _authenticate(self, arguments: bytes) -> bytes:
        mail = self.server.mail
        self._say(b"+ ")
        said = base64.b64decode(self.rfile.readline(8192).strip() or b"").decode("utf-8", "replace")
        if mail.token and said == f"user={mail.user}\1auth=Bearer {mail.token}\1\1":
            return b"OK done"
        if arguments.strip().upper() == b"PLAIN":
            return b"OK done" if said == f"\0{mail.user}\0{mail.password}" else b"NO no"
        self._say(b"+ eyJzdGF0dXMiOiI0MDAifQ==")
        self.rfile.readline(8192)
        return b"NO no"

    def _examine(self, arguments: bytes) -> bytes:
        mail = self.server.mail
        (name,) = [_plain(match) for match in _ARGUMENTS.finditer(arguments)]
        if name != mail.folder:
            return b"NO [NONEXISTENT] no such folder"
        following = max(mail.messages, default=0) + 1
        self._say(
            b"* FLAGS (\\Seen)",
            b"* %d EXISTS" % len(mail.messages),
            b"* OK [UIDVALIDITY %d] valid" % mail.validity,
            b"* OK [UIDNEXT %d] next" % following,
        )
        return b"OK [READ-ONLY] open"

    def _search(self, arguments: bytes) -> bytes:
        messages = self.server.mail.messages
        last = re.match(rb"UID 1:(\d+)", arguments)
        senders = re.findall(rb'FROM "([^"]*)"', arguments)
        found = [
            uid
            for uid, raw in sorted(messages.items())
            if (last is None or uid <= int(last[1]))
            and (not senders or any(one in _sender(raw) for one in senders))
        ]
        self._say(b"* SEARCH " + b" ".join(b"%d" % uid for uid in found))
        return b"OK done"

    def _fetch(self, arguments: bytes) -> bytes:
        uids, _, wanted = arguments.partition(b" ")
        for number, (uid, raw) in enumerate(sorted(self.server.mail.messages.items()), start=1):
            if str(uid).encode() not in uids.split(b","):
                continue
            if b"RFC822.SIZE" in wanted:
                self._say(b"* %d FETCH (UID %d RFC822.SIZE %d)" % (number, uid, len(raw)))
            else:
                if most := _MOST.search(wanted):
                    raw = raw[: int(most[1])]
                self._say(b"* %d FETCH (UID %d BODY[]<0> {%d}\r\n%b)" % (number, uid, len(raw), raw))
        return b"OK done"


def _plain(match: "re.Match[bytes]") -> str:
    quoted = match[1]
    text = re.sub(rb"\\(.)", rb"\1", quoted) if quoted is not None else match[2]
    return text.decode("utf-8", "replace")


def _sender(raw: bytes) -> bytes:
    match = re.search(rb"^From:(.*)$", raw, re.MULTILINE | re.IGNORECASE)
    return match[1] if match else b""
