"""Listens to Slack, over Socket Mode or signed HTTP: buttons, menus, modals, the App Home, `/ascolto`, a shortcut.

Whatever Slack tells is acknowledged before any other work, so that its three seconds hold whatever the database does;
the work runs on threads of its own, and opening modals, which Slack allows only for three seconds, on others. What a
click does is `clicks`'s. The message itself is edited by the outbox, which is woken.
"""

import hashlib
import logging
import re
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

from fastapi import APIRouter, Request, Response
from slack_bolt import App, BoltRequest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.starlette.handler import to_starlette_response
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier
from starlette.concurrency import run_in_threadpool

from alerts.channels.slack import home, menu, modals
from alerts.channels.slack.blocks import CHECK, Message
from alerts.channels.slack.clicks import MODALS, Listener, Told, texts_of
from alerts.channels.slack.client import web_client
from alerts.channels.slack.commands import COMMAND
from alerts.channels.slack.escape import plain
from alerts.channels.slack.kit import Block
from alerts.channels.slack.people import People
from alerts.text import one_line, shown
from store.tables import Audit

__all__ = ["Listener", "close", "slack_app", "slack_router", "socket_mode"]
log = logging.getLogger(__name__)
MARKED = 0.1  # seconds between two marks that Socket Mode is over
bolt_log = logging.getLogger(f"{__name__}.bolt")
bolt_log.setLevel(logging.CRITICAL)  # below it Bolt logs what people clicked, with the text of the message

MAX_REQUEST = 1_000_000  # bytes of a signed request; Slack's are a few thousand
THREADS, OPENING = 4, 8
SOON = 0.7  # seconds the database gets before a modal opens without what it should show
SHORTCUT = "ascolto.make_case.v1"
ACTION = re.compile(r"^ascolto\.(?:case|bundle)\.([a-z_]+)\.v1(?:\.\d{1,15})?$", re.ASCII)
SAMPLE = re.compile(r"^ascolto\.sample\.(right|missed)\.v1(?:\.\d+)?$", re.ASCII)
MODAL = re.compile(r"^ascolto\.modal\.([a-z_]+)\.v1$")
ANYTHING = re.compile(r"^ascolto\.")
Body = dict[str, Any]
Acknowledging = Callable[..., object]
CHECKED = "check"  # the action of the row that a test alert's button leaves
_TRIAL = re.compile(r"[0-9a-f]{16}")


class Crew(ThreadPoolExecutor):
    """Threads for the work of clicks, and some for opening modals: those never wait behind a slow database."""

    def __init__(self) -> None:
        super().__init__(THREADS, thread_name_prefix="slack-click")
        self.opening = ThreadPoolExecutor(OPENING, thread_name_prefix="slack-open")

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.opening.shutdown(wait, cancel_futures=cancel_futures)
        super().shutdown(wait, cancel_futures=cancel_futures)


class Ear:
    """What Slack tells, answered. Its methods named `on_...` are called by Bolt, acknowledge and return at once."""

    def __init__(self, listener: Listener, client: WebClient, people: People, crew: Crew) -> None:
        self.listener, self.client, self.people, self.crew = listener, client, people, crew
        self.words = listener.words
        self._at_home: set[str] = set()  # people who have opened the App Home: it is kept up to date for them
        self._names: dict[str, str] = {}

    # ---------------------------------------------------------------------------------------------- from Bolt

    def on_action(self, ack: Acknowledging, body: Body, respond: Acknowledging) -> None:
        ack()
        if body["actions"][0].get("action_id") == CHECK:
            self._later(self._checked, body)
            return
        if judged := SAMPLE.match(str(body["actions"][0].get("action_id"))):
            value = str(body["actions"][0].get("value") or "")
            self._later(self._judged, body, respond, judged[1], value)
            return
        what, value, chosen = _clicked(body)
        if what == "open":  # its link has done all there is to do
            return
        if not self.listener.knows(what):
            said = self.words._("This version of Ascolto does not know that button.")
            self._later(self._answer, body, respond, said)
        elif what in MODALS and (body.get("view") or {}).get("type") != "modal":
            self.crew.opening.submit(self._open, body, lambda: self._view(what, value, _user(body)))
        else:
            self._later(self._act, body, respond, what, value, chosen)

    def on_submission(self, ack: Acknowledging, body: Body) -> None:
        """What is wrong with it is said in the modal, which costs no look at the database; else the modal closes."""
        view = body["view"]
        what = MODAL.match(str(view.get("callback_id")))
        try:
            values = view["state"]["values"]
            today = (self.listener.clock() - timedelta(hours=12)).date()  # it is still today somewhere
            sent = modals.read(what[1] if what else "", values, self.words, today)
        except (KeyError, TypeError, AttributeError):
            said = self.words._("This version of Ascolto does not know that form.")
            ack(response_action="update", view=modals.notice(said, self.words))
            return
        if isinstance(sent, dict):
            ack(response_action="errors", errors=sent)
            return
        ack()
        assert what is not None
        self._later(self._submitted, body, what[1], str(view.get("private_metadata") or ""), sent)

    def on_home(self, ack: Acknowledging, event: Body) -> None:
        ack()
        if event.get("tab", "home") == "home":
            self._at_home.add(str(event["user"]))
            self._later(self._publish, str(event["user"]))

    def on_command(self, ack: Acknowledging, body: Body, respond: Acknowledging) -> None:
        ack()
        self._later(self._command, body, respond)

    def on_shortcut(self, ack: Acknowledging, body: Body) -> None:
        ack()
        message = body.get("message") or {}
        channel, ts = str((body.get("channel") or {}).get("id")), str(message.get("ts"))

        def view() -> Block:
            if not self.people.allows(_user(body)):
                return modals.notice(self._not_allowed(), self.words)
            who = _person(body.get("user") or {})
            return self.listener.from_message(channel, ts, texts_of(message), who, _mark(body))

        self.crew.opening.submit(self._open, body, view)

    # ------------------------------------------------------------------------------------------------ at work

    def _later(self, work: Callable[..., object], *about: Any) -> None:
        def guarded() -> None:
            try:
                work(*about)
            except Exception as error:  # a thread has nobody to tell
                kind = type(error).__name__
                log.error("a click went wrong: %s", kind, extra={"action": "slack.click_failed"})

        self.crew.submit(guarded)

    def _act(self, body: Body, respond: Acknowledging, what: str, value: str, chosen: str) -> None:
        user, words = _user(body), self.words
        if not self.people.allows(user):
            self._answer(body, respond, self._not_allowed())
        elif what in MODALS or what == "count":  # clicked in a modal, which shows another instead
            modal, phrase = ("not_about_us", chosen) if what == "count" else (what, None)
            self._update(body, self._safely(lambda: self.listener.view(modal, value, phrase)))
        elif what == "copy":
            if message := self.listener.copy(value):
                self._privately(respond, message)
        elif what == "assign" and not self.people.allows(chosen):
            self._answer(body, respond, words._("That person is not among those who may act here."))
        else:
            who, chosen = _person(body.get("user") or {}), self._named(what, chosen)
            told = self.listener.do(what, value, who, chosen, _mark(body))
            self._after(body, respond, what, value, told)

    def _checked(self, body: Body) -> None:
        """The button of a test alert: whoever runs `ascolto check --slack`, here or elsewhere, waits for this row. It
        counts whoever clicks: no case hangs on it."""
        value = str(body["actions"][0].get("value") or "")
        if _TRIAL.fullmatch(value):
            who = _person(body.get("user") or {})
            with self.listener.db.write() as session:
                session.add(Audit(at=self.listener.clock(), who=who, action=CHECKED, detail={"value": value}))

    def _judged(self, body: Body, respond: Acknowledging, said: str, value: str) -> None:
        if not self.people.allows(_user(body)):
            self._answer(body, respond, self._not_allowed())
            return
        told = self.listener.judged(said, value, _person(body.get("user") or {}))
        if told.said:
            self._answer(body, respond, told.said)

    def _after(self, body: Body, respond: Acknowledging, what: str, value: str, told: Told) -> None:
        """Says what became of a click, where it was made."""
        view = body.get("view") or {}
        if told.done and what == "another" and view.get("callback_id") == modals.callback("edit"):
            self._update(body, self._safely(lambda: self.listener.view("edit", value)))
        elif view.get("type") == "modal":
            done = self.words._("Done: {what}", what=self.words._(menu.LABELS[what]))
            self._update(body, modals.notice(told.said or done, self.words))
        elif told.said:
            self._answer(body, respond, told.said)
        self._refresh(_user(body), view, told)

    def _refresh(self, user: str, view: Body, told: Told) -> None:
        if user in self._at_home or view.get("type") == "home":
            self._publish(user, (told.said or "") if view.get("type") == "home" else "")

    def _submitted(self, body: Body, what: str, metadata: str, sent: modals.Submission) -> None:
        user = _user(body)
        if not self.people.allows(user):
            told = Told(False, self._not_allowed())
        else:
            who = _person(body.get("user") or {})
            told = self.listener.submitted(what, metadata, who, sent, _mark(body))
        if told.said:
            self._tell(user, metadata, told.said, modals.typed(what, sent))
        self._refresh(user, {}, told)

    def _command(self, body: Body, respond: Acknowledging) -> None:
        message: Message | None
        if not self.people.allows(str(body.get("user_id"))):
            message = Message(plain(self._not_allowed(), 1_000))
        else:
            user = {"id": body.get("user_id"), "name": body.get("user_name")}
            try:
                message = self.listener.command(str(body.get("text") or ""), _person(user), _mark(body))
            except Exception as error:
                kind = type(error).__name__
                log.error("a command failed: %s", kind, extra={"action": "slack.click_failed"})
                message = Message(
                    plain(self.words._("That did not work. Please try again in a moment."), 1_000)
                )
        if message is not None:
            self._privately(respond, message)

    def _publish(self, user: str, said: str = "") -> None:
        allowed = self.people.allows(user)
        view = self.listener.home(user, said) if allowed else home.closed(self._not_allowed())
        self.client.views_publish(user_id=user, view=view)

    # ------------------------------------------------------------------------------------------------- modals

    def _view(self, what: str, value: str, user: str) -> Block:
        if not self.people.allows(user):
            return modals.notice(self._not_allowed(), self.words)
        return self.listener.view(what, value)

    def _open(self, body: Body, view: Callable[[], Block]) -> None:
        """Opens a modal while Slack allows it: with what it should show where that is there soon, else with a sentence
        that is replaced when it is there."""
        try:
            ready: Future[Block] = self.crew.submit(self._safely, view)
            try:
                self._open_with(body, ready.result(timeout=SOON))
            except TimeoutError:
                opened = self._open_with(body, modals.loading(self.words))
                ready.add_done_callback(lambda done: self._replace(opened, done.result()))
        except Exception as error:  # as when Slack has waited too long
            kind = type(error).__name__
            log.warning("cannot open a modal: %s", kind, extra={"action": "slack.not_opened"})

    def _open_with(self, body: Body, view: Block) -> str:
        return str(self.client.views_open(trigger_id=body["trigger_id"], view=view)["view"]["id"])

    def _safely(self, view: Callable[[], Block]) -> Block:
        """The view, or a sentence where it cannot be made."""
        try:
            return view()
        except Exception as error:
            kind = type(error).__name__
            log.error("cannot show a view: %s", kind, extra={"action": "slack.view_failed"})
            said = self.words._("That cannot be shown now. Please click again in a moment.")
            return modals.notice(said, self.words)

    def _update(self, body: Body, view: Block) -> None:
        self._replace(str(body["view"]["id"]), view)

    def _replace(self, view_id: str, view: Block) -> None:
        try:
            self.client.views_update(view_id=view_id, view=view)
        except Exception as error:  # as when the person has closed it
            kind = type(error).__name__
            log.warning("cannot change a modal: %s", kind, extra={"action": "slack.not_shown"})

    # ------------------------------------------------------------------------------------------------ telling

    def _answer(self, body: Body, respond: Acknowledging, said: str) -> None:
        """Tells the person where they clicked: in the modal, in the App Home, or under the message for them alone."""
        view = body.get("view") or {}
        if view.get("type") == "modal":
            self._update(body, modals.notice(said, self.words))
        elif view.get("type") == "home":
            self._publish(_user(body), said)
        else:
            self._privately(respond, Message(plain(said, 1_000)))

    def _privately(self, respond: Acknowledging, message: Message) -> None:
        try:
            blocks = {"blocks": list(message.blocks)} if message.blocks else {}
            respond(text=message.text, **blocks, response_type="ephemeral", replace_original=False)
        except Exception as error:  # the click counts all the same
            kind = type(error).__name__
            log.warning("could not answer a click: %s", kind, extra={"action": "slack.unanswered"})

    def _tell(self, user: str, metadata: str, said: str, kept: list[str]) -> None:
        """Tells a person whose modal is closed, in the channel of the case, with what they had written."""
        view = modals.lost(said, kept)
        text, blocks = plain(said, 1_000), list(view)
        try:
            place = self.listener.place_of(metadata)
            if place is None:
                raise LookupError
            self.client.chat_postEphemeral(channel=place, user=user, text=text, blocks=blocks)
        except Exception:  # no such place, or they are not in it
            self.client.chat_postMessage(channel=user, text=text, blocks=blocks)

    def _not_allowed(self) -> str:
        return self.words._(
            "Nothing was done: only some people act in Ascolto here. Ask whoever runs it to be one of them."
        )

    def _named(self, what: str, chosen: str) -> str:
        """A person as the records keep people: slack:U123:marta."""
        if what != "assign":
            return chosen
        if chosen not in self._names:
            try:
                user: Body = self.client.users_info(user=chosen)["user"]
                profile = user.get("profile") or {}
                self._names[chosen] = str(profile.get("display_name") or user.get("name") or chosen)
            except Exception as error:  # the name is for reading alone
                kind = type(error).__name__
                log.warning("cannot ask for a name: %s", kind, extra={"action": "slack.no_name"})
                return _person({"id": chosen})
        return _person({"id": chosen, "name": self._names[chosen]})


def slack_app(
    listener: Listener,
    *,
    token: str,
    signing_secret: str = "",
    workspace: str | None = None,
    people: tuple[str, ...] = (),
    groups: tuple[str, ...] = (),
    api_url: str | None = None,
) -> App:
    """The Bolt app with all that it hears. `workspace`: the only one whose clicks count (its id); None: any that signs.
    `people`, `groups`: the only ones who may act; both empty: anybody there.

    It makes no call to Slack, so that the service starts while Slack is away.
    """
    words, client, crew = listener.words, web_client(token, api_url), Crew()
    app = App(
        name="ascolto",
        logger=bolt_log,
        client=client,
        signing_secret=signing_secret or secrets.token_hex(),  # without one, no request can be Slack's
        authorize=_authorize(token, workspace),
        user_facing_authorize_error_message=words._(
            "Ascolto does not know this workspace, so nothing was done."
        ),
        process_before_response=True,  # the acknowledgement never queues behind the work of other clicks
        listener_executor=crew,
    )
    ear = Ear(listener, client, People(client, people, groups), crew)
    app.action(ANYTHING)(ear.on_action)
    app.view(ANYTHING)(ear.on_submission)
    app.event("app_home_opened")(ear.on_home)
    app.command(COMMAND)(ear.on_command)
    app.shortcut(SHORTCUT)(ear.on_shortcut)
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


def _clicked(body: Body) -> tuple[str, str, str]:
    """What was clicked, on which case, and what was chosen with it."""
    action = body["actions"][0]
    known = ACTION.match(str(action.get("action_id")))
    what = known[1] if known else ""
    value = str(action.get("value") or "")
    if option := (action.get("selected_option") or {}).get("value"):
        what, _, value = str(option).partition(":")
    chosen = str(action.get("selected_user") or "")
    if action.get("type") in (
        "users_select",
        "plain_text_input",
    ):  # these have no value of ours: the modal knows
        chosen, value = chosen or value, str((body.get("view") or {}).get("private_metadata") or "")
    return what, value, chosen


def _user(body: Body) -> str:
    return str((body.get("user") or {}).get("id") or "")


def _mark(body: Body) -> str:
    """What tells this click from all others: the same where Slack delivers it again, as when our acknowledgement was
    lost on the way. Its trigger itself opens modals, and is not kept."""
    trigger = str(body.get("trigger_id") or "")
    return hashlib.sha256(trigger.encode()).hexdigest()[:20] if trigger else ""


def _person(user: Body) -> str:
    """Who clicked, as the records keep people: slack:U123:marta."""
    name = user.get("username") or user.get("name") or user.get("id") or "?"
    number = re.sub(r"\W", "", str(user.get("id") or ""), flags=re.ASCII)[:20]
    return f"slack:{number}:{shown(one_line(str(name)), 80)}"
