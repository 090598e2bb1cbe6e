"""The inbox: the queue and its cases, to be read in a browser on this machine. Acting on a case is Slack's.

Routes and headers; who may see the pages is for `web.gate`, what they show for `web.pages`.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alerts.words import Words
from store.brand import Brand
from store.clock import utcnow
from store.db import Database
from store.tables import Case
from web.gate import Gate, Refused, SignedIn
from web.pages import Asked, case_page, number, problem_page, queue_page

log = logging.getLogger(__name__)
STATIC = Path(__file__).with_name("static")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class SecurityHeaders:
    """Every answer carries `HEADERS`; what is about people is kept by no cache."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                static = str(scope.get("path", "")).startswith("/static/")
                headers.setdefault("Cache-Control", "no-cache" if static else "no-store")
            await send(message)

        await self.app(scope, receive, sending if scope["type"] == "http" else send)


def create_app(
    db: Database,
    brands: Mapping[str, Brand],
    words: Words,
    *,
    key: str,
    routers: Sequence[APIRouter] = (),
    clock: Callable[[], datetime] = utcnow,
) -> FastAPI:
    """The application. `key` opens the pages; `routers` are answered for any host and ask for no key: they have
    checks of their own (Slack's signature)."""
    app = FastAPI(title="Ascolto", docs_url=None, redoc_url=None, openapi_url=None)
    gate = Gate(key)
    app.add_middleware(SecurityHeaders)
    _answer_problems(app, words, gate)
    app.include_router(_pages(db, brands, words, clock), dependencies=[Depends(gate)])
    app.include_router(_health(db))
    for router in routers:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC))
    return app


def _pages(
    db: Database, brands: Mapping[str, Brand], words: Words, clock: Callable[[], datetime]
) -> APIRouter:
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/")
    def queue(request: Request) -> HTMLResponse:
        asked = Asked.read(request.query_params, brands)
        with db.read() as session:
            return HTMLResponse(queue_page(session, brands, words, asked, clock()))

    @router.get("/cases/{case_id}")
    def case(case_id: str) -> HTMLResponse:
        known = number(case_id)
        if known is None:
            raise HTTPException(404)
        with db.read() as session:
            try:
                return HTMLResponse(case_page(session, brands, words, known, clock()))
            except LookupError:
                raise HTTPException(404) from None

    return router


def _health(db: Database) -> APIRouter:
    router = APIRouter()

    @router.get("/healthz")
    def healthz() -> JSONResponse:
        """For whoever watches the service: whether the database answers."""
        try:
            with db.read() as session:
                session.execute(select(col(Case.id)).limit(1)).first()
        except SQLAlchemyError as error:
            _note(error)
            return JSONResponse({"status": "fail", "detail": "the database does not answer"}, 503)
        return JSONResponse({"status": "ok"})

    return router


def _answer_problems(app: FastAPI, words: Words, gate: Gate) -> None:
    def page(why: str, status: int, headers: Mapping[str, str] | None = None) -> HTMLResponse:
        return HTMLResponse(problem_page(words, why), status, headers)

    @app.exception_handler(SignedIn)
    def signed_in(request: Request, done: SignedIn) -> RedirectResponse:
        return gate.let_in(done.location)

    @app.exception_handler(Refused)
    def refused(request: Request, error: Refused) -> HTMLResponse:
        return page(error.why, 403)

    @app.exception_handler(HTTPException)
    def missing(request: Request, error: HTTPException) -> HTMLResponse:
        return page("missing", error.status_code, error.headers)

    @app.exception_handler(SQLAlchemyError)
    def no_database(request: Request, error: SQLAlchemyError) -> HTMLResponse:
        _note(error)
        return page("database", 503)

    @app.exception_handler(Exception)
    def failed(request: Request, error: Exception) -> HTMLResponse:
        # The outermost answer: nothing above it adds the headers.
        return page("error", 500, HEADERS | {"Cache-Control": "no-store"})


def _note(error: Exception) -> None:
    """Its kind alone: the message may hold addresses, passwords or texts."""
    log.error("the database does not answer", extra={"action": "web_database", "error": type(error).__name__})
