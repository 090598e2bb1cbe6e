"""A chat model over an OpenAI-compatible endpoint: `POST {base_url}/chat/completions`, as OpenAI documents it.

Only `model` and `messages` are sent, since models differ in what else they take. No redirect is followed, no proxy
asked and no more of an answer read than a reply can need. Plain http leads to this machine or its network, never
outward. Errors hold codes, never the address, the key or a text.
"""

import json
import ssl
from collections.abc import Sequence
from dataclasses import asdict
from threading import Event
from typing import Any

import httpx

from alerts.channels.webhook.addresses import Resolve, resolve
from alerts.channels.webhook.place import Place
from alerts.drafts.generator.base import Declined, Message, Unfit
from alerts.drafts.generator.options import CHAT
from store.errors import Permanent, Transient
from store.network import is_public

LONGEST = 256 * 1024  # bytes of an answer
AGENT = "Ascolto (drafts)"
KEY = "ASCOLTO_GENERATOR_KEY"
_MENDS = {
    401: f"the endpoint refused the key: check {KEY}",
    403: f"the endpoint refused the key: check {KEY}",
    404: "there is no such endpoint or model: check generator.base_url and generator.model",
}


_REFUSED = "the endpoint refused the request: check generator.model"
_OF_THE_REQUEST = (400, 413, 422)  # bad, too large, unprocessable: what another request need not be


class Endpoint:
    """`timeout`: seconds for each step of a call; the whole is for whoever waits. `look_up` finds a host's addresses;
    `context` checks the certificate."""

    def __init__(
        self,
        base_url: str,
        model: str,
        key: str | None = None,
        timeout: float = 20.0,
        look_up: Resolve = resolve,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._url, self._place = f"{base_url}{CHAT}", Place.parse(f"{base_url}{CHAT}")
        self._model, self._key, self._timeout = model, key, timeout
        self._look_up, self._context = look_up, context or ssl.create_default_context()

    def prepare(self) -> None:
        """There is nothing to load."""

    def write(self, messages: Sequence[Message], over: Event) -> str:
        asked = {"model": self._model, "messages": [asdict(message) for message in messages]}
        try:
            return _written(self._post(json.dumps(asked).encode(), over))
        except httpx.TimeoutException:
            raise Transient("timeout") from None
        except (httpx.HTTPError, OSError, UnicodeError) as error:
            if _is_certificate(error):
                raise Permanent("certificate", "name a certificate of your own in SSL_CERT_FILE") from None
            raise Transient("unreachable") from None

    def _post(self, body: bytes, over: Event) -> bytes:
        headers = {"Content-Type": "application/json", "User-Agent": AGENT, "Accept-Encoding": "identity"}
        headers["Host"] = self._place.authority
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        with (
            httpx.Client(
                verify=self._context, timeout=self._timeout, follow_redirects=False, trust_env=False
            ) as client,
            client.stream("POST", self._address(), content=body, headers=headers) as response,
        ):
            _judge(response.status_code)
            answer = bytearray()
            for chunk in response.iter_raw():
                answer += chunk
                if over.is_set():
                    raise Transient("timeout")
                if len(answer) > LONGEST:
                    raise Transient("answer_too_big")
            return bytes(answer)

    def _address(self) -> str:
        """By TLS the certificate says who answers; else the address that was checked is the one connected to."""
        if self._place.secure:
            return self._url
        addresses = self._look_up(self._place.host, self._place.port)
        if any(is_public(address) for address in addresses):
            raise Permanent("not_encrypted", "generator.base_url leads outward: write https://")
        if not addresses:
            raise Transient("unreachable")
        return self._place.at(addresses[0])


def _is_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _judge(status: int) -> None:
    """Raises what the status means, unless it is a yes."""
    if 300 <= status < 400:
        mend = (
            "the endpoint has moved: write its new address in generator.base_url; redirects are not followed"
        )
        raise Permanent("redirect", mend)
    if status in _OF_THE_REQUEST:
        raise Declined(f"http_{status}", _REFUSED)
    if status in _MENDS:
        raise Permanent(f"http_{status}", _MENDS[status])
    if not 200 <= status < 300:
        raise Transient(f"http_{status}")


def _written(answer: bytes) -> str:
    """The text of the first choice, where it came to its end."""
    try:
        found: Any = json.loads(answer)
        choice = found["choices"][0]
        text, ended = choice["message"]["content"], choice.get("finish_reason")
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        raise Transient("not_a_chat_completion") from None
    if ended != "stop":  # cut off, withheld, a call of a tool, or nobody says whether it came to its end
        raise Unfit("unfinished")
    if not isinstance(text, str) or not text.strip():
        raise Unfit("no_text")
    return text
