"""*A statement for everybody*: what the brand says to all who write in a storm, in each of their languages.

What the guard finds in it is said in the form, and goes with the box that says a person has checked it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from alerts import cases, telling
from alerts.card import Card
from alerts.cases import Desk, Move
from alerts.channels.slack import kit
from alerts.channels.slack.forms.base import (
    Errors,
    Form,
    Showing,
    Values,
    chosen,
    field,
    fingerprint,
    frame,
    written,
)
from alerts.channels.slack.kit import Block
from alerts.channels.slack.seen import Clicked
from alerts.drafts.personal import addresses
from alerts.drafts.phrases import FALLBACK
from alerts.replies import statements
from alerts.replies.outdating import APPROVED, WITHDRAWN
from alerts.replies.statements import LONGEST, SHORTEST, Spoken
from alerts.text import cut
from alerts.words import N_, Words
from store.brand import Brand

CONTACTS = 20  # of the policy that the form knows again: the name of a block holds so many
FINDINGS = {
    "language": N_("another language than the field's"),
    "tone": N_("blame, shouting, or cheer that is out of place"),
    "promises": N_("a sum, a gift, a guarantee, a refund or a time"),
    "liability": N_("words that admit liability or a fault"),
    "links": N_("an address or a number that is not in your policy"),
    "markup": N_("tags, pings or marks of emphasis"),
}
_BLOCK = re.compile(r"statement_([a-z]{2,3})\.([0-9a-f]{8})", re.ASCII)
_CHECKED = re.compile(r"checked((?:\.[0-9a-f]{8})*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Known:
    """What the form shows: what is said so far, by language; what the mentions are written in; who alone may approve
    it; the addresses and numbers that the brand may name."""

    said: Mapping[str, str]
    spoken: Spoken
    approvers: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Approved:
    """What a person approved, by language; `before`: the mark of what the form showed."""

    said: Mapping[str, str]
    before: str


def view(card: Card, known: Known, words: Words) -> Block:
    counts = dict(known.spoken.languages)
    langs = list(dict.fromkeys([*known.said, *counts])) or [
        FALLBACK
    ]  # a field left out would be a text withdrawn
    langs.sort(key=lambda lang: -counts.get(lang, 0))
    about = [words._("Left empty everywhere, it is withdrawn, and each has an ordinary draft again.")]
    if known.spoken.shortest:
        room = words.number(known.spoken.shortest)
        about.append(words._("The shortest replies here may have {room} characters in all.", room=room))
    marks = [fingerprint(contact) for contact in known.contacts[:CONTACTS]]
    box = [kit.option("checked", words._("I have checked it, and it stays as it is"))]
    blocks = [
        kit.context([telling.headline(card, words)]),
        kit.paragraph(
            words._(
                "It becomes the core of every draft of this storm; greeting, what went wrong for the author, and "
                "signature stand around it. A good one says what happened, what you do about it, and when you will say "
                "more."
            )
        ),
        kit.context(about),
        *_approvers(known, words),
        *(_input(lang, counts.get(lang, 0), known.said, words) for lang in langs),
        kit.context(_kept(known, words)),
        field(
            ".".join(["checked", *marks]),
            words._("If something is objected to"),
            chosen("checked", box, "checkboxes"),
            optional=True,
        ),
    ]
    return frame("statement", card, words._("One statement for all"), words._("Approve"), blocks, words)


def _input(lang: str, count: int, said: Mapping[str, str], words: Words) -> Block:
    label = words.n(
        "In {language}, for {count} mention",
        "In {language}, for {count} mentions",
        count,
        language=words.language(lang),
    )
    element = written(said.get(lang, ""), multiline=True, most=LONGEST)
    return field(f"statement_{lang}.{mark(said)}", label, element, optional=True)


def _approvers(known: Known, words: Words) -> list[Block]:
    if not known.approvers:
        return []
    names = words.listing([telling.name_of(name) for name in known.approvers])
    return [kit.context([words._("By your policy it is approved by {names} alone.", names=names)])]


def _kept(known: Known, words: Words) -> list[str]:
    """Whose drafts it is not for."""
    said = [
        words._(
            "A critical mention keeps its holding reply. A language left empty keeps its ordinary drafts: nobody is "
            "told the statement in another language than their own."
        )
    ]
    others = known.spoken.others
    if others:
        said.append(
            words.n(
                "{count} mention is in a language that no drafts are written in.",
                "{count} mentions are in languages that no drafts are written in.",
                others,
            )
        )
    return said


def show(now: Showing) -> Block:
    if now.brand is None:
        return view(now.card, Known(now.case.statements, Spoken()), now.words)
    known = Known(
        now.case.statements,
        statements.spoken(now.session, now.case, now.brand),
        tuple(now.called.get(one, one) for one in statements.approvers(now.brand, now.case.urgency)),
        _contacts(now.brand),
    )
    return view(now.card, known, now.words)


def read(values: Values, words: Words, today: date) -> Approved | Errors:
    fields = [known for name in values.blocks if (known := _BLOCK.fullmatch(name))]
    box = _CHECKED.fullmatch(values.named("checked"))
    if not fields or box is None:
        raise KeyError("statement")
    said = {block[1]: " ".join(values.of(block[0]).split()) for block in fields}
    ours = frozenset(box[1].split("."))
    wrong = {
        block[0]: told
        for block in fields
        if (told := _objection(said[block[1]], block[1], ours, bool(values.of(box[0])), values, words))
    }
    return wrong or Approved({lang: text for lang, text in said.items() if text}, fields[0][2])


def _objection(
    text: str, lang: str, ours: frozenset[str], checked: bool, values: Values, words: Words
) -> str:
    """What is wrong with a statement; empty: nothing, or a person has checked it."""
    if not text:
        return ""
    if len(text) < SHORTEST:
        return words._("Write at least {count} letters.", count=SHORTEST)
    if len(text) > LONGEST:
        return words._("Write at most {count} letters.", count=LONGEST)
    if checked:
        return ""
    found = statements.findings(text, lang, lambda one: fingerprint(one) in ours, values.detect)
    if not found:
        return ""
    if "language" in found:
        found["language"] = words.language(found["language"].rpartition(" ")[2])
    listed = "; ".join(f"{words._(FINDINGS[name])} ({cut(seen, 80)})" for name, seen in found.items())
    return words._("Please check: {what}. If it is right, tick the box below.", what=listed)


def submit(desk: Desk, clicked: Clicked, sent: Approved) -> Move:
    """Keeps it, unless there is another by now than the one that was edited."""
    case = cases.locked(desk.session, clicked.case_id)
    if mark(case.statements) != sent.before and case.statements != statements.cleaned(sent.said):
        return cases.too_late(desk.session, case, (APPROVED, WITHDRAWN))
    return statements.approve(desk, clicked.case_id, clicked.who, sent.said)


def mark(said: Mapping[str, str]) -> str:
    """Tells what is said from what is said otherwise."""
    return fingerprint("\n".join(f"{lang} {text}" for lang, text in sorted(said.items())))


def _contacts(brand: Brand) -> tuple[str, ...]:
    found = (one for contact in brand.policy.contacts.values() for one in addresses(contact))
    return tuple(dict.fromkeys(found))


FORM = Form("statement", show, read, submit, lambda sent: "\n\n".join(sent.said.values()), True)
