"""A language as another country writes it: Brazilian Portuguese of the European. A variant is a table of words in the
file of its language, and says by what it is known; each wording stays the same move. Pure."""

from collections.abc import Sequence

import regex
from pydantic import Field

from alerts.drafts.patterns import Folded, find
from store.brand import Brand, Strict


class Variant(Strict):
    """How a region writes. `words`: what stands in the place of what, the longest first; `form`: the only form of
    address that reads well there; `marks` and `against`: patterns that speak for it and for the language of the file;
    `zones`: time zones of brands that write so."""

    region: str
    form: str | None = None
    marks: tuple[str, ...] = Field(min_length=1)
    against: tuple[str, ...] = Field(min_length=1)
    zones: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = Field(min_length=1)

    def put(self, text: str) -> str:
        """A wording in the words of the region; a capital stays one."""
        table = dict(self.words)
        longest = sorted(table, key=len, reverse=True)
        words = regex.compile(
            rf"(?<![\p{{L}}-])(?:{'|'.join(map(regex.escape, longest))})(?![\p{{L}}-])", regex.IGNORECASE
        )

        def other(match: regex.Match[str]) -> str:
            said = table[match[0].lower()]
            return said[:1].upper() + said[1:] if match[0][:1].isupper() else said

        return str(words.sub(other, text))


def chosen(variants: Sequence[Variant], text: Folded, lang: str | None, brand: Brand) -> Variant | None:
    """The variant that an answer is written in: that of the text's language tag, else that of which its words show more
    than of the file's own, else the brand's, by its languages or its time zone; None: the file as it is."""
    tag = (lang or "").replace("_", "-").partition("-")[2].upper()
    if tag:
        return next((one for one in variants if one.region == tag), None)
    for one in variants:
        more = len(find(one.marks, text)) - len(find(one.against, text))
        if more > 0 or (more == 0 and _is_home(one, brand)):
            return one
    return None


def _is_home(variant: Variant, brand: Brand) -> bool:
    tags = {named.replace("_", "-").partition("-")[2].upper() for named in brand.languages}
    return variant.region in tags or (tags == {""} and brand.timezone in variant.zones)
