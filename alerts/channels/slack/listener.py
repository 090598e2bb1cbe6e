"""What whoever hears Slack needs to act on it, and what becomes of a click."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlmodel import Session

from alerts.cases import Desk
from alerts.deeds import Compose, Detect
from alerts.drafts.compose import compose
from alerts.routing import Routing
from alerts.words import N_, Words
from store.brand import Brand
from store.clock import utcnow
from store.db import Database

log = logging.getLogger(__name__)
NO_CASE = N_("This case is not there any more.")
NO_BRAND = N_("The brand of this is not in the configuration any more.")
NO_MENTION = N_("This mention is not there any more.")


@dataclass(frozen=True, slots=True)
class Writing:
    """What writes drafts, where a deed needs one; `detect` finds the language of a text."""

    compose: Compose
    detect: Detect | None = None


@dataclass(frozen=True, slots=True)
class Listener:
    """What a click needs. `wake`: called when a message must be edited; it must not block. `channels`: where the lines
    of a case's thread go; `compose`: writes drafts anew, by default with a gloss for who reads `words`; `detect`: finds
    the language of a text for it. `follow`: called before each piece of work, so that `brands` and `routing` are as
    people have set them. `called`: what people call whom a policy names; `known_as`: what else a person (by
    their id) is called, with their user groups. Both may ask Slack: never within a transaction."""

    db: Database
    words: Words
    brands: Mapping[str, Brand]
    wake: Callable[[], object]
    clock: Callable[[], datetime] = utcnow
    channels: Sequence[str] = ("slack",)
    sources: Sequence[str] = ()
    compose: Compose | None = None
    detect: Detect | None = None
    routing: Callable[[], Routing] = Routing
    follow: Callable[[], object] = lambda: None
    called: Callable[[str], str] = str
    known_as: Callable[[str], frozenset[str]] = lambda user: frozenset()

    def desk(self, session: Session, now: datetime, click: str = "") -> Desk:
        """Where a move is made; with the mark of a click, which Slack may deliver twice, once for all."""
        return Desk(session, self.brands, self.channels, now, click, self.routing(), self.words.lang)

    @property
    def signers(self) -> dict[str, str]:
        """What people call those whom policies name as the only ones to approve something. May ask Slack."""
        policies = (brand.policy for brand in self.brands.values())
        named = {name for policy in policies for names in policy.approval.values() for name in names}
        return {name: self.called(name) for name in sorted(named)}

    @property
    def writing(self) -> Writing:
        return Writing(self.compose or partial(compose, reader=self.words.lang), self.detect)


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a click: whether it was done, and what the person is to know (None: they see it; where nothing was
    done either, they have moved the case themselves)."""

    done: bool
    said: str | None = None


def failed(error: Exception, what: str, words: Words) -> Told:
    """What the person is to know where their click could not be kept."""
    kind = type(error).__name__
    log.error("a click failed: %s", kind, extra={"action": "slack.click_failed", "what": what})
    return Told(False, words._("That could not be saved. Please click again in a moment."))
