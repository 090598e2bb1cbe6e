"""X's interface, version 2: recent search and look-up by ids, for whoever shows the bearer token."""

import json
import re
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from demo.places import Response, Visit, as_json
from demo.world import Post, World, parse_offset, read_posts

NAME = "caffeaurora"
SOURCE = f"""
[[sources]]
name = "x"
type = "x"
brand = "aurora"
query = "caffè aurora"
account = "@{NAME}"
base_url = "$base_url/x"
"""
SECRETS = {"X_BEARER_TOKEN": "piazza-bearer"}
LIMIT = 450  # requests in a quarter of an hour
MOST = 4  # posts of one answer, whatever is asked for, so that there are pages to turn
_EPOCH = 1_288_834_974_657
_QUERY = re.compile(r"\(*([^()]+)\)+(?: OR \(from:(\w+) is:reply\)\))? -is:retweet")
_ALWAYS = ("id", "text", "edit_history_tweet_ids")
_PROBLEMS = "https://api.twitter.com/2/problems/"
Tweet = dict[str, Any]


def ids(world: World) -> set[str]:
    """The external ids that a correct reader finds."""
    return {_history(world, post)[0] for post in world.posts("x") if post.about_brand}


def answer(visit: Visit) -> Response:
    """Posts as they stand; each edit has an id of its own, under which the older version stays."""
    if visit.headers.get("authorization") != f"Bearer {SECRETS['X_BEARER_TOKEN']}":
        return _problem(401, "about:blank", "Unauthorized")
    if visit.path == "/2/tweets/search/recent":
        return _search(visit)
    if visit.path == "/2/tweets":
        return _look_up(visit)
    return _problem(404, f"{_PROBLEMS}resource-not-found", "Not Found Error")


def _search(visit: Visit) -> Response:
    query = _QUERY.fullmatch(visit.query.get("query", ""))
    if query is None or not 10 <= visit.number("max_results", 10) <= 100:
        return _problem(400, f"{_PROBLEMS}invalid-request", "Invalid Request", ["Rules must be valid"])
    since = visit.number("since_id", 0)
    if since and since < _id_at(visit.world.now - timedelta(days=7)):
        told = "'since_id' must be a tweet id created after [7 days ago]"
        return _problem(400, f"{_PROBLEMS}invalid-request", "Invalid Request", [told])
    words, account = query[1].casefold().split(), query[2]
    found = [
        tweet
        for tweet in _tweets(visit.world).values()
        if tweet["id"] == tweet["edit_history_tweet_ids"][-1]
        and int(tweet["id"]) > since
        and (
            all(word in tweet["text"].casefold() for word in words)
            or (account == tweet["author"]["username"] and "referenced_tweets" in tweet)
        )
    ]
    found.sort(key=lambda tweet: int(tweet["id"]), reverse=True)
    start = int(visit.query.get("next_token") or "0", 36)
    page = found[start : start + MOST]
    meta: dict[str, Any] = {"result_count": len(page)}
    if page:
        meta |= {"newest_id": page[0]["id"], "oldest_id": page[-1]["id"]}
    if start + MOST < len(found):
        meta["next_token"] = _base36(start + MOST)
    return _shown(visit, page, {"meta": meta})


def _look_up(visit: Visit) -> Response:
    wanted, tweets = visit.query.get("ids", "").split(","), _tweets(visit.world)
    if not 1 <= len(wanted) <= 100 or not all(re.fullmatch(r"\d{1,19}", name) for name in wanted):
        return _problem(400, f"{_PROBLEMS}invalid-request", "Invalid Request", ["ids"])
    errors = [
        {
            "value": name,
            "detail": f"Could not find tweet with ids: [{name}].",
            "title": "Not Found Error",
            "resource_type": "tweet",
            "parameter": "ids",
            "resource_id": name,
            "type": f"{_PROBLEMS}resource-not-found",
        }
        for name in wanted
        if name not in tweets
    ]
    found = [tweets[name] for name in wanted if name in tweets]
    return _shown(visit, found, {"errors": errors} if errors else {})


def _shown(visit: Visit, page: list[Tweet], more: dict[str, Any]) -> Response:
    """Only what is asked for; what is expanded stands beside it, once."""
    fields = {*_ALWAYS, *visit.query.get("tweet.fields", "").split(",")}
    expanded = visit.query.get("expansions", "").split(",")
    body: dict[str, Any] = {}
    if page:
        body["data"] = [_only(tweet, fields) for tweet in page]
    includes: dict[str, Any] = {}
    if page and "author_id" in expanded:
        names = {"id", "name", "username", *visit.query.get("user.fields", "").split(",")}
        users = {tweet["author_id"]: _only(tweet["author"], names) for tweet in page}
        includes["users"] = list(users.values())
    edited = {name for tweet in page for name in tweet["edit_history_tweet_ids"]} - {
        one["id"] for one in page
    }
    if edited and "edit_history_tweet_ids" in expanded:
        tweets = _tweets(visit.world)
        includes["tweets"] = [_only(tweets[name], fields) for name in sorted(edited)]
    used = visit.earlier % (LIMIT - 10)
    limits = {
        "x-rate-limit-limit": str(LIMIT),
        "x-rate-limit-remaining": str(LIMIT - 1 - used),
        "x-rate-limit-reset": str(int(visit.world.now.timestamp()) + 900),
    }
    return as_json(body | ({"includes": includes} if includes else {}) | more, limits)


def _tweets(world: World) -> dict[str, Tweet]:
    """Every version of every post, by its id."""
    found: dict[str, Tweet] = {}
    for post in world.posts("x"):
        history = _history(world, post)
        for name in history:
            found[name] = _tweet(world, post, name, history)
        if post.answer:
            reply = _tweet(world, post, _id_of(world, post.answer.at, f"{post.key} reply"), [])
            author = {"id": "42", "name": "Caffè Aurora", "username": NAME, "public_metrics": _people(900)}
            found[reply["id"]] = reply | {
                "text": post.answer.text,
                "author": author,
                "author_id": "42",
                "referenced_tweets": [{"type": "replied_to", "id": history[0]}],
                "in_reply_to_user_id": _person(post),
                "edit_history_tweet_ids": [reply["id"]],
            }
    return found


def _tweet(world: World, post: Post, name: str, history: list[str]) -> Tweet:
    at = datetime.fromtimestamp(((int(name) >> 22) + _EPOCH) / 1000, UTC)
    author = {
        "id": _person(post),
        "name": post.author,
        "username": post.acct,
        "public_metrics": _people(post.followers),
    }
    first = next((original.text for original in read_posts("x") if original.key == post.key), post.text)
    tweet: Tweet = {
        "id": name,
        "text": first if history[1:] and name == history[0] else post.text,
        "author_id": author["id"],
        "author": author,
        "conversation_id": _history(world, _by_key(world, post.reply_to or post.key))[0],
        "created_at": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z",
        "edit_history_tweet_ids": history,
        "lang": post.lang or "und",
        "public_metrics": {
            "retweet_count": post.shares,
            "reply_count": post.replies,
            "like_count": post.likes,
            "quote_count": 0,
            "bookmark_count": 0,
            "impression_count": post.likes * 40,
        },
    }
    if post.reply_to:
        above = _history(world, _by_key(world, post.reply_to))[0]
        tweet["referenced_tweets"] = [{"type": "replied_to", "id": above}]
        tweet["in_reply_to_user_id"] = _person(_by_key(world, post.reply_to))
    return tweet


def _person(post: Post) -> str:
    return str(zlib.crc32(post.author.encode()))


def _people(followers: int) -> dict[str, int]:
    return {"followers_count": followers, "following_count": 1, "tweet_count": 1, "listed_count": 0}


def _history(world: World, post: Post) -> list[str]:
    """The ids of its versions, the first one first."""
    edited = [parse_offset(post.more["edited"])] if post.more.get("edited") else []
    moments: list[timedelta] = [post.at, *edited]
    return [_id_of(world, at, post.key) for at in moments]


def _by_key(world: World, key: str) -> Post:
    return next(post for post in world.posts("x") if post.key == key)


def _id_of(world: World, at: timedelta, key: str) -> str:
    return str(_id_at(world.when(at)) | zlib.crc32(key.encode()) & 0x3FFFFF)


def _id_at(moment: datetime) -> int:
    return (int(moment.timestamp() * 1000) - _EPOCH) << 22


def _only(thing: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in thing.items() if name in names}


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return (_base36(number // 36) if number >= 36 else "") + digits[number % 36]


def _problem(status: int, kind: str, title: str, messages: list[str] | None = None) -> Response:
    body: dict[str, Any] = {"title": title, "type": kind, "status": status, "detail": title}
    if messages:
        body["errors"] = [{"message": message, "parameters": {}} for message in messages]
    return Response(json.dumps(body).encode(), "application/problem+json", status)
