"""Who may click: the people and the user groups that the configuration names, or anybody where it names none; and what
they are called.

A group's members are asked of Slack and kept for a while; while Slack does not answer, those known last count.
"""

import logging
import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

from slack_sdk import WebClient

log = logging.getLogger(__name__)
KEPT = 300.0  # seconds
RETRY = 30.0  # seconds after an answer that did not come


class People:
    """`people` are ids of persons (U...), `groups` of user groups (S...); `timer` tells seconds."""

    def __init__(
        self,
        client: WebClient | None,
        people: Sequence[str] = (),
        groups: Sequence[str] = (),
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._people, self._groups, self._timer = (
            client,
            frozenset(people),
            tuple(groups),
            timer,
        )
        self._members: frozenset[str] = frozenset()
        self._names: dict[str, str] = {}
        self._ask_from = float("-inf")
        self._lock = Lock()

    def allows(self, user: str) -> bool:
        """Whether this person may act. May ask Slack, so it is for after the acknowledgement."""
        if not self._people and not self._groups:
            return True
        return user in self._people or user in self._in_groups()

    def name(self, user: str) -> str:
        """What this person is called, for the records: their id where Slack does not say. May ask Slack."""
        if user not in self._names and self._client is not None:
            try:
                known: dict[str, Any] = self._client.users_info(user=user)["user"]
                profile = known.get("profile") or {}
                self._names[user] = str(profile.get("display_name") or known.get("name") or user)
            except Exception as error:  # the name is for reading alone
                kind = type(error).__name__
                log.warning("cannot ask for a name: %s", kind, extra={"action": "slack.no_name"})
        return self._names.get(user, user)

    def _in_groups(self) -> frozenset[str]:
        if not self._groups or self._client is None:
            return self._members
        with self._lock:
            if self._timer() >= self._ask_from:
                self._ask(self._client)
            return self._members

    def _ask(self, client: WebClient) -> None:
        found: set[str] = set()
        try:
            for group in self._groups:
                found.update(client.usergroups_users_list(usergroup=group)["users"])
        except Exception as error:  # what the SDK raises has no common base
            log.warning(
                "cannot ask for a user group: %s", type(error).__name__, extra={"action": "slack.no_group"}
            )
            self._ask_from = self._timer() + RETRY
            return
        self._members, self._ask_from = frozenset(found), self._timer() + KEPT
