"""Which settings stand on which page, what they are called, and of which kind their fields are. Tables of words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from alerts.words import N_
from configuration.choosing import OF_ROUTING

Kind = Literal["text", "lines", "flag", "number", "choice", "rows", "pairs", "fixed", "contacts"]
Cell = Literal["text", "area", "date", "list", "choice"]
LEVELS = ("critical", "high", "normal", "low")


@dataclass(frozen=True, slots=True)
class Column:
    """One cell of a row. `options`: name of the values that may be chosen (see `web.settings.options`)."""

    key: str
    label: str
    cell: Cell = "text"
    options: str = ""
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One setting. `name` as in the file, of a brand without `brands.KEY.`; `default`: what counts where neither file
    nor a choice says anything; `optional`: empty is nothing, not an empty text."""

    name: str
    label: str
    hint: str = ""
    kind: Kind = "text"
    columns: tuple[Column, ...] = ()
    default: Any = None
    options: str = ""
    optional: bool = False
    one: str = ""

    def full(self, brand: str | None) -> str:
        """The whole name."""
        return self.name if self.name in OF_ROUTING else f"brands.{brand}.{self.name}"


@dataclass(frozen=True, slots=True)
class Section:
    """One page. `of_brand`: each brand has its own."""

    key: str
    title: str
    lead: str
    fields: tuple[Field, ...]
    of_brand: bool = True


_EXAMPLE = N_("Such as mon-fri 09:00-18:00, sat 09:00-13:00, or always. Days: mon tue wed thu fri sat sun.")
_LANGUAGE = Column("lang", N_("Language"), "choice", "languages")
_GLOSS = Column("gloss", N_("What it means in your language"), "area", wide=True)
_PEOPLE = N_(
    "One name a line, in the order in which they are called. Slack ids (U0123456789) ping; names do not."
)

SECTIONS: Mapping[str, Section] = {
    one.key: one
    for one in (
        Section(
            "hours",
            N_("Hours"),
            N_(
                "When somebody is there to answer, and within what time. Deadlines are counted in these hours."
            ),
            (
                Field("policy.hours", N_("Opening hours"), _EXAMPLE, default="mon-fri 09:00-18:00"),
                Field("policy.critical_hours", N_("Hours for critical cases"), _EXAMPLE, default="always"),
                Field(
                    "policy.holidays",
                    N_("Holidays"),
                    N_("Country, such as IT, or region, such as IT-BZ. Its public holidays are closed."),
                    optional=True,
                ),
                Field(
                    "policy.first_contact",
                    N_("Time to the first answer"),
                    N_("A number and m, h or d, such as 15m or 4h; none for no deadline."),
                    "fixed",
                    default={"critical": "15m", "high": "1h", "normal": "4h", "low": "none"},
                ),
            ),
        ),
        Section(
            "absences",
            N_("Absences"),
            N_("Days on which nobody answers: deadlines wait, and drafts say when you are back."),
            (
                Field(
                    "policy.absences",
                    N_("Days away"),
                    N_("First and last day are both included."),
                    "rows",
                    (
                        Column("from", N_("From"), "date"),
                        Column("to", N_("To"), "date"),
                        Column("note", N_("Note"), wide=True),
                    ),
                    one=N_("Absence {number}"),
                ),
            ),
        ),
        Section(
            "contacts",
            N_("Contacts"),
            N_(
                "Where drafts invite customers to go on in private, and who is called when nobody acts in time."
            ),
            (
                Field(
                    "policy.contacts",
                    N_("Contacts"),
                    N_(
                        "An address, a number, or words such as “the form on our site”. A topic's comes first."
                    ),
                    "contacts",
                    (
                        Column("topic", N_("Topic"), "choice", "topics"),
                        _LANGUAGE,
                        Column("place", N_("Where to turn"), wide=True),
                    ),
                    one=N_("Contact {number}"),
                ),
                Field("policy.escalation", N_("Who is called when a deadline is over"), _PEOPLE, "lines"),
                Field(
                    "policy.on_call", N_("Who is called for critical cases, day and night"), _PEOPLE, "lines"
                ),
            ),
        ),
        Section(
            "faq",
            N_("Questions and answers"),
            N_("Answers that drafts may give. A draft says nothing of its own where one of these fits."),
            (
                Field(
                    "policy.faq",
                    N_("Questions"),
                    N_("Write the question as customers ask it, and the answer as you give it."),
                    "rows",
                    (
                        Column("question", N_("Question"), wide=True),
                        Column("answer", N_("Answer"), "area", wide=True),
                        _LANGUAGE,
                        _GLOSS,
                    ),
                    one=N_("Question {number}"),
                ),
            ),
        ),
        Section(
            "voice",
            N_("Voice"),
            N_("How drafts speak to customers."),
            (
                Field(
                    "voice.formality",
                    N_("Form of address"),
                    N_(
                        "lei or tu, Sie or du, vous or tu, usted or tu, formal or informal; "
                        "or mirror, as the customer writes."
                    ),
                    "pairs",
                    (
                        Column("key", N_("Language"), "choice", "keys"),
                        Column("value", N_("Form"), "choice", "forms"),
                    ),
                    one=N_("Form {number}"),
                ),
                Field("voice.signature", N_("Signature"), N_("Stands at the end of each draft."), default=""),
                Field("voice.emoji", N_("Emoji in drafts"), "", "flag", default=False),
                Field(
                    "voice.phrases",
                    N_("Your own wordings"),
                    N_("They come before ours. What each move may hold is in docs/drafts.md (Moves)."),
                    "rows",
                    (
                        Column("move", N_("Move"), "choice", "moves"),
                        _LANGUAGE,
                        Column("text", N_("Wording"), "area", wide=True),
                        Column("topic", N_("Topic"), "choice", "draft_topics"),
                        Column("form", N_("Form"), "choice", "forms"),
                        _GLOSS,
                    ),
                    one=N_("Wording {number}"),
                ),
            ),
        ),
        Section(
            "exclusions",
            N_("Exclusions"),
            N_("Phrases that hold the brand's name and mean something else: nobody is told of them."),
            (
                Field(
                    "exclude", N_("Not about us"), N_("One phrase a line, such as aurora boreale."), "lines"
                ),
            ),
        ),
        Section(
            "routing",
            N_("Routing"),
            N_("Where messages go in Slack, for all brands. Who may act there stands in the file."),
            (
                Field(
                    "slack.alerts",
                    N_("Channel of cases"),
                    N_("Such as #reputation, or an id such as C0123456789."),
                    default="#reputation",
                ),
                Field("slack.praise", N_("Channel of praise"), N_("Empty: as for cases."), optional=True),
                Field("slack.crisis", N_("Channel of storms"), N_("Empty: as for cases."), optional=True),
                Field("slack.digest", N_("Channel of the digest"), N_("Empty: as for cases."), optional=True),
                Field(
                    "slack.ops",
                    N_("Channel of sources that are down"),
                    N_("Empty: as for cases."),
                    optional=True,
                ),
                Field("slack.escalation", N_("Who is called where a brand names nobody"), _PEOPLE, "lines"),
                Field(
                    "slack.quiet",
                    N_("Quiet hours"),
                    N_("What is not urgent waits in them. Such as mon-fri 20:00-08:00, sat-sun always."),
                    "pairs",
                    (
                        Column("key", N_("Brand"), "choice", "brands"),
                        Column("value", N_("Hours"), wide=True),
                    ),
                    one=N_("Quiet hours {number}"),
                ),
                Field(
                    "slack.bundle",
                    N_("Normal cases together"),
                    N_("Criticism and requests that are not urgent come as one message."),
                    "choice",
                    options="bundle",
                    optional=True,
                ),
                Field(
                    "slack.most_per_hour",
                    N_("Messages an hour to one channel"),
                    N_("Short of what is critical."),
                    "number",
                    default=60,
                ),
                Field(
                    "slack.rules",
                    N_("Rules"),
                    N_(
                        "The first rule that holds wins. All its conditions must hold; an empty one always does. "
                        "Several values: with commas."
                    ),
                    "rows",
                    (
                        Column("brand", N_("Brand"), "choice", "brands_or_any"),
                        Column("severity", N_("Severity: critical, high, normal, low"), "list"),
                        Column("reasons", N_("Reasons: urgent, negative, praise, …"), "list"),
                        Column("languages", N_("Languages, such as it, de"), "list"),
                        Column("sources", N_("Names of sources"), "list"),
                        Column("platforms", N_("Platforms, such as google"), "list"),
                        Column("places", N_("Part of the place's name"), "list"),
                        Column("channel", N_("Then: channel")),
                        Column("people", N_("Then: people to name"), "list"),
                        Column("quiet", N_("Then: quiet hours (keep, ignore, or hours)")),
                        Column("bundle", N_("Then: together"), "choice", "bundle_of_rule"),
                    ),
                    one=N_("Rule {number}"),
                ),
            ),
            of_brand=False,
        ),
    )
}
