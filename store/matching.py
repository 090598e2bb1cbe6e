"""Whether a text names a brand: its name and aliases as whole words, without the phrases that mean something else.

Case, accents and spacing do not matter. Nothing from the configuration is used as a pattern.
"""

import re
import unicodedata
from collections.abc import Iterable

from store.brand import Brand

# Scripts that do not put spaces between words: there a name counts wherever it stands.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def fold(text: str) -> str:
    """Case and accents removed, every run of spaces (and invisible characters) one space."""
    # Twice: some letters have a capital only in their plain form (mathematical ones, in which people write names).
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text.casefold()).casefold())
    kept = (c for c in folded if unicodedata.category(c) not in ("Mn", "Cf"))
    return " ".join("".join(kept).replace("\u2019", "'").split())


class Matcher:
    """Finds one brand in texts."""

    def __init__(self, names: Iterable[str], exclude: Iterable[str] = ()) -> None:
        wanted = {fold(name) for name in names} - {""}
        # A name of several words is written together behind # and @: Caffè Aurora, #caffeaurora.
        joined = {sign + name.replace(" ", "") for name in wanted if " " in name for sign in "#@"}
        self._names = _any_of(wanted | joined)
        self._exclude = _any_of({fold(name) for name in exclude} - {""})

    def names(self, *texts: str | None) -> bool:
        """Whether any of the texts names the brand outside the excluded phrases."""
        if self._names is None:
            return False
        return any(self._find(text) for text in texts if text)

    def _find(self, text: str) -> bool:
        folded = fold(text)
        if self._exclude is not None:
            folded = self._exclude.sub("\x00", folded)
        assert self._names is not None
        return self._names.search(folded) is not None


def matcher(brand: Brand) -> Matcher:
    """The matcher of a brand: its name and aliases, without what it excludes."""
    return Matcher((brand.name, *brand.aliases), brand.exclude)


def _any_of(names: set[str]) -> re.Pattern[str] | None:
    if not names:
        return None
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile("|".join(map(_whole, longest_first)))


def _whole(name: str) -> str:
    """The escaped name between word boundaries, where its script has any."""
    before = "" if _UNSPACED.match(name[0]) else r"(?<!\w)"
    after = "" if _UNSPACED.match(name[-1]) else r"(?!\w)"
    return before + re.escape(name) + after
