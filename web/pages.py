"""What the pages show: cards and their words, gathered for the templates. Who may see them is `web.gate`'s.

The sentences about a case are `alerts.telling`'s, so that the inbox and Slack say the same; templates hold no words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select
from sqlmodel import Session, col

from alerts import telling
from alerts.card import Card, load_card, safe_url
from alerts.cases import SYSTEM
from alerts.text import one_line, shown
from alerts.words import N_, Words
from store.brand import Brand
from store.mention import MAX_TEXT
from store.queue import TO_DO, latest_cases, members, trail, waiting_cases
from store.tables import Audit, Case, CaseStatus, Mention

PAGE = 25
LINE = 300  # characters of one mention among several
LARGEST_ID = 2**31 - 1  # of an integer column

STATUSES: dict[str, tuple[str, tuple[str, ...]]] = {
    "to_do": (N_("To do"), TO_DO),
    "open": (N_("Open"), (CaseStatus.OPEN,)),
    "acknowledged": (N_("Acknowledged"), (CaseStatus.ACKNOWLEDGED,)),
    "replied": (N_("Answered"), (CaseStatus.REPLIED,)),
    "resolved": (N_("Resolved"), (CaseStatus.RESOLVED,)),
    "dismissed": (N_("Dismissed"), (CaseStatus.DISMISSED,)),
}
DONE = ("resolved", "dismissed")
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
}
LABELS = {
    "filters": N_("Filters"),
    "status": N_("Status"),
    "brand": N_("Brand"),
    "all_brands": N_("All brands"),
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
    "acting": N_("Cases are acknowledged and resolved in Slack; this page only shows them."),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which cases to show; what makes no sense in an address is left out."""

    status: str = "to_do"
    brand: str | None = None
    after: int | None = None

    @classmethod
    def read(cls, query: Mapping[str, str], brands: Mapping[str, Brand]) -> "Asked":
        status, brand, after = query.get("status", ""), query.get("brand", ""), query.get("after", "")
        return cls(
            status if status in STATUSES else "to_do",
            brand if brand in brands else None,
            number(after),
        )

    def address(self, after: int | None = None) -> str:
        """Of the page with the same filters that begins after the case `after`."""
        known = {"status": self.status, "brand": self.brand or "", "after": str(after or "")}
        given = {name: value for name, value in known.items() if value and value != "to_do"}
        return f"/?{urlencode(given)}" if given else "/"


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


def queue_page(
    session: Session, brands: Mapping[str, Brand], words: Words, asked: Asked, now: datetime
) -> dict[str, Any]:
    """The queue, a page of it."""
    statuses = STATUSES[asked.status][1]
    listing = latest_cases if asked.status in DONE else waiting_cases
    ids = listing(session, statuses, brand=asked.brand, after=asked.after, limit=PAGE + 1)
    rows = {case.id: case for case in session.scalars(select(Case).where(col(Case.id).in_(ids[:PAGE])))}
    cards = [load_card(session, one, brands.get(rows[one].brand), now) for one in ids[:PAGE]]
    return _shown(
        words,
        asked=asked,
        statuses={name: words._(label) for name, (label, _) in STATUSES.items()},
        brands={key: brand.name or key for key, brand in brands.items()},
        cards=cards,
        next=asked.address(ids[PAGE - 1]) if len(ids) > PAGE else None,
    )


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
        trail=[_deed(row, card, words) for row in trail(session, case_id)],
    )


def _shown(words: Words, **values: Any) -> dict[str, Any]:
    """What a template is given, with the words that the pages share."""
    text = {name: words._(label) for name, label in LABELS.items()}
    return {"text": text, "headline": headline, "open_on": open_on, "in_your_language": gloss} | values


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
    said = [name, when, telling.stars(row.stars, words), _named(row, words)]
    return Other(telling.SEPARATOR.join(filter(None, said)), shown(row.text, LINE), url, host)


def _named(row: Mention, words: Words) -> str:
    """The mention by its id, which `ascolto label` takes."""
    return words._("mention {number}", number=row.id)


def _deed(row: Audit, card: Card, words: Words) -> tuple[str, str]:
    """When, and who did what."""
    who = "Ascolto" if row.who == SYSTEM else shown(one_line(telling.name_of(row.who)), LINE)
    said = words._(DEEDS[row.action], who=who) if row.action in DEEDS else f"{who}: {one_line(row.action)}"
    return words.when(row.at, card.zone, card.now), said
