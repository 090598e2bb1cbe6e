"""Decides why a mention needs a person: facts in, reasons, urgency and channel out. Pure.

Gathering the facts is for `alerts.gather`, opening and joining cases for `alerts.record`.

How urgent a case is: what the model says of the text, and never below `normal` once there is a reason to tell
people, so that each case has a clock. Tripwire words, built in or the brand's own, ask for a quiet check at `normal`,
but for two kinds. Words of danger are `high`, unless they stand in what is surely praise with its stars, and
`critical` where the customer is unhappy and the model half alarmed. A threat to a life is always `critical`. A mention
that is both negative and viral is at least `high`, and `critical` where it is sure to be seen by very many and the
model says high.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts import topics, virality
from alerts.tripwires import Hit
from alerts.virality import Counts, Forecast, Usual
from store.brand import Brand
from store.mention import text_key
from store.tables import Case, CaseStatus, Mention, Revision, Score

RANK = {"low": 0, "normal": 1, "high": 2, "critical": 3}
REQUESTS = ("information", "commercial", "assistance")
ORDER = ("urgent", "tripwire", "viral", "came_back", "edited", "negative", "mixed", "request", "praise")
DONE = (CaseStatus.REPLIED, CaseStatus.RESOLVED, CaseStatus.DISMISSED)
BOTH_SIDES = 0.35  # share of negative in a neutral text from which it is criticism too
DOUBT = 0.2  # share of negative in a positive text from which it is ambiguous
SURE = 0.05  # share of negative below which praise is surely praise
ALARM = 0.1  # probability of critical from which words of danger are believed
MATTERS = frozenset(
    {
        "account_access",
        "app_website",
        "booking_cancellation",
        "delivery",
        "ethics_discrimination",
        "privacy_fraud",
        "product_quality",
        "refund_payment",
        "safety_health",
    }
)  # topics that no bare insult and no advertisement has
WHY = 5  # words shown with `urgent`
FORGOTTEN = timedelta(days=30)  # after this, who writes elsewhere writes anew


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another mention by the same author on the same platform, with the case it belongs to."""

    mention: Mention
    case: Case | None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of a mention at `now`; the rows are read, never changed here.

    `usual`: what is usual for its source and author, if known; `previous`: what the mention said before its last
    edit; `case`: its own; `earlier`: what else its author wrote; `excluded`: it names the brand only within a phrase
    that means something else.
    """

    mention: Mention
    score: Score | None
    brand: Brand
    now: datetime
    hits: Sequence[Hit] = ()
    snapshots: Sequence[Counts] = ()
    usual: Usual | None = None
    previous: Revision | None = None
    case: Case | None = None
    earlier: Sequence[Earlier] = ()
    excluded: bool = False

    @property
    def is_read(self) -> bool:
        """Whether the model has read words here: else stars are all there is."""
        score = self.score
        return bool(has_words(self.mention) and score and score.sentiment and not score.unsupported)

    @property
    def topics(self) -> tuple[str, ...]:
        """What it is about: what the model has read, and the brand's own topics, whatever the language."""
        seen = self.score.topics if self.score and self.is_read else ()
        return topics.all_of(self.brand, f"{self.mention.title or ''}\n{self.mention.text}", seen)

    @property
    def sentiment(self) -> str | None:
        return self.score.sentiment if self.score and self.is_read else None

    @property
    def category(self) -> str | None:
        return self.score.category if self.score and self.is_read else None

    @property
    def urgency(self) -> str:
        return (self.score.urgency if self.score and self.is_read else None) or "low"

    @property
    def share_negative(self) -> float:
        """The model's probability of negative; where it tells none, that of its verdict."""
        probs = (self.score.sentiment_probs if self.score else None) or {}
        return probs.get("negative", 1.0 if self.sentiment == "negative" else 0.0)

    @property
    def share_critical(self) -> float:
        """The model's probability of critical."""
        return ((self.score.urgency_probs if self.score and self.is_read else None) or {}).get(
            "critical", 0.0
        )

    def warns(self, kind: str) -> bool:
        """Whether a tripwire of this kind is in the text."""
        return any(hit.kind == kind for hit in self.hits)

    @property
    def few_stars(self) -> bool:
        return self.mention.stars is not None and self.mention.stars <= 2


@dataclass(frozen=True, slots=True)
class Found:
    """A reason to tell people. `occurrence` tells one from the next of its kind (the revision for `edited`).

    `detail` by kind: urgent: the words that moved urgency; tripwire: the words found; viral:
    `virality.figures`; edited: what changed ("text", "stars 4 1"); came_back: id of the earlier mention.
    """

    kind: str
    occurrence: int = 0
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What triage says: no reasons, nobody is told. `harmless`: thanks and the like, which reopen no case."""

    found: tuple[Found, ...] = ()
    urgency: str = "low"
    channel: str = "alerts"
    harmless: bool = False
    answered: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(reason.kind for reason in self.found)


def decide(facts: Facts) -> Decision:
    """Why people are to be told of this mention, most important first."""
    if is_answered(facts):
        return Decision(answered=True, harmless=True)
    decision = _decide(facts)
    if facts.excluded and decision.urgency != "critical":  # a phrase never silences danger
        return Decision(harmless=True)
    return decision


def _decide(facts: Facts) -> Decision:
    found = [reason for rule in RULES for reason in rule(facts)]
    if facts.mention.history and facts.mention.revision == 1:
        found = [reason for reason in found if reason.kind == "viral"]  # old news that spreads today is news
    if not found:
        found = _praise(facts)
    found.sort(key=lambda reason: ORDER.index(reason.kind))
    kinds = {reason.kind for reason in found}
    harmless = is_harmless(facts)
    pleased = bool(kinds) and kinds <= {"praise", "viral"} and facts.sentiment == "positive"
    return Decision(
        tuple(found), _urgency(facts, kinds, pleased), "praise" if pleased else "alerts", harmless=harmless
    )


def has_words(mention: Mention) -> bool:
    """Whether there is a letter to read: a row of emoji or an empty text is none."""
    return any(char.isalpha() for char in f"{mention.title or ''}{mention.text}")


def is_answered(facts: Facts) -> bool:
    """Whether the brand's own reply stands under the present words: an edit after it speaks again."""
    mention = facts.mention
    if mention.answer is None:
        return False
    if mention.revision == 1 or mention.edited_at is None:
        return True
    answered = mention.answered_at or (facts.case.replied_at if facts.case else None)
    return answered is None or answered >= mention.edited_at


def is_harmless(facts: Facts) -> bool:
    """Words of thanks, or a good mark without words: they come to a case's thread and reopen nothing."""
    if facts.few_stars or facts.hits:
        return False
    if not facts.is_read:
        return (facts.mention.stars or 0) >= 4
    if facts.category == "spam":
        return True
    return facts.sentiment == "positive" and RANK[facts.urgency] <= 1 and facts.category not in REQUESTS


def is_same_text(one: Mention | Revision, other: Mention | Revision) -> bool:
    """Title and text equal but for case, accents, spaces and links."""

    def plain(row: Mention | Revision) -> str:
        words = f"{row.title or ''}\n{row.text}"
        return text_key(words) or " ".join(words.casefold().split())

    return plain(one) == plain(other)


def is_same_thread(one: Mention, other: Mention) -> bool:
    return one.thread is not None and one.thread == other.thread


def _urgent(facts: Facts) -> list[Found]:
    """Spam can be nothing but critical: there the two heads contradict each other, and a person looks."""
    least = 3 if facts.category == "spam" else 2
    why = tuple(facts.score.why[:WHY]) if facts.score else ()
    return [Found("urgent", detail=why)] if RANK[facts.urgency] >= least else []


def _negative(facts: Facts) -> list[Found]:
    """A bare insult is counted and told to nobody."""
    if not facts.is_read:
        return [Found("negative")] if facts.few_stars or _is_thumb_down(facts) else []
    return [Found("negative")] if facts.sentiment == "negative" and not _is_insult(facts) else []


def _is_insult(facts: Facts) -> bool:
    """Negative, spam and low, with nothing in it that could be a complaint: stars, a topic, a word to check."""
    if facts.category != "spam" or facts.urgency != "low" or facts.few_stars or facts.hits:
        return False
    return not (facts.score and MATTERS & set(facts.score.topics))


def _is_thumb_down(facts: Facts) -> bool:
    """A sign without words or stars, which the model knows to be negative."""
    score = facts.score
    bare = not has_words(facts.mention) and facts.mention.stars is None
    return bare and score is not None and score.sentiment == "negative"


def _mixed(facts: Facts) -> list[Found]:
    if not facts.is_read:
        return [Found("mixed")] if _is_unread_doubt(facts) else []
    if facts.sentiment == "negative" or facts.category == "spam":
        return []
    limit = DOUBT if facts.sentiment == "positive" else BOTH_SIDES
    criticism = facts.category == "complaint"
    if facts.category not in REQUESTS:
        criticism = criticism or facts.share_negative >= limit or facts.few_stars
    return [Found("mixed")] if criticism else []


def _is_unread_doubt(facts: Facts) -> bool:
    """Words nobody has read and stars that do not say either way: never dropped in silence."""
    stars = facts.mention.stars
    return has_words(facts.mention) and (stars is None or 2 < stars < 4)


def _request(facts: Facts) -> list[Found]:
    return [Found("request")] if facts.category in REQUESTS else []


def _tripwire(facts: Facts) -> list[Found]:
    words = tuple(dict.fromkeys(hit.word for hit in facts.hits))
    return [Found("tripwire", detail=words)] if words else []


def ahead(facts: Facts) -> Forecast | None:
    """How far the mention will go; None where too little happens to tell."""
    limit = virality.threshold(facts.brand.policy.reach, facts.usual)
    mention = facts.mention
    return virality.forecast(facts.snapshots, mention.published_at, limit, facts.usual, mention.followers)


def _viral(facts: Facts) -> list[Found]:
    if facts.category == "spam":
        return []
    forecast = ahead(facts)
    if forecast is None or not virality.is_viral(forecast, facts.brand.policy.viral_sure):
        return []
    return [Found("viral", detail=virality.figures(forecast))]


def _edited(facts: Facts) -> list[Found]:
    """An edit counts where people were told of the mention, or where it is bad now."""
    mention, before = facts.mention, facts.previous
    if mention.revision == 1 or before is None:
        return []
    told = facts.case is not None and facts.case.channel != "praise"
    bad = bool(_negative(facts) or _urgent(facts) or facts.few_stars)
    changes = _changes(mention, before)
    return [Found("edited", mention.revision, tuple(changes))] if changes and (told or bad) else []


def _changes(mention: Mention, before: Revision) -> list[str]:
    changes = []
    if mention.stars != before.stars:
        changes.append(f"stars {before.stars or 0:g} {mention.stars or 0:g}")
    if not is_same_text(mention, before):
        changes.append("text")
    return changes


def _came_back(facts: Facts) -> list[Found]:
    """Thanks are told where the thread of a matter tells the story, and nowhere else."""
    earlier = came_back_from(facts)
    if earlier is None:
        return []
    matter = earlier.case is not None and earlier.case.channel != "praise"
    goes_on = matter and is_same_thread(earlier.mention, facts.mention)
    told = goes_on or not is_harmless(facts)
    return [Found("came_back", detail=(str(earlier.mention.id),))] if told else []


def came_back_from(facts: Facts) -> Earlier | None:
    """The author's latest earlier mention that had a case or an answer when this one was written.

    In the same thread always; elsewhere within a month.
    """
    if facts.category == "spam":
        return None
    known = [earlier for earlier in facts.earlier if _was_dealt_with(earlier, facts.mention)]
    return max(known, key=lambda earlier: earlier.mention.published_at, default=None)


def _was_dealt_with(earlier: Earlier, mention: Mention) -> bool:
    before, case = earlier.mention, earlier.case
    if before.published_at >= mention.published_at or before.id == mention.id:
        return False
    if not is_same_thread(before, mention) and mention.published_at - before.published_at > FORGOTTEN:
        return False
    if case and case.channel != "praise" and case.status != CaseStatus.DISMISSED:
        return case.opened_at <= mention.first_seen_at
    return before.answer is not None and (before.answered_at or before.published_at) <= mention.published_at


def _praise(facts: Facts) -> list[Found]:
    """Surely praise: no doubt in the model, and the stars agree where there are any."""
    stars = facts.mention.stars
    sure = facts.sentiment == "positive" and facts.category == "praise" and facts.share_negative < SURE
    live = not facts.mention.history
    return [Found("praise")] if sure and live and (stars is None or stars >= 4) else []


def _urgency(facts: Facts, kinds: set[str], pleased: bool) -> str:
    if not kinds or pleased:
        return "low"
    spam = facts.category == "spam" and facts.urgency != "critical"
    levels = ["normal", "normal" if spam else facts.urgency, _warned(facts)]
    if "viral" in kinds and facts.sentiment == "negative":
        levels.append("critical" if facts.urgency == "high" and _is_sure_to_spread(facts) else "high")
    return max(levels, key=RANK.__getitem__)


def _is_sure_to_spread(facts: Facts) -> bool:
    """Whether even the low end of the forecast passes the threshold."""
    forecast = ahead(facts)
    return forecast is not None and forecast.chance >= 1 - virality.CERTAIN


def _warned(facts: Facts) -> str:
    """What words to check make of it: two signs that agree weigh more than either. A threat to a life needs no
    second sign."""
    if facts.warns("life"):
        return "critical"
    if not facts.warns("danger"):
        return "normal"
    unhappy = facts.sentiment == "negative" or facts.few_stars or facts.category == "complaint"
    alarmed = facts.share_critical >= ALARM
    if unhappy and alarmed:
        return "critical"
    pleased = bool(_praise(facts)) and (facts.mention.stars or 0) >= 4
    return "normal" if pleased and not alarmed else "high"


RULES = (_urgent, _negative, _mixed, _request, _tripwire, _viral, _edited, _came_back)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Cases that a mention might belong to, besides its own: its thread's, that of the same text elsewhere, and that of
    the same person on another platform."""

    thread: Case | None = None
    copy: Case | None = None
    person: Case | None = None


def home(facts: Facts, decision: Decision, near: Neighbours) -> Case | None:
    """The case this mention belongs to; None: a matter of its own.

    Its own (praise that turned into a matter leaves it), then its thread's, then that of its author (a post without
    stars goes on with what its author has open; a review of its own needs an answer of its own), then that of the
    same text elsewhere, then that of the same person on another platform. Praise joins no matter of others, and only
    the author's return brings a mention to a case that is done.
    """
    praise = decision.channel == "praise"
    if facts.case is not None and (praise or facts.case.channel != "praise"):
        return facts.case
    back = came_back_from(facts)
    if back and back.case and back.case.channel != "praise" and is_same_thread(back.mention, facts.mention):
        return back.case
    author = back.case if back and facts.mention.stars is None else None
    for case in (near.thread, author, near.copy, near.person):
        if case and case.status not in DONE and (case.channel == "praise") == praise:
            return case
    return None
