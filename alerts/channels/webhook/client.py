"""Posts to a webhook, and says of each failure whether the message may have been accepted.

It tries once: when to try again is the outbox's. A message that goes out twice has the same `webhook-id` both times. No
redirect is followed, no proxy asked, nothing of an answer read but its status and headers. Errors hold codes, never the
address, the secret or a text.
"""

import socket
import ssl
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx

from alerts.card import Card
from alerts.channels.base import Lanes, Misconfigured, Rest, Sent, is_alarm, within
from alerts.channels.options import ON_CALL, WebhookOptions
from alerts.channels.webhook import signing
from alerts.channels.webhook.addresses import Resolve, reachable, resolve
from alerts.channels.webhook.body import encode
from alerts.channels.webhook.place import Place
from alerts.overview import Brief
from alerts.views import Bundle, Report, View
from alerts.words import Words
from store.clock import aware, utcnow
from store.errors import AscoltoError, Permanent, Transient, Uncertain

TIMEOUT = 10.0  # seconds for each step of a call
PATIENCE = 30.0  # seconds for a whole call
FIRST_WAIT = 60.0  # seconds after a 429 without Retry-After
LONGEST_WAIT = 86_400.0  # more than that is no answer
AGENT = "Ascolto (webhook)"
ADDRESS = "webhook"
_MENDS = {
    301: "the webhook has moved: write its new address in ASCOLTO_WEBHOOK_URL; redirects are not followed",
    401: "the webhook refuses our signature: check ASCOLTO_WEBHOOK_SECRET on both sides",
    404: "there is no webhook at this address: check ASCOLTO_WEBHOOK_URL",
    410: "the webhook is gone: write another address in ASCOLTO_WEBHOOK_URL, or leave it out",
}
_OF_THE_SETUP = {401: 401, 403: 401, 404: 404, 405: 404, 410: 410}
CERTIFICATE = "the webhook's certificate was not accepted: where it is your own, name it in SSL_CERT_FILE"


class Webhook:
    """The channel `webhook`. `options` say what it tells; `look_up` finds a host's addresses; `context` checks the
    certificate."""

    name = "webhook"
    edits = True
    instant = True

    def __init__(
        self,
        url: str,
        secret: str,
        options: WebhookOptions,
        words: Words,
        *,
        timeout: float = TIMEOUT,
        patience: float = PATIENCE,
        look_up: Resolve = resolve,
        context: ssl.SSLContext | None = None,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self.lanes = Lanes()
        self._place, self._secret, self._options = Place.parse(url), signing.secret_of(secret), options
        self._words = Words(words.lang, lasting=True)
        self._timeout, self._patience, self._look_up, self._clock = timeout, patience, look_up, clock
        self._context = context or ssl.create_default_context()
        self._rest = Rest()

    def address(self, target: str) -> str:
        return ADDRESS if target in self._options.targets else ""

    def takes(self, target: str, view: View) -> bool:
        if isinstance(view, Bundle):  # a list for people: here each of its cases has a message of its own
            return False
        return bool(self.address(target)) or (ON_CALL in self._options.targets and is_alarm(view))

    def post(self, address: str, view: View, key: str, thread: Sent | None = None) -> Sent:
        return self._tell(view, key, changed=False)

    def edit(self, sent: Sent, view: View, key: str) -> None:
        """Another message, of the type `case.updated`; each version of a case has its own. Of a brief or a digest,
        none: what is new in it is what people said of its samples, or that a quote is gone."""
        if isinstance(view, Brief | Report):
            return
        version = view.version if isinstance(view, Card) else 0
        self._tell(view, f"{key}:v{version}", changed=True)

    def find(self, address: str, key: str, since: datetime, thread: Sent | None = None) -> Sent | None:
        return None

    def check(self) -> None:
        """Looks the address up and connects, without sending. Raises as `post` does."""
        self._guarded(self._reach)

    def _tell(self, view: View, key: str, *, changed: bool) -> Sent:
        message, now = signing.message_id(key), self._clock()
        body = encode(view, message, self._words, now, changed=changed)
        signed = signing.headers(self._secret, message, int(now.timestamp()), body)
        self._guarded(lambda: self._post(body, signed))
        return Sent(ADDRESS, message)

    def _guarded(self, call: Callable[[], None]) -> None:
        """While a server does not answer, it is left alone for longer and longer."""
        try:
            within(self._patience, call)
        except Transient as error:
            if error.retry_after is None:
                error.retry_after = self._rest.after_failure()
            raise
        except Permanent:  # it has answered
            self._rest.end()
            raise
        self._rest.end()

    def _reachable(self) -> list[str]:
        return reachable(self._place, self._look_up, allow_private=self._options.allow_private)

    def _post(self, body: bytes, signed: dict[str, str]) -> None:
        headers = {"Content-Type": "application/json", "User-Agent": AGENT, "Host": self._place.authority}
        with self._client() as client:
            for address, last in _marked(self._reachable()):
                asked = client.build_request(
                    "POST",
                    self._place.at(address),
                    content=body,
                    headers=headers | signed,
                    extensions={"sni_hostname": self._place.host},
                )
                try:
                    response = client.send(asked, stream=True)
                except httpx.HTTPError as error:
                    if last or not _never_reached(error):
                        raise _meaning(error) from None
                    continue
                response.close()  # unread: what it says is nothing to us
                _judge(response, self._clock())
                return

    def _reach(self) -> None:
        """A connection is made and closed: no request goes out on it."""
        for address, last in _marked(self._reachable()):
            try:
                with socket.create_connection((address, self._place.port), self._timeout) as plain:
                    if self._place.secure:
                        self._context.wrap_socket(plain, server_hostname=self._place.host).close()
                return
            except ssl.SSLCertVerificationError:
                raise Misconfigured("certificate_refused", CERTIFICATE, everywhere=True) from None
            except OSError as error:
                if last:
                    raise Transient(f"the webhook cannot be reached: {type(error).__name__}") from None

    def _client(self) -> httpx.Client:
        return httpx.Client(
            verify=self._context, timeout=self._timeout, follow_redirects=False, trust_env=False
        )


def _marked(addresses: list[str]) -> list[tuple[str, bool]]:
    """Each with whether it is the last."""
    return [(address, place == len(addresses)) for place, address in enumerate(addresses, start=1)]


def _never_reached(error: httpx.HTTPError) -> bool:
    return isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)


def _meaning(error: httpx.HTTPError) -> AscoltoError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Misconfigured("certificate_refused", CERTIFICATE, everywhere=True)
        cause = cause.__cause__ or cause.__context__
    told = type(error).__name__
    if _never_reached(error):
        return Transient(f"the webhook cannot be reached: {told}")
    return Uncertain(f"the webhook's answer did not come: {told}")


def _judge(response: httpx.Response, now: datetime) -> None:
    """Raises what the answer means, unless it is a yes."""
    status = response.status_code
    if 200 <= status < 300:
        return
    if status >= 500 or status in (408, 425, 429):
        wait = _retry_after(response.headers.get("Retry-After"), now)
        if wait is None and status == 429:
            wait = FIRST_WAIT
        raise Transient(f"the webhook asks to try later: HTTP {status}", retry_after=wait)
    if 300 <= status < 400:
        raise Misconfigured("http_redirect", f"{_MENDS[301]} (HTTP {status})", everywhere=True)
    if status in _OF_THE_SETUP:
        raise Misconfigured(f"http_{status}", _MENDS[_OF_THE_SETUP[status]], everywhere=True)
    raise Permanent(
        f"http_{status}", "the webhook refused this message: look for its reason in the receiver's log"
    )


def _retry_after(text: str | None, now: datetime) -> float | None:
    """Seconds; None where it does not say, or not so that it can be read."""
    if not text:
        return None
    try:
        return max(0.0, min(float(int(text)), LONGEST_WAIT))
    except ValueError:
        pass
    try:
        until = aware(parsedate_to_datetime(text))
    except (ValueError, TypeError):
        return None
    return max(0.0, min((until - now).total_seconds(), LONGEST_WAIT))
