"""Mentions from files: bad lines are told, the rest is stored, the same file twice adds nothing."""

import json
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawlers.importing import BadLine, Imported, Into, import_file
from store.db import Database
from store.errors import Permanent
from store.mentions import Stored, store_mentions
from store.retention import forget
from store.tables import MentionState, SourceRow
from tests.crawlers.jobs import mentions, source_row, texts

INTO = Into("aurora", "archive", "import")


@pytest.fixture
def bring(db: Database, tmp_path: Path, now: datetime) -> Any:
    """Imports a text; gives what was done and the bad lines."""

    def bring(content: str, into: Into = INTO, at: datetime = now) -> tuple[Imported, list[BadLine]]:
        path = tmp_path / "mentions"
        path.write_text(content, encoding="utf-8", newline="")
        bad: list[BadLine] = []
        return import_file(db, path, into, now=at, on_error=bad.append), bad

    return bring


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps({"published_at": "2026-11-24T08:00:00Z"} | row) + "\n" for row in rows)


def test_two_sources_may_count_their_rows_alike(db: Database, bring: Any) -> None:
    bring(lines({"external_id": "1", "text": "Di Google"}))
    done, _ = bring(lines({"external_id": "1", "text": "Di TripAdvisor"}), Into("aurora", "other", "import"))
    assert (done.new, done.edited) == (1, 0)
    assert sorted(texts(db)) == ["Di Google", "Di TripAdvisor"]


class TestFields:
    def test_all_of_them(self, db: Database, bring: Any) -> None:
        bring(
            "external_id,text,title,author,stars,published_at,url,lang,likes,shares,replies,views\n"
            'r1,"Arriva freddo, e tardi",Freddo,Ida,"4,5",23/11/2026 18:30,https://shop.example/r1,it-IT,"1.234",2,3,1.2k\n'
        )
        (stored,) = mentions(db)
        assert (stored.external_id, stored.text, stored.title, stored.author) == (
            "archive/r1",
            "Arriva freddo, e tardi",
            "Freddo",
            "Ida",
        )
        assert (stored.stars, stored.lang, stored.url) == (4.5, "it-it", "https://shop.example/r1")
        assert (stored.likes, stored.shares, stored.replies, stored.views) == (1234, 2, 3, 1200)
        assert stored.published_at == datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
        assert (stored.brand, stored.source, stored.platform, stored.state) == (
            "aurora",
            "archive",
            "import",
            MentionState.NEW,
        )

    def test_columns_of_other_names(self, db: Database, bring: Any) -> None:
        into = Into(
            "aurora", "archive", "import", {"text": "Recensione", "published_at": "Data", "stars": "Voto"}
        )
        done, bad = bring("Data;Voto;Recensione\n24.11.2026;8/10;Ottimo\n", into)
        assert (done.new, bad) == (1, [])
        assert (mentions(db)[0].text, mentions(db)[0].stars) == ("Ottimo", 4.0)

    @pytest.mark.parametrize(
        ("row", "error"),
        [
            (
                {"text": "a", "published_at": None},
                "published_at: is missing: name its column with --map published_at=Column",
            ),
            (
                {"text": "a", "published_at": "ieri"},
                "published_at: 'ieri' is no date: write it as 2026-11-24 or 2026-11-24T10:30:00Z",
            ),
            (
                {"text": "a", "published_at": "2030-01-01"},
                "published_at: '2030-01-01' is no date: write it as 2026-11-24 or 2026-11-24T10:30:00Z",
            ),
            ({"text": "a", "stars": "tante"}, "stars: 'tante' are no stars: write 1 to 5, or such as 8/10"),
            ({"text": "  "}, "text: is missing, and there are no stars"),
            ({"text": 7}, "text: must be a text"),
            ({"text": "a", "author": {"name": "Ida"}}, "author: Input should be a valid string"),
        ],
    )
    def test_a_bad_row_says_what_is_wrong(self, bring: Any, row: dict[str, Any], error: str) -> None:
        done, bad = bring(lines({"text": "buona"}, row, {"text": "anche questa"}))
        assert bad == [BadLine(2, error)]
        assert (done.new, done.errors) == (2, 1)

    def test_stars_alone_are_enough_and_what_is_no_language_is_left_to_detection(
        self, db: Database, bring: Any
    ) -> None:
        done, bad = bring(lines({"stars": 2}, {"text": "a", "lang": "Italian", "likes": "many"}))
        assert (done.new, bad) == (2, [])
        assert [(m.stars, m.lang, m.likes) for m in mentions(db)] == [(2.0, None, None), (None, None, None)]

    def test_an_error_quotes_little(self, bring: Any) -> None:
        _, bad = bring(lines({"text": "a", "stars": "x" * 5000}))
        assert len(bad[0].error) < 120


class TestTwice:
    def test_the_same_file_adds_nothing(self, db: Database, bring: Any) -> None:
        content = lines({"text": "a", "external_id": 1}, {"text": "b", "author": "Ida"}, {"text": "c"})
        assert bring(content)[0] == Imported(new=3)
        assert bring(content)[0] == Imported(unchanged=3)
        assert texts(db) == ["a", "b", "c"]

    def test_without_an_id_likes_may_grow(self, db: Database, bring: Any) -> None:
        for likes in (3, 9):
            done, _ = bring(lines({"text": "a", "author": "Ida", "likes": likes}))
        assert done == Imported(unchanged=1)
        assert mentions(db)[0].likes == 9

    def test_with_an_id_other_words_are_an_edit(self, db: Database, bring: Any) -> None:
        bring(lines({"text": "a", "external_id": "r1", "stars": 4}))
        assert bring(lines({"text": "b", "external_id": "r1", "stars": 1}))[0] == Imported(edited=1)
        assert mentions(db)[0].revision == 2

    def test_a_row_twice_in_a_file_is_one(self, db: Database, bring: Any) -> None:
        row = {"text": "a", "author": "Ida"}
        assert bring(lines(row, row))[0] == Imported(new=1, unchanged=1)

    def test_who_was_forgotten_does_not_come_back(self, db: Database, bring: Any, now: datetime) -> None:
        content = lines({"text": "a", "author": "Ida"}, {"text": "b", "author": "Teo"})
        bring(content)
        with db.write() as session:
            forget(session, "import", "Ida", now=now)
        assert bring(content)[0] == Imported(unchanged=2)
        assert "a" not in texts(db)


class TestHistory:
    OLD = lines({"text": "vecchia", "published_at": "2026-01-01"})
    FRESH = lines({"text": "fresca"})

    def test_at_the_first_import_what_is_old_is(self, db: Database, bring: Any) -> None:
        bring(self.OLD + self.FRESH)
        assert [m.history for m in mentions(db)] == [True, False]
        assert source_row(db, "archive").type == "import"

    def test_afterwards_nothing_is(self, db: Database, bring: Any, now: datetime) -> None:
        bring(self.FRESH)
        bring(self.OLD, at=now + timedelta(days=7))
        assert [m.history for m in mentions(db)] == [False, False]
        row = source_row(db, "archive")
        assert (row.first_read_at, row.last_ok_at) == (now, now + timedelta(days=7))

    def test_into_a_crawled_source_what_is_old_always_is(
        self, db: Database, bring: Any, now: datetime
    ) -> None:
        """Years of exported reviews must not ring."""
        with db.write() as session:
            session.add(SourceRow(name="archive", brand="aurora", type="page", first_read_at=now))
        bring(self.OLD + self.FRESH)
        assert [m.history for m in mentions(db)] == [True, False]
        row = source_row(db, "archive")
        assert (row.type, row.last_ok_at) == ("page", None)


class TestFiles:
    def test_one_that_is_none(self, db: Database, tmp_path: Path, now: datetime) -> None:
        with pytest.raises(Permanent, match="cannot read"):
            import_file(db, tmp_path / "none.csv", INTO, now=now, on_error=lambda bad: None)

    def test_bad_rows_in_every_batch(self, bring: Any) -> None:
        rows = [{"text": f"n. {n}"} if n % 3 else {"text": ""} for n in range(1000)]
        done, bad = bring(lines(*rows))
        assert (done.new, done.errors) == (666, 334)
        assert [one.line for one in bad[:3]] == [1, 4, 7]

    def test_what_broke_halfway_goes_on_the_next_time(
        self, db: Database, bring: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        content = lines(*({"text": f"n. {n}"} for n in range(500)))
        batches = iter([1, 2])

        def breaking(*args: Any, **kwargs: Any) -> Any:
            if next(batches) == 2:
                raise OSError("disk full")
            return store_mentions(*args, **kwargs)

        with monkeypatch.context() as patch, pytest.raises(OSError, match="disk full"):
            patch.setattr("crawlers.importing.store_mentions", breaking)
            bring(content)
        done, _ = bring(content)
        assert (done.new, done.unchanged) == (300, 200)
        assert len(set(texts(db))) == 500

    def test_memory_does_not_grow_with_the_file(
        self, tmp_path: Path, db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Storing aside: what it costs is a page of the database, whose cache is bounded."""
        monkeypatch.setattr("crawlers.importing.store_mentions", lambda *args, **kwargs: Stored())
        peaks = []
        for count in (2_000, 20_000):
            path = tmp_path / f"{count}.csv"
            with path.open("w", encoding="utf-8") as file:
                file.write("text,published_at,author\n")
                file.writelines(
                    f'"Recensione {n} {"parola " * 30}",2026-11-20,cliente {n}\n' for n in range(count)
                )
            tracemalloc.start()
            import_file(db, path, INTO, now=now, on_error=lambda bad: None)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        assert peaks[1] < 1.5 * peaks[0]
