"""The measure of the digest on a small year; and that what the digest asks is found by its keys, on any size."""

from typing import Any

from sqlalchemy import event

from alerts.digest import Period
from benchmarks import names
from benchmarks.digest import AURORA, PERIODS, _fill, _written
from store.db import Database


def test_a_year_is_filled_and_counted(database: Database) -> None:
    _fill(database, 3_650)  # ten a day
    shown = _written(database, Period.parse(PERIODS[0], AURORA.zone))
    assert shown.figures is not None
    assert (shown.figures["mentions"], shown.figures["mentions_usual"]) == (70, 70.0)
    assert shown.figures["cases"] == 7
    assert {"delivery", "support_response"} & {cause["topic"] for cause in shown.figures["causes"]}
    assert shown.figures["unreached"]["people"] > 0
    assert "digest" in names()


def test_no_question_of_the_digest_reads_a_table_from_end_to_end(db: Database) -> None:
    _fill(db, 3_650)
    asked: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *more: Any) -> None:
        asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    _written(db, Period.parse(PERIODS[1], AURORA.zone))
    event.remove(db.engine, "before_cursor_execute", note)
    selects = [(statement, parameters) for statement, parameters in asked if statement.startswith("SELECT")]
    assert len(selects) < 40  # however many mentions there are
    with db.engine.connect() as connection:
        for statement, parameters in selects:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            scans = [row[3] for row in plan if row[3].startswith("SCAN") and "USING" not in row[3]]
            whole = [
                scan
                for scan in scans
                if scan.split()[1] in ("mention", "score", "case", "audit", "reason", "clock")
            ]
            assert whole == [], statement
