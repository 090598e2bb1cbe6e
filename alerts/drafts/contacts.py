"""Contacts in words, such as "the form on our site": they stand in a draft as they are, so they have a language."""

import regex

from alerts.drafts.patterns import fold
from alerts.drafts.phrases import languages, load
from store.brand import Brand

_WORD = regex.compile(r"[\p{L}\p{M}]+")


def is_foreign(contact: str, lang: str, brand: Brand) -> bool:
    """Whether it is in another language than `lang`: as it was configured, else as far as its small words tell."""
    named = (key.rpartition(".") for key, text in brand.policy.contacts.items() if text.strip() == contact)
    said = {language for topic, _, language in named if topic}
    if said:
        return lang not in said
    words = {fold(word).plain for word in _WORD.findall(contact)}
    hits = {
        one: len(words & {fold(word).plain for word in load(one).language.stopwords}) for one in languages()
    }
    most = max(hits.values())
    alone = list(hits.values()).count(most) == 1
    return hits.get(lang, 0) < most and (most > 1 or alone)
