"""An Instagram account of the brand's own: comments on its newest posts, and posts of others in which it is tagged.

A comment or caption elsewhere that names the account (@brand) is shown to those only who are told its id by Instagram's
webhooks; `parse` reads such an answer, no list leads to it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from crawlers import answers
from crawlers.answers import Entry, Values, number, string, table, tables
from crawlers.base import Fetch, Page, Parsed
from crawlers.families import graph
from crawlers.text import tidy
from platforms.instagram import Options
from store.errors import Permanent

POSTS, COMMENTS, LIST = 25, 25, 50  # in one answer
_REPLY = "id,text,timestamp,username,from,like_count,parent_id"
_COMMENT = f"{_REPLY},media{{id,permalink,username}},replies.limit({COMMENTS}){{{_REPLY}}}"
_MEDIA = f"id,permalink,username,comments.limit({COMMENTS}){{{_COMMENT}}}"
_TAGGED = "id,caption,permalink,timestamp,username,like_count,comments_count,media_type"
_NUMBER = re.compile(r"\d{1,30}")


class Spider(graph.GraphSpider[Options]):
    comment = _COMMENT

    def first(self) -> list[Fetch]:
        return [self._list("media"), self._list("tags")]

    def read(self, page: Page, found: Entry) -> Parsed:
        kind, _, media = page.chain.partition(" ")
        if kind == "look-up":
            return self._comments(graph.asked_for(found))
        if comment := table(found, "mentioned_comment"):
            return self._comments([comment])
        if post := table(found, "mentioned_media"):
            return self._tags([post])
        if not isinstance(found.get("data"), list):
            raise Permanent("no list", f"{page.host} answered without one: check base_url and user_id")
        entries, after = tables(found, "data"), graph.after(found)
        if kind == "media":
            return self._posts(page, entries, after)
        if kind == "comments":
            return replace(self._comments(entries), next=self._more(media, page.number + 1, entries, after))
        return replace(self._tags(entries), next=(self._list(kind, page.number + 1, after),) if after else ())

    def _list(self, kind: str, number: int = 1, after: str | None = None) -> Fetch:
        """One of the account's own lists; both show the newest first."""
        fields, limit = (_MEDIA, POSTS) if kind == "media" else (_TAGGED, LIST)
        path = f"{self.context.options.user_id}/{kind}"
        return graph.fetch(self.context, path, fields, number, kind, limit=limit, after=after)

    def _posts(self, page: Page, posts: Sequence[Entry], after: str | None) -> Parsed:
        """The comments that stand with each post, and where the lists of posts and of comments go on."""
        lists: list[Fetch] = []
        if after and page.number * POSTS < self.context.options.posts:
            lists.append(self._list("media", page.number + 1, after))
        comments: list[Entry] = []
        for post in posts:
            shown, name = tables(post, "comments", "data"), string(post, "id")
            comments += [{"media": post} | comment for comment in shown]
            if name and _NUMBER.fullmatch(name):
                lists += self._more(name, 2, shown, graph.after(post.get("comments")))
        kept = {"read_at": self.context.now.isoformat()} if page.number == 1 else None
        return replace(self._comments(comments), lists=tuple(lists), kept=kept)

    def _more(self, media: str, number: int, shown: Sequence[Entry], after: str | None) -> tuple[Fetch, ...]:
        """Older comments of a post, where those that are shown do not reach back to the last crawl."""
        since, last = graph.since(self.context), graph.oldest(shown, "timestamp", self.context)
        if not after or (since and last and last < since):
            return ()
        path, chain = f"{media}/comments", f"comments {media}"
        return (graph.fetch(self.context, path, _COMMENT, number, chain, limit=LIST, after=after),)

    def _comments(self, comments: Iterable[Entry]) -> Parsed:
        """Comments with the replies that stand under them, each with the account's own reply to it."""
        entries: list[Entry] = []
        answered: dict[int, list[Entry]] = {}
        for comment in comments:
            replies = tables(comment, "replies", "data")
            below: list[Entry] = [
                {"parent_id": comment.get("id"), "media": comment.get("media")} | one for one in replies
            ]
            own = [one for one in below if self._ours(one)]
            for one in (comment, *below):
                if not self._ours(one):
                    answered[id(one)] = own
                    entries.append(one)
        return answers.read(
            self.context, entries, lambda entry: self._comment(entry, answered[id(entry)]), "comment"
        )

    def _comment(self, comment: Entry, own: Iterable[Entry]) -> Values:
        name, at = string(comment, "id"), self._at(comment)
        author = self._author(comment)
        replies = [one for one in own if self._answers(one, comment, at, author)]
        complete = isinstance(comment.get("replies"), dict) and not graph.after(comment["replies"])
        return {
            "external_id": name,
            "text": tidy(string(comment, "text") or ""),
            "author": author,
            "author_id": author or string(comment, "from", "id"),  # lists of tags give names alone
            "published_at": at,
            "url": string(comment, "media", "permalink"),
            "thread": string(comment, "parent_id") or name,
            "likes": number(comment, "like_count"),
            "replies": len(tables(comment, "replies", "data")) if complete else None,
        } | self._last(replies)

    def _answers(self, reply: Entry, comment: Entry, at: datetime | None, author: str | None) -> bool:
        """Whether the account's reply may be to this comment: later, and not to others by name. A reply that begins
        with @somebody is to them; what begins otherwise is to the comment that opens the conversation."""
        when = self._at(reply)
        if at and when and when < at:
            return False
        named = re.match(r"\s*@([\w.]+)", string(reply, "text") or "")
        if named:
            return named[1].rstrip(".").casefold() == (author or "").casefold()
        return not string(comment, "parent_id")

    def _tags(self, entries: Sequence[Entry]) -> Parsed:
        return answers.read(self.context, entries, self._tag, "post")

    def _tag(self, post: Entry) -> Values | None:
        if self._ours(post):
            return None
        name = f"{graph.TAGGED}{string(post, 'id')}" if string(post, "id") else ""
        return {
            "external_id": name,
            "text": tidy(string(post, "caption") or ""),
            "author": self._author(post),
            "author_id": self._author(post),
            "published_at": self._at(post),
            "url": string(post, "permalink"),
            "thread": name,
            "likes": number(post, "like_count"),
            "replies": number(post, "comments_count"),
        }

    def _last(self, replies: Iterable[Entry]) -> Values:
        """The account's newest reply: the one that a reader sees as its word on the matter."""
        newest = max(replies, key=lambda one: (self._at(one) is not None, self._at(one)), default=None)
        if newest is None:
            return {}
        return {"answer": tidy(string(newest, "text") or ""), "answered_at": self._at(newest)}

    def _author(self, thing: Entry) -> str | None:
        return string(thing, "username") or string(thing, "from", "username")

    def _ours(self, thing: Entry) -> bool:
        """By the account's number, by the name that it is configured with, or by that of the post's owner."""
        if string(thing, "from", "id") == self.context.options.user_id:
            return True
        author = (self._author(thing) or "").casefold()
        ours = answers.own_names(self.context, filter(None, (self.context.options.account,)))
        owner = (string(thing, "media", "username") or "").casefold()
        return bool(author) and (author in ours or author == owner)

    def _at(self, thing: Entry) -> datetime | None:
        return graph.moment(thing, "timestamp", self.context)
