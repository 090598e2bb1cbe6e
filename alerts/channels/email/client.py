"""Sends by SMTP, and says of each failure whether the message may have been accepted.

It tries once: when to try again is the outbox's. A message that goes out twice has the same Message-ID both times.
Errors and logs hold codes, never an address, a password or a text.
"""

import logging
import smtplib
import ssl
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from email.utils import parseaddr
from threading import Lock

from alerts.channels.base import Lanes, Rest, Sent, is_alarm, is_news, within
from alerts.channels.email.errors import misconfigured, refused
from alerts.channels.email.letter import letter
from alerts.channels.email.message import Envelope, encode, message_id
from alerts.channels.email.server import Server
from alerts.channels.options import EmailOptions
from alerts.views import View, picture_of
from alerts.words import Words
from store.clock import utcnow
from store.errors import Permanent, Transient, Uncertain
from store.logs import place

log = logging.getLogger(__name__)

TIMEOUT = 10.0  # seconds for one answer
PATIENCE = 45.0  # seconds for a whole message
KEPT = 1_000  # messages of which we remember who has them already


class Email:
    """The channel `email`. `options` say who gets what; `context` checks the server's certificate."""

    name = "email"
    edits = False
    instant = True

    def __init__(
        self,
        server: Server,
        options: EmailOptions,
        words: Words,
        *,
        timeout: float = TIMEOUT,
        patience: float = PATIENCE,
        context: ssl.SSLContext | None = None,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self.lanes = Lanes()
        self._server, self._options = server, options
        self._words = Words(words.lang, lasting=True)
        self._timeout, self._patience, self._clock = timeout, patience, clock
        self._context = context or ssl.create_default_context()
        self._rest = Rest()
        self._have: OrderedDict[str, set[str]] = OrderedDict()
        self._have_lock = Lock()

    def address(self, target: str) -> str:
        return ", ".join(self._options.to(target))

    def takes(self, target: str, view: View) -> bool:
        return bool(self._recipients(self.address(target), view)) and is_news(view)

    def post(self, address: str, view: View, key: str, thread: Sent | None = None) -> Sent:
        """One message to all that `address` names, and to whoever is on call where nobody acts."""
        sender = self._options.sender or ""
        sent = message_id(key, sender)
        to = self._recipients(address, view)
        under = thread.message_id if thread else None
        envelope = Envelope(sender, to, sent, self._clock(), under)
        message = encode(letter(view, self._words), envelope, self._words.lang, self._drawn(view))
        self._guarded(lambda: self._send(sent, to, message))
        return Sent(address, sent)

    def _drawn(self, view: View) -> bytes | None:
        """Its picture; None where there is none, or it cannot be drawn: then the letter says what it would show."""
        picture = picture_of(view)
        try:
            return picture.draw(self._words) if picture else None
        except Exception as error:  # a picture is never worth a message
            told = {"action": "email.not_drawn", "fault": place(error)}
            log.error("a picture could not be drawn: the message goes without it", extra=told)
            return None

    def edit(self, sent: Sent, view: View, key: str) -> None:
        """A mailbox keeps what it has."""

    def find(self, address: str, key: str, since: datetime, thread: Sent | None = None) -> Sent | None:
        return None

    def check(self) -> None:
        """Signs in and asks for each address that is named, without sending. Raises as `post` does."""
        self._guarded(lambda: self._ask())

    def _recipients(self, address: str, view: View) -> list[str]:
        named = [one for one in address.split(", ") if one]
        return list(dict.fromkeys([*named, *(self._options.on_call if is_alarm(view) else ())]))

    def _guarded(self, call: Callable[[], None]) -> None:
        """While a server does not answer, it is left alone for longer and longer."""
        try:
            within(self._patience, call)
        except Transient as error:
            if isinstance(error, _Unreachable | Uncertain):
                error.retry_after = self._rest.after_failure()
            raise
        except Permanent:  # it has answered
            self._rest.end()
            raise
        self._rest.end()

    def _send(self, sent: str, to: Sequence[str], message: bytes) -> None:
        """To those that have not got it yet. Who is refused for good does not hold up the others."""
        waiting = [one for one in to if one not in self._got(sent)]
        with self._session() as smtp:
            accepted, deferred = self._address(smtp, waiting)
            if accepted:
                _hand_over(smtp, message)
                self._note(sent, accepted)
        if deferred:
            raise deferred

    def _ask(self) -> None:
        with self._session() as smtp:
            _begin(smtp, self._sender)
            for one in self._options.named:
                code, answer = _said(lambda one=one: smtp.rcpt(one))  # type: ignore[misc]
                if code >= 400:
                    raise refused("recipient_refused", code, answer)
            _said(smtp.rset)

    @property
    def _sender(self) -> str:
        return parseaddr(self._options.sender or "")[1]

    def _address(self, smtp: smtplib.SMTP, to: Sequence[str]) -> tuple[list[str], Transient | None]:
        """Who is accepted, and what the server said to whom it will accept later."""
        _begin(smtp, self._sender)
        accepted: list[str] = []
        deferred: Transient | None = None
        for one in to:
            code, answer = _said(lambda one=one: smtp.rcpt(one))  # type: ignore[misc]
            if code < 300:
                accepted.append(one)
                continue
            error = refused("recipient_refused", code, answer)
            if isinstance(error, Transient):
                deferred = error
            elif len(to) == 1:
                raise error
            else:
                told = {"action": "email.recipient_refused", "code": code}
                log.error("the mail server refused one of several addresses: see ascolto check", extra=told)
        if to and not accepted and deferred is None:
            raise refused("recipient_refused", 550)
        return accepted, deferred

    def _got(self, sent: str) -> set[str]:
        with self._have_lock:
            return set(self._have.get(sent, ()))

    def _note(self, sent: str, accepted: Sequence[str]) -> None:
        with self._have_lock:
            self._have.setdefault(sent, set()).update(accepted)
            while len(self._have) > KEPT:
                self._have.popitem(last=False)

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        smtp = self._connect()
        try:
            self._sign_in(smtp)
            yield smtp
        finally:
            _leave(smtp)

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        try:
            if server.scheme == "smtps":
                return smtplib.SMTP_SSL(
                    server.host, server.port, timeout=self._timeout, context=self._context
                )
            smtp = smtplib.SMTP(server.host, server.port, timeout=self._timeout)
        except ssl.SSLCertVerificationError:
            raise misconfigured("certificate_refused") from None
        except smtplib.SMTPConnectError as error:
            raise _Unreachable(f"the mail server is not ready: SMTP {error.smtp_code}") from None
        except (OSError, smtplib.SMTPException) as error:
            raise _Unreachable(f"the mail server cannot be reached: {type(error).__name__}") from None
        if server.scheme == "smtp+starttls":
            try:
                self._encrypt(smtp)
            except BaseException:
                smtp.close()
                raise
        return smtp

    def _encrypt(self, smtp: smtplib.SMTP) -> None:
        try:
            smtp.starttls(context=self._context)
        except smtplib.SMTPNotSupportedError:
            raise misconfigured("no_starttls") from None
        except ssl.SSLCertVerificationError:
            raise misconfigured("certificate_refused") from None
        except smtplib.SMTPResponseException as error:
            raise refused("no_starttls", error.smtp_code, error.smtp_error) from None
        except (OSError, smtplib.SMTPException) as error:
            raise _Unreachable(f"the connection was not encrypted: {type(error).__name__}") from None

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        if not self._server.user:
            return
        try:
            smtp.login(self._server.user, self._server.password)
        except smtplib.SMTPNotSupportedError:
            raise misconfigured("auth_unsupported") from None
        except smtplib.SMTPResponseException as error:
            raise refused("auth_refused", error.smtp_code, error.smtp_error) from None
        except (OSError, smtplib.SMTPException) as error:
            raise _Unreachable(f"the connection broke: {type(error).__name__}") from None


class _Unreachable(Transient):
    """The server did not answer, and nothing was handed over."""


def _begin(smtp: smtplib.SMTP, sender: str) -> None:
    _said(smtp.ehlo_or_helo_if_needed)
    code, answer = _said(lambda: smtp.mail(sender))
    if code >= 300:
        raise refused("sender_refused", code, answer)


def _said(command: Callable[[], object]) -> tuple[int, bytes]:
    """An answer of the server before anything was handed over."""
    try:
        found = command()
    except smtplib.SMTPResponseException as error:
        raise refused("message_refused", error.smtp_code, error.smtp_error) from None
    except (OSError, smtplib.SMTPException) as error:
        raise _Unreachable(f"the connection broke: {type(error).__name__}") from None
    return found if isinstance(found, tuple) else (250, b"")


def _hand_over(smtp: smtplib.SMTP, message: bytes) -> None:
    try:
        code, answer = smtp.data(message)
    except smtplib.SMTPDataError as error:  # refused before a byte of it was sent
        raise refused("message_refused", error.smtp_code, error.smtp_error) from None
    except (OSError, smtplib.SMTPException) as error:
        raise Uncertain(f"the mail server's answer did not come: {type(error).__name__}") from None
    if code >= 300:
        raise refused("message_refused", code, answer)


def _leave(smtp: smtplib.SMTP) -> None:
    try:
        smtp.quit()
    except (OSError, smtplib.SMTPException):  # what was answered counts, not how it parts
        smtp.close()
