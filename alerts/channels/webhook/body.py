"""What a webhook carries, from a view: the JSON that `docs/webhook.schema.json` describes. Fields may be added within a
version; one that changes its meaning or goes brings a new one."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from alerts import brief_words, telling
from alerts.card import Card, Listed, Proposal, Why, safe_url
from alerts.overview import Brief, Item, Listing, Switched
from alerts.spike_view import Surge
from alerts.text import cut, one_line, visible
from alerts.views import (
    Bundle,
    Line,
    Reminder,
    Report,
    Said,
    SourceNotice,
    StartList,
    Trial,
    Trouble,
    View,
    picture_of,
)
from alerts.words import Words
from store.clock import iso

VERSION = 1
TEXT = 300  # characters of the sentence for people


def encode(view: View, key: str, words: Words, now: datetime, *, changed: bool = False) -> bytes:
    """The body: compact, UTF-8, without what a screen obeys. `key`: the id of this message; `changed`: it is about
    something that was told before."""
    kind, text, told = _told(view, words, changed)
    if picture := picture_of(view):
        told |= {"picture": {"alt": one_line(picture.alt(words))}}
    body = {
        "type": kind,
        "timestamp": iso(now),
        "version": VERSION,
        "id": key,
        "text": cut(one_line(text), TEXT),
        "data": told,
    }
    return json.dumps(_clean(body), ensure_ascii=False, separators=(",", ":")).encode()


def _told(view: View, words: Words, changed: bool) -> tuple[str, str, dict[str, Any]]:
    """Type, sentence and the rest."""
    if isinstance(view, Card):
        kind = "case.updated" if changed else "case.opened"
        return kind, telling.summary(view, words), {"case": _case(view)}
    if isinstance(view, Reminder):
        said = telling.reminder(view, words)
        text = telling.SEPARATOR.join(part for part in (said, telling.summary(view.card, words)) if part)
        return "case.reminder", text, {"case": _case(view.card), "to": list(map(telling.name_of, view.to))}
    if isinstance(view, Line):
        return "case.event", telling.event(view, words), _event(view)
    if isinstance(view, SourceNotice):
        kind = "source.down" if view.down_since else "source.up"
        text = telling.SEPARATOR.join(
            [telling.source_title(view, words), *telling.source_details(view, words)]
        )
        return kind, text, _source(view)
    if isinstance(view, StartList):
        return "source.start", telling.start_title(view, words), _start(view)
    if isinstance(view, Trouble):
        told = (telling.trouble_title(view, words), telling.trouble_mend(view, words))
        return "delivery.failed", telling.SEPARATOR.join(told), asdict(view)
    if isinstance(view, Trial):
        return "test", telling.trial(view, words), {"over": view.over}
    if isinstance(view, Brief):
        parts = [brief_words.title(view, words), *brief_words.summary(view, words)]
        return "brief", telling.SEPARATOR.join(parts), _brief(view)
    if isinstance(view, Switched):
        kind = "pause.began" if view.on else "pause.ended"
        return kind, brief_words.switched(view, words), _pause(view)
    if isinstance(view, Bundle):
        raise TypeError("a bundle is for Slack: here its cases have messages of their own")
    return "digest", view.title, _digest(view)


def _case(card: Card) -> dict[str, Any]:
    return {
        "id": card.case_id,
        "version": card.version,
        "brand": card.brand,
        "status": card.status,
        "urgency": card.urgency,
        "reasons": list(map(_reason, card.whys)),
        "mentions": card.mentions,
        "storm": card.storm,
        "opened_at": card.opened_at and iso(card.opened_at),
        "worst": list(map(_listed, card.worst)),
        "spike": _surge(card.surge) if card.surge else None,
        "earlier": card.earlier,
        "due_at": card.due_at and iso(card.due_at),
        "owner": card.owner and telling.name_of(card.owner),
        "mention": _mention(card) if card.mention_id else None,
        "draft": _draft(card.draft) if card.draft else None,
    }


def _surge(surge: Surge) -> dict[str, Any]:
    return {
        "began_at": iso(surge.began_at),
        "over_at": surge.over_at and iso(surge.over_at),
        "negative": surge.negative,
        "hours": surge.hours,
        "count": surge.count,
        "usual": round(surge.usual, 2),
        "parts": [asdict(part) for part in surge.parts],
        "phrases": list(surge.phrases),
    }


def _mention(card: Card) -> dict[str, Any]:
    counts = card.engagement
    return {
        "id": card.mention_id,
        "revision": card.revision,
        "platform": card.platform,
        "author": card.author,
        "stars": card.stars,
        "lang": card.lang,
        "title": card.title or None,
        "quote": card.quote or None,
        "url": safe_url(card.url)[0],
        "place": card.place,
        "published_at": card.published_at and iso(card.published_at),
        "likes": counts.likes,
        "shares": counts.shares,
        "replies": counts.replies,
        "views": counts.views,
    }


def _draft(draft: Proposal) -> dict[str, Any]:
    return {
        "lang": draft.lang,
        "reply": draft.reply,
        "private_reply": draft.private_reply,
        "by_a_person": draft.edited,
    }


def _reason(why: Why) -> dict[str, Any]:
    return {"kind": why.kind, "detail": list(why.detail)}


def _event(line: Line) -> dict[str, Any]:
    return {
        "case": {"id": line.case_id},
        "event": line.event,
        "reason": _reason(line.why) if line.why else None,
        "author": line.author,
        "quote": line.quote or None,
        "url": safe_url(line.url)[0],
        "raised": line.raised or None,
        "reopened": line.reopened,
        "said": _said(line.said) if line.said else None,
    }


def _said(said: Said) -> dict[str, Any]:
    return {
        "who": telling.name_of(said.who),
        "to": telling.name_of(said.to) if said.to else None,
        "code": said.code or None,
        "words": said.text or None,
        "until": said.until and iso(said.until),
    }


def _source(notice: SourceNotice) -> dict[str, Any]:
    return {
        "source": notice.source,
        "brand": notice.brand,
        "down_since": notice.down_since and iso(notice.down_since),
        "last_ok_at": notice.last_ok_at and iso(notice.last_ok_at),
        "error": notice.error or None,
    }


def _start(start: StartList) -> dict[str, Any]:
    listed = list(map(_listed, start.listed))
    return {"source": start.source, "brand": start.brand, "total": start.total, "mentions": listed}


def _listed(row: Listed) -> dict[str, Any]:
    return {
        "id": row.mention_id,
        "stars": row.stars,
        "urgency": row.urgency,
        "author": row.author,
        "published_at": iso(row.published_at),
        "quote": row.quote or None,
        "url": safe_url(row.url)[0],
    }


def _brief(brief: Brief) -> dict[str, Any]:
    """Without the samples: they are there to be judged, which takes buttons."""
    return {
        "brand": brief.brand,
        "moment": brief.moment,
        "at": iso(brief.at),
        "since": iso(brief.since),
        "mentions": brief.mentions,
        "new": _listing(brief.came),
        "due": _listing(brief.due),
        "open": _listing(brief.open),
        "owners": [
            {"owner": owner and telling.name_of(owner), "cases": count} for owner, count in brief.owners
        ],
        "muted": _listing(brief.muted),
        "sources": brief.sources,
        "unread": [
            {"source": one.source, "last_ok_at": one.last_ok_at and iso(one.last_ok_at)}
            for one in brief.unread
        ],
    }


def _listing(listing: Listing) -> dict[str, Any]:
    return {"total": listing.total, "first": list(map(_item, listing.items))}


def _item(one: Item) -> dict[str, Any]:
    return {
        "case_id": one.case_id,
        "status": one.status or None,
        "urgency": one.urgency,
        "due_at": one.due_at and iso(one.due_at),
        "owner": one.owner and telling.name_of(one.owner),
        "stars": one.stars,
        "author": one.author or None,
        "quote": one.quote or None,
        "url": safe_url(one.url)[0],
    }


def _pause(view: Switched) -> dict[str, Any]:
    return {
        "brand": view.brand or None,
        "who": view.who and telling.name_of(view.who),
        "until": view.until and iso(view.until),
    }


def _digest(report: Report) -> dict[str, Any]:
    known = {
        "title": report.title,
        "paragraphs": list(report.paragraphs),
        "sections": [
            {
                "title": section.title,
                "rows": [
                    {
                        "text": row.text,
                        "quote": row.quote or None,
                        "url": safe_url(row.url)[0],
                        "author": row.author or None,
                    }
                    for row in section.rows
                ],
            }
            for section in report.sections
        ],
    }
    return known | ({"figures": dict(report.figures)} if report.figures else {})


def _clean(value: Any) -> Any:
    """All texts visible: lone surrogates are no UTF-8, and not every receiver is careful."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {name: _clean(one) for name, one in value.items()}
    return list(map(_clean, value)) if isinstance(value, list) else value
