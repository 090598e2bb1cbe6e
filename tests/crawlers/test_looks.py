"""Looking again at stored mentions, and what is paid for: halves of a look-up, ids that are left out, a day's budget."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import col, update

from crawlers.spiders import x
from demo.internet import Internet
from demo.places import interface
from store.clock import utcnow
from store.db import Database
from store.tables import Mention, SourceRow
from tests.crawlers.engine import Engine
from tests.crawlers.jobs import job, mentions, source_row
from tests.crawlers.site import Answer, Asked, Site
from tests.crawlers.test_interfaces import sources

PAGE = "42"


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("facebook", "instagram", "x"):
        for secret, value in interface(name).SECRETS.items():
            monkeypatch.setenv(secret, value)


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet(utcnow()) as running:
        yield running


class Facebook:
    """A page with comments; counts what is asked for. Whoever asks for a comment that is gone gets an error for all."""

    def __init__(self, site: Site, *numbers: int) -> None:
        self.site, self.there = site, {f"7_{number}" for number in numbers}
        self.asked: list[list[str]] = []
        self.refuse: dict[str, Any] | None = None
        for edge in ("ratings", "tagged"):
            site.put(f"/v24.0/{PAGE}/{edge}?*", as_json({"data": []}))
        site.put(f"/v24.0/{PAGE}/published_posts?*", self._posts)
        site.put("/v24.0/?*", self._by_ids)

    def source(self) -> dict[str, Any]:
        base = {"name": "fb", "type": "facebook", "brand": "aurora", "page_id": PAGE}
        return base | {"base_url": self.site.url("")}

    def comment(self, name: str) -> dict[str, Any]:
        at = f"{utcnow() - timedelta(hours=1):%Y-%m-%dT%H:%M:%S+0000}"
        return {
            "id": name,
            "message": f"comment {name}",
            "created_time": at,
            "like_count": 1,
            "comment_count": 0,
        }

    def _posts(self, asked: Asked) -> Answer:
        comments = {"data": [self.comment(name) for name in sorted(self.there)]}
        return as_json({"data": [{"id": f"{PAGE}_7", "comments": comments}]})

    def _by_ids(self, asked: Asked) -> Answer:
        names = parse_qs(urlsplit(asked.path).query)["ids"][0].split(",")
        self.asked.append(names)
        if self.refuse:
            return as_json({"error": self.refuse}, 400)
        if missing := [name for name in names if name not in self.there]:
            told = f"(#803) Some of the aliases you requested do not exist: {missing[0]}"
            return as_json({"error": {"message": told, "type": "OAuthException", "code": 803}}, 400)
        return as_json({name: self.comment(name) for name in names})


def as_json(value: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(value).encode(), status, "application/json")


def make_due(db: Database) -> None:
    with db.write() as session:
        session.execute(update(Mention).values(look_again_at=utcnow()).where(col(Mention.gone_at).is_(None)))


def gone(db: Database) -> set[str]:
    return {mention.external_id for mention in mentions(db) if mention.gone_at is not None}


def test_a_look_up_that_is_spoilt_by_one_that_is_gone_is_asked_in_halves(
    site: Site, engine: Engine, db: Database
) -> None:
    page = Facebook(site, *range(10, 18))
    assert engine.crawl(job(db, page.source())).report.new == 8
    make_due(db)
    page.there.remove("7_12")
    report = engine.crawl(job(db, page.source())).report
    assert (report.error, report.gone) == (None, 1)
    assert gone(db) == {"7_12"}
    assert sorted(map(len, page.asked), reverse=True) == [8, 4, 4, 2, 2, 1, 1]
    page.asked.clear()
    make_due(db)
    engine.crawl(job(db, page.source()))
    assert [len(names) for names in page.asked] == [7], "what is gone is not asked for again"


def test_when_most_seem_gone_it_is_not_believed(site: Site, engine: Engine, db: Database) -> None:
    page = Facebook(site, *range(10, 22))
    engine.crawl(job(db, page.source()))
    make_due(db)
    page.there = {"7_10"}
    report = engine.crawl(job(db, page.source())).report
    assert report.error is None
    assert len(gone(db)) <= 4, "3 or three tenths of what was asked for, whichever is more"


def test_a_refused_look_up_is_an_error_and_no_removal(site: Site, engine: Engine, db: Database) -> None:
    page = Facebook(site, 1, 2)
    engine.crawl(job(db, page.source()))
    make_due(db)
    page.refuse = {"code": 190, "message": "Invalid OAuth access token", "type": "OAuthException"}
    report = engine.crawl(job(db, page.source())).report
    assert "token expired" in (report.error or "")
    assert gone(db) == set()
    page.refuse = {"code": 32, "message": "Page request limit reached", "type": "OAuthException"}
    assert "rate limit is used up" in (engine.crawl(job(db, page.source())).report.error or "")
    row = source_row(db, "fb")
    assert row.next_check_at is not None
    assert row.last_error_at is not None
    assert row.next_check_at - row.last_error_at >= timedelta(hours=1)


def test_what_no_look_up_can_ask_for_has_its_turn_and_is_not_gone(
    internet: Internet, engine: Engine, db: Database
) -> None:
    reads = job(db, *sources(internet, "facebook"))
    engine.crawl(reads)
    make_due(db)
    engine.crawl(reads)
    asked = [request.path for request in internet.requests if "ids=" in request.path]
    assert asked
    assert not any("tagged" in path or "recommendation" in path for path in asked)
    assert gone(db) == set()
    now = utcnow()
    assert all(mention.look_again_at is None or mention.look_again_at > now for mention in mentions(db))


def test_comments_that_vanish_from_the_page_are_told_by_a_look_up_only(
    site: Site, engine: Engine, db: Database
) -> None:
    page = Facebook(site, *range(10, 18))
    engine.crawl(job(db, page.source()))
    page.there.discard("7_17")
    engine.crawl(job(db, page.source()))
    assert gone(db) == set(), "a list shows only the newest of each post"


def test_of_replies_on_several_pages_the_newest_stays_the_answer(
    site: Site, engine: Engine, db: Database
) -> None:
    page = Facebook(site, 1)
    engine.crawl(job(db, page.source()))

    def reply(name: str, minutes: int) -> dict[str, Any]:
        at = f"{utcnow() - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S+0000}"
        said = {"id": f"7_{name}", "message": name, "created_time": at, "parent": {"id": "7_1"}}
        return said | {"from": {"id": PAGE, "name": "Caffè Aurora"}}

    newer, older = [reply("newer", 5), page.comment("7_2")], [reply("older", 9), page.comment("7_3")]
    edge = {"data": newer, "paging": {"cursors": {"after": "A"}, "next": "n"}}
    posts = as_json({"data": [{"id": f"{PAGE}_7", "comments": edge}]})
    site.put(f"/v24.0/{PAGE}/published_posts?*", posts)
    site.put(f"/v24.0/{PAGE}_7/comments?*", as_json({"data": older}))
    assert engine.crawl(job(db, page.source())).report.error is None
    (mention,) = [one for one in mentions(db) if one.external_id == "7_1"]
    assert mention.answer == "newer"
    assert engine.crawl(job(db, page.source())).report.refreshed == 0


class Posts:
    """A search of X and its look-up; `problems` are told beside what a look-up shows."""

    def __init__(self, site: Site, *hours: int) -> None:
        self.site = site
        self.names = [str(x._id_at(utcnow() - timedelta(hours=ago))) for ago in hours]
        self.problems: dict[str, str] = {}
        site.put("/2/tweets/search/recent?*", self._search)
        site.put("/2/tweets?*", self._look_up)

    def source(self, **options: Any) -> dict[str, Any]:
        base = {"name": "x", "type": "x", "brand": "aurora", "query": "aurora", "base_url": self.site.url("")}
        return base | options

    def post(self, name: str) -> dict[str, Any]:
        return {"id": name, "text": f"Caff\u00e8 Aurora {name}", "public_metrics": {"like_count": 1}}

    def _search(self, asked: Asked) -> Answer:
        since = int(parse_qs(urlsplit(asked.path).query).get("since_id", ["0"])[0])
        found = [self.post(name) for name in self.names if int(name) > since]
        return as_json({"meta": {"result_count": len(found)}} | ({"data": found} if found else {}))

    def _look_up(self, asked: Asked) -> Answer:
        names = parse_qs(urlsplit(asked.path).query)["ids"][0].split(",")
        base = "https://api.twitter.com/2/problems/"
        errors = [
            {"type": base + self.problems[one], "resource_id": one} for one in names if one in self.problems
        ]
        return as_json(
            {"data": [self.post(name) for name in names if name not in self.problems], "errors": errors}
        )


def test_requests_that_fail_use_nothing_of_the_day(site: Site, engine: Engine, db: Database) -> None:
    """Ten failures, each of which might have brought a hundred of the thousand posts of a day."""
    posts = Posts(site, 1, 2, 3)
    site.put("/2/tweets/search/recent?*", Answer(b"", 503))
    for _ in range(10):
        engine.crawl(job(db, posts.source(), ASCOLTO_ATTEMPTS=1))
    row = source_row(db, "x")
    assert (row.spent, row.failures) == (0, 10)
    posts = Posts(site, 1, 2, 3)
    report = engine.crawl(job(db, posts.source())).report
    assert (report.status, report.new, source_row(db, "x").spent) == ("ok", 3, 3)


def test_a_day_that_is_used_up_says_nothing_of_how_the_source_fares(
    site: Site, engine: Engine, db: Database
) -> None:
    posts = Posts(site, 1)
    site.put("/2/tweets/search/recent?*", Answer(b"", 503))
    for _ in range(3):
        engine.crawl(job(db, posts.source(), ASCOLTO_ATTEMPTS=1))
    before = source_row(db, "x")
    with db.write() as session:
        row = session.get_one(SourceRow, "x")
        row.spent = 1000
    report = engine.crawl(job(db, posts.source())).report
    assert (report.status, report.requests) == ("skipped", 0)
    after = source_row(db, "x")
    assert (after.failures, after.down_since, after.last_ok_at) == (3, before.down_since, None)
    assert after.down_since is not None
    assert "goes on tomorrow" in (after.last_error or "")
    assert after.next_check_at is not None
    assert utcnow() < after.next_check_at <= utcnow() + timedelta(days=1)
    assert (after.next_check_at.hour, after.next_check_at.minute) == (0, 0)


def test_problems_of_a_look_up_name_what_is_gone_and_what_is_not(
    site: Site, engine: Engine, db: Database
) -> None:
    posts = Posts(site, 1, 2, 3)
    engine.crawl(job(db, posts.source()))
    make_due(db)
    # The oldest is gone: the search, which is asked beside the look-up, shows the newest once more.
    posts.problems = {posts.names[2]: "resource-not-found", posts.names[1]: "resource-unavailable"}
    report = engine.crawl(job(db, posts.source())).report
    assert (report.error, report.gone) == (None, 1)
    assert gone(db) == {posts.names[2]}


def test_a_day_counts_the_posts_that_were_read(site: Site, engine: Engine, db: Database) -> None:
    posts = Posts(site, 1, 2, 3)
    engine.crawl(job(db, posts.source()))
    assert source_row(db, "x").spent == 3
    engine.crawl(job(db, posts.source()))
    assert source_row(db, "x").spent == 4, "only the newest is read again, ten minutes back"
    make_due(db)
    engine.crawl(job(db, posts.source()))
    assert source_row(db, "x").spent == 8


def test_second_looks_leave_half_of_the_day_to_what_is_new(site: Site, engine: Engine, db: Database) -> None:
    posts = Posts(site, 1, 2, 3)
    engine.crawl(job(db, posts.source()))
    with db.write() as session:
        session.get_one(type(source_row(db, "x")), "x").spent = 497
    make_due(db)
    before = len(site.asked)
    report = engine.crawl(job(db, posts.source())).report
    assert report.error is None
    assert not any(asked.path.startswith("/2/tweets?") for asked in site.asked[before:])
    row = source_row(db, "x")
    assert (row.spent, row.last_error) == (498, None)


def test_nothing_new_is_no_alarm_where_only_news_are_asked_for(
    site: Site, engine: Engine, db: Database
) -> None:
    posts = Posts(site, 1, 2)
    engine.crawl(job(db, posts.source()))
    assert source_row(db, "x").usual_results > 0
    posts.names = []
    report = engine.crawl(job(db, posts.source())).report
    assert (report.status, report.error) == ("ok", None)
    assert all(mention.gone_at is None for mention in mentions(db))


def by_text(db: Database, *words: str) -> list[Mention]:
    return [mention for mention in mentions(db) if all(word in mention.text for word in words)]


def test_the_demo_shows_answers_edits_and_threads(internet: Internet, engine: Engine, db: Database) -> None:
    reads = job(
        db, *(source for name in ("facebook", "instagram", "x") for source in sources(internet, name))
    )
    engine.crawl(reads)
    for words, answer in (
        ("Alba si trova anche", "Alba Dek"),
        ("Personale gentile", "Grazie Piero"),
        ("Quando riapre", "luned\u00ec alle 8"),
        ("scadono a dicembre", "31 marzo"),
    ):
        (mention,) = by_text(db, words)
        assert answer in (mention.answer or "")
    assert not by_text(db, "Alba Dek"), "what the brand says is no mention"
    (rated,) = by_text(db, "sin una sonrisa")
    assert rated.stars == 2
    assert [mention.stars for mention in by_text(db, "falsche Mahlgut")] == [None]
    (lost,), (too,) = by_text(db, "dieci giorni fa"), by_text(db, "stesso corriere")
    assert (too.thread, too.author) == (lost.external_id, "Dino Maran")
    internet.advance()
    engine.crawl(reads)
    for words in ("Peccato che ieri", "una follia", "Et une souris"):
        (mention,) = by_text(db, words)
        assert mention.revision == 2
    (again,) = by_text(db, "mi ha bloccato la carta")
    assert again.thread == by_text(db, "addebito doppio")[0].external_id


def test_an_answer_that_shows_nothing_removes_nothing(site: Site, engine: Engine, db: Database) -> None:
    posts, page = Posts(site, 1, 2, 3), Facebook(site, *range(1, 4))
    reads = job(db, posts.source(), page.source())
    engine.crawl(reads)
    posts.names, page.there = [], set()  # the lists show nothing of them any more either
    site.put("/2/tweets?*", as_json({"data": []}))
    site.put("/v24.0/?*", as_json({}))
    for _ in range(3):
        make_due(db)
        engine.crawl(reads)
    assert gone(db) == set()


def test_what_one_look_does_not_show_is_gone_when_the_next_agrees(
    site: Site, engine: Engine, db: Database
) -> None:
    posts = Posts(site, 1, 2, 3, 4)
    oldest, older = posts.names[3], posts.names[2]
    engine.crawl(job(db, posts.source()))

    def look(*hidden: str) -> int:
        shown = [posts.post(name) for name in posts.names if name not in hidden]
        site.put("/2/tweets?*", as_json({"data": shown}))
        make_due(db)
        return engine.crawl(job(db, posts.source())).report.gone

    assert look(oldest) == 0
    assert look(older) == 0, "shown again in between: it starts anew"
    assert look(oldest) == 0
    waiting = next(m.look_again_at for m in mentions(db) if m.external_id == oldest)
    assert waiting is not None
    assert utcnow() < waiting <= utcnow() + timedelta(minutes=15)
    assert look(oldest) == 1
    assert gone(db) == {oldest}


def test_what_a_list_of_the_same_read_shows_is_not_gone(site: Site, engine: Engine, db: Database) -> None:
    page = Facebook(site, 1, 2, 3)
    engine.crawl(job(db, page.source()))
    told = {"message": "(#803) Some of the aliases you requested do not exist", "code": 803}
    site.put("/v24.0/?*", as_json({"7_1": page.comment("7_1")}))
    for _ in range(2):
        make_due(db)
        assert engine.crawl(job(db, page.source())).report.gone == 0
    site.put("/v24.0/?*", as_json({"error": told | {"type": "OAuthException"}}, 400))
    make_due(db)
    engine.crawl(job(db, page.source()))
    assert gone(db) == set()


def test_a_search_that_leaves_something_out_removes_nothing(
    site: Site, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET"):
        monkeypatch.setenv(name, "x")
    now = utcnow().timestamp()

    def things(*numbers: int, author: str = "u") -> Answer:
        found = [
            {
                "name": f"t3_{n}",
                "title": f"Caff\u00e8 Aurora {n}",
                "author": author,
                "created_utc": now - 3600 * n,
            }
            for n in numbers
        ]
        return as_json({"data": {"children": [{"data": thing} for thing in found]}})

    source = {"name": "r", "type": "reddit", "brand": "aurora", "query": "aurora", "base_url": site.url("")}
    reads = job(db, source | {"token_url": site.url("/t")})
    site.put("/t", as_json({"access_token": "x"}))
    site.put("/search?*", things(*range(1, 11)))
    engine.crawl(reads)
    site.put("/search?*", things(1, 2, 3, 6, 7, 8, 9, 10))
    for _ in range(2):
        assert engine.crawl(reads).report.gone == 0
    make_due(db)
    site.put("/api/info?*", things(4, author="[deleted]"))
    assert engine.crawl(reads).report.gone == 1, "here it is said outright"
    assert gone(db) == {"t3_4"}


def test_another_token_after_an_outage_makes_no_history(
    site: Site, engine: Engine, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = Posts(site, 100)
    engine.crawl(job(db, posts.source()))
    monkeypatch.setenv("X_OTHER", "token")
    with db.write() as session:
        session.get_one(SourceRow, "x").last_ok_at = utcnow() - timedelta(hours=96)
    posts.names += [str(x._id_at(utcnow() - timedelta(hours=ago))) for ago in (60, 70)]
    engine.crawl(job(db, posts.source(token_env="X_OTHER")))
    assert [mention.history for mention in mentions(db)] == [True, False, False]
    with db.write() as session:
        session.get_one(SourceRow, "x").last_ok_at = utcnow() - timedelta(hours=96)
    posts.names += [str(x._id_at(utcnow() - timedelta(hours=ago))) for ago in (50, 98)]
    engine.crawl(job(db, posts.source(query="moka")))
    assert [mention.history for mention in mentions(db)][3:] == [False, True], "it was away since 96 hours"


class Many(Posts):
    """A search with more posts than a page holds; `read` are those that were shown, each as often as it was."""

    def __init__(self, site: Site, number: int) -> None:
        super().__init__(site)
        self.names = [self.at(5 * minutes + 1) for minutes in range(number)]
        self.read: list[str] = []

    def at(self, minutes: int) -> str:
        return str(x._id_at(utcnow() - timedelta(minutes=minutes)))

    def _search(self, asked: Asked) -> Answer:
        words = {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()}
        since, until = int(words.get("since_id", 0)), int(words.get("until_id", 1 << 63))
        found = sorted((name for name in self.names if since < int(name) < until), key=int, reverse=True)
        start = int(words.get("next_token", 0))
        size = int(words["max_results"])
        shown = found[start : start + size]
        self.read += shown
        more = {"next_token": str(start + size)} if start + size < len(found) else {}
        return as_json(
            {"meta": {"result_count": len(shown)} | more, "data": [self.post(name) for name in shown]}
        )


def next_day(db: Database) -> None:
    with db.write() as session:
        session.get_one(SourceRow, "x").spent_on = "2020-01-01"


def test_what_a_day_has_no_posts_left_for_is_read_on_the_next(
    site: Site, engine: Engine, db: Database
) -> None:
    posts = Many(site, 300)
    reads = job(db, posts.source(requests_per_day=200))
    assert engine.crawl(reads).report.new == 200
    assert "goes on tomorrow" in (source_row(db, "x").last_error or "")
    next_day(db)
    posts.names.append(posts.at(0))
    assert engine.crawl(reads).report.new == 101, "what is new first, then the rest"
    assert source_row(db, "x").last_error is None
    assert len(posts.read) < 310, "nothing is paid for twice but the overlap"
    next_day(db)
    before = len(posts.read)
    engine.crawl(reads)
    assert len(posts.read) < before + 10, "the rest is done with"


def test_the_smallest_day_has_room_for_the_rest_as_well(site: Site, engine: Engine, db: Database) -> None:
    posts = Many(site, 150)
    reads = job(db, posts.source(requests_per_day=100))
    assert engine.crawl(reads).report.new == 100
    next_day(db)
    assert engine.crawl(reads).report.new == 50


def test_what_a_cap_cuts_is_read_later(site: Site, engine: Engine, db: Database) -> None:
    posts = Many(site, 350)
    reads = job(db, posts.source(pages=1))
    assert engine.crawl(reads).report.new == 100
    assert "stopped after 1 pages, goes on at the next read" in (source_row(db, "x").last_error or "")
    assert [engine.crawl(reads).report.new for _ in range(3)] == [100, 100, 50]
    assert source_row(db, "x").last_error is None


def test_a_rest_that_meets_another_is_read_as_one(site: Site, engine: Engine, db: Database) -> None:
    posts = Many(site, 250)
    reads = job(db, posts.source(pages=1, requests_per_day=100_000))
    engine.crawl(reads)
    posts.names += [str(int(posts.names[0]) + number + 1) for number in range(150)]
    for _ in range(8):
        engine.crawl(reads)
    assert {mention.external_id for mention in mentions(db)} == set(posts.names)
    posts.read.clear()
    engine.crawl(reads)
    assert len(posts.read) == 100, "what lies in the overlap, as far as a page goes: no rest is left"
