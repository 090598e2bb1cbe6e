"""What people say of mentions (false alarms, corrections), and the thresholds that are fitted to it.

A label refers to its mention and holds no text, so it goes when the mention is erased. What is learnt from labels is
for `sentiment`.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from store.errors import Permanent
from store.tables import Audit, Label, LabelOrigin, Mention, Revision, Score, Threshold

log = logging.getLogger(__name__)

HEADS = ("sentiment", "urgency", "category")
SAID: Mapping[str, tuple[str, ...]] = {
    "sentiment": ("negative", "neutral", "positive"),
    "urgency": ("low", "normal", "high", "critical"),
    "category": ("information", "commercial", "assistance", "complaint", "praise", "spam", "other"),
}
"""What may be said for each of HEADS: the labels of `sentiment`."""
URGENT = ("critical", "high")
CALM = "normal"  # the urgency of what a person says was a false alarm


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label that counts, with what its revision of the mention said and what the model said of that.
    `false_alarm`: somebody called the revision one, now or before, and nobody called it urgent since."""

    label: Label
    brand: str
    text: str
    title: str | None
    stars: float | None
    lang: str | None
    score: Score | None
    false_alarm: bool = False


def correct(session: Session, mention_id: int, who: str, now: datetime, said: Mapping[str, str]) -> Label:
    """Records what the mention should have been scored as: `said` holds a label for some of HEADS, what was said
    before of the same revision holds for the rest.

    It confirms the model where all of that is what the model says. Raises `Permanent`."""
    mention = held(session, mention_id)
    if mention is None:
        raise Permanent(
            "no_such_mention",
            f"mention {mention_id} is not in the database, or was erased: the inbox shows the number of each; a "
            "mention's address serves too",
        )
    return _record(session, mention, mention.revision, who, now, said)


def false_alarm(
    session: Session,
    mention: Mention,
    who: str,
    now: datetime,
    revision: int | None = None,
    said: Mapping[str, str] | None = None,
) -> Label:
    """Records that nobody had to be alerted by a `revision` (None: the latest) of a mention that `held` gave: what
    counted as urgent was not. What it was instead, and whether the rest was right, only `said` tells: a label for
    some of HEADS."""
    revision = revision or mention.revision
    told = (_latest(session, mention, revision), _score(session, mention, revision))
    urgency = next((one.urgency for one in told if one is not None and one.urgency), None)
    calm = {"urgency": CALM} if urgency in URGENT else {}
    return _record(session, mention, revision, who, now, calm | dict(said or {}), LabelOrigin.FALSE_ALARM)


def held(session: Session, mention_id: int) -> Mention | None:
    """The mention as it is now, None where it is not there or was erased; on PostgreSQL nobody erases it before this
    transaction ends, so that no label comes after the erasure that should have taken it along."""
    chosen = select(Mention).where(Mention.id == mention_id).with_for_update(read=True, key_share=True)
    mention = session.exec(chosen.execution_options(populate_existing=True)).first()
    return mention if mention is not None and mention.content_hash else None


def at_address(session: Session, url: str) -> list[int]:
    """The ids of the mentions that have this address, as it is stored."""
    chosen = select(Mention.id).where(Mention.url == url, Mention.content_hash != "")
    return [row_id for row_id in session.exec(chosen.order_by(col(Mention.id))) if row_id is not None]


def latest(session: Session, mention: Mention) -> Label | None:
    """What a person said last of the mention as it is now."""
    return _latest(session, mention, mention.revision)


def labelled(session: Session) -> list[Labelled]:
    """The label that counts of each labelled revision, in the order of their records."""
    latest = select(func.max(col(Label.id))).group_by(col(Label.mention_id), col(Label.revision))
    before = and_(col(Revision.mention_id) == Label.mention_id, col(Revision.revision) == Label.revision)
    scored = and_(col(Score.mention_id) == Label.mention_id, col(Score.revision) == Label.revision)
    other = aliased(Label)
    alarm = exists().where(
        col(other.mention_id) == Label.mention_id,
        col(other.revision) == Label.revision,
        col(other.origin) == LabelOrigin.FALSE_ALARM,
    )
    rows = session.execute(
        select(Label, Mention, Revision, Score)
        .add_columns(alarm)
        .join(Mention, col(Mention.id) == col(Label.mention_id))
        .outerjoin(Revision, before)
        .outerjoin(Score, scored)
        .where(col(Label.id).in_(latest), col(Mention.content_hash) != "")
        .order_by(col(Label.id))
    )
    return [_labelled(*row) for row in rows]


def any_recorded(session: Session) -> bool:
    """Whether anybody has ever said anything of a mention that is still there."""
    return session.exec(select(Label.id).limit(1)).first() is not None


def thresholds(session: Session, model: str) -> dict[str, float]:
    """The brands' own critical thresholds that were fitted for `model` (name@revision)."""
    rows = session.exec(select(Threshold).where(Threshold.model == model).order_by(col(Threshold.brand)))
    return {row.brand: row.critical for row in rows}


def set_threshold(
    session: Session, brand: str, critical: float | None, model: str, who: str, now: datetime
) -> None:
    """Sets a brand's critical threshold for a model, or with None goes back to the model's own; a change is traced.
    Those for other models stay, for whoever goes back to one."""
    row = session.get(Threshold, (brand, model))
    before = row.critical if row else None
    if critical is not None:
        session.merge(Threshold(brand=brand, model=model, critical=critical, fitted_at=now))
    elif row is not None:
        session.delete(row)
    if critical != before:
        told = [None if value is None else f"{value:.2f}" for value in (before, critical)]
        session.add(
            Audit(
                at=now, who=who, action="threshold", before=told[0], after=told[1],
                detail={"brand": brand, "model": model},
            )
        )  # fmt: skip
        log.info("threshold set", extra={"action": "threshold.set", "brand": brand, "critical": critical})


def _record(
    session: Session,
    mention: Mention,
    revision: int,
    who: str,
    now: datetime,
    said: Mapping[str, str],
    origin: LabelOrigin | None = None,
) -> Label:
    """Writes the label and its trace. What it leaves unsaid stays as the latest label of the revision has it; where no
    `origin` is given, it is what the whole is beside the score."""
    assert mention.id is not None
    known, score = _latest(session, mention, revision), _score(session, mention, revision)
    values: dict[str, Any] = {head: said.get(head, getattr(known, head, None)) for head in HEADS}
    agrees = score and all(label in (None, getattr(score, head)) for head, label in values.items())
    origin = origin or (LabelOrigin.CONFIRMED if agrees else LabelOrigin.CORRECTION)
    label = Label(mention_id=mention.id, revision=revision, at=now, who=who, origin=origin, **values)
    session.add(label)
    session.flush()
    # Not what was said: that goes with the label when its author is forgotten.
    detail = {"mention": mention.id, "label": label.id, "origin": str(origin)}
    session.add(Audit(at=now, who=who, action="label", case_id=mention.case_id, detail=detail))
    log.info("labelled", extra={"action": "label.recorded", "mention": mention.id, "origin": str(origin)})
    return label


def _latest(session: Session, mention: Mention, revision: int) -> Label | None:
    mine = select(Label).where(Label.mention_id == mention.id, Label.revision == revision)
    return session.exec(mine.order_by(col(Label.id).desc()).limit(1)).first()


def _score(session: Session, mention: Mention, revision: int) -> Score | None:
    mine = select(Score).where(Score.mention_id == mention.id, Score.revision == revision)
    return session.exec(mine).first()


def _labelled(
    label: Label, mention: Mention, before: Revision | None, score: Score | None, alarm: bool
) -> Labelled:
    said = before or mention
    lang = mention.lang or (score.lang if score else None)
    alarm = alarm and label.urgency not in URGENT
    return Labelled(label, mention.brand, said.text, said.title, said.stars, lang, score, alarm)
