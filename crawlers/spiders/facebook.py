"""A Facebook page of the brand's own: recommendations, comments on its newest posts, posts of others that tag it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from crawlers import answers
from crawlers.answers import Entry, Values, number, string, table, tables
from crawlers.base import Answer, Fetch, Page, Parsed
from crawlers.families import graph
from crawlers.text import tidy
from platforms.facebook import Options
from store.errors import Permanent

POSTS, COMMENTS, LIST = 25, 25, 50  # in one answer; more of them, and Facebook asks for less
RECOMMENDATION = (
    "recommendation/"  # before the ids of recommendations, which cannot be asked for by their ids
)
_NEWEST = "order(reverse_chronological)"
_REPLY = "id,message,created_time,from,message_tags"
_COMMENT = (
    "id,message,created_time,from,message_tags,parent{id},permalink_url,like_count,comment_count,"
    f"comments.{_NEWEST}.limit(10){{{_REPLY}}}"
)
_POST = f"id,comments.filter(stream).{_NEWEST}.limit({COMMENTS}){{{_COMMENT}}}"
_RATING = (
    "created_time,has_rating,rating,recommendation_type,review_text,reviewer,"
    f"open_graph_story{{id,comments.limit(10){{{_REPLY}}}}}"
)
_TAG = (
    "id,message,created_time,from,permalink_url,shares,"
    f"comments.filter(toplevel).{_NEWEST}.limit(10).summary(true){{{_REPLY}}},"
    "reactions.limit(0).summary(true)"
)
_POST_NUMBER = re.compile(r"(\d+)/?$")


class Spider(graph.GraphSpider[Options]):
    comment = _COMMENT

    def first(self) -> list[Fetch]:
        return [self._list("ratings"), self._list("published_posts"), self._list("tagged")]

    def read(self, page: Page, found: Entry) -> Parsed:
        kind, _, post = page.chain.partition(" ")
        if kind == "look-up":
            return self._comments(graph.asked_for(found))
        if not isinstance(found.get("data"), list):
            raise Permanent("no list", f"{page.host} answered without one: check base_url and page_id")
        entries, after = tables(found, "data"), graph.after(found)
        if kind == "published_posts":
            return self._posts(page, entries, after)
        if kind == "comments":
            return replace(self._comments(entries), next=self._more(post, page.number + 1, entries, after))
        parsed = self._ratings(entries) if kind == "ratings" else self._tags(entries)
        return replace(parsed, next=(self._list(kind, page.number + 1, after),) if after else ())

    def _list(self, kind: str, number: int = 1, after: str | None = None) -> Fetch:
        """One of the page's own lists; all show the newest first."""
        fields = {"ratings": _RATING, "published_posts": _POST, "tagged": _TAG}[kind]
        path = f"{self.context.options.page_id}/{kind}"
        limit = POSTS if kind == "published_posts" else LIST
        return graph.fetch(self.context, path, fields, number, kind, limit=limit, after=after)

    def _posts(self, page: Page, posts: Sequence[Entry], after: str | None) -> Parsed:
        """The comments that stand with each post, and where the lists of posts and of comments go on."""
        lists: list[Fetch] = []
        if after and page.number * POSTS < self.context.options.posts:
            lists.append(self._list("published_posts", page.number + 1, after))
        comments: list[Entry] = []
        for post in posts:
            shown, name = tables(post, "comments", "data"), string(post, "id")
            comments += shown
            if name and re.fullmatch(r"\d+(_\d+)?", name):
                lists += self._more(name, 2, shown, graph.after(post.get("comments")))
        kept = {"read_at": self.context.now.isoformat()} if page.number == 1 else None
        return replace(self._comments(comments), lists=tuple(lists), kept=kept)

    def _more(self, post: str, number: int, shown: Sequence[Entry], after: str | None) -> tuple[Fetch, ...]:
        """Older comments of a post, where those that are shown do not reach back to the last crawl."""
        since = graph.since(self.context)
        last = graph.oldest(shown, "created_time", self.context)
        if not after or (since and last and last < since):
            return ()
        words = {"filter": "stream", "order": "reverse_chronological", "limit": LIST, "after": after}
        if since:
            words["since"] = int(since.timestamp())
        return (graph.fetch(self.context, f"{post}/comments", _COMMENT, number, f"comments {post}", **words),)

    def _comments(self, comments: Sequence[Entry]) -> Parsed:
        """Comments and replies in one list, each with the page's own reply to it."""
        ours = [reply for comment in comments for reply in self._own(comment)]
        parsed = answers.read(self.context, comments, lambda comment: self._comment(comment, ours), "comment")
        here = {mention.external_id for mention in parsed.mentions}
        elsewhere = {}
        for reply in sorted(ours, key=lambda one: self._at(one) or self.context.now):
            above = _thread(reply)
            if (
                above and above not in here and not tables(reply, "message_tags")
            ):  # whoever is named may be another
                elsewhere[above] = self._answer(reply)
        return replace(parsed, answers=elsewhere)

    def _own(self, comment: Entry) -> list[Entry]:
        """What the page itself wrote: the comment, or replies that stand with it."""
        replies = [
            reply | {"parent": {"id": _name(comment)}} for reply in tables(comment, "comments", "data")
        ]
        return [one for one in (comment, *replies) if self._ours(one)]

    def _comment(self, comment: Entry, ours: Iterable[Entry]) -> Values | None:
        if self._ours(comment):
            return None
        name, at = _name(comment), self._at(comment)
        thread = _thread(comment) or name
        author = string(comment, "from", "id")
        to_it = (one for one in ours if _thread(one) == thread)
        replies = [one for one in to_it if self._answers(one, at, author, opens=thread == name)]
        return {
            "external_id": name,
            "text": tidy(string(comment, "message") or ""),
            "author": string(comment, "from", "name"),
            "author_id": author,
            "published_at": at,
            "url": string(comment, "permalink_url"),
            "thread": thread,
            "likes": number(comment, "like_count"),
            "replies": number(comment, "comment_count"),
        } | self._last(replies)

    def _answers(self, reply: Entry, at: datetime | None, author: str | None, opens: bool) -> bool:
        """Whether the page's reply is to this comment: later, and to its author by name. One that names nobody is to
        the comment that opens the conversation."""
        when = self._at(reply)
        tagged = {string(tag, "id") for tag in tables(reply, "message_tags")} - {None}
        return (at is None or when is None or when >= at) and (author in tagged if tagged else opens)

    def _ratings(self, entries: Sequence[Entry]) -> Parsed:
        """A recommendation is yes or no, no stars; only older reviews have a rating of 1 to 5."""
        made: dict[str, bool] = {}

        def values(entry: Entry) -> Values | None:
            at, story = self._at(entry), table(entry, "open_graph_story")
            reviewer, name = string(entry, "reviewer", "id"), string(story, "id")
            if not name and at:
                name = f"{reviewer or ''}-{at:%Y%m%dT%H%M%S}"
                made[RECOMMENDATION + name] = reviewer is not None
            rating = number(entry, "rating")
            own = [one for one in tables(story, "comments", "data") if self._ours(one)]
            return {
                "external_id": RECOMMENDATION + name if name else "",
                "text": tidy(string(entry, "review_text") or ""),
                "author": string(entry, "reviewer", "name"),
                "author_id": reviewer,
                "stars": rating if rating and rating <= 5 else None,
                "published_at": at,
                "url": f"https://www.facebook.com/{self.context.options.page_id}/reviews",
            } | self._last(own)

        parsed = answers.read(self.context, entries, values, "recommendation")
        shown = {mention.external_id for mention in parsed.mentions}
        return replace(parsed, derived={name: strong for name, strong in made.items() if name in shown})

    def _tags(self, entries: Sequence[Entry]) -> Parsed:
        return answers.read(self.context, entries, self._tag, "post")

    def _tag(self, post: Entry) -> Values | None:
        if self._ours(post):
            return None
        name = f"{graph.TAGGED}{string(post, 'id')}" if string(post, "id") else ""
        comments = [one for one in tables(post, "comments", "data") if self._ours(one)]
        return {
            "external_id": name,
            "text": tidy(string(post, "message") or ""),
            "author": string(post, "from", "name"),
            "author_id": string(post, "from", "id"),
            "published_at": self._at(post),
            "url": string(post, "permalink_url"),
            "thread": name,
            "likes": number(post, "reactions", "summary", "total_count"),
            "shares": number(post, "shares", "count"),
            "replies": number(post, "comments", "summary", "total_count"),
        } | self._last(comments)

    def _last(self, replies: Iterable[Entry]) -> Values:
        """The page's newest reply: the one that a reader sees as its word on the matter."""
        newest = max(replies, key=lambda one: (self._at(one) is not None, self._at(one)), default=None)
        if newest is None:
            return {}
        answer = self._answer(newest)
        return {"answer": answer.text, "answered_at": answer.at}

    def _answer(self, reply: Entry) -> Answer:
        return Answer(tidy(string(reply, "message") or ""), self._at(reply))

    def _ours(self, thing: Entry) -> bool:
        return string(thing, "from", "id") == self.context.options.page_id

    def _at(self, thing: Entry) -> datetime | None:
        return graph.moment(thing, "created_time", self.context)


def _name(comment: Entry) -> str:
    """The comment's id; where an answer leaves it out, as its address spells it."""
    return string(comment, "id") or _from_link(comment, "reply_comment_id", "comment_id")


def _thread(comment: Entry) -> str:
    """The id of the comment that this one replies to; empty where it opens a conversation."""
    if above := string(comment, "parent", "id"):
        return above
    replies = "reply_comment_id" in (string(comment, "permalink_url") or "")
    return _from_link(comment, "comment_id") if replies else ""


def _from_link(comment: Entry, *names: str) -> str:
    try:
        parts = urlsplit(string(comment, "permalink_url") or "")
    except ValueError:
        return ""
    given, post = parse_qs(parts.query), _POST_NUMBER.search(parts.path)
    number = next((given[name][0] for name in names if given.get(name)), "")
    return f"{post[1]}_{number}" if post and number.isascii() and number.isdigit() else ""
