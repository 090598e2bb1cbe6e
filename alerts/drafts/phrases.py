"""The phrase files, `phrases/<language>.toml`: one for each language that drafts are written in, checked when loaded.

A file holds words to recognise what a customer means, and wordings to answer with. Both are data, so that a language
is one file. A wording begins as it would in the middle of a sentence (whoever puts it first makes it begin with a
capital), and holds slots such as `{problem}`. Which wording is taken is for `alerts.drafts.variety`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, model_validator

from alerts.drafts.patterns import find, fold
from alerts.drafts.variants import Variant
from store.brand import Strict

FOLDER = Path(__file__).with_name("phrases")
FALLBACK = "en"
TOPICS = (
    "product_quality",
    "staff",
    "safety_health",
    "support_response",
    "information_request",
    "refund_payment",
    "price_value",
    "app_website",
    "booking_cancellation",
    "delivery",
    "comfort_facilities",
    "waiting_time",
    "taste_food",
    "ethics_discrimination",
    "account_access",
    "privacy_fraud",
    "cleanliness_condition",
)
"""The topics that the model knows; each has a problem of its own in every file, for when no words say more."""

# What each move may speak of. A wording is used only where all of its slots have something to say.
_INVITE = frozenset({"reach", "when", "opens", "until"})
_SORRY = frozenset({"problem", "quote"})
MOVES: Mapping[str, frozenset[str]] = {
    "greeting": frozenset({"name"}),
    "greeting_grave": frozenset({"name"}),
    "sorry": _SORRY | {"place"},
    "sorry_again": _SORRY,
    "sorry_repeated": _SORRY,
    "sorry_edited": _SORRY,
    "noted": frozenset({"place"}),
    "noted_again": frozenset(),
    "noted_invite": frozenset({"reach"}),
    "help_open": frozenset({"problem", "about"}),
    "invite": _INVITE,
    "protect": frozenset(),
    "remedy_refund_replacement": frozenset(),
    "remedy_escalate": frozenset(),
    "glad": frozenset({"good"}),
    "weak": frozenset({"problem", "point", "quote"}),
    "ask_open": frozenset({"about"}),
    "ask_next": frozenset({"when", "opens", "until"}),
    "ask_hurry": frozenset({"reach"}),
    "offer": _INVITE,
    "help_next": _INVITE,
    "answer_open": frozenset(),
    "answer": frozenset({"answer"}),
    "answer_close": frozenset({"reach"}),
    "praise": frozenset({"quote", "place", "good"}),
    "praise_edited": frozenset(),
    "praise_close": frozenset(),
    "careful": frozenset(),
    "point_noted": frozenset(),
    "careful_invite": frozenset({"reach"}),
    "unread": frozenset(),
    "unread_invite": _INVITE,
    "stars_low": frozenset(),
    "stars_middle": frozenset(),
    "stars_high": frozenset(),
    "stars_invite": _INVITE,
    "insult": frozenset(),
    "insult_invite": frozenset({"reach"}),
    "article_positive": frozenset(),
    "article_negative": frozenset(),
    "article_question": frozenset(),
    "article_contact": frozenset({"contact"}),
    "critical_again": frozenset(),
    "critical_repeated": frozenset(),
    "critical_invite": frozenset({"reach"}),
    "private_reach": _INVITE,
    "private_ask": frozenset({"need"}),
    "warn_spam": frozenset({"clause"}),
    "warn_abuse": frozenset({"clause"}),
    "ask_quote": frozenset(),
    "correct_open": frozenset(),
    "correct_source": frozenset({"source"}),
    "correct_close": frozenset({"reach"}),
    "statement_open": _SORRY,
    "statement_close": frozenset({"reach"}),
    "regards": frozenset(),
    "status_note": frozenset({"until", "opens"}),
}
ENTRY = frozenset({"place", "now", "person", "where", "thing"})
COURTESIES = ("thanks", "sorry")
"""What a wording may say beside its matter, each a field of `Language`."""
VARIETY = frozenset({"quote", "place"})
"""Slots whose loss changes nothing of what a sentence promises."""
_SLOT = re.compile(r"\{([^{}]*)\}")
_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")


class Wording(Strict):
    """One way to say a move. `form` None: fits every register; `id` tells it from all others of its language; `gloss`:
    what it means to who reads the draft, where that is not what their own language says in its place."""

    id: str
    form: str | None
    text: str
    gloss: str | None = None

    @cached_property
    def slots(self) -> frozenset[str]:
        return frozenset(_SLOT.findall(self.text))

    def render(self, values: Mapping[str, str]) -> str:
        """The sentence with its slots filled; what the values hold is never read as a slot."""
        return _SLOT.sub(lambda slot: values[slot[1]], self.text)

    def explained(self, meanings: Mapping[str, str]) -> str:
        """The gloss with its slots filled."""
        return _SLOT.sub(lambda slot: meanings[slot[1]], self.gloss or "")


def _listed(value: Any) -> Any:
    """`["..."]` fits all registers; `{ lei = ["..."], tu = ["..."], any = ["..."] }` names them."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list):
        value = {"any": value}
    if not isinstance(value, dict):
        return value
    return tuple(
        {"id": "", "form": None if form == "any" else form, "text": text}
        for form, texts in value.items()
        for text in ([texts] if isinstance(texts, str) else texts)
    )


Wordings = Annotated[tuple[Wording, ...], BeforeValidator(_listed)]
Words = tuple[str, ...]


class Language(Strict):
    """How the language is written. `locale` names days and months; the first of `registers` is the formal one;
    `capitals` and the patterns `nouns` are words whose capital makes no name of them; the patterns `thanks` and `sorry`
    tell which of its wordings say so."""

    locale: str
    registers: tuple[str, ...] = Field(min_length=1)
    quotes: str = Field(min_length=2, max_length=2)
    both: str = Field(description="two problems in one sentence: {a} and {b}")
    pair: str = Field(description="two good things in one sentence: {a} and {b}")
    stopwords: Words = ()
    capitals: Words = ()
    nouns: Words = Field(default=(), description="common nouns, where the language gives them a capital")
    informal: Words = ()
    formal: Words = ()
    thanks: Words = Field(min_length=1)
    sorry: Words = Field(min_length=1)
    remarks: Words = Field(default=(), description="what announces a point in the midst of praise")
    concessions: Words = Field(min_length=1, description="what sets a point against praise")
    among: Words = Field(default=(), description="what people ask one another, not the brand")
    repeated: Words = Field(min_length=1, description="what tells that it is not the first time")


class Times(Strict):
    """How times are said. `clock` and `dated` are patterns of Unicode's CLDR, for an hour and for a date; `first`: the
    first day of a month, where the language does not write it as a figure ("1er"); `now`: said only while somebody is
    there."""

    clock: str
    dated: str = "EEEE d MMMM"
    first: str | None = None
    within: str
    today: str
    day: str
    date: str
    opens_today: str
    opens_day: str
    opens_date: str
    until: str
    now: str
    minutes: str
    hour: str
    hours: str
    numbers: dict[str, str]


class Reach(Strict):
    """How a customer is asked to get in touch, by kind of contact; `*_ask`: with something at hand."""

    email: Wordings
    email_ask: Wordings
    phone: Wordings
    phone_ask: Wordings
    link: Wordings
    link_ask: Wordings
    other: Wordings
    other_ask: Wordings
    none: Wordings
    none_ask: Wordings


class Problem(Strict):
    """Something that went wrong. `name` completes "we are sorry for"; `feel` says what it means to the customer,
    `next` what happens now, `ask` what helps to look into it. An opinion is noted, not apologised for; `quote`: best
    said in the customer's own words; `minor`: any other problem in the text comes first; `refund`: what a replacement
    or a refund mends, where the policy grants it; `alone`: never the second of two in one sentence."""

    id: str
    topic: str | None = None
    words: Words = ()
    name: Wordings = ()
    feel: Wordings = ()
    next: Wordings = ()
    ask: str | None = None
    apologise: bool = True
    quote: bool = False
    minor: bool = False
    refund: bool = False
    alone: bool = False


class Good(Strict):
    """Something that customers praise: a topic of the model, or one of ours. `name` completes "glad you liked";
    `thanks` is a sentence about it. Both may say the `{thing}` that was good; of people, `{where}` they work and the
    `{person}` who is praised by name."""

    topic: str
    words: Words
    name: Wordings = ()
    thanks: Wordings


class Role(Strict):
    """Where people of the brand work, by the words for who does: `where` says it without telling of how many or of
    which sex ("at the till")."""

    id: str
    words: Words
    where: str


class Thing(Strict):
    """What customers praise under a topic of `goods`; `name` completes "glad you liked", like those of `goods`."""

    id: str
    topic: str
    words: Words
    name: str


class Named(Strict):
    """Whom and what customers name. Patterns with NAME where a first name stands: `praised`, one of the brand's people,
    with a word of praise in the same clause; `theirs`, one of the customer's own ("my daughter NAME"); `signed`, at the
    end of a text, the author. In `praised`, WHO is a name with or without the job of who bears it, and TITLE a job: it
    says who somebody is and praises nobody. `titles`: jobs and forms of address; `before`: what may stand before one;
    `never`: what takes back the praise in its sentence, or makes it doubtful; `articles`: what stands before things
    ("the Margherita"), not before people; `doubtful`: names that are more often words or dishes, in any language."""

    MARK: ClassVar[str] = "ʬ"  # stands for each letter of a name while the patterns are looked for

    praised: Words
    titles: Words
    before: Words
    articles: Words
    theirs: Words
    signed: Words
    never: Words
    doubtful: Words = ()
    roles: tuple[Role, ...]
    things: tuple[Thing, ...]

    def patterns(self, words: Words) -> Words:
        """With the mark of a name in the place of NAME, and each of the forms of WHO in its place."""
        title = f"{{{','.join(self.titles)}}}"
        titled = f"{{{','.join(self.before)}}} {title}"
        forms = [
            pattern.replace("WHO", who)
            for pattern in words
            for who in (("NAME", f"NAME, {titled},") if pattern.startswith("WHO") else _ended(title, titled))
        ]
        return tuple(form.replace("TITLE", title).replace("NAME", f"{self.MARK}*") for form in forms)


def _ended(title: str, titled: str) -> tuple[str, ...]:
    return "NAME", f"{title} NAME", f"{titled} NAME"


class Ask(Strict):
    """Something that customers ask about. `about` completes "thank you for your question"."""

    id: str
    topic: str | None = None
    words: Words
    about: Wordings


class Kind(Strict):
    """A critical matter. `public`: the holding reply; `safety`: advice that may stand in public; `private`: the first
    words of the private reply; `advice`: what to do now; `need`: what is asked for there. It is known by its words,
    where the model's topics do not speak against its own; by the kind of built-in tripwires (`tripwire`); or, if
    `by_topic`, by the model's topics alone; in this order."""

    id: str
    tripwire: str | None = None
    topics: Words = ()
    by_topic: bool = False
    words: Words = ()
    also: Words = Field(default=(), description="what its text holds besides")
    unless: Words = Field(default=(), description="what its text does not hold")
    public: Wordings
    safety: Wordings = ()
    private: Wordings
    advice: Wordings = ()
    need: str


class Names(Strict):
    """Whom to call by name. `known`: first names, also found inside handles; `never`: words that are no names."""

    known: Words
    never: Words


class Quotable(Strict):
    """What may be repeated of the customer's words. `never`: what no reply repeats; `praise`, `criticism`: strong
    words, one of which a fragment must hold that names no problem; `opens`: words that no fragment begins with."""

    never: Words
    praise: Words
    criticism: Words
    opens: Words


class GuardWords(Strict):
    """What the guard looks for in a finished reply. `refund`: promises that only the remedy grants."""

    refund: Words
    gifts: Words
    guarantees: Words
    deadlines: Words
    liability: Words
    admissions: Words
    cheer: Words
    blame: Words
    asks: Words
    orders: Words


class Phrases(Strict):
    """A language that drafts are written in. `abuse`: words that insult people; `variants`: other countries' words;
    `region`: whose words these are, None for those of the file."""

    lang: str
    language: Language
    time: Times
    reach: Reach
    moves: dict[str, Wordings]
    problems: tuple[Problem, ...]
    goods: tuple[Good, ...]
    asks: tuple[Ask, ...]
    kinds: tuple[Kind, ...]
    named: Named
    names: Names
    quotable: Quotable
    guard: GuardWords
    abuse: Words
    emoji: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    region: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _with_ids(cls, value: Any) -> Any:
        """Gives each wording its id, such as `sorry.3` or `late.feel.1`."""
        value = dict(value)
        value["moves"] = {move: numbered(move, texts) for move, texts in value.get("moves", {}).items()}
        value["reach"] = {kind: numbered(f"reach.{kind}", texts) for kind, texts in value["reach"].items()}
        for part, key in (("problems", "id"), ("goods", "topic"), ("asks", "id"), ("kinds", "id")):
            value[part] = [_numbered_entry(part, key, entry) for entry in value.get(part, [])]
        return value

    @model_validator(mode="after")
    def _complete(self) -> "Phrases":
        if set(self.moves) != set(MOVES):
            odd = ", ".join(sorted(set(self.moves) ^ set(MOVES)))
            raise ValueError(f"moves missing or unknown: {odd}")
        known = {problem.topic for problem in self.problems if not problem.words}
        if missing := {*TOPICS, None} - known:
            raise ValueError(f"no problem without words for: {', '.join(sorted(map(str, missing)))}")
        for wording, slots in self.wordings():
            if unknown := wording.slots - slots:
                raise ValueError(f"{wording.id}: no such slot: {', '.join(sorted(unknown))}")
            if wording.form not in (None, *self.language.registers):
                raise ValueError(f"{wording.id}: no such register: {wording.form}")
        return self

    def wordings(self) -> Iterator[tuple[Wording, frozenset[str]]]:
        """Every wording of the file, with the slots it may have."""
        for move, texts in self.moves.items():
            yield from ((wording, MOVES[move]) for wording in texts)
        for kind in Reach.model_fields:
            slots = frozenset({"contact", "ask"}) if kind.endswith("_ask") else frozenset({"contact"})
            yield from ((wording, slots) for wording in getattr(self.reach, kind))
        for entry in (*self.problems, *self.goods, *self.asks, *self.kinds):
            for field in ENTRY_WORDINGS:
                yield from ((wording, ENTRY) for wording in getattr(entry, field, ()))

    @cached_property
    def _groups(self) -> dict[str, tuple[Wording, ...]]:
        """The wordings by what their ids begin with, alike in all languages: `sorry`, `problem.late.feel`."""
        groups: dict[str, list[Wording]] = {}
        for wording, _ in self.wordings():
            groups.setdefault(wording.id.rpartition(".")[0], []).append(wording)
        return {group: tuple(wordings) for group, wordings in groups.items()}

    def courtesies(self, wording: Wording) -> frozenset[str]:
        """Which of `COURTESIES` it says."""
        text = fold(wording.text)
        return frozenset(name for name in COURTESIES if find(getattr(self.language, name), text))

    @cached_property
    def _courtesies(self) -> dict[str, frozenset[str]]:
        return {wording.id: self.courtesies(wording) for wording, _ in self.wordings()}

    def alike(self, wording: Wording, courtesies: frozenset[str]) -> Wording | None:
        """What this language says in the place of another's `wording`, with as many of its slots and of the courtesies
        that it says as there are, and none that it does not say; None: the two have nothing in common."""
        group = self._groups.get(wording.id.rpartition(".")[0], ())
        stated = wording.slots - VARIETY
        alike = (w for w in group if w.slots <= wording.slots and w.slots >= stated)
        fitting = [w for w in alike if w.form in (None, self.formal) and self._courtesies[w.id] <= courtesies]
        return max(fitting, key=lambda one: (len(self._courtesies[one.id]), len(one.slots)), default=None)

    @property
    def variant(self) -> Variant | None:
        """The variant that these are the words of."""
        return next((one for one in self.variants if one.region == self.region), None)

    @property
    def formal(self) -> str:
        return self.language.registers[0]

    def is_ordinary(self, word: str) -> bool:
        """Whether `word` names nobody though it has a capital: all German nouns have one."""
        if word in self.language.capitals:
            return True
        return any(span.length == len(word) for span in find(self.language.nouns, fold(word)))

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The words with a capital that the wordings themselves hold."""
        said = [wording.text for wording, _ in self.wordings()]
        said += [entry.ask or "" for entry in self.problems] + [kind.need for kind in self.kinds]
        said += [thing.name for thing in self.named.things] + [role.where for role in self.named.roles]
        return frozenset(word for text in said for word in _WORD.findall(text) if word[0].isupper())

    def good_of(self, topic: str) -> Good | None:
        """What is said where something of a topic is praised."""
        return next((good for good in self.goods if good.topic == topic), None)

    def problem_of(self, topic: str | None) -> Problem:
        """What is said of a topic where no words say more; None: of anything."""
        wanted = topic if topic in TOPICS else None
        return next(problem for problem in self.problems if problem.topic == wanted and not problem.words)


ENTRY_WORDINGS = ("name", "feel", "next", "thanks", "about", "public", "safety", "private", "advice")
WORDED = (*ENTRY_WORDINGS, "ask", "need", "where")
"""Fields that are words of ours; those of customers are found in every variant."""


def numbered(prefix: str, texts: Any) -> Any:
    """Wordings as a file writes them, each with its id: `sorry.3`."""
    listed = _listed(texts)
    if not isinstance(listed, tuple):
        return texts
    return tuple(wording | {"id": f"{prefix}.{number}"} for number, wording in enumerate(listed, 1))


def _numbered_entry(part: str, key: str, entry: Any) -> Any:
    named = f"{part.rstrip('s')}.{entry.get(key, '')}"
    return {
        field: numbered(f"{named}.{field}", value) if field in ENTRY_WORDINGS else value
        for field, value in entry.items()
    }


@cache
def languages() -> tuple[str, ...]:
    """The languages that drafts can be written in."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def load(lang: str, region: str | None = None) -> Phrases:
    """The phrases of one language, in the words of one of its `variants` where `region` names it. Raises KeyError where
    there is no file; ValidationError for a broken one."""
    if lang not in languages():
        raise KeyError(lang)
    if region is not None:
        return _in_region(load(lang), region)
    table = tomllib.loads((FOLDER / f"{lang}.toml").read_text(encoding="utf-8"))
    return Phrases.model_validate(table | {"lang": lang})


def _in_region(phrases: Phrases, region: str) -> Phrases:
    """With each wording in the words of a variant, under its own id."""
    variant = next(one for one in phrases.variants if one.region == region)

    def put(value: Any) -> Any:
        if isinstance(value, Wording):
            return value.model_copy(update={"text": variant.put(value.text)})
        if isinstance(value, tuple):
            return tuple(put(one) for one in value)
        if isinstance(value, Strict):
            told = {name: put(getattr(value, name)) for name in WORDED if name in type(value).model_fields}
            return value.model_copy(update=told)
        return variant.put(value) if isinstance(value, str) else value

    reach = phrases.reach.model_copy(
        update={kind: put(getattr(phrases.reach, kind)) for kind in Reach.model_fields}
    )
    named = phrases.named.model_copy(
        update={"roles": put(phrases.named.roles), "things": put(phrases.named.things)}
    )
    moves = {move: put(texts) for move, texts in phrases.moves.items()}
    entries = {part: put(getattr(phrases, part)) for part in ("problems", "goods", "asks", "kinds")}
    return Phrases.model_construct(
        **{name: getattr(phrases, name) for name in Phrases.model_fields}
        | entries
        | {"reach": reach, "named": named, "moves": moves, "region": region}
    )
