"""Words of customers that stand for many: examples of criticism, praise to share, what spread, who was not reached.

What is read is bounded: a few hundred rows, whatever the period holds.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, cast, func, or_, select
from sqlmodel import Session, col

from alerts.card import platform_label, safe_url
from alerts.digest import unreached
from alerts.digest.figures import Quote, Unreached, Viral
from alerts.digest.period import Period
from alerts.digest.volume import topics_of
from alerts.text import one_line, shown
from store.brand import Brand
from store.tables import Mention, Reason, Score

QUOTE, NAME = 160, 60  # characters
SHORTEST, LONGEST = 40, 400  # characters of praise worth sharing
SURE = 0.8  # of sentiment (-1 to 1), from which praise is
POOL = 400  # examples of criticism that are looked at
SEARCHED = 15_000  # negative mentions, the newest, in which somebody may say that nobody answered
SHOWN = 3
RANKS = {"critical": 0, "high": 1, "normal": 2, "low": 3}
_REACH = (
    func.coalesce(Mention.likes, 0) + 2 * func.coalesce(Mention.shares, 0) + func.coalesce(Mention.replies, 0)
)
_SCORED = (col(Score.mention_id) == Mention.id) & (col(Score.revision) == Mention.revision)


class Criticism:
    """Negative mentions of a period that can be quoted, the most urgent first, then what spread furthest; each serves
    once, and the same words do not serve twice."""

    def __init__(self, session: Session, brand: Brand, period: Period) -> None:
        rank = case(*((col(Score.urgency) == name, n) for name, n in RANKS.items()), else_=len(RANKS))
        rows = session.execute(
            _columns(cast(col(Score.topics), Text))
            .join(Score, _SCORED)
            .where(*quotable(brand, period), col(Score.sentiment) == "negative")
            .order_by(rank, _REACH.desc(), col(Mention.id).desc())
            .limit(POOL)
        )
        self._pool = [(set(topics_of(row[-1])), row) for row in rows]
        self._used: set[str] = set()

    def about(self, topic: str, number: int = 1) -> tuple[Quote, ...]:
        """Up to so many about a topic; those that are about it alone come first."""
        fitting = [(len(topics), n, row) for n, (topics, row) in enumerate(self._pool) if topic in topics]
        chosen: list[Any] = []
        for _, _, row in sorted(fitting, key=lambda one: one[:2]):
            if len(chosen) == number:
                break
            if _gist(row) not in self._used:
                self._used.add(_gist(row))
                chosen.append(row)
        return tuple(map(quote, chosen))


def praise(session: Session, brand: Brand, period: Period) -> tuple[Quote, ...]:
    """The gladdest, of different authors, with words enough to share."""
    length = func.length(col(Mention.text))
    rows = session.execute(
        _columns()
        .join(Score, _SCORED)
        .where(
            *quotable(brand, period),
            col(Score.sentiment) == "positive",
            col(Score.sentiment_score) >= SURE,
            or_(col(Mention.stars).is_(None), col(Mention.stars) >= 4),
            length >= SHORTEST,
            length <= LONGEST,
        )
        .order_by(_REACH.desc(), col(Score.sentiment_score).desc(), col(Mention.id).desc())
        .limit(4 * SHOWN)
    ).all()
    by_author = {row.author or row.id: row for row in reversed(rows)}
    chosen = [row for row in rows if by_author[row.author or row.id] is row][:SHOWN]
    return tuple(map(quote, chosen))


def viral(session: Session, brand: Brand, period: Period) -> tuple[Viral, ...]:
    """What was told as spreading in the period, what spread furthest first."""
    counts = (col(Mention.likes), col(Mention.shares), col(Mention.replies), col(Mention.views))
    told = session.scalars(
        select(col(Reason.mention_id))
        .where(col(Reason.kind) == "viral", col(Reason.at) >= period.starts, col(Reason.at) < period.ends)
        .order_by(col(Reason.at).desc())
        .limit(POOL)
    ).all()
    rows = (
        session.execute(  # by their ids alone: with the brand in it, SQLite would go through all of the brand
            _columns(*counts, col(Mention.brand))
            .where(col(Mention.id).in_(told), col(Mention.content_hash) != "")
            .order_by(_REACH.desc(), col(Mention.id))
        )
    )
    spread = [row for row in rows if row.brand == brand.key][:SHOWN]
    return tuple(Viral(quote(row), *(number or 0 for number in row[-5:-1])) for row in spread)


def not_reached(session: Session, brand: Brand, period: Period) -> Unreached:
    """Who says that a way failed them. The database finds texts that may say so, among the newest negative
    ones; each author counts once."""
    newest = (
        select(col(Mention.id).label("id"), col(Score.lang).label("lang"))
        .join(Score, _SCORED)
        .where(*quotable(brand, period), col(Score.sentiment) == "negative")
        .order_by(col(Mention.published_at).desc())
        .limit(SEARCHED)
        .subquery()
    )
    names_a_way = or_(*(_names_a_way(session, newest.c.lang, lang) for lang in unreached.STEMS))
    rows = session.execute(
        _columns().join(newest, newest.c.id == Mention.id).where(names_a_way).order_by(col(Mention.id).desc())
    )
    people: dict[str | int, tuple[Any, list[str]]] = {}
    for row in rows:
        if found := unreached.ways(row.text):
            people.setdefault(row.author or row.id, (row, found))
    counted = Counter(way for _, found in people.values() for way in found)
    different = {_gist(row): row for row, _ in people.values()}
    quoted = list(different.values())[:2]
    return Unreached(len(people), dict(counted.most_common()), tuple(map(quote, quoted)))


def quotes_of(session: Session, ids: Iterable[int]) -> dict[int, Quote]:
    """The words of these mentions, but for those that were erased."""
    chosen = _columns().where(col(Mention.id).in_(list(ids)), col(Mention.content_hash) != "")
    return {row.id: quote(row) for row in session.execute(chosen)}


def quotable(brand: Brand, period: Period) -> tuple[ColumnElement[bool], ...]:
    """Mentions of the period that are still to be seen and were not erased."""
    published = col(Mention.published_at)
    return (
        col(Mention.brand) == brand.key,
        published >= period.starts,
        published < period.ends,
        col(Mention.content_hash) != "",
        col(Mention.gone_at).is_(None),
    )


def quote(row: Any) -> Quote:
    return Quote(
        row.id,
        platform_label(row.platform),
        shown(one_line((row.text or row.title or "")[: QUOTE * 8]), QUOTE),
        safe_url(row.url)[0],
        shown(row.author and one_line(row.author), NAME) or None,
        row.stars,
    )


def _names_a_way(session: Session, of: ColumnElement[str], lang: str) -> ColumnElement[bool]:
    """By the means that each engine is quick with: a LIKE that knows no case, or one expression."""
    text, stems = col(Mention.text), unreached.STEMS[lang]
    if session.get_bind().dialect.name == "postgresql":
        found = text.regexp_match("|".join(stems), flags="i")
    else:
        found = or_(*(text.like(f"%{stem}%") for stem in stems))
    return and_(of == lang, found)


def _gist(row: Any) -> str:
    """The same for words that read the same."""
    return " ".join((row.text or row.title or "").lower().split())[:QUOTE]


def _columns(*more: Any) -> Any:
    known = (
        Mention.id,
        Mention.platform,
        Mention.text,
        Mention.title,
        Mention.url,
        Mention.author,
        Mention.stars,
    )
    return select(*map(col, known), *more)
