"""What may be chosen in a list of a form, with its name in the reader's language."""

from collections.abc import Callable, Mapping, Sequence

from alerts.drafts.phrases import MOVES, TOPICS, languages
from alerts.replies import grounds
from alerts.words import N_, Words
from store.brand import Brand
from web.settings.forms import ANY

Option = tuple[str, str]
FORMS = ("mirror", "formal", "informal", "lei", "tu", "Sie", "du", "vous", "usted", "u", "je")
EVERY = N_("Every language")
BUNDLES = {"": N_("One message each"), "hour": N_("Every hour"), "day": N_("Every day")}
BUNDLES_OF_RULE = {
    "": N_("As for all"),
    "no": N_("One message each"),
    **{k: BUNDLES[k] for k in ("hour", "day")},
}


def options(name: str, words: Words, brands: Mapping[str, Brand], held: str = "") -> list[Option]:
    """The values and their names; one that a file holds and nobody knows stays, as it is."""
    found = list(_KNOWN[name](words, brands))
    if held not in {value for value, _ in found}:
        found.append((held, held))
    return found


def _languages(words: Words, brands: Mapping[str, Brand]) -> Sequence[Option]:
    named = sorted((words.language(code), code) for code in languages())
    return [("", words._(EVERY)), *((code, label) for label, code in named)]


def _keys(words: Words, brands: Mapping[str, Brand]) -> Sequence[Option]:
    return [(ANY, words._(EVERY)), *_languages(words, brands)[1:]]


def _topics(words: Words, brands: Mapping[str, Brand]) -> Sequence[Option]:
    named = sorted((words._(grounds.TOPICS[topic]), topic) for topic in TOPICS)
    return [(ANY, words._(N_("Every topic"))), *((topic, label) for label, topic in named)]


def _draft_topics(words: Words, brands: Mapping[str, Brand]) -> Sequence[Option]:
    return [("", words._(N_("Every topic"))), *_topics(words, brands)[1:]]


def _brands(words: Words, brands: Mapping[str, Brand]) -> Sequence[Option]:
    return [(ANY, words._(N_("Every brand"))), *((key, brand.name or key) for key, brand in brands.items())]


def _any_brand(words: Words, brands: Mapping[str, Brand]) -> Sequence[Option]:
    return [("", words._(N_("Every brand"))), *_brands(words, brands)[1:]]


def _moves(words: Words, brands: Mapping[str, Brand]) -> Sequence[Option]:
    return [("", "–"), *((move, move) for move in sorted(MOVES))]


def _forms(words: Words, brands: Mapping[str, Brand]) -> Sequence[Option]:
    return [("", "–"), *((form, form) for form in FORMS)]


def _bundles(words: Words, brands: Mapping[str, Brand]) -> Sequence[Option]:
    return [(value, words._(label)) for value, label in BUNDLES.items()]


def _bundles_of_rule(words: Words, brands: Mapping[str, Brand]) -> Sequence[Option]:
    return [(value, words._(label)) for value, label in BUNDLES_OF_RULE.items()]


_KNOWN: Mapping[str, Callable[[Words, Mapping[str, Brand]], Sequence[Option]]] = {
    "languages": _languages,
    "keys": _keys,
    "topics": _topics,
    "draft_topics": _draft_topics,
    "brands": _brands,
    "brands_or_any": _any_brand,
    "moves": _moves,
    "forms": _forms,
    "bundle": _bundles,
    "bundle_of_rule": _bundles_of_rule,
}
