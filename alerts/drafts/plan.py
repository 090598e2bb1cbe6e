"""Decides what a draft is to say: the case, the language and register, the remedy, what it knows. Pure.

Which words say it is for `alerts.drafts.compose`. A case is answered by a row of moves (`SEQUENCES`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.drafts import faq, names, own, quoting
from alerts.drafts.patterns import Folded
from alerts.drafts.personal import EMAIL, LINK
from alerts.drafts.phrases import FALLBACK, TOPICS, Good, Phrases, Problem, Wording, languages, load
from alerts.drafts.reading import Found, Reading, is_article, read
from alerts.drafts.request import DraftRequest, is_brief
from alerts.drafts.timing import Timing, timing
from alerts.triage import BOTH_SIDES, DOUBT, REQUESTS, SURE
from store.brand import Brand, Correction, Faq

MENDING = ("feel", "next", "remedy", "correct", "correct_source", "invite", "protect", "regards")
SEQUENCES: Mapping[str, tuple[str, ...]] = {
    "complaint": ("open", *MENDING),
    "mixed": ("glad", "weak", *MENDING),
    "statement": ("statement_open", "statement", "statement_close", "protect", "regards"),
    "correct": ("correct_open", "correct", "correct_source", "correct_close", "regards"),
    "answer": ("answer_open", "answer", "answer_close", "regards"),
    "information": ("ask_open", "ask_next", "ask_hurry", "regards"),
    "commercial": ("ask_open", "offer", "regards"),
    "assistance": ("help_open", "next", "remedy", "help_next", "protect", "regards"),
    "praise": ("praise", "thanks", "praise_close"),
    "praise_open": ("praise", "thanks", "careful_invite", "regards"),
    "praise_point": ("praise", "thanks", "point_noted", "regards"),
    "careful": ("careful", "careful_invite", "regards"),
    "unread": ("unread", "unread_invite", "regards"),
    "stars_low": ("stars_low", "stars_invite", "regards"),
    "stars_middle": ("stars_middle", "stars_invite", "regards"),
    "stars_high": ("stars_high", "praise_close"),
    "insult": ("insult", "insult_invite", "regards"),
    "article_positive": ("article_positive", "article_contact", "regards"),
    "article_negative": ("article_negative", "article_contact", "regards"),
    "article_question": ("article_question", "article_contact", "regards"),
    "critical": ("critical_again", "public", "critical_repeated", "safety", "critical_invite", "regards"),
}
MATTERS = ("complaint", "mixed", "assistance", "careful")  # a statement for everybody is the answer to these
STORMY = (*MATTERS, "information", "correct")  # one for everybody in a storm, to these
# What is untrue is put right in these.
UNSURE = ("careful", "praise_open", "praise_point", "information", "assistance")
PRIVATE = ("private", "advice", "private_ask", "private_reach", "regards")
GLADLY = frozenset(
    {"praise", "praise_open", "praise_point", "stars_high", "article_positive", "answer"}
)  # where an emoji does no harm
HOW_TO = "use"  # what is asked by who wants to know how something is done: nothing has gone wrong
FEW, MANY = 2, 4  # stars up to which, and from which, a mark without words says enough
_PHONE = re.compile(r"[+\d][\d\s()./-]{4,}")


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
        return tuple(good for good in self.reading.goods if good.topic not in blamed)

    @property
    def torn(self) -> bool:
        """Whether something of the main problem's own topic is praised as well: what a problem means to somebody is
        then not for us to say."""
        return any(good.topic == self.problem.topic for good in self.reading.goods)


def make(request: DraftRequest) -> Plan:
    """The plan for a mention."""
    lang = language(request)
    phrases = load(lang)
    reading = read(request, phrases)
    case = _case(request, reading)
    problems = _problems(case, reading, phrases)
    topics = _topics(request, problems[0].problem.topic)
    remedy = _remedy(case, topics, request.brand)
    if remedy == "ignore" and case not in (None, "critical"):
        case = "critical" if request.urgency == "critical" else None  # what is critical is never left alone
        remedy = "escalate" if case else remedy
    entry = (
        faq.answer(request.words, request.place, request.spoken, request.brand) if case in REQUESTS else None
    )
    correction = own.correction(request.words, request.brand, lang)
    if correction and (case in UNSURE or (case in ("complaint", "mixed") and problems[0].span is None)):
        case = "correct"
    told = _told_to_all(request, lang)
    statement = own.statement(request.words, request.brand, lang)
    answered = (told and case in STORMY and entry is None) or (statement and case in MATTERS)
    if answered and not request.critical:
        case = "statement"
    contact = _contact(request.brand, topics)
    times = timing(request.brand, _urgency(case, request), request.now, phrases)
    return Plan(
        case="answer" if entry and entry.lang in (None, lang) else case,
        phrases=phrases,
        register=_register(case, request, reading, phrases),
        remedy="information" if entry else remedy,
        reading=reading,
        problems=problems,
        entry=entry,
        correction=correction,
        own=own.wordings(request.brand, lang, topics),
        facts=_facts(case, request, reading, problems, entry, contact, times, phrases)
        | own.facts(correction, told or (statement.text if statement else None)),
        grounds=_grounds(request, _urgency(case, request), problems, entry, topics)
        | ({"statement": ("case.statements",)} if told else {}),
        urgency=_urgency(case, request),
        contact=contact,
        again=_again(case, request, reading),
        sorry=request.sentiment == "negative" or case == "complaint",
        certain=_is_certain(case, request, problems),
        offers=_offers(case, request, problems),
    )


def language(request: DraftRequest) -> str:
    """The language a draft is written in: the customer's, where there are phrases for it, else English; where the
    customer's is not known, the brand's first."""
    wanted = request.spoken or first_language(request.brand)
    return wanted if wanted in languages() else FALLBACK


def _told_to_all(request: DraftRequest, lang: str) -> str | None:
    """The statement of the mention's storm in its own language: who writes in another is not told it in English."""
    return request.statements.get(lang) if request.spoken in (None, lang) else None


def first_language(brand: Brand) -> str:
    return brand.languages[0].split("-")[0].lower() if brand.languages else FALLBACK


def is_sensitive(request: DraftRequest, reading: Reading) -> bool:
    """Whether every word of the reply counts: what speaks of danger, death, law, press, fraud or discrimination,
    whatever the model makes of its tone: no cheer goes to somebody who was hurt. What the model alone calls critical
    is so where no words say what it is about."""
    if "life" in reading.hits or (reading.mourns and request.category != "spam"):
        return True
    if request.urgency == "critical":
        return not _is_plain(request, reading)
    return "tripwire" in request.reasons and reading.is_grave(request.urgency) and request.category != "spam"


def _is_plain(request: DraftRequest, reading: Reading) -> bool:
    """Whether it is the model alone that reads something critical, in words that name nothing grave and say something
    else: praise, or a problem."""
    grave = reading.told or reading.hits or "tripwire" in request.reasons
    if grave or not reading.known or is_article(request) or request.category in REQUESTS:
        return False
    return any(found.span for found in reading.problems) or _is_content(request, reading)


def _is_content(request: DraftRequest, reading: Reading) -> bool:
    """Whether it praises, or takes back what it said."""
    return _is_kind(request) or bool(reading.goods and not _few(request))


def _case(request: DraftRequest, reading: Reading) -> str | None:
    spam = request.category == "spam" and "life" not in reading.hits
    if spam and request.urgency != "critical":
        return _spam(request, reading)
    if spam and request.sentiment != "negative":
        return None  # an advertisement with an alarming word in it
    if reading.mourns and _is_kind(request):
        return "careful"
    if is_sensitive(request, reading):
        return "critical"
    if is_article(request):
        return _article(request, reading)
    if request.sentiment is None or request.category is None:
        return _unread(request)
    named = any(found.span for found in reading.problems)
    if reading.insults and not named and not reading.goods and request.sentiment == "negative":
        return "insult"
    brief = is_brief(request.words) and reading.known and not (named or reading.repeated)
    if brief and request.category not in REQUESTS:
        return _brief(request, reading)
    if request.urgency == "critical":
        return _calmed(request, reading) if named else "careful"
    if request.category in REQUESTS:
        return request.category
    if request.sentiment == "negative":
        return "careful" if _contradicted(request, reading) else "complaint"
    if _is_chat(request):
        return None
    if request.category != "complaint" and _is_unsaid(request, reading):
        return "careful"
    if request.category == "complaint" or _is_mixed(request, reading):
        return "mixed" if _has_two_sides(request, reading) else "complaint"
    if _is_kind(request) and reading.remarks and share_negative(request) < DOUBT:
        return "praise_point"
    if not _is_praise(request):
        return "careful"
    return (
        "praise" if request.urgency in (None, "low") else "praise_open"
    )  # it holds a point nobody here has read


def _brief(request: DraftRequest, reading: Reading) -> str:
    """A word or two ("Boh", "Bad."): the stars say more, and a topic that the model sees there is a guess."""
    if _is_praise(request) and request.urgency in (None, "low"):
        return "praise"
    return "careful" if request.stars is None else _unread(request)


def _calmed(request: DraftRequest, reading: Reading) -> str:
    """A problem that only the model calls critical."""
    two = request.sentiment != "negative" and _has_two_sides(request, reading)
    return "mixed" if two else "complaint"


def _spam(request: DraftRequest, reading: Reading) -> str | None:
    """An insult that names a problem is a complaint; an advertisement gets nothing."""
    if request.sentiment != "negative":
        return None
    return "complaint" if any(found.span for found in reading.problems) else "insult"


def _article(request: DraftRequest, reading: Reading) -> str:
    if request.category in REQUESTS:
        return "article_question"
    named = any(found.span for found in reading.problems)
    doubt = SURE if named or reading.hits else DOUBT
    sure = request.sentiment == "positive" and share_negative(request) < doubt
    return "article_positive" if sure else "article_negative"


def _unread(request: DraftRequest) -> str:
    """Words that nobody has read are not answered as if somebody had."""
    if any(char.isalpha() for char in request.words) and request.spoken not in (None, *languages()):
        return "unread"
    if request.stars is None:
        return "unread"
    return "stars_low" if _few(request) else "stars_high" if request.stars >= MANY else "stars_middle"


def _few(request: DraftRequest) -> bool:
    return request.stars is not None and request.stars <= FEW


def share_negative(request: DraftRequest) -> float:
    """The model's probability of negative; where it tells none, that of its verdict."""
    probs = request.sentiment_probs or {}
    return probs.get("negative", 1.0 if request.sentiment == "negative" else 0.0)


def _is_chat(request: DraftRequest) -> bool:
    """Words that are not for the brand: what people say to each other, or in the wrong place."""
    calm = request.sentiment == "neutral" and request.urgency == "low" and share_negative(request) < SURE
    return calm and request.category == "other" and not request.reasons


def _has_two_sides(request: DraftRequest, reading: Reading) -> bool:
    """Whether there is anything to be glad of: something that is praised in words, good stars, or the model's
    verdict where it is not a mere opinion that the words hold."""
    opinion = any(found.span and not found.problem.apologise for found in reading.problems[:1])
    praised = bool(reading.goods) or (_is_kind(request) and not opinion)
    return praised or not reading.known or (request.stars or 0) > FEW


def _is_kind(request: DraftRequest) -> bool:
    """Whether the model reads praise, and the stars do not say otherwise."""
    return request.sentiment == "positive" and not _few(request)


def _contradicted(request: DraftRequest, reading: Reading) -> bool:
    """Whether all the stars speak against a model that reads a complaint in which no words name a problem: who is
    content and told of old troubles elsewhere is not apologised to."""
    full = request.stars is not None and request.stars > MANY
    return full and reading.known and not any(found.span for found in reading.problems)


def _is_mixed(request: DraftRequest, reading: Reading) -> bool:
    """Praise or chat with a point in it: a problem that its words name, with a concession where it is a small one, or
    much of negative."""
    told = request.urgency != "low" or reading.concedes
    named = told and any(found.span for found in reading.problems)
    return named or share_negative(request) >= BOTH_SIDES


def _is_unsaid(request: DraftRequest, reading: Reading) -> bool:
    """Whether the model alone sees two sides: no words that we know praise anything, or name a problem."""
    said = reading.goods or reading.remarks or any(found.span for found in reading.problems)
    return reading.known and not said and not _few(request) and share_negative(request) >= BOTH_SIDES


def _is_praise(request: DraftRequest) -> bool:
    """Surely praise: no doubt in the model, and the stars agree where there are any."""
    stars = request.stars is None or request.stars >= MANY
    return request.sentiment == "positive" and stars and share_negative(request) < SURE


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


def _topics(request: DraftRequest, problem: str | None) -> tuple[str, ...]:
    """What the draft is about, and the policy may name: the brand's own topics, then that of the problem that was
    found, else the first that the model sees."""
    own = [topic for topic in request.topics if topic not in TOPICS]
    main = problem or next((topic for topic in request.topics if topic in TOPICS), None)
    return (*own, main) if main else tuple(own)


def _remedy(case: str | None, topics: Sequence[str], brand: Brand) -> str:
    """What the policy allows for the first topic that it names; without a word of the policy, what costs nothing."""
    fixed = {
        None: "ignore",
        "critical": "escalate",
        "praise": "thanks",
        "praise_open": "thanks",
        "praise_point": "thanks",
        "stars_high": "thanks",
        "article_positive": "thanks",
        "information": "information",
        "commercial": "information",
        "article_question": "information",
        "article_negative": "information",
    }
    if case in fixed:
        return fixed[case]
    unsaid = "apology_fix" if case in ("complaint", "mixed") else "help"
    return (
        next((brand.policy.remedies[topic] for topic in topics if topic in brand.policy.remedies), unsaid)
        if case in ("complaint", "mixed", "assistance")
        else unsaid
    )


def _offers(case: str | None, request: DraftRequest, problems: tuple[Found, ...]) -> bool:
    """Whether a replacement or a refund is offered unasked, where the policy grants it: for what it mends, and not to
    who is half content."""
    main = problems[0]
    asked = case == "assistance" or request.sentiment == "negative"
    return (
        request.urgency != "critical"
        and asked
        and main.problem.refund
        and (main.span is not None or request.urgency == "high")
    )


def _contact(brand: Brand, topics: Sequence[str]) -> str | None:
    return brand.policy.contacts.get(_contact_for(brand, topics), "").strip() or None


def _contact_for(brand: Brand, topics: Sequence[str]) -> str:
    """The first topic that has a contact."""
    return next((topic for topic in topics if brand.policy.contacts.get(topic)), "default")


def _register(case: str | None, request: DraftRequest, reading: Reading, phrases: Phrases) -> str:
    registers = phrases.language.registers
    wanted = request.brand.voice.formality.get(phrases.lang, registers[0]).casefold()
    if wanted == "mirror":
        wanted = "informal" if reading.informal else "formal"
    if wanted == "informal":
        wanted = registers[-1]
    grave = case == "critical" or request.urgency == "critical"
    formal = grave or (case is not None and case.startswith("article"))
    return wanted if wanted in registers and not formal else registers[0]


def reach_kind(contact: str | None) -> str:
    """How one gets in touch there: a field of `phrases.Reach`."""
    if not contact:
        return "none"
    if EMAIL.fullmatch(contact):
        return "email"
    if _PHONE.fullmatch(contact):
        return "phone"
    return "link" if LINK.fullmatch(contact) else "other"


def _facts(
    case: str | None,
    request: DraftRequest,
    reading: Reading,
    problems: tuple[Found, ...],
    entry: Faq | None,
    contact: str | None,
    times: Timing,
    phrases: Phrases,
) -> dict[str, str]:
    """What is known, by slot; a slot that is not here cannot be said."""
    known = {
        "name": None if is_article(request) else names.first_name(request.author),
        "place": quoting.bounded(request.place) if request.stars is not None else None,
        "quote": _quote(case, request, reading, problems, phrases),
        "answer": entry.answer.strip() if entry else None,
        "contact": contact,
        "ask": problems[0].problem.ask if _is_certain(case, request, problems) else None,
        **said(times),
    }
    return {slot: value for slot, value in known.items() if value}


def _grounds(
    request: DraftRequest, urgency: str, problems: tuple[Found, ...], entry: Faq | None, topics: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """What allows what is said, by slot."""
    policy = request.brand.policy
    contact = _contact_for(request.brand, topics)
    granted = next((topic for topic in topics if policy.remedies.get(topic)), None)
    hours = "policy.critical_hours" if urgency == "critical" else "policy.hours"
    return {
        "name": ("mention.author",),
        "place": ("mention.place",),
        "quote": ("mention.text",),
        "contact": (f"policy.contacts.{contact}",),
        "when": (f"policy.first_contact.{urgency}", hours),
        "opens": (hours,),
        "until": ("policy.absences",),
        "now": (hours,),
        "answer": (f"policy.faq.{policy.faq.index(entry) + 1}",) if entry else (),
        "problem": tuple(_seen(found) for found in problems),
        "correction": ("policy.corrections",),
        "source": ("policy.corrections",),
        "statement": ("policy.statements",),
        "remedy": (f"policy.remedies.{granted}",) if granted else (),
    }


def _seen(found: Found) -> str:
    """Where a problem was read: in the customer's words, or in the topic that the model saw."""
    return "mention.text" if found.span else f"mention.topics.{found.problem.topic or 'none'}"


def _is_certain(case: str | None, request: DraftRequest, problems: tuple[Found, ...]) -> bool:
    """Whether something went wrong at all: a calm question about a topic is no problem with it."""
    if case != "assistance" or request.sentiment == "negative":
        return case in ("complaint", "mixed", "assistance", "statement")
    return problems[0].span is not None and not problems[0].problem.minor


def said(times: Timing) -> dict[str, str | None]:
    """Times by the slots that say them."""
    return {"when": times.when, "opens": times.opens, "until": times.until, "now": times.now}


def _urgency(case: str | None, request: DraftRequest) -> str:
    """As triage has it: what people are told of is never below normal, so that it has a clock."""
    if case == "critical":
        return "critical"
    return "normal" if request.urgency in (None, "low") else str(request.urgency)


def _quote(
    case: str | None, request: DraftRequest, reading: Reading, problems: tuple[Found, ...], phrases: Phrases
) -> str | None:
    text: Folded = reading.text
    if not reading.known:
        return None
    if case in ("praise", "praise_open", "praise_point"):
        return quoting.praise(text, phrases, request.brand)
    span = problems[0].span
    if case not in ("complaint", "mixed") or not problems[0].problem.quote:
        return None
    return (
        quoting.near(span, text, phrases, request.brand)
        if span
        else quoting.criticism(text, phrases, request.brand)
    )
