"""What a brand says to everybody who writes in a storm: approved by a person, the core of the storm's drafts.

A click only keeps the statement and marks the drafts that are there; `alerts.replies.redrafting` writes them anew,
many or few.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

import platforms
from alerts import cases
from alerts.cases import UNDONE, Desk, Move, locked, touch, trace
from alerts.deeds import NOTHING_SAID
from alerts.drafts import guard, patterns
from alerts.drafts.patterns import fold
from alerts.drafts.personal import addresses
from alerts.drafts.phrases import FALLBACK, languages, load
from alerts.drafts.request import DraftRequest
from alerts.drafts.speech import first_language
from alerts.replies import outdating
from alerts.replies.outdating import APPROVED, WITHDRAWN
from alerts.telling import name_of
from alerts.words import N_
from store.brand import Brand
from store.clock import utcnow
from store.mention import storable
from store.tables import Case, Mention, Score

SHORTEST, LONGEST = 20, 600  # characters
CHECKED = ("language", "promises", "liability", "tone", "markup")
"""Of the guard's checks, those that a statement can fail."""
SORRY = "statement_open"  # the move in which every draft may be sorry
NO_BRAND = N_("The brand of this is not in the configuration any more.")
NO_STORM = N_("Only a storm has a statement for everybody.")
NOT_YOURS = N_(
    "Nothing was changed: by your policy only {names} may approve this, and you are not among them."
)
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
    if brand is None:
        return Move(False, case, who, desk.now, refused=NO_BRAND)
    if not may_approve(brand, case.urgency, who, desk.known_as):
        named = approvers(brand, case.urgency)
        return Move(False, case, who, desk.now, refused=NOT_YOURS, names=named)
    statements = cleaned(said)
    if statements == case.statements:
        if not statements:
            return Move(False, case, who, desk.now, refused=NOTHING_SAID)
        return cases.too_late(desk.session, case, (APPROVED, WITHDRAWN))
    langs = _concerned(case.statements, statements, desk.reads)
    case.statements = statements
    outdating.mark(desk.session, case, langs)
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


def may_approve(brand: Brand, urgency: str, who: str, known_as: Iterable[str] = ()) -> bool:
    """Whether `who` is among those whom the policy names: by their id in Slack, by their name, or by what else they are
    `known_as`, such as the ids and handles of their user groups."""
    named = set(map(_bare, approvers(brand, urgency)))
    person = _SLACK_PERSON.match(who)
    mine = {name_of(who), who, *([person[1]] if person else []), *known_as}
    return not named or bool(named & set(map(_bare, mine)))


def _bare(name: str) -> str:
    return name.strip().lstrip("@").casefold()


def findings(
    text: str,
    lang: str,
    is_ours: Callable[[str], bool],
    detect: Callable[[str], str | None] | None = None,
) -> dict[str, str]:
    """What the guard has against a statement, by the name of its check: another language than its field's (as far as
    `detect` knows), sums, promises, admissions, its tone, marks; and addresses and numbers that are not the brand's
    (`is_ours`). It looks for words: a person decides."""
    request = _about_nothing(lang, detect)
    checks = guard.inspect(text, request, lang=lang)
    found = {check.name: check.detail for check in checks if check.name in CHECKED and not check.ok}
    said = found.get("liability", "")
    if admitted := [words for words in _admitted(text, lang) if words not in said]:
        found["liability"] = "; ".join([*([said] if said else []), *admitted])
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
        .where(col(Mention.case_id) == case.id, *outdating.waits())
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


def _admitted(text: str, lang: str) -> list[str]:
    """Words that admit a fault, since a court may read what is said to all; being sorry as ordinary drafts are is no
    fault."""
    phrases = load(lang)
    sorry = " ".join(fold(one.text, None).plain for one in phrases.moves[SORRY])
    admitted = patterns.found(phrases.guard.admissions, fold(text, None))
    return [words for words in dict.fromkeys(admitted) if fold(words, None).plain not in sorry]


def _concerned(before: Mapping[str, str], after: Mapping[str, str], reads: str) -> set[str]:
    """The languages whose drafts another statement changes: those in which it is another; where it is so in the one
    that people here read, also those whose gloss tells it."""
    langs = {lang for lang in {*before, *after} if before.get(lang) != after.get(lang)}
    return langs | set(after) if reads in langs else langs


def _about_nothing(lang: str, detect: Callable[[str], str | None] | None) -> DraftRequest:
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
        detect=detect,
    )
