"""A page that a person saved: its reviews are stored once, under the ids of the interface, without any request."""

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawlers.importing import BadLine, Imported
from crawlers.saved import LARGEST, import_page
from store.db import Database
from store.errors import Permanent
from tests.crawlers.jobs import AURORA, mentions, source_row


def page(*reviews: dict[str, Any]) -> str:
    shown = {
        "props": {"pageProps": {"businessUnit": {"displayName": "Caffè Aurora"}, "reviews": list(reviews)}}
    }
    return f'<html><script id="__NEXT_DATA__" type="application/json">{json.dumps(shown)}</script></html>'


def review(number: int, at: datetime, **values: Any) -> dict[str, Any]:
    told = {"id": f"r{number}", "rating": 1, "text": f"Recensione {number}.", "title": "Mai arrivato"}
    return told | {"dates": {"publishedDate": at.isoformat()}} | values


@pytest.fixture
def bring(db: Database, tmp_path: Path, now: datetime) -> Callable[[str], tuple[Imported, list[BadLine]]]:
    def bring(content: str) -> tuple[Imported, list[BadLine]]:
        path, bad = tmp_path / "page.html", list[BadLine]()
        path.write_text(content, encoding="utf-8")
        return import_page(db, path, AURORA, "trustpilot", now=now, on_error=bad.append), bad

    return bring


def test_the_same_page_twice_adds_nothing_and_a_later_one_its_edits(
    db: Database, bring: Any, now: datetime
) -> None:
    first, second = review(1, now - timedelta(hours=2)), review(2, now - timedelta(days=9))
    done, bad = bring(page(first, second))
    assert (done, bad) == (Imported(new=2), [])
    assert [(m.platform, m.source, m.external_id, m.history) for m in mentions(db)] == [
        ("trustpilot", "trustpilot", "r1", False),
        ("trustpilot", "trustpilot", "r2", True),
    ]
    assert bring(page(first, second))[0] == Imported(unchanged=2)
    assert bring(page(first | {"text": "Arrivato, rotto."}))[0] == Imported(edited=1)
    assert source_row(db, "trustpilot").first_read_at == now


def test_a_review_that_cannot_be_read_is_told_and_the_rest_is_stored(bring: Any, now: datetime) -> None:
    done, bad = bring(page({"rating": 5}, review(1, now)))
    assert (done.new, done.errors) == (1, 1)
    assert bad == [BadLine(1, "review 1: no id")]


def test_what_is_no_saved_page_is_refused(db: Database, bring: Any) -> None:
    with pytest.raises(Permanent, match="saved from Trustpilot"):
        bring("<html>Altro</html>")
    assert mentions(db) == []


def test_only_a_file_of_a_page_s_size_is_read(db: Database, tmp_path: Path, now: datetime) -> None:
    large = tmp_path / "large.html"
    with large.open("wb") as file:
        file.truncate(LARGEST + 1)
    os.mkfifo(tmp_path / "pipe.html")
    for name in ("large.html", "pipe.html", "missing.html", "."):
        with pytest.raises(Permanent):
            import_page(db, tmp_path / name, AURORA, "trustpilot", now=now, on_error=print)
