"""What the customer says, as far as a reply needs it: what went wrong, what was good, what is asked, what is grave.

It looks for the words of the phrase file where the text is in its language, and else for the model's topics. It
decides nothing about the reply; that is for `alerts.drafts.plan`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from alerts import tripwires
from alerts.drafts import naming
from alerts.drafts.patterns import Folded, Span, find, fold
from alerts.drafts.personal import is_exposed
from alerts.drafts.phrases import TOPICS, Ask, Good, Kind, Phrases, Problem, Role, Thing, languages, load
from alerts.drafts.request import DraftRequest
from alerts.triage import REQUESTS

AGREES = 2  # what the model's topic counts for, against the number of places that name a problem
STAFF = "staff"  # the topic of people
GRAVE = (
    "life",
    "danger",
    "discrimination",
    "fraud",
    "law",
)  # tripwires that make a matter sensitive, gravest first


MOURNING = ("bereavement", "loss")  # kinds in which somebody has died
ARTICLES = "feed"  # the platform of press and blogs: written to be read, not to be answered by name


@dataclass(frozen=True, slots=True)
class Found:
    """A problem, and where the text names it; no span where only the model's topic does."""

    problem: Problem
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a text. `known`: whether the text is in the language of the phrases; `problems`: the main one
    first; `goods`: what its words praise; `hits`: the kinds of tripwires; `exposed`: it holds its author's address,
    number or code; `informal`: it speaks as to a friend; `remarks`: it says that it has a point to make; `repeated`:
    that it is not the first time; `told`: its words name the kind, not only a tripwire or a topic; `insults`: they
    insult people; `concedes`: they set something against what they say ("although"); `names`: whom of the brand's
    people they praise by first name; `role`: where those work whom they praise or blame; `things`: what they praise, or
    where they praise nothing that we know what they speak of, by topic; `among`: they ask other people, not the brand;
    `orders`: they give orders to a machine, in whatever language."""

    text: Folded
    known: bool
    problems: tuple[Found, ...]
    goods: tuple[Good, ...]
    ask: Ask | None
    kind: Kind
    hits: frozenset[str]
    exposed: bool
    informal: bool
    remarks: bool
    repeated: bool
    told: bool = False
    insults: bool = False
    concedes: bool = False
    names: tuple[str, ...] = ()
    role: Role | None = None
    things: Mapping[str, Thing] = field(default_factory=dict)
    among: bool = False
    orders: bool = False

    @property
    def mourns(self) -> bool:
        """Whether somebody has died, by its words."""
        return self.told and self.kind.id in MOURNING

    def is_grave(self, urgency: str | None) -> bool:
        """Whether a tripwire makes the matter grave. Words of danger have many harmless uses ("dead after a week"):
        where the phrases know the language, they must know the danger too. People call fraud what is only dear: that
        counts with something at stake."""
        danger = not self.known or bool(find(self.kind.words, self.text))
        sure = dict.fromkeys(("life", "law", "discrimination", "press"), True)
        counted = sure | {"danger": danger, "fraud": urgency == "high"}
        return any(counted.get(hit, False) for hit in self.hits)


def read(request: DraftRequest, phrases: Phrases) -> Reading:
    """Reads a mention with the words of `phrases`."""
    text = fold(request.words)
    known = request.spoken in (None, phrases.lang)
    hits = frozenset(hit.kind for hit in tripwires.find(request.words, request.lang))
    problems = tuple(_problems(text, known, request.topics, phrases))
    grave = Folded(text.shown, tripwires.without_harmless(text.plain, request.lang))
    kind = _kind(grave, known, hits, problems, request, phrases)
    insults = known and bool(find(phrases.abuse, text))
    blamed = [found.span for found in problems if found.span]
    of_staff = any(found.span and found.problem.topic == STAFF for found in problems)
    sure = known and naming.is_sure(request) and not insults and not of_staff
    praised = naming.praised(text, phrases, request.brand, request.author, blamed) if sure else ()
    liked = list(_goods(text, known, phrases))
    goods = tuple({good.topic: good for _, good in liked}.values())
    staff = phrases.good_of(STAFF)
    if praised and staff is not None and staff not in goods:
        goods = (staff, *goods)
    return Reading(
        text=text,
        known=known,
        problems=problems,
        goods=goods,
        ask=_ask(text, known, request.topics, phrases),
        kind=kind,
        hits=hits,
        exposed=is_exposed(request.words),
        informal=known and _is_informal(text, phrases),
        remarks=known and bool(find(phrases.language.remarks, text)),
        repeated=known and bool(find(phrases.language.repeated, text)),
        told=known and _is_named(kind, grave),
        concedes=known and bool(find(phrases.language.concessions, text)),
        insults=insults,
        names=praised,
        role=naming.role(text, _of_staff(liked, problems), phrases) if known else None,
        things=_things(text, liked, (STAFF,) if praised else request.topics, phrases) if known else {},
        among=known and bool(find(phrases.language.among, text)),
        orders=any(find(load(lang).guard.orders, text) for lang in languages()),
    )


def _of_staff(liked: Sequence[tuple[Span, Good]], problems: Sequence[Found]) -> list[Span]:
    """Where people are praised or blamed."""
    blamed = [found.span for found in problems if found.span and found.problem.topic == STAFF]
    return blamed or [span for span, good in liked if good.topic == STAFF]


def _things(
    text: Folded, liked: Sequence[tuple[Span, Good]], topics: Sequence[str], phrases: Phrases
) -> dict[str, Thing]:
    """What is praised under each topic, the first of each; of `topics` in which nothing is, what they speak of."""
    named = ((good.topic, naming.thing(text, span, good.topic, phrases)) for span, good in reversed(liked))
    praised = {topic: thing for topic, thing in named if thing}
    spoken = [topic for topic in topics if topic not in praised]
    unnamed = STAFF in topics or not any(good.name for _, good in liked)
    return praised | (naming.mentioned(text, spoken, phrases) if unnamed else {})


def _problems(text: Folded, known: bool, topics: Sequence[str], phrases: Phrases) -> Iterator[Found]:
    """What the words name, most surely first; then what only the model's topics do."""
    named = _named(text, topics, phrases) if known else []
    yield from named
    if not named:
        yield from (Found(phrases.problem_of(topic)) for topic in topics if topic in TOPICS)


def _named(text: Folded, topics: Sequence[str], phrases: Phrases) -> list[Found]:
    """Of problems whose words overlap, the one that says more; first the one named more than once, or by the
    model too, and else in the order of the file."""
    against = min((span.end for span in find(phrases.language.concessions, text)), default=len(text.plain))
    spans = [
        (span, problem)
        for problem in phrases.problems
        for span in find(problem.words, text)
        if span.start >= against or _counts(span, problem, topics, text)
    ]
    kept: dict[str, list[Span]] = {}
    taken: list[Span] = []
    for span, problem in sorted(spans, key=lambda one: (one[1].minor, -one[0].length, one[0].start)):
        if not any(span.overlaps(other) for other in taken):
            taken.append(span)
            kept.setdefault(problem.id, []).append(span)

    def weight(problem: Problem) -> tuple[bool, int]:
        agreed = AGREES if problem.topic in topics else 0
        return problem.minor, -min(len(kept[problem.id]), AGREES) - agreed

    named = sorted((problem for problem in phrases.problems if problem.id in kept), key=weight)
    return [Found(problem, min(kept[problem.id], key=lambda span: span.start)) for problem in named]


def _counts(span: Span, problem: Problem, topics: Sequence[str], text: Folded) -> bool:
    """A single word can mean many things: it counts only where the model does not see other topics alone."""
    alone = not any(char.isspace() for char in text.plain[span.start : span.end])
    return not alone or not topics or problem.topic in topics


def _goods(text: Folded, known: bool, phrases: Phrases) -> Iterator[tuple[Span, Good]]:
    """What the words praise, and where, in their order."""
    spans = [(span, good) for good in phrases.goods if known for span in find(good.words, text)]
    yield from sorted(spans, key=lambda one: one[0].start)


def _ask(text: Folded, known: bool, topics: Sequence[str], phrases: Phrases) -> Ask | None:
    if not known:
        return None
    found = [ask for ask in phrases.asks if find(ask.words, text)]
    return min(found, key=lambda ask: ask.topic not in topics, default=None)


def _kind(
    text: Folded,
    known: bool,
    hits: frozenset[str],
    problems: Sequence[Found],
    request: DraftRequest,
    phrases: Phrases,
) -> Kind:
    """The gravest kind that the words name, then the built-in tripwires, then the model's topics, unless the words are
    of another matter or of praise: who was never in danger is not asked whether they are well. The press reports what
    happened to others; so does a journalist who asks about it."""
    kinds = phrases.kinds
    asks = request.category in REQUESTS and "press" in hits
    if is_article(request) or asks:
        return next(kind for kind in kinds if kind.id == "press")
    telling = {topic for kind in kinds for topic in kind.topics} & set(request.topics)
    agreed = [kind for kind in kinds if not telling or not kind.topics or telling & set(kind.topics)]
    for kind in agreed if known else ():
        if _is_named(kind, text):
            return kind
    for hit in (hit for hit in (*GRAVE, "press") if hit in hits):
        for kind in agreed:
            if kind.tripwire == hit:
                return kind
    plain = request.sentiment == "positive" or any(found.span for found in problems)
    by_topic = (kind for kind in agreed if kind.by_topic and telling & set(kind.topics))
    return kinds[-1] if plain else next(by_topic, kinds[-1])


def _is_named(kind: Kind, text: Folded) -> bool:
    if not find(kind.words, text) or find(kind.unless, text):
        return False
    return not kind.also or bool(find(kind.also, text))


def is_article(request: DraftRequest) -> bool:
    return request.platform is not None and request.platform.name == ARTICLES


def _is_informal(text: Folded, phrases: Phrases) -> bool:
    language = phrases.language
    return bool(find(language.informal, text)) and not find(language.formal, text)
