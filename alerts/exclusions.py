"""Phrases that hold a brand's name and mean something else ("aurora boreale"): proposed from a false alarm with what
they would have removed, adopted by a person, withdrawn by one. Triage then tells nobody of mentions that name the
brand nowhere else, short of what is critical; what is told already stays."""

import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

import platforms
from alerts.cases import SYSTEM, Desk
from alerts.drafts.phrases import languages, load
from store.brand import Brand
from store.matching import Matcher, fold
from store.tables import Audit, Case, CaseStatus, Exclusion, Mention

log = logging.getLogger(__name__)
SHORTEST = 3  # letters of a word that can tell one meaning from another
MOST = 12  # phrases of one mention that are weighed
READ = 20_000  # mentions read for one phrase, the latest
MAX_PHRASE = 100
RELEVANT = (CaseStatus.ACKNOWLEDGED, CaseStatus.REPLIED, CaseStatus.RESOLVED)
_WORD = r"[^\W_]+"
_ACCENTED = re.compile(
    r"[^bdfghjkmpqrtvwx0-9 ]"
)  # signs that some language writes with an accent, or not of ASCII


@dataclass(frozen=True, slots=True)
class Proposal:
    """A phrase to exclude, and what that would have removed: `mentions`, the `cases` they belong to, and how many of
    the mentions are the brand's `own` all the same: people found their cases relevant."""

    phrase: str
    mentions: int
    cases: int
    own: int


class Ours(ValueError):
    """The phrase would have removed mentions that people found to be the brand's own."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """`done` False: it was adopted before, `by` whom and when."""

    done: bool
    phrase: str
    by: str
    at: datetime


def propose(session: Session, brand: Brand, mention: Mention) -> Proposal | None:
    """The phrase of a mention about something else which, left out, would have removed the most, and nothing that is
    the brand's own where there is such a phrase. None: the mention does not name the brand outside of what is excluded
    already, or names it bare."""
    known = (*brand.exclude, *adopted(session, [brand.key]).get(brand.key, ()))
    texts = (mention.title, mention.text)
    if not _matcher(brand, known).names(*texts):
        return None
    found = [
        phrase for phrase in _phrases(brand, known, texts)
        if not _matcher(brand, (*known, phrase)).names(*texts)
    ]  # fmt: skip
    weighed = [_weigh(session, brand, known, phrase, mention.case_id) for phrase in found[:MOST]]
    return min(weighed, key=lambda one: (one.own > 0, -one.mentions, len(one.phrase)), default=None)


def weigh(session: Session, brand: Brand, phrase: str, case_id: int | None = None) -> Proposal:
    """What a phrase that a person has chosen would have removed. The case at which it was chosen is not the brand's
    own, whoever took it up before."""
    known = (*brand.exclude, *adopted(session, [brand.key]).get(brand.key, ()))
    return _weigh(session, brand, known, fold(phrase)[:MAX_PHRASE].strip(), case_id)


def adopt(desk: Desk, brand: str, phrase: str, who: str, case_id: int | None = None) -> Adopted:
    """From now on `phrase` is not about the brand; once, however often it is clicked. Raises ValueError for one that
    would leave nothing of the brand, Ours for one that would have removed what people found to be about it."""
    phrase, session = fold(phrase)[:MAX_PHRASE].strip(), desk.session
    if _is_bare(phrase, desk.brands[brand]):
        raise ValueError("a phrase to exclude says more than the brand's name")
    if weigh(session, desk.brands[brand], phrase, case_id).own:
        raise Ours("a phrase to exclude leaves what is the brand's own")
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"brand": brand, "phrase": phrase, "added_by": who, "added_at": desk.now}
    statement = dialect.insert(Exclusion).on_conflict_do_nothing().returning(col(Exclusion.id))
    done = session.execute(statement, [row]).first() is not None
    kept = session.scalars(_of(brand, phrase)).one()
    if done:
        detail = {"brand": brand, "phrase": phrase}
        session.add(Audit(at=desk.now, who=who, action="exclude", case_id=case_id, detail=detail))
        log.info("phrase excluded", extra={"action": "exclusion.adopted", "brand": brand})
    return Adopted(done, phrase, kept.added_by, kept.added_at)


def withdraw(desk: Desk, brand: str, phrase: str, who: str) -> bool:
    """The phrase counts again as the brand's name does; False: it was not excluded."""
    session, phrase = desk.session, fold(phrase)
    row = session.scalars(_of(brand, phrase)).first()
    if row is None:
        return False
    session.delete(row)
    detail = {"brand": brand, "phrase": phrase} | ({"click": desk.click} if desk.click else {})
    session.add(Audit(at=desk.now, who=who, action="include", detail=detail))
    return True


def listed(session: Session, brands: Iterable[str]) -> Sequence[Exclusion]:
    """The adopted phrases of these brands, with who adopted them and when, by brand and phrase."""
    chosen = select(Exclusion).where(col(Exclusion.brand).in_(sorted(brands)))
    return session.scalars(chosen.order_by(col(Exclusion.brand), col(Exclusion.phrase))).all()


def adopted(session: Session, brands: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The adopted phrases of these brands."""
    rows = session.execute(
        select(col(Exclusion.brand), col(Exclusion.phrase)).where(col(Exclusion.brand).in_(sorted(brands)))
    )
    known: dict[str, list[str]] = defaultdict(list)
    for brand, phrase in rows:
        known[brand].append(phrase)
    return {brand: tuple(sorted(phrases)) for brand, phrases in known.items()}


def is_excluded(brand: Brand, phrases: Sequence[str], mention: Mention) -> bool:
    """Whether the mention names the brand within excluded phrases alone. What stands on a page of the brand's own is
    about it, whatever it says."""
    if not phrases or not _is_searched(mention.platform):
        return False
    texts = (mention.title, mention.text)
    return _matcher(brand, ()).names(*texts) and not _matcher(brand, (*brand.exclude, *phrases)).names(*texts)


def _is_bare(phrase: str, brand: Brand) -> bool:
    """Whether it holds nothing but words of the brand's names and small words."""
    names = [fold(name) for name in (brand.name, *brand.aliases)]
    known = {word for name in names for word in re.findall(_WORD, name)}
    others = [word for word in re.findall(_WORD, phrase) if word not in known]
    # Where words are written without spaces, few signs say much.
    says = any(_tells(word) or not (word.isascii() or word in _common()) for word in others)
    return any(phrase in name for name in names) or not says


def _of(brand: str, phrase: str) -> Select[Any]:
    return select(Exclusion).where(col(Exclusion.brand) == brand, col(Exclusion.phrase) == phrase)


def _is_searched(platform: str) -> bool:
    try:
        return platforms.get(platform).open
    except KeyError:
        return True


def _matcher(brand: Brand, exclude: Sequence[str]) -> Matcher:
    return Matcher((brand.name, *brand.aliases), exclude)


def _phrases(brand: Brand, known: Sequence[str], texts: Sequence[str | None]) -> Iterator[str]:
    """The brand's name with the words beside it, in the order in which they mean most: the one after it, the one
    before, two."""
    folded = [fold(text) for text in texts if text]
    names = sorted({fold(name) for name in (brand.name, *brand.aliases)} - {""}, key=len, reverse=True)
    seen: set[str] = set()
    for before, after in ((0, 1), (1, 0), (0, 2), (1, 1), (2, 0)):
        for text in folded:
            for name in names:
                for phrase in _around(text, name, before, after):
                    if phrase not in seen and len(phrase) <= MAX_PHRASE:
                        seen.add(phrase)
                        yield phrase


def _around(text: str, name: str, before: int, after: int) -> Iterator[str]:
    pattern = rf"(?<!\w)((?:{_WORD} ){{{before}}}){re.escape(name)}((?: {_WORD}){{{after}}})(?!\w)"
    for match in re.finditer(pattern, text):
        beside = f"{match[1]} {match[2]}".split()
        if all(_tells(one) for one in (*beside[:1], *beside[-1:])):
            yield match[0]


def _tells(word: str) -> bool:
    return len(word) >= SHORTEST and word not in _common()


@cache
def _common() -> frozenset[str]:
    """Words that stand beside any name."""
    return frozenset(fold(word) for lang in languages() for word in load(lang).language.stopwords)


def _weigh(
    session: Session, brand: Brand, known: Sequence[str], phrase: str, beside: int | None = None
) -> Proposal:
    """Reads the mentions that may hold it: the database looks for its plainest letters, which have no accents."""
    before, after = _matcher(brand, known), _matcher(brand, (*known, phrase))
    like = f"%{_ACCENTED.sub('_', phrase).replace(' ', '%')}%"
    words = func.lower(func.coalesce(Mention.title, "") + "\n" + Mention.text)
    rows = session.execute(
        select(col(Mention.title), col(Mention.text), col(Mention.platform), col(Mention.case_id), Case)
        .join(Case, col(Case.id) == Mention.case_id, isouter=True)
        .where(col(Mention.brand) == brand.key, words.like(like))
        .order_by(col(Mention.id).desc())
        .limit(READ)
    )
    removed = [
        (case_id, case) for title, text, platform, case_id, case in rows
        if _is_searched(platform) and before.names(title, text) and not after.names(title, text)
    ]  # fmt: skip
    cases = {case_id for case_id, _ in removed if case_id}
    own = sum(_is_relevant(case) for case_id, case in removed if case_id != beside)
    return Proposal(phrase, len(removed), len(cases), own)


def _is_relevant(case: Case | None) -> bool:
    """Whether a person took the matter up and did not dismiss it."""
    if case is None or case.status not in RELEVANT:
        return False
    return any(who not in (None, SYSTEM) for who in (case.owner, case.acknowledged_by, case.resolved_by))
