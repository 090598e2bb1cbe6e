"""Who may click: the people and the user groups that the configuration names, or anybody where it names none; what
they are called, and to which user groups they belong.

A group's members are asked of Slack and kept for a while; while Slack does not answer, those known last count.
"""

import logging
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from slack_sdk import WebClient

log = logging.getLogger(__name__)
KEPT = 300.0  # seconds
RETRY = 30.0  # seconds after an answer that did not come


@dataclass(frozen=True, slots=True)
class Group:
    """A user group: its id, its handle without `@`, the ids of its members."""

    number: str
    handle: str
    members: frozenset[str]


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
        self._ask_from = self._ask_all_from = float("-inf")
        self._every: tuple[Group, ...] = ()
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

    def called(self, name: str) -> str:
        """What people call whom the configuration names by an id; any other name as it is. May ask Slack."""
        if re.fullmatch(r"[UW][A-Z0-9]{2,20}", name):
            return self.name(name)
        known = next((one for one in self._all_groups() if one.number == name), None)
        return f"@{known.handle}" if known and known.handle else name

    def known_as(self, user: str) -> frozenset[str]:
        """What else this person is called: their name, and the ids and handles of their user groups. May ask Slack."""
        mine = [group for group in self._all_groups() if user in group.members]
        return frozenset(
            {self.name(user), *(group.number for group in mine), *(group.handle for group in mine)} - {""}
        )

    def _all_groups(self) -> tuple[Group, ...]:
        """All user groups of the workspace."""
        if self._client is None:
            return ()
        with self._lock:
            if self._timer() >= self._ask_all_from:
                self._ask_all(self._client)
            return self._every

    def _ask_all(self, client: WebClient) -> None:
        try:
            listed = client.usergroups_list(include_users=True)["usergroups"]
            self._every = tuple(
                Group(str(one["id"]), str(one.get("handle") or ""), frozenset(one.get("users") or ()))
                for one in listed
            )
        except Exception as error:  # as where the app may not ask: those known last count
            kind = type(error).__name__
            log.warning("cannot ask for user groups: %s", kind, extra={"action": "slack.no_group"})
            self._ask_all_from = self._timer() + RETRY
            return
        self._ask_all_from = self._timer() + KEPT

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
