"""Mentions that others post to us: whether a post is genuine, and what it says.

Nothing of a post is read before its signature holds. Each record stands for itself: a bad one is told by its number.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from sqlmodel import Session

from crawlers.health import DOWN_AFTER
from crawlers.importing import Into, mention_of, told
from crawlers.reading import HISTORY
from platforms.webhook import Options
from store.brand import Brand
from store.db import Database
from store.errors import Permanent
from store.matching import matcher
from store.mention import FIELDS, NewMention
from store.mentions import edits, store_mentions
from store.tables import SourceRow

STALE = timedelta(minutes=5)  # of a signature that says when it was made, in both directions
MOST = 1000  # records of one post
PREFIX = "whsec_"
SHORTEST = 16  # bytes of a key
REMEMBERED = timedelta(minutes=10)  # a post by its id: longer than its signature is good
IDS = 1000  # that are remembered
POSTS, DATED = "posts", "dated"  # what the row's cursor keeps


@dataclass(slots=True)
class Received:
    """What a post brought. `left_out`: records that do not name the brand, where the source asks for that."""

    new: int = 0
    edited: int = 0
    unchanged: int = 0
    left_out: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)


def genuine(options: Options, secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether whoever posted this has the secret; `headers` have lower-case names. An empty secret opens nothing."""
    if not secret:
        return False
    if options.signature == "bearer":
        return _same(headers.get("authorization", ""), f"Bearer {secret}")
    if options.signature == "hub":
        signed = hmac.digest(secret.encode(), body, hashlib.sha256).hex()
        return _same(headers.get("x-hub-signature-256", ""), f"sha256={signed}")
    return _standard(secret, headers, body, now)


def _standard(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"""
    name, told_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not told_at.isascii() or not told_at.isdigit() or len(told_at) > 12:
        return False
    if abs(now.timestamp() - int(told_at)) > STALE.total_seconds():
        return False
    key = _key(secret)
    if len(key) < SHORTEST:
        return False
    content = f"{name}.{told_at}.".encode("utf-8", "replace") + body
    signed = "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    return any(_same(one, signed) for one in headers.get("webhook-signature", "").split(" ")[:20])


def is_short(options: Options, secret: str) -> bool:
    """Whether a secret is one that can be guessed; with `standard` such a one opens nothing."""
    key = _key(secret) if options.signature == "standard" else secret.encode("utf-8", "replace")
    return len(key) < SHORTEST


def _key(secret: str) -> bytes:
    """Empty for what is no key."""
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def receive(
    db: Database,
    options: Options,
    brand: Brand,
    body: bytes,
    kind: str,
    now: datetime,
    post: str | None = None,
) -> Received:
    """Stores what a genuine post says. `kind` is its content type; `post` its signed id, where it has one: the same
    post again within ten minutes stores nothing. Raises `Permanent` where it cannot be read at all.

    A record that is older than what is stored of the same mention changes nothing.
    What is older than 48 hours is history: a sender that begins with all it has raises no alarm.
    """
    received, mentions = Received(), list[NewMention]()
    into = Into(options.brand, options.name, options.type)
    names = matcher(brand).names if options.match else None
    for number, record in enumerate(_records(options, body, kind), start=1):
        try:
            if not isinstance(record, Mapping):
                raise ValueError("this is no object")
            mention = mention_of(_fields(options, record), into, now, undated=now)
        except ValueError as error:
            received.errors.append({"record": number, "error": told(error)})
            continue
        if names is None or names(mention.title, mention.text):
            mentions.append(mention)
        else:
            received.left_out += 1
    with db.write() as session:
        row = session.get(SourceRow, options.name, with_for_update=True) or _row(session, options)
        if post is not None and _known(row, post, now):
            return Received()
        current = _current(session, row, mentions)
        stored = store_mentions(session, current, now=now, history_before=now - HISTORY)
        _note(row, received, bool(mentions) or bool(received.left_out), now)
        _remember(row, post, mentions, now)
    received.new, received.edited = len(stored.new), len(stored.edited)
    received.unchanged = len(mentions) - received.new - received.edited
    return received


def _digest(post: str) -> str:
    return hashlib.sha256(post.encode("utf-8", "replace")).hexdigest()[:32]


def _posts(row: SourceRow, now: datetime) -> dict[str, float]:
    """The posts of the last minutes, the oldest first: when each came, in seconds since 1970."""
    since = (now - REMEMBERED).timestamp()
    return {name: at for name, at in row.cursor.get(POSTS, {}).items() if at >= since}


def _known(row: SourceRow, post: str, now: datetime) -> bool:
    return _digest(post) in _posts(row, now)


def _remember(row: SourceRow, post: str | None, mentions: Sequence[NewMention], now: datetime) -> None:
    """A post of which nothing could be taken is not remembered: it gets the same answer again."""
    cursor = dict(row.cursor)
    if post is not None and mentions:
        posts = _posts(row, now) | {_digest(post): now.timestamp()}
        cursor[POSTS] = dict(list(posts.items())[-IDS:])
    if any(mention.edited_at for mention in mentions):
        cursor[DATED] = True
    if cursor != row.cursor:
        row.cursor = cursor


def _current(session: Session, row: SourceRow, mentions: Sequence[NewMention]) -> list[NewMention]:
    """Those that are no older than what is stored, the oldest first.

    Only of a source that tells when its mentions were edited can that be said: with others, the time of an edit that is
    stored is when it came.
    """
    ordered = sorted(mentions, key=_at_work)
    if not (row.cursor.get(DATED) or any(mention.edited_at for mention in ordered)):
        return ordered
    stored = edits(session, row.brand, row.type, [mention.external_id for mention in ordered])
    return [one for one in ordered if (at := stored.get(one.external_id)) is None or _at_work(one) >= at]


def _at_work(mention: NewMention) -> datetime:
    """When its author last had it in hand."""
    return mention.edited_at or mention.published_at


def _row(session: Session, options: Options) -> SourceRow:
    row = SourceRow(name=options.name, brand=options.brand, type=options.type)
    session.add(row)
    return row


def _note(row: SourceRow, received: Received, accepted: bool, now: datetime) -> None:
    """A bad record beside others is told, and no failure of the source."""
    row.first_read_at = row.first_read_at or now
    row.last_error = None
    if received.errors:
        first = received.errors[0]
        row.last_error, row.last_error_at = f"record {first['record']}: {first['error']}"[:500], now
    if accepted or not received.errors:
        row.last_ok_at, row.failures, row.down_since = now, 0, None
        return
    row.failures += 1
    if row.failures >= DOWN_AFTER:
        row.down_since = row.down_since or now


def _records(options: Options, body: bytes, kind: str) -> Sequence[Any]:
    whole = _whole(body, kind)
    found = _at(whole, options.records) if options.records else whole
    if found is None:
        raise Permanent("no records", f"there is nothing at {options.records!r}: see `records`")
    records = found if isinstance(found, list) else [found]
    if len(records) > MOST:
        raise Permanent("too many records", f"{len(records)} in one post: send {MOST} at most")
    return records


def _whole(body: bytes, kind: str) -> Any:
    if kind.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
        try:
            return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=200))
        except ValueError:
            raise Permanent("no form", "more than 200 fields") from None
    try:
        return json.loads(body.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError):
        raise Permanent("no JSON", "post a JSON object, a list of them, or a form") from None


def _fields(options: Options, record: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a mention in a record: by their own names, or where `fields` says."""
    return {name: _at(record, options.fields.get(name, name)) for name in FIELDS}


def _at(thing: Any, path: str) -> Any:
    """What stands at a path such as `review.texts.0.body`; None where nothing does."""
    if isinstance(thing, Mapping) and path in thing:
        return thing[path]
    for name in path.split("."):
        if isinstance(thing, Mapping):
            thing = thing.get(name)
        elif isinstance(thing, list) and name.isascii() and name.isdigit() and int(name[:6]) < len(thing):
            thing = thing[int(name[:6])]
        else:
            return None
    return thing
