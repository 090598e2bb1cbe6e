"""The crawling process from inside: its log, its output, its end when nobody listens any more."""

import io
import logging
import os
import subprocess
import sys
import threading

import pytest

from crawlers import child, run
from crawlers.job import Finished, Started, read_event
from store.db import Database
from tests.crawlers.jobs import job, page_source
from tests.crawlers.site import Answer, Site

# Starts a crawl and leaves it alone.
PARENT = """
import json, os, subprocess, sys
job = json.load(sys.stdin) | {"service": os.getpid()}
process = subprocess.Popen([sys.executable, "-P", "-m", "crawlers.run"], stdin=subprocess.PIPE, start_new_session=True)
process.stdin.write(json.dumps(job).encode())
process.stdin.close()
os._exit(0)
"""


def test_it_ends_when_the_service_is_gone(db: Database, site: Site) -> None:
    held = threading.Event()
    site.put("/p", lambda asked: Answer(status=200 if held.wait(300) else 500))
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(run.ROOT)},
    )
    given = job(db, page_source(site.url("/p")), budget=600, DOWNLOAD_TIMEOUT=600).to_json().encode()
    # The crawl holds the other end of the pipe: that it closes, long before its time is over, says that it is gone.
    said, _ = parent.communicate(given, timeout=120)
    held.set()
    events = [read_event(line) for line in said.splitlines()]
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    assert events[-1].report.status == "error"


def test_a_job_that_is_none_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "crawlers.run"],
        input=b'{"sources": []}',
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(run.ROOT)},
    )
    assert done.returncode != 0
    assert done.stdout == b""


def test_without_a_source_that_can_be_read_nothing_is_started(db: Database) -> None:
    told: list[object] = []
    child.run(
        job(db, {"name": "odd", "type": "myspace", "brand": "aurora"}, page_source("gopher:", "shop")),
        told.append,
    )
    assert len(told) == 2


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            "Received 9 bytes in <GET https://shop.example/p?token=geheim&x=1>.",
            "Received 9 bytes in <GET https://shop.example/p>.",
        ),
        ("from http://ida:geheim@shop.example/p", "from http://shop.example/p"),
        ("really? yes", "really? yes"),
    ],
)
def test_what_libraries_say_of_addresses_loses_its_secrets(said: str, kept: str) -> None:
    record = logging.LogRecord("scrapy.core", logging.WARNING, "x.py", 1, "%s", (said,), None)
    assert child._without_queries(record)
    assert record.getMessage() == kept


def test_events_are_lines_of_their_own() -> None:
    stream = io.StringIO()
    tell = child._teller(stream)
    tell(Started(pid=7))
    tell(Started(pid=8))
    assert [read_event(line) for line in stream.getvalue().splitlines()] == [Started(pid=7), Started(pid=8)]
