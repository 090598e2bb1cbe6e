"""What a brand says to everybody who writes in a storm: approved by a person, the core of the storm's drafts.

A click only keeps the statement and marks the drafts that are there; `alerts.replies.redrafting` writes them anew,
many or few.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, update
from sqlmodel import Session, col, select

import platforms
from alerts import cases
from alerts.cases import UNDONE, Desk, Move, locked, touch, trace
from alerts.deeds import NOTHING_SAID
from alerts.drafts import guard
from alerts.drafts.personal import addresses
from alerts.drafts.phrases import FALLBACK, languages
from alerts.drafts.plan import first_language
from alerts.drafts.request import DraftRequest
from alerts.telling import name_of
from alerts.words import N_
from store.brand import Brand
from store.clock import utcnow
from store.mention import storable
from store.tables import Case, Draft, Mention, Score

SHORTEST, LONGEST = 20, 600  # characters
APPROVED, WITHDRAWN = "statement", "statement_withdrawn"  # the actions in the audit log
CHECKED = ("promises", "liability", "markup")  # of the guard's checks, those that a statement can fail
NO_STORM = N_("Only a storm has a statement for everybody.")
NOT_YOURS = N_("Nothing was changed: the policy names who approves this, and you are not among them.")
_SLACK_PERSON = re.compile(r"slack:([UW]\w+):")


@dataclass(frozen=True, slots=True)
class Spoken:
    """In what the mentions of a storm are written: how many of them in each language that drafts are written in, the
    most frequent first; how many in `others`; and the room of the shortest replies among their platforms (None: no
    limit)."""

    languages: tuple[tuple[str, int], ...] = ()
    others: int = 0
    shortest: int | None = None


def approve(desk: Desk, case_id: int, who: str, said: Mapping[str, str]) -> Move:
    """From now on the brand says this to everybody in the storm, by language; nothing at all withdraws what it said.
    Its drafts are marked to be written anew, but for those of mentions that are answered or gone."""
    case = locked(desk.session, case_id)
    if not case.storm:
        return Move(False, case, who, desk.now, refused=NO_STORM)
    if case.status not in UNDONE:
        return cases.too_late(desk.session, case)
    brand = desk.brands.get(case.brand)
    if brand is None or not may_approve(brand, case.urgency, who):
        return Move(False, case, who, desk.now, refused=NOT_YOURS)
    statements = cleaned(said)
    if statements == case.statements:
        if not statements:
            return Move(False, case, who, desk.now, refused=NOTHING_SAID)
        return cases.too_late(desk.session, case, (APPROVED, WITHDRAWN))
    case.statements = statements
    _mark_drafts(desk.session, case)
    first = next(iter(statements.values()), "")
    detail = {"statements": statements, "statement": first} if statements else {}
    trace(desk, case, who, APPROVED if statements else WITHDRAWN, detail)
    touch(desk.session, case, desk.now)
    return Move(True, case, who, desk.now)


def cleaned(said: Mapping[str, str]) -> dict[str, str]:
    """Each as one paragraph that any database keeps; empty ones, and those in a language without drafts, are left
    out."""
    lines = {lang: " ".join(str(storable(text)).split())[:LONGEST] for lang, text in said.items()}
    return {lang: line for lang, line in lines.items() if line and lang in languages()}


def approvers(brand: Brand, urgency: str) -> tuple[str, ...]:
    """Who alone may approve a statement; empty: whoever may act."""
    return next((names for level, names in brand.policy.approval.items() if level == urgency), ())


def may_approve(brand: Brand, urgency: str, who: str) -> bool:
    """Whether `who` is among those whom the policy names, by their id in Slack or by their name."""
    named = {name.strip().lstrip("@").casefold() for name in approvers(brand, urgency)}
    person = _SLACK_PERSON.match(who)
    mine = {name_of(who).casefold(), who.casefold(), *([person[1].casefold()] if person else [])}
    return not named or bool(named & mine)


def findings(text: str, lang: str, is_ours: Callable[[str], bool]) -> dict[str, str]:
    """What the guard has against a statement, by the name of its check: sums, promises, admissions, marks; and
    addresses and numbers that are not the brand's (`is_ours`). It looks for words: a person decides."""
    request = _about_nothing(lang)
    checks = guard.inspect(text, request, lang=lang)
    found = {check.name: check.detail for check in checks if check.name in CHECKED and not check.ok}
    strange = [address for address in addresses(text) if not is_ours(address)]
    return found | ({"links": "; ".join(strange)} if strange else {})


def spoken(session: Session, case: Case, brand: Brand) -> Spoken:
    """The languages of the storm's mentions that still stand and have no answer, by one query."""
    rows = session.execute(
        select(func.coalesce(Score.lang, Mention.lang).label("lang"), col(Mention.platform), func.count())
        .join(
            Score,
            (col(Score.mention_id) == Mention.id) & (col(Score.revision) == Mention.revision),
            isouter=True,
        )
        .where(col(Mention.case_id) == case.id, *_waiting())
        .group_by(func.coalesce(Score.lang, Mention.lang), col(Mention.platform))
    ).all()
    counts: Counter[str] = Counter()
    for lang, _, count in rows:
        code = (lang or "und").replace("_", "-").split("-")[0].lower()
        counts[_first(brand) if code == "und" else code] += count
    known = {lang: count for lang, count in counts.items() if lang in languages()}
    order = sorted(known.items(), key=lambda one: (-one[1], one[0]))
    limits = [limit for _, platform, _ in rows if (limit := _limit(platform)) is not None]
    return Spoken(tuple(order), counts.total() - sum(known.values()), min(limits, default=None))


def _first(brand: Brand) -> str:
    """The language in which those are answered whose own nobody can tell."""
    lang = first_language(brand)
    return lang if lang in languages() else FALLBACK


def _limit(platform: str) -> int | None:
    try:
        return platforms.get(platform).reply_limit
    except KeyError:
        return None


def _waiting() -> tuple[ColumnElement[bool], ...]:
    return col(Mention.answer).is_(None), col(Mention.gone_at).is_(None)


def _mark_drafts(session: Session, case: Case) -> None:
    """All of a storm's drafts to words that still wait, by one statement however many they are."""
    waiting = select(col(Mention.id)).where(
        col(Mention.id) == Draft.mention_id, col(Mention.revision) == Draft.revision, *_waiting()
    )
    session.execute(
        update(Draft)
        .where(col(Draft.case_id) == case.id, waiting.exists())
        .values(outdated=True)
        .execution_options(synchronize_session=False)
    )


def _about_nothing(lang: str) -> DraftRequest:
    """What a statement is checked against: a complaint of which nothing is known, and a brand that grants nothing."""
    return DraftRequest(
        text="",
        title=None,
        author=None,
        stars=None,
        platform=None,
        place=None,
        published_at=utcnow(),
        lang=lang,
        sentiment="negative",
        sentiment_probs=None,
        urgency="normal",
        category="complaint",
        topics=(),
        reasons=(),
        brand=Brand(key="-", name=""),
        now=utcnow(),
        seed="",
    )
