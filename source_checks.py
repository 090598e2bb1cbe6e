"""`ascolto check`, as far as sources go: are their secrets there, and what does one page of them show?

Without `live` nothing is asked anywhere; with it one page is, by the crawling process, and nothing is stored.
"""

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

import platforms
from crawlers.base import Context
from crawlers.job import AnyEvent, CrawlJob, Saw, SourceReport
from crawlers.pushed import is_short
from crawlers.spiders import get
from platforms.base import SourceOptions
from platforms.mailbox import Options as MailboxOptions
from platforms.webhook import Options as WebhookOptions
from settings import Settings
from store.clock import iso, utcnow
from store.errors import Permanent

Status = Literal["ok", "warn", "fail", "off"]
BUDGET = 60.0  # seconds for one look
MICROSOFT = (".office365.com", ".outlook.com")
UNKNOWN = "to be asked for"  # a token that no request is made with


@dataclass(frozen=True, slots=True)
class Check:
    """One line. `off`: not configured, and that is no fault."""

    name: str
    status: Status
    detail: str
    mend: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def source_check(settings: Settings, source: SourceOptions) -> Check:
    """Whether all is there that its requests are made of; none is sent."""
    platform, name = platforms.get(source.type), f"source {source.name}"
    if platform.pushed:
        return _posted(settings, source, platform.label)
    minutes = source.every.total_seconds() / 60
    told = f"{platform.label}, every {minutes:g} minutes" + (
        f" within {source.window}" if source.window else ""
    )
    try:
        spider = get(source.type)(Context(source, settings.brand(source.brand), utcnow()))
        if spider.sign_in() is not None:
            spider.token = UNKNOWN
        spider.first()
    except Permanent as error:
        mend = f"{error.mend}, or: ascolto connect {source.type} --source {source.name}"
        return Check(name, "fail", f"{platform.label}: {error.reason}", mend)
    if source.type == "mastodon" and _needs_token(source):
        token = getattr(source, "token_env", "")
        return Check(
            name,
            "warn",
            f"{platform.label}: no access token",
            f"set {token}, or read a hashtag, which needs none",
        )
    if isinstance(source, MailboxOptions) and _believes_anybody(source):
        mend = (
            "set authserv_id to the first word of Authentication-Results in a message there (docs/sources.md)"
        )
        return Check(name, "warn", f"{told}, but what any server says of a letter's sender counts", mend)
    return Check(name, "ok", told)


def _believes_anybody(source: MailboxOptions) -> bool:
    """Microsoft 365 signs with no name, and removes what others wrote."""
    return source.authserv_id is None and not source.host.lower().endswith(MICROSOFT)


def _needs_token(source: SourceOptions) -> bool:
    hashtag = str(getattr(source, "query", "")).startswith("#")
    return not hashtag and not os.environ.get(getattr(source, "token_env", ""))


def _posted(settings: Settings, source: SourceOptions, label: str) -> Check:
    """A source that posts to us: nothing it sends is taken without the secret, which is no other brand's."""
    name = str(getattr(source, "secret_env", ""))
    told = f"{label}: others post to /in/{source.name}"
    if not os.environ.get(name):
        mend = f"set {name}, or: ascolto connect {source.type} --source {source.name}"
        return Check(f"source {source.name}", "fail", f"{told}, but {name} is not set", mend)
    if isinstance(source, WebhookOptions) and is_short(source, os.environ[name].strip()):
        mend = f"write into {name} at least 16 random bytes, with standard as whsec_ and their base64"
        return Check(f"source {source.name}", "fail", f"{told}, but {name} is no key or a short one", mend)
    others = [
        other.name
        for other in settings.sources
        if other.brand != source.brand and getattr(other, "secret_env", None) == name
    ]
    if others:
        seen = f"{told}, but {source.name} and {others[0]} of another brand have one secret, {name}"
        mend = f"give {source.name} or {others[0]} a secret of its own with secret_env"
        return Check(f"source {source.name}", "fail", seen, mend)
    return Check(f"source {source.name}", "ok", told)


def live_check(settings: Settings, source: SourceOptions) -> Check:
    """What one page of the source shows."""
    from crawlers.run import collect

    name, platform = f"live {source.name}", platforms.get(source.type)
    if platform.pushed:
        told = (
            f"nothing is asked there: post to /in/{source.name} of the address at which ascolto run listens"
        )
        return Check(name, "ok", told)
    seen: list[Saw] = []

    def note(event: AnyEvent) -> None:
        if isinstance(event, Saw):
            seen.append(event)

    job = CrawlJob(
        database_url="",
        sources=[source],
        brands=list(settings.brands.values()),
        budget=BUDGET,
        peek=True,
        contact=settings.service.contact,
    )
    report = collect(job, note)[0]
    if report.status != "ok" or not seen:
        mend = "check the source's address and options"
        return Check(name, "fail", f"{report.error or report.status}, {_cost(report)}", mend)
    saw = seen[0]
    empty = not saw.kept and not saw.more
    mend = (
        "look at the address and the options: the first page holds nothing about the brand" if empty else ""
    )
    return Check(name, "warn" if empty else "ok", "; ".join([*_told(saw), _cost(report)]), mend)


def _told(saw: Saw) -> Iterator[str]:
    about = "" if saw.kept == saw.shown else f", {saw.kept} of them about the brand"
    yield f"HTTP {saw.status}: {saw.shown} mentions{about}"
    if saw.newest:
        yield f"the newest of {iso(saw.newest)}"
    if saw.fields:
        yield "with " + ", ".join(f"{name} {share:.0%}" for name, share in saw.fields.items())
    if saw.problems:
        yield f"{saw.problems} could not be read"
    if saw.more:
        yield "more pages follow"
    if saw.left:
        yield saw.left


def _cost(report: SourceReport) -> str:
    requests = "1 request" if report.requests == 1 else f"{report.requests} requests"
    return f"{requests}, {report.seconds:.1f} s"
