"""Whose clicks count: those of the workspace that the configuration names, or else of the one the bot's token is of."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor
from threading import Lock
from typing import Any

from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

log = logging.getLogger(__name__)
RETRY = 30.0  # seconds after an answer that did not come


class Workspace:
    """`named`: the id of a workspace or organisation; None: Slack is asked, on a thread of `crew`,
    so that no click waits for it. Until Slack has answered, any click that Slack has signed for this app counts."""

    def __init__(
        self,
        client: WebClient,
        named: str | None,
        crew: Executor,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._crew, self._timer = client, crew, timer
        self._known = frozenset([named]) if named else frozenset[str]()
        self._ask_from = float("-inf")
        self._lock = Lock()

    @property
    def authorize(self) -> Callable[..., Any]:
        """What Bolt asks of each click; it looks at the names of the arguments, so it is a plain function."""

        def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
            if not self._knows(enterprise_id, team_id):
                log.warning("a click from another workspace", extra={"action": "slack.refused"})
                return None
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=self._client.token)

        return authorize

    def _knows(self, enterprise_id: str | None, team_id: str | None) -> bool:
        if not self._known:
            self._learn()
            return True
        return not self._known.isdisjoint((team_id, enterprise_id))

    def _learn(self) -> None:
        with self._lock:
            if self._timer() < self._ask_from:
                return
            self._ask_from = self._timer() + RETRY
        self._crew.submit(self._ask)

    def _ask(self) -> None:
        try:
            told = self._client.auth_test()
        except Exception as error:  # what the SDK raises has no common base
            kind = type(error).__name__
            log.warning("cannot ask whose token it is: %s", kind, extra={"action": "slack.no_workspace"})
            return
        self._known = frozenset(str(one) for one in (told.get("team_id"), told.get("enterprise_id")) if one)
