"""Which of several wordings is taken, so that no draft says what one of the brand's latest says, and neighbours begin
and end otherwise.

A draft is a row of wordings. For each move the wording is taken that the fewest of the latest rows have beside all that
was taken so far. So the rows spread evenly over all that can be said, as the digits of a counter do, and none comes
twice while there are more rows to choose from than latest ones.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from alerts.drafts.phrases import Wording

TRIES = 48  # rows looked at where what fits depends on what was chosen, as in a short room


@dataclass(slots=True)
class Choice:
    """Chooses the wordings of one text, one after the other, by `seed` and `recent` (the rows of the latest drafts,
    newest first); an `attempt` above 0 chooses otherwise."""

    seed: str
    recent: Sequence[Sequence[str]]
    attempt: int = 0
    _rows: Sequence[frozenset[str]] | None = None
    _alike: Sequence[frozenset[str]] = ()

    def __post_init__(self) -> None:
        if self._rows is None:
            self._rows = tuple(frozenset(row) for row in self.recent)
        self._alike = self._rows

    def anew(self, attempt: int | None = None) -> "Choice":
        """The same choice before its first wording."""
        return replace(self, attempt=self.attempt if attempt is None else attempt)

    def of(self, wordings: Sequence[Wording], *, apart: bool = False) -> Wording:
        """The wording that the fewest of the rows go on with; of equals, the one said longest ago, then by the seed.
        `apart`: none of the newest row's, where there is another."""
        newest = self.recent[0] if apart and self.recent else frozenset[str]()
        left = [wording for wording in wordings if wording.id not in newest] or wordings
        chosen = min(left, key=self._rank) if len(left) > 1 else left[0]
        self._alike = [row for row in self._alike if chosen.id in row]
        return chosen

    def _rank(self, wording: Wording) -> tuple[int, int, bytes]:
        lot = blake2b(
            f"{self.seed}\n{self.attempt}\n{wording.id}".encode("utf-8", "replace"), digest_size=8
        ).digest()
        if self.attempt:
            return 0, 0, lot
        many = sum(wording.id in row for row in self._alike)
        age = next((age for age, row in enumerate(self.recent) if wording.id in row), len(self.recent))
        return many, -age, lot


def is_repeated(moves: Sequence[str], recent: Sequence[Sequence[str]]) -> bool:
    """Whether one of the latest says just the same (and perhaps more, in private)."""
    return bool(moves) and any(list(moves) == list(other[: len(moves)]) for other in recent)
