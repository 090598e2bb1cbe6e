"""Those who wrote in a case, a page at a time: each with their words and the draft for them."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from alerts.card import LINE, QUOTE, Proposal, platform_label, proposal, safe_url
from alerts.text import one_line, shown
from store.brand import Brand, zone_of
from store.retention import ERASED
from store.tables import Case, CaseStatus, Draft, Mention, Score

PAGE = 5  # people on a page: each may have two replies of 2,600 characters


@dataclass(frozen=True, slots=True)
class Writer:
    """One of them, whose words are in `lang`. `draft`: what is proposed to answer them, or what a person wrote instead,
    with all that the card of a case says of it; `answered`: the brand's answer was seen."""

    author: str
    platform_label: str
    stars: float | None
    urgency: str | None
    published_at: datetime
    quote: str
    url: str | None
    lang: str | None = None
    draft: Proposal | None = None
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Writers:
    """A page of them at `now`: `number` of `pages`, from 1; `total` counts all; `to_do`: the case waits for a reply."""

    now: datetime
    zone: ZoneInfo
    listed: tuple[Writer, ...]
    number: int
    pages: int
    total: int
    to_do: bool = True


def load_writers(
    session: Session, case: Case, brand: Brand | None, now: datetime, number: int = 1
) -> Writers:
    """The page `number`, or the nearest there is: the mentions that still stand, as they came, by two queries."""
    standing = (
        col(Mention.case_id) == case.id,
        col(Mention.gone_at).is_(None),
        col(Mention.external_id).not_like(f"{ERASED}%"),
    )
    total = session.scalar(select(func.count()).select_from(Mention).where(*standing)) or 0
    pages = max(1, -(-total // PAGE))
    number = min(max(1, number), pages)
    rows = session.execute(
        select(Mention, Draft, Score)
        .join(Draft, (col(Draft.mention_id) == Mention.id) & (col(Draft.revision) == Mention.revision), isouter=True)
        .join(Score, (col(Score.mention_id) == Mention.id) & (col(Score.revision) == Mention.revision), isouter=True)
        .where(*standing)
        .order_by(col(Mention.id))
        .offset((number - 1) * PAGE)
        .limit(PAGE)
    )  # fmt: skip
    listed = tuple(_writer(case, mention, draft, score) for mention, draft, score in rows)
    to_do = case.status in (CaseStatus.OPEN, CaseStatus.ACKNOWLEDGED)
    return Writers(now, zone_of(brand), listed, number, pages, total, to_do)


def _writer(case: Case, mention: Mention, draft: Draft | None, score: Score | None) -> Writer:
    own = case.reply if case.mention_id == mention.id else None
    lang = shown(one_line(((score.lang if score else None) or mention.lang or "")[:LINE]), LINE) or None
    return Writer(
        author=shown(one_line((mention.author or "")[: 4 * LINE]), LINE),
        platform_label=platform_label(mention.platform),
        stars=mention.stars,
        urgency=score.urgency if score else None,
        published_at=mention.published_at,
        quote=shown(mention.text or mention.title, QUOTE),
        url=safe_url(mention.url)[0],
        lang=lang,
        draft=proposal(own, mention, draft, lang),
        answered=mention.answer is not None,
    )
