"""Decides what a draft is to say: the case, the language and register, the remedy, what it knows. Pure.

Which words say it is for `alerts.drafts.compose`. A case is answered by a row of moves (`SEQUENCES`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.drafts import facts, faq, granted, own, speech
from alerts.drafts.case import case_of
from alerts.drafts.phrases import Good, Phrases, Problem, Wording
from alerts.drafts.reading import STAFF, Found, Reading, read
from alerts.drafts.request import DraftRequest
from alerts.drafts.timing import timing
from alerts.triage import REQUESTS
from store.brand import Correction, Faq

MATTERS = ("complaint", "mixed", "assistance", "careful")  # a statement for everybody is the answer to these
STORMY = (*MATTERS, "information", "correct")  # one for everybody in a storm, to these
# What is untrue is put right in these.
UNSURE = ("careful", "praise_open", "praise_point", "information", "assistance")
HOW_TO = "use"  # what is asked by who wants to know how something is done: nothing has gone wrong


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be said. `case`: a key of `SEQUENCES`; None: nothing. `facts`: what the slots of wordings may say, and
    `grounds`, what allows each of them (a part of the mention, a line of the configuration); `urgency`: whose clock
    runs; `again`: why this is not its author's first word (`came_back`, `edited`), or that their words say so
    (`repeated`); `entry`: the configured answer; `correction`: what the brand says of something untrue; `own`: the
    brand's wordings by move; `sorry`: the customer is unhappy; `certain`: something went wrong; `offers`: the remedy is
    offered, though it costs."""

    case: str | None
    phrases: Phrases
    register: str
    remedy: str
    reading: Reading
    problems: tuple[Found, ...]
    entry: Faq | None
    correction: Correction | None
    own: Mapping[str, tuple[Wording, ...]]
    facts: Mapping[str, str]
    grounds: Mapping[str, tuple[str, ...]]
    urgency: str
    contact: str | None
    again: str | None
    sorry: bool
    certain: bool
    offers: bool

    @property
    def problem(self) -> Problem:
        return self.problems[0].problem

    @property
    def goods(self) -> tuple[Good, ...]:
        """What was liked and may be named beside the problems: who found the cake dry is not told that we are glad
        of the taste."""
        blamed = {found.problem.topic for found in self.problems if found.span}
        return tuple(good for good in self._liked(self.reading.goods) if good.topic not in blamed)

    @property
    def praised(self) -> tuple[Good, ...]:
        """What praise is for: what its words praise; where they name nothing of it, first what they speak of."""
        goods = self.reading.goods
        if not any(good.name for good in goods):
            spoken = (self.phrases.good_of(topic) for topic in self.reading.things)
            goods = (*(good for good in spoken if good), *goods)
        return self._liked(goods)

    def _liked(self, goods: Sequence[Good]) -> tuple[Good, ...]:
        """People first where one of them is named."""
        return tuple(sorted(goods, key=lambda good: "person" in self.facts and good.topic != STAFF))

    @property
    def torn(self) -> bool:
        """Whether something of the main problem's own topic is praised as well: what a problem means to somebody is
        then not for us to say."""
        return any(good.topic == self.problem.topic for good in self.reading.goods)


def make(request: DraftRequest) -> Plan:
    """The plan for a mention."""
    lang = speech.language(request)
    phrases = speech.phrases(request)
    reading = read(request, phrases)
    case = case_of(request, reading)
    problems = _problems(case, reading, phrases)
    topics = granted.topics(request, problems[0].problem.topic)
    remedy = granted.remedy(case, topics, request.brand)
    if remedy == "ignore" and case not in (None, "critical"):
        case = "critical" if request.urgency == "critical" else None  # what is critical is never left alone
        remedy = "escalate" if case else remedy
    entry = (
        faq.answer(request.words, request.place, request.spoken, request.brand) if case in REQUESTS else None
    )
    correction = own.correction(request.words, request.brand, lang)
    if correction and (case in UNSURE or (case in ("complaint", "mixed") and problems[0].span is None)):
        case, remedy = "correct", "information"  # whatever the model takes it for
    told = _told_to_all(request, lang)
    statement = own.statement(request.words, request.brand, lang)
    answered = (told and case in STORMY and entry is None) or (statement and case in MATTERS)
    if answered and not request.critical:
        case = "statement"
    places = granted.places(case, problems, reading, topics)
    contact = granted.contact(request.brand, places)
    times = timing(request.brand, granted.clock(case, request), request.now, phrases)
    return Plan(
        case="answer" if entry and entry.lang in (None, lang) else case,
        phrases=phrases,
        register=speech.register(case, request, reading, phrases),
        remedy="information" if entry else remedy,
        reading=reading,
        problems=problems,
        entry=entry,
        correction=correction,
        own=own.wordings(request.brand, lang, topics),
        facts=facts.facts(case, request, reading, problems, entry, contact, times, phrases)
        | own.facts(correction, told or (statement.text if statement else None)),
        grounds=facts.grounds(request, granted.clock(case, request), problems, entry, topics, places)
        | ({"statement": ("case.statements",)} if told else {}),
        urgency=granted.clock(case, request),
        contact=contact,
        again=_again(case, request, reading),
        sorry=request.sentiment == "negative" or case == "complaint",
        certain=facts.is_certain(case, request, problems),
        offers=granted.offers(case, request, problems),
    )


def _told_to_all(request: DraftRequest, lang: str) -> str | None:
    """The statement of the mention's storm in its own language: who writes in another is not told it in English."""
    return request.statements.get(lang) if request.spoken in (None, lang) else None


def _problems(case: str | None, reading: Reading, phrases: Phrases) -> tuple[Found, ...]:
    """The main problem, and a second of another topic that is ours to be sorry for; there is always one."""
    how_to = case == "assistance" and reading.ask is not None and reading.ask.id == HOW_TO
    found = (not how_to and reading.problems) or (Found(phrases.problem_of(None)),)
    main = found[0]
    if not main.problem.apologise or main.span is None:
        return (main,)
    others = (one for one in found[1:] if one.problem.topic != main.problem.topic)
    seconds = (one for one in others if one.problem.apologise and not one.problem.alone)
    return (main, *(second for second in seconds if case in ("complaint", "mixed")))[:2]


def _again(case: str | None, request: DraftRequest, reading: Reading) -> str | None:
    """Why it is not the first word on the matter. What is only said to be so counts where somebody is let down: who
    buys for the third time is content."""
    known = next((reason for reason in ("came_back", "edited") if reason in request.reasons), None)
    let_down = case == "complaint" or (case == "assistance" and request.sentiment == "negative")
    let_down = let_down or (case == "critical" and reading.mourns)
    return known or ("repeated" if let_down and reading.repeated else None)
