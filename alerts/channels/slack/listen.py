"""Listens to Slack: buttons, menus, forms, the App Home, `/ascolto`, a shortcut; each led to whoever knows it.

Whatever Slack tells is acknowledged before any other work, so that its three seconds hold whatever the database does;
the work runs on threads of its own, and opening modals, which Slack allows only for three seconds, on others. The
message itself is edited by the outbox, which is woken.
"""

import logging
import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

from slack_bolt import App

from alerts.channels.slack import clicks, home, interactions, judging, menu, modals, showing
from alerts.channels.slack.answers import Answers, Respond
from alerts.channels.slack.blocks import CHECK, Message
from alerts.channels.slack.buttons import DEEDS
from alerts.channels.slack.client import web_client
from alerts.channels.slack.commands import COMMAND
from alerts.channels.slack.escape import plain
from alerts.channels.slack.forms import FORMS
from alerts.channels.slack.forms.base import Values, callback
from alerts.channels.slack.interactions import ANYTHING, SAMPLE, Body, Press
from alerts.channels.slack.kit import Block
from alerts.channels.slack.listener import Listener, Told
from alerts.channels.slack.people import People
from alerts.channels.slack.shortcut import from_message, texts_of
from alerts.channels.slack.showing import VIEWS
from alerts.channels.slack.transport import bolt_log
from alerts.channels.slack.workspace import Workspace
from store.tables import Audit

log = logging.getLogger(__name__)
THREADS, OPENING = 4, 8
SHORTCUT = "ascolto.make_case.v1"
CHECKED = "check"  # the action of the row that a test alert's button leaves
_TRIAL = re.compile(r"[0-9a-f]{16}")
Ack = Callable[..., object]


class Crew(ThreadPoolExecutor):
    """Threads for the work of clicks, and some for opening modals: those never wait behind a slow database."""

    def __init__(self) -> None:
        super().__init__(THREADS, thread_name_prefix="slack-click")
        self.opening = ThreadPoolExecutor(OPENING, thread_name_prefix="slack-open")

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.opening.shutdown(wait, cancel_futures=cancel_futures)
        super().shutdown(wait, cancel_futures=cancel_futures)


class Ear:
    """What Slack tells, answered. Its methods named `on_...` are called by Bolt, acknowledge and return at once; what
    the others do, they do on the threads of `crew`."""

    def __init__(self, listener: Listener, people: People, answers: Answers, crew: Crew) -> None:
        self.listener, self.people, self.answers, self.crew = listener, people, answers, crew
        self.words = listener.words
        self._at_home: set[str] = set()  # people who have opened the App Home: it is kept up to date for them

    # ---------------------------------------------------------------------------------------------- from Bolt

    def on_trial(self, ack: Ack, body: Body) -> None:
        ack()
        self._later(self._checked, body)

    def on_sample(self, ack: Ack, body: Body, respond: Respond) -> None:
        ack()
        self._later(self._judged, body, respond)

    def on_action(self, ack: Ack, body: Body, respond: Respond) -> None:
        ack()
        press = interactions.press(body)
        if press.what == "open":  # its link has done all there is to do
            return
        in_modal = interactions.view_of(body).get("type") == "modal"
        if press.what in VIEWS and not in_modal:
            self.crew.opening.submit(self.answers.open, body, lambda: self._view(body, press))
        elif press.what in VIEWS or press.what in DEEDS or press.what in ("copy", "count"):
            self._later(self._act, body, respond, press)
        else:
            said = self.words._("This version of Ascolto does not know that button.")
            self._later(self._answer, body, respond, said)

    def on_submission(self, ack: Ack, body: Body) -> None:
        """What is wrong with it is said in the modal, which costs no look at the database; else the modal closes."""
        try:
            form = FORMS[interactions.form_of(body)]
            today = (self.listener.clock() - timedelta(hours=12)).date()  # it is still today somewhere
            values = Values(body["view"]["state"]["values"], self.listener.detect)
            sent = form.read(values, self.words, today)
            if isinstance(sent, dict) and not sent.keys() <= values.blocks.keys():
                raise KeyError("what is wrong with it stands nowhere in it")
        except (KeyError, TypeError, AttributeError):
            said = self.words._("This version of Ascolto does not know that form.")
            ack(response_action="update", view=modals.notice(said, self.words))
            return
        if isinstance(sent, dict):
            ack(response_action="errors", errors=sent)
            return
        ack()
        self._later(self._submitted, body, form.name, sent)

    def on_home(self, ack: Ack, event: Body) -> None:
        ack()
        if event.get("tab", "home") == "home":
            self._at_home.add(str(event["user"]))
            self._later(self._publish, str(event["user"]))

    def on_command(self, ack: Ack, body: Body, respond: Respond) -> None:
        ack()
        self._later(self._command, body, respond)

    def on_shortcut(self, ack: Ack, body: Body) -> None:
        ack()
        message = body.get("message") or {}
        channel, ts = str((body.get("channel") or {}).get("id")), str(message.get("ts"))

        def view() -> Block:
            self.listener.follow()
            if refused := self._refused(interactions.user_of(body)):
                return modals.notice(refused, self.words)
            who, mark = interactions.person_of(body), interactions.mark_of(body)
            return from_message(self.listener, channel, ts, texts_of(message), who, mark)

        self.crew.opening.submit(self.answers.open, body, view)

    # ------------------------------------------------------------------------------------------------ at work

    def _later(self, work: Callable[..., object], *about: Any) -> None:
        def guarded() -> None:
            try:
                self.listener.follow()
                work(*about)
            except Exception as error:  # a thread has nobody to tell
                kind = type(error).__name__
                log.error("a click went wrong: %s", kind, extra={"action": "slack.click_failed"})

        self.crew.submit(guarded)

    def _act(self, body: Body, respond: Respond, press: Press) -> None:
        what = press.what
        if refused := self._refused(interactions.user_of(body)):
            self._answer(body, respond, refused)
        elif what in VIEWS or what == "count":  # clicked in a modal, which shows another instead
            self.answers.show(body, lambda: self._view(body, press))
        elif what == "copy":
            if message := showing.copy(self.listener, press.value):
                self.answers.privately(respond, message)
        elif what == "assign" and not (press.chosen and self.people.allows(press.chosen)):
            said = self.words._("That person is not among those who may act here.")
            self._answer(body, respond, said)
        else:
            self._do(body, respond, press)

    def _do(self, body: Body, respond: Respond, press: Press) -> None:
        who, mark, chosen = interactions.person_of(body), interactions.mark_of(body), press.chosen
        if press.what == "assign":
            chosen = interactions.person(chosen, self.people.name(chosen))
        told = clicks.do(self.listener, press.what, press.value, who, chosen, mark)
        self._after(body, respond, press, told)

    def _after(self, body: Body, respond: Respond, press: Press, told: Told) -> None:
        """Says what became of a click, where it was made."""
        view = interactions.view_of(body)
        if press.what == "another" and view.get("callback_id") == callback("edit"):
            # What was typed stays where there is no other wording: its fields keep their names.
            self.answers.show(
                body, lambda: modals.saying(told.said, showing.view(self.listener, "edit", press.value))
            )
        elif view.get("type") == "modal" and not (told.done or told.said):  # from how the case was before
            self.answers.show(body, lambda: showing.view(self.listener, "menu", press.value))
        elif view.get("type") == "modal":
            done = self.words._("Done: {what}", what=self.words._(menu.LABELS[press.what]))
            self.answers.notice(body, told.said or done)
        elif told.said:
            self._answer(body, respond, told.said)
        self._refresh(interactions.user_of(body), view, told)

    def _checked(self, body: Body) -> None:
        """The button of a test alert: whoever runs `ascolto check --slack`, here or elsewhere, waits for this row. It
        counts whoever clicks: no case hangs on it."""
        value = str(body["actions"][0].get("value") or "")
        if _TRIAL.fullmatch(value):
            who = interactions.person_of(body)
            with self.listener.db.write() as session:
                session.add(Audit(at=self.listener.clock(), who=who, action=CHECKED, detail={"value": value}))

    def _judged(self, body: Body, respond: Respond) -> None:
        if refused := self._refused(interactions.user_of(body)):
            self._answer(body, respond, refused)
            return
        press = interactions.judgement(body)
        told = judging.judged(self.listener, press.what, press.value, interactions.person_of(body))
        if told.said:
            self._answer(body, respond, told.said)

    def _submitted(self, body: Body, what: str, sent: Any) -> None:
        user, memory = interactions.user_of(body), str(body["view"].get("private_metadata") or "")
        if refused := self._refused(user):
            told = Told(False, refused)
        else:
            who, mark = interactions.person_of(body), interactions.mark_of(body)
            told = clicks.submitted(self.listener, what, memory, who, sent, mark, user)
        if told.said:
            typed = FORMS[what].typed(sent)
            self.answers.lost(user, lambda: showing.place_of(self.listener, memory), told.said, typed)
        self._refresh(user, {}, told)

    def _command(self, body: Body, respond: Respond) -> None:
        message: Message | None
        if refused := self._refused(str(body.get("user_id"))):
            message = Message(plain(refused, 1_000))
        else:
            who = interactions.person(body.get("user_id"), body.get("user_name"))
            try:
                text, mark = str(body.get("text") or ""), interactions.mark_of(body)
                message = clicks.command(self.listener, text, who, mark)
            except Exception as error:
                kind = type(error).__name__
                log.error("a command failed: %s", kind, extra={"action": "slack.click_failed"})
                said = self.words._("That did not work. Please try again in a moment.")
                message = Message(plain(said, 1_000))
        if message is not None:
            self.answers.privately(respond, message)

    # ------------------------------------------------------------------------------------------------ showing

    def _view(self, body: Body, press: Press) -> Block:
        """The modal that a click opens; a phrase that was changed in one is counted anew."""
        self.listener.follow()
        if refused := self._refused(interactions.user_of(body)):
            return modals.notice(refused, self.words)
        if press.what == "count":
            return showing.view(self.listener, "not_about_us", press.value, press.chosen)
        return showing.view(self.listener, press.what, press.value, press.chosen or None)

    def _answer(self, body: Body, respond: Respond, said: str) -> None:
        """Tells the person where they clicked: in the modal, in the App Home, or under the message for them alone."""
        kind = interactions.view_of(body).get("type")
        if kind == "modal":
            self.answers.notice(body, said)
        elif kind == "home":
            self._publish(interactions.user_of(body), said)
        else:
            self.answers.privately(respond, Message(plain(said, 1_000)))

    def _refresh(self, user: str, view: Body, told: Told) -> None:
        if user in self._at_home or view.get("type") == "home":
            self._publish(user, (told.said or "") if view.get("type") == "home" else "")

    def _publish(self, user: str, said: str = "") -> None:
        refused = self._refused(user)
        view = home.closed(refused) if refused else showing.app_home(self.listener, user, said)
        self.answers.home(user, view)

    def _refused(self, user: str) -> str | None:
        """What somebody is told who may not act here. May ask Slack."""
        if self.people.allows(user):
            return None
        return self.words._(
            "Nothing was done: only some people act in Ascolto here. Ask whoever runs it to be one of them."
        )


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
    """The Bolt app with all that it hears. `workspace`: the only one whose clicks count (its id); None: the token's.
    `people`, `groups`: the only ones who may act; both empty: anybody there.

    It makes no call to Slack, so that the service starts while Slack is away.
    """
    words, client, crew = listener.words, web_client(token, api_url), Crew()
    app = App(
        name="ascolto",
        logger=bolt_log,
        client=client,
        signing_secret=signing_secret or secrets.token_hex(),  # without one, no request can be Slack's
        authorize=Workspace(client, workspace, crew).authorize,
        user_facing_authorize_error_message=words._(
            "Ascolto does not know this workspace, so nothing was done."
        ),
        process_before_response=True,  # the acknowledgement never queues behind the work of other clicks
        listener_executor=crew,
    )
    known = People(client, people, groups)
    listener = replace(listener, called=known.called, known_as=known.known_as)
    ear = Ear(listener, known, Answers(client, words, crew), crew)
    app.action(CHECK)(ear.on_trial)  # the first that matches is called
    app.action(SAMPLE)(ear.on_sample)
    app.action(ANYTHING)(ear.on_action)
    app.view(ANYTHING)(ear.on_submission)
    app.event("app_home_opened")(ear.on_home)
    app.command(COMMAND)(ear.on_command)
    app.shortcut(SHORTCUT)(ear.on_shortcut)
    return app


def close(app: App) -> None:
    """Finishes the clicks in hand."""
    app.listener_runner.listener_executor.shutdown(wait=True)
