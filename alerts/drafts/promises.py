"""Words that promise something: sums, gifts, guarantees, refunds, times. Whether the policy grants it is not asked."""

from collections.abc import Iterator

import regex

from alerts.drafts.patterns import fold, found
from alerts.drafts.phrases import load

_AMOUNT = regex.compile(
    r"(?:€|\$|£|EUR|USD|GBP)\s?\d[\d.,]*|\d[\d.,]*\s?(?:€|\$|£|%|(?:euro?s?|EUR|USD|GBP|dollar[si]?|dollari|pounds?|sterline"
    r"|per\s?cent[o]?)(?!\w))",
    regex.IGNORECASE,
)


def amounts(text: str) -> Iterator[str]:
    """Sums and percentages, as the text writes them."""
    yield from (match[0] for match in _AMOUNT.finditer(text))


def promised(text: str, lang: str) -> list[str]:
    """All that a text promises, in the words of its language; `lang` is one that drafts are written in."""
    words, folded = load(lang).guard, fold(text, None)
    patterns = (words.gifts, words.guarantees, words.refund, words.deadlines)
    said = [*amounts(text), *(one for some in patterns for one in found(some, folded))]
    return list(dict.fromkeys(said))
