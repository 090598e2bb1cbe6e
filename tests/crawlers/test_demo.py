"""The demo's whole internet, read twice by the crawling process: what stands there is what is found."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlmodel import col, select

from crawlers.job import AnyEvent, CrawlJob, SourceReport, Waited
from crawlers.run import collect
from demo.internet import Internet
from demo.world import read_expected
from store.brand import Brand
from store.clock import utcnow
from store.db import Database
from store.tables import Mention, Revision, Snapshot
from tests.crawlers.jobs import QUICK

EXPECTED = read_expected()


@dataclass(frozen=True)
class Polls:
    """What two polls brought: the reports of each, the waits of the second, and the database after both."""

    internet: Internet
    db: Database
    first: dict[str, SourceReport]
    second: dict[str, SourceReport]
    waits: list[Waited]
    history: dict[str, bool]

    def mention(self, key: str) -> Mention | None:
        """By the id that the place gives it, or by its place in the page, or by who wrote what."""
        post, name = self.internet.world.find(key), self.internet.external_id(key)
        external = col(Mention.external_id)
        same = external.endswith(f"rec-{key}") | (
            (col(Mention.author) == post.author) & (col(Mention.text) == post.text)
        )
        if name is not None:
            same |= external.endswith(name.split("://", 1)[-1], autoescape=True)
        with self.db.read() as session:
            return session.scalars(select(Mention).where(same)).first()


@pytest.fixture(scope="module")
def polls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Polls]:
    db = Database(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'ascolto.db'}")
    db.migrate()
    with Internet(utcnow()) as internet:
        config = tomllib.loads(internet.config())
        brands = [Brand(key=key, **table) for key, table in config["brands"].items()]
        job = CrawlJob(database_url=db.url, sources=config["sources"], brands=brands, settings=QUICK)
        first = {report.source: report for report in collect(job)}
        with db.read() as session:
            history = {m.external_id: m.history for m in session.scalars(select(Mention))}
        internet.advance()
        events: list[AnyEvent] = []
        second = {report.source: report for report in collect(job, events.append)}
        waits = [event for event in events if isinstance(event, Waited)]
        yield Polls(internet, db, first, second, waits, history)
    db.close()


def test_every_source_is_read_both_times(polls: Polls) -> None:
    for reports in (polls.first, polls.second):
        assert {name: (one.status, one.error) for name, one in reports.items()} == dict.fromkeys(
            EXPECTED.first, ("ok", None)
        )


def test_the_first_poll_finds_what_is_there(polls: Polls) -> None:
    assert {name: report.new for name, report in polls.first.items()} == EXPECTED.first
    assert sum(report.late + report.gone + report.edited for report in polls.first.values()) == 0


def test_the_second_poll_adds_what_is_new(polls: Polls) -> None:
    assert {name: report.new for name, report in polls.second.items() if report.new} == EXPECTED.new
    with polls.db.read() as session:
        assert len(session.scalars(select(Mention)).all()) == EXPECTED.total


def test_the_edit_the_late_one_and_the_removed_one(polls: Polls) -> None:
    assert sum(report.edited for report in polls.second.values()) == len(EXPECTED.edited)
    assert sum(report.late for report in polls.second.values()) == len(EXPECTED.late)
    assert sum(report.gone for report in polls.second.values()) == len(EXPECTED.gone)
    edited, gone = polls.mention(EXPECTED.edited[0]), polls.mention(EXPECTED.gone[0])
    assert edited is not None
    assert (edited.stars, edited.revision) == (1.0, 2)
    assert gone is not None
    assert gone.gone_at is not None
    assert polls.mention(EXPECTED.late[0]) is not None
    with polls.db.read() as session:
        assert [row.stars for row in session.scalars(select(Revision))] == [4.0]


def test_answers_of_the_brand_are_seen(polls: Polls) -> None:
    for key in (*EXPECTED.answered, *EXPECTED.answered_before):
        mention = polls.mention(key)
        assert mention is not None, key
        assert mention.answer, key


def test_what_goes_viral_has_its_snapshots(polls: Polls) -> None:
    viral = polls.mention(EXPECTED.viral[0])
    assert viral is not None
    with polls.db.read() as session:
        seen = session.scalars(
            select(Snapshot).where(col(Snapshot.mention_id) == viral.id).order_by(col(Snapshot.at))
        )
        assert [row.shares for row in seen] == [12, 940]


def test_who_comes_back_is_in_the_same_thread(polls: Polls) -> None:
    back = polls.mention(EXPECTED.came_back[0])
    before = polls.mention("toot-03")
    assert back is not None
    assert before is not None
    assert (back.thread, back.author_key) == (before.external_id, before.author_key)


def test_what_must_not_be_collected_is_not(polls: Polls) -> None:
    assert [key for key in (*EXPECTED.forbidden, *EXPECTED.elsewhere) if polls.mention(key)] == []
    assert not [request for request in polls.internet.requests if request.path.startswith("/anteprima")]


def test_both_faults_are_waited_out(polls: Polls) -> None:
    assert Counter(wait.status for wait in polls.waits) == EXPECTED.faults
    assert [wait.seconds >= 1 for wait in polls.waits if wait.status == 429] == [True]
    assert sum(report.waited for report in polls.second.values()) == 2


def test_an_unchanged_feed_answers_304(polls: Polls) -> None:
    atom = [request.status for request in polls.internet.requests if request.path == "/blog/atom.xml"]
    assert atom == [200, 304]


def test_what_is_old_is_history(polls: Polls) -> None:
    for key in EXPECTED.start_list:
        mention = polls.mention(key)
        assert mention is not None, key
        assert polls.history[mention.external_id], key
    for key in EXPECTED.critical:
        mention = polls.mention(key)
        assert mention is not None, key
        assert not mention.history, key
