"""Which of the customer's own words a reply may repeat: a short clean fragment, or none. What they say is hostile."""

import regex

from alerts.drafts.names import is_known
from alerts.drafts.patterns import Folded, Span, find, fold
from alerts.drafts.personal import EMAIL, LINK, addresses, numbers
from alerts.drafts.phrases import Phrases, languages, load
from store.brand import Brand

SHORTEST, LONGEST = 14, 64  # characters
FEWEST, MOST = 3, 10  # words
_CLAUSE = regex.compile(r"[^.,;:!?…()\[\]{}<>|/\\\n\r\"“”„«»*_~`#=+]+")
_DASH = regex.compile(r"\s[-–—]+\s")
_CLEAN = regex.compile(r"[\p{Latin}’'\- ]+")
_WORD = regex.compile(r"[\p{Latin}’'-]+")


def near(span: Span, text: Folded, phrases: Phrases, brand: Brand) -> str | None:
    """The clause in which the words at `span` stand, where it may be repeated."""
    for clause in _clauses(text):
        if clause.start <= span.start < clause.end:
            return _fragment(clause, text, phrases, brand)
    return None


def praise(text: Folded, phrases: Phrases, brand: Brand) -> str | None:
    """The first clause with a good word in it that may be repeated."""
    return _first(text, phrases, brand, phrases.quotable.praise)


def criticism(text: Folded, phrases: Phrases, brand: Brand) -> str | None:
    """The first clause that says what is wrong and may be repeated."""
    return _first(text, phrases, brand, phrases.quotable.criticism)


def _first(text: Folded, phrases: Phrases, brand: Brand, needed: tuple[str, ...]) -> str | None:
    found = (_fragment(clause, text, phrases, brand, needed) for clause in _clauses(text))
    return next((fragment for fragment in found if fragment), None)


def _clauses(text: Folded) -> list[Span]:
    """The stretches between punctuation marks and addresses; a question is none."""
    found, cut = [], text.shown
    for address in (EMAIL, LINK):
        cut = address.sub(lambda match: "|" * len(match[0]), cut)
    for match in _CLAUSE.finditer(cut):
        if text.shown[match.end() : match.end() + 1] == "?":
            continue
        start = match.start()
        for dash in _DASH.finditer(match[0]):
            found.append(Span(start, match.start() + dash.start()))
            start = match.start() + dash.end()
        found.append(Span(start, match.end()))
    return found


def _fragment(
    clause: Span, text: Folded, phrases: Phrases, brand: Brand, needed: tuple[str, ...] = ()
) -> str | None:
    said = text.shown[clause.start : clause.end].strip()
    words = said.split()
    if not SHORTEST <= len(said) <= LONGEST or not FEWEST <= len(words) <= MOST:
        return None
    if not _CLEAN.fullmatch(said) or not _says_no_name(words, phrases, brand):
        return None
    folded = fold(said)
    quotable = phrases.quotable
    begins = find(quotable.opens, folded)
    if find(quotable.never, folded) or any(span.start == 0 for span in begins):
        return None
    return said if not needed or find(needed, folded) else None


def _says_no_name(words: list[str], phrases: Phrases, brand: Brand) -> bool:
    """Whether no person, place or competitor is named: a capital stands only where the language or the brand has it."""
    ours = {word for name in (brand.name, *brand.aliases) for word in name.split()}
    if is_known(words[0]):
        return False
    return all(
        word.islower() or word in ours or phrases.is_ordinary(word)
        for word in (words[0][:1].lower() + words[0][1:], *words[1:])
    )


def bounded(name: str | None) -> str | None:
    """The name of a product or place where it may be repeated as it is: a few plain words."""
    shown = " ".join((name or "").split())
    words = _WORD.findall(shown)
    plain = regex.fullmatch(r"[\p{Latin}\d’'\-&. ]{3,40}", shown) and shown[:1].isupper()
    if not plain or not 1 <= len(words) <= 5 or next(addresses(shown), None) or next(numbers(shown), None):
        return None
    folded = fold(shown)
    said = (
        pattern for lang in languages() for pattern in (load(lang).quotable.never, load(lang).guard.orders)
    )
    return None if any(find(patterns, folded) for patterns in said) else shown
