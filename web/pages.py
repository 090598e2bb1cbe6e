"""What the pages show: cards and their words, gathered for the templates. Who may see them is `web.gate`'s.

The sentences about a case are `alerts.telling`'s, so that the inbox and Slack say the same; templates hold no words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from alerts import telling
from alerts.card import Card, load_card, safe_url
from alerts.cases import SYSTEM
from alerts.channels.slack import menu
from alerts.text import one_line, shown
from alerts.words import N_, Words
from store.brand import Brand
from store.mention import MAX_TEXT
from store.queue import members, trail
from store.tables import Audit, Case, Mention
from web import chart
from web.site import said

LINE = 300  # characters of one mention among several
NOTE = 3_000
LARGEST_ID = 2**31 - 1  # of an integer column

DEEDS = {
    "open": N_("{who} opened the case"),
    "acknowledge": N_("{who} took the case"),
    "resolve": N_("{who} resolved the case"),
    "dismiss": N_("{who} dismissed the case"),
    "reopen": N_("{who} opened the case again"),
    "snooze": N_("{who} put the case aside"),
    "wake": N_("{who} brought the case back"),
    "raise": N_("The case became more urgent"),
    "remind": N_("{who} reminded: the time to reply is running out"),
    "overdue": N_("{who} reminded: the time to reply is over"),
    "promise_due": N_("{who} reminded of a promise to the customer"),
    "follow_up": N_("{who} reminded to ask whether all is well now"),
    "join": telling.EVENTS["joined"],
    "storm": telling.REASONS["spike"],
    "spike": N_("More is written than usual"),
    "spike_over": telling.EVENTS["spike_over"],
    "spike_again": telling.EVENTS["spike_again"],
    "gone": telling.EVENTS["gone"],
    "vanished": telling.EVENTS["vanished"],
    "answer_noted": telling.EVENTS["answered"],
    "reply_seen": N_("The case counts as answered"),
    "statement": telling.DEEDS["statement"],
    "statement_withdrawn": telling.DEEDS["statement_withdrawn"],
    "label": N_("{who} said what the model should have said"),
    "assign": telling.DEEDS["assign"],
    "mark_replied": telling.DEEDS["mark_replied"],
    "reply": telling.DEEDS["reply"],
    "note": telling.DEEDS["note"],
    "callback": telling.DEEDS["callback"],
    "report": telling.DEEDS["report"],
    "report_outcome": telling.DEEDS["report_outcome"],
    "ask_to_quote": telling.DEEDS["ask_to_quote"],
    "another_wording": N_("{who} asked for another wording"),
    "warn": N_("{who} drafted a warning"),
    "hide": N_("{who} is to hide it on the platform"),
}
LABELS = {
    "filters": N_("Filters"),
    "status": N_("Status"),
    "brand": N_("Brand"),
    "any": N_("all"),
    "show": N_("Show"),
    "pages": N_("Pages"),
    "next": N_("Next page"),
    "first": N_("Back to the first page"),
    "nothing": N_("Nothing waits here."),
    "customer": N_("What the customer wrote"),
    "no_words": N_("(no words)"),
    "before": N_("Before:"),
    "why": N_("Why you see this"),
    "draft": N_("Draft reply"),
    "no_draft": N_("There is no draft."),
    "original": N_("original"),
    "private": N_("Then, in a private message"),
    "mentions": N_("Mentions in this case"),
    "trail": N_("What happened"),
    "search": N_("Search"),
    "search_hint": N_("words, or “words in this order”"),
    "more_filters": N_("More filters"),
    "clear": N_("Clear all filters"),
    "nothing_found": N_("Nothing found. Try fewer words or filters."),
    "look_on": N_("Look further back"),
    "looked": N_("So far nothing more was found; older cases have not been looked at yet."),
    "with_chosen": N_("With the chosen cases"),
    "choose": N_("Choose"),
    "choose_all": N_("Choose all"),
    "engagement": N_("Reactions"),
    "as_table": N_("As a table"),
    "when": N_("When"),
    "count": N_("Count"),
    "actions": N_("What you can do"),
    "save": N_("Save"),
    "cancel": N_("Cancel"),
    "copy": N_("Copy"),
    "copied": N_("Copied"),
    "count_anew": N_("Count anew"),
    "choose_one": N_("Choose…"),
    "optional": N_("(optional)"),
    "page_turn": N_("Page"),
    "seen_all": N_("Show all who wrote"),
    "edit": menu.LABELS["edit"],
    "replied": menu.LABELS["replied"],
}


@dataclass(frozen=True, slots=True)
class Other:
    """One mention of a case, on a line or two."""

    byline: str
    quote: str
    url: str | None
    host: str


def number(text: str) -> int | None:
    """The id that an address holds; None: no such."""
    found = int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else 0
    return found if 0 < found <= LARGEST_ID else None


def case_page(
    session: Session, brands: Mapping[str, Brand], words: Words, case_id: int, now: datetime
) -> dict[str, Any]:
    """One case with all that is known of it. Raises LookupError: there is none."""
    case = session.get(Case, case_id)
    if case is None:
        raise LookupError(f"case {case_id} is not there any more")
    card = load_card(session, case_id, brands.get(case.brand), now)
    mention = session.get(Mention, case.mention_id) if case.mention_id else None
    others = members(session, case_id) if card.mentions > 1 else []
    return _shown(
        words,
        card=card,
        brands=brands,
        whole=shown(mention.text, MAX_TEXT) if mention else "",
        named=_named(mention, words) if mention else "",
        others=[_other(row, card, words) for row in others if row.id != case.mention_id],
        chart=chart.engagement(session, card, words),
        trail=[_deed(row, card, words) for row in trail(session, case_id)],
    )


def _shown(words: Words, **values: Any) -> dict[str, Any]:
    """What a template is given, with the words that the pages share."""
    return {
        "text": said(LABELS, words),
        "headline": headline,
        "open_on": open_on,
        "in_your_language": gloss,
    } | values


def headline(card: Card, words: Words) -> tuple[str, str, str, str]:
    """The card's headline in three parts with the stars in the middle, and the stars as they are spoken."""
    sign = telling.stars(card.stars, words)
    before, stars, after = telling.headline(card, words).partition(sign) if sign else ("", "", "")
    if not stars:
        return telling.headline(card, words), "", "", ""
    return before, stars, after, words._("{stars} of 5 stars", stars=words.number(card.stars or 0))


def open_on(host: str, words: Words) -> str:
    return words._("Open on {host}", host=host)


def gloss(text: str, words: Words) -> str:
    return words._("In your language: {gloss}", gloss=text)


def _other(row: Mention, card: Card, words: Words) -> Other:
    name = shown(row.author and one_line(row.author), LINE) or words._("anonymous")
    url, host = safe_url(row.url)
    when = words.ago(row.published_at, card.zone, card.now)
    told = [name, when, telling.stars(row.stars, words), _named(row, words)]
    return Other(telling.SEPARATOR.join(filter(None, told)), shown(row.text, LINE), url, host)


def _named(row: Mention, words: Words) -> str:
    """The mention by its id, which `ascolto label` takes."""
    return words._("mention {number}", number=row.id)


def _deed(row: Audit, card: Card, words: Words) -> tuple[str, str, str]:
    """When, who did what, and what they noted."""
    who = "Ascolto" if row.who == SYSTEM else _name(row.who)
    to = _name(str(row.detail.get("to") or ""))
    told = (
        words._(DEEDS[row.action], who=who, to=to)
        if row.action in DEEDS
        else f"{who}: {one_line(row.action)}"
    )
    return words.when(row.at, card.zone, card.now), told, shown(str(row.detail.get("note") or ""), NOTE)


def _name(who: str) -> str:
    return shown(one_line(telling.name_of(who)), LINE)
