"""Stack Exchange: questions by words or tags, newest first, what stands below them, and what the brand has answered."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from crawlers import answers, base
from crawlers.answers import Entry, Values, number, string, table, tables
from crawlers.base import Answer, Fetch, Page, Parsed
from crawlers.dates import parse_date
from crawlers.text import from_html, plain
from platforms.stackexchange import Options
from store.errors import Permanent, Transient

LIMIT = 100  # the most that is given at once, of a list and of ids
LONGEST_BACKOFF = 3600  # seconds; what is longer is no backoff but a broken answer
_MORE_IN = re.compile(r"more requests available in (\d{1,7}) seconds")
_PASSING = {"throttle_violation", "temporarily_unavailable", "internal_error"}
_LASTING = {
    "bad_parameter": "check site, tags, filter and pages",
    "invalid_access_token": "check the key",
    "access_denied": "check the key",
    "key_required": "this needs the key of an application",
    "access_token_required": "pages beyond the 25th need a token: lower `pages`",
    "no_method": "check base_url",
    "access_token_compromised": "the key was revoked: register another",
}


class Spider(base.Spider[Options]):
    look_up_size = LIMIT

    def first(self) -> list[Fetch]:
        accounts = ";".join(map(str, self.context.options.accounts))
        theirs = [self._fetch(f"users/{accounts}/answers", {}, 1, "answers")] if accounts else []
        return [self._questions(1), *theirs]

    def look_up(self, ids: Sequence[str]) -> Fetch:
        """What stands below a question comes with it: `SITE/QUESTION/a...` is asked for by its question."""
        questions = dict.fromkeys(name.split("/")[1] for name in ids)
        return self._fetch(f"questions/{quote(';'.join(questions), safe=';')}", {}, 1, "look")

    def parse(self, page: Page) -> Parsed:
        whole = table(answers.whole(page, "questions"))
        if not isinstance(whole.get("items"), list):
            raise Permanent("no items", f"{page.host} answered without items: check base_url")
        posts = list(_posts(tables(whole, "items"), "answer" if page.chain == "answers" else "question"))
        parsed = Parsed()
        if page.chain != "answers":
            parsed = answers.read(self.context, posts, self._values, "post")
        following = whole.get("has_more") is True and page.chain == "questions"
        return replace(
            parsed,
            next=(self._questions(page.number + 1),) if following else (),
            answers=self._replies(posts),
            wait=float(min(number(whole, "backoff") or 0, LONGEST_BACKOFF)) or None,
            left=number(whole, "quota_remaining"),
        )

    def refusal(self, page: Page) -> Permanent | Transient | None:
        """Its errors have a name; a throttle says in words when it ends."""
        try:
            told = table(answers.whole(page, "error"))
        except Permanent:
            return None
        name, message = string(told, "error_name") or "", string(told, "error_message") or ""
        if name in _PASSING:
            until = _MORE_IN.search(message)
            return Transient(f"{page.host}: {name}", float(until[1]) if until else None)
        return Permanent(f"refused as {name}", _LASTING[name]) if name in _LASTING else None

    def _questions(self, number: int) -> Fetch:
        options = self.context.options
        since = int((self.context.now - options.history).timestamp())
        words: dict[str, Any] = {"q": options.query} if options.query else {}
        if options.tags:
            words["tagged"] = ";".join(options.tags)
        words |= {"page": number, "fromdate": since}
        return self._fetch("search/advanced", words, number, "questions")

    def _fetch(self, path: str, words: Mapping[str, Any], number: int, chain: str) -> Fetch:
        options = self.context.options
        asked = {
            **words,
            "site": options.site,
            "sort": "creation",
            "order": "desc",
            "pagesize": LIMIT,
            "filter": options.filter,
        }
        if key := self.context.secrets.get(options.key_env, "").strip():
            asked["key"] = key
        return Fetch(f"{options.base_url.rstrip('/')}/2.3/{path}?{urlencode(asked)}", number, chain)

    def _name(self, post: Entry) -> str | None:
        """Ids are unique within a site; what stands below a question is named after it."""
        question, own = string(post, "question_id"), string(post, "own_id")
        if not question or not own:
            return None
        return "/".join((self.context.options.site, question, *([own] if own != question else [])))

    def _ours(self, post: Entry) -> bool:
        return number(post, "owner", "user_id") in self.context.options.accounts

    def _replies(self, posts: Sequence[Entry]) -> dict[str, Answer]:
        return answers.newest(
            (
                self._name(table(post, "above")),
                Answer(
                    from_html(string(post, "body") or ""),
                    parse_date(post.get("creation_date"), self.context.now),
                ),
            )
            for post in posts
            if self._ours(post)
        )

    def _values(self, post: Entry) -> Values | None:
        if self._ours(post):
            return None
        title, owner = string(post, "title"), table(post, "owner")
        site, question = self.context.options.site, string(post, "question_id")
        user = string(owner, "user_id")
        score = post.get("score")
        return {
            "external_id": self._name(post),
            "title": plain(title) if title and not post.get("above") else None,
            "text": from_html(string(post, "body") or ""),
            "author": plain(string(owner, "display_name") or "") or None,
            "author_id": f"{site}/{user}" if user else None,
            "published_at": parse_date(post.get("creation_date"), self.context.now),
            "edited_at": parse_date(post.get("last_edit_date"), self.context.now),
            "url": string(post, "link"),
            "place": site,
            "thread": f"{site}/{question}",
            # Votes against are taken off: what is left may be below zero.
            "likes": max(score, 0) if isinstance(score, int) and not isinstance(score, bool) else None,
            "replies": number(post, "answer_count"),
            "views": number(post, "view_count"),
        }


def _posts(items: Sequence[Entry], kind: str) -> Iterator[Entry]:
    """Questions, and below each its answers and the comments on both, where the filter shows them.

    Each with its `own_id` and, below a question, what it answers as `above`.
    """
    for item in items:
        if kind == "answer":
            yield _below(item, "a", "answer_id", {"question_id": item.get("question_id")})
            continue
        question = {**item, "own_id": item.get("question_id"), "above": None}
        yield question
        yield from (_below(one, "c", "comment_id", question) for one in tables(item, "comments"))
        for answer in tables(item, "answers"):
            replied = _below(answer, "a", "answer_id", question)
            yield replied
            yield from (_below(one, "c", "comment_id", replied) for one in tables(answer, "comments"))


def _below(post: Entry, sign: str, name: str, above: Entry) -> Entry:
    own, question = string(post, name), above.get("question_id")
    return {
        **post,
        "question_id": question,
        "own_id": f"{sign}{own}" if own else None,
        "above": {"question_id": question, "own_id": above.get("own_id", question)},
    }
