"""The ways in and out: a link that opens once, Sign in with Slack, and the button that ends a visit.

A link shows a button: whatever looks at links on its way (a preview in a chat, a mail scanner) does not use it up.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.concurrency import run_in_threadpool

from alerts.channels.slack.interactions import person
from store import visits
from store.visits import Visit
from web.gate import Gate, Refused, local, posted, role_of
from web.openid import NotProved, Pending, SlackOpenId
from web.site import Site
from web.tries import Tries

log = logging.getLogger(__name__)
PATH = "/sign-in"
SLACK, BACK = f"{PATH}/slack", f"{PATH}/slack/back"
PENDING_LASTS = timedelta(minutes=10)


def link(base: str, token: str) -> str:
    """The address that opens the inbox at `base` once."""
    return f"{base}{PATH}?key={token}"


def sign_in_routes(
    site: Site,
    gate: Gate,
    openid: SlackOpenId | None = None,
    handle: Callable[[str], str | None] = lambda user: None,
    tries: Tries | None = None,
) -> APIRouter:
    """`handle`: what a person is called in Slack, by their id, as the records of their clicks there say it."""
    router, knocks = APIRouter(default_response_class=HTMLResponse), tries or Tries()
    pending = URLSafeTimedSerializer(gate.key, salt="pending")

    def knock(request: Request) -> None:
        gate.check_host(request)
        place = request.client.host if request.client else ""
        if not knocks.allows(place, site.clock()):
            log.warning("too many tries to sign in", extra={"action": "web.sign_in_often"})
            raise Refused("often")

    @router.get(PATH)
    def ask(request: Request) -> HTMLResponse:
        """The page behind a link, and of whoever has none."""
        gate.check_host(request)
        return site.page(
            request, "sign_in.html", key=request.query_params.get("key", ""), next=_next(request)
        )

    @router.post(PATH)
    async def enter(request: Request) -> RedirectResponse:
        knock(request)
        form = await gate.form(request)
        return await run_in_threadpool(by_link, request, form.get("key"), form.get("next"))

    def by_link(request: Request, key: str, location: str) -> RedirectResponse:
        with site.db.write() as session:
            found = visits.use_link(session, key, site.clock())
        if found is None:
            log.warning("a link that opens nothing", extra={"action": "web.sign_in_failed", "way": "link"})
            raise Refused("link")
        return come_in(request, found, location, "link")

    def come_in(request: Request, visit: Visit, location: str, way: str) -> RedirectResponse:
        known: dict[str, Any] = {"action": "web.signed_in", "way": way, "role": visit.role.value}
        log.info("signed in", extra=known)
        return gate.let_in(request, visit, location)

    @router.post("/sign-out", dependencies=[Depends(gate)])
    def leave(request: Request) -> RedirectResponse:
        if posted(request).get("everywhere"):
            with site.db.write() as session:
                visits.end_all(session, request.state.visitor.who)
        log.info("signed out", extra={"action": "web.signed_out"})
        return gate.see_off(request)

    if openid is None:
        return router

    @router.get(SLACK)
    def to_slack(request: Request) -> RedirectResponse:
        knock(request)
        if not gate.is_public(
            request
        ):  # Slack sends people back there, and the cookie must wait for them there
            return RedirectResponse(f"{gate.options.url}{SLACK}", status_code=303)
        begun = Pending.new(_next(request))
        answer = RedirectResponse(openid.address(begun), status_code=303)
        value, seconds = pending.dumps(begun.to_json()), int(PENDING_LASTS.total_seconds())
        gate.keep(request, answer, gate.cookie(request, "pending"), str(value), max_age=seconds)
        return answer

    @router.get(BACK)
    def from_slack(request: Request) -> RedirectResponse:
        knock(request)
        cookie, asked = gate.cookie(request, "pending"), request.query_params
        try:
            kept = pending.loads(request.cookies.get(cookie, ""), max_age=int(PENDING_LASTS.total_seconds()))
            begun = Pending(**kept)
            found = openid.person(begun, asked.get("state", ""), asked.get("code", ""))
        except (BadSignature, TypeError):
            raise Refused("slack") from None
        except NotProved as error:
            told = {"action": "web.sign_in_failed", "way": "slack", "why": error.why}
            log.warning("Slack vouches for nobody", extra=told)
            raise Refused("slack") from None
        role = role_of(found.user, gate.options)
        if role is None:
            log.warning("not among the readers", extra={"action": "web.sign_in_failed", "way": "slack"})
            raise Refused("nobody")
        who = person(found.user, handle(found.user) or found.name)
        answer = come_in(request, Visit(who, role), begun.next, "slack")
        answer.delete_cookie(cookie, path="/", secure=gate.is_secure(request), httponly=True)
        return answer

    return router


def _next(request: Request) -> str:
    return local(request.query_params.get("next", "/"))
