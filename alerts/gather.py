"""The facts triage decides on, for a whole batch in a fixed number of queries. It reads and changes nothing.

As cases open and mentions join them while a batch is written, `Gathered` is told, so that the next mention of the
batch sees them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, false, func, union_all
from sqlmodel import Session, col, select

from alerts import exclusions, notices, storm, tripwires
from alerts.alike import RECENT as COPIES
from alerts.alike import Alike, look
from alerts.routing import Routing
from alerts.triage import DONE, RANK, Earlier, Facts, Neighbours, has_words
from alerts.virality import Counts, Past, Usual, is_enough, spread, usual
from store import switches
from store.brand import Brand
from store.tables import Audit, Case, Draft, Mention, Reason, Revision, Score, Snapshot, Spike

MEMORY = timedelta(days=60)  # how far back an author's earlier mentions count
MANY = 2000  # neighbours read for one batch: more are a flood, not a conversation
NEIGHBOURS = 200  # mentions that make what is usual for a source
RECENT = 200  # drafts a new one must differ from
OPENINGS = 100  # latest cases looked at for a storm: far more than begin one

Thread = tuple[str, str, str]
Text = tuple[str, str]
Members = dict[int, list[Mention]]


@dataclass(slots=True)
class Gathered:
    """What was read for a batch of mentions; ask `facts` and `near` for one of them."""

    brands: Mapping[str, Brand]
    now: datetime
    mentions: dict[int, Mention]
    scores: dict[int, Score] = field(default_factory=dict)
    previous: dict[int, Revision] = field(default_factory=dict)
    snapshots: dict[int, list[Counts]] = field(default_factory=dict)
    usual: dict[int, Usual] = field(default_factory=dict)
    told: dict[int, set[tuple[str, int]]] = field(default_factory=dict)
    drafted: set[tuple[int, int]] = field(default_factory=set)
    recent: dict[str, list[list[str]]] = field(default_factory=dict)
    cases: dict[int, Case] = field(default_factory=dict)
    members: Members = field(default_factory=dict)
    noted: dict[int, list[Audit]] = field(default_factory=dict)
    authors: dict[str, list[Mention]] = field(default_factory=dict)
    threads: dict[Thread, Case] = field(default_factory=dict)
    copies: dict[Text, Case] = field(default_factory=dict)
    alike: Alike = field(default_factory=Alike)
    routing: Routing = field(default_factory=Routing)
    excluded: dict[str, tuple[str, ...]] = field(default_factory=dict)
    shown: set[int] = field(default_factory=set)  # cases whose message was marked to be edited
    skies: dict[str, storm.Sky] = field(default_factory=lambda: defaultdict(storm.Sky))
    muted: frozenset[str] = frozenset()

    def facts(self, mention_id: int) -> Facts:
        mention = self.mentions[mention_id]
        brand = self.brands[mention.brand]
        score = self.scores.get(mention_id)
        return Facts(
            mention,
            score,
            brand,
            self.now,
            hits=tripwires.find(_words(mention), _language(mention, score), brand),
            snapshots=self.snapshots.get(mention_id, ()),
            usual=self.usual.get(mention_id),
            previous=self.previous.get(mention_id),
            case=self.cases.get(mention.case_id or 0),
            earlier=[
                Earlier(other, self.cases.get(other.case_id or 0))
                for other in self.authors.get(mention.author_key or "", ())
                if other is not mention and (other.brand, other.platform) == (mention.brand, mention.platform)
            ],
            excluded=exclusions.is_excluded(brand, self.excluded.get(brand.key, ()), mention),
        )

    def near(self, mention: Mention) -> Neighbours:
        thread, text = thread_of(mention), text_of(mention)
        return Neighbours(
            self.threads.get(thread) if thread else None,
            self._best(
                [self.copies.get(text) if text else None, *self._cases_of(self.alike.copies_of(mention))]
            ),
            self._best(self._cases_of(self.alike.elsewhere(mention))),
        )

    def _cases_of(self, mentions: Iterable[Mention]) -> Iterator[Case | None]:
        return (self.cases.get(mention.case_id or 0) for mention in mentions)

    def _best(self, cases: Iterable[Case | None]) -> Case | None:
        return max((case for case in cases if case), key=_weight, default=None)

    def remember(self, mention: Mention, case: Case) -> None:
        """`mention` belongs to `case` now."""
        assert case.id is not None
        self.cases[case.id] = case
        for members in self.members.values():
            members[:] = [other for other in members if other.id != mention.id]
        self.members.setdefault(case.id, []).append(mention)
        self.skies[case.brand].crowds[case.id] += 1
        self.alike.add(mention)
        self._point(mention, case)

    def _point(self, mention: Mention, case: Case) -> None:
        if (thread := thread_of(mention)) is not None:
            _newest(self.threads, thread, case)
        if (text := text_of(mention)) is not None:
            _newest(self.copies, text, case)


def gather(
    session: Session, ids: Sequence[int], brands: Mapping[str, Brand], now: datetime, *, lock: bool = False
) -> Gathered:
    """Reads all that is known of these mentions. With `lock` (and PostgreSQL) nobody changes them or their cases
    before the transaction ends."""
    query = select(Mention).where(col(Mention.id).in_(ids)).order_by(col(Mention.id))
    rows = session.scalars(_locked(query, lock))
    mentions = {row.id: row for row in rows if row.id is not None and row.brand in brands}
    found = Gathered(brands, now, mentions)
    found.excluded = exclusions.adopted(session, {row.brand for row in mentions.values()})
    found.muted = switches.muted(session, now)
    _own(session, found)
    related = _related(session, found)
    found.alike = look(session, mentions.values(), now)
    related |= found.alike.mentions()
    _cases(session, found, related, lock)
    _skies(session, found, related, lock)
    _usual(session, found)
    _recent(session, found)
    return found


def thread_of(mention: Mention) -> Thread | None:
    return (mention.brand, mention.platform, mention.thread) if mention.thread else None


def text_of(mention: Mention) -> Text | None:
    return (mention.brand, mention.text_key) if mention.text_key else None


def _own(session: Session, found: Gathered) -> None:
    """Scores, what was said before, engagement, reasons told, drafts made."""
    ids = list(found.mentions)
    for score in session.scalars(select(Score).where(col(Score.mention_id).in_(ids))):
        if score.revision == found.mentions[score.mention_id].revision:
            found.scores[score.mention_id] = score
    for before in session.scalars(select(Revision).where(col(Revision.mention_id).in_(ids))):
        if before.revision == found.mentions[before.mention_id].revision - 1:
            found.previous[before.mention_id] = before
    for shot in session.scalars(select(Snapshot).where(col(Snapshot.mention_id).in_(ids))):
        counts = Counts(shot.at, shot.likes, shot.shares, shot.replies)
        found.snapshots.setdefault(shot.mention_id, []).append(counts)
    told = select(col(Reason.mention_id), col(Reason.kind), col(Reason.occurrence))
    for mention_id, kind, occurrence in session.execute(told.where(col(Reason.mention_id).in_(ids))):
        found.told.setdefault(mention_id, set()).add((kind, occurrence))
    drafted = select(col(Draft.mention_id), col(Draft.revision)).where(col(Draft.mention_id).in_(ids))
    found.drafted = {(mention_id, revision) for mention_id, revision in session.execute(drafted)}


def _related(session: Session, found: Gathered) -> dict[int, Mention]:
    """Mentions of the same threads, texts and authors, by three indexed queries."""
    here = found.mentions.values()
    brand = col(Mention.brand).in_({row.brand for row in here})
    place = brand & col(Mention.platform).in_({row.platform for row in here})
    in_case = col(Mention.case_id).is_not(None)
    threads = col(Mention.thread).in_({row.thread for row in here if row.thread})
    texts = col(Mention.text_key).in_({row.text_key for row in here if row.text_key})
    authors = col(Mention.author_key).in_({row.author_key for row in here if row.author_key})
    queries: list[Select[Any]] = [
        select(Mention).where(place, threads, in_case),
        select(Mention).where(brand, texts, in_case, col(Mention.first_seen_at) >= found.now - COPIES),
        select(Mention).where(
            place, authors
        ),  # a date here would make SQLite read all of the last weeks instead
    ]
    related: dict[int, Mention] = {}
    for query in queries:
        for row in session.scalars(query.order_by(col(Mention.id).desc()).limit(MANY)):
            related[row.id] = row
    grouped: dict[str, list[Mention]] = defaultdict(list)
    for row in (related | found.mentions).values():
        if row.author_key and row.published_at >= found.now - MEMORY:
            grouped[row.author_key].append(row)
    found.authors = dict(grouped)
    return related


def _cases(session: Session, found: Gathered, related: dict[int, Mention], lock: bool) -> None:
    """The cases of these mentions and their neighbours, with their members and what was noted about them."""
    near = related | found.mentions
    ids = {row.case_id for row in near.values() if row.case_id}
    # Always asked, so that a batch costs the same number of queries whatever is in it.
    wanted = col(Case.id).in_(ids) if ids else false()
    rows = session.scalars(_locked(select(Case).where(wanted).order_by(col(Case.id)), lock))
    found.cases = {case.id: case for case in rows if case.id is not None}
    own = {row.case_id for row in found.mentions.values() if row.case_id}
    own -= {
        number for number, case in found.cases.items() if case.storm
    }  # of those nobody asks for all members
    for row in session.scalars(select(Mention).where(col(Mention.case_id).in_(own))):
        found.members.setdefault(row.case_id or 0, []).append(row)
    noted = col(Audit.action).in_(("answer_noted", "gone", "vanished"))
    for audit in session.scalars(select(Audit).where(col(Audit.case_id).in_(own), noted)):
        found.noted.setdefault(audit.case_id or 0, []).append(audit)
    for row in near.values():
        if case := found.cases.get(row.case_id or 0):
            found._point(row, case)


def _skies(session: Session, found: Gathered, related: dict[int, Mention], lock: bool) -> None:
    """The brands' storms, the complaints that might begin one, and how many mentions just came to a case."""
    brands = {row.brand for row in found.mentions.values()}
    for row in _openings(session, brands, found.now):
        if storm.COMPLAINTS & set(row.reasons):
            words = storm.stems(row.title, row.text, found.brands[row.brand])
            found.skies[row.brand].openings.append(
                storm.Opening(row.opened_at, row.published_at, row.urgency, words)
            )
    for case, words, last_at in storms_on(session, brands, found.now, lock):
        found.cases[case.id or 0] = case
        about = storm.stems_of(words or ())
        found.skies[case.brand].storms.append(storm.Storm(case, about, last_at or case.opened_at))
    for case in session.scalars(_locked(_spikes(brands), lock)):
        found.cases[case.id or 0] = case
        found.skies[case.brand].spike = case
    for brand, unsent in notices.unsent_criticals(session, brands, found.now).items():
        found.skies[brand].unsent = unsent
    for row in related.values():
        if row.case_id and row.first_seen_at >= found.now - storm.WINDOW:
            found.skies[row.brand].crowds[row.case_id] += 1
    _crowds(session, found)


def _crowds(session: Session, found: Gathered) -> None:
    """How many came of late to the cases of what is alike, of which only the nearest were read."""
    near = {row.case_id for row in found.alike.mentions().values() if row.case_id in found.cases}
    alone = sorted(number for number in near if number and not found.cases[number].storm)
    rows = session.execute(
        select(col(Mention.case_id), func.count())
        .where(col(Mention.case_id).in_(alone), col(Mention.first_seen_at) >= found.now - storm.WINDOW)
        .group_by(col(Mention.case_id))
    )
    for number, count in rows:
        found.skies[found.cases[number or 0].brand].crowds[number or 0] = count


def _openings(session: Session, brands: set[str], now: datetime) -> Iterable[Any]:
    return session.execute(
        select(  # type: ignore[call-overload]
            Case.brand,
            Case.opened_at,
            Case.urgency,
            Case.reasons,
            Mention.published_at,
            Mention.title,
            func.substr(Mention.text, 1, storm.READ).label("text"),
        )
        .join(Mention, col(Mention.id) == Case.mention_id)
        .where(col(Case.brand).in_(brands), col(Case.opened_at) >= now - storm.WINDOW)
        .where(col(Case.channel) != "praise", col(Case.storm).is_(False))
        .order_by(col(Case.opened_at).desc())
        .limit(OPENINGS)
    )


def storms_on(session: Session, brands: set[str], now: datetime, lock: bool) -> Iterable[Any]:
    """With the words of their matter and the moment something last joined them. The case's first rows in `reason` are
    those it began with, its last one the latest: neither look reads them all."""
    reasons = select(Reason).where(col(Reason.case_id) == Case.id)
    words = reasons.with_only_columns(col(Reason.detail)).where(col(Reason.kind) == "spike")
    last_at = reasons.with_only_columns(col(Reason.at)).order_by(col(Reason.id).desc())
    query = (
        select(
            Case,
            words.order_by(col(Reason.id)).limit(1).correlate(Case).scalar_subquery(),
            last_at.limit(1).correlate(Case).scalar_subquery(),
        )
        .where(col(Case.brand).in_(brands), col(Case.opened_at) >= now - storm.LONGEST)
        .where(col(Case.storm), col(Case.status).not_in(DONE))
        .order_by(col(Case.id))
    )
    query = query.execution_options(populate_existing=True)
    return session.execute(query.with_for_update(of=Case) if lock else query)


def _spikes(brands: set[str]) -> Any:
    """Cases of spikes of criticism that are on and no storms yet: a storm that begins now is the same matter."""
    told = select(col(Spike.case_id)).where(
        col(Spike.brand).in_(brands), col(Spike.over_at).is_(None), col(Spike.negative)
    )
    still = (col(Case.status).not_in(DONE), col(Case.storm).is_(False))
    return select(Case).where(col(Case.id).in_(told), *still).order_by(col(Case.id))


def _usual(session: Session, found: Gathered) -> None:
    """What is usual for the source and the author of those mentions where enough happens for it to matter: mostly
    none."""
    busy = [mention for mention_id, mention in found.mentions.items() if _is_busy(found, mention_id)]
    since = found.now - MEMORY
    columns = (col(Mention.source), col(Mention.likes), col(Mention.shares), col(Mention.replies))
    queries = [
        select(*columns, col(Mention.followers), col(Mention.published_at))  # type: ignore[call-overload]
        .where(col(Mention.source) == source, col(Mention.published_at) >= since)
        .where(col(Mention.id).not_in(list(found.mentions)))
        .order_by(col(Mention.published_at).desc())
        .limit(NEIGHBOURS)
        .subquery()
        for source in sorted({mention.source for mention in busy})
    ]
    if not queries:
        return
    others: dict[str, list[Past]] = defaultdict(list)
    for row in session.execute(union_all(*(select(query) for query in queries))):
        others[row.source].append(_past(row, found.now))
    for mention in busy:
        own = [
            _past(other, found.now)
            for other in found.authors.get(mention.author_key or "", ())
            if other.source == mention.source and other.id not in found.mentions
        ]
        if (known := usual(others[mention.source], own)) is not None:
            found.usual[mention.id or 0] = known


def _is_busy(found: Gathered, mention_id: int) -> bool:
    mention = found.mentions[mention_id]
    now = spread(found.snapshots.get(mention_id, ()), mention.published_at)
    return is_enough(now.engagement, found.brands[mention.brand].policy.reach)


def _past(row: Any, now: datetime) -> Past:
    counts = Counts(now, row.likes, row.shares, row.replies)
    return Past(spread([counts], row.published_at).engagement, now - row.published_at, row.followers)


def _recent(session: Session, found: Gathered) -> None:
    """The wordings of each brand's latest drafts, newest first."""
    queries = [
        select(col(Draft.id), col(Draft.brand), col(Draft.moves))
        .where(col(Draft.brand) == brand)
        .order_by(col(Draft.id).desc())
        .limit(RECENT)
        .subquery()
        for brand in sorted({row.brand for row in found.mentions.values()})
    ]
    if not queries:
        return
    rows = session.execute(union_all(*(select(query) for query in queries)))
    for row in sorted(rows, key=lambda row: -row.id):
        found.recent.setdefault(row.brand, []).append(row.moves)


def _locked(query: Any, lock: bool) -> Any:
    query = query.execution_options(populate_existing=True)
    return query.with_for_update() if lock else query


def _words(mention: Mention) -> str:
    return f"{mention.title}\n{mention.text}" if mention.title else mention.text


def _language(mention: Mention, score: Score | None) -> str | None:
    """The language the model saw, else the one the platform tells."""
    return (score.lang if score else None) or mention.lang


def _newest(index: dict[Any, Case], key: Any, case: Case) -> None:
    """An open case before one that is done, then the younger one."""
    known = index.get(key)
    if known is None or _weight(case) >= _weight(known):
        index[key] = case


def _weight(case: Case) -> tuple[bool, bool, int]:
    from_people = case.channel != "praise"
    return case.status in ("open", "acknowledged"), from_people, case.id or 0


def by_urgency(found: Gathered, ids: Iterable[int]) -> list[int]:
    """The most urgent first, then as they came; a mention without words last."""

    def rank(mention_id: int) -> tuple[int, bool, int]:
        score = found.scores.get(mention_id)
        urgency = (score.urgency if score else None) or "low"
        return -RANK[urgency], not has_words(found.mentions[mention_id]), mention_id

    return sorted((i for i in ids if i in found.mentions), key=rank)
