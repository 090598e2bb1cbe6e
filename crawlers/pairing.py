"""Mentions whose ids we made ourselves, paired with the rows that they belong to."""

from sqlalchemy import or_
from sqlmodel import Session, col, select

from crawlers.base import Parsed
from crawlers.identity import Known, settle
from store.mention import NewMention, content_hash
from store.tables import Mention

CANDIDATES = 200  # rows looked at for one made id


def settled(
    session: Session, mentions: list[NewMention], parsed: Parsed, taken: set[str]
) -> list[NewMention]:
    """The mentions with made ids paired with the rows they belong to; the others as they are."""
    made = [m for m in mentions if m.external_id in parsed.derived]
    if not made:
        return mentions
    stored = _stored_under(session, made)
    groups: dict[str, list[NewMention]] = {}
    for mention in made:
        groups.setdefault(mention.external_id, []).append(mention)
    settled = [m for m in mentions if m.external_id not in parsed.derived]
    for key, group in groups.items():
        offered = [Known(key, content_hash(m), m.text) for m in group]
        names = settle(key, parsed.derived[key], offered, stored.get(key, []), taken)
        settled += [
            m if m.external_id == name else m.model_copy(update={"external_id": name})
            for m, name in zip(group, names, strict=True)
        ]
    return settled


def _stored_under(session: Session, made: list[NewMention]) -> dict[str, list[Known]]:
    """What is stored under each made id: `key` itself and `key-2`, `key-3`, ..."""
    found: dict[str, list[Known]] = {}
    keys = sorted({m.external_id for m in made})
    name = col(Mention.external_id)
    for start in range(0, len(keys), 50):
        part = keys[start : start + 50]
        # "." follows "-" in ASCII, so the range holds every key-N and nothing else.
        under = or_(name.in_(part), *((name > f"{key}-") & (name < f"{key}.") for key in part))
        rows = session.execute(
            select(name, col(Mention.content_hash), col(Mention.text))
            .where(col(Mention.brand) == made[0].brand, col(Mention.platform) == made[0].platform, under)
            .order_by(col(Mention.id).desc())
            .limit(CANDIDATES * len(part))
        )
        for external_id, digest, text in rows:
            key = external_id if external_id in part else external_id.rpartition("-")[0]
            found.setdefault(key, []).append(Known(external_id, digest, text))
    return {key: rows[:CANDIDATES] for key, rows in found.items()}
