"""The crawling process from outside: whatever happens in there is ended, told and harms nobody else."""

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import crawlers.run
from crawlers.job import AnyEvent, Finished, PageStored, SourceReport, Started
from crawlers.run import collect
from store.db import Database
from tests.crawlers.jobs import job, mentions, page_source, source_row, texts
from tests.crawlers.site import Answer, Asked, Site, put_list, review

LIST = [review(n) for n in range(12)]
# Put on the path of the crawling process: pages that do to it what bugs in a parser would.
POISON = """
import os, signal, sys, time
if "crawlers.run" in sys.orig_argv:
    from crawlers.spiders import page
    original = page.Spider.parse
    def parse(self, shown):
        if shown.url.endswith("/kill"):
            os.kill(os.getpid(), signal.SIGKILL)
        if shown.url.endswith("/exit"):
            os._exit(3)
        if shown.url.endswith("/hang"):
            time.sleep(3600)
        if shown.url.endswith("/print"):
            print("a library says hello")
        return original(self, shown)
    page.Spider.parse = parse
"""


@pytest.fixture
def poison(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "poison"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(POISON)
    monkeypatch.setenv("PYTHONPATH", str(folder))


class Rush:
    """Time, for what watches the crawling process; it may be pushed on."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    def time(self) -> float:
        return time.time()

    def on(self, seconds: float) -> None:
        self._ahead += seconds


@pytest.fixture
def rush(monkeypatch: pytest.MonkeyPatch) -> Rush:
    rush = Rush()
    monkeypatch.setattr(crawlers.run, "time", rush)
    return rush


def by_name(reports: list[SourceReport]) -> dict[str, SourceReport]:
    return {report.source: report for report in reports}


def test_reports_come_in_the_order_of_the_sources_and_events_as_they_happen(db: Database, site: Site) -> None:
    put_list(site, "/p", LIST)
    site.put("/q", Answer(status=404))
    events: list[AnyEvent] = []
    lines: list[str] = []

    def watch(event: AnyEvent) -> None:
        events.append(event)
        if isinstance(event, Started):
            process = Path(f"/proc/{event.pid}")
            lines.extend((process / name).read_text() for name in ("cmdline", "environ"))

    sources = [
        page_source(site.url("/q"), "missing"),
        page_source(site.url("/p"), "shop"),
        {"name": "odd", "type": "x"},
    ]
    reports = collect(job(db, *sources), watch)
    assert [(report.source, report.status) for report in reports] == [
        ("missing", "error"),
        ("shop", "ok"),
        ("odd", "error"),
    ]
    assert isinstance(events[0], Started)
    assert events[0].pid != os.getpid()
    assert [event.page for event in events if isinstance(event, PageStored)] == [1, 2, 3]
    assert len([event for event in events if isinstance(event, Finished)]) == 3
    assert len(mentions(db)) == 12
    assert db.url not in "".join(lines), "an address may hold a password"
    again = collect(job(db, sources[1]))
    assert (again[0].new, again[0].edited) == (0, 0)


def test_a_page_that_kills_the_process_takes_only_its_own_source_with_it(
    db: Database, site: Site, poison: None
) -> None:
    put_list(site, "/kill", LIST)
    put_list(site, "/exit", LIST)
    put_list(site, "/p", LIST)
    sources = [
        page_source(site.url("/kill"), "kill"),
        page_source(site.url("/p"), "shop"),
        page_source(site.url("/exit"), "exit"),
    ]
    reports = by_name(collect(job(db, *sources)))
    assert reports["shop"].status == "ok"
    assert len(mentions(db)) == 12
    assert reports["kill"].error == "the crawl died (signal 9)"
    assert reports["exit"].error == "the crawl died (exit status 3)"
    assert source_row(db, "kill").failures == source_row(db, "exit").failures == 1
    assert source_row(db, "shop").failures == 0


def test_one_that_hangs_is_ended_when_its_time_is_over(
    db: Database, site: Site, poison: None, rush: Rush
) -> None:
    hanging = threading.Event()

    def answer(asked: Asked) -> Answer:
        hanging.wait(60)
        return Answer(b"<p>x</p>")

    site.put("/hang", answer)
    put_list(site, "/p", LIST)

    def watch(event: AnyEvent) -> None:
        if isinstance(event, Finished) and event.report.source == "shop":
            hanging.set()
            rush.on(1000)

    sources = [page_source(site.url("/hang"), "hang"), page_source(site.url("/p"), "shop")]
    reports = by_name(collect(job(db, *sources, budget=500), watch))
    assert (reports["shop"].status, reports["shop"].new) == ("ok", 12)
    assert reports["hang"].error == "the crawl took too long and was ended"
    assert source_row(db, "hang").last_error == reports["hang"].error


def test_a_stopped_crawl_puts_down_what_it_holds(db: Database, site: Site) -> None:
    put_list(site, "/p", LIST)
    stop, done = threading.Event(), threading.Event()
    site.put("/p?page=2", lambda asked: Answer(status=200 if done.wait(60) else 500))

    def watch(event: AnyEvent) -> None:
        if isinstance(event, PageStored):
            stop.set()

    (report,) = collect(job(db, page_source(site.url("/p"))), watch, stop)
    done.set()
    assert (report.status, report.new) == ("error", 5)
    assert report.error == "unfinished: the run was stopped"
    assert len(mentions(db)) == 5
    put_list(site, "/p", LIST)
    assert collect(job(db, page_source(site.url("/p"))))[0].new == 7


def test_one_that_does_not_hear_the_stop_is_ended(db: Database, site: Site, poison: None, rush: Rush) -> None:
    stop = threading.Event()

    def answer(asked: Asked) -> Answer:
        stop.set()
        rush.on(10)  # more than the grace of a stopped crawl, less than its budget
        return Answer(b"<p>x</p>")

    site.put("/hang", answer)
    (report,) = collect(job(db, page_source(site.url("/hang")), budget=500), None, stop)
    assert report.status == "error"
    assert "stopped" in (report.error or "")


def test_killed_in_the_middle_nothing_is_lost_and_nothing_twice(db: Database, site: Site) -> None:
    put_list(site, "/p", LIST)
    pids: list[int] = []

    def watch(event: AnyEvent) -> None:
        if isinstance(event, Started):
            pids.append(event.pid)
        if isinstance(event, PageStored) and event.page == 2:
            os.kill(pids[0], signal.SIGKILL)

    held = threading.Event()
    site.put("/p?page=3", lambda asked: Answer(status=200 if held.wait(60) else 500))
    (report,) = collect(job(db, page_source(site.url("/p"))), watch)
    held.set()
    assert (report.error, report.new) == ("the crawl died (signal 9)", 10)
    assert source_row(db).cursor == {}
    put_list(site, "/p", LIST)
    assert collect(job(db, page_source(site.url("/p"))))[0].new == 2
    assert sorted(texts(db)) == sorted(str(node["reviewBody"]) for node in LIST)


def test_its_own_time_ends_it_and_what_it_stored_stays(db: Database, site: Site) -> None:
    put_list(site, "/p", LIST)
    done = threading.Event()
    site.put("/p?page=2", lambda asked: Answer(status=200 if done.wait(60) else 500))
    (report,) = collect(job(db, page_source(site.url("/p")), budget=10))
    done.set()
    assert report.status == "error"
    assert "its time was over" in (report.error or "")
    assert report.new == len(mentions(db))


def test_what_libraries_print_disturbs_nobody_and_all_is_quiet(
    db: Database, site: Site, poison: None, capfd: pytest.CaptureFixture[str]
) -> None:
    put_list(site, "/print", LIST)
    assert collect(job(db, page_source(site.url("/print"))))[0].new == 12
    out, log = capfd.readouterr()
    assert out == ""
    assert "a library says hello" in log
    assert "action=" not in log
    assert "WARNING" not in log
    assert "ERROR" not in log


def test_a_database_that_is_none_is_an_error_of_the_source(site: Site, tmp_path: Path) -> None:
    broken = Database(f"sqlite:///{tmp_path / 'empty.db'}")  # never migrated
    (report,) = collect(job(broken, page_source(site.url("/p"))))
    broken.close()
    assert report.error == "the crawl died (exit status 1)"


def test_who_listens_may_fail_and_the_process_is_ended(db: Database, site: Site) -> None:
    put_list(site, "/p", LIST)
    pids: list[int] = []

    def watch(event: AnyEvent) -> None:
        if isinstance(event, Started):
            pids.append(event.pid)
        else:
            raise KeyError("listener")

    with pytest.raises(KeyError, match="listener"):
        collect(job(db, page_source(site.url("/p"))), watch)
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


def test_counts_of_pages_stand_in_for_a_report_that_never_came() -> None:
    tally: Any = crawlers.run._Tally(None)
    for new in (5, 2):
        tally.take(PageStored(source="shop", page=1, new=new, edited=1, refreshed=0, unchanged=0, late=1))
    assert tally.counts == {"shop": {"new": 7, "edited": 2, "refreshed": 0, "late": 2}}
