"""Whom to greet: a first name where the author's name surely holds one, nobody where it may be anything else."""

from functools import cache

import regex

from alerts.drafts.patterns import find, fold
from alerts.drafts.personal import EMAIL, LINK
from alerts.drafts.phrases import languages, load
from alerts.text import one_line

LONGEST = 9  # letters of a single word that no list knows as a name
_EMOJI = regex.compile(r"[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\u200d]+")
_ASIDE = regex.compile(r"\s*[(\[][^)\]]*[)\]]\s*$")
_WORD = regex.compile(r"\p{Lu}\p{Ll}+(?:['’-]\p{Lu}\p{Ll}+)*\d{0,4}")
_PARTICLE = regex.compile(r"\p{Lu}\.?|d[aeio]s?|del|della|de|la|le|van|von|de[nr]|te[nr]|['’]t|bin|el|al")
_ODD = regex.compile(r"[^\p{Latin}\p{M}\d\s._'’\-]")
_SIGNED = regex.compile(r"(?:[,;]\s+|\n\s*|\s[-–—]\s*)(\p{Lu}[\p{Ll}'’-]+)$")
_CAMEL = regex.compile(r"^\p{Lu}\p{Ll}{2,}(?=\p{Lu})")


def first_name(author: str | None) -> str | None:
    """`Marta B.`, `Ornella (Trieste)`, `Gianni62` and `paola.decaf` have one; `user-7714`, two people, a company, an
    e-mail address or a sentence have none."""
    if not author or len(author) > 60 or EMAIL.search(author) or LINK.search(author):
        return None
    name = _ASIDE.sub("", _EMOJI.sub("", one_line(author))).strip()
    words = name.split()
    weighty = [word for word in words if not _PARTICLE.fullmatch(word)]  # Jan van der Berg is two
    if not weighty or len(weighty) > 3 or _ODD.search(name) or _is_no_name(name):
        return None
    if len(words) > 1 and not all(_WORD.fullmatch(word) or _PARTICLE.fullmatch(word) for word in words):
        return None
    return next((said for said in map(_known, words) if said), None) or _unknown(words)


def signed_name(author: str | None, text: str) -> str | None:
    """The name of an author of one word that no list knows, where the text ends with it as a signature: two places say
    the same. `Delusa` in both says how somebody feels, and is no name."""
    word = (author or "").strip()
    last = _SIGNED.search(text.rstrip(" \n\t.!"))
    if last is None or last[1] != word or not 3 <= len(word) <= LONGEST or not _WORD.fullmatch(word):
        return None
    return None if _is_no_name(word) or _is_rude(word) else word


def is_known(word: str, lang: str | None = None) -> bool:
    """Whether this is a first name that one of the phrase files lists, or that of `lang`."""
    return fold(word).plain in (_names_of(lang) if lang else _known_names())


def _known(word: str) -> str | None:
    """A first name of the list, on its own or as the first part of a handle (`paola.decaf`, `Gianni62`, `MartaB`)."""
    part = next((piece for piece in regex.split(r"[._\d]+", word) if piece), "")
    for piece in (part, *_CAMEL.findall(part)):
        if is_known(piece):
            return str(piece if piece not in (piece.lower(), piece.upper()) else piece.capitalize())
    return None


def _unknown(words: list[str]) -> str | None:
    """A first word that looks like a name though no list has it, where an initial or a surname follows: `Jürgen K.`.
    On its own it may be anything: `Pizzeria`, `Delusa`."""
    if len(words) < 2:
        return None
    first = words[0].rstrip("0123456789_.")
    plain = 3 <= len(first) <= LONGEST and _WORD.fullmatch(first)
    return first if plain and not _is_rude(first) else None


def _is_rude(word: str) -> bool:
    return any(find(load(lang).quotable.never, fold(word)) for lang in languages())


def _is_no_name(name: str) -> bool:
    """Whether a word of any language in it says that this is no person's name (or one that nobody is called by)."""
    return any(fold(word).plain in _no_names() for word in regex.split(r"[\s._\-\d]+", name) if word)


@cache
def _known_names() -> frozenset[str]:
    return frozenset().union(*(_names_of(lang) for lang in languages()))


@cache
def _names_of(lang: str) -> frozenset[str]:
    return frozenset(fold(name).plain for name in load(lang).names.known)


@cache
def _no_names() -> frozenset[str]:
    return frozenset(fold(word).plain for lang in languages() for word in load(lang).names.never)
