"""Speaks to Slack's Web API, and says of each failure whether the message may have been accepted.

It tries once: waiting and trying again are the outbox's, which looks for the message first. Errors carry Slack's code
and what to do about it, never a token or a text.
"""

import http.client
import json
import logging
import os
import socket
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from alerts.channels.base import Lanes, Misconfigured, PictureRefused, Sent
from alerts.channels.slack.blocks import Message, only_text, render, with_picture
from alerts.channels.slack.errors import (
    BLOCKS_REFUSED,
    BUSY,
    MENDS,
    OF_THE_PLACE,
    OF_THE_TOKEN,
    PERHAPS_DONE,
    UNKNOWN,
)
from alerts.channels.slack.files import put
from alerts.charts.picture import Picture
from alerts.text import cut
from alerts.views import Line, Reminder, View
from alerts.words import Words
from store.errors import Permanent, Transient, Uncertain

log = logging.getLogger(__name__)
sdk_log = logging.getLogger(f"{__name__}.sdk")
sdk_log.setLevel(logging.CRITICAL)  # below it the SDK logs whole requests: texts of mentions

SLACK_API = "https://slack.com/api/"
TIMEOUT = 10.0  # seconds for one call
PACE = timedelta(seconds=1)  # Slack: one message a second and channel
EVENT_TYPE = "ascolto_notification"
CLOCK_SKEW = timedelta(minutes=10)  # between our clock and Slack's, when looking for a message
LONGEST_WAIT = 86_400  # seconds; a proxy that asks for more is broken
PAGE = 200
ALT, TITLE = 1_000, 200  # characters of what a picture shows, in words
NEVER_REACHED = (ConnectionRefusedError, socket.gaierror, ssl.SSLError)


class Slack:
    """The channel `slack`. `routing` gives the Slack channel for a logical target; threads' reminders and loud lines
    show in the channel too.

    `api_url` replaces Slack's own (also by `SLACK_API_URL`); `pace` is the least time between two messages to one
    channel; `timeout` is in seconds.
    """

    name = "slack"
    edits = True
    instant = False

    def __init__(
        self,
        token: str,
        routing: Callable[[str], str],
        words: Words,
        *,
        api_url: str | None = None,
        pace: timedelta = PACE,
        timeout: float = TIMEOUT,
    ) -> None:
        self.lanes = Lanes(pace)
        self._routing = routing
        self._words = Words(words.lang, lasting=True)
        self._client, self._timeout = web_client(token, api_url, timeout), timeout
        self._ids: dict[str, str] = {}
        self._ids_lock = Lock()

    def address(self, target: str) -> str:
        return self._routing(target)

    def takes(self, target: str, view: View) -> bool:
        return True

    def identity(self) -> dict[str, str]:
        """Who we are there: `team`, `team_id`, `user`, `bot_id`, `url`; `scopes`, comma-separated, where told."""
        answer = self._call("auth.test", {})
        known = {
            name: str(answer[name]) for name in ("team", "team_id", "user", "bot_id", "url") if name in answer
        }
        return known | {"scopes": answer.get("_scopes", "")}

    def post(
        self, address: str, view: View, key: str, thread: Sent | None = None, picture: str | None = None
    ) -> Sent:
        """Posts to a channel by name or id; a message whose blocks Slack refuses goes out as text, once. `picture`: see
        `upload`."""
        place: dict[str, Any] = {"channel": thread.address if thread else address}
        if thread:
            loud = isinstance(view, Reminder | Line) and view.loud
            place |= {"thread_ts": thread.message_id, "reply_broadcast": loud}
        place |= {"unfurl_links": False, "unfurl_media": False, "metadata": _metadata(key), "mrkdwn": False}
        answer = self._say("chat.postMessage", place, view, picture)
        sent = Sent(str(answer["channel"]), str(answer["ts"]))
        if not thread:
            self._learn(address, sent.address)
        return sent

    def edit(self, sent: Sent, view: View, key: str, picture: str | None = None) -> None:
        place = {"channel": sent.address, "ts": sent.message_id, "metadata": _metadata(key)}
        self._say("chat.update", place, view, picture)

    def upload(self, picture: Picture) -> str:
        """Draws `picture` and gives it to Slack, in the three steps that it wants; gives the id of the file, which the
        app alone sees until a message shows it."""
        drawn, alt = picture.draw(self._words), picture.alt(self._words)
        asked = {"filename": picture.name, "length": len(drawn), "alt_txt": cut(alt, ALT)}
        place = self._call("files.getUploadURLExternal", asked)
        put(str(place["upload_url"]), drawn, self._timeout)
        file, title = str(place["file_id"]), cut(alt, TITLE)
        self._call("files.completeUploadExternal", {"files": json.dumps([{"id": file, "title": title}])})
        return file

    def find(self, address: str, key: str, since: datetime, thread: Sent | None = None) -> Sent | None:
        """Reads the channel (or the thread) back to `since`, a page at a time, for the message with this key."""
        channel = thread.address if thread else self._id(address)
        asked: dict[str, Any] = {"channel": channel, "limit": PAGE, "include_all_metadata": True}
        asked["oldest"] = f"{(since - CLOCK_SKEW).timestamp():.6f}"
        method = "conversations.history"
        if thread:
            asked["ts"], method = thread.message_id, "conversations.replies"
        while True:
            answer = self._call(method, asked)
            for message in answer.get("messages", []):
                if _key_of(message) == key:
                    return Sent(channel, str(message["ts"]))
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
            asked["cursor"] = cursor

    def _say(
        self, method: str, place: dict[str, Any], view: View, picture: str | None = None
    ) -> dict[str, Any]:
        message = render(view, self._words)
        if picture is not None:
            message = with_picture(message, view, picture, self._words)
        try:
            return self._call(method, place | _content(message))
        except Permanent as error:
            if error.reason not in BLOCKS_REFUSED or not message.blocks:
                raise
            if picture is not None:  # perhaps Slack is not done with the file yet: nothing was sent
                raise PictureRefused(error.reason) from None
            log.warning(
                "Slack refused the blocks of a message; it goes out as text",
                extra={"action": "slack.as_text"},
            )
        return self._call(method, place | _content(only_text(view, self._words)))

    def _id(self, address: str) -> str:
        """The id of a channel named as in the configuration: history is only given by id."""
        if not address.startswith("#"):
            return address
        with self._ids_lock:
            known = self._ids.get(address)
        return known or self._look_up(address)

    def _look_up(self, address: str) -> str:
        asked: dict[str, Any] = {
            "types": "public_channel,private_channel",
            "exclude_archived": True,
            "limit": PAGE,
        }
        while True:
            answer = self._call("conversations.list", asked)
            for channel in answer.get("channels", []):
                self._learn(f"#{channel.get('name')}", str(channel["id"]))
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if address in self._ids:
                return self._ids[address]
            if not cursor:
                raise _refused("channel_not_found")
            asked["cursor"] = cursor

    def _learn(self, address: str, channel_id: str) -> None:
        with self._ids_lock:
            self._ids[address] = channel_id

    def _call(self, method: str, asked: dict[str, Any]) -> dict[str, Any]:
        """One call. Raises `Transient` (refused or never reached), `Uncertain` (perhaps done), `Permanent`."""
        try:
            written = method.startswith("chat.")  # Slack takes JSON for what writes, forms for what reads
            answer = self._client.api_call(
                method, json=asked if written else None, params=None if written else asked
            )
        except SlackApiError as error:
            raise _meaning(error) from None
        except URLError as error:
            if isinstance(error.reason, NEVER_REACHED):
                raise Transient(_not_reached(error.reason)) from None
            raise Uncertain(f"Slack's answer did not come: {type(error.reason).__name__}") from None
        except (OSError, http.client.HTTPException, SlackClientError, ValueError) as error:
            raise Uncertain(f"Slack's answer did not come: {type(error).__name__}") from None
        known: dict[str, Any] = answer.data  # type: ignore[assignment]
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return known | {"_scopes": headers.get("x-oauth-scopes", "")}


def web_client(token: str, api_url: str | None = None, timeout: float = TIMEOUT) -> WebClient:
    """Slack's own client, without its retries: whether to try again is decided elsewhere."""
    base_url = api_url or os.environ.get("SLACK_API_URL") or SLACK_API
    client = WebClient(token, base_url=base_url, retry_handlers=[], logger=sdk_log)
    client.timeout = timeout  # type: ignore[assignment]  # whole seconds by its types, any number in truth
    if proxy_bypass(urlsplit(base_url).hostname or ""):
        client.proxy = None  # the SDK takes HTTPS_PROXY without a look at NO_PROXY
    return client


def _metadata(key: str) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}


def _key_of(message: dict[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    key = (metadata.get("event_payload") or {}).get("key")
    return str(key) if key else None


def _content(message: Message) -> dict[str, Any]:
    """`parse` none and `link_names` off: Slack makes no links and no names of its own out of the text."""
    return {"text": message.text, "blocks": list(message.blocks), "parse": "none", "link_names": False}


def _meaning(error: SlackApiError) -> Transient | Permanent:
    answer = error.response
    status, code = answer.status_code, str(answer.get("error") or "")
    if status == 429 or code in BUSY:
        return Transient("Slack asks to wait", retry_after=_retry_after(answer.headers))
    if status >= 500 or code in PERHAPS_DONE:
        return Uncertain(
            f"Slack has trouble of its own: {code if code in PERHAPS_DONE else f'HTTP {status}'}"
        )
    if status != 200:  # Slack refuses with 200 and a code: this came from something in between
        return Transient(f"HTTP {status} instead of Slack's answer: look at the proxy between here and Slack")
    if not _is_code(code):  # 200 and a page of a proxy: Slack's own answer may have been lost on the way
        return Uncertain("something else answered in Slack's place: look at the proxy between here and Slack")
    return _refused(code)


def _is_code(text: str) -> bool:
    return len(text) < 60 and text.isascii() and text.replace("_", "").isalnum()


def _refused(code: str) -> Permanent:
    mend = MENDS.get(code, UNKNOWN)
    if code in OF_THE_PLACE | OF_THE_TOKEN:
        return Misconfigured(code, mend, everywhere=code in OF_THE_TOKEN)
    return Permanent(code, mend)


def _retry_after(headers: dict[str, Any]) -> float:
    for name, value in headers.items():
        if name.lower() == "retry-after":
            first = value[0] if isinstance(value, list) else value
            try:
                return max(0.0, min(float(first), LONGEST_WAIT))
            except ValueError:
                break
    return 1.0


def _not_reached(reason: BaseException) -> str:
    if isinstance(reason, ssl.SSLError):
        return "Slack's certificate was not accepted: where a company's own stands between, name it in SSL_CERT_FILE"
    return f"Slack cannot be reached: {type(reason).__name__}"
