"""What a brand tells Ascolto about itself: names, policy, voice. Typed values, validated once; no I/O.

The configuration is read by `settings`; these types live here because every stage is given them.
"""

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    RootModel,
    StringConstraints,
    field_validator,
    model_validator,
)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DURATION = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(s|m|h|d|w)\s*$")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_HOURS = re.compile(
    r"^(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?\s+(?P<open>\d\d?:\d\d)-(?P<close>\d\d?:\d\d)$"
)

Remedy = Literal["apology_fix", "refund_replacement", "escalate", "information", "help", "thanks", "ignore"]
Urgency = Literal["critical", "high", "normal", "low"]


class Strict(BaseModel):
    """A part of the configuration: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def parse_duration(value: Any) -> Any:
    """`"15m"` -> 15 minutes; units s, m, h, d, w."""
    if not isinstance(value, str):
        return value
    match = _DURATION.match(value)
    if not match:
        raise ValueError(f"{value!r} is no duration: write a number and s, m, h, d or w, such as 15m")
    return timedelta(seconds=float(match[1]) * _SECONDS[match[2]])


def parse_limit(value: Any) -> Any:
    """A first-contact time: a duration, or `"none"` for no clock."""
    return None if value == "none" else parse_duration(value)


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Limit = Annotated[timedelta | None, BeforeValidator(parse_limit)]


def parse_names(value: Any) -> Any:
    """Whom to name, one after the other: names or Slack ids; a single one may stand alone."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list | tuple):
        return value
    names = tuple(" ".join(name.split()) if isinstance(name, str) else name for name in value)
    for name in names:
        if isinstance(name, str) and not 0 < len(name.removeprefix("@")) <= 80:
            raise ValueError(f"{name[:20]!r} is nobody's name: write it as @marta, or an id as U0123456789")
    if len(set(names)) < len(names):
        raise ValueError("a name stands there twice: name each once, in the order they are called")
    return names


Names = Annotated[tuple[str, ...], BeforeValidator(parse_names)]


def parse_contacts(value: Any) -> Any:
    """Where to turn, by topic. `{ it = "...", en = "..." }` says it by language: each under `topic.language`, and the
    one for all others (`default`, English, or the first) under the topic itself."""
    if not isinstance(value, dict):
        return value
    flat: dict[Any, Any] = {}
    for topic, place in value.items():
        if isinstance(place, dict) and place:
            flat[topic] = place.get("default") or place.get("en") or next(iter(place.values()))
            flat |= {f"{topic}.{lang}": text for lang, text in place.items() if lang != "default"}
        else:
            flat[topic] = place
    return flat


Contacts = Annotated[dict[str, str], BeforeValidator(parse_contacts)]


class Opening(Strict):
    """One stretch of opening hours on one weekday (0 = Monday); `closes` may be 24:00, as `time.max`."""

    weekday: int
    opens: time
    closes: time


def parse_hours(value: Any) -> Any:
    """`"mon-fri 09:00-18:00, sat 09:00-13:00"` -> openings; `"always"` -> none closed (an empty tuple
    would mean never open, so always is a whole week of whole days)."""
    if not isinstance(value, str):
        return value
    if value.strip() == "always":
        return tuple(Opening(weekday=day, opens=time.min, closes=time.max) for day in range(7))
    openings: list[Opening] = []
    for part in value.split(","):
        openings += _openings(part.strip())
    return tuple(sorted(openings, key=lambda opening: (opening.weekday, opening.opens)))


def _openings(part: str) -> list[Opening]:
    match = _HOURS.match(part)
    if not match or match["first"] not in DAYS or (match["last"] or "mon") not in DAYS:
        raise ValueError(f"{part!r} are no hours: write e.g. mon-fri 09:00-18:00, sat 09:00-13:00, or always")
    first = DAYS.index(match["first"])
    last = DAYS.index(match["last"]) if match["last"] else first
    days = range(first, last + 1) if first <= last else [*range(first, 7), *range(last + 1)]
    opens, closes = _clock_time(match["open"]), _clock_time(match["close"])
    if opens < closes:
        return [Opening(weekday=day, opens=opens, closes=closes) for day in days]
    # Across midnight: the evening of the day and the small hours of the next.
    evening = [Opening(weekday=day, opens=opens, closes=time.max) for day in days]
    night = [
        Opening(weekday=(day + 1) % 7, opens=time.min, closes=closes) for day in days if closes > time.min
    ]
    return evening + night


def _clock_time(text: str) -> time:
    hour, minute = (int(part) for part in text.split(":"))
    if (hour, minute) == (24, 0):
        return time.max
    try:
        return time(hour, minute)
    except ValueError:
        raise ValueError(f"{text!r} is no time of day: write 00:00 to 24:00") from None


def _hours_text(openings: tuple[Opening, ...]) -> str:
    def clock(moment: time) -> str:
        return "24:00" if moment == time.max else f"{moment:%H:%M}"

    return ", ".join(f"{DAYS[o.weekday]} {clock(o.opens)}-{clock(o.closes)}" for o in openings)


Hours = Annotated[tuple[Opening, ...], BeforeValidator(parse_hours), PlainSerializer(_hours_text)]


class Absence(Strict):
    """Days on which nobody answers, first and last included."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    note: str = ""

    @model_validator(mode="after")
    def in_order(self) -> "Absence":
        if self.last < self.first:
            raise ValueError("ends before it begins: write the first day in from, the last in to")
        return self


class Faq(Strict):
    """A question and the brand's answer. `gloss`: what the answer means to who reads the drafts."""

    question: str
    answer: str
    lang: str | None = None
    gloss: str | None = None


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Correction(Strict):
    """What the brand says where something untrue is told of it. `words`: how people tell it, in the patterns of the
    phrase files; `source`: where everybody can check it; `gloss`: what it means to who reads the drafts."""

    words: tuple[str, ...] = Field(min_length=1)
    lang: str
    text: Words
    source: str = ""
    gloss: str | None = None


class Statement(Strict):
    """What the brand says to everybody who writes of one matter, such as an outage. `words`: how people tell of it, in
    the patterns of the phrase files; `gloss`: what it means to who reads the drafts."""

    words: tuple[str, ...] = Field(min_length=1)
    lang: str
    text: Words
    gloss: str | None = None


class FirstContact(Strict):
    """Time to the first answer by urgency; None: no clock."""

    critical: Limit = timedelta(minutes=15)
    high: Limit = timedelta(hours=1)
    normal: Limit = timedelta(hours=4)
    low: Limit = None


class ReplyTimes(Strict):
    """Time from taking a case to its answer by urgency; what is not said is as `FirstContact` has it."""

    critical: Limit = None
    high: Limit = None
    normal: Limit = None
    low: Limit = None


def _no_drum(value: timedelta) -> timedelta:
    if value < timedelta(minutes=1):
        raise ValueError("is too short to act in: write at least 1m")
    return value


Pause = Annotated[Duration, AfterValidator(_no_drum)]


class Again(Strict):
    """How long after a deadline, and after each call, people are called again, by urgency."""

    critical: Pause = timedelta(minutes=15)
    high: Pause = timedelta(hours=1)
    normal: Pause = timedelta(hours=8)
    low: Pause = timedelta(hours=8)


class Policy(Strict):
    """The brand's rules: hours, times, remedies by topic, contacts, FAQ, absences, clauses."""

    hours: Hours = Field(default_factory=lambda: parse_hours("mon-fri 09:00-18:00"))
    critical_hours: Hours = Field(default_factory=lambda: parse_hours("always"))
    holidays: str | None = None
    absences: tuple[Absence, ...] = ()
    first_contact: FirstContact = FirstContact()
    reply_times: ReplyTimes = ReplyTimes()
    remind: float = Field(0.5, ge=0, lt=1, description="share of a clock's time that is left at its reminder")
    again: Again = Again()
    escalation: Names = Field((), description="who is called once a deadline is over, one more each time")
    on_call: Names = Field((), description="the same for critical cases, day and night")
    follow_up: Limit = timedelta(days=7)
    remedies: dict[str, Remedy] = {}
    contacts: Contacts = {}
    tripwires: tuple[str, ...] = ()
    approval: dict[Urgency, tuple[str, ...]] = {}
    clauses: dict[str, str] = {}
    faq: tuple[Faq, ...] = ()
    corrections: tuple[Correction, ...] = ()
    statements: tuple[Statement, ...] = ()
    storm: int = Field(
        10, ge=1, description="complaints within ten minutes; what comes beyond joins one case"
    )
    viral: int = Field(100, ge=1, description="engagement an hour that is much")
    viral_reach: int | None = Field(
        None, ge=1, description="engagement in the end from which a mention is viral"
    )
    viral_sure: float = Field(0.2, gt=0, lt=1, description="probability of that from which people are told")

    @field_validator("holidays")
    @classmethod
    def known_country(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", value):
            raise ValueError(f"{value!r} is no country: write its two letters, such as IT, or IT-BZ")
        return value

    @property
    def reach(self) -> int:
        """The engagement in the end from which a mention is viral: ten hours of much, where it is not given."""
        return self.viral_reach or 10 * self.viral

    def reply_time(self, urgency: str) -> timedelta | None:
        """Open time from taking a case to its answer; None: no clock."""
        said = self.reply_times if urgency in self.reply_times.model_fields_set else self.first_contact
        limit: timedelta | None = getattr(said, urgency)
        return limit


def parse_moment(value: Any) -> Any:
    """A time of day, or `"none"` for never."""
    if value == "none":
        return None
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"\d\d?:\d\d", value, re.ASCII) or (moment := _clock_time(value)) == time.max:
        raise ValueError(f"{value!r} is no time of day: write e.g. 08:30, or none")
    return moment


Moment = Annotated[time | None, BeforeValidator(parse_moment)]


class Briefs(Strict):
    """When a brand's people are told where things stand, on days with business hours; None: never."""

    morning: Moment = Field(time(8, 30), description="what came overnight, what is due today")
    evening: Moment = Field(time(17, 30), description="what stays open, and whose it is")
    samples: int = Field(5, ge=0, le=10, description="mentions a day that did not alert, to be looked at")


class OwnPhrase(Strict):
    """A wording that the brand approved for a move of its drafts. `topic` None: for all; `form`: the register it is
    in, None: any; `gloss`: what it means to who reads the drafts."""

    move: str
    lang: str
    text: Words
    topic: str | None = None
    form: str | None = None
    gloss: str | None = None


class OwnTopic(Strict):
    """A topic of the brand's own. `words`: what names it, in the patterns of tripwires (`*` stands for the rest of a
    word, `{a,b}` for a choice)."""

    name: str = Field(max_length=40, pattern=r"^[^\W_](?:[\w -]*\w)?$")
    words: tuple[Words, ...] = Field(min_length=1)


class Formality(RootModel[dict[str, str]]):
    """The form of address by language: lei/tu, Sie/du, vous/tu, usted/tu, formal/informal, mirror. One word alone, or
    under `default`, is for every language that has none of its own."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _for_all(cls, value: Any) -> Any:
        return {"default": value} if isinstance(value, str) else value

    def get(self, lang: str, otherwise: str) -> str:
        return self.root.get(lang, self.root.get("default", otherwise))


class Voice(Strict):
    """How the brand speaks."""

    formality: Formality = Formality({})
    signature: str = ""
    emoji: bool = False
    phrases: tuple[OwnPhrase, ...] = ()


class Brand(Strict):
    """A brand that is watched. `key` is its name in the configuration (`[brands.KEY]`)."""

    key: str
    name: str
    aliases: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    topics: tuple[OwnTopic, ...] = ()
    languages: tuple[str, ...] = ("it", "en")
    timezone: str = "Europe/Rome"
    policy: Policy = Policy()
    voice: Voice = Voice()
    briefs: Briefs = Briefs()

    @field_validator("topics")
    @classmethod
    def each_once(cls, value: tuple[OwnTopic, ...]) -> tuple[OwnTopic, ...]:
        names = [topic.name for topic in value]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two topics are called {twice!r}: put their words together")
        return value

    @field_validator("timezone")
    @classmethod
    def known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value!r} is no time zone: write an IANA name such as Europe/Rome")
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def speaking(self, lang: str) -> "Brand":
        """The brand with the contacts that it has in a language."""
        known = self.policy.contacts
        ours = {topic: known[f"{topic}.{lang}"] for topic in known if f"{topic}.{lang}" in known}
        if not ours:
            return self
        return self.model_copy(update={"policy": self.policy.model_copy(update={"contacts": known | ours})})


def zone_of(brand: Brand | None) -> ZoneInfo:
    """The brand's zone; UTC where it is configured no more."""
    return brand.zone if brand else ZoneInfo("UTC")


def first_zone(brands: Mapping[str, Brand]) -> ZoneInfo:
    """The zone of what belongs to no brand: the first one's."""
    return zone_of(next(iter(brands.values()), None))
