"""Listens to Slack: the buttons of a case, over Socket Mode or signed HTTP. What a click does is `alerts.cases`'s.

Every click is acknowledged before any other work, so that Slack's three seconds hold whatever the database does; the
work runs on threads of its own. The message itself is edited by the outbox, which is woken.
"""

import logging
import re
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import proxy_bypass
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from slack_bolt import App, BoltRequest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.starlette.handler import to_starlette_response
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from alerts import cases
from alerts.channels.slack.blocks import ACKNOWLEDGE, CHECK, FALSE_ALARM, OPEN, RESOLVE
from alerts.channels.slack.client import web_client
from alerts.channels.slack.escape import plain
from alerts.telling import name_of
from alerts.text import one_line, shown
from alerts.words import N_, Words
from store.brand import Brand
from store.clock import utcnow
from store.db import Database
from store.errors import Permanent
from store.tables import Audit, CaseStatus

log = logging.getLogger(__name__)
bolt_log = logging.getLogger(f"{__name__}.bolt")
bolt_log.setLevel(logging.CRITICAL)  # below it Bolt logs what people clicked, with the text of the message

MAX_REQUEST = 1_000_000  # bytes of a signed request; Slack's are a few thousand
THREADS = 4
FASTER = {
    CaseStatus.ACKNOWLEDGED: N_("{who} was faster: acknowledged {when}."),
    CaseStatus.REPLIED: N_("It has been answered meanwhile, {when}."),
    CaseStatus.RESOLVED: N_("{who} was faster: resolved {when}."),
    CaseStatus.DISMISSED: N_("{who} was faster: dismissed {when}."),
}
Deed = Callable[..., cases.Move]
"""Of a session, the case's number, who, when, and where the button names them the mention and the revision seen."""
_VALUE = re.compile(r"\d{1,15}(?:\.\d{1,15}\.\d{1,9})?", re.ASCII)
CHECKED = "check"  # the action of the row that a test alert's button leaves
_TRIAL = re.compile(r"[0-9a-f]{16}")
Answering = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Listener:
    """What a click needs. `wake`: called when a message must be edited; it must not block."""

    db: Database
    words: Words
    brands: Mapping[str, Brand]
    wake: Callable[[], object]
    clock: Callable[[], datetime] = utcnow

    def clicked(self, value: str, who: str, deed: Deed, answer: Answering) -> None:
        """Does `deed` on what the button's value names, a case (`12`) or a case with the mention and the revision that
        was seen (`12.34.1`); `answer` tells the person, privately."""
        try:
            said = self._do(value, who, deed)
        except Exception as error:
            log.error("a click failed: %s", type(error).__name__, extra={"action": "slack.click_failed"})
            answer(self.words._("That could not be saved. Please click again in a moment."))
            return
        self.wake()
        if said:
            answer(said)

    def _do(self, value: str, who: str, deed: Deed) -> str | None:
        gone = self.words._("This case is not there any more.")
        if not _VALUE.fullmatch(value):
            return gone
        case_id, *seen = map(int, value.split("."))
        now = self.clock()
        with self.db.write() as session:
            try:
                move = deed(session, case_id, who, now, *seen)
            except Permanent:
                return gone
            zone = _zone(self.brands.get(move.case.brand))
            log.info("clicked", extra={"action": "slack.clicked", "case": move.case.id, "done": move.done})
            if move.changed:
                return self.words._("The text has changed meanwhile, so the case stays. Please look again.")
            return None if move.done or move.by == who else self._too_late(move, zone, now)

    def _too_late(self, move: cases.Move, zone: ZoneInfo, now: datetime) -> str:
        message = FASTER.get(CaseStatus(move.case.status), N_("This case has moved on meanwhile."))
        when = self.words.when(move.at or now, zone, now)
        return self.words._(message, who=name_of(move.by or "Ascolto"), when=when)


def slack_app(
    listener: Listener,
    *,
    token: str,
    signing_secret: str = "",
    workspace: str | None = None,
    api_url: str | None = None,
) -> App:
    """The Bolt app with its buttons. `workspace`: the only one whose clicks count (its id); None: any that signs.

    It makes no call to Slack, so that the service starts while Slack is away.
    """
    words = listener.words
    app = App(
        name="ascolto",
        logger=bolt_log,
        client=web_client(token, api_url),
        signing_secret=signing_secret or secrets.token_hex(),  # without one, no request can be Slack's
        authorize=_authorize(token, workspace),
        user_facing_authorize_error_message=words._(
            "Ascolto does not know this workspace, so nothing was done."
        ),
        process_before_response=True,  # the acknowledgement never queues behind the work of other clicks
        listener_executor=ThreadPoolExecutor(THREADS, thread_name_prefix="slack-click"),
    )
    app.action(ACKNOWLEDGE)(ack=_acknowledged, lazy=[_lazy(listener, cases.acknowledge)])
    app.action(RESOLVE)(ack=_acknowledged, lazy=[_lazy(listener, _resolve)])
    app.action(FALSE_ALARM)(ack=_acknowledged, lazy=[_lazy(listener, cases.false_alarm)])
    app.action(OPEN)(_acknowledged)
    app.action(CHECK)(ack=_acknowledged, lazy=[_checked(listener)])
    app.action(re.compile(r"^ascolto\."))(ack=_acknowledged, lazy=[_unknown_button(words)])
    return app


def slack_router(app: App, signing_secret: str, path: str = "/slack/events") -> APIRouter:
    """The address that Slack posts to when there is no Socket Mode. A forged or stale signature gets 401."""
    router, verifier = APIRouter(), SignatureVerifier(signing_secret or secrets.token_hex())

    @router.post(path, include_in_schema=False)
    async def receive(request: Request) -> Response:
        body = await _body(request)
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
    handler = SocketModeHandler(app, app_token, logger=bolt_log)
    if proxy_bypass(urlsplit(app.client.base_url).hostname or ""):
        handler.client.proxy = None  # the SDK takes HTTPS_PROXY without a look at NO_PROXY
    return handler


def close(app: App) -> None:
    """Finishes the clicks in hand."""
    app.listener_runner.listener_executor.shutdown(wait=True)


async def _body(request: Request) -> bytes | None:
    """What was posted; None: larger than anything Slack sends."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_REQUEST:
            return None
    return body


def _signed(verifier: SignatureVerifier, body: bytes, headers: Mapping[str, str]) -> bool:
    timestamp = headers.get("x-slack-request-timestamp", "")
    signature = headers.get("x-slack-signature", "")
    try:
        return verifier.is_valid(body, timestamp, signature)
    except (ValueError, TypeError):  # no number, no UTF-8, no ASCII: nothing that Slack sends
        return False


def _authorize(token: str, workspace: str | None) -> Callable[..., Any]:
    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        if workspace and workspace not in (team_id, enterprise_id):
            log.warning("a click from another workspace", extra={"action": "slack.refused"})
            return None
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

    return authorize


def _acknowledged(ack: Callable[[], object]) -> None:
    ack()


def _lazy(listener: Listener, deed: Deed) -> Callable[..., None]:
    def work(body: dict[str, Any], respond: Callable[..., object]) -> None:
        value = str(body["actions"][0].get("value") or "")
        listener.clicked(value, _person(body.get("user") or {}), deed, _privately(respond))

    return work


def _checked(listener: Listener) -> Callable[..., None]:
    """The button of a test alert: whoever runs `ascolto check --slack`, here or elsewhere, waits for this row."""

    def work(body: dict[str, Any]) -> None:
        value = str(body["actions"][0].get("value") or "")
        if _TRIAL.fullmatch(value):
            who = _person(body.get("user") or {})
            with listener.db.write() as session:
                session.add(Audit(at=listener.clock(), who=who, action=CHECKED, detail={"value": value}))

    return work


def _unknown_button(words: Words) -> Callable[..., None]:
    def work(respond: Callable[..., object]) -> None:
        _privately(respond)(words._("This version of Ascolto does not know that button."))

    return work


def _privately(respond: Callable[..., object]) -> Answering:
    def answer(text: str) -> None:
        try:
            respond(text=plain(text, 1000), response_type="ephemeral", replace_original=False)
        except Exception as error:  # the click counts all the same
            log.warning(
                "could not answer a click: %s", type(error).__name__, extra={"action": "slack.unanswered"}
            )

    return answer


def _person(user: dict[str, Any]) -> str:
    """Who clicked, as the records keep people: slack:U123:marta."""
    name = user.get("username") or user.get("name") or user.get("id") or "?"
    number = re.sub(r"\W", "", str(user.get("id") or ""), flags=re.ASCII)[:20]
    return f"slack:{number}:{shown(one_line(str(name)), 80)}"


def _resolve(session: Session, case_id: int, who: str, now: datetime) -> cases.Move:
    return cases.resolve(session, case_id, who, now)


def _zone(brand: Brand | None) -> ZoneInfo:
    return brand.zone if brand else ZoneInfo("UTC")
