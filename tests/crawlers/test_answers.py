"""The brand's replies that stand by themselves in a list, on whichever page what they answer stands."""

import tomllib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

import platforms
from crawlers.base import Answer, Page, Parsed
from crawlers.pipeline import Keeper
from crawlers.reading import Reading
from demo.internet import Internet
from demo.places import interface
from store.clock import utcnow
from store.db import Database
from store.mention import NewMention
from tests.crawlers.engine import Engine
from tests.crawlers.jobs import AURORA, job, mentions


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet(utcnow()) as running:
        yield running


@pytest.fixture
def reading(db: Database) -> Reading:
    platform = platforms.get("wordpress")
    table = {"name": "blog", "type": "wordpress", "brand": "aurora", "base_url": "https://blog.example"}
    return Keeper(db).open(platform.options.model_validate(table), AURORA, platform)


def comment(number: int, **values: Any) -> NewMention:
    given = {
        "brand": "aurora",
        "source": "blog",
        "platform": "wordpress",
        "external_id": f"blog.example/{number}",
    }
    at = utcnow() - timedelta(hours=number)
    return NewMention.model_validate(given | {"text": f"Commento {number}.", "published_at": at} | values)


def page(number: int) -> Page:
    return Page("https://blog.example", b"", number=number)


REPLY = Answer("Le scriviamo.", None)


def test_a_reply_is_known_before_what_it_answers(db: Database, reading: Reading) -> None:
    """Lists are read from the newest: the reply comes first."""
    reading.open = 3
    keeper = Keeper(db)
    keeper.keep(reading, page(1), Parsed((comment(1),), answers={"blog.example/2": REPLY}))
    kept = keeper.keep(reading, page(2), Parsed((comment(2), comment(3))))
    assert kept.new == 2
    assert [m.answer for m in mentions(db)] == [None, "Le scriviamo.", None]


def test_a_reply_reaches_what_an_earlier_crawl_has_stored(db: Database, reading: Reading) -> None:
    reading.open = 3
    keeper = Keeper(db)
    keeper.keep(reading, page(1), Parsed((comment(1), comment(2))))
    kept = keeper.keep(reading, page(2), Parsed(answers={"blog.example/2": REPLY}))
    assert (kept.new, kept.refreshed) == (0, 1)
    again = keeper.keep(reading, page(3), Parsed(answers={"blog.example/2": REPLY}))
    assert again.refreshed == 0
    assert [m.answer for m in mentions(db)] == [None, "Le scriviamo."]


def test_the_newest_of_several_replies_stays(db: Database, reading: Reading) -> None:
    reading.open = 3
    keeper = Keeper(db)
    keeper.keep(reading, page(1), Parsed((comment(1),), answers={"blog.example/2": REPLY}))
    older = Answer("Un attimo.", None)
    keeper.keep(reading, page(2), Parsed((comment(2),), answers={"blog.example/2": older}))
    assert [m.answer for m in mentions(db)] == [None, "Le scriviamo."]


@pytest.mark.parametrize(
    ("name", "key", "answer"), [("wordpress", "42", "43"), ("woocommerce", "303", "304")]
)
def test_the_replies_of_a_site_are_answers(
    name: str,
    key: str,
    answer: str,
    internet: Internet,
    engine: Engine,
    db: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for secret, value in interface(name).SECRETS.items():
        monkeypatch.setenv(secret, value)
    found = [one for one in tomllib.loads(internet.everywhere())["sources"] if one["type"] == name]
    engine.crawl(job(db, *found))
    posts = {post.key: post for post in internet.world.posts(name)}
    stored = {m.external_id.rpartition("/")[2]: m for m in mentions(db)}
    assert answer not in stored
    assert stored[key].answer == posts[answer].text
    assert stored[key].answered_at == internet.world.when(posts[answer].at)
    assert [one for one, m in stored.items() if m.answer] == [key]
    assert engine.crawl(job(db, *found)).report.refreshed == 0
