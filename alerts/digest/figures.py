"""What a period was like, as plain values: `ascolto digest --json` prints them, the report says them in words.

Times are in seconds, shares 0 to 1. Texts of mentions are clipped and visible; they are escaped where they are shown.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from alerts.replies.edits import Tally

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Quote:
    """A few words of a mention, and where it stands."""

    mention_id: int
    platform: str
    text: str
    url: str | None = None
    author: str | None = None
    stars: float | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """One day: mentions by mood (`unread`: no model could read them); `before`: all mentions of the same day of the
    period before; `usual`: the median of the same weekday in the eight weeks before the period."""

    day: str
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    unread: int = 0
    before: int | None = None
    usual: float | None = None

    @property
    def total(self) -> int:
        return self.negative + self.neutral + self.positive + self.unread


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic talked of more or less than usual. `usual`: the mentions to expect in a period as long as this."""

    topic: str
    mentions: int
    usual: float
    quote: Quote | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """What criticism is about. `share`: of all negative mentions; `urgent`: those that are critical or high."""

    topic: str
    negative: int
    urgent: int
    share: float
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A place on a platform: average of the stars that were given, share of mentions that were answered."""

    platform: str
    place: str | None
    mentions: int
    rated: int
    stars: float | None
    answered: float


@dataclass(frozen=True, slots=True)
class Neglected:
    """A source of whose cases fewer than half were answered in time."""

    source: str
    cases: int
    in_time: int
    late: int


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case that waits: `due`, by when its first contact is due (ISO 8601)."""

    case_id: int
    urgency: str
    due: str | None
    overdue: bool
    quote: Quote | None = None


@dataclass(frozen=True, slots=True)
class Viral:
    """A mention that spread, with its counts as they are now."""

    quote: Quote
    likes: int
    shares: int
    replies: int
    views: int


@dataclass(frozen=True, slots=True)
class Unreached:
    """People who wrote in public because another way failed them: how many, and by which way (one may name two)."""

    people: int = 0
    ways: Counts = field(default_factory=dict)
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """Cases and alerts are those opened in the period.

    `mentions_usual`: the sum of the usual of its days; `negative_share` and its like: of what was read.
    `contact_median` is of cases that were answered; `in_time`: of those whose end is known, the share that was answered
    by the time the policy gives. `false_alarm_rate`: of the decided cases, the share that people called false
    alarms.
    `looked_at`: mentions that did not alert and that a person judged; `missed` of them should have; `miss_rate` and
    `miss_interval` (95 %) are shares of these, `miss_estimate` says how they are found. `drafts`: how the replies that
    went out in the period differ from their drafts.
    """

    brand: str
    period: str
    starts: str
    ends: str
    mentions: int
    mentions_before: int
    by_sentiment: Counts
    unread: int
    by_source: Counts
    average_stars: float | None
    alerts_by_reason: Counts
    cases: int
    cases_answered: int
    contact_median: float | None
    in_time: float | None
    open_now: int
    overdue_now: int
    mentions_usual: float | None = None
    negative_share: float | None = None
    negative_share_before: float | None = None
    negative_share_usual: float | None = None
    days: tuple[Day, ...] = ()
    open_cases: tuple[OpenCase, ...] = ()
    causes: tuple[Cause, ...] = ()
    topics_rising: tuple[Topic, ...] = ()
    topics_falling: tuple[Topic, ...] = ()
    unreached: Unreached = field(default_factory=Unreached)
    neglected: tuple[Neglected, ...] = ()
    viral: tuple[Viral, ...] = ()
    praise: tuple[Quote, ...] = ()
    places: tuple[Place, ...] = ()
    false_alarms: int = 0
    decided: int = 0
    false_alarm_rate: float | None = None
    looked_at: int = 0
    missed: int = 0
    miss_rate: float | None = None
    miss_interval: tuple[float, float] | None = None
    miss_estimate: str | None = None
    drafts: Tally = field(default_factory=Tally)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def quoted(self) -> tuple[int, ...]:
        """The mentions whose words stand in it: should one be erased, what shows it is made anew."""
        quotes = [case.quote for case in self.open_cases if case.quote is not None]
        quotes += [
            topic.quote for topic in (*self.topics_rising, *self.topics_falling) if topic.quote is not None
        ]
        quotes += [one.quote for one in self.viral]
        quotes += [quote for cause in self.causes for quote in cause.quotes]
        return tuple(sorted({quote.mention_id for quote in (*quotes, *self.unreached.quotes, *self.praise)}))
