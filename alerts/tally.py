"""Counts mentions into the series of their brand, source and topics, each once, in the transaction that triages it.

What a series has counted waits in its row until `alerts.spike_watch` shows it to the series' detector, so that neither
a crash nor a mention that is triaged again makes it more or fewer. A mention counts for the moment it was written,
where that is long ago, since a source that is read after a night brings a night's mentions at once; else for now.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from alerts import exclusions
from alerts.gather import Gathered
from alerts.triage import Facts
from store.clock import aware
from store.tables import Mention, Series

STEP = timedelta(minutes=15)  # of a row of a series
BORN = timedelta(
    days=1
)  # without a mention: what is known of a source or a topic of a brand that is watched already
FRESH = timedelta(hours=2)  # sources are read so seldom: what is younger counts as coming now
BRAND, SOURCE, TOPIC = "brand", "source", "topic"

Key = tuple[str, str, str, bool]  # brand, kind, name, negative


def floor(moment: datetime) -> datetime:
    """The beginning of the row that a moment falls in."""
    seconds = STEP.total_seconds()
    return datetime.fromtimestamp(moment.timestamp() // seconds * seconds, tz=aware(moment).tzinfo)


def counts(facts: Facts) -> bool:
    """Whether a mention is one that people wrote about the brand just now: no history, no advertisement."""
    return not facts.mention.history and not facts.excluded and facts.category != "spam"


def moment(mention: Mention, now: datetime) -> datetime:
    """When a mention counts."""
    return min(mention.published_at, now) if mention.published_at < now - FRESH else now


def series_of(facts: Facts) -> list[Key]:
    """The series that a mention belongs to: that of all; where it is criticism, its brand's, source's and topics'."""
    brand = facts.brand.key
    found: list[Key] = [(brand, BRAND, "", False)]
    if is_negative(facts):
        topics = facts.score.topics if facts.score and facts.is_read else ()
        found += [(brand, BRAND, "", True), (brand, SOURCE, facts.mention.source, True)]
        found += [(brand, TOPIC, topic, True) for topic in dict.fromkeys(topics)]
    return found


def is_negative(facts: Facts) -> bool:
    """Whether it is criticism, by the model or by its stars."""
    return facts.sentiment == "negative" or (facts.sentiment is None and facts.few_stars)


def count(session: Session, found: Gathered, ids: Iterable[int]) -> int:
    """Counts those of these mentions that were not; gives how many."""
    fresh = [number for number in ids if number in found.mentions and not found.mentions[number].counted]
    if not fresh:
        return 0
    added: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for number in fresh:
        facts = _facts(found, found.mentions[number])
        if counts(facts):
            row = str(int(floor(moment(facts.mention, found.now)).timestamp()))
            for key in series_of(facts):
                added[key][row] += 1
    if added:
        _add(session, added, found.now)
    done = update(Mention).where(col(Mention.id).in_(fresh)).values(counted=True)
    session.execute(done.execution_options(synchronize_session=False))
    return len(fresh)


def _facts(found: Gathered, mention: Mention) -> Facts:
    """What counting asks for, and no more: this is done for each mention."""
    brand, adopted = found.brands[mention.brand], found.excluded.get(mention.brand, ())
    excluded = not mention.history and exclusions.is_excluded(brand, adopted, mention)
    return Facts(mention, found.scores.get(mention.id or 0), brand, found.now, excluded=excluded)


def _add(session: Session, added: dict[Key, dict[str, int]], now: datetime) -> None:
    """Without the states, which are long."""
    brands = sorted({key[0] for key in added})
    columns = (Series.id, Series.brand, Series.kind, Series.name, Series.negative, Series.waiting)
    chosen = select(*columns).where(col(Series.brand).in_(brands)).with_for_update()  # type: ignore[call-overload]
    known = {(row.brand, row.kind, row.name, row.negative): row for row in session.execute(chosen)}
    for brand in brands:  # those of the whole brand begin together, so that criticism has a usual of none
        added.setdefault((brand, BRAND, "", True), {})
    for key, rows in added.items():
        row = known.get(key)
        if row is None:
            brand, kind, name, negative = key
            old = any(other[0] == brand for other in known)
            upto = floor(now) - (BORN if old else timedelta())
            new = Series(brand=brand, kind=kind, name=name, negative=negative, upto=upto)
            new.waiting = dict(rows)
            session.add(new)
        elif rows:
            waiting = dict(row.waiting)
            for start, number in rows.items():
                waiting[start] = waiting.get(start, 0) + number
            session.execute(update(Series).where(col(Series.id) == row.id).values(waiting=waiting))
    session.flush()
