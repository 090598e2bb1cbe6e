"""How what Slack tells comes in: Socket Mode, or HTTP that Slack signs. What it says is `listen`'s.

Of what is posted, nothing is read before its signature holds.
"""

import logging
import secrets
from collections.abc import Mapping
from threading import Event, Thread
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

from fastapi import APIRouter, Request, Response
from slack_bolt import App, BoltRequest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.starlette.handler import to_starlette_response
from slack_sdk.signature import SignatureVerifier
from starlette.concurrency import run_in_threadpool

from store.posted import taken

bolt_log = logging.getLogger(f"{__name__}.bolt")
bolt_log.setLevel(logging.CRITICAL)  # below it Bolt logs what people clicked, with the text of the message

MAX_REQUEST = 1_000_000  # bytes of a signed request; Slack's are a few thousand
MARKED = 0.1  # seconds between two marks that Socket Mode is over


def slack_router(app: App, signing_secret: str, path: str = "/slack/events") -> APIRouter:
    """The address that Slack posts to when there is no Socket Mode. A forged or stale signature gets 401."""
    router, verifier = APIRouter(), SignatureVerifier(signing_secret or secrets.token_hex())

    @router.post(path, include_in_schema=False)
    async def receive(request: Request) -> Response:
        body = await taken(request.stream(), MAX_REQUEST)
        if body is None:
            return Response(status_code=413)
        if not _signed(verifier, body, request.headers):  # before anything reads what it says
            return Response(status_code=401)
        headers = {name: value for name, value in request.headers.items() if "bolt" not in name}
        try:
            asked = BoltRequest(body=body.decode(), headers=headers)  # type: ignore[arg-type]
        except (ValueError, RecursionError):
            return Response(status_code=400)
        return to_starlette_response(await run_in_threadpool(app.dispatch, asked))

    return router


def socket_mode(app: App, app_token: str) -> SocketModeHandler:
    """Slack without an address of our own: `connect()` opens it, `close()` ends it; it reconnects by itself."""
    handler = _Handler(app, app_token, logger=bolt_log)
    if proxy_bypass(urlsplit(app.client.base_url).hostname or ""):
        handler.client.proxy = None  # the SDK takes HTTPS_PROXY without a look at NO_PROXY
    return handler


class _Handler(SocketModeHandler):
    """Bolt's, which ends also where it has only just begun: the SDK's receiver takes away the mark that ends it when it
    starts, and `close()` would wait for it for ever."""

    def close(self) -> None:
        ended = Event()

        def mark() -> None:
            while not ended.wait(MARKED):
                self.client.current_session_state.terminated = True

        Thread(target=mark, name="slack-close", daemon=True).start()
        try:
            super().close()  # type: ignore[no-untyped-call]
        finally:
            ended.set()


def _signed(verifier: SignatureVerifier, body: bytes, headers: Mapping[str, str]) -> bool:
    timestamp = headers.get("x-slack-request-timestamp", "")
    signature = headers.get("x-slack-signature", "")
    try:
        return verifier.is_valid(body, timestamp, signature)
    except (ValueError, TypeError):  # no number, no UTF-8, no ASCII: nothing that Slack sends
        return False
