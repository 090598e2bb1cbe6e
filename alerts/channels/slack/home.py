"""The App Home: a person's own open cases, the team's queue by due time, what was done lately, how the sources fare;
while the brand is closed, what it may write on its own profile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from alerts import telling
from alerts.card import Card, load_card
from alerts.cases import UNDONE
from alerts.channels.slack import kit, menu, seen
from alerts.channels.slack.kit import Block
from alerts.replies import profile_notes
from alerts.replies.profile_notes import ProfileNote
from alerts.words import N_, Words
from store.brand import Brand, first_zone
from store.status import SourceStatus, read_status
from store.tables import Case, CaseStatus

MINE, TEAM, LATELY, SOURCES, NOTES = 15, 15, 5, 30, 4
DONE = (CaseStatus.RESOLVED, CaseStatus.DISMISSED)
HEALTH = {
    "new": N_("not read yet"),
    "ok": N_("is read"),
    "failing": N_("could not be read lately"),
    "down": N_("cannot be read"),
}
SIGNS = {"new": "⚪", "ok": "🟢", "failing": "🟡", "down": "🔴"}


@dataclass(frozen=True, slots=True)
class Home:
    """What one person sees. `mine_total` and `team_total` count what is not shown too."""

    now: datetime
    zone: ZoneInfo
    mine: tuple[Card, ...] = ()
    mine_total: int = 0
    team: tuple[Card, ...] = ()
    team_total: int = 0
    lately: tuple[Card, ...] = ()
    sources: tuple[SourceStatus, ...] = ()
    paused: tuple[str, ...] = ()
    notes: tuple[ProfileNote, ...] = ()


def load(
    session: Session,
    brands: Mapping[str, Brand],
    sources: Sequence[str],
    user: str,
    now: datetime,
    paused: Sequence[str] = (),
) -> Home:
    """What the person with this id in Slack has to do, and the team."""
    owner = col(Case.owner).startswith(f"slack:{user}:", autoescape=True)
    mine = _cases(session, MINE, owner, col(Case.status).in_(UNDONE))
    free = (col(Case.status).in_(menu.TO_DO), ~owner | col(Case.owner).is_(None))
    team = _cases(session, TEAM, *free)
    lately = (
        select(Case).where(col(Case.status).in_(DONE)).order_by(col(Case.resolved_at).desc()).limit(LATELY)
    )
    done = list(session.scalars(lately))

    def rows(cases: Sequence[Case]) -> tuple[Card, ...]:
        return tuple(load_card(session, case.id or 0, brands.get(case.brand), now) for case in cases)

    return Home(
        now,
        first_zone(brands),
        rows(mine),
        _count(session, owner, col(Case.status).in_(UNDONE)),
        rows(team),
        _count(session, *free),
        rows(done),
        read_status(session, sources).sources[:SOURCES],
        tuple(paused),
        profile_notes.latest(session, brands, now)[:NOTES],
    )


def view(home: Home, words: Words, said: str = "") -> Block:
    """The tab; `said`: what became of the click that was made there."""
    blocks: list[Block] = [kit.paragraph(said)] if said else []
    if home.paused:
        blocks.append(kit.paragraph(f"⏸ {words.listing(home.paused)}"))
    blocks += _notes(home, words)
    blocks += _list(words._("My cases"), home.mine, home.mine_total, words._("Nothing waits for you."), words)
    blocks += _list(words._("The team's queue"), home.team, home.team_total, words._("Nothing waits."), words)
    if home.lately:
        blocks += _list(words._("Done lately"), home.lately, len(home.lately), "", words)
    blocks.append(kit.header(words._("Sources")))
    rows = [kit.section(kit.text(source(one, home, words))) for one in home.sources]
    blocks.append(kit.rich(kit.bullets(rows)) if rows else kit.paragraph(words._("No source is configured.")))
    return {"type": "home", "blocks": blocks[:100]}


def _notes(home: Home, words: Words) -> list[Block]:
    """What the brands may write on their own profiles while nobody is there."""
    shown = []
    for note in home.notes:
        said = words._(
            "For the profile of {brand} while you are away, in {language}:",
            brand=note.brand,
            language=words.language(note.lang),
        )
        shown += [kit.section(kit.text(said)), kit.verbatim(note.text)]
    return [kit.rich(*shown)] if shown else []


def closed(said: str) -> Block:
    """For somebody who may not see it."""
    return {"type": "home", "blocks": [kit.paragraph(said)]}


def source(known: SourceStatus, home: Home, words: Words) -> str:
    """How a source fares, on a line."""
    said = f"{SIGNS[known.health]} {known.source}: {words._(HEALTH[known.health])}"
    if known.last_ok is None:
        return said
    last = words._("last read well {when}", when=words.when(known.last_ok, home.zone, home.now))
    return f"{said} · {last}"


def row(card: Card, words: Words) -> str:
    """A case on two lines: what it is and by when, and whose words."""
    what = telling.status(card, words) if card.done else telling.headline(card, words)
    first = [f"{_sign(card)} {what}"]
    if said := telling.due(card, words):
        first.append(said)
    if not card.done and (said := telling.status(card, words)):
        first.append(said)
    return f"{telling.SEPARATOR.join(first)}\n{telling.gist(card, words)}"


def _list(title: str, rows: Sequence[Card], total: int, nothing: str, words: Words) -> list[Block]:
    blocks = [kit.header(title)]
    if not rows and nothing:
        blocks.append(kit.paragraph(nothing))
    for one in rows:
        label = words._("Reopen") if one.done else words._("Show")
        action = menu.REOPEN if one.done else menu.MENU
        blocks.append(
            kit.paragraph(row(one, words), kit.button(action, label, seen.value(one)))
            | {"block_id": f"ascolto.home.{one.case_id}"}
        )
    if total > len(rows):
        more = words.n("{count} more is not shown", "{count} more are not shown", total - len(rows))
        blocks.append(kit.context([more]))
    return blocks


def _sign(card: Card) -> str:
    return "✓" if card.done else telling.sign(card.urgency, card.channel)


def _cases(session: Session, limit: int, *conditions: Any) -> list[Case]:
    """The soonest due first, those without a clock last."""
    order = (col(Case.due_at).is_(None), col(Case.due_at), col(Case.id))
    return list(session.scalars(select(Case).where(*conditions).order_by(*order).limit(limit)))


def _count(session: Session, *conditions: Any) -> int:
    return session.scalar(select(func.count()).select_from(Case).where(*conditions)) or 0
