"""The queue: its filters and its search, a page of its cases, and what is done with several of them at once."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import select
from sqlmodel import Session, col

import platforms
from alerts import telling
from alerts.card import load_card
from alerts.channels.slack import clicks, menu, seen
from alerts.channels.slack.listener import Listener
from alerts.words import N_, Words
from store.brand import Brand
from store.finding import EVERY, NOBODY, Wanted, find, owners
from store.queue import TO_DO
from store.search import terms
from store.tables import Case, CaseStatus, SourceRow
from web.gate import posted, visitor
from web.pages import LABELS, headline, number, open_on
from web.site import Site, said

PAGE = 25
STATUSES: dict[str, tuple[str, tuple[str, ...]]] = {
    "to_do": (N_("To do"), TO_DO),
    "open": (N_("Open"), (CaseStatus.OPEN,)),
    "acknowledged": (N_("Acknowledged"), (CaseStatus.ACKNOWLEDGED,)),
    "replied": (N_("Answered"), (CaseStatus.REPLIED,)),
    "resolved": (N_("Resolved"), (CaseStatus.RESOLVED,)),
    "dismissed": (N_("Dismissed"), (CaseStatus.DISMISSED,)),
    "all": (N_("All"), EVERY),
}
SEVERITIES = ("critical", "high", "normal", "low")
TOPICS = {
    "product_quality": N_("product quality"),
    "staff": N_("staff"),
    "safety_health": N_("safety and health"),
    "support_response": N_("support"),
    "information_request": N_("information"),
    "refund_payment": N_("refund and payment"),
    "price_value": N_("price"),
    "app_website": N_("app and site"),
    "booking_cancellation": N_("booking"),
    "delivery": N_("delivery"),
    "comfort_facilities": N_("comfort"),
    "waiting_time": N_("waiting"),
    "taste_food": N_("taste"),
    "ethics_discrimination": N_("ethics"),
    "account_access": N_("account access"),
    "privacy_fraud": N_("privacy and fraud"),
    "cleanliness_condition": N_("cleanliness"),
}
BULK = ("acknowledge", "assign_me", "snooze_morning", "resolve", "not_relevant")
FILTERS = ("brand", "severity", "language", "platform", "topic", "owner")
MINE = "me"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which cases to show; what makes no sense in an address is left out. `q`: words to look for; `after`: where the
    page before ended."""

    status: str = "to_do"
    brand: str = ""
    severity: str = ""
    language: str = ""
    platform: str = ""
    topic: str = ""
    owner: str = ""
    q: str = ""
    after: int | None = None

    @classmethod
    def read(cls, query: Mapping[str, str], brands: Mapping[str, Brand]) -> "Asked":
        given = {name: query.get(name, "")[:200] for name in (*FILTERS, "status", "q")}
        q = " ".join(given["q"].split())
        known: dict[str, Any] = {
            "brand": brands,
            "severity": SEVERITIES,
            "platform": platforms.names(),
            "topic": TOPICS,
        }
        kept = {name: given[name] if given[name] in values else "" for name, values in known.items()}
        lang = given["language"]
        kept["language"] = lang if lang.isascii() and lang.isalpha() and len(lang) in (2, 3) else ""
        status = given["status"] if given["status"] in STATUSES else "all" if q else "to_do"
        return cls(status, **kept, owner=given["owner"], q=q, after=number(query.get("after", "")))

    @property
    def chosen(self) -> dict[str, str]:
        """What differs from the queue as it is without filters."""
        values = {name: getattr(self, name) for name in ("status", *FILTERS, "q")}
        usual = "all" if self.q else "to_do"
        return {name: value for name, value in values.items() if value and (name, value) != ("status", usual)}

    @property
    def narrowed(self) -> bool:
        """Whether one of the filters behind *More filters* is set."""
        return any(getattr(self, name) for name in FILTERS if name != "brand")

    def address(self, after: int | None = None) -> str:
        """Of the page with the same filters that begins after `after`."""
        given = self.chosen | ({"after": str(after)} if after else {})
        return f"/?{urlencode(given)}" if given else "/"

    def wanted(self, who: str) -> Wanted:
        return Wanted(
            statuses=tuple(STATUSES[self.status][1]),
            brand=self.brand or None,
            urgency=self.severity or None,
            language=self.language or None,
            platform=self.platform or None,
            topic=self.topic or None,
            owner=(who if self.owner == MINE else self.owner) or None,
            terms=terms(self.q),
        )


def queue_page(
    session: Session, brands: Mapping[str, Brand], words: Words, asked: Asked, now: datetime, who: str = ""
) -> dict[str, Any]:
    """What the page of the queue shows."""
    wanted = asked.wanted(who)
    empty = bool(asked.q) and not wanted.terms
    found = find(session, wanted, asked.after, PAGE) if not empty else None
    ids = found.cases if found else ()
    rows = {case.id: case for case in session.scalars(select(Case).where(col(Case.id).in_(ids)))}
    cards = [load_card(session, one, brands.get(rows[one].brand), now) for one in ids if one in rows]
    return {
        "text": said(LABELS, words),
        "asked": asked,
        "statuses": {name: words._(label) for name, (label, _) in STATUSES.items()},
        "filters": _filters(session, brands, words, asked),
        "several": len(brands) > 1,
        "cards": [(card, seen.value(card)) for card in cards],
        "further": asked.address(found.further) if found and found.further else None,
        "whole": found.full if found else True,
        "click": secrets.token_hex(8),
        "bulk": {what: words._(menu.LABELS[what]) for what in BULK},
        "headline": headline,
        "open_on": open_on,
        "may_edit": lambda card: card.status in (*TO_DO, CaseStatus.REPLIED) and card.draft is not None,
        "TO_DO": TO_DO,
    }


def _filters(
    session: Session, brands: Mapping[str, Brand], words: Words, asked: Asked
) -> list[tuple[str, str, dict[str, str]]]:
    """Of each filter its name, its label and its choices."""
    types = set(session.scalars(select(col(SourceRow.type)).distinct())) & set(platforms.names())
    types |= {asked.platform} - {""}
    langs = {lang for brand in brands.values() for lang in brand.languages} | ({asked.language} - {""})
    people = {name: telling.name_of(name) for name in owners(session)}
    if asked.owner not in ("", MINE, NOBODY):
        people[asked.owner] = telling.name_of(asked.owner)
    found = [
        (
            "brand",
            N_("Brand"),
            {key: brand.name or key for key, brand in brands.items()} if len(brands) > 1 else {},
        ),
        ("severity", N_("Severity"), {name: words._(telling.URGENCIES[name]) for name in SEVERITIES}),
        ("platform", N_("Platform"), {name: platforms.label(name) for name in sorted(types)}),
        ("language", N_("Language"), {lang: words.language(lang) for lang in sorted(langs)}),
        ("topic", N_("Topic"), {name: words._(label) for name, label in TOPICS.items()}),
        ("owner", N_("Owner"), {MINE: words._("mine"), NOBODY: words._("nobody's")} | people),
    ]
    return [(name, words._(label), choices) for name, label, choices in found if choices]


def queue_routes(site: Site) -> APIRouter:
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/")
    def queue(request: Request) -> HTMLResponse:
        asked, who = Asked.read(request.query_params, site.brands), visitor(request).who
        with site.db.read() as session:
            found = queue_page(session, site.brands, site.words, asked, site.clock(), who)
        return site.page(request, "queue.html", **found)

    @router.post("/bulk")
    def bulk(request: Request) -> RedirectResponse:
        form, who = posted(request), visitor(request).who
        asked = Asked.read({name: form.get(name) for name in (*FILTERS, "status", "q", "after")}, site.brands)
        what, one = form.get("what"), form.get("one")
        chosen = form.all("case")
        if one:  # a button of one row
            what, _, value = one.partition(":")
            chosen = [value]
        became = _several(site.listener, what, chosen[:PAGE], who, form.click(what))
        answer = RedirectResponse(asked.address(asked.after), status_code=303)
        site.tell(request, answer, became)
        return answer

    return router


def _several(listener: Listener, what: str, chosen: list[str], who: str, click: str) -> str:
    """Does `what` with each of the cases; says what became of it."""
    words = listener.words
    if what not in BULK:
        return words._("Choose what is to be done.")
    if not chosen:
        return words._("Choose some cases first.")
    done, refused = 0, []
    for value in chosen:
        told = clicks.do(listener, what, value, who, click=click and f"{click}.{value}"[:60])
        done += told.done
        if not told.done and told.said:
            known = seen.read(value)
            refused.append(
                words._("Case {number}: {said}", number=known.case_id if known else "?", said=told.said)
            )
    counted = words.n("{count} case done.", "{count} cases done.", done) if done or not refused else ""
    return " ".join([*([counted] if counted else []), *refused[:5]])
