"""Which of several wordings is taken: by the seed, and never what the brand's latest drafts have just said."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from alerts.drafts.phrases import Wording

TRIES = 48  # choices looked at when a draft would use the same wordings as a neighbour
STRICT = 24  # of them, those that use nothing of the latest neighbour


@dataclass(frozen=True, slots=True)
class Choice:
    """Chooses by `seed`, avoiding `recent` (newest first); an `attempt` above 0 chooses otherwise."""

    seed: str
    recent: Sequence[Sequence[str]]
    attempt: int = 0

    def of(self, wordings: Sequence[Wording]) -> Wording:
        """The one said longest ago, or not at all; of equals, by the seed."""
        return min(wordings, key=lambda wording: (self._freshness(wording.id), self._lot(wording.id)))

    def _freshness(self, id_: str) -> int:
        if self.attempt >= STRICT:
            return 0
        if self.attempt:
            return int(bool(self.recent) and id_ in self.recent[0])
        return next((len(self.recent) - age for age, moves in enumerate(self.recent) if id_ in moves), 0)

    def _lot(self, id_: str) -> bytes:
        return blake2b(
            f"{self.seed}\n{self.attempt}\n{id_}".encode("utf-8", "replace"), digest_size=8
        ).digest()


def is_repeated(moves: Sequence[str], recent: Sequence[Sequence[str]]) -> bool:
    """Whether a neighbour says just the same (and perhaps more, in private)."""
    return bool(moves) and any(list(moves) == list(other[: len(moves)]) for other in recent)
