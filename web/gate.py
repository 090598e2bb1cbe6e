"""Who may see the pages, and who may act: asked before every page, whatever it shows.

A visitor has a signed cookie that names their visit, which is a row (`store.visits`) and can be ended there. Pages
answer only under a loopback name or the configured public one: a site that points its own name at this machine (DNS
rebinding) sees nothing. Whatever changes something is a POST by a manager, with the token that only our own pages hold.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse
from itsdangerous import BadSignature, Signer
from starlette.concurrency import run_in_threadpool

from alerts.inbox import InboxOptions, is_loopback
from store import visits
from store.db import Database
from store.visits import Role, Visit
from web.posted import Posted, TooMuch, read_form

READING = ("GET", "HEAD")
FIELD = "csrf"
ANYBODY_MAY = ("/sign-out",)  # what a reader may post


class Refused(Exception):
    """Not to be shown or done; `why` is `host`, `sign_in`, `role`, `form` or `often`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever is signed in. `csrf`: what their forms must hold; `token`: of their visit."""

    who: str
    role: Role
    csrf: str
    token: str = field(repr=False)

    @property
    def may_act(self) -> bool:
        return self.role == Role.MANAGER


@dataclass(frozen=True, slots=True)
class Gate:
    """Called before each page, as a dependency. Raises `Refused`. `key` signs the cookies."""

    db: Database
    key: str = field(repr=False)
    options: InboxOptions
    clock: Callable[[], datetime]

    async def __call__(self, request: Request) -> None:
        """Leaves who it is and what they have posted with the request: see `visitor` and `posted`."""
        self.check_host(request)
        found = await run_in_threadpool(self.find, request)
        if found is None:
            raise Refused("sign_in")
        request.state.visitor = found
        if request.method in READING:
            return
        if not found.may_act and request.url.path not in ANYBODY_MAY:
            raise Refused("role")
        form = await self.form(request)
        if not secrets.compare_digest(form.get(FIELD).encode("utf-8", "replace"), found.csrf.encode()):
            raise Refused("form")
        request.state.posted = form

    def check_host(self, request: Request) -> None:
        if not is_loopback(request.headers.get("host", "")) and not self.is_public(request):
            raise Refused("host")

    def is_public(self, request: Request) -> bool:
        """Whether the browser came by the public address."""
        return self.options.host is not None and request.headers.get("host", "").lower() == self.options.host

    async def form(self, request: Request) -> Posted:
        """What was posted, from a page of this very site. Raises `Refused`."""
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise Refused("form")
        try:
            return await read_form(request)
        except TooMuch:
            raise Refused("form") from None

    def find(self, request: Request) -> Visitor | None:
        """Who it is; None: nobody who is signed in."""
        try:
            token = self._signer.unsign(request.cookies.get(self.cookie(request), "")).decode()
        except BadSignature:
            return None
        now = self.clock()
        with self.db.read() as session:
            found = visits.find(session, token, now)
        if found is None or (role := self.role_now(found[0])) is None:
            return None
        # What a page that stays open asks by itself is no click.
        if found[1] and not (request.method == "GET" and "hx-request" in request.headers):
            with self.db.write() as session:
                visits.seen(session, token, now)
        return Visitor(found[0].who, role, self._csrf(token), token)

    def role_now(self, visit: Visit) -> Role | None:
        """What the configuration says by now of a person in Slack; others keep what their link gave them."""
        if not visit.who.startswith("slack:"):
            return visit.role
        return role_of(visit.who.split(":")[1], self.options)

    def let_in(self, request: Request, visit: Visit, location: str) -> RedirectResponse:
        """Opens a visit for whoever has proved who they are; it goes on at `location`, a path of ours."""
        with self.db.write() as session:
            token = visits.begin(session, visit, self.clock())
        answer = RedirectResponse(local(location), status_code=303)
        self.keep(request, answer, self.cookie(request), self._signer.sign(token).decode())
        return answer

    def see_off(self, request: Request) -> RedirectResponse:
        """Ends the visit."""
        with self.db.write() as session:
            visits.end(session, visitor(request).token)
        answer = RedirectResponse("/", status_code=303)
        answer.delete_cookie(self.cookie(request), path="/", secure=self.is_secure(request), httponly=True)
        return answer

    def keep(self, request: Request, answer: RedirectResponse, name: str, value: str, **more: Any) -> None:
        """A cookie that no script reads. Lax: who follows a link from Slack is signed in; no form of another site
        is."""
        secure = self.is_secure(request)
        answer.set_cookie(name, value, httponly=True, samesite="lax", path="/", secure=secure, **more)

    def cookie(self, request: Request, what: str = "visit") -> str:
        """Its name: cookies know no ports, so two Ascoltos on one machine need two."""
        own = hashlib.sha256(self.key.encode()).hexdigest()[:8]
        return f"{'__Host-' if self.is_secure(request) else ''}ascolto-{what}-{own}"

    def is_secure(self, request: Request) -> bool:
        """Whether the browser speaks TLS, with us or with a proxy before us."""
        return self.options.secure and self.is_public(request)

    @property
    def _signer(self) -> Signer:
        return Signer(self.key, salt="visit", digest_method=hashlib.sha256)

    def _csrf(self, token: str) -> str:
        return hmac.new(self.key.encode(), f"csrf {token}".encode(), hashlib.sha256).hexdigest()


def role_of(user: str, options: InboxOptions) -> Role | None:
    """What a person of the workspace may do, by their id; None: they may not come in."""
    if user in options.managers:
        return Role.MANAGER
    return Role.READER if not options.readers or user in options.readers else None


def visitor(request: Request) -> Visitor:
    """Who asks, once the gate has let them in."""
    found: Visitor = request.state.visitor
    return found


def posted(request: Request) -> Posted:
    """What they have posted; the gate has seen to it that it came from one of our pages."""
    found: Posted = getattr(request.state, "posted", Posted())
    return found


def local(location: str) -> str:
    """A path of ours, or the front page: nobody is led elsewhere."""
    odd = not location.startswith("/") or location.startswith(("//", "/\\")) or not location.isprintable()
    return "/" if odd or "\\" in location or location.startswith("/sign-") else location
