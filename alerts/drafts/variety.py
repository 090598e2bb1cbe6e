"""Which of several wordings is taken, so that no draft says what one of the brand's latest says, and neighbours begin
and end otherwise.

A draft is a row of wordings. For each move the wording is taken that the fewest of the latest rows have beside all that
was taken so far. So the rows spread evenly over all that can be said, as the digits of a counter do, and none comes
twice while there are more rows to choose from than latest ones.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from operator import eq

from alerts.drafts.phrases import Wording

TRIES = 48  # rows looked at where what fits depends on what was chosen, as in a short room


@dataclass(slots=True)
class Choice:
    """Chooses the wordings of one text, one after the other, by `seed` and `recent` (the rows of the latest drafts,
    newest first), and none of `had` where there is another; an `attempt` above 0 chooses otherwise. `aside`: begins the
    ids of a private text, which stands in the same row."""

    seed: str
    recent: Sequence[Sequence[str]]
    had: frozenset[str] = frozenset()
    attempt: int = 0
    aside: str = ""
    _rows: Sequence[frozenset[str]] | None = None
    _alike: Sequence[frozenset[str]] = ()

    def __post_init__(self) -> None:
        if self._rows is None:
            self._rows = tuple(frozenset(row) for row in self.recent)
        self._alike = self._rows

    def anew(self, attempt: int | None = None) -> "Choice":
        """The same choice before its first wording."""
        return replace(self, attempt=self.attempt if attempt is None else attempt)

    def id_of(self, wording: Wording) -> str:
        """As rows know it."""
        return f"{self.aside}{wording.id}"

    def of(self, wordings: Sequence[Wording], *, apart: bool = False) -> Wording:
        """The wording that the fewest of the rows go on with; of equals, the one said longest ago, then by the seed.
        `apart`: none of the newest row's, where there is another."""
        newest = self.recent[0] if apart and self.recent else ()
        left = [wording for wording in wordings if self.id_of(wording) not in self.had] or wordings
        left = [wording for wording in left if self.id_of(wording) not in newest] or left
        chosen = left[0] if len(left) == 1 else self._rarest(left)
        self._alike = [row for row in self._alike if self.id_of(chosen) in row]
        return chosen

    def _rarest(self, wordings: Sequence[Wording]) -> Wording:
        if not self.attempt:
            ids = {self.id_of(wording) for wording in wordings}
            said = Counter(id_ for row in self._alike for id_ in ids & row)
            fewest = min(said[id_] for id_ in ids)
            wordings = [wording for wording in wordings if said[self.id_of(wording)] == fewest]
        return min(wordings, key=lambda wording: (-self._age(self.id_of(wording)), self._lot(wording.id)))

    def _age(self, id_: str) -> int:
        """How many drafts ago it was said."""
        if self.attempt:
            return 0
        return next((age for age, row in enumerate(self._rows or ()) if id_ in row), len(self.recent))

    def _lot(self, id_: str) -> bytes:
        return blake2b(
            f"{self.seed}\n{self.attempt}\n{id_}".encode("utf-8", "replace"), digest_size=8
        ).digest()


def is_repeated(moves: Sequence[str], recent: Sequence[Sequence[str]]) -> bool:
    """Whether one of the latest says just the same (and perhaps more, in private)."""
    return bool(moves) and any(len(moves) <= len(other) and all(map(eq, moves, other)) for other in recent)
