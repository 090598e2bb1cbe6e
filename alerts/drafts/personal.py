"""Recognises what belongs to a person and not in public: addresses, numbers, codes. Shared by reading and guard."""

import re
from collections.abc import Iterator

EMAIL = re.compile(r"[^\s@<>()\[\],;:|\"']{1,64}@[^\s@<>()\[\],;:|\"']{1,200}\.[^\W\d_]{2,24}", re.IGNORECASE)
LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}://|www\.)[^\s<>\"'()\[\]|]+"
    r"|(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){1,5}(?:com|org|net|it|eu|io|info|biz|app|me|co|shop|online|site|example|de|fr"
    r"|es|uk|ru|cn|top|xyz|link|club|test)(?:/[^\s<>\"'()\[\]|]*)?(?![\w-])",
    re.IGNORECASE,
)
PHONE = re.compile(r"(?<![\w+])\+?\(?\d(?:[\s().\-/]{0,2}\d){6,14}(?!\w)")
IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?!\w)")
_CODE = re.compile(r"(?<![\w/#-])[\w#][\w\-/]{4,39}(?![\w/-])")
_HANDLE = re.compile(r"(?<![\w.@])@[\w.\-]{2,}(?:@[\w.\-]{2,})?")
_TIME = re.compile(r"\d{1,2}[h:.]\d{2}", re.IGNORECASE)
CODE_DIGITS = 4  # a word with as many figures is a number of something
STREET = re.compile(
    r"(?<!\w)(?:via|viale|corso|piazza|vicolo|largo|rue|avenue|calle|plaza|rua|avenida|straße|strasse)\s+"
    r"[^\n,;.!?]{2,40}?\s+\d{1,4}(?!\d)|(?<!\w)\d{1,4}\s+[^\n,;.!?]{2,30}?\s(?:street|road|lane|avenue)(?!\w)",
    re.IGNORECASE,
)
REDACTED = "…"
_NAMES, _NAME = 5, 3  # words of a name looked for, and letters that make one
_SEEN = 20_000  # characters looked at: as many as a mention has at most


def addresses(text: str) -> Iterator[str]:
    """E-mail addresses, web addresses and telephone numbers in `text`, as it writes them."""
    for pattern in (EMAIL, LINK, PHONE):
        for match in pattern.finditer(text[:_SEEN]):
            yield match[0].rstrip(".,;:!?")


def numbers(text: str) -> Iterator[str]:
    """What tells one person or order from all others: telephone numbers, accounts, codes."""
    seen = text[:_SEEN]
    for pattern in (IBAN, PHONE):
        yield from (match[0].strip() for match in pattern.finditer(seen))
    yield from (match[0] for match in _CODE.finditer(seen) if _is_code(match[0]))


def _is_code(word: str) -> bool:
    return sum(char.isdigit() for char in word) >= CODE_DIGITS and not _TIME.fullmatch(word)


def is_exposed(text: str) -> bool:
    """Whether its author has written an e-mail address, a telephone number, a code or a street in public."""
    seen = text[:_SEEN]
    return bool(EMAIL.search(seen) or STREET.search(seen)) or next(numbers(seen), None) is not None


def plain(number: str) -> str:
    """Letters and digits alone: `+39 333-555` and `39333555` are one number."""
    return "".join(char for char in number.casefold() if char.isalnum())


def redacted(text: str, author: str | None = None) -> str:
    """The beginning of `text` with "…" for addresses, handles, numbers, codes, streets and the words of its author."""
    seen = text[:_SEEN]
    for pattern in (EMAIL, LINK, IBAN, STREET, PHONE, _HANDLE):
        seen = pattern.sub(REDACTED, seen)
    seen = _CODE.sub(lambda match: REDACTED if _is_code(match[0]) else match[0], seen)
    for word in (author or "").split()[:_NAMES]:
        if len(word) >= _NAME:
            seen = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", REDACTED, seen, flags=re.IGNORECASE)
    return seen
