"""Mastodon-compatible instances: search and timelines, paging, threads, the brand's own answers."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.base import Parsed
from crawlers.spiders.mastodon import LIMIT
from store.errors import Permanent
from tests.crawlers.spiders.build import page_of, spider

BASE = "https://piazza.example"


def source(query: str = "caffè aurora", **options: Any) -> Any:
    return spider("mastodon", query=query, base_url=BASE, **options)


def read(
    statuses: Any, query: str = "caffè aurora", headers: dict[str, str] | None = None, number: int = 1
) -> Parsed:
    body = json.dumps(statuses if query[0] == "#" else {"statuses": statuses})
    url = source(query).first()[0].url
    parsed: Parsed = source(query).parse(
        page_of(body, url, "application/json", headers=headers or {}, number=number)
    )
    return parsed


def status(name: int, acct: str = "ida", **more: Any) -> dict[str, Any]:
    return {
        "id": str(name), "created_at": "2026-11-24T09:00:00.000Z", "content": f"<p>{name}</p>",
        "account": {"acct": acct, "display_name": acct.title(), "url": f"{BASE}/@{acct}", "followers_count": 7},
    } | more  # fmt: skip


class TestRequests:
    def test_words_are_searched_and_a_hashtag_is_a_timeline(self) -> None:
        parts = urlsplit(source().first()[0].url)
        assert parts.path == "/api/v2/search"
        assert parse_qs(parts.query) == {
            "q": ["caffè aurora"],
            "type": ["statuses"],
            "limit": [str(LIMIT)],
            "offset": ["0"],
        }
        assert (
            source("#caffèaurora").first()[0].url
            == f"{BASE}/api/v1/timelines/tag/caff%C3%A8aurora?limit={LIMIT}"
        )
        assert "/search?" in source("#caffè aurora").first()[0].url

    def test_the_token_goes_in_the_header_and_only_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MASTODON_TOKEN", " geheim\n")
        (fetch,) = source().first()
        assert fetch.headers == {"Authorization": "Bearer geheim"}
        assert "geheim" not in fetch.url
        monkeypatch.delenv("MASTODON_TOKEN")
        assert source().first()[0].headers == {}

    def test_the_parameters_are_those_of_the_api(self, shared: Path) -> None:
        spec = json.loads((shared / "specs/mastodon/mastodon_openapi.json").read_text(encoding="utf-8"))
        for query, path in (
            ("caffè aurora", "/api/v2/search"),
            ("#aurora", "/api/v1/timelines/tag/{hashtag}"),
        ):
            known = {one["name"]: one.get("schema", {}) for one in spec["paths"][path]["get"]["parameters"]}
            sent = parse_qs(urlsplit(source(query).first()[0].url).query)
            assert set(sent) <= set(known)
            assert known["limit"].get("maximum", LIMIT) >= LIMIT


class TestSamples:
    def test_a_real_server_answers(self, shared: Path) -> None:
        cassette = (shared / "samples/mastodon/mastodonpy_test_search_cassette.yaml").read_text(
            encoding="utf-8"
        )
        ids = set(re.findall(r"statuses/(\d+)\"", cassette))
        bodies = [
            re.sub(r"\n\s*", " ", body).replace("''", "'")
            for body in re.findall(r"string: '((?:[^']|'')*)'", cassette)
        ]
        found = [
            m
            for body in bodies
            if '"statuses":[{' in body
            for m in source("mastodonpy").parse(page_of(body, f"{BASE}/api", "application/json")).mentions
        ]
        assert {m.external_id.rpartition("/")[2] for m in found} <= ids
        assert all(m.text and m.author and m.url and m.likes is not None for m in found)

    def test_a_mock_server_answers(self, shared: Path) -> None:
        body = (shared / "samples/mastodon/mastodon_mock_search.json").read_bytes()
        statuses = json.loads(body)["statuses"]
        parsed = source("test").parse(page_of(body, f"{BASE}/api", "application/json"))
        assert [m.external_id for m in parsed.mentions] == [f"piazza.example/{one['id']}" for one in statuses]
        assert [m.likes for m in parsed.mentions] == [one["favourites_count"] for one in statuses]
        assert (parsed.undated, parsed.problems) == (frozenset(), ())


class TestPaging:
    def test_a_full_page_of_a_search_goes_on_by_offset(self) -> None:
        full = [status(n) for n in range(1, LIMIT + 1)]
        (fetch,) = read(full).next
        assert parse_qs(urlsplit(fetch.url).query)["offset"] == [str(LIMIT)]
        assert read(full[:-1]).next == ()

    def test_a_timeline_goes_on_by_its_link(self) -> None:
        link = f'<{BASE}/api/v1/timelines/tag/x?max_id=1>; rel="next"'
        (fetch,) = read([status(1)], "#x", {"link": link}, number=4).next
        assert (fetch.url, fetch.number) == (f"{BASE}/api/v1/timelines/tag/x?max_id=1", 5)
        assert read([status(1)], "#x").next == ()
        assert read([], "#x", {"link": link}).next == ()

    @pytest.mark.parametrize(
        "target",
        [
            "https://elsewhere.example/x",
            "http://127.0.0.1/x",
            "//elsewhere.example/x",
            "http://piazza.example/x",
            "https://piazza.example:81/x",
        ],
    )
    def test_the_token_never_leaves_the_instance(self, target: str) -> None:
        assert read([status(1)], "#x", {"link": f'<{target}>; rel="next"'}).next == ()


class TestThreads:
    def test_a_reply_belongs_to_the_first_status_that_is_known(self) -> None:
        parsed = read(
            [
                status(3, in_reply_to_id="2"),
                status(2, in_reply_to_id="1"),
                status(1),
                status(9, in_reply_to_id="8"),
            ]
        )
        assert {
            m.external_id.rpartition("/")[2]: (m.thread or "").rpartition("/")[2] for m in parsed.mentions
        } == {"3": "1", "2": "1", "1": "1", "9": "8"}

    def test_replies_in_a_circle_end(self) -> None:
        assert len(read([status(1, in_reply_to_id="2"), status(2, in_reply_to_id="1")]).mentions) == 2

    def test_the_brands_own_reply_is_an_answer_and_no_mention(self) -> None:
        parsed = read([status(2, "CaffeAurora", in_reply_to_id="1", content="<p>Ci scusiamo</p>"), status(1)])
        (mention,) = parsed.mentions
        answer = parsed.answers[mention.external_id]
        assert (answer.text, answer.at) == ("Ci scusiamo", mention.published_at)

    def test_a_page_of_the_brands_own_posts_does_not_end_the_list(self) -> None:
        link = f'<{BASE}/api/v1/timelines/tag/x?max_id=1>; rel="next"'
        parsed = read([status(2, "caffeaurora"), status(1, "caffeaurora")], "#x", {"link": link})
        assert (parsed.mentions, parsed.passed, len(parsed.next)) == ((), 2, 1)

    def test_the_brand_is_known_by_its_account_too(self) -> None:
        answer = status(2, "servizio@aurora.example", in_reply_to_id="1")
        body = json.dumps({"statuses": [answer, status(1)]})
        for account, answered in ((None, False), ("@servizio@aurora.example", True)):
            parsed = source(account=account).parse(page_of(body, BASE, "application/json"))
            assert bool(parsed.answers) is answered

    def test_another_customers_reply_is_no_answer(self) -> None:
        assert [m.answer for m in read([status(2, "gino", in_reply_to_id="1"), status(1)]).mentions] == [
            None,
            None,
        ]


class TestStatuses:
    def test_engagement_and_reach(self) -> None:
        (m,) = read([status(1, favourites_count=3, reblogs_count=2, replies_count=1)]).mentions
        assert (m.likes, m.shares, m.replies, m.followers) == (3, 2, 1, 7)

    def test_a_boost_stands_for_what_it_boosts_once(self) -> None:
        parsed = read([status(5, "eco", reblog=status(1)), status(1)])
        assert [m.external_id for m in parsed.mentions] == ["piazza.example/1"]

    def test_a_content_warning_is_read_too(self) -> None:
        assert read([status(1, spoiler_text="cibo")]).mentions[0].text == "cibo\n\n1"

    def test_an_edit_is_dated(self) -> None:
        assert read([status(1, edited_at="2026-11-24T10:00:00Z")]).mentions[0].edited_at is not None


class TestHostile:
    @pytest.mark.parametrize("body", ["", "<html>", "[" * 50_000])
    def test_what_is_no_json_says_so(self, body: str) -> None:
        with pytest.raises(Permanent, match="no JSON"):
            source().parse(page_of(body, BASE, "application/json"))

    @pytest.mark.parametrize("body", ["{}", '{"error": "x"}', '{"statuses": 7}', "7", "null"])
    def test_what_has_no_statuses_says_so(self, body: str) -> None:
        with pytest.raises(Permanent, match="without statuses"):
            source().parse(page_of(body, BASE, "application/json"))

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["id", "account", "acct", "reblog", "content", "in_reply_to_id", "url", "language"]
                    ),
                    inner,
                    max_size=4,
                )
            ),
            max_leaves=15,
        )
    )
    def test_any_status_is_survived(self, tree: Any) -> None:
        read([tree, status(1, account=tree, content=tree, reblog=tree, in_reply_to_id=tree, edited_at=tree)])
