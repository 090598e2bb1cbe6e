"""The tables. One row is the truth about one thing; every stage takes rows in one state and leaves the next.

A table class does not validate: build a `NewMention` (see `store.mention`) first.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy import DateTime as SqlDateTime
from sqlmodel import Field, SQLModel

from store.clock import aware
from store.mention import NewMention


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in, aware UTC out, on SQLite (which knows no zones) and PostgreSQL alike."""

    impl = SqlDateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else aware(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else aware(value)


class MentionState(StrEnum):
    NEW = "new"  # waits for the model
    SCORED = "scored"  # waits for triage (also when something about it changed)
    TRIAGED = "triaged"
    FAILED = "failed"  # a stage gave up; `error` says why


class CaseStatus(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    REPLIED = "replied"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


class OutboxState(StrEnum):
    WAITING = "waiting"
    STALE = "stale"  # delivered, but its case has changed: the same message is to be edited
    BUNDLED = (
        "bundled"  # another message tells it; it has one of its own only where somebody or something asks
    )
    SENT = "sent"
    FAILED = "failed"  # a permanent error; `error` names the mend
    LEFT_OUT = "left_out"  # its channel does not tell of such things


class NotificationKind(StrEnum):
    CASE = "case"  # the one message of a case, edited for its whole life
    THREAD = "thread"  # a line in the thread of that message
    REMINDER = "reminder"  # first-contact time is near or past
    SOURCE = "source"  # a source went down or came back
    SWITCH = "switch"  # somebody paused what can wait, or it goes on
    START = "start"  # the starting list after a first read
    DIGEST = "digest"
    BUNDLE = "bundle"  # normal criticism and requests of an hour or a day, in one message
    BRIEF = "brief"  # the morning's or the evening's
    TROUBLE = "trouble"  # messages do not get through until a person mends something


class ClockKind(StrEnum):
    CONTACT = "contact"  # to the first answer; runs while the case is open
    REPLY = "reply"  # somebody took the case and has not answered
    PROMISE = "promise"  # what a reply told the customer to expect, by when
    FOLLOW_UP = "follow_up"  # after a repair or a move to private: is all well now?
    SNOOZE = "snooze"  # a case put aside comes back


class LabelOrigin(StrEnum):
    FALSE_ALARM = "false_alarm"  # a case was dismissed as one
    CORRECTION = "correction"
    CONFIRMED = "confirmed"  # the person says what the model says


class Claimed(SQLModel):
    """What `store.claims` needs on a row that a stage takes."""

    claim: str | None = Field(default=None, sa_type=String(36))
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    next_try_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str | None = None


class Mention(NewMention, Claimed, table=True):
    """A mention as stored. `revision` counts what the author changed; `history`: older than the first read cares."""

    __table_args__ = (
        UniqueConstraint("brand", "platform", "external_id"),
        # State, then live before history: taking the next rows costs the same however many are done.
        Index("ix_mention_state", "state", "history", "id"),
        Index("ix_mention_source_published", "source", "published_at"),
        # With what counting joins on: a week is counted without its texts being read.
        Index("ix_mention_brand_published", "brand", "published_at", "revision", "id"),
        Index("ix_mention_thread", "brand", "platform", "thread"),
        Index("ix_mention_author", "brand", "platform", "author_key"),
        Index("ix_mention_same_text", "brand", "text_key"),
        Index("ix_mention_url", "url"),
        Index("ix_mention_look", "source", "look_again_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    published_at: datetime = Field(sa_type=UtcDateTime)
    edited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    text: str = Field(sa_type=Text)
    state: str = MentionState.NEW
    revision: int = 1
    content_hash: str = Field(sa_type=String(64))
    text_key: str | None = Field(default=None, sa_type=String(64))
    author_key: str | None = Field(default=None, sa_type=String(64))
    history: bool = False
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    gone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    look_again_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    counted: bool = Field(default=False, description="whether its series have it")
    case_id: int | None = Field(default=None, foreign_key="case.id", index=True)


class Revision(SQLModel, table=True):
    """What a mention said before its author changed it."""

    __table_args__ = (UniqueConstraint("mention_id", "revision"),)

    id: int | None = Field(default=None, primary_key=True)
    mention_id: int = Field(foreign_key="mention.id", ondelete="CASCADE")
    revision: int
    title: str | None = None
    text: str = Field(sa_type=Text)
    stars: float | None = None
    until: datetime = Field(sa_type=UtcDateTime)


class Snapshot(SQLModel, table=True):
    """Engagement of a mention at a time; None: the platform does not tell."""

    __table_args__ = (UniqueConstraint("mention_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    mention_id: int = Field(foreign_key="mention.id", ondelete="CASCADE")
    at: datetime = Field(sa_type=UtcDateTime)
    likes: int | None = None
    shares: int | None = None
    replies: int | None = None
    views: int | None = None


class Score(SQLModel, table=True):
    """What the model says of one revision of a mention; all None but `lang` where it cannot read it."""

    __table_args__ = (UniqueConstraint("mention_id", "revision"),)

    id: int | None = Field(default=None, primary_key=True)
    mention_id: int = Field(foreign_key="mention.id", ondelete="CASCADE")
    revision: int
    lang: str | None = None
    unsupported: bool = False
    sentiment: str | None = None
    sentiment_score: float | None = None
    sentiment_probs: dict[str, float] | None = Field(default=None, sa_type=JSON)
    urgency: str | None = None
    urgency_score: float | None = None
    urgency_probs: dict[str, float] | None = Field(default=None, sa_type=JSON)
    category: str | None = None
    topics: list[str] = Field(default_factory=list, sa_type=JSON)
    why: list[str] = Field(default_factory=list, sa_type=JSON)
    model: str
    scored_at: datetime = Field(sa_type=UtcDateTime)


class Label(SQLModel, table=True):
    """What a person says of one revision of a mention, None where nobody has said it; of each the latest counts."""

    __table_args__ = (Index("ix_label_mention", "mention_id", "revision", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    mention_id: int = Field(foreign_key="mention.id", ondelete="CASCADE")
    revision: int
    at: datetime = Field(sa_type=UtcDateTime)
    who: str
    origin: str
    sentiment: str | None = None
    urgency: str | None = None
    category: str | None = None


class Threshold(SQLModel, table=True):
    """The chance from which on `model` calls a brand's texts critical, fitted to what its people say."""

    brand: str = Field(primary_key=True)
    model: str = Field(
        primary_key=True, description="name@revision: another model's chances mean something else"
    )
    critical: float
    fitted_at: datetime = Field(sa_type=UtcDateTime)


class SourceRow(SQLModel, table=True):
    """The plan and health of one source: the polling plan is data on the row."""

    __tablename__ = "source"

    name: str = Field(primary_key=True)
    brand: str
    type: str
    cursor: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    first_read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    start_listed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    next_check_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    last_ok_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_error_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_error: str | None = None
    failures: int = 0
    empty_reads: int = 0
    usual_results: float = 0.0
    down_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    spent: int = 0
    spent_on: str | None = Field(default=None, sa_type=String(10), description="the day that `spent` counts")
    quota: str | None = Field(
        default=None, sa_type=String(16), description="whose day it shares, see `platforms`"
    )


class RobotsRow(SQLModel, table=True):
    """What a host (`origin`: scheme, name and port) says of programs in its robots.txt; empty where it has none."""

    __tablename__ = "robots"

    origin: str = Field(primary_key=True, max_length=300)
    body: bytes = Field(sa_type=LargeBinary)
    read_at: datetime = Field(sa_type=UtcDateTime)


class Case(SQLModel, table=True):
    """A matter that somebody must handle. `version` counts what a reader of its message would see change."""

    __table_args__ = (
        Index("ix_case_due", "status", "due_at"),
        Index("ix_case_queue", "status", "urgency", "due_at", "id"),
        Index("ix_case_status", "status", "id"),
        Index("ix_case_brand_opened", "brand", "opened_at"),
        Index("ix_case_brand_status", "brand", "status", "due_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    brand: str
    mention_id: int | None = Field(default=None, description="the mention that the message shows")
    status: str = CaseStatus.OPEN
    urgency: str = "normal"
    reasons: list[str] = Field(default_factory=list, sa_type=JSON)
    channel: str = Field(default="alerts", description="logical: alerts, praise, crisis, ops, digest")
    version: int = 1
    opened_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    owner: str | None = None
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acknowledged_by: str | None = None
    replied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_by: str | None = None
    resolution: str | None = None
    snoozed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reply: str | None = Field(default=None, sa_type=Text)
    storm: bool = Field(default=False, description="many mentions of one matter, told as one")
    statements: dict[str, str] = Field(
        default_factory=dict, sa_type=JSON, description="what the brand says to all of them, by language"
    )


class Clock(SQLModel, table=True):
    """A due time of a case. It rings at `rings_at` (a reminder before, then escalation, again until somebody acts);
    None: it has ended. `rung` counts how often it did; `note` is what was promised."""

    __table_args__ = (Index("ix_clock_rings", "rings_at", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case.id", index=True, ondelete="CASCADE")
    kind: str
    started_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    rings_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    rung: int = 0
    set_by: str
    note: str | None = Field(default=None, sa_type=Text)


class Exclusion(SQLModel, table=True):
    """A phrase that holds the brand's name and means something else, adopted by a person."""

    __table_args__ = (UniqueConstraint("brand", "phrase"),)

    id: int | None = Field(default=None, primary_key=True)
    brand: str
    phrase: str
    added_by: str
    added_at: datetime = Field(sa_type=UtcDateTime)


class Switch(SQLModel, table=True):
    """Something a person has turned off for a time: `pause:BRAND`, `mute:SOURCE`. `until` None: until turned on."""

    name: str = Field(primary_key=True)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    set_by: str
    set_at: datetime = Field(sa_type=UtcDateTime)


class Sample(SQLModel, table=True):
    """A mention that did not alert, drawn at random and shown to a person. `said`: right or missed."""

    __table_args__ = (UniqueConstraint("mention_id"), Index("ix_sample_brand_drawn", "brand", "drawn_at"))

    id: int | None = Field(default=None, primary_key=True)
    brand: str
    mention_id: int = Field(foreign_key="mention.id", ondelete="CASCADE")
    revision: int
    drawn_at: datetime = Field(sa_type=UtcDateTime)
    said: str | None = None
    said_by: str | None = None
    said_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Reason(SQLModel, table=True):
    """A named cause to tell people, told once: unique per mention, kind and occurrence (the revision for `edited`)."""

    __table_args__ = (
        UniqueConstraint("mention_id", "kind", "occurrence"),
        Index("ix_reason_kind", "kind", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    mention_id: int = Field(foreign_key="mention.id", ondelete="CASCADE")
    case_id: int | None = Field(default=None, foreign_key="case.id", index=True)
    kind: str
    occurrence: int = 0
    detail: list[str] = Field(default_factory=list, sa_type=JSON)
    at: datetime = Field(sa_type=UtcDateTime)


class Series(SQLModel, table=True):
    """How many mentions of a brand come: all, or the `negative` ones; of the whole brand, of a source or about a topic
    (`kind`, `name`). `state` (`alerts.series_state`) holds what was watched up to `upto`; `waiting` what was counted
    and is not in it: numbers by the seconds since 1970 of their quarter of an hour."""

    __table_args__ = (
        UniqueConstraint("brand", "kind", "name", "negative"),
        Index("ix_series_due", "brand", "upto"),
    )

    id: int | None = Field(default=None, primary_key=True)
    brand: str
    kind: str
    name: str
    negative: bool
    upto: datetime = Field(sa_type=UtcDateTime)
    waiting: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    state: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class Spike(SQLModel, table=True):
    """A time in which more mentions of a brand come than is usual, told by its case. It was last abnormal at `last_at`
    and is over since `over_at`. `count` in `hours`, where `expected` were usual, in the first of `series` (ids of those
    that are abnormal); `negative`: of criticism alone. `parts`: where most of it comes from (`alerts.spike_words`);
    `phrases`: what several authors write now and did not before; `examples`: ids of mentions."""

    __table_args__ = (Index("ix_spike_brand", "brand", "over_at"),)

    id: int | None = Field(default=None, primary_key=True)
    brand: str
    case_id: int = Field(foreign_key="case.id", index=True)
    negative: bool
    began_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime)
    over_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    looked_at: datetime = Field(sa_type=UtcDateTime)
    hours: int
    count: int
    expected: float
    series: list[int] = Field(default_factory=list, sa_type=JSON)
    parts: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    phrases: list[str] = Field(default_factory=list, sa_type=JSON)
    examples: list[int] = Field(default_factory=list, sa_type=JSON)


class Draft(SQLModel, table=True):
    """A proposed reply to one revision of a mention. `moves`: which wording was used for each move, in order;
    `sentences`: each with its gloss and what allows it (`alerts.drafts.request.Sentence`); `generator`: who worded it
    (`alerts.drafts.request`); `outdated`: it is to be written anew, since its storm has another statement."""

    __table_args__ = (
        UniqueConstraint("mention_id", "revision"),
        Index("ix_draft_outdated", "outdated", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case.id", index=True)
    mention_id: int = Field(foreign_key="mention.id", ondelete="CASCADE")
    revision: int
    brand: str = Field(index=True)
    lang: str
    reply: str | None = Field(default=None, sa_type=Text)
    private_reply: str | None = Field(default=None, sa_type=Text)
    gloss: str | None = Field(default=None, sa_type=Text)
    remedy: str
    checks: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    moves: list[str] = Field(default_factory=list, sa_type=JSON)
    sentences: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    status_note: str | None = Field(default=None, sa_type=Text)
    generator: str = "phrases"
    outdated: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)


class Notification(Claimed, table=True):
    """One message to people, kept until it is delivered. `key` is unique: the same thing is never written twice."""

    __table_args__ = (Index("ix_notification_state", "state", "priority", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str
    channel: str = Field(description="slack, console, ...: the file in alerts/channels that sends it")
    target: str = Field(default="alerts", description="logical: alerts, praise, crisis, ops, digest")
    routed_to: str | None = Field(default=None, description="the place a rule chose; None: the target's")
    bundle: str | None = Field(
        default=None, index=True, description="key of the message that tells it instead"
    )
    brand: str | None = None
    case_id: int | None = Field(default=None, foreign_key="case.id", index=True)
    reason_id: int | None = Field(default=None, foreign_key="reason.id")
    source: str | None = None
    body: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, description="what no row can tell later")
    state: str = OutboxState.WAITING
    priority: int = Field(default=5, description="0 first: critical 0, thread of it 1, ... praise 9")
    unsure: bool = Field(default=False, description="a send began and its end is not known: reconcile first")
    shown_version: int = 0
    address: str | None = Field(default=None, description="where it went: the id of the Slack channel")
    message_id: str | None = Field(default=None, description="what it is there: Slack's ts")
    created_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PictureRow(Claimed, table=True):
    """The picture of a delivered notification, for a channel that takes pictures apart from texts (Slack). `mark` names
    what it shows; `file`: the channel's id of it, once it is there; `shown`: the id of the one that the message shows;
    `refused` counts how often the channel did not take it into the message. `state`: waiting, sent or failed."""

    __tablename__ = "picture"
    __table_args__ = (Index("ix_picture_state", "state", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    notification_id: int = Field(foreign_key="notification.id", unique=True, ondelete="CASCADE")
    mark: str
    state: str = OutboxState.WAITING
    file: str | None = None
    shown: str | None = None
    refused: int = 0
    asked_at: datetime = Field(sa_type=UtcDateTime)


class ChosenSetting(SQLModel, table=True):
    """A setting that a person chose in the inbox; it comes before the file's. `name` as in the file, with dots
    (`brands.aurora.policy.hours`); `value` as the file would hold it, None: left out; `from_file`: reset, and kept for
    who chose that, when."""

    __tablename__ = "chosen_setting"

    name: str = Field(primary_key=True)
    value: Any = Field(default=None, sa_type=JSON, nullable=True)
    from_file: bool = False
    set_by: str
    set_at: datetime = Field(sa_type=UtcDateTime)


class SettingsVersion(SQLModel, table=True):
    """One row: how often chosen settings have changed. Whoever changes one holds it."""

    __tablename__ = "settings_version"

    id: int = Field(default=1, primary_key=True)
    version: int = 0


class Audit(SQLModel, table=True):
    """Who did what, when, from which state to which."""

    __table_args__ = (Index("ix_audit_action", "action", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    who: str
    action: str
    case_id: int | None = Field(default=None, foreign_key="case.id", index=True)
    source: str | None = None
    before: str | None = None
    after: str | None = None
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class Trace(SQLModel, table=True):
    """What a mention that has a case would share with others of its matter (`alerts.alike`): a hash of its words or of
    its author, in the week (of seven days since 1970) in which it came to its case. Of each, `slot` keeps a few."""

    __table_args__ = {"sqlite_with_rowid": False}

    week: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    key: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    slot: int = Field(primary_key=True, sa_type=SmallInteger, sa_column_kwargs={"autoincrement": False})
    mention_id: int = Field(foreign_key="mention.id", index=True, ondelete="CASCADE")


class Tombstone(SQLModel, table=True):
    """The hash of an erased mention: it must not come back with the next read."""

    key: str = Field(primary_key=True, sa_type=String(64))
    erased_at: datetime = Field(sa_type=UtcDateTime)
