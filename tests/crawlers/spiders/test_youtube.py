"""YouTube: what is asked for and what it costs, whose answer is whose, what a search is kept for."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crawlers.base import Page, Parsed
from crawlers.families.youtube_threads import YOUNG, Video, Watched
from demo.places import youtube
from platforms import signin
from store.errors import Permanent
from tests.crawlers.spiders.build import NOW, page_of, spider

OURS = youtube.OURS
BRAND = "@caffeaurora"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUTUBE_API_KEY", youtube.SECRETS["YOUTUBE_API_KEY"])


def comment(name: str, author: str, text: str, minute: int, **more: Any) -> dict[str, Any]:
    channel = OURS if author == BRAND else f"UC{author}"
    at = f"2026-11-24T10:{minute:02}:00Z"
    snippet = {"authorDisplayName": author, "authorChannelId": {"value": channel}, "textOriginal": text}
    return {"id": name, "snippet": snippet | {"publishedAt": at, "updatedAt": at, "likeCount": 1} | more}


def thread(*replies: dict[str, Any], count: int | None = None, text: str = "Perde acqua") -> dict[str, Any]:
    top = comment("t", "@ida", text, 0)
    snippet = {
        "videoId": "v",
        "topLevelComment": top,
        "totalReplyCount": len(replies) if count is None else count,
    }
    return {"snippet": snippet, "replies": {"comments": list(replies)}}


def read(chain: str, *items: Any, carried: Any = None, token: str | None = None, **options: Any) -> Parsed:
    one = spider("youtube", **{"channel": OURS} | options)
    body = json.dumps({"items": items} | ({"nextPageToken": token} if token else {}))
    return one.parse(page_of(body, kind="application/json", chain=chain, carried=carried))


def answered(parsed: Parsed) -> dict[str, str | None]:
    return {m.external_id: m.answer for m in parsed.mentions}


class TestAnswers:
    def test_what_the_brand_writes_is_an_answer_to_whom_it_speaks(self) -> None:
        parsed = read(
            "comments v",
            thread(
                comment("t.1", "@leo", "Anche a me", 1),
                comment("t.2", BRAND, "Ciao Ida, si cambia la guarnizione", 2),
                comment("t.3", BRAND, "@leo ci scriva in privato", 3),
                comment("t.4", "@leo", "Fatto", 4),
                comment("t.5", BRAND, "@leonardo grazie!", 5),
            ),
        )
        assert answered(parsed) == {
            "t": "@leonardo grazie!",
            "t.1": "@leo ci scriva in privato",
            "t.4": None,
        }

    def test_a_page_of_the_brands_own_words_does_not_end_the_list(self) -> None:
        own = {"snippet": {"videoId": "v", "topLevelComment": comment("o", BRAND, "Scriveteci qui", 0)}}
        parsed = read("comments v", own, token="n")
        assert (parsed.mentions, parsed.passed, len(parsed.next)) == ((), 1, 1)

    def test_without_a_channel_nobody_answers_for_the_brand(self) -> None:
        told = thread(comment("t.1", BRAND, "Grazie", 1))
        parsed = read("comments v", told, channel=None, videos=["aurMokaSole"])
        assert answered(parsed) == {"t": None, "t.1": None}

    def test_a_thread_that_is_not_whole_answers_nothing_and_its_replies_are_asked_for(self) -> None:
        told = thread(comment("t.1", BRAND, "Vecchia risposta", 1), count=3)
        parsed = read("comments v", told)
        assert answered(parsed) == {"t": None}
        (rest,) = parsed.lists
        first = read(rest.chain, comment("t.3", BRAND, "Nuova risposta", 3), carried=rest.carried, token="n")
        (following,) = first.next
        assert (following.number, following.chain, answered(first)) == (2, rest.chain, {})
        last = read(following.chain, comment("t.1", BRAND, "Vecchia risposta", 1), carried=following.carried)
        assert answered(last) == {"t": "Nuova risposta"}
        assert last.mentions[0].replies == 3

    def test_an_old_thread_is_left_as_it_is(self) -> None:
        told = thread(comment("t.1", "@leo", "Anche a me", 1), count=30)
        old = (NOW - timedelta(days=4)).isoformat()
        for one in (told["snippet"]["topLevelComment"], *told["replies"]["comments"]):
            one["snippet"]["publishedAt"] = old
        assert read("comments v", told).lists == ()
        assert len(read("comments v", told, overlap="5d").lists) == 1


class TestVideos:
    def test_views_are_told_of_young_comments_alone(self) -> None:
        told, old = thread(), thread()
        old["snippet"]["topLevelComment"] = comment("o", "@eva", "Bello", 0)
        old["snippet"]["topLevelComment"]["snippet"]["publishedAt"] = (NOW - YOUNG - timedelta(1)).isoformat()
        parsed = read("comments v", told, old, carried=Watched(OURS, {"v": Video("Moka", 7)}))
        assert [(m.place, m.views) for m in parsed.mentions] == [("Moka", 7), ("Moka", None)]

    @pytest.mark.parametrize(
        ("match", "title", "kept"),
        [(None, "Le moke", ["si"]), (None, "Caffè Aurora", ["no", "si"]), (False, "Le moke", ["no", "si"])],
    )
    def test_under_a_stray_video_a_comment_must_name_the_brand(
        self, match: bool | None, title: str, kept: list[str]
    ) -> None:
        options: dict[str, Any] = {"query": "moka", "match": match}
        video = {
            "id": "v",
            "snippet": {"title": title, "channelId": "UCx"},
            "statistics": {"commentCount": "2"},
        }
        (fetch,) = read("found", video, **options).lists
        told = [thread(), thread(text="Il Caffè Aurora è meglio")]
        told[0]["snippet"]["topLevelComment"]["id"], told[1]["snippet"]["topLevelComment"]["id"] = "no", "si"
        parsed = read(fetch.chain, *told, carried=fetch.carried, **options)
        assert [m.external_id for m in parsed.mentions] == kept
        assert parsed.passed == 2 - len(kept)

    def test_videos_without_comments_and_our_own_are_not_read_twice(self) -> None:
        def video(name: str, **more: Any) -> dict[str, Any]:
            return {
                "id": name,
                "snippet": {"title": "Caffè Aurora", "channelId": more.pop("owner", "UCx")},
            } | more

        parsed = read(
            "found",
            video("a", statistics={"commentCount": "3"}),
            video("b", statistics={"commentCount": "0"}),
            video("c", statistics={"viewCount": "3"}),
            video("d", statistics={"commentCount": "3"}, owner=OURS),
            carried=Watched(OURS),
            query="moka",
        )
        assert [fetch.chain for fetch in parsed.lists] == ["comments a"]

    def test_many_videos_are_asked_for_fifty_at_once(self) -> None:
        names = [f"aurMoka{n:04}" for n in range(120)]
        asked = spider("youtube", videos=names).first()
        assert [len(parse_qs(urlsplit(f.url).query)["id"][0].split(",")) for f in asked] == [50, 50, 20]
        assert len({f.chain for f in asked}) == 3


class TestSearch:
    def test_it_is_made_anew_only_after_its_time(self) -> None:
        def first(**kept: str) -> list[str]:
            one = spider("youtube", kept, query="moka", search_every="6h")
            return [f"{fetch.chain} {fetch.cost}" for fetch in one.first()]

        at = (NOW - timedelta(hours=5, minutes=59)).isoformat()
        assert first() == ["search 100"]
        assert first(searched_at=at, found="tstCapsule1,tstMokaTop5") == ["found 1"]
        assert first(searched_at=at, found="") == []
        assert first(searched_at=(NOW - timedelta(hours=6)).isoformat(), found="a") == ["search 100"]
        assert first(searched_at="once", found="a") == ["search 100"]

    def test_the_newest_are_kept_and_each_once(self) -> None:
        told = [{"id": {"videoId": name}} for name in ("a", "b", "a", "c")] + [{"id": {"channelId": "x"}}]
        parsed = read("search", *told, query="moka", search_videos=2)
        assert parsed.kept == {"searched_at": NOW.isoformat(), "found": "a,b"}


class TestSigningIn:
    def test_the_key_stands_in_no_address(self) -> None:
        one = spider("youtube", channel=OURS)
        assert one.sign_in() is None
        (fetch,) = one.first()
        assert fetch.headers == {"X-Goog-Api-Key": youtube.SECRETS["YOUTUBE_API_KEY"]}
        assert youtube.SECRETS["YOUTUBE_API_KEY"] not in fetch.url + repr(fetch)

    def test_a_person_signs_in_with_a_refresh_token(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", "YT_TOKEN"):
            monkeypatch.setenv(name, name.lower())
        one = spider("youtube", channel=OURS, refresh_token_env="YT_TOKEN")
        wanted = one.sign_in()
        assert isinstance(wanted, signin.TokenRequest)
        assert parse_qs(wanted.body.decode())["refresh_token"] == ["yt_token"]
        one.token = "ya29"
        assert one.first()[0].headers == {"Authorization": "Bearer ya29"}


@pytest.mark.parametrize(
    ("chain", "reason", "absent"),
    [
        ("comments v", "commentsDisabled", True),
        ("comments v", "videoNotFound", True),
        ("replies t", "commentNotFound", True),
        ("comments v", "quotaExceeded", False),
        ("comments v", "forbidden", False),
        ("search", "commentsDisabled", False),
        ("uploads", "notFound", False),
    ],
)
def test_a_video_without_comments_is_no_fault_of_the_source(chain: str, reason: str, absent: bool) -> None:
    body = json.dumps({"error": {"code": 403, "errors": [{"reason": reason}]}}).encode()
    assert (
        spider("youtube", channel=OURS).absent(Page("https://x.example", body, chain=chain, status=403))
        is absent
    )


def test_a_channel_without_videos_is_told() -> None:
    refused = spider("youtube", channel=OURS).refusal(
        Page("https://x.example", b"", chain="uploads", status=404)
    )
    assert isinstance(refused, Permanent)
    with pytest.raises(Permanent, match="no such channel"):
        read("channel")


def test_one_whose_uploads_are_not_told_is_read_all_the_same() -> None:
    (fetch,) = read("channel", {"id": OURS}).lists
    assert fetch.chain == "comments channel"
    (fetch,) = read("uploads", carried=Watched(OURS)).lists
    assert fetch.chain == "comments channel"
