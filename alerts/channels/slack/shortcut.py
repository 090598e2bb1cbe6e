"""The shortcut *Make this a case*: from any message to the mention that it links to or quotes, and a case for it."""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from alerts.cases import Repeated
from alerts.channels.slack import modals, showing
from alerts.channels.slack.buttons import make_case
from alerts.channels.slack.kit import Block
from alerts.channels.slack.listener import NO_BRAND, NO_MENTION, Listener
from store import labels
from store.brand import Brand
from store.errors import Permanent
from store.mention import storable, text_key
from store.tables import Mention, Notification

log = logging.getLogger(__name__)
ADDRESSES = 10  # of one message that are looked up
_ADDRESS = re.compile(r"https?://[^\s<>|\"'`]{3,2000}")


def from_message(
    listener: Listener, channel: str, ts: str, texts: Sequence[str], who: str, click: str = ""
) -> Block:
    """Makes a case of the mention that a message links to or quotes; of a case's own message, shows the case."""
    with listener.db.read() as session:
        case_id = _case_at(session, channel, ts)
        mention_id, ambiguous = (None, False) if case_id else mention_in(session, texts, listener.brands)
    if case_id is None and mention_id is not None:
        try:
            case_id = _make(listener, mention_id, who, click)
        except Permanent as error:
            gone = NO_BRAND if error.reason == "brand_unknown" else NO_MENTION
            return modals.notice(listener.words._(gone), listener.words)
    if case_id is not None:
        return showing.view(listener, "menu", str(case_id))
    words = listener.words
    if ambiguous:
        said = words._(
            "Several mentions have the address of this link, so it does not say which of them is meant. "
            "Quote the customer's words, or find the mention with /ascolto search."
        )
        return modals.notice(said, words)
    said = words._(
        "Ascolto has not read what this message links to or quotes, so it cannot be a case yet. "
        "Sources that are watched, and ascolto import, bring it in."
    )
    return modals.notice(said, words)


def mention_in(
    session: Session, texts: Sequence[str], brands: Mapping[str, Brand]
) -> tuple[int | None, bool]:
    """The mention that a message links to or quotes, and whether there were several at an address: a page of reviews
    is no customer's."""
    ambiguous = False
    for ways in addresses(texts):
        found = next(filter(None, (labels.at_address(session, way) for way in ways)), [])
        if len(found) == 1:
            return found[0], False
        ambiguous = ambiguous or bool(found)
    return _quoted(session, texts, brands), ambiguous


def addresses(texts: Iterable[str]) -> list[tuple[str, ...]]:
    """The addresses in what Slack tells of a message, each in the ways in which a platform may have written it: as it
    stands first, without its fragment last."""
    found: dict[tuple[str, ...], None] = {}
    for text in texts:
        for address in _ADDRESS.findall(text.replace("&amp;", "&")):
            plain = address.rstrip(".,;:!?)]}*_~")
            ways = (address, plain, plain.rstrip("/"), f"{plain}/", plain.partition("#")[0])
            found.setdefault(tuple(dict.fromkeys(ways)))
    return list(found)[:ADDRESSES]


def texts_of(message: Mapping[str, Any]) -> list[str]:
    """All that a message says, with the addresses it links to."""
    found = [str(message.get("text") or "")]
    for name in ("blocks", "attachments"):
        found += _strings(message.get(name))
    return [str(storable(text[:20_000])) for text in found if text][:200]


def _make(listener: Listener, mention_id: int, who: str, click: str) -> int | None:
    try:
        with listener.db.write() as session:
            desk = listener.desk(session, listener.clock(), click)
            move = make_case(desk, mention_id, who, listener.writing)
            case_id, done = move.case.id, move.done
    except Repeated as error:
        return error.case_id
    listener.wake()
    log.info("made a case", extra={"action": "slack.made_case", "case": case_id, "done": done})
    return case_id


def _case_at(session: Session, channel: str, ts: str) -> int | None:
    return session.scalar(
        select(col(Notification.case_id)).where(
            col(Notification.channel) == "slack",
            col(Notification.address) == channel,
            col(Notification.message_id) == ts,
        )
    )


def _quoted(session: Session, texts: Sequence[str], brands: Mapping[str, Brand]) -> int | None:
    for text in texts:
        key = text_key(re.sub(r"[*_~`>]", " ", _unescaped(text)))
        same = key and session.scalar(
            select(col(Mention.id))
            .where(col(Mention.brand).in_(list(brands)), col(Mention.text_key) == key)
            .where(col(Mention.content_hash) != "")
            .order_by(col(Mention.id).desc())
            .limit(1)
        )
        if same:
            return int(same)
    return None


def _unescaped(text: str) -> str:
    """Of what Slack tells, as it was written: `>` begins a quote, and comes as an entity."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _strings(value: Any, depth: int = 0) -> list[str]:
    if depth > 12:
        return []
    if isinstance(value, Mapping):
        own = [
            str(value[key])
            for key in ("url", "text", "from_url", "original_url", "title_link", "fallback")
            if isinstance(value.get(key), str)
        ]
        return own + [text for part in value.values() for text in _strings(part, depth + 1)]
    if isinstance(value, list):
        return [text for part in value for text in _strings(part, depth + 1)]
    return []
