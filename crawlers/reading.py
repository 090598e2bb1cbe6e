"""One source being read: its window, what it has shown so far, whether it goes on, what it knows at the end. Pure.

A cursor is never a bare watermark. Each crawl reads the newest pages again, back to the overlap before the newest
mention ever seen, and from time to time the whole list: what is published late or edited is still found.
"""

import hashlib
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from crawlers.base import Answer, Context, Fetch, Page, Parsed, Spider
from crawlers.budget import Purse
from crawlers.conditional import NAMES
from crawlers.cursor import Cursor
from crawlers.dates import is_day
from crawlers.fields import present, vanished
from platforms.base import Platform, SourceOptions
from store.errors import Permanent
from store.matching import matcher
from store.mention import NewMention

FIRST_PAGES = 3  # read at every crawl, however old they are: edits and reviews without a date
HISTORY = timedelta(hours=48)  # what is older when a source is read for the first time is history
UNKNOWN_AGE = timedelta(hours=1)  # beyond history's border
OVERLAP = timedelta(days=3)
PAGE_COST = timedelta(minutes=10)  # a whole read of n pages is worth repeating after n times this,
DEEP_AT_LEAST, DEEP_AT_MOST = timedelta(hours=1), timedelta(hours=24)  # within these bounds
LONGEST_REST = timedelta(days=1)  # that a page may ask for
End = Literal["end", "window", "cap"]


@dataclass(slots=True)
class Chain:
    """One list of pages. `end`: why it was left; None while it goes on."""

    found: int = 0
    oldest: datetime | None = None
    last: datetime | None = None  # of the dates in the order of the list
    ordered: bool = True
    end: End | None = None


@dataclass(slots=True)
class Reading:
    """The state of one crawl of one source. `open`: pages asked for and not yet stored, counted by who asks.

    `first_read`: with these options; `read_until`: the last good read, whatever the options were.
    `due`: the stored mentions that are to be looked at again, `lost`: how many of them no answer showed; `looked`:
    those that were, `missed`: those of them that are not shown though nothing says that they are gone. `purse`: what
    the source, and others with its key, have used of the day. `answers`: the brand's replies that some page has shown,
    by the id of what they answer; of several the first that was read. `left`: how many requests the platform itself
    still allows today, where it tells. `rests_until`: before that its pages asked not to be asked for again; `halted`:
    for longer than a run waits, `cut`: so that something was not asked for that belongs to the read.
    """

    spider: Spider[Any]
    platform: Platform
    cursor: Cursor
    first_read: bool
    read_until: datetime | None = None
    open: int = 0
    pages: int = 0
    requests: int = 0
    found: int = 0
    unchanged: bool = False
    fresh: bool = False  # it brought mentions that were not known
    failed: bool = False
    seen: set[str] = field(default_factory=set)
    visited: set[str] = field(default_factory=set)
    chains: dict[str, Chain] = field(default_factory=dict)
    newest: datetime | None = None
    undated: bool = False
    kept: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    shares: dict[str, list[float]] = field(default_factory=dict)
    due: list[str] = field(default_factory=list)
    lost: int = 0
    looked: set[str] = field(default_factory=set)
    missed: set[str] = field(default_factory=set)
    purse: Purse = field(default_factory=Purse)
    starved: bool = False
    left: int | None = None
    rests_until: datetime | None = None
    halted: bool = False
    cut: bool = False

    @property
    def today(self) -> str:
        """The day of the platform's quota."""
        return f"{self.context.now.astimezone(ZoneInfo(self.platform.day)):%Y-%m-%d}"

    @property
    def tomorrow(self) -> datetime:
        """When the platform's quota begins anew."""
        zone = ZoneInfo(self.platform.day)
        day = self.context.now.astimezone(zone).date() + timedelta(days=1)
        return datetime.combine(day, time(), zone).astimezone(UTC)

    @property
    def spent(self) -> int:
        """What the source itself has used of its day."""
        return self.purse.used.get(self.context.options.name, 0)

    @spent.setter
    def spent(self, units: int) -> None:
        self.purse.used[self.context.options.name] = units

    @property
    def idle(self) -> bool:
        """Whether its day had room for no request at all, or its platform wants to be left alone, so that it tells
        nothing of how the source fares."""
        return (self.starved and not self.visited) or (self.cut and not self.pages)

    @property
    def context(self) -> Context[SourceOptions]:
        return self.spider.context

    @property
    def window(self) -> datetime | None:
        """From when on mentions are looked at again; None: all of them."""
        return self.cursor.newest - self._overlap if self.cursor.newest else None

    @property
    def _overlap(self) -> timedelta:
        overlap: timedelta = getattr(self.context.options, "overlap", OVERLAP)
        return overlap

    @property
    def history_before(self) -> datetime | None:
        """Before this moment what is new is history. Where the source was read before, under other options, what was
        published since its last good read is none: an outage may have come between."""
        if not self.first_read:
            return None
        border = self.context.now - HISTORY
        return min(border, self.read_until - self._overlap) if self.read_until else border

    @property
    def deep(self) -> bool:
        """Whether the whole list is to be read, not only its new end."""
        if self.window is None or self.cursor.deep_at is None:
            return True
        pause = min(max(PAGE_COST * self.cursor.deep_pages, DEEP_AT_LEAST), DEEP_AT_MOST)
        return self.context.now - self.cursor.deep_at >= pause

    def first(self) -> list[Fetch]:
        """The requests to begin with: the newest pages, and a look at the young mentions whose time has come."""
        return self._ask(self.spider.first()) + self._ask(self._look_ups())

    def take(self, page: Page, parsed: Parsed) -> tuple[list[NewMention], list[str]]:
        """What of a page is stored: the mentions that are about the brand. Beside them the ids of the others.

        Raises `Permanent` where a field that was always there is gone from most of them: then the page has
        changed its shape, and what is read from it would overwrite what is known.
        """
        if page.number == 1:
            self._compare(page.chain, parsed)
        self.kept.update(parsed.kept or {})
        self.answers = {**parsed.answers, **self.answers}
        about, others = [], []
        for mention in parsed.mentions:
            if self._about(mention):
                about.append(self._answered(self._aged(mention, parsed)))
            else:
                others.append(mention.external_id)
        return about, others

    def surely_more(self, parsed: Parsed) -> list[Fetch]:
        """The next pages that will be asked for whatever the database knows about this one."""
        shown = [m.external_id for m in parsed.mentions] + [lead.external_id for lead in parsed.leads]
        fresh = any(name not in self.seen for name in shown)
        inside = self.window is None or any(at >= self.window for at in parsed.dates)
        return self._ask(parsed.next) if fresh and (self.deep or inside) else []

    def follow(self, page: Page, parsed: Parsed, ids: Sequence[str], all_known: bool) -> list[Fetch]:
        """Notes a stored page and gives the pages that follow; `ids` are those of its mentions as stored."""
        chain = self.chains.setdefault(page.chain, Chain())
        repeated = bool(ids) and self.seen.issuperset(ids)
        self._note(chain, parsed, ids)
        others = self._ask(parsed.lists)
        if not parsed.next or not (ids or parsed.passed) or repeated:
            chain.end = "end"
            return others
        if all_known and self._beyond(chain, page, parsed):
            chain.end = "window"
            return others
        following = self._ask(parsed.next)
        if not following and not any(fetch.url in self.visited for fetch in parsed.next if not fetch.body):
            chain.end = "cap"
        return following + others

    def halves(self, fetch: Fetch) -> list[Fetch]:
        """A look-up of several mentions in two parts, so that one of them spoils only its own."""
        middle = len(fetch.asked) // 2
        parts = (fetch.asked[:middle], fetch.asked[middle:])
        return self._ask(replace(self.spider.look_up(part), asked=part) for part in parts)

    def paid(self, fetch: Fetch, cost: int | None) -> None:
        """What a page took of the day, where its answer tells; until then it was counted as its request said."""
        if cost is not None:
            self.spent = max(0, self.spent - fetch.cost + cost)

    def rest(self, seconds: float, now: datetime, long: bool = False) -> None:
        """The page asks that the source be left alone. A `long` rest ends the read: nothing more is asked for, and the
        next one begins where this one did."""
        self.halted = self.halted or long
        until = now + min(timedelta(seconds=min(seconds, 1e9)), LONGEST_REST)
        self.rests_until = max(until, self.rests_until or until)

    def put_off(self, fetch: Fetch, seconds: float, now: datetime) -> None:
        """Its host does not want to be asked for this now: a second look keeps its turn, anything else is missing."""
        self.rest(seconds, now, long=True)
        self.cut = self.cut or not fetch.asked

    def next_check(self, planned: datetime) -> datetime:
        """When it is read again, given when it would be by itself: not while the platform wants to be left alone."""
        allowed = self.tomorrow if self.left == 0 else None
        return max(filter(None, (planned, self.rests_until, allowed)))

    def follow_leads(self, parsed: Parsed, known: Set[str]) -> list[Fetch]:
        """What shows the mentions that a page only names, without those that are stored: they are looked at by their
        ids. Old ones that were not kept, because they are not about the brand, are asked for at whole reads only."""
        wanted = [
            lead.fetch
            for lead in parsed.leads
            if lead.external_id not in known
            and (
                self.deep or self.window is None or not lead.published_at or lead.published_at >= self.window
            )
        ]
        return self._ask(wanted)

    def ended(self, fetch: Fetch) -> None:
        """The list ended before this page: the server has no such page, or robots.txt forbids it."""
        self.chains.setdefault(fetch.chain, Chain()).end = "end"

    def gone_since(self) -> datetime | None:
        """From when on what this crawl did not show was removed; None where that cannot be told."""
        empty = {name for name, chain in self.chains.items() if not chain.found}
        ends = {chain.end for chain in self.chains.values()}
        if not self._tells_gone() or self.first_read or self.unchanged:
            return None
        if self.undated or self.cursor.undated:
            return None
        if not ends <= {"end", "window"} or not empty <= set(self.cursor.empty) or not self.found:
            return None
        if any(self._hides(chain) for chain in self.chains.values()):
            return None
        if self._shrank() and self.cursor.oldest:
            return self.cursor.oldest
        bounds = [bound for chain in self.chains.values() if (bound := self._bound(chain))]
        return max(bounds, default=None)

    def not_shown(self, asked: Sequence[str], parsed: Parsed) -> set[str]:
        """What a look-up does not show of what it asked for. An answer that shows nothing at all, or something that
        cannot be read, says nothing of what it leaves out; nor is gone what a list of this read shows."""
        shown = {mention.external_id for mention in parsed.mentions}
        absent = set(asked) - shown - parsed.unsaid if shown and not parsed.problems else set()
        return (absent | parsed.lost & set(asked)) - self.seen

    def missed_again(self) -> set[str]:
        """What two looks in a row have not shown: it is gone."""
        return self.missed & set(self.cursor.missed) - self.seen

    def missed_once(self) -> set[str]:
        """What one look has not shown: it is looked at once more, soon."""
        return self.missed - set(self.cursor.missed) - self.seen

    def complaint(self) -> str | None:
        """What a person should mend although the read worked."""
        window = self.window
        most = self.context.options.requests_per_day
        if self.starved and (most is None or self.left == 0):
            return "the platform allows no more requests today, it goes on tomorrow: raise `every`"
        if self.starved:
            others = ", ".join(self.purse.others(self.context.options.name)[:5])
            whose = f"the {most} requests of today of its key are used, also by {others}" if others else ""
            whose = whose or f"used its {most} requests of today"
            return f"{whose}, goes on tomorrow: raise `every` or `requests_per_day`"
        capped = any(chain.end == "cap" for chain in self.chains.values())
        if capped and self.spider.goes_on:
            return f"stopped after {self._limit()} pages, goes on at the next read: raise `pages`"
        if window is None or self.first_read:
            return None
        if any(
            chain.end == "cap" and chain.oldest and chain.oldest > window for chain in self.chains.values()
        ):
            return f"stopped after {self._limit()} pages before reaching what was known: raise `pages`"
        return None

    def next_cursor(self, doubted: bool) -> Cursor:
        """The cursor after a complete read."""
        cursor = self.cursor.model_copy(deep=True)
        cursor.newest = max(filter(None, (cursor.newest, self.newest)), default=None)
        cursor.undated = cursor.undated or self.undated
        # A list that is doubted or was cut is read again whether or not the server calls it the same.
        partial = doubted or self.starved
        cursor.kept |= {name: kept for name, kept in self.kept.items() if not (partial and name in NAMES)}
        cursor.missed = sorted((set(self.cursor.missed) - self.looked) | self.missed_once())
        if self.unchanged:
            return cursor
        cursor.doubted = doubted
        cursor.empty = sorted(name for name, chain in self.chains.items() if not chain.found)
        cursor.fields = {name: self._usual(name) for name in self.shares} or cursor.fields
        whole = self.deep or all(chain.end == "end" for chain in self.chains.values())
        if whole and not doubted:  # else the next crawl would have nothing to compare its own list with
            oldest = [chain.oldest for chain in self.chains.values() if chain.oldest]
            cursor.oldest = min(oldest, default=None)
            cursor.listed, cursor.deep_at, cursor.deep_pages = len(self.seen), self.context.now, self.pages
        return cursor

    def late(self, published: Iterable[datetime]) -> int:
        """How many new mentions are older than what the source had already shown."""
        newest = self.cursor.newest
        if newest is None:
            return 0
        return sum(at.date() < newest.date() if is_day(at) else at < newest for at in published)

    def _ask(self, fetches: Iterable[Fetch]) -> list[Fetch]:
        limit = self._limit()
        asked = []
        for one in fetches:
            # A POST may ask for another page at the same address.
            place = f"{one.url}#{hashlib.sha256(one.body).hexdigest()}" if one.body else one.url
            if place in self.visited or one.number > limit:
                continue
            if self.halted:
                self.cut = self.cut or not one.asked
                continue
            if not self._affords(one):
                self.starved = self.starved or not one.asked
                continue
            self.visited.add(place)
            self.spent += one.cost
            asked.append(one)
        return asked

    def _affords(self, fetch: Fetch) -> bool:
        """Whether its day has room for it; a second look never takes what the later half needs for what is new."""
        most = self.context.options.requests_per_day
        within = most is None or self.purse.total + fetch.cost <= (most // 2 if fetch.asked else most)
        return within and (self.left is None or self.left > 0)

    def _look_ups(self) -> list[Fetch]:
        size = self.spider.look_up_size
        parts = [self.due[start : start + size] for start in range(0, len(self.due), size)] if size else []
        return [replace(self.spider.look_up(part), asked=tuple(part)) for part in parts]

    def _limit(self) -> int:
        return int(getattr(self.context.options, "pages", 1))

    def _about(self, mention: NewMention) -> bool:
        wanted = self.context.options.match
        if not (self.platform.open if wanted is None else wanted):
            return True
        return matcher(self.context.brand).names(mention.title, mention.text)

    def _aged(self, mention: NewMention, parsed: Parsed) -> NewMention:
        """What was there without a date before the first read is no news: it counts as history of unknown age."""
        border = self.history_before
        if border is None or mention.external_id not in parsed.undated:
            return mention
        return mention.model_copy(update={"published_at": border - UNKNOWN_AGE})

    def _answered(self, mention: NewMention) -> NewMention:
        """With the reply that an earlier page has shown, where its own page shows none."""
        found = self.answers.get(mention.external_id)
        if found is None or mention.answer is not None:
            return mention
        return mention.model_copy(update={"answer": found.text, "answered_at": found.at})

    def _note(self, chain: Chain, parsed: Parsed, ids: Sequence[str]) -> None:
        self.pages += 1
        self.seen.update(ids)
        found = len(parsed.mentions) + len(parsed.leads)
        self.found += found
        chain.found += found
        self.undated = self.undated or bool(parsed.undated)
        for at in parsed.dates:
            self._note_date(chain, at)

    def _note_date(self, chain: Chain, at: datetime) -> None:
        chain.ordered = chain.ordered and (chain.last is None or _not_after(at, chain.last))
        chain.last = at
        chain.oldest = min(at, chain.oldest or at)
        if at <= self.context.now:  # a clock that runs ahead must not move the window past the rest
            self.newest = max(at, self.newest or at)

    def _beyond(self, chain: Chain, page: Page, parsed: Parsed) -> bool:
        """Whether a page of known mentions is the last that matters."""
        if self.deep or page.number < FIRST_PAGES or self.window is None:
            return False
        return not (chain.ordered and parsed.dates and max(parsed.dates) >= self.window)

    def _bound(self, chain: Chain) -> datetime | None:
        """A moment that is later than everything this chain may have left out."""
        if chain.oldest is None:
            return None
        cut = self.spider.rolling or chain.end == "window"
        # Where the list was cut, what follows may be of the same day as the last that was seen.
        step = timedelta(days=1) if cut and is_day(chain.oldest) else timedelta(microseconds=1)
        after_oldest = chain.oldest + step
        return max(self.window, after_oldest) if chain.end == "window" and self.window else after_oldest

    def _hides(self, chain: Chain) -> bool:
        """Whether what a chain did not show may be of any age: it was cut, and its dates are in no order."""
        return not chain.ordered and (self.spider.rolling or chain.end == "window")

    def _tells_gone(self) -> bool:
        """A search comes and goes with its index: where mentions can be asked for, only that tells."""
        searched = self.platform.open and self.spider.look_up_size > 0
        return self.spider.tells_gone and not searched

    def _shrank(self) -> bool:
        """Fewer than at the last whole read, on a place that shows everything it has."""
        whole = all(chain.end == "end" for chain in self.chains.values())
        return not self.spider.rolling and whole and len(self.seen) < self.cursor.listed

    def _compare(self, chain: str, parsed: Parsed) -> None:
        """Each list with itself: what one of them always has another may never have."""
        shares = present(parsed)
        for name, share in shares.items():
            key = f"{chain} {name}".strip()
            usual = self.cursor.fields.get(key, 0.0)
            if vanished(usual, share, len(parsed.mentions)):
                raise Permanent(
                    "the page has changed",
                    f"{name} is missing in {1 - share:.0%} of {len(parsed.mentions)} results, where {usual:.0%} "
                    "used to have it; nothing of it was stored: check the page or its selectors",
                )
            self.shares.setdefault(key, []).append(share)

    def _usual(self, name: str) -> float:
        """The share of mentions with a field: an exponentially weighted mean over crawls."""
        now = sum(self.shares[name]) / len(self.shares[name])
        before = self.cursor.fields.get(name)
        return round(now if before is None else before + 0.3 * (now - before), 3)


def _not_after(at: datetime, last: datetime) -> bool:
    """Whether `at` may follow `last` in a list from new to old; a day alone may be any time of that day."""
    return at <= last or (at.date() == last.date() and (is_day(at) or is_day(last)))
