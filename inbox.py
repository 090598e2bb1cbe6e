"""Puts the inbox together from the settings: who may come in, how, and the links that let people in.

`service` serves it; the pages are `web`'s.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from alerts.channels.slack.client import web_client
from alerts.channels.slack.listener import Listener
from alerts.channels.slack.people import People
from alerts.inbox import InboxOptions
from configuration.live import Live
from store import visits
from store.db import Database
from store.visits import Role
from web.app import create_app
from web.dashboard import dashboard_part
from web.openid import SlackOpenId
from web.settings.routes import settings_part
from web.sign_in import BACK, link
from web.site import Section
from web.sources import sources_part

if TYPE_CHECKING:
    from fastapi import APIRouter, FastAPI

    from settings import Settings


def sections(live: Live) -> tuple[Section, ...]:
    """The parts of the site beside the queue, in the order of the navigation."""
    return (dashboard_part(), sources_part(live), settings_part(live))


def inbox_app(live: Live, listener: Listener, routers: "Sequence[APIRouter]" = ()) -> "FastAPI":
    """The application; `routers` are answered without signing in."""
    settings = live.file
    with listener.db.write() as session:
        key = visits.signing_key(session, listener.clock())
    client = _client(settings)
    if client is not None:
        known = People(client)
        listener = replace(listener, called=known.called, known_as=known.known_as)
    return create_app(
        listener,
        key=key,
        options=settings.inbox,
        sections=sections(live),
        routers=routers,
        openid=openid_of(settings),
        handle=lambda user: _handle(client, user),
    )


def printed_link(
    db: Database,
    options: InboxOptions,
    address: str,
    now: datetime,
    who: str = "manager",
    role: Role = Role.MANAGER,
) -> str:
    """A new link that opens the inbox once: at its public address, or else at `address`."""
    with db.write() as session:
        token = visits.make_link(session, who, role, now)
    return link(options.url or address, token)


def openid_of(settings: "Settings") -> SlackOpenId | None:
    """Sign in with Slack, where all is configured that it needs."""
    environment = settings.environment
    secret = environment.slack_client_secret
    if not settings.inbox.url or not environment.slack_client_id or secret is None:
        return None
    back = f"{settings.inbox.url}{BACK}"
    return SlackOpenId(environment.slack_client_id, secret.get_secret_value(), _workspace(settings), back)


def _workspace(settings: "Settings") -> Callable[[], str | None]:
    """The workspace that is configured, or else the one that the bot's token is of; None while Slack does not say."""
    named, client = settings.slack.workspace, _client(settings)
    if named or client is None:
        return lambda: named

    @cache
    def asked() -> str:
        return str(client.auth_test()["team_id"])

    def team() -> str | None:
        try:
            return asked()
        except Exception:  # what the SDK raises here has no common base; nobody comes in before it is known
            return None

    return team


def _handle(client: Any, user: str) -> str | None:
    """What Slack calls a person where they click, so that the records know them for one."""
    if client is None:
        return None
    try:
        return str(client.users_info(user=user)["user"]["name"]) or None
    except Exception:  # the name is for reading alone
        return None


def _client(settings: "Settings") -> Any:
    token = settings.environment.slack_bot_token
    return web_client(token.get_secret_value(), settings.environment.slack_api_url) if token else None
