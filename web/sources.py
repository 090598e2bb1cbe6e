"""The health of each source: last read, last found, how it stands, and what to do about it, in words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import func, select
from sqlmodel import Session, col

import platforms
from alerts.card import platform_label
from alerts.text import one_line, shown
from alerts.words import N_, Words
from configuration.live import Live
from platforms.base import SourceOptions
from store import switches
from store.brand import Brand, zone_of
from store.status import Health, health
from store.tables import Mention, SourceRow
from web.site import Section, Site

ADDRESS = "/sources"
WEEK = timedelta(days=7)
TEXT = {
    "sources": N_("Sources"),
    "lead": N_("The places that are read, and how they fare. What stands first needs somebody."),
    "none": N_("No source is configured."),
    "read": N_("Last read"),
    "found": N_("Last found"),
    "week": N_("In seven days"),
    "next": N_("Next look"),
    "do": N_("What to do"),
    "told": N_("What it said"),
    "gone": N_("not in the configuration any more"),
}
STATES: Mapping[str, tuple[str, str]] = {  # the sign and the words, so that no colour is needed
    "down": ("✕", N_("down")),
    "failing": ("!", N_("had trouble at the last read")),
    "new": ("…", N_("not read yet")),
    "ok": ("✓", N_("fares well")),
    "gone": ("–", N_("not read any more")),
}
ORDER = ("down", "failing", "new", "ok", "gone")
_CAUSES = (
    (
        r"sign-in|signed in|not allowed|token|\bkey\b|\b401\b|\b403\b|credential",
        N_(
            "The platform does not let us in. Whoever runs Ascolto signs in again: ascolto connect "
            "{type} --source {source}"
        ),
    ),
    (
        r"too many requests|\b429\b|used up|rate limit|left alone|credits|of this day|requests_per_day",
        N_(
            "The platform asks for patience, or the day's share is used up. It goes on by itself; "
            "if that comes often, read it less often (every)."
        ),
    ),
    (
        r"robots",
        N_(
            "The site does not want to be read by programs, and we keep to that. Look for its "
            "official interface, or bring reviews with: ascolto import"
        ),
    ),
    (
        r"no results, where|nothing new since|vanished|missing|no reviews|without",
        N_(
            "Open the place in a browser. Is something new there? Then the page has changed: "
            "ascolto check --live {source} shows what is still read."
        ),
    ),
    (
        r"timed? ?out|time-out|refused the connection|connection|DNS|resolve|unreachable|TLS|certificate|\b5\d\d\b",
        N_(
            "The place does not answer. It is tried again by itself; if it lasts longer than a day,"
            " check its address."
        ),
    ),
)
OTHER = N_("Whoever runs Ascolto sees more with: ascolto check --live {source}")
DEEDS: Mapping[str, str] = {
    "new": N_("Nothing: it is read soon. What is there already counts as history."),
    "ok": N_("Nothing."),
    "gone": N_("Nothing: what was found stays."),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the database knows of one source. `newest`: when its latest mention was published."""

    row: SourceRow | None
    newest: datetime | None
    week: int
    muted: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One source as it is shown."""

    name: str
    about: str
    state: str
    sign: str
    said: str
    read: str
    found: str
    week: str
    next: str
    do: str
    told: str


def sources_part(live: Live) -> Section:
    return Section(ADDRESS, N_("Sources"), lambda site: sources_routes(site, live))


def sources_routes(site: Site, live: Live) -> APIRouter:
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get(ADDRESS)
    def sources(request: Request) -> HTMLResponse:
        now, known = site.clock(), {one.name: one for one in live.file.sources}
        with site.db.read() as session:
            seen = look(session, list(known), now)
        lines = [line(name, known.get(name), one, site.brands, site.words, now) for name, one in seen.items()]
        lines.sort(key=lambda one: ORDER.index(one.state))
        text = {name: site.words._(message) for name, message in TEXT.items()}
        return site.page(request, "sources.html", text=text, lines=lines)

    return router


def look(session: Session, configured: list[str], now: datetime) -> dict[str, Seen]:
    """What is known of each, the configured first. Two short looks at an index for each source."""
    rows = {row.name: row for row in session.scalars(select(SourceRow).order_by(col(SourceRow.name)))}
    muted = switches.muted(session, now)
    return {
        name: Seen(rows.get(name), _newest(session, name), _week(session, name, now), name in muted)
        for name in dict.fromkeys([*configured, *rows])
    }


def line(
    name: str,
    source: SourceOptions | None,
    seen: Seen,
    brands: Mapping[str, Brand],
    words: Words,
    now: datetime,
) -> Line:
    row = seen.row
    state: Health | str = "gone" if source is None else health(row)
    sign, label = STATES[state]
    kind, brand = (source.type, source.brand) if source else (row.type, row.brand) if row else ("", "")
    zone = zone_of(brands.get(brand))
    about = [platform_label(kind), (brands[brand].name or brand) if brand in brands else brand]
    if seen.muted:
        about.append(words._(N_("muted in Slack")))
    trouble = row is not None and state in ("down", "failing")
    said = words._(label)
    if row is not None and state == "down" and row.down_since is not None:
        said = words._(N_("down since {when}"), when=words.when(row.down_since, zone, now))
    return Line(
        name,
        " · ".join(part for part in about if part),
        state,
        sign,
        said,
        _moment(row.last_ok_at if row else None, zone, words, now),
        _moment(seen.newest, zone, words, now),
        words.n("{count} mention", "{count} mentions", seen.week),
        _next(source, row, zone, words, now),
        deed(state, row.last_error if row else None, name, kind, words),
        shown(one_line(row.last_error), 300) if row and trouble and row.last_error else "",
    )


def deed(state: str, error: str | None, name: str, kind: str, words: Words) -> str:
    """What a person can do about it."""
    if state in DEEDS:
        return words._(DEEDS[state])
    told = next((mend for cause, mend in _CAUSES if re.search(cause, error or "", re.IGNORECASE)), OTHER)
    return words._(told, source=name, type=kind)


def _moment(at: datetime | None, zone: ZoneInfo, words: Words, now: datetime) -> str:
    return words.ago(at, zone, now) if at else words._(N_("never"))


def _next(
    source: SourceOptions | None, row: SourceRow | None, zone: ZoneInfo, words: Words, now: datetime
) -> str:
    if source is None:
        return "–"
    if platforms.get(source.type).pushed:
        return words._(N_("when others post"))
    if row is None or row.next_check_at is None or row.next_check_at <= now:
        return words._(N_("soon"))
    return words.when(row.next_check_at, zone, now)


def _newest(session: Session, source: str) -> datetime | None:
    latest = col(Mention.published_at).desc()
    return session.scalars(
        select(col(Mention.published_at)).where(col(Mention.source) == source).order_by(latest).limit(1)
    ).first()


def _week(session: Session, source: str, now: datetime) -> int:
    counted = select(func.count()).select_from(Mention)
    recent = (col(Mention.source) == source, col(Mention.published_at) >= now - WEEK)
    return int(session.execute(counted.where(*recent)).scalar_one())
