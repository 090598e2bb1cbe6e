"""Whom and what a text names: who of the brand's people is praised, where people work who are praised or blamed, what
it is that was good. It takes only what the phrase file knows, and no name that may be anybody else's. Pure."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

import regex

from alerts.drafts.names import is_known
from alerts.drafts.patterns import Folded, Span, find, fold
from alerts.drafts.phrases import Named, Phrases, Role, Thing, languages, load
from alerts.drafts.request import DraftRequest
from store.brand import Brand

NEAR = 160  # characters from what is said of somebody, within which their place is looked for
TASTE = "taste_food"
MOST = 2  # people that one sentence can name; of more, none is picked out
FEW = 2  # stars up to which nobody is named
# Not Leo's, which is of somebody.
_NAME = regex.compile(r"(?<![\p{L}\p{M}'’-])\p{Lu}\p{Ll}+(?:-\p{Lu}\p{Ll}+)?(?![\p{L}\p{M}]|['’]\p{L})")
_OPENS = regex.compile(r"(?:^|[.!?…:\n])[^\p{L}\n]*$")  # before the first word of a sentence
_SENTENCE = regex.compile(r"[^.;!?…\n]+[.;!?…\n]*")
# What people mean otherwise, or think little of.
_WRY = regex.compile(r"[\"“”„«»]|[🙄😒🤦😡🤬👎😤🤡😠🙃😏😅🤔💩🤮]|/s\b")
# What makes a place of the name behind it: Villa Giulia, San Marco.
_PLACE = regex.compile(
    r"\b(?:sant[aoe']?|san|são|saint|sainte|st|santo|sint|via|viale|villa|corso|palazzo|rue|place|calle|plaza|avenida|rua"
    r"|praça|café|caffè|bar|hotel|ristorante|trattoria|pizzeria|casa|chez|maison|street|straat)[\s.'’-]+$",
    regex.IGNORECASE,
)
_JOINED = regex.compile(rf"\s*(?:,|&|e|ed|and|y|et|und|en)\s+(?={Named.MARK}|$)|\s*,\s*(?={Named.MARK}|$)")
_TOKEN = regex.compile(rf"{Named.MARK}+")
_LETTER = regex.compile(r"\p{L}")
_CLAUSE = regex.compile(r"[^.,;:!?…()\n]+")


def is_sure(request: DraftRequest) -> bool:
    """Whether people may be named at all: nobody is where the mention is unhappy, or nothing says that it is not."""
    if request.sentiment == "negative" or (request.stars is not None and request.stars <= FEW):
        return False
    return request.sentiment is not None or request.stars is not None


def praised(
    text: Folded, phrases: Phrases, brand: Brand, author: str | None, blamed: Sequence[Span] = ()
) -> tuple[str, ...]:
    """The first names of the people whom the text surely praises, in its order; none of more than it takes to name
    them. Not the author's, nor one of the brand's own words, among them who signs, nor anybody of a sentence in which
    something is `blamed`. A name that is missing harms nobody, a wrong one does."""
    ours = f"{brand.name} {' '.join(brand.aliases)} {brand.voice.signature} {author or ''}"
    shunned = {word.plain for word in map(fold, regex.findall(r"[\p{L}\p{M}]+", ours))}
    named = phrases.named
    marked = _marked(text, shunned, phrases)
    signed = find(named.patterns(named.signed), marked)
    last = [span for span in signed if not _LETTER.search(text.plain, span.end)]
    theirs = (*find(named.patterns(named.theirs), marked), *last)
    if told := {fold(name).plain for span in theirs for name in _names(marked, span)}:
        marked = _marked(text, shunned | told, phrases)  # the customer's own person is so throughout
    found: dict[str, None] = {}
    for span in find(named.patterns(named.praised), marked):
        if _is_sure(marked, span, blamed, named):
            found |= dict.fromkeys(_names(marked, span))
    return tuple(found) if len(found) <= MOST else ()


def _is_sure(text: Folded, span: Span, blamed: Sequence[Span], named: Named) -> bool:
    """Whether nothing in its sentence speaks against praise, and it is of one person, or of some joined to another."""
    around = next(
        (Span(*match.span()) for match in _SENTENCE.finditer(text.plain) if match.end() >= span.end), span
    )
    around = Span(min(around.start, span.start), around.end)
    sentence = Folded(text.shown[around.start : around.end], text.plain[around.start : around.end])
    if any(around.overlaps(one) for one in blamed) or _WRY.search(sentence.shown):
        return False
    within = text.plain[span.start : span.end]
    tokens = list(_TOKEN.finditer(within))
    apart = pairwise(tokens)
    if any(not _JOINED.fullmatch(within, one.end(), other.start()) for one, other in apart):
        return False
    return not find(named.patterns(named.never), sentence)


def _marked(text: Folded, shunned: set[str], phrases: Phrases) -> Folded:
    """The text with a mark in each letter of what can only be a first name: one of its own language without an article
    before it, one of another only within a sentence."""
    plain = text.plain
    for match in _NAME.finditer(text.shown):
        word = match[0].split("-")[0]
        before = text.shown[max(0, match.start() - 16) : match.start()]
        own = is_known(word, phrases.lang)
        if not own and (_OPENS.search(before) or not is_known(word)):
            continue
        called = {fold(word).plain, fold(match[0]).plain}
        if called & (shunned | _doubtful()) or _PLACE.search(before) or _is_thing(before, phrases):
            continue
        plain = plain[: match.start()] + Named.MARK * len(match[0]) + plain[match.end() :]
    return Folded(text.shown, plain)


def _is_thing(before: str, phrases: Phrases) -> bool:
    """Whether an article stands last in what comes before a name."""
    last = regex.search(r"[\p{L}\p{M}]*['’]?[\p{L}\p{M}]*['’]?\s*$", before)
    word = fold((last[0] if last else "").strip()).plain
    return word in {fold(article).plain for article in phrases.named.articles}


@cache
def _doubtful() -> frozenset[str]:
    return frozenset(fold(name).plain for lang in languages() for name in load(lang).named.doubtful)


def _names(text: Folded, span: Span) -> Iterator[str]:
    """The names in a stretch, and those joined to the last of them: "Giulia e Marco"."""
    start = span.start
    while match := _TOKEN.search(text.plain, start):
        joined = _JOINED.match(text.plain, start)
        if match.start() >= span.end and not (joined and joined.end() == match.start()):
            return
        yield text.shown[match.start() : match.end()]
        start = match.end()


def role(text: Folded, spans: Sequence[Span], phrases: Phrases) -> Role | None:
    """Where the people work who are spoken of at `spans`, by default anywhere: the place named nearest to the first."""
    first = min((span.start for span in spans), default=None)
    named = ((span.start, role) for role in phrases.named.roles for span in find(role.words, text))
    at = [(abs(start - (first or 0)), role) for start, role in named]
    near = [one for one in at if first is None or one[0] <= NEAR]
    return min(near, key=lambda one: one[0], default=(0, None))[1]


def thing(text: Folded, span: Span, topic: str, phrases: Phrases) -> Thing | None:
    """What is praised at `span`: named in its words, else alone in their clause where nothing is set against it."""
    within = _things(Folded(text.shown, text.plain[span.start : span.end]), topic, phrases)
    if within:
        return within[0]
    for match in _CLAUSE.finditer(text.plain):
        if match.start() <= span.start < match.end():
            clause = Folded(match[0], match[0])
            named = _things(clause, topic, phrases)
            return named[0] if len(named) == 1 and not find(phrases.language.concessions, clause) else None
    return None


def mentioned(text: Folded, topics: Sequence[str], phrases: Phrases) -> dict[str, Thing]:
    """What is spoken of, by those of the model's topics, and by `TASTE`, of which the text names one thing alone;
    nothing where something is set against it. What people eat is what it says; "the machine" may be anything."""
    if find(phrases.language.concessions, text):
        return {}
    named = {topic: _things(text, topic, phrases) for topic in (*topics, TASTE)}
    return {topic: things[0] for topic, things in named.items() if len(things) == 1}


def _things(text: Folded, topic: str, phrases: Phrases) -> list[Thing]:
    return [thing for thing in phrases.named.things if thing.topic == topic and find(thing.words, text)]
