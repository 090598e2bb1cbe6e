"""A mail server on this machine that keeps what it gets, and fails on demand."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.certificates import server_side

USER, PASSWORD = "ascolto", "hunter2: p#1?x@/%"
DROP = "drop"


@dataclass(frozen=True, slots=True)
class Got:
    """A message that the server has taken: who it was handed in for, and its bytes."""

    sender: str
    to: list[str]
    content: bytes
    signed_in: bool
    encrypted: bool

    @property
    def message(self) -> EmailMessage:
        found = message_from_bytes(self.content, policy=default)
        assert isinstance(found, EmailMessage)
        return found


@dataclass
class MailServer:
    """`faults`: by command (EHLO, AUTH, MAIL, RCPT, DATA, or RCPT and an address), what it answers instead, one after
    the other; `DROP` closes the connection. With DATA it is after the message has come; `keeps`: and was kept."""

    port: int = 0
    sign_in: bool = False
    got: list[Got] = field(default_factory=list)
    faults: dict[str, list[str]] = field(default_factory=dict)
    keeps: bool = False
    connections: int = 0

    def fault(self, command: str) -> str | None:
        waiting = self.faults.get(command)
        return waiting.pop(0) if waiting else None


class _Handler:
    def __init__(self, server: MailServer) -> None:
        self.server = server

    def _answer(self, smtp: SMTP, *commands: str) -> str | None:
        found = next(filter(None, map(self.server.fault, commands)), None)
        if found == DROP:
            assert isinstance(smtp.transport, asyncio.Transport)
            smtp.transport.abort()
        return found

    async def handle_EHLO(
        self, smtp: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        answer = self._answer(smtp, "EHLO")
        return [answer] if answer else responses

    async def handle_MAIL(
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self._answer(smtp, "MAIL"):
            return answer
        if self.server.sign_in and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self._answer(smtp, "RCPT", f"RCPT {address}"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, smtp: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self._answer(smtp, "DATA")
        if answer is None or self.server.keeps:
            assert isinstance(envelope.content, bytes)
            self.server.got.append(
                Got(
                    envelope.mail_from or "",
                    list(envelope.rcpt_tos),
                    envelope.content,
                    bool(session.authenticated),
                    session.ssl is not None or smtp.transport.get_extra_info("sslcontext") is not None,  # type: ignore[union-attr]
                )
            )
        return answer or "250 OK"


@contextmanager
def mail_server(*, tls: str = "", sign_in: bool = False, **options: Any) -> Iterator[MailServer]:
    """`tls`: `starttls`, `from the start`, or none."""
    server = MailServer(sign_in=sign_in)
    loop = asyncio.new_event_loop()

    def authenticate(
        smtp: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        if answer := server.fault("AUTH"):
            return AuthResult(success=False, handled=False, message=answer)
        return AuthResult(
            success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()), handled=False
        )

    def connected() -> SMTP:
        server.connections += 1
        return SMTP(
            _Handler(server),
            hostname="mail.example",
            tls_context=server_side() if tls == "starttls" else None,
            authenticator=authenticate if sign_in else None,
            auth_require_tls=tls != "from the start",
            loop=loop,
            **options,
        )

    secure = server_side() if tls == "from the start" else None
    listening = loop.run_until_complete(loop.create_server(connected, "127.0.0.1", 0, ssl=secure))
    server.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:

        async def close() -> None:
            listening.close()
            rest = asyncio.all_tasks() - {asyncio.current_task()}
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
