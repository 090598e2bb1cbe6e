"""How a person is answered: a modal that opens in time, a modal that changes, words for them alone.

Answering may fail, as when a modal was closed meanwhile; what was clicked counts all the same.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future

from slack_sdk import WebClient

from alerts.channels.slack import modals
from alerts.channels.slack.blocks import Message
from alerts.channels.slack.escape import plain
from alerts.channels.slack.interactions import Body
from alerts.channels.slack.kit import Block
from alerts.words import Words

log = logging.getLogger(__name__)
SOON = 0.7  # seconds the database gets before a modal opens without what it should show
Respond = Callable[..., object]


class Answers:
    """`work`: the threads on which views are made, which a slow database may hold up."""

    def __init__(self, client: WebClient, words: Words, work: Executor) -> None:
        self._client, self._words, self._work = client, words, work

    def open(self, body: Body, view: Callable[[], Block]) -> None:
        """Opens a modal while Slack allows it: with what it should show where that is there soon, else with a sentence
        that is replaced when it is there."""
        try:
            ready: Future[Block] = self._work.submit(self._safely, view)
            try:
                self._open(body, ready.result(timeout=SOON))
            except TimeoutError:
                opened = self._open(body, modals.loading(self._words))
                ready.add_done_callback(lambda done: self._replace(opened, done.result()))
        except Exception as error:  # as when Slack has waited too long
            kind = type(error).__name__
            log.warning("cannot open a modal: %s", kind, extra={"action": "slack.not_opened"})

    def show(self, body: Body, view: Callable[[], Block]) -> None:
        """Shows another view in the modal in which something was clicked."""
        self._replace(str(body["view"]["id"]), self._safely(view))

    def notice(self, body: Body, said: str) -> None:
        """A sentence in place of the modal in which something was clicked."""
        self._replace(str(body["view"]["id"]), modals.notice(said, self._words))

    def privately(self, respond: Respond, message: Message) -> None:
        """Under the message on which something was clicked, for the person alone."""
        try:
            blocks = {"blocks": list(message.blocks)} if message.blocks else {}
            respond(text=message.text, **blocks, response_type="ephemeral", replace_original=False)
        except Exception as error:
            kind = type(error).__name__
            log.warning("could not answer a click: %s", kind, extra={"action": "slack.unanswered"})

    def lost(self, user: str, place: Callable[[], str | None], said: str, typed: str) -> None:
        """Tells a person whose modal is closed, in the channel `place` of the case, with what they had written."""
        view = modals.lost(said, [typed] if typed else [])
        text, blocks = plain(said, 1_000), list(view)
        try:
            channel = place()
            if channel is None:
                raise LookupError
            self._client.chat_postEphemeral(channel=channel, user=user, text=text, blocks=blocks)
        except Exception:  # no such place, or they are not in it
            self._client.chat_postMessage(channel=user, text=text, blocks=blocks)

    def home(self, user: str, view: Block) -> None:
        self._client.views_publish(user_id=user, view=view)

    def _open(self, body: Body, view: Block) -> str:
        return str(self._client.views_open(trigger_id=body["trigger_id"], view=view)["view"]["id"])

    def _safely(self, view: Callable[[], Block]) -> Block:
        """The view, or a sentence where it cannot be made."""
        try:
            return view()
        except Exception as error:
            kind = type(error).__name__
            log.error("cannot show a view: %s", kind, extra={"action": "slack.view_failed"})
            said = self._words._("That cannot be shown now. Please click again in a moment.")
            return modals.notice(said, self._words)

    def _replace(self, view_id: str, view: Block) -> None:
        try:
            self._client.views_update(view_id=view_id, view=view)
        except Exception as error:  # as when the person has closed it
            kind = type(error).__name__
            log.warning("cannot change a modal: %s", kind, extra={"action": "slack.not_shown"})
