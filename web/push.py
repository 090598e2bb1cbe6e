"""Where others post mentions to: `POST /in/SOURCE`, for each source of type `webhook`.

Of what is posted, nothing is read before it has proved itself; who cannot is told nothing, not even whether there is
such a source.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from crawlers.pushed import Received, genuine, receive
from platforms.webhook import Options
from store.brand import Brand
from store.clock import utcnow
from store.db import Database
from store.errors import Permanent
from store.posted import taken

log = logging.getLogger(__name__)
MOST = 1_000_000  # bytes of one post


def push_router(
    db: Database,
    sources: Mapping[str, Options],
    brand: Callable[[str], Brand],
    secrets: Mapping[str, str],
    wake: Callable[[], object],
    clock: Callable[[], datetime] = utcnow,
) -> APIRouter:
    """Answers posts to `sources` (by name). `brand` gives the brand of a key; `secrets` is the environment;
    `wake` is called when there is something to score."""
    router = APIRouter()

    def taking(options: Options, body: bytes, kind: str, signed: str | None) -> Received:
        return receive(db, options, brand(options.brand), body, kind, clock(), signed)

    @router.post("/in/{name}", include_in_schema=False)
    async def post(name: str, request: Request) -> JSONResponse:
        body = await taken(request.stream(), MOST)
        if body is None:
            return JSONResponse({"error": f"larger than {MOST:,} bytes: send fewer at once"}, 413)
        options = sources.get(name)
        if options is None or not _may(options, secrets, request.headers, body, clock()):
            return JSONResponse({"error": "the signature does not hold"}, 401)
        kind = request.headers.get("content-type", "")
        try:
            # Only an id that is signed tells a post from another.
            signed = request.headers.get("webhook-id") if options.signature == "standard" else None
            received = await run_in_threadpool(taking, options, body, kind, signed)
        except Permanent as error:
            return JSONResponse({"error": str(error)}, 400)
        except SQLAlchemyError as error:
            told = {"action": "push_database", "source": name, "error": type(error).__name__}
            log.error("the database does not answer", extra=told)
            return JSONResponse({"error": "not stored: post it again"}, 503, {"Retry-After": "60"})
        if received.new or received.edited:
            wake()
        log.info("pushed", extra={"action": "pushed", "source": name, "new": received.new})
        accepted = received.new + received.edited + received.unchanged + received.left_out
        return JSONResponse(asdict(received), 422 if received.errors and not accepted else 200)

    return router


def _may(
    options: Options, secrets: Mapping[str, str], headers: Mapping[str, str], body: bytes, now: datetime
) -> bool:
    secret = secrets.get(options.secret_env, "").strip()
    return genuine(options, secret, {name.lower(): value for name, value in headers.items()}, body, now)
