"""The inbox as an application: its headers, its problems, its health, and the pages that stand behind the gate.

Who may see the pages is for `web.gate`, how people get in for `web.sign_in`, what pages are made with for `web.site`.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alerts.channels.slack.listener import Listener
from alerts.inbox import InboxOptions
from store.db import Database
from store.tables import Case
from web.cases import case_routes
from web.gate import Gate, Refused
from web.openid import SlackOpenId
from web.queue import queue_routes
from web.sign_in import sign_in_routes
from web.site import Section, Site
from web.tries import Tries

log = logging.getLogger(__name__)
STATIC = Path(__file__).with_name("static")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
TLS_ALONE = {"Strict-Transport-Security": "max-age=31536000"}


class SecurityHeaders:
    """Every answer carries `headers`; what is about people is kept by no cache."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self.app, self.headers = app, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                static = str(scope.get("path", "")).startswith("/static/")
                headers.setdefault("Cache-Control", "no-cache" if static else "no-store")
            await send(message)

        await self.app(scope, receive, sending if scope["type"] == "http" else send)


def create_app(
    listener: Listener,
    *,
    key: str,
    options: InboxOptions | None = None,
    sections: Sequence[Section] = (),
    routers: Sequence[APIRouter] = (),
    openid: SlackOpenId | None = None,
    handle: Callable[[str], str | None] = lambda user: None,
    tries: Tries | None = None,
) -> FastAPI:
    """The application. `key` signs its cookies; the gate stands before `sections`; `routers` are answered for any host
    and ask nobody to sign in: they have checks of their own (Slack's signature). `openid`, `handle` and `tries`: see
    `web.sign_in`."""
    app = FastAPI(title="Ascolto", docs_url=None, redoc_url=None, openapi_url=None)
    chosen = options or InboxOptions()
    gate = Gate(listener.db, key, chosen, listener.clock)
    site = Site(listener, key, sections, slack=openid is not None)
    headers = HEADERS | (TLS_ALONE if chosen.secure else {})
    app.add_middleware(SecurityHeaders, headers=headers)
    _answer_problems(app, site, headers)

    def follow() -> None:
        """What people changed in the settings meanwhile holds for this page."""
        listener.follow()

    for pages in (queue_routes(site), case_routes(site), *(one.routes(site) for one in sections)):
        app.include_router(pages, dependencies=[Depends(gate), Depends(follow)])
    app.include_router(sign_in_routes(site, gate, openid, handle, tries))
    app.include_router(_health(listener.db))
    for router in routers:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC))
    return app


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


def _answer_problems(app: FastAPI, site: Site, headers: Mapping[str, str]) -> None:
    @app.exception_handler(Refused)
    def refused(request: Request, error: Refused) -> HTMLResponse:
        return site.problem(request, error.why)

    @app.exception_handler(HTTPException)
    def missing(request: Request, error: HTTPException) -> HTMLResponse:
        answer = site.problem(request, "missing", error.headers)
        answer.status_code = error.status_code
        return answer

    @app.exception_handler(SQLAlchemyError)
    def no_database(request: Request, error: SQLAlchemyError) -> HTMLResponse:
        _note(error)
        return site.problem(request, "database")

    @app.exception_handler(Exception)
    def failed(request: Request, error: Exception) -> HTMLResponse:
        # The outermost answer: nothing above it adds the headers.
        return site.problem(request, "error", {**headers, "Cache-Control": "no-store"})


def _note(error: Exception) -> None:
    """Its kind alone: the message may hold addresses, passwords or texts."""
    log.error("the database does not answer", extra={"action": "web_database", "error": type(error).__name__})
