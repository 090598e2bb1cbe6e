"""What people changed in a draft before it was sent, in figures. The texts are not kept.

The guard cannot judge empathy; what people keep rewriting can. Distances are Levenshtein's over words and punctuation
marks, divided by the length of the longer text in these: 0 is unchanged, 1 has nothing in common. Sentences are
matched in their order; one that shares less than a third with its match counts as dropped, and what took its place as
added.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

SIGNATURE = "signature"
UNTOLD = {"told": False}
"""What is kept of a reply whose words nobody told: it may be the draft, and it may not."""
UNLIKE = 2 / 3  # distance from which two sentences are not the same one edited
MOST = 6_000  # characters compared; what a reply of any platform takes
_WORD = re.compile(r"\w+|[^\w\s]")
_END = re.compile(r"(?<=[.!?…])\s+|\n+")
DIGITS = 3
Words = list[str]


@dataclass(frozen=True, slots=True)
class Edits:
    """How what went out differs from the draft: `distance` of the whole, `moves` of each move's sentences (1: dropped),
    `dropped` moves and `added` sentences in number."""

    lang: str
    distance: float
    moves: Mapping[str, float]
    dropped: int
    added: int

    def to_json(self) -> dict[str, Any]:
        return {"told": True} | asdict(self)


@dataclass(frozen=True, slots=True)
class Changed:
    """In how many replies something was drafted and `sent`, in how many of these `changed`, and how much there."""

    sent: int
    changed: int
    median_distance: float | None


@dataclass(frozen=True, slots=True)
class Tally:
    """Many replies: `sent` to which there was a draft, of these `unknown` words, and `unchanged`; `median_distance` is
    over those that were changed, None where none was. By move and by language those whose words are known count."""

    sent: int = 0
    unknown: int = 0
    unchanged: int = 0
    median_distance: float | None = None
    by_move: Mapping[str, Changed] = field(default_factory=dict)
    by_language: Mapping[str, Changed] = field(default_factory=dict)


def compare(reply: str, sentences: Sequence[Mapping[str, Any]], sent: str, lang: str) -> Edits:
    """Between the drafted `reply`, made of `sentences` (as `Draft.sentences` keeps them; those of the private reply
    are passed over), and what was sent."""
    drafted = [(move, words) for move, text in _parts(reply, sentences) for words in _sentences(text)]
    went = _sentences(sent[:MOST])
    found = _matched([words for _, words in drafted], went)
    moves: dict[str, float] = {}
    for move in dict.fromkeys(move for move, _ in drafted):
        mine = [(len(words), found[n]) for n, (known, words) in enumerate(drafted) if known == move]
        moves[move] = round(
            sum(size * apart for size, (apart, _) in mine) / sum(size for size, _ in mine), DIGITS
        )
    kept = {match for _, match in found if match is not None}
    return Edits(
        lang,
        round(distance(_WORD.findall(reply), _WORD.findall(sent[:MOST])), DIGITS),
        moves,
        sum(apart == 1 for apart in moves.values()),
        len(went) - len(kept) if drafted else 0,
    )


def distance(before: Sequence[str], after: Sequence[str]) -> float:
    """Levenshtein's, over words, as a share of the longer."""
    if before == after:
        return 0.0
    row = list(range(len(after) + 1))
    for n, word in enumerate(before, 1):
        corner, row[0] = row[0], n
        for m, other in enumerate(after, 1):
            corner, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, corner + (word != other))
    return row[-1] / max(len(before), len(after))


def tally(rows: Iterable[Mapping[str, Any]]) -> Tally:
    """Counts what `Edits.to_json` or `UNTOLD` said of many replies."""
    whole: list[float] = []
    moves: dict[str, list[float]] = {}
    languages: dict[str, list[float]] = {}
    unknown = 0
    for row in rows:
        if not row.get("told"):
            unknown += 1
            continue
        whole.append(row["distance"])
        languages.setdefault(row["lang"], []).append(row["distance"])
        for move, apart in row["moves"].items():
            moves.setdefault(move, []).append(apart)
    total = _changed(whole)
    return Tally(
        sent=total.sent + unknown,
        unknown=unknown,
        unchanged=total.sent - total.changed,
        median_distance=total.median_distance,
        by_move={move: _changed(found) for move, found in sorted(moves.items())},
        by_language={lang: _changed(found) for lang, found in sorted(languages.items())},
    )


def _changed(distances: Sequence[float]) -> Changed:
    changed = [apart for apart in distances if apart]
    return Changed(len(distances), len(changed), round(median(changed), DIGITS) if changed else None)


def _parts(reply: str, sentences: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The moves of a reply with their words, in order, and what ends it."""
    parts, at = [], 0
    for sentence in sentences:
        text = str(sentence.get("text") or "")
        place = reply.find(text, at) if text else -1
        if place >= 0:
            parts.append((str(sentence.get("move") or ""), text))
            at = place + len(text)
    return [*parts, (SIGNATURE, reply[at:])] if parts else []


def _sentences(text: str) -> list[Words]:
    return [words for piece in _END.split(text) if (words := _WORD.findall(piece))]


def _matched(drafted: Sequence[Words], sent: Sequence[Words]) -> list[tuple[float, int | None]]:
    """Of each drafted sentence how far it is from its match, and which that is (1 and None: it was dropped): the
    matches, in order, that have most in common."""
    apart = [[distance(mine, theirs) for theirs in sent] for mine in drafted]
    best = [[0.0] * (len(sent) + 1) for _ in range(len(drafted) + 1)]
    for n in range(len(drafted) - 1, -1, -1):
        for m in range(len(sent) - 1, -1, -1):
            best[n][m] = max(best[n + 1][m], best[n][m + 1], best[n + 1][m + 1] + _common(apart[n][m]))
    found: list[tuple[float, int | None]] = []
    m = 0
    for n in range(len(drafted)):
        while m < len(sent) and best[n][m] == best[n][m + 1] and best[n][m] > best[n + 1][m]:
            m += 1
        if m < len(sent) and best[n][m] > best[n + 1][m]:
            found.append((apart[n][m], m))
            m += 1
        else:
            found.append((1.0, None))
    return found


def _common(apart: float) -> float:
    return 1 - apart if apart < UNLIKE else 0.0
