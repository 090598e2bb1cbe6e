"""Mentions into the belt: batches of `NewMention` become rows; what changed goes through the stages again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, Row, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col

from store.mention import NewMention, author_key, content_hash, identity, text_key
from store.tables import Mention, MentionState, Revision, Snapshot, Tombstone

BATCH = 200  # keeps every IN list under SQLite's limit on bound values
# The ages at which a mention's engagement is looked at again, where its platform can show given mentions.
LOOKS = tuple(timedelta(minutes=minutes) for minutes in (15, 30, 60, 120, 240, 480, 960, 1440, 2160, 2880))
# Those at which one is looked at for the sake of its being there at all, where no list tells what was removed.
LATE_LOOKS = tuple(timedelta(days=days) for days in (4, 8, 16, 32, 64))


@dataclass(slots=True)
class Stored:
    """What a batch did, as ids of mentions. `late`: new, though published before what the source had shown."""

    new: list[int] = field(default_factory=list)
    edited: list[int] = field(default_factory=list)
    refreshed: list[int] = field(default_factory=list)  # engagement or the brand's answer changed
    unchanged: int = 0
    erased: int = 0  # offered again after its erasure: left out

    def add(self, other: "Stored") -> None:
        self.new += other.new
        self.edited += other.edited
        self.refreshed += other.refreshed
        self.unchanged += other.unchanged
        self.erased += other.erased


def store_mentions(
    session: Session,
    mentions: Iterable[NewMention],
    *,
    now: datetime,
    history_before: datetime | None = None,
    watched: bool = False,
    late: bool = False,
) -> Stored:
    """Stores each mention once per brand, platform and external id; within the caller's transaction.

    New rows published before `history_before` are history: counted, never alerted. `watched`: their source can show
    given mentions, so that young ones are looked at again whether or not they tell engagement; `late`: and for longer.
    """
    unique = {(m.brand, m.platform, m.external_id): m for m in mentions}
    offered = list(unique.values())
    done = Stored()
    for start in range(0, len(offered), BATCH):
        done.add(_store_batch(session, offered[start : start + BATCH], now, history_before, watched, late))
    return done


def store_answers(
    session: Session,
    brand: str,
    platform: str,
    answers: Mapping[str, tuple[str, datetime | None]],
    now: datetime,
) -> list[int]:
    """Notes the brand's replies (text, and when in UTC) on the stored mentions they answer, by external id; gives the
    ids of those for which they are news."""
    names, news = list(answers), []
    for start in range(0, len(names), BATCH):
        bound = {"brand": brand, "platform": platform, "ids": names[start : start + BATCH]}
        for row in session.execute(_KNOWN, bound).all():
            text, at = answers[row.external_id]
            if _is_news(row, text, at):
                _update(session, [row.id], answer=text, answered_at=at or now, changed_at=now)
                news.append(row.id)
    _to_triage(session, news)
    return news


def known_ids(session: Session, brand: str, platform: str, external_ids: Sequence[str]) -> set[str]:
    """Which of these external ids are stored already."""
    rows = session.scalars(
        select(col(Mention.external_id)).where(
            col(Mention.brand) == brand,
            col(Mention.platform) == platform,
            col(Mention.external_id).in_(external_ids),
        )
    )
    return set(rows)


def edits(session: Session, brand: str, platform: str, external_ids: Sequence[str]) -> dict[str, datetime]:
    """When those of these mentions that were edited were edited last, by external id."""
    found: dict[str, datetime] = {}
    for start in range(0, len(external_ids), BATCH):
        rows = session.execute(
            select(col(Mention.external_id), col(Mention.edited_at)).where(
                col(Mention.brand) == brand,
                col(Mention.platform) == platform,
                col(Mention.external_id).in_(external_ids[start : start + BATCH]),
                col(Mention.edited_at).is_not(None),
            )
        )
        found |= {name: at for name, at in rows if at is not None}
    return found


def mark_gone(session: Session, source: str, seen: set[str], *, since: datetime, now: datetime) -> list[int]:
    """Marks mentions of `source` published from `since` on that a complete read no longer showed; gives their ids."""
    standing = session.execute(
        select(col(Mention.id), col(Mention.external_id)).where(
            col(Mention.source) == source,
            col(Mention.published_at) >= since,
            col(Mention.gone_at).is_(None),
        )
    )
    gone = [row_id for row_id, external_id in standing if external_id not in seen]
    for start in range(0, len(gone), BATCH):
        _update(session, gone[start : start + BATCH], gone_at=now, changed_at=now)
        _to_triage(session, gone[start : start + BATCH])
    return gone


def next_look(published_at: datetime, now: datetime, late: bool = False) -> datetime | None:
    """When a mention is looked at next: at growing distances, while it is young; `late`: also when it is not."""
    ages = (*LOOKS, *LATE_LOOKS) if late else LOOKS
    return next((at for age in ages if (at := published_at + age) > now), None)


def due_looks(session: Session, source: str, now: datetime, most: int) -> list[str]:
    """The external ids of the mentions of `source` that are to be looked at again, the longest due first."""
    rows = session.scalars(
        select(col(Mention.external_id))
        .where(
            col(Mention.source) == source,
            col(Mention.look_again_at) <= now,
            col(Mention.gone_at).is_(None),
        )
        .order_by(col(Mention.look_again_at), col(Mention.id))
        .limit(most)
    )
    return list(rows)


def looked(
    session: Session,
    source: str,
    named: tuple[str, str],
    external_ids: Sequence[str],
    shown: set[str],
    now: datetime,
    late: bool = False,
) -> list[int]:
    """After a look at these mentions of `source`, which are `named` by brand and platform: when the next one is due.
    Marks as gone those that are not among the `shown` any more; gives their ids."""
    brand, platform = named
    rows = session.execute(
        select(col(Mention.id), col(Mention.external_id), col(Mention.published_at)).where(
            col(Mention.brand) == brand,
            col(Mention.platform) == platform,
            col(Mention.external_id).in_(external_ids),
            col(Mention.source) == source,
        )
    ).all()
    following = [{"id": row_id, "look_again_at": next_look(at, now, late)} for row_id, _, at in rows]
    if following:
        session.execute(update(Mention), following)
    gone = [row_id for row_id, name, _ in rows if name not in shown]
    if gone:
        _update(session, gone, gone_at=now, changed_at=now, look_again_at=None)
        _to_triage(session, gone)
    return gone


def look_soon(
    session: Session, source: str, named: tuple[str, str], external_ids: Sequence[str], at: datetime
) -> None:
    """Has these mentions of `source`, which are `named` by brand and platform, looked at again at this moment."""
    brand, platform = named
    session.execute(
        update(Mention)
        .where(
            col(Mention.brand) == brand,
            col(Mention.platform) == platform,
            col(Mention.external_id).in_(external_ids),
            col(Mention.source) == source,
            col(Mention.gone_at).is_(None),
        )
        .values(look_again_at=at)
    )


def _store_batch(
    session: Session,
    offered: list[NewMention],
    now: datetime,
    history_before: datetime | None,
    watched: bool,
    late: bool,
) -> Stored:
    done = Stored()
    known = _known(session, offered)
    fresh = [m for m in offered if _key(m) not in known] if known else offered
    if fresh:
        erased = _erased(session, fresh)  # what is erased has no row
        done.erased = len(erased)
        if erased:
            fresh = [m for m in fresh if _identity(m) not in erased]
        done.new = _insert(session, fresh, now, history_before, watched, late)
    for mention in offered if known else ():
        if row := known.get(_key(mention)):
            _meet_again(session, row, mention, now, done)
    return done


def _meet_again(session: Session, row: Row[Any], mention: NewMention, now: datetime, done: Stored) -> None:
    """Writes what changed since the mention was last seen; nothing when nothing did."""
    edited = content_hash(mention) != row.content_hash
    counts = _news_of_engagement(row, mention)
    answer = _news_of_answer(row, mention, now)
    if not (edited or counts or answer or row.gone_at):
        done.unchanged += 1
        return
    if counts:
        _snapshot(session, [(row.id, mention)], now)
    if edited:
        session.execute(insert(Revision), [_revision(row, now)])
        edit = _edit(row, mention, now)
        edit |= answer or _old_answer(row, edit["edited_at"], now)
        _update(session, [row.id], **counts, **edit, changed_at=now, gone_at=None)
        done.edited.append(row.id)
    else:
        _update(session, [row.id], **counts, **answer, changed_at=now, gone_at=None)
        _to_triage(session, [row.id])
        done.refreshed.append(row.id)


_ROWS = SQLModel.metadata.tables["mention"]
_FIELDS = tuple(NewMention.model_fields)
_COUNTS = ("likes", "shares", "replies", "views")
_UNTOLD = (None, None, None, None)  # the engagement of which a source tells nothing
# A crawl beside ours may have stored the same one a moment ago: then it is theirs, not an error. Made once: to build a
# statement of so many columns takes as long as to run it.
_INSERTS = {
    dialect.__name__.rpartition(".")[2]: dialect.insert(_ROWS)
    .on_conflict_do_nothing()
    .returning(_ROWS.c.id, _ROWS.c.brand, _ROWS.c.platform, _ROWS.c.external_id)
    for dialect in (sqlite, postgresql)
}


def _key(mention: NewMention) -> tuple[str, str, str]:
    return mention.brand, mention.platform, mention.external_id


def _identity(mention: NewMention) -> str:
    return identity(*_key(mention))


_ERASED = select(col(Tombstone.key)).where(col(Tombstone.key).in_(bindparam("keys", expanding=True)))
# Columns, not objects: most rows are met again only to see that nothing changed.
_KNOWN = select(
    *(
        _ROWS.c[name]
        for name in (
            *("id", "external_id", "content_hash", "revision", "title", "text", "stars"),
            *(*_COUNTS, "answer", "answered_at", "changed_at", "gone_at"),
        )
    )
).where(
    col(Mention.brand) == bindparam("brand"),
    col(Mention.platform) == bindparam("platform"),
    col(Mention.external_id).in_(bindparam("ids", expanding=True)),
)


# These are asked on the connection: the session's own way costs as much again as they themselves, at each page.
def _erased(session: Session, offered: list[NewMention]) -> set[str]:
    return set(session.connection().scalars(_ERASED, {"keys": [_identity(m) for m in offered]}))


def _known(session: Session, offered: list[NewMention]) -> dict[tuple[str, str, str], Row[Any]]:
    found: dict[tuple[str, str, str], Row[Any]] = {}
    for brand, platform in {(m.brand, m.platform) for m in offered}:
        ids = [m.external_id for m in offered if (m.brand, m.platform) == (brand, platform)]
        rows = session.connection().execute(_KNOWN, {"brand": brand, "platform": platform, "ids": ids})
        found |= {(brand, platform, row.external_id): row for row in rows}
    return found


def _insert(
    session: Session,
    fresh: list[NewMention],
    now: datetime,
    history_before: datetime | None,
    watched: bool,
    late: bool,
) -> list[int]:
    if not fresh:
        return []
    told = [name for name in _FIELDS if any(getattr(m, name) is not None for m in fresh)]
    rows = [_row(m, told, now, history_before, watched, late) for m in fresh]
    connection = session.connection()
    found = connection.execute(_INSERTS[connection.dialect.name], rows)
    ids = {(brand, platform, name): row_id for row_id, brand, platform, name in found}
    counted = [m for m in fresh if m.engagement != _UNTOLD and _key(m) in ids]
    _snapshot(session, [(ids[_key(m)], m) for m in counted], now)
    return sorted(ids.values())


def _row(
    mention: NewMention,
    told: Sequence[str],
    now: datetime,
    history_before: datetime | None,
    watched: bool,
    late: bool,
) -> dict[str, Any]:
    """`told`: the fields that some mention of the batch has; each of the others would cost at each row."""
    counted = watched or mention.engagement != _UNTOLD
    return {
        **{name: getattr(mention, name) for name in told},
        "thread": mention.thread or mention.external_id,
        "author_key": author_key(mention.platform, mention.author_id, mention.author),
        "content_hash": content_hash(mention),
        "text_key": text_key(mention.text),
        "history": history_before is not None and mention.published_at < history_before,
        "state": MentionState.NEW,
        "revision": 1,
        "attempts": 0,
        "first_seen_at": now,
        "changed_at": now,
        "look_again_at": next_look(mention.published_at, now, late) if counted else None,
    }


def _content(mention: NewMention) -> dict[str, Any]:
    return {
        "title": mention.title,
        "text": mention.text,
        "stars": mention.stars,
        "content_hash": content_hash(mention),
        "text_key": text_key(mention.text),
    }


def _revision(row: Row[Any], now: datetime) -> dict[str, Any]:
    return {
        "mention_id": row.id,
        "revision": row.revision,
        "title": row.title,
        "text": row.text,
        "stars": row.stars,
        "until": now,
    }


def _edit(row: Row[Any], mention: NewMention, now: datetime) -> dict[str, Any]:
    """The new revision, free to be taken: who works on the old one loses the claim, and with it the right to write."""
    waiting = {
        "state": MentionState.NEW,
        "claim": None,
        "claimed_until": None,
        "attempts": 0,
        "next_try_at": None,
    }
    return _content(mention) | waiting | {"revision": row.revision + 1, "edited_at": mention.edited_at or now}


def _news_of_engagement(row: Row[Any], mention: NewMention) -> dict[str, int]:
    """The counts that moved; one that this source does not tell is as it was."""
    offered = dict(zip(_COUNTS, mention.engagement, strict=True))
    return {
        name: count for name, count in offered.items() if count is not None and count != getattr(row, name)
    }


def _news_of_answer(row: Row[Any], mention: NewMention, now: datetime) -> dict[str, Any]:
    if mention.answer is None or not _is_news(row, mention.answer, mention.answered_at):
        return {}
    return {"answer": mention.answer, "answered_at": mention.answered_at or now}


def _is_news(row: Row[Any], answer: str, at: datetime | None) -> bool:
    """Whether a reply of the brand is another than the one that is known, and no older one that some list shows."""
    older = at is not None and row.answered_at is not None and at < row.answered_at
    return answer != row.answer and not older


def _old_answer(row: Row[Any], edited_at: datetime, now: datetime) -> dict[str, Any]:
    """An answer that stood there before this edit is none to the new words, whatever coarse or missing dates say."""
    if row.answer is None:
        return {}
    answered_at = row.answered_at or row.changed_at
    return {"answered_at": answered_at, "edited_at": edited_at if edited_at > answered_at else now}


def _snapshot(session: Session, counted: list[tuple[int, NewMention]], now: datetime) -> None:
    rows = [
        {"mention_id": row_id, "at": now} | dict(zip(_COUNTS, m.engagement, strict=True))
        for row_id, m in counted
    ]
    if rows:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        session.execute(dialect.insert(Snapshot).on_conflict_do_nothing(), rows)


def _update(session: Session, ids: list[int], **values: Any) -> int:
    result: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(Mention)
        .where(col(Mention.id).in_(ids))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount


def _to_triage(session: Session, ids: list[int]) -> None:
    """What changed without new words is looked at again by triage; a row still unscored keeps its place.

    A triage that has the row in hand decided without the news: it loses its claim and looks again.
    """
    # Not the states that it means, TRIAGED and SCORED: SQLite would go through all that ever stood in them.
    others = (MentionState.NEW, MentionState.FAILED)
    session.execute(
        update(Mention)
        .where(col(Mention.id).in_(ids), col(Mention.state).not_in(others))
        .values(state=MentionState.SCORED, claim=None, claimed_until=None, next_try_at=None, attempts=0)
        .execution_options(synchronize_session=False)
    )
