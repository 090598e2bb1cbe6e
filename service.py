"""Puts a service together from the settings (database, channels, model, broker) and runs it by role until it is told
to stop. What the parts do is theirs, when they work is `scheduler`'s.
"""

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from alerts.channels.base import Channel
from alerts.channels.console import Console
from alerts.channels.email.client import Email
from alerts.channels.email.server import Server
from alerts.channels.slack.client import Slack
from alerts.channels.webhook.client import Webhook
from alerts.drafts.generator.endpoint import Endpoint
from alerts.drafts.generator.local import Local
from alerts.drafts.generator.rewriter import Rewriter
from alerts.words import Words
from configuration.choosing import Chosen, together
from configuration.live import Live
from scheduler import DELIVER, Service
from sentiment.loading import load_scorer
from settings import Settings
from store import chosen
from store.brand import Brand
from store.clock import utcnow
from store.db import Database
from store.errors import ConfigError, Permanent
from workers import QUEUES, Belt

if TYPE_CHECKING:
    from fastapi import APIRouter
    from slack_bolt import App
    from slack_bolt.adapter.socket_mode import SocketModeHandler

    from alerts.channels.slack.listener import Listener
    from sentiment.scorer import Scorer

log = logging.getLogger(__name__)
Role = Literal["all", "scheduler", "slack", "web"]
LONGEST_PAUSE = 60.0  # seconds between two tries to reach Slack
LONGEST_STOP = 10.0  # seconds that the web server gets for the answers in hand


def open_database(settings: Settings) -> Database:
    """The database, its tables brought to the newest version. Raises `ConfigError` for an address that cannot be read,
    `Permanent` where it cannot be opened."""
    try:
        db = Database(settings.database_url)
    except (ArgumentError, ValueError):  # their words hold the address, and with it a password
        mend = "cannot be read: write sqlite:///ascolto.db or postgresql://user:password@host:5432/name"
        raise ConfigError([f"ASCOLTO_DATABASE_URL: {mend}"]) from None
    try:
        db.migrate()
    except DBAPIError as error:
        told = str(error.orig).strip().partition("\n")[0][:200]  # the driver's words, which hold no password
        raise Permanent("cannot open the database", f"check ASCOLTO_DATABASE_URL ({told})") from None
    return db


def current(settings: Settings) -> Chosen:
    """What the file of `settings` and the database say together. Where no database was made yet, nobody has chosen
    anything, and none is made."""
    with suppress(ArgumentError, ValueError):  # told where it is opened
        url = make_url(settings.database_url)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
            return Chosen(settings, settings, {})
    db = open_database(settings)
    try:
        with db.read() as session:
            return together(settings, chosen.listed(session))
    finally:
        db.close()


def open_channels(settings: Settings, address: Callable[[str], str] | None = None) -> dict[str, Channel]:
    """What is configured of Slack, e-mail and the webhook; the terminal too where none of them shows cases. `address`
    gives Slack's channel for a logical target, by default the one in these settings."""
    opened = (open_slack(settings, address), open_email(settings), open_webhook(settings))
    channels: dict[str, Channel] = {channel.name: channel for channel in opened if channel is not None}
    if any(channel.address("alerts") for channel in channels.values()):
        return channels
    return channels | {"console": Console(sys.stdout, Words(settings.ui_language))}


def open_slack(settings: Settings, address: Callable[[str], str] | None = None) -> Slack | None:
    """Slack, where there is a token for it; `address` as for `open_channels`."""
    environment, words = settings.environment, Words(settings.ui_language)
    if environment.slack_bot_token is None:
        return None
    token, api_url = environment.slack_bot_token.get_secret_value(), environment.slack_api_url
    return Slack(token, address or settings.slack.address, words, api_url=api_url)


def open_email(settings: Settings) -> Email | None:
    """E-mail, where there is a server and somebody to write to."""
    url = settings.environment.smtp_url
    if url is None or not settings.email.named:
        return None
    server = Server.parse(url.get_secret_value())
    return Email(server, settings.email, Words(settings.ui_language))


def open_webhook(settings: Settings) -> Webhook | None:
    """The webhook, where there is an address and something to tell."""
    url, secret = settings.environment.webhook_url, settings.environment.webhook_secret
    if url is None or secret is None or not settings.webhook.targets:
        return None
    words = Words(settings.ui_language)
    return Webhook(url.get_secret_value(), secret.get_secret_value(), settings.webhook, words)


def open_rewriter(settings: Settings) -> Rewriter | None:
    """What has a chat model word drafts anew, where one is configured; a local model is loaded at the first draft."""
    options, key = settings.generator, settings.environment.generator_key
    timeout = options.timeout.total_seconds()
    if options.kind == "endpoint" and options.base_url and options.model:
        secret = key.get_secret_value() if key else None
        return Rewriter(Endpoint(options.base_url, options.model, secret, timeout), timeout)
    if options.kind == "transformers" and options.model:
        return Rewriter(Local(options.model), timeout)
    return None


def scorer_of(settings: Settings) -> "Callable[[], Scorer]":
    """Gives the model; it is loaded when it is first asked for. Raises `Permanent` then where it cannot be used."""

    return cache(lambda: load_scorer(settings.environment.model))


def open_service(
    settings: Settings, channels: Mapping[str, Channel] | None = None, **options: Any
) -> Service:
    """A service that has not started; `options` are `Service`'s own."""
    broker = settings.environment.broker_url
    rewriter = open_rewriter(settings)
    if rewriter is not None:
        options = {"rewrite": rewriter.rewrite} | options
    db = open_database(settings)
    live = Live(settings, db)
    return Service(
        settings,
        db,
        open_channels(settings, live.address) if channels is None else channels,
        scorer_of(settings),
        Belt(broker.get_secret_value() if broker else None),
        **({"live": live} | options),
    )


def run(settings: Settings, role: Role, host: str, port: int) -> None:
    """Runs until SIGTERM or SIGINT, then finishes what is in hand. Raises `AscoltoError` where it cannot start."""
    told = stop_on_signals()
    service = open_service(settings)
    local = service.belt.local
    with ExitStack() as running:
        running.callback(service.db.close)
        running.callback(service.stop)
        if role in ("all", "scheduler"):
            works = local or role == "all"
            if works:
                service.scorer()  # a model that cannot be read is told now, not at the first mention
            service.start(QUEUES if works else (), clocks=True)
        if role in ("all", "slack"):
            running.enter_context(slack_ear(service))
        if role in ("all", "web") or (role == "slack" and settings.environment.slack_app_token is None):
            address = running.enter_context(web_server(service, host, port))
            sys.stderr.write(f"The inbox: {address}\n")
        told.wait()


def work(settings: Settings, queues: list[str]) -> None:
    """Takes jobs from the broker until SIGTERM or SIGINT."""
    told = stop_on_signals()
    service = open_service(settings)
    if "score" in queues:
        service.scorer()
    service.start(queues, clocks=False)
    told.wait()
    service.stop()
    service.db.close()


def slack_app_of(service: Service) -> "App | None":
    """What listens to Slack's buttons; None without a token."""
    wake, channels = partial(service.belt.wake, DELIVER), list(service.channels)
    return slack_app_for(service.live, service.db, channels, wake, service.clock)


def slack_app_for(
    live: Live,
    db: Database,
    channels: Sequence[str],
    wake: Callable[[], object],
    clock: Callable[[], datetime] = utcnow,
) -> "App | None":
    """The same without a service: whoever listens does with a click what the service would."""
    from alerts.channels.slack.listen import slack_app

    settings = live.file
    environment = settings.environment
    if environment.slack_bot_token is None:
        return None
    secret = environment.slack_signing_secret
    listener = listener_for(live, db, channels, wake, clock)
    return slack_app(
        listener,
        token=environment.slack_bot_token.get_secret_value(),
        signing_secret=secret.get_secret_value() if secret else "",
        workspace=settings.slack.workspace,
        people=settings.slack.people,
        groups=settings.slack.groups,
        api_url=environment.slack_api_url,
    )


def listener_of(service: Service) -> "Listener":
    """What a click needs, in Slack or in the inbox."""
    wake, channels = partial(service.belt.wake, DELIVER), list(service.channels)
    return listener_for(service.live, service.db, channels, wake, service.clock)


def listener_for(
    live: Live,
    db: Database,
    channels: Sequence[str],
    wake: Callable[[], object],
    clock: Callable[[], datetime],
) -> "Listener":
    from alerts.channels.slack.listener import Listener

    return Listener(
        db,
        Words(live.file.ui_language),
        live.brands,
        wake,
        clock,
        channels,
        [source.name for source in live.file.sources],
        detect=_detect,
        routing=live.routing,
        follow=live.follow,
    )


def _detect(text: str) -> str | None:
    from sentiment.language import (
        detect,  # its tables are loaded where a draft is written anew, and only there
    )

    return detect(text).lang


@contextmanager
def slack_ear(service: Service) -> Iterator[None]:
    """Socket Mode, where there is an app token for it; it reconnects by itself."""
    from alerts.channels.slack.listen import close
    from alerts.channels.slack.transport import socket_mode

    token = service.settings.environment.slack_app_token
    app = slack_app_of(service) if token else None
    if app is None or token is None:
        yield
        return
    handler = socket_mode(app, token.get_secret_value())
    thread = threading.Thread(
        target=_connect, args=(handler, service.belt.stopping), name="slack", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        service.belt.stopping.set()
        thread.join()
        handler.close()  # type: ignore[no-untyped-call]
        close(app)


def _connect(handler: "SocketModeHandler", stopping: threading.Event) -> None:
    """Opens the connection, however long Slack is away; once open, the SDK keeps it so."""
    pause = 1.0
    while not stopping.is_set():
        try:
            handler.connect()  # type: ignore[no-untyped-call]
        except Exception as error:  # what the SDK raises here has no common base
            told = {"action": "slack_unreachable", "error": type(error).__name__}
            log.warning("cannot reach Slack, trying again in %.0f s", pause, extra=told)
            stopping.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        else:
            log.info("listening to Slack", extra={"action": "slack_connected"})
            return


@contextmanager
def web_server(service: Service, host: str, port: int) -> Iterator[str]:
    """The inbox and Slack's signed HTTP on `host` and `port` (0: any free one); gives a link that opens the inbox
    once. Raises `Permanent` where the port cannot be had."""
    import uvicorn

    from alerts.channels.slack.listen import close
    from inbox import inbox_app, printed_link

    listening = _bind(host, port)
    slack = _signed_slack(service)
    routers = [slack[1]] if slack else []
    if pushed := _pushed(service):
        routers.append(pushed)
    app = inbox_app(service.live, listener_of(service), routers)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, args=([listening],), name="web", daemon=True)
    thread.start()
    address = f"http://{host}:{listening.getsockname()[1]}"
    log.info("serving", extra={"action": "web_started", "address": address})
    try:
        yield printed_link(service.db, service.settings.inbox, address, service.clock())
    finally:
        server.should_exit = True
        thread.join(timeout=LONGEST_STOP)
        listening.close()
        if slack:
            close(slack[0])


def _pushed(service: Service) -> "APIRouter | None":
    """Where others post mentions to, where a source is of that kind."""
    from platforms.webhook import Options
    from web.push import push_router

    sources = {one.name: one for one in service.settings.sources if isinstance(one, Options)}
    if not sources:
        return None
    wake, live = partial(service.belt.wake, "score"), service.live

    def brand(key: str) -> Brand:
        live.follow()
        return live.brands[key]

    return push_router(service.db, sources, brand, os.environ, wake, service.clock)


def _signed_slack(service: Service) -> "tuple[App, APIRouter] | None":
    """Slack's signed HTTP, where there is a secret to check signatures with."""
    secret = service.settings.environment.slack_signing_secret
    app = slack_app_of(service) if secret else None
    if app is None or secret is None:
        return None
    from alerts.channels.slack.transport import slack_router

    return app, slack_router(app, secret.get_secret_value())


def _bind(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        mend = f"choose another with --port ({error.strerror or error})"
        raise Permanent(f"cannot listen on {host} port {port}", mend) from None


def stop_on_signals() -> threading.Event:
    """Set when the process is asked to stop (SIGTERM, SIGINT)."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    return told
