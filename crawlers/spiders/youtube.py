"""YouTube: a channel, its newest videos and all comments on them; videos that are named; videos that a search finds.

Comments do not tell how a video is called or how often it was seen, so the videos are asked for first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlencode

from crawlers import answers, base
from crawlers.answers import Entry, number, string, tables
from crawlers.base import Fetch, Page, Parsed
from crawlers.dates import parse_date
from crawlers.families import google
from crawlers.families.youtube_threads import Thread, Video, Watched, thread_of, values, written
from platforms.signin import TokenRequest
from platforms.youtube import Options
from store.errors import Permanent, Transient
from store.matching import matcher

LIMIT = 100  # comments at once
VIDEOS = 50  # videos at once, and comments by their ids
SEARCH_COST = 100
GONE = {"commentsDisabled", "videoNotFound", "commentNotFound", "parentCommentNotFound", "notFound"}
_PERMISSION = "check the key or the sign-in, and that it may use the YouTube Data API"


class Spider(base.Spider[Options]):
    tells_gone: ClassVar[bool] = False  # what a search finds, and how old the last page is, changes every day
    look_up_size: ClassVar[int] = VIDEOS
    looks_late: ClassVar[bool] = True

    def sign_in(self) -> TokenRequest | None:
        return google.consented(self.context) if self.context.options.refresh_token_env else None

    def first(self) -> list[Fetch]:
        """The brand's channel is asked for first: its id tells which comments are the brand's."""
        channel = self.context.options.channel
        if channel is None:
            return self._videos_and_search(Watched())
        words = {"forHandle": channel} if channel.startswith("@") else {"id": channel}
        return [self._fetch("channels", "channel", {"part": "contentDetails"} | words)]

    def look_up(self, ids: Sequence[str]) -> Fetch:
        words = {"part": "snippet", "textFormat": "plainText", "id": ",".join(ids)}
        return self._fetch("comments", "look", words)

    def parse(self, page: Page) -> Parsed:
        whole = answers.whole(page, "list")
        if not isinstance(whole, dict) or "error" in whole:
            raise Permanent("no list", f"{page.host} answered without a list: check base_url")
        watched = page.carried if isinstance(page.carried, Watched) else Watched(self._known_id())
        shown = tables(whole, "items")
        match page.chain.split(" ")[0]:
            case "channel":
                return self._channel(shown)
            case "uploads":
                ids = [found for one in shown if (found := string(one, "contentDetails", "videoId"))]
                return Parsed(lists=self._of_channel(ids, watched))
            case "search":
                return self._found(
                    [found for one in shown if (found := string(one, "id", "videoId"))], watched
                )
            case "stats" | "listed" | "found" as kind:
                return Parsed(lists=self._commented(kind, shown, watched))
            case "replies":
                return self._replies(page, whole, shown)
            case "look":
                return self._read([{"comment": one} for one in shown], watched)
        return self._threads(page, whole, shown, watched)

    def refusal(self, page: Page) -> Permanent | Transient | None:
        if page.status == 404 and page.chain == "uploads":
            return Permanent("no videos", "the channel shows none: check channel")
        return google.refusal(page, self.context.now, _PERMISSION)

    def absent(self, page: Page) -> bool:
        """A video that takes no comments, or is no more."""
        return page.chain.startswith(("comments ", "replies ")) and bool(google.reasons(page) & GONE)

    def _known_id(self) -> str | None:
        """The id of the brand's channel, where it was configured by its id."""
        channel = self.context.options.channel
        return channel if channel and not channel.startswith("@") else None

    def _channel(self, shown: list[dict[str, Any]]) -> Parsed:
        ours = string(shown[0], "id") if shown else None
        if ours is None:
            raise Permanent("no such channel", "check channel: its id (UC...) or its handle (@...)")
        watched = Watched(ours)
        uploads = string(shown[0], "contentDetails", "relatedPlaylists", "uploads")
        if uploads is None:
            return Parsed(lists=(*self._of_channel([], watched), *self._videos_and_search(watched)))
        words = {"part": "contentDetails", "playlistId": uploads, "maxResults": VIDEOS}
        listed = self._fetch("playlistItems", "uploads", words, carried=watched)
        return Parsed(lists=(listed, *self._videos_and_search(watched)))

    def _of_channel(self, ids: list[str], watched: Watched) -> tuple[Fetch, ...]:
        """What is known of its newest videos, then all its comments; without videos the comments at once."""
        return self._stats("stats", ids, watched) or (self._comments("channel", watched),)

    def _videos_and_search(self, watched: Watched) -> list[Fetch]:
        options, kept = self.context.options, self.context.kept
        asked = [*self._stats("listed", options.videos, watched)]
        if options.query is None:
            return asked
        searched = parse_date(kept.get("searched_at"), self.context.now)
        if searched is not None and self.context.now - searched < options.search_every:
            return [*asked, *self._stats("found", filter(None, kept.get("found", "").split(",")), watched)]
        words = {
            "part": "snippet",
            "type": "video",
            "order": "date",
            "q": options.query,
            "maxResults": VIDEOS,
        }
        return [*asked, self._fetch("search", "search", words, cost=SEARCH_COST, carried=watched)]

    def _found(self, ids: list[str], watched: Watched) -> Parsed:
        """The videos are kept until the next search, which is dear."""
        newest = list(dict.fromkeys(ids))[: self.context.options.search_videos]
        kept = {"searched_at": self.context.now.isoformat(), "found": ",".join(newest)}
        return Parsed(kept=kept, lists=self._stats("found", newest, watched))

    def _stats(self, kind: str, ids: Iterable[str], watched: Watched) -> tuple[Fetch, ...]:
        unique = list(dict.fromkeys(ids))
        parts = [unique[start : start + VIDEOS] for start in range(0, len(unique), VIDEOS)]
        return tuple(
            self._fetch(
                "videos",
                kind if place == 0 else f"{kind} {place + 1}",
                {"part": "snippet,statistics", "id": ",".join(part)},
                carried=watched,
            )
            for place, part in enumerate(parts)
        )

    def _commented(self, kind: str, shown: list[dict[str, Any]], watched: Watched) -> tuple[Fetch, ...]:
        """The first pages of comments on these videos. One that tells no count takes none; those of the brand's own
        channel are read with it."""
        videos = {name: _video(one) for one in shown if (name := string(one, "id"))}
        known = replace(watched, videos=videos)
        if kind == "stats":
            return (self._comments("channel", known),)
        others = [
            one for one in shown[:VIDEOS] if string(one, "snippet", "channelId") != (watched.ours or "")
        ]
        return tuple(
            self._comments(name, replace(known, strict=kind == "found" and self._stray(videos[name])))
            for one in others
            if (name := string(one, "id")) and number(one, "statistics", "commentCount")
        )

    def _stray(self, video: Video) -> bool:
        """Whether only those comments count that name the brand, as the video itself does not."""
        return self.context.options.match is None and not matcher(self.context.brand).names(video.title)

    def _comments(self, where: str, watched: Watched, number: int = 1, token: str | None = None) -> Fetch:
        words: dict[str, Any] = {"part": "snippet,replies", "order": "time", "textFormat": "plainText"}
        words["maxResults"] = LIMIT
        words |= {"allThreadsRelatedToChannelId": watched.ours} if where == "channel" else {"videoId": where}
        words |= {"pageToken": token} if token else {}
        return self._fetch("commentThreads", f"comments {where}", words, number, carried=watched)

    def _threads(self, page: Page, whole: Entry, shown: list[dict[str, Any]], watched: Watched) -> Parsed:
        threads = [thread_of(one) for one in shown]
        entries = [
            entry
            for one in threads
            for entry in (one.first(watched.ours), *one.others(one.replies, watched.ours))
        ]
        parsed = self._read(entries, watched)
        where = page.chain.partition(" ")[2]
        token = string(whole, "nextPageToken")
        return replace(
            parsed,
            next=(self._comments(where, watched, page.number + 1, token),) if token else (),
            lists=tuple(self._rest(thread, watched) for thread in threads if self._moves(thread)),
        )

    def _moves(self, thread: Thread) -> bool:
        """Whether replies are missing to a thread in which somebody wrote of late."""
        since = self.context.now - self.context.options.overlap
        moments = (written(one, self.context.now) for one in (thread.opening, *thread.replies))
        return not thread.whole and any(at is not None and at >= since for at in moments)

    def _rest(self, thread: Thread, watched: Watched, number: int = 1, token: str | None = None) -> Fetch:
        """`thread` carries the replies of the pages before."""
        name = string(thread.opening, "id") or ""
        words: dict[str, Any] = {"part": "snippet", "textFormat": "plainText", "maxResults": LIMIT}
        words |= {"parentId": name} | ({"pageToken": token} if token else {})
        known = replace(thread, replies=(), whole=False) if number == 1 else thread
        return self._fetch("comments", f"replies {name}", words, number, carried=(known, watched))

    def _replies(self, page: Page, whole: Entry, shown: list[dict[str, Any]]) -> Parsed:
        """All replies of a thread; with the last page its opening again, as now it is known what was answered."""
        known, watched = (
            page.carried if isinstance(page.carried, tuple) else (None, Watched(self._known_id()))
        )
        known = known or Thread({}, None, None)
        token = string(whole, "nextPageToken")
        thread = replace(known, replies=(*known.replies, *shown), whole=token is None)
        entries = thread.others(shown, watched.ours)
        if token:
            parsed = self._read(entries, watched)
            return replace(parsed, next=(self._rest(thread, watched, page.number + 1, token),))
        return self._read([thread.first(watched.ours), *entries] if known.opening else entries, watched)

    def _read(self, entries: list[Entry], watched: Watched) -> Parsed:
        now = self.context.now
        parsed = answers.read(self.context, entries, lambda entry: values(entry, watched, now), "comment")
        if not watched.strict:
            return parsed
        names = matcher(self.context.brand).names
        kept = tuple(one for one in parsed.mentions if names(one.text))
        return replace(parsed, mentions=kept, passed=parsed.passed + len(parsed.mentions) - len(kept))

    def _fetch(
        self,
        call: str,
        chain: str,
        words: dict[str, Any],
        number: int = 1,
        cost: int = 1,
        carried: Any = None,
    ) -> Fetch:
        options = self.context.options
        url = f"{options.base_url.rstrip('/')}/youtube/v3/{call}?{urlencode(words)}"
        if options.refresh_token_env is None:
            headers = {"X-Goog-Api-Key": self.context.secret(options.key_env)}
        else:
            headers = {"Authorization": f"Bearer {self.token}"}
        return Fetch(url, number, chain, headers, cost=cost, carried=carried)


def _video(one: Entry) -> Video:
    return Video(string(one, "snippet", "title"), number(one, "statistics", "viewCount"))
