"""What a draft is asked of and what it gives: plain values between triage, the composer and the guard."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from platforms.base import Platform
from platforms.length import Unit
from store.brand import Brand

PHRASES, QUEUED, MODEL = "phrases", "queued", "llm"
"""Who worded a draft (`generator`): the phrases; the phrases, and a chat model has yet to be asked; a chat model."""

TELLING = 12  # letters below which neither a language nor a topic can be told from a text


def is_brief(words: str) -> bool:
    """Whether a text of Latin letters ("Meh", "Bad.") is too short to say more than that somebody is (un)happy."""
    letters = [char for char in words if char.isalpha()]
    latin = all(unicodedata.name(char, "").startswith("LATIN") for char in letters)
    return 0 < len(letters) < TELLING and latin


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """A mention to answer. `recent`: the `moves` of the brand's latest drafts, newest first, so that no two are the
    same and neighbours differ; `had`: the wordings that this draft has had, none of which it has again; `critical`:
    triage calls it so, whatever the model says; `detect`: gives the language of a text, for the guard; `seed`: the same
    request with the same seed gives the same draft; `statements`: what the brand says to everybody in the storm of this
    mention, by language; none of it goes to who is in danger."""

    text: str
    title: str | None
    author: str | None
    stars: float | None
    platform: Platform | None
    place: str | None
    published_at: datetime
    lang: str | None
    sentiment: str | None
    sentiment_probs: Mapping[str, float] | None
    urgency: str | None
    category: str | None
    topics: Sequence[str]
    reasons: Sequence[str]
    brand: Brand
    now: datetime
    seed: str
    recent: Sequence[Sequence[str]] = ()
    had: frozenset[str] = frozenset()
    critical: bool = False
    detect: Callable[[str], str | None] | None = None
    statements: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The brand names its contacts in the words of the customer's language; where nobody knows it, of its first."""
        first = next(iter(self.brand.languages), "").split("-")[0].lower()
        object.__setattr__(self, "brand", self.brand.speaking(self.spoken or first))

    @property
    def words(self) -> str:
        """Title and text, as the customer wrote them."""
        return f"{self.title}\n{self.text}" if self.title else self.text

    @property
    def spoken(self) -> str | None:
        """The customer's language as a bare code (`pt` of `pt-BR`); None: not known."""
        code = (self.lang or "").replace("_", "-").split("-")[0].lower()
        return None if code in ("", "und") else code


@dataclass(frozen=True, slots=True)
class Check:
    """What the guard says of a draft. `detail` is the evidence: the words it found, or the figures."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a draft, what it means in its reader's language (None: nobody asked, or no phrase says it), and
    what allows it: parts of the mention and lines of the configuration, such as `mention.author`,
    `policy.contacts.delivery`, `policy.faq.2`. Without any it is courtesy. `move`: which step of the reply it is, such
    as `open` or `remedy`; the greeting belongs to the first. `said`: the move that words it, as the configuration calls
    it (`sorry`, `remedy_escalate`); empty where no wording of a brand's own can take its place."""

    text: str
    gloss: str | None = None
    grounds: tuple[str, ...] = ()
    move: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class DraftReply:
    """A draft: the public reply (None for spam), the private one where the matter moves there, the meaning of both for
    the person who signs them (`gloss`; None where that needs none, or nobody can give it), its length (`used` of
    `limit` in `unit`), the wordings used (`moves`), its `sentences`, the public ones first, and while
    nobody is there a note for the brand's own profile (`status_note`)."""

    lang: str
    reply: str | None
    private_reply: str | None
    gloss: str | None
    used: int
    limit: int | None
    unit: Unit
    remedy: str
    checks: tuple[Check, ...]
    moves: tuple[str, ...]
    generator: str = PHRASES
    sentences: tuple[Sentence, ...] = ()
    status_note: str | None = None
