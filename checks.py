"""`ascolto check`: is everything in place? Each check is one line with what was seen and, where it is wrong, the mend.

Nothing is changed and nothing is read from a source, except from the one that `--live` names; `--slack` posts a test
alert.
"""

import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Event

from sqlmodel import col, select

from alerts import routing
from alerts.channels.slack.client import Slack
from alerts.drafts.advice import advice
from alerts.sla import unknown_country
from alerts.telling import name_of
from alerts.views import Trial
from alerts.words import Words
from configuration.choosing import Chosen
from configuration.live import Live
from service import (
    current,
    open_channels,
    open_database,
    open_email,
    open_rewriter,
    open_webhook,
    scorer_of,
    slack_app_for,
)
from settings import Settings
from source_checks import Check, live_check, source_check
from store.db import Database
from store.errors import AscoltoError, Permanent
from store.tables import Audit

WORKING_DAY = timedelta(hours=8)
LOOK = 0.2  # seconds between two looks for the click on a test alert
# What `alerts.channels.slack` calls, whatever the channels are.
PICTURES = "files:write"  # without it, messages come without pictures
SCOPES = {"chat:write", "channels:read", "channels:history", "groups:read", "commands", "users:read"}


def run_checks(
    settings: Settings,
    live: str | None = None,
    slack_wait: float | None = None,
    say: Callable[[str], object] = lambda text: None,
) -> Iterator[Check]:
    """All checks, one after the other; none raises. `slack_wait`: also post a test alert, and wait so many seconds for
    its button; `say` asks for the click."""
    yield _configuration(settings)
    chosen = _chosen(settings)
    yield from _choices(chosen)
    settings = chosen.settings
    yield from _brands(settings)
    yield from _rules(settings)
    yield _contact(settings)
    for name, look in (
        ("database", _database),
        ("broker", _broker),
        ("model", _model),
        ("slack", _slack),
        ("slack buttons", _ear),
        ("email", _email),
        ("webhook", _webhook),
        ("generator", _generator),
    ):
        yield _guarded(name, lambda look=look: look(settings))  # type: ignore[misc]
    if slack_wait is not None:
        yield _guarded("slack test", lambda: _try_slack(settings, slack_wait, say))
    for source in settings.sources:
        yield _guarded(f"source {source.name}", lambda source=source: source_check(settings, source))  # type: ignore[misc]
    if live is not None:
        yield _guarded(f"live {live}", lambda: live_check(settings, settings.source(live)))


def _guarded(name: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except Permanent as error:
        return Check(name, "fail", error.reason, error.mend)
    except AscoltoError as error:
        return Check(name, "fail", str(error), "look at the network and the address, then try again")
    except Exception as error:  # the message may hold an address with its password
        told = f"{type(error).__name__} while it was looked at"
        return Check(name, "fail", told, "see the log of ascolto run for the place")


def _configuration(settings: Settings) -> Check:
    if settings.path is None:
        return Check("configuration", "warn", "built-in defaults", "write your own with: ascolto init")
    told = f"{settings.path}: {len(settings.brands)} brands, {len(settings.sources)} sources"
    if not settings.brands:
        return Check("configuration", "warn", told, "name your brand in a table [brands.KEY]")
    if not settings.sources:
        return Check("configuration", "warn", told, "name a place to read in a table [[sources]]")
    return Check("configuration", "ok", told)


def _chosen(settings: Settings) -> Chosen:
    """What counts; a database that cannot be asked is told of by its own check."""
    try:
        return current(settings)
    except AscoltoError:
        return Chosen(settings, settings, {})


def _choices(chosen: Chosen) -> Iterator[Check]:
    """What people chose in the inbox comes before the file: whoever edits the file must know."""
    for one in chosen.unused:
        mend = f"ascolto config reset {one.choice.name}, or choose another in the inbox"
        told = f"chosen by {name_of(one.choice.who)}, and not used: {one.why}"
        yield Check(f"setting {one.choice.name}", "warn", told, mend)
    if chosen.choices:
        told = f"{len(chosen.choices)} come from the inbox, not from the file: {', '.join(chosen.choices)}"
        yield Check("settings", "ok", told)


def _brands(settings: Settings) -> Iterator[Check]:
    for key, brand in settings.brands.items():
        if country := unknown_country(brand):
            mend = f"correct brands.{key}.policy.holidays; until then no day is a holiday"
            yield Check(f"brand {key}", "warn", f"no holidays are known for {country}", mend)
        elif not brand.policy.contacts:
            mend = f"add brands.{key}.policy.contacts, such as default = your help desk's address"
            yield Check(f"brand {key}", "warn", "drafts have no private channel to invite to", mend)
        else:
            yield Check(f"brand {key}", "ok", brand.name)
        for one in advice(brand):
            yield Check(f"brand {key} words", "warn", one.what, f"{one.mend} (brands.{key})")


def _rules(settings: Settings) -> Iterator[Check]:
    """Rules that can never hold, and bundles that come when the time to reply is over."""
    slack, sources = settings.slack, {one.name: (one.brand, one.type) for one in settings.sources}
    flaws = list(routing.flaws(slack, settings.brands, sources))
    for flaw in flaws:
        name = f"slack rule {flaw.number}" if flaw.number else "slack quiet"
        yield Check(name, "warn", f"never holds: {flaw.what}", flaw.mend)
    by_day = "day" in {slack.bundle, *(rule.bundle for rule in slack.rules)}
    for key, brand in settings.brands.items() if by_day else ():
        limit = brand.policy.first_contact.normal
        if limit is not None and limit < WORKING_DAY:
            mend = f'set brands.{key}.policy.first_contact.normal to "8h" or more, or bundle by the hour'
            told = f"{brand.name}: a bundle of the day comes when the time to reply is over"
            yield Check(f"slack bundle {key}", "warn", told, mend)
    if slack.rules and not flaws:
        yield Check("slack rules", "ok", f"{len(slack.rules)} rules")


def _contact(settings: Settings) -> Check:
    """Who reads their site is what its owner wants to know before blocking it."""
    if settings.service.contact:
        return Check("contact", "ok", settings.service.contact)
    mend = 'set service.contact, such as contact = "care@aurora.example"'
    return Check("contact", "warn", "sites that are read are not told whom to write to", mend)


def _database(settings: Settings) -> Check:
    """Opened as the service opens it: one that is not there yet is made, one that is old is migrated."""
    open_database(settings).close()
    return Check("database", "ok", settings.database_url.partition(":")[0].partition("+")[0])


def _broker(settings: Settings) -> Check:
    url = settings.environment.broker_url
    if url is None:
        return Check("broker", "off", "stages work in this process")
    import redis

    try:
        redis.Redis.from_url(url.get_secret_value(), socket_timeout=5, socket_connect_timeout=5).ping()
    except (redis.RedisError, OSError) as error:
        mend = "check ASCOLTO_BROKER_URL, or leave it out to work in one process"
        return Check("broker", "fail", f"Redis does not answer ({type(error).__name__})", mend)
    return Check("broker", "ok", "Redis answers")


def _model(settings: Settings) -> Check:
    from sentiment.scorer import ScorerInput

    scored = scorer_of(settings)().score([ScorerInput(text="Ottimo caffè, torneremo presto.")])[0]
    return Check("model", "ok", scored.model)


def _slack(settings: Settings) -> Check:
    environment = settings.environment
    if environment.slack_bot_token is None:
        mend = "set SLACK_BOT_TOKEN to bring alerts to Slack (README, Connect Slack)"
        return Check("slack", "off", "alerts go to the terminal", mend)
    token = environment.slack_bot_token.get_secret_value()
    slack = Slack(token, settings.slack.address, Words("en"), api_url=environment.slack_api_url)
    known = slack.identity()
    needed = SCOPES | ({"usergroups:read"} if settings.slack.groups or _signers(settings) else set())
    lacks = needed - {scope.strip() for scope in known.get("scopes", "").split(",")}
    told = f"{known.get('user', '?')} in {known.get('team', '?')}"
    if known.get("scopes") and lacks:
        mend = "compare the app with docs/slack-app-manifest.yaml and install it again"
        return Check("slack", "fail", f"{told}: scopes are missing: {', '.join(sorted(lacks))}", mend)
    if known.get("scopes") and PICTURES not in known["scopes"]:
        mend = f"add {PICTURES} to the app (see docs/slack-app-manifest.yaml) and install it again"
        return Check("slack", "warn", f"{told}: messages come without their charts", mend)
    return Check("slack", "ok", told)


def _signers(settings: Settings) -> bool:
    """Whether a policy names who alone may approve something other than by the id of a person: it may be a group."""
    policies = (brand.policy for brand in settings.brands.values())
    named = (name for policy in policies for names in policy.approval.values() for name in names)
    return any(not re.fullmatch(r"[UW][A-Z0-9]{2,20}", name) for name in named)


def _ear(settings: Settings) -> Check:
    environment = settings.environment
    if environment.slack_bot_token is None:
        return Check("slack buttons", "off", "Slack is not connected")
    if environment.slack_app_token is not None:
        return Check("slack buttons", "ok", "over Socket Mode")
    if environment.slack_signing_secret is not None:
        return Check("slack buttons", "ok", "over signed HTTP at /slack/events")
    mend = "set SLACK_APP_TOKEN (Socket Mode), or SLACK_SIGNING_SECRET for signed HTTP"
    return Check("slack buttons", "warn", "nobody hears a click", mend)


def _email(settings: Settings) -> Check:
    """Signs in and asks the server for each address that is named; nothing is sent."""
    if settings.environment.smtp_url is None:
        if not settings.email.named:
            return Check("email", "off", "no mail is sent")
        mend = "set ASCOLTO_SMTP_URL (docs/notifications.md)"
        return Check("email", "warn", "addresses are named, and no server to send by", mend)
    email = open_email(settings)
    if email is None:
        mend = "name addresses in the table [email], such as alerts"
        return Check("email", "warn", "a server is there, and nobody to write to", mend)
    email.check()
    return Check("email", "ok", f"the server takes mail for {len(settings.email.named)} addresses")


def _webhook(settings: Settings) -> Check:
    """Connects; nothing is sent."""
    webhook = open_webhook(settings)
    if webhook is None:
        return Check("webhook", "off", "nothing is posted")
    webhook.check()
    return Check("webhook", "ok", f"it can be reached; tells of {', '.join(settings.webhook.targets)}")


def _generator(settings: Settings) -> Check:
    """Loads the chat model, where it is a local one, and asks it for a word; no customer's words are sent."""
    rewriter, options = open_rewriter(settings), settings.generator
    if rewriter is None:
        return Check("generator", "off", "drafts are composed from phrases")
    try:
        rewriter.prepare()
        rewriter.try_out()
    except Permanent as error:
        return Check("generator", "warn", f"{error.reason}: composed drafts stand", error.mend)
    except AscoltoError as error:
        mend = "see that the endpoint is up, or raise generator.timeout"
        return Check("generator", "warn", f"{error}: composed drafts stand", mend)
    return Check("generator", "ok", f"{options.model} answers ({options.kind})")


def _try_slack(settings: Settings, wait: float, say: Callable[[str], object]) -> Check:
    """A test alert goes the whole way: to the channel of alerts, and its button back to us."""
    name, environment = "slack test", settings.environment
    if environment.slack_bot_token is None:
        return Check(name, "off", "Slack is not connected", "set SLACK_BOT_TOKEN (README, Connect Slack)")
    token, words = environment.slack_bot_token.get_secret_value(), Words(settings.ui_language)
    slack = Slack(token, settings.slack.address, words, api_url=environment.slack_api_url)
    trial, place = Trial(secrets.token_hex(8)), settings.slack.address("alerts")
    key = f"check:{trial.value}"
    sent = slack.post(place, trial, key)
    if environment.slack_app_token is None and environment.slack_signing_secret is None:
        slack.edit(sent, replace(trial, over=True), key)
        mend = "set SLACK_APP_TOKEN (Socket Mode), or SLACK_SIGNING_SECRET for signed HTTP"
        return Check(name, "fail", f"posted to {place}, and nobody would hear its button", mend)
    start, db = time.monotonic(), open_database(settings)
    try:
        with _listening(settings, db):
            say(f"Please click the button of the test alert in {place} (waiting {wait:g} s).")
            who = _clicked(db, trial.value, wait)
    finally:
        db.close()
    slack.edit(sent, replace(trial, seen_by=who or "", over=who is None), key)
    if who is None:
        return Check(
            name, "fail", f"posted to {place}; no click was heard within {wait:g} s", _unheard(settings)
        )
    seconds = time.monotonic() - start
    return Check(name, "ok", f"posted to {place}; {name_of(who)} clicked its button after {seconds:.0f} s")


@contextmanager
def _listening(settings: Settings, db: Database) -> Iterator[None]:
    """Socket Mode, as the service has it: Slack may give us clicks on cases meanwhile. Without an app token only a
    service that runs hears clicks."""
    from alerts.channels.slack.listen import close
    from alerts.channels.slack.transport import socket_mode

    environment = settings.environment
    live = Live(settings, db)
    app = slack_app_for(live, db, list(open_channels(settings, live.address)), lambda: None)
    if environment.slack_app_token is None or app is None:
        yield
        return
    handler = socket_mode(app, environment.slack_app_token.get_secret_value())
    try:
        try:
            handler.connect()  # type: ignore[no-untyped-call]
        except Exception as error:  # what the SDK raises here has no common base
            mend = "check SLACK_APP_TOKEN: it begins with xapp- and has the scope connections:write"
            raise Permanent(f"Socket Mode cannot be opened ({type(error).__name__})", mend) from None
        yield
    finally:
        handler.close()  # type: ignore[no-untyped-call]
        close(app)


def _clicked(db: Database, value: str, wait: float) -> str | None:
    """Who clicked; the row may be another process's, which Slack gave the click to."""
    from alerts.channels.slack.listen import CHECKED

    ends, pause = time.monotonic() + wait, Event()
    while True:
        with db.read() as session:
            rows = session.exec(
                select(Audit).where(Audit.action == CHECKED).order_by(col(Audit.id).desc()).limit(20)
            )
            who = next((row.who for row in rows if row.detail.get("value") == value), None)
        if who is not None or time.monotonic() >= ends:
            return who
        pause.wait(LOOK)


def _unheard(settings: Settings) -> str:
    if settings.environment.slack_app_token is not None:
        return "click it while this waits; if you did, turn on Socket Mode and Interactivity (docs/slack.md)"
    return (
        "over signed HTTP ascolto run must be up; check the Request URL under Interactivity (docs/slack.md)"
    )
