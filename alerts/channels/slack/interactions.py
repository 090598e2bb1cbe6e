"""What an interaction that Slack sends says: who clicked what, on which case, and which click it was. Only reads it."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from alerts.text import one_line, shown

ANYTHING = re.compile(r"^ascolto\.")
SAMPLE = re.compile(r"^ascolto\.sample\.(right|missed)\.v1(?:\.\d+)?$", re.ASCII)
_ACTION = re.compile(r"^ascolto\.(?:case|bundle)\.([a-z_]+)\.v1(?:\.(\d{1,15}))?$", re.ASCII)
_MODAL = re.compile(r"^ascolto\.modal\.([a-z_]+)\.v1$")
# These have no value of ours: the modal knows.
_WITHOUT_VALUE = ("users_select", "plain_text_input")
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Press:
    """What was clicked (empty: nothing of this version), the value that names its case, and what was chosen with it: a
    person, a phrase, the number in the action's name."""

    what: str
    value: str
    chosen: str = ""


def press(body: Body) -> Press:
    action = body["actions"][0]
    known = _ACTION.match(str(action.get("action_id")))
    what, value = known[1] if known else "", str(action.get("value") or "")
    if option := (action.get("selected_option") or {}).get("value"):
        what, _, value = str(option).partition(":")
    chosen = str(action.get("selected_user") or (known and known[2]) or "")
    if action.get("type") in _WITHOUT_VALUE:
        return Press(what, str(view_of(body).get("private_metadata") or ""), chosen or value)
    return Press(what, value, chosen)


def judgement(body: Body) -> Press:
    """Of a button under a sample: what was said of it, and the value that names it."""
    action = body["actions"][0]
    known = SAMPLE.match(str(action.get("action_id")))
    return Press(known[1] if known else "", str(action.get("value") or ""))


def form_of(body: Body) -> str:
    """The name of the form that was sent; empty: none of this version."""
    known = _MODAL.match(str(body["view"].get("callback_id")))
    return known[1] if known else ""


def view_of(body: Body) -> Body:
    """The modal or the App Home in which it happened; empty for a message."""
    return body.get("view") or {}


def user_of(body: Body) -> str:
    """The id of the person in Slack."""
    return str((body.get("user") or {}).get("id") or "")


def person_of(body: Body) -> str:
    """Who clicked, as the records keep people: slack:U123:marta."""
    user = body.get("user") or {}
    return person(user.get("id"), user.get("username") or user.get("name"))


def person(user: object, name: object = None) -> str:
    number = re.sub(r"\W", "", str(user or ""), flags=re.ASCII)[:20]
    return f"slack:{number}:{shown(one_line(str(name or user or '?')), 80)}"


def mark_of(body: Body) -> str:
    """What tells this click from all others: the same where Slack delivers it again, as when our acknowledgement was
    lost on the way. Its trigger itself opens modals, and is not kept."""
    trigger = str(body.get("trigger_id") or "")
    return hashlib.sha256(trigger.encode()).hexdigest()[:20] if trigger else ""
