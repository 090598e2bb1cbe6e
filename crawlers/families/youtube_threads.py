"""A thread of YouTube comments: who wrote what, and which of it the brand answered. Pure.

Replies stand one level deep; who answers another reply writes @NAME in front.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from crawlers.answers import Entry, Values, number, string, table, tables
from crawlers.dates import parse_date
from crawlers.text import plain, tidy
from store.mentions import LOOKS

YOUNG = LOOKS[-1]  # the age up to which counts are followed


@dataclass(frozen=True, slots=True)
class Video:
    title: str | None = None
    views: int | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """What must be known to read comments: the id of the brand's channel, the videos, and whether a comment counts
    only if it names the brand."""

    ours: str | None = None
    videos: Mapping[str, Video] = field(default_factory=dict)
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread as far as it was read. `whole`: no reply is missing; else nobody knows what was answered."""

    opening: Entry
    video: str | None
    count: int | None
    replies: tuple[Entry, ...] = ()
    whole: bool = True

    def first(self, ours: str | None) -> Entry:
        """Its opening beside what else is known of it."""
        answer = _newest(self._to_the_opening(ours)) if self.whole else None
        return {"comment": self.opening, "video": self.video, "count": self.count, "answer": answer}

    def others(self, shown: Iterable[Entry], ours: str | None) -> list[Entry]:
        """Some of its replies beside the brand's answers to them."""
        return [
            {
                "comment": one,
                "video": self.video,
                "answer": _newest(own for own in self._of(ours) if _answers(own, one)),
            }
            for one in shown
        ]

    def _of(self, ours: str | None) -> list[Entry]:
        return [one for one in self.replies if ours and writer(one) == ours]

    def _to_the_opening(self, ours: str | None) -> list[Entry]:
        others = {
            name
            for one in self.replies
            if writer(one) not in (ours, writer(self.opening)) and (name := _name(one))
        }
        return [own for own in self._of(ours) if not any(_addresses(own, name) for name in others)]


def thread_of(entry: Entry) -> Thread:
    """A `commentThread`."""
    snippet = table(entry, "snippet")
    opening, video = table(snippet, "topLevelComment"), string(snippet, "videoId")
    count, replies = number(snippet, "totalReplyCount"), tuple(tables(entry, "replies", "comments"))
    return Thread(opening, video, count, replies, whole=(count or 0) <= len(replies))


def writer(comment: Entry) -> str | None:
    """The id of the author's channel."""
    return string(comment, "snippet", "authorChannelId", "value")


def written(comment: Entry, now: datetime) -> datetime | None:
    return parse_date(table(comment, "snippet").get("publishedAt"), now)


def values(entry: Entry, watched: Watched, now: datetime) -> Values | None:
    """The fields of a mention; None for what the brand itself wrote."""
    comment: Entry = entry["comment"]
    snippet, name = table(comment, "snippet"), string(comment, "id")
    if watched.ours and writer(comment) == watched.ours:
        return None
    at, changed = written(comment, now), parse_date(snippet.get("updatedAt"), now)
    place = entry.get("video") or string(snippet, "videoId")
    video = watched.videos.get(place, Video()) if place else Video()
    answer: Entry | None = entry.get("answer")
    return {
        "external_id": name or "",
        "text": text_of(comment),
        "author": string(snippet, "authorDisplayName"),
        "author_id": writer(comment),
        "published_at": at,
        "edited_at": changed if at and changed and changed > at else None,
        "url": f"https://www.youtube.com/watch?{urlencode({'v': place, 'lc': name})}"
        if place and name
        else None,
        "place": video.title,
        "thread": string(snippet, "parentId") or name,
        "likes": number(snippet, "likeCount"),
        "replies": entry.get("count"),
        "views": video.views if at and now - at <= YOUNG else None,
        "answer": text_of(answer) or None if answer else None,
        "answered_at": written(answer, now) if answer else None,
    }


def text_of(comment: Entry) -> str:
    """What was typed, where it is told; the shown text may stand in HTML."""
    snippet = table(comment, "snippet")
    if typed := string(snippet, "textOriginal"):
        return tidy(typed)
    return plain(string(snippet, "textDisplay") or "")


def _name(comment: Entry) -> str:
    return (string(comment, "snippet", "authorDisplayName") or "").lstrip("@").casefold()


def _addresses(comment: Entry, name: str) -> bool:
    start = text_of(comment).casefold().lstrip("\u200b\xa0 ")
    return start.startswith(f"@{name}") and not start[len(name) + 1 : len(name) + 2].isalnum()


def _answers(own: Entry, other: Entry) -> bool:
    """Whether the brand's reply is one to this reply: written later, and to its author by name."""
    name = _name(other)
    return bool(name) and _moment(own) > _moment(other) and _addresses(own, name)


def _moment(comment: Entry) -> str:
    """ISO 8601 in UTC, which sorts as it stands."""
    return string(comment, "snippet", "publishedAt") or ""


def _newest(comments: Iterable[Any]) -> Entry | None:
    return max(comments, key=_moment, default=None)
