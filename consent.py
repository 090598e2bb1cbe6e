"""A person's consent by OAuth 2: the page is opened, the answer comes to a server on this machine, the code is changed
for tokens. RFC 8252: the server listens on 127.0.0.1 alone, on a random port, for one answer to one question.
"""

import queue
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from platforms import signin
from platforms.base import Consent, Lengthening
from store.errors import Permanent, Transient

PATH = "/callback"
TIMEOUT = 30.0  # seconds for the exchange
LONGEST = 16_000  # bytes of an answer's first line
DONE = "Ascolto has heard the answer. You may close this page."
UNASKED = "This is no answer to a question that Ascolto asked."


@dataclass(frozen=True, slots=True)
class Client:
    """The application in whose name is asked; `token_url`: who changes the code."""

    id: str
    secret: str
    authorize_url: str
    token_url: str


def consent(wanted: Consent, client: Client, show: Callable[[str], object], wait: float) -> str:
    """What the person's consent gives: the token that is to be kept. `show` brings the address before the person.

    Raises `Permanent` where it is denied, not answered within `wait` seconds, or gives no such token.
    """
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    with _listening(state) as (port, answers):
        redirect = f"http://{wanted.host}:{port}{PATH}"
        url = signin.asked_of_a_person(
            client.authorize_url, client.id, wanted.scopes, redirect, state, verifier, wanted.more
        )
        show(url)
        try:
            answer = answers.get(timeout=wait)
        except queue.Empty:
            raise Permanent("no answer", f"nobody consented within {wait:g} s: try again") from None
    if error := answer.get("error"):
        raise Permanent("not permitted", f"the consent was refused ({_plain(error)})")
    request = signin.for_code(client.token_url, client.id, client.secret, answer["code"], redirect, verifier)
    return _token(request, wanted.gives)


@contextmanager
def _listening(state: str) -> Iterator[tuple[int, "queue.Queue[dict[str, str]]"]]:
    """A server for the answer that knows `state`; its port, and where the answer comes."""
    answers: queue.Queue[dict[str, str]] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        timeout = 10.0  # of a connection that says nothing

        def do_GET(self) -> None:
            parts = urlsplit(self.path[:LONGEST])
            told = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            genuine = secrets.compare_digest(told.get("state", "").encode(), state.encode())
            heard = parts.path == PATH and genuine and bool(told.get("code") or told.get("error"))
            body = (DONE if heard else UNASKED).encode()
            self.send_response(200 if heard else 400)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Referrer-Policy", "no-referrer")  # the address holds the code
            self.end_headers()
            self.wfile.write(body)
            if heard:
                answers.put(told)

        def log_message(self, *args: Any) -> None:
            """Its lines hold the code."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], answers
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def lasting(
    wanted: Lengthening, options: Mapping[str, str], app: tuple[str, str], token: str
) -> tuple[str, timedelta | None]:
    """A token that lasts, by the `app` (id and secret), and how long it does; None: it does not end, or does not say.

    Raises `Permanent` where there is none.
    """
    answer = _answer(signin.lengthened(wanted.token.format_map(options), *app, token))
    long = signin.token_of(answer)
    if wanted.then is None:
        return long, signin.life_of(answer)
    headers = (("Authorization", f"Bearer {long}"),)
    shown = _answer(signin.TokenRequest(wanted.then.format_map(options), b"", headers), "GET")
    return signin.token_of(shown), None


def _token(request: signin.TokenRequest, name: str) -> str:
    answer = _answer(request)
    try:
        return signin.token_of(answer, name)
    except Permanent:
        mend = "withdraw Ascolto's access in your account with the platform, then connect again"
        raise Permanent(f"the answer holds no {name}", mend) from None


def _answer(request: signin.TokenRequest, method: str = "POST") -> bytes:
    try:
        answer = httpx.request(
            method,
            request.url,
            content=request.body,
            headers=dict(request.headers),
            timeout=TIMEOUT,
            follow_redirects=False,
        )
    except httpx.HTTPError as error:
        raise Transient(f"the token could not be asked for ({type(error).__name__})") from None
    if answer.status_code != 200:
        try:
            why = answer.json().get("error", "")
            # Meta tells a code inside of the error, others a word.
            why = _plain(f"code_{why.get('code', '')}" if isinstance(why, dict) else str(why))
        except (ValueError, AttributeError):
            why = ""
        told = f"HTTP {answer.status_code}{f', {why}' if why else ''}: check the client's id and secret"
        raise Permanent("the sign-in was refused", told)
    return answer.content


def _plain(code: str) -> str:
    """An error code of OAuth, which is all that an answer may put into our words."""
    return "".join(letter for letter in code if letter.isascii() and (letter.isalnum() or letter in "_-"))[
        :60
    ]
