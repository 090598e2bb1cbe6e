"""YouTube's interface: the brand's channel with two videos, videos found by words, the comments on all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from demo.google import paged, refused, renewed
from demo.places import Response, Visit, as_json
from demo.world import Post, World

SOURCE = """
[[sources]]
name = "youtube"
type = "youtube"
brand = "aurora"
channel = "@caffeaurora"
query = "caffè aurora"
base_url = "$base_url/youtube"
token_url = "$base_url/youtube/token"
"""
SECRETS = {"YOUTUBE_API_KEY": "AIzaPiazza"}
SIGNED_IN = {
    "client_id": "piazza.apps.example",
    "client_secret": "piazza-secret",
    "refresh_token": "1//piazza",
}
TOKEN = "ya29.piazza-video"  # noqa: S105 (the demo's own)
OURS, UPLOADS = "UCauroraCaffePiazza00001", "UUauroraCaffePiazza00001"
INCLUDED = 2  # replies that come with a thread; YouTube itself includes five
MOST = 100


@dataclass(frozen=True, slots=True)
class Film:
    """`owner`: the id of a channel. `open`: whether it takes comments."""

    title: str
    owner: str
    views: int
    open: bool = True


FILMS = {
    "aurMokaSole": Film("Moka Sole: la guarnizione, passo per passo", OURS, 18_400),
    "aurSpotNata": Film("Natale con Caffè Aurora", OURS, 92_150),
    "tstCapsule1": Film(
        "Ho provato le capsule di Caffè Aurora per un mese", "UCprovaTutto000000000001", 30_911
    ),
    "tstMokaTop5": Film("Le cinque moke migliori sotto i 40 euro", "UCcucinaPiccola000000001", 7_204),
    "tstSilenzio": Film(
        "Caffè Aurora, lo spot che ha diviso tutti", "UCpubblicita00000000001x", 640, open=False
    ),
}
_PATH = "/youtube/v3/"


def ids(world: World) -> set[str]:
    """The external ids that a correct reader finds."""
    return {_name(post) for post in world.posts("youtube") if post.about_brand and not _is_ours(post)}


def answer(visit: Visit) -> Response:
    """A key in the query or a header, or a token, opens everything."""
    if visit.path == "/token":
        return renewed(visit, SIGNED_IN, TOKEN)
    key = visit.query.get("key") or visit.headers.get("x-goog-api-key")
    if visit.headers.get("authorization") != f"Bearer {TOKEN}":
        if key is None:
            return refused(403, "The request is missing a valid API key.", "forbidden")
        if key != SECRETS["YOUTUBE_API_KEY"]:
            return refused(
                400, "API key not valid. Please pass a valid API key.", "badRequest", "API_KEY_INVALID"
            )
    call = _CALLS.get(visit.path.removeprefix(_PATH)) if visit.path.startswith(_PATH) else None
    if call is None or visit.method != "GET":
        return refused(404, "Not found.", "notFound")
    if not visit.query.get("part"):
        return refused(400, "No filter selected.", "missingRequiredParameter")
    return call(visit)


def _channels(visit: Visit) -> Response:
    known = visit.query.get("id") == OURS or visit.query.get("forHandle") == "@caffeaurora"
    channel = {
        "kind": "youtube#channel",
        "id": OURS,
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": UPLOADS}},
    }
    shown: dict[str, Any] = {"items": [channel]} if known else {}
    return as_json({"kind": "youtube#channelListResponse", "pageInfo": _info(int(known))} | shown)


def _playlist_items(visit: Visit) -> Response:
    if visit.query.get("playlistId") != UPLOADS:
        return refused(404, "The playlist cannot be found.", "playlistNotFound")
    mine = [name for name, film in FILMS.items() if film.owner == OURS]
    shown = [{"kind": "youtube#playlistItem", "contentDetails": {"videoId": name}} for name in mine]
    return _list(visit, "playlistItem", shown, 50)


def _search(visit: Visit) -> Response:
    words = visit.query.get("q", "").casefold().split()
    other = "tstMokaTop5"  # its description names the brand
    found = [
        name
        for name, film in FILMS.items()
        if film.owner != OURS and (name == other or all(word in film.title.casefold() for word in words))
    ]
    shown = [
        {
            "kind": "youtube#searchResult",
            "id": {"kind": "youtube#video", "videoId": name},
            "snippet": {"title": FILMS[name].title, "channelId": FILMS[name].owner},
        }
        for name in found
    ]
    return _list(visit, "search", shown, 50)


def _videos(visit: Visit) -> Response:
    wanted = visit.query.get("id", "").split(",")
    shown = [_film(visit.world, name, FILMS[name]) for name in wanted if name in FILMS]
    return as_json({"kind": "youtube#videoListResponse", "items": shown, "pageInfo": _info(len(shown))})


def _film(world: World, name: str, film: Film) -> dict[str, Any]:
    """The video that takes no comments still tells how many it had: its list is refused."""
    count = sum(_video(world, post) == name for post in world.posts("youtube"))
    statistics = {
        "viewCount": str(film.views * world.poll),
        "likeCount": "12",
        "commentCount": str(count or 1),
    }
    return {
        "kind": "youtube#video",
        "id": name,
        "snippet": {"title": film.title, "channelId": film.owner},
        "statistics": statistics,
    }


def _threads(visit: Visit) -> Response:
    video, channel = visit.query.get("videoId"), visit.query.get("allThreadsRelatedToChannelId")
    if video is not None and video not in FILMS:
        return refused(
            404, "The video identified by the videoId parameter could not be found.", "videoNotFound"
        )
    if video is not None and not FILMS[video].open:
        return refused(403, "The video has disabled comments.", "commentsDisabled")
    if video is None and channel != OURS:
        return refused(404, "The channel could not be found.", "channelNotFound")
    films = {video} if video else {name for name, film in FILMS.items() if film.owner == OURS}
    posts = [
        post for post in visit.world.posts("youtube") if not post.reply_to and post.more["video"] in films
    ]
    return _list(visit, "commentThread", [_thread(visit.world, post) for post in posts], MOST)


def _comments(visit: Visit) -> Response:
    """By ids, or the replies to one: these newest first."""
    known = {_name(post): _comment(visit.world, post) for post in visit.world.posts("youtube")}
    known |= {one["id"]: one for post in visit.world.posts("youtube") for one in _replies(visit.world, post)}
    if wanted := visit.query.get("id"):
        shown = [known[name] for name in wanted.split(",") if name in known]
        return as_json({"kind": "youtube#commentListResponse", "items": shown, "pageInfo": _info(len(shown))})
    parent = visit.query.get("parentId", "")
    if parent not in known:
        return refused(404, "The comment could not be found.", "commentNotFound")
    return _list(
        visit, "comment", [one for one in known.values() if one["snippet"].get("parentId") == parent], MOST
    )


def _thread(world: World, post: Post) -> dict[str, Any]:
    replies = _replies(world, post)
    thread: dict[str, Any] = {
        "kind": "youtube#commentThread",
        "id": _name(post),
        "snippet": {
            "channelId": FILMS[post.more["video"]].owner,
            "videoId": post.more["video"],
            "topLevelComment": _comment(world, post),
            "canReply": True,
            "totalReplyCount": len(replies),
            "isPublic": True,
        },
    }
    return thread | ({"replies": {"comments": replies[:INCLUDED]}} if replies else {})


def _replies(world: World, post: Post) -> list[dict[str, Any]]:
    """Newest first, the brand's own among them."""
    found = [_comment(world, one) for one in world.posts("youtube") if one.reply_to == post.key]
    if post.answer and not post.reply_to:
        own = Post(
            key=f"{post.key}re",
            author="@caffeaurora",
            at=post.answer.at,
            text=post.answer.text,
            lang=post.lang,
        )
        own = own.model_copy(update={"reply_to": post.key, "more": post.more})
        found.append(_comment(world, own))
    return sorted(found, key=lambda one: str(one["snippet"]["publishedAt"]), reverse=True)


def _comment(world: World, post: Post) -> dict[str, Any]:
    at = f"{world.when(post.at):%Y-%m-%dT%H:%M:%SZ}"
    author = OURS if _is_ours(post) else f"UC{post.author.casefold().strip('@'):0<22.22}"
    snippet: dict[str, Any] = {
        "authorDisplayName": post.author,
        "authorChannelUrl": f"http://www.youtube.com/{post.author}",
        "authorChannelId": {"value": author},
        "textDisplay": post.text,
        "textOriginal": post.text,
        "canRate": True,
        "viewerRating": "none",
        "likeCount": post.likes,
        "publishedAt": at,
        "updatedAt": f"{world.when(post.at / 2):%Y-%m-%dT%H:%M:%SZ}" if post.more.get("edited") else at,
    }
    if post.reply_to:
        snippet["parentId"] = f"Ugx{post.reply_to}"
    else:
        snippet["videoId"] = post.more["video"]
    return {"kind": "youtube#comment", "id": _name(post), "snippet": snippet}


def _list(visit: Visit, kind: str, found: list[dict[str, Any]], most: int) -> Response:
    size = visit.number("maxResults", 20)
    if not 1 <= size <= most:
        return refused(
            400, f"Invalid value '{size}'. Values must be within the range: [1, {most}]", "invalidParameter"
        )
    try:
        shown, token = paged(found, visit.query.get("pageToken", ""), size)
    except ValueError:
        return refused(400, "The request specifies an invalid page token.", "invalidPageToken")
    body = {"kind": f"youtube#{kind}ListResponse", "items": shown, "pageInfo": _info(len(found))}
    return as_json(body | ({"nextPageToken": token} if token else {}))


def _info(total: int) -> dict[str, int]:
    return {"totalResults": total, "resultsPerPage": total}


def _is_ours(post: Post) -> bool:
    return post.author == "@caffeaurora"


def _video(world: World, post: Post) -> str:
    above = next((one for one in world.posts("youtube") if one.key == post.reply_to), post)
    return str(above.more["video"])


def _name(post: Post) -> str:
    return f"Ugx{post.reply_to}.{post.key}" if post.reply_to else f"Ugx{post.key}"


_CALLS: dict[str, Callable[[Visit], Response]] = {
    "channels": _channels,
    "playlistItems": _playlist_items,
    "search": _search,
    "videos": _videos,
    "commentThreads": _threads,
    "comments": _comments,
}
