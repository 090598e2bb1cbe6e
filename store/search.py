"""Full text: which mentions hold the words that somebody looks for, on SQLite (FTS5) and PostgreSQL (tsvector) alike.

The index is kept by the database itself: by triggers on SQLite, as an index over an expression on PostgreSQL. So an
erased text is gone from it in the transaction that erases it. Words are folded: no accents, no capitals. All words must
be there; "words in quotes" in this order; a word with a star may go on. Whatever is asked is only ever words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, text
from sqlmodel import Session

MOST_TERMS, MOST_LETTERS = 12, 300
ACCENTS = "àáâãäåāçčćèéêëēėęìíîïīñňńòóôõöøōùúûüūůýÿžźżšśřßğışțţłđ"
PLAIN = "aaaaaaaccceeeeeeeiiiiinnnooooooouuuuuuyyzzzssrsgisttld"
DOCUMENT = (
    "to_tsvector('simple', translate(lower(coalesce(title, '') || ' ' || text || ' ' || coalesce(author, '')), "
    f"'{ACCENTS}', '{PLAIN}'))"
)
"""What PostgreSQL's index is over (migration 0011); a query that says it otherwise does not use it."""
_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')
_WORD = re.compile(r"[^\W_]+")

_SQLITE = """
SELECT rowid FROM mention_search WHERE mention_search MATCH :asked AND rowid < :before ORDER BY rowid DESC LIMIT :most
"""
_POSTGRESQL = f"""
SELECT id FROM mention WHERE {DOCUMENT} @@ to_tsquery('simple', :asked) AND id < :before ORDER BY id DESC LIMIT :most
"""  # noqa: S608  (a constant)
_SQLITE_NEWEST = """
SELECT case_id, max(id) FROM mention m WHERE case_id IN :cases
AND EXISTS (SELECT 1 FROM mention_search WHERE mention_search MATCH :asked AND rowid = m.id) GROUP BY case_id
"""
_POSTGRESQL_NEWEST = f"""
SELECT case_id, max(id) FROM mention WHERE case_id IN :cases AND {DOCUMENT} @@ to_tsquery('simple', :asked)
GROUP BY case_id
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Term:
    """Words that follow one another; `goes_on`: the last of them may be longer."""

    words: tuple[str, ...]
    goes_on: bool = False


def terms(asked: str) -> tuple[Term, ...]:
    """What somebody wrote into a search, as words alone; empty: there is none in it."""
    asked = re.sub("[“”«»]", '"', asked)[:MOST_LETTERS].rstrip()
    found = []
    for match in _TERM.finditer(asked):
        words = tuple(_WORD.findall(match[1] if match[1] is not None else match[2]))
        if words:
            star = match[1] is None and match[2].endswith("*")
            found.append(Term(words, star and len(words[-1]) > 1))
    return tuple(found[:MOST_TERMS])


def hits(session: Session, wanted: Sequence[Term], before: int, most: int) -> list[int]:
    """The ids of mentions that hold all terms, the newest first, from before the id `before` on."""
    asked, postgresql = _asked(session, wanted)
    rows = session.execute(
        text(_POSTGRESQL if postgresql else _SQLITE), {"asked": asked, "before": before, "most": most}
    )
    return [row[0] for row in rows]


def newest(session: Session, wanted: Sequence[Term], cases: Sequence[int]) -> dict[int, int]:
    """Of each of these cases, its newest mention that holds all terms."""
    asked, postgresql = _asked(session, wanted)
    chosen = text(_POSTGRESQL_NEWEST if postgresql else _SQLITE_NEWEST)
    chosen = chosen.bindparams(bindparam("cases", expanding=True))
    rows = session.execute(chosen, {"asked": asked, "cases": list(cases)})
    return {row[0]: row[1] for row in rows}


def _asked(session: Session, wanted: Sequence[Term]) -> tuple[str, bool]:
    """The question in the database's own language, in which every word stands in quotes; whether it is PostgreSQL."""
    if session.get_bind().dialect.name != "postgresql":
        return " AND ".join(f'"{" ".join(one.words)}"{"*" if one.goes_on else ""}' for one in wanted), False
    folded = str.maketrans(ACCENTS, PLAIN)
    terms = [
        " <-> ".join(f"'{word.lower().translate(folded)}'" for word in one.words)
        + (":*" if one.goes_on else "")
        for one in wanted
    ]
    return " & ".join(f"({one})" for one in terms), True
