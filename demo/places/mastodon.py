"""A Mastodon-compatible instance: search, hashtag timelines, one status, its thread; paged and rate limited."""

import re
import unicodedata
import zlib
from datetime import timedelta
from html import escape
from typing import Any

from demo.places import Response, Visit, as_json, html, not_found
from demo.world import Post, World

BRAND_ACCT = "caffeaurora"
MAX_CHARACTERS = 500
_LIMIT = 300  # requests in five minutes, as Mastodon's default
_MARKED = re.compile(r"https?://[^\s<>|&]+|[#@]\w+")
_TAG = re.compile(r"#(\w+)")


def status_id(world: World, post: Post) -> int:
    """A snowflake, as Mastodon makes them: milliseconds in the upper 48 bits, so ids sort by time."""
    milliseconds = int(world.when(post.at).timestamp() * 1000)
    return milliseconds << 16 | zlib.crc32(post.key.encode()) & 0xFFFF


def search(visit: Visit) -> Response:
    """`/api/v2/search?q=WORDS&type=statuses&limit=&offset=&max_id=&min_id=`: every word must occur."""
    words = fold(visit.query.get("q", "")).replace("#", "").split()
    found = [post for post in _public(visit) if words and all(word in fold(post.text) for word in words)]
    if visit.query.get("type", "statuses") != "statuses":
        found = []
    start = visit.number("offset", 0)
    page = _window(visit, found)[start:][: _limit(visit)]
    answer = {"accounts": [], "statuses": [status(visit, post) for post in page], "hashtags": []}
    return as_json(answer, _rate(visit))


def timeline(visit: Visit) -> Response:
    """`/api/v1/timelines/tag/TAG?limit=&max_id=&since_id=&min_id=`, with a Link header to the next page."""
    tag = fold(visit.path.rpartition("/")[2])
    tagged = [post for post in _public(visit) if tag in map(fold, _TAG.findall(post.text))]
    window = _window(visit, tagged)
    # min_id asks for what follows it directly, so its page is the oldest one.
    page = window[-_limit(visit) :] if "min_id" in visit.query else window[: _limit(visit)]
    headers = _rate(visit)
    if page:
        headers["Link"] = _links(visit, page)
    return as_json([status(visit, post) for post in page], headers)


def one_status(visit: Visit) -> Response:
    """`/api/v1/statuses/ID` and `/api/v1/statuses/ID/context`"""
    _, _, _, _, wanted, *rest = visit.path.split("/")
    for post in _public(visit):
        if str(status_id(visit.world, post)) == wanted:
            return as_json(
                _context(visit, post) if rest == ["context"] else status(visit, post), _rate(visit)
            )
    return not_found()


def instance(visit: Visit) -> Response:
    """`/api/v2/instance`: the part that says how long a status may be."""
    return as_json({"title": "Piazza", "configuration": {"statuses": {"max_characters": MAX_CHARACTERS}}})


def status_page(visit: Visit) -> Response:
    """`/@ACCT/ID`, for people"""
    wanted = visit.path.rpartition("/")[2]
    for post in _public(visit):
        if str(status_id(visit.world, post)) == wanted:
            return html("article.html", post=post, when=visit.world.when)
    return not_found()


def fold(text: str) -> str:
    """Case and accents away, as an instance's search does: "Caffè" is found by "caffe"."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def status(visit: Visit, post: Post) -> dict[str, Any]:
    """One Status entity."""
    number = str(status_id(visit.world, post))
    address = f"{visit.base_url}/@{post.acct}/{number}"
    parent = visit.world.find(post.reply_to) if post.reply_to else None
    return {
        "id": number,
        "uri": address,
        "url": address,
        "created_at": _stamp(visit, post.at),
        "edited_at": None,
        "account": _account(visit, post),
        "in_reply_to_id": str(status_id(visit.world, parent)) if parent else None,
        "in_reply_to_account_id": _account_id(parent.acct or "") if parent else None,
        "content": content(visit.base_url, post.text),
        "language": post.lang,
        "visibility": "public",
        "sensitive": False,
        "spoiler_text": "",
        "reblogs_count": post.shares,
        "favourites_count": post.likes,
        "replies_count": post.replies,
        "tags": [{"name": t, "url": f"{visit.base_url}/tags/{t}"} for t in _TAG.findall(post.text)],
        "mentions": _mentions(visit, post),
        "media_attachments": [],
        "emojis": [],
        "reblog": None,
        "card": None,
        "poll": None,
        "application": None,
    }


def content(base_url: str, text: str) -> str:
    """The HTML in which Mastodon keeps a status: paragraphs, and links cut into spans."""
    paragraphs = []
    for paragraph in text.split("\n\n"):
        parts, end = [], 0
        for match in _MARKED.finditer(paragraph):
            parts += [escape(paragraph[end : match.start()], quote=False), _link(base_url, match[0])]
            end = match.end()
        parts.append(escape(paragraph[end:], quote=False))
        paragraphs.append(f"<p>{''.join(parts)}</p>")
    return "".join(paragraphs)


def _link(base_url: str, word: str) -> str:
    if word[0] == "#":
        return f'<a href="{base_url}/tags/{word[1:]}" class="mention hashtag" rel="tag">#<span>{word[1:]}</span></a>'
    if word[0] == "@":
        link = f'<a href="{base_url}/@{word[1:]}" class="u-url mention">@<span>{word[1:]}</span></a>'
        return f'<span class="h-card" translate="no">{link}</span>'
    scheme, _, rest = word.partition("://")
    shown = f'<span class="invisible">{scheme}://</span><span class="">{rest}</span>'
    return f'<a href="{word}" target="_blank" rel="nofollow noopener" translate="no">{shown}</a>'


def _account(visit: Visit, post: Post) -> dict[str, Any]:
    acct = post.acct or ""
    return {
        "id": _account_id(acct),
        "username": acct.partition("@")[0],
        "acct": acct,
        "display_name": post.author,
        "locked": False,
        "bot": False,
        "group": False,
        "created_at": _stamp(visit, -timedelta(days=700)),
        "note": "",
        "url": f"{visit.base_url}/@{acct}",
        "uri": f"{visit.base_url}/users/{acct}",
        "followers_count": post.followers,
        "following_count": 100,
        "statuses_count": 1,
        "emojis": [],
        "fields": [],
    }


def _account_id(acct: str) -> str:
    return str(109_000_000_000_000_000 + zlib.crc32(acct.encode()))


def _mentions(visit: Visit, post: Post) -> list[dict[str, str]]:
    if f"@{BRAND_ACCT}" not in post.text:
        return []
    url = f"{visit.base_url}/@{BRAND_ACCT}"
    return [{"id": _account_id(BRAND_ACCT), "username": BRAND_ACCT, "acct": BRAND_ACCT, "url": url}]


def _context(visit: Visit, post: Post) -> dict[str, Any]:
    posts = _public(visit)
    above = [other for other in posts if other.key == post.reply_to]
    below = [other for other in posts if other.reply_to == post.key]
    return {"ancestors": [status(visit, p) for p in above], "descendants": [status(visit, p) for p in below]}


def _public(visit: Visit) -> list[Post]:
    return visit.world.posts("mastodon")


def _window(visit: Visit, posts: list[Post]) -> list[Post]:
    low = max(visit.number("min_id", 0), visit.number("since_id", 0))
    high = visit.number("max_id", 1 << 64)
    return [post for post in posts if low < status_id(visit.world, post) < high]


def _limit(visit: Visit) -> int:
    return min(max(visit.number("limit", 20), 1), 40)


def _links(visit: Visit, page: list[Post]) -> str:
    stem = f"{visit.base_url}{visit.path}?limit={_limit(visit)}"
    oldest, newest = status_id(visit.world, page[-1]), status_id(visit.world, page[0])
    return f'<{stem}&max_id={oldest}>; rel="next", <{stem}&min_id={newest}>; rel="prev"'


def _rate(visit: Visit) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(_LIMIT),
        "X-RateLimit-Remaining": str(max(_LIMIT - 1 - visit.earlier, 0)),
        "X-RateLimit-Reset": _stamp(visit, timedelta(minutes=5)),
    }


def _stamp(visit: Visit, at: timedelta) -> str:
    return visit.world.when(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")
