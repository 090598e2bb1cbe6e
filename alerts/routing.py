"""Where messages go in Slack, when, and alone or bundled: the `[slack]` table of the configuration. Pure values.

What a case is told as is `route`'s, from its facts; writing it down is `alerts.notices`'s. What is critical or high
waits for no quiet hours and for no bundle of an hour or a day, and neither does a storm. Above `most_per_hour` all but
what is critical, and storms, comes as one message.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, model_validator

from alerts import sla, topics
from store.brand import Brand, Hours, Opening, Strict, Urgency, parse_hours

TARGETS = ("alerts", "praise", "crisis", "digest", "ops")
URGENT = ("critical", "high")
BUNDLED = frozenset({"negative", "mixed", "request"})  # reasons that may be told in a bundle
OWN_PLACE = {"praise": "praise", "crisis": "spike"}  # the reason that a rule must name to move such a case
ANY_BRAND = "default"
MORNING = time(9)  # of bundles by the day, for a brand that never closes or never opens
WEEK = 7 * 24 * 60  # minutes
_WHOLE_DAYS = re.compile(r"\b([a-z]{3}(?:-[a-z]{3})?)\s+always\b")


def _channel_name(value: object) -> object:
    if not isinstance(value, str):
        return value
    name = value.strip()
    if (
        name.startswith("#")
        and 1 < len(name) <= 81
        and not any(c.isspace() or c in "#@<>&" for c in name[1:])
    ):
        return name
    if len(name) >= 8 and name[0] in "CGDU" and name.isascii() and name.isalnum() and name.isupper():
        return name
    raise ValueError(
        f"{value!r} is no Slack channel: write its name as #reputation, or its id as C0123456789"
    )


def _quiet_hours(value: object) -> object:
    """As a brand's opening hours, and `sat-sun always` for whole days."""
    if not isinstance(value, str):
        return value
    openings = parse_hours(_WHOLE_DAYS.sub(r"\1 00:00-24:00", value.strip()))
    if _covers_the_week(openings):
        raise ValueError("quiet hours must end: leave some hours of the week in which people are told")
    return openings


def _covers_the_week(openings: Sequence[Opening]) -> bool:
    """Whether no minute of the week is left out."""
    reached = 0
    for opening in sorted(openings, key=_minute_of):
        if _minute_of(opening) > reached:
            return False
        closes = 24 * 60 if opening.closes == time.max else opening.closes.hour * 60 + opening.closes.minute
        reached = max(reached, opening.weekday * 24 * 60 + closes)
    return reached >= WEEK


def _minute_of(opening: Opening) -> int:
    return opening.weekday * 24 * 60 + opening.opens.hour * 60 + opening.opens.minute


def _by_brand(value: object) -> object:
    return {ANY_BRAND: value} if isinstance(value, str) else value


def _rule_quiet(value: object) -> object:
    if value in ("keep", "ignore"):
        return value
    try:
        return _quiet_hours(value)
    except ValueError as error:
        raise ValueError(f"write keep, ignore or hours: {error}") from None


def _listed(value: object) -> object:
    """One word stands for a list of one."""
    return (value,) if isinstance(value, str) else value


def _person(value: object) -> object:
    """`@marta` is text that pings nobody; an id (`U0123456789`) is a person of the workspace."""
    if not isinstance(value, str) or not (name := value.strip()) or len(name) > 80:
        raise ValueError("must be a name such as @marta, or a person's id in Slack such as U0123456789")
    return f"slack:{name}:{name}" if re.fullmatch(r"[UW][A-Z0-9]{6,20}", name) else name


SlackChannelName = Annotated[str, BeforeValidator(_channel_name)]
QuietHours = Annotated[Hours, BeforeValidator(_quiet_hours)]
Span = Literal["hour", "day"]
Person = Annotated[str, BeforeValidator(_person)]
ReasonName = Literal[
    "urgent",
    "negative",
    "mixed",
    "request",
    "tripwire",
    "viral",
    "spike",
    "edited",
    "came_back",
    "praise",
]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


PersonId = Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,20}$")]
GroupId = Annotated[str, Field(pattern=r"^S[A-Z0-9]{2,20}$")]


class Rule(Strict):
    """One `[[slack.rules]]` table. All its conditions must hold, each by any of its values; one that is left out
    always holds. Of several rules the first that holds wins, whole."""

    brand: str | None = Field(None, description="key of the brand")
    languages: Names = Field((), description="language of the text, such as it or de")
    sources: Names = Field((), description="names of sources")
    platforms: Names = Field((), description="types of sources, such as google")
    places: Names = Field((), description="a part of the place's name, in capitals or not")
    severity: Annotated[tuple[Urgency, ...], BeforeValidator(_listed)] = Field(
        (), description="critical, high, normal or low"
    )
    reasons: Annotated[tuple[ReasonName, ...], BeforeValidator(_listed)] = Field(
        (), description="why people are told; praise and storms are moved only by a rule that names them"
    )
    topics: Names = Field((), description="what it is about: topics of the model, or the brand's own")
    channel: SlackChannelName | None = Field(None, description="where it goes instead")
    people: Annotated[tuple[Person, ...], BeforeValidator(_listed)] = Field(
        (), description="who is named in critical messages and in reminders"
    )
    quiet: Annotated[Literal["keep", "ignore"] | Hours, BeforeValidator(_rule_quiet)] = Field(
        "keep", description="keep: the brand's quiet hours; ignore: told at once; or hours of its own"
    )
    bundle: Literal["hour", "day", "no"] | None = Field(
        None, description="hour, day, or no for a message each; left out: as for all"
    )

    @model_validator(mode="after")
    def does_something(self) -> "Rule":
        if not self.channel and not self.people and self.quiet == "keep" and self.bundle is None:
            raise ValueError("this rule changes nothing: give it channel, people, quiet or bundle")
        return self


class Routing(Strict):
    """Channels by what they are for; what is not named goes to `alerts`."""

    alerts: SlackChannelName = Field("#reputation", description="cases, with their drafts and buttons")
    praise: SlackChannelName | None = Field(None, description="praise, with a draft of thanks")
    crisis: SlackChannelName | None = Field(None, description="storms of negative mentions")
    digest: SlackChannelName | None = Field(None, description="the weekly report")
    ops: SlackChannelName | None = Field(None, description="sources that went down")
    escalation: tuple[str, ...] = Field(
        (), description="who is called when nobody acts in time, in this order, where the policy names nobody"
    )
    workspace: str | None = Field(
        None, pattern=r"^[TE][A-Z0-9]+$", description="id of the only workspace whose clicks count"
    )
    people: tuple[PersonId, ...] = Field(
        (),
        description="ids of the people who may act; without these and groups, anybody who sees the messages",
    )
    groups: tuple[GroupId, ...] = Field((), description="ids of the user groups whose members may act")
    quiet: Annotated[dict[str, QuietHours], BeforeValidator(_by_brand)] = Field(
        default={}, description="hours in which what is not urgent waits; for all, or by brand"
    )
    bundle: Span | None = Field(
        None, description="hour or day: normal criticism and requests come as one message"
    )
    most_per_hour: int = Field(
        60, ge=1, le=3600, description="messages an hour to one channel, short of critical"
    )
    rules: tuple[Rule, ...] = ()

    def address(self, target: str) -> str:
        """The channel for a logical target (one of `TARGETS`)."""
        named = getattr(self, target) if target in TARGETS else None
        return named or self.alerts


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What routing looks at. `target` is the case's logical channel; `storm`: many mentions told as one."""

    brand: str
    severity: str
    reasons: tuple[str, ...] = ()
    lang: str | None = None
    source: str = ""
    platform: str = ""
    place: str | None = None
    target: str = "alerts"
    storm: bool = False
    topics: tuple[str, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether it may be told later: nothing critical or high, no storm."""
        return self.severity not in URGENT and not self.storm and self.target != "crisis"


@dataclass(frozen=True, slots=True)
class Place:
    """Where and how a case is told. `channel` None: its target's. `quiet`: hours in which it waits; `bundle`: it comes
    with others of its hour or day."""

    channel: str | None = None
    people: tuple[str, ...] = ()
    quiet: tuple[Opening, ...] = ()
    bundle: Span | None = None


def route(routing: Routing, facts: CaseFacts) -> Place:
    """Where a case goes, by the first rule that holds."""
    rule = next((rule for rule in routing.rules if holds(rule, facts)), None)
    quiet = _quiet(routing, rule, facts) if facts.waits else ()
    bundle = routing.bundle if rule is None or rule.bundle is None else rule.bundle
    bundled = facts.waits and facts.target == "alerts" and set(facts.reasons) <= BUNDLED
    span: Span | None = bundle if bundled and bundle != "no" else None
    channel = rule.channel if rule and rule.channel != routing.address(facts.target) else None
    return Place(channel, rule.people if rule else (), quiet, span)


def holds(rule: Rule, facts: CaseFacts) -> bool:
    """Whether a rule is about such a case."""
    special = OWN_PLACE.get(facts.target)
    if special is not None and special not in rule.reasons:
        return False
    lang, place = (facts.lang or "").split("-")[0].casefold(), (facts.place or "").casefold()
    return (
        rule.brand in (None, facts.brand)
        and _among(lang, [name.split("-")[0].casefold() for name in rule.languages])
        and _among(facts.source, rule.sources)
        and _among(facts.platform, rule.platforms)
        and (not rule.places or any(name.casefold() in place for name in rule.places))
        and _among(facts.severity, rule.severity)
        and (not rule.reasons or bool(set(rule.reasons) & set(facts.reasons)))
        and (not rule.topics or bool(set(rule.topics) & set(facts.topics)))
    )


def quiet_until(place: Place, brand: Brand, now: datetime) -> datetime | None:
    """When the quiet hours that hold at `now` end; None: there are none now."""
    when = sla.Calendar(place.quiet, brand.zone)
    if not place.quiet or not sla.is_open(now, when):
        return None
    return sla.closing(now, when)


def window_end(span: Span, brand: Brand, now: datetime) -> datetime:
    """When the bundle of an hour or a day that `now` falls into is told: at the full hour, or when the brand opens
    next for the day."""
    if span == "hour":
        begun = now.astimezone(brand.zone).replace(minute=0, second=0, microsecond=0)
        return begun.astimezone(UTC) + timedelta(hours=1)
    day = now.astimezone(brand.zone).date()
    hours = sla.calendar(brand, "normal")
    if not hours.always and hours.hours:
        for ahead in range(sla.LONGEST_CLOSURE):
            first = sla.first_opening(day + timedelta(days=ahead), hours)
            if first is not None and first > now:
                return first
    morning = datetime.combine(day, MORNING, tzinfo=brand.zone)
    return (morning if morning > now else morning + timedelta(days=1)).astimezone(UTC)


class Flaw(NamedTuple):
    """What is wrong with a rule (counted from 1), and what mends it."""

    number: int
    what: str
    mend: str


def flaws(
    routing: Routing, brands: Mapping[str, Brand], sources: Mapping[str, tuple[str, str]]
) -> Iterator[Flaw]:
    """Rules that can never hold. `sources`: name -> (brand, platform)."""
    for number, rule in enumerate(routing.rules, start=1):
        if wrong := _unknown(rule, brands, sources):
            yield Flaw(number, *wrong)
            continue
        before = (n for n, earlier in enumerate(routing.rules[: number - 1], 1) if _covers(earlier, rule))
        if (hiding := next(before, None)) is not None:
            told = f"rule {hiding} holds wherever it does"
            yield Flaw(number, told, f"move it before rule {hiding}, or remove it")
    for key in routing.quiet:
        if key != ANY_BRAND and key not in brands:
            yield Flaw(0, f"quiet hours for a brand that is not there: {key}", "name it as in [brands.KEY]")


def _unknown(
    rule: Rule, brands: Mapping[str, Brand], sources: Mapping[str, tuple[str, str]]
) -> tuple[str, str] | None:
    """The condition that nothing fulfils, and its mend."""
    if rule.brand is not None and rule.brand not in brands:
        return f"there is no brand {rule.brand}", "name a table [brands.KEY]"
    of_brand = f" of brand {rule.brand}" if rule.brand else ""
    named = {topic for key in ([rule.brand] if rule.brand else brands) for topic in topics.known(brands[key])}
    if strange := [topic for topic in rule.topics if topic not in named]:
        return (
            f"there is no topic {', '.join(strange)}{of_brand}",
            "name one of docs/drafts.md, or of [[brands.KEY.topics]]",
        )
    mine = {name: kind for name, (brand, kind) in sources.items() if rule.brand in (None, brand)}
    if missing := [name for name in rule.sources if name not in mine]:
        return f"there is no source {', '.join(missing)}{of_brand}", "name it as in [[sources]]"
    read = {kind for name, kind in mine.items() if not rule.sources or name in rule.sources}
    if sources and rule.platforms and not read & set(rule.platforms):
        told = f"no source{of_brand} is read from {', '.join(rule.platforms)}"
        return told, "name the type of a source, as in [[sources]]"
    if "low" in rule.severity and len(rule.severity) == 1 and "praise" not in rule.reasons:
        return "only praise is low", "name praise among its reasons, or another severity"
    return None


def _covers(earlier: Rule, later: Rule) -> bool:
    """Whether `earlier` holds for each case that `later` holds for."""
    pairs = (
        (earlier.languages, later.languages),
        (earlier.sources, later.sources),
        (earlier.platforms, later.platforms),
        (earlier.severity, later.severity),
        (earlier.reasons, later.reasons),
        (earlier.topics, later.topics),
    )
    if earlier.brand not in (None, later.brand):
        return False
    if any(wide and not (narrow and set(narrow) <= set(wide)) for wide, narrow in pairs):
        return False
    if not earlier.reasons and {"praise", "spike"} & set(later.reasons):
        return False  # it is not about these
    wide = [name.casefold() for name in earlier.places]
    narrow = [name.casefold() for name in later.places]
    return not wide or bool(narrow and all(any(part in name for part in wide) for name in narrow))


def _quiet(routing: Routing, rule: Rule | None, facts: CaseFacts) -> tuple[Opening, ...]:
    own = rule.quiet if rule is not None else "keep"
    if own == "ignore":
        return ()
    if not isinstance(own, str):
        return own
    return routing.quiet.get(facts.brand, routing.quiet.get(ANY_BRAND, ()))


def _among(value: str, chosen: Sequence[Any]) -> bool:
    return not chosen or value in chosen
