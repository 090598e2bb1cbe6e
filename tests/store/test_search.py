"""Full text on both databases: folded words, phrases, beginnings; kept by the database; nothing hostile in a query."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from store.db import Database
from store.mention import NewMention
from store.mentions import store_mentions
from store.retention import forget
from store.search import Term, hits, newest, terms
from store.tables import Mention

LATEST = 2**31


def add(session: Session, now: datetime, number: int, text: str, **more: str) -> int:
    known: dict[str, Any] = {
        "brand": "aurora",
        "source": "shop",
        "platform": "page",
        "published_at": now,
        "author": "giulia_r",
    }
    done = store_mentions(
        session, [NewMention(**known | {"external_id": f"r{number}", "text": text} | more)], now=now
    )
    return (done.new + done.edited)[0]


def found(session: Session, asked: str) -> list[int]:
    return hits(session, terms(asked), LATEST, 100)


def test_words_are_found_however_they_are_written(database: Database, now: datetime) -> None:
    with database.write() as session:
        first = add(session, now, 1, "Il CAFFÈ era freddo e la consegna in ritardo")
        second = add(session, now, 2, "Der Kaffee war kalt", title="Schön war's", author="Ünal")
        third = add(session, now, 3, "la consegna è arrivata, il caffè no: 12,50 € persi")
    with database.read() as session:
        assert found(session, "caffe") == [third, first]
        assert found(session, "Caffè FREDDO") == [first]
        assert found(session, "cons*") == [third, first]
        assert found(session, "cons") == []
        assert found(session, "cons ritardo*") == []
        assert found(session, '"la consegna"') == [third, first]
        assert found(session, "«consegna in ritardo»") == [first]
        assert found(session, '"ritardo consegna"') == []
        assert found(session, "schon") == [second]
        assert found(session, "unal") == [second]
        assert found(session, "giulia_r") == [third, first]
        assert found(session, "zzz") == []
        assert hits(session, terms("caffe"), third, 100) == [first]
        assert hits(session, terms("caffe"), LATEST, 1) == [third]


def test_what_is_edited_or_erased_is_found_by_its_old_words_no_more(
    database: Database, now: datetime
) -> None:
    with database.write() as session:
        row = add(session, now, 1, "Moka difettosa")
        add(session, now, 1, "Moka perfetta")
        assert found(session, "difettosa") == []
        assert found(session, "perfetta") == [row]
        forget(session, "page", "giulia_r", now=now)
        assert found(session, "perfetta") == found(session, "giulia_r") == []
        session.delete(session.get_one(Mention, row))
        session.flush()
        assert found(session, "moka") == []


def test_the_newest_of_a_case(database: Database, now: datetime) -> None:
    from tests.alerts.rows import add_case, add_mention

    with database.write() as session:
        case = add_case(session, add_mention(session, now, 1, text="moka rotta"), now)
        later = add_mention(session, now, 2, text="moka di nuovo rotta")
        later.case_id = case.id
        other = add_mention(session, now, 3, text="tazza")
        other.case_id = case.id
        session.flush()
        assert newest(session, terms("moka"), [case.id or 0]) == {case.id: later.id}
        assert newest(session, terms("piatto"), [case.id or 0]) == {}


HOSTILE = [
    '"', '""', '"""', "'", "*", "a*b*", "NEAR(a b)", "a AND", "OR OR", "NOT a", "text:a", "{a b}:c", "-a", "^a", "a:*",
    "(", ")", "a & | ! <-> b", "\\", "';DROP TABLE mention;--", "%", "_", "\x00", "a\x00b", "😀", "ß ı İ", ":a", "+",
    "a" * 5_000, "a " * 5_000, "\u202e", "rank MATCH 'x'", "mention_search",
]  # fmt: skip


@pytest.mark.parametrize("asked", HOSTILE)
def test_a_hostile_query_is_only_words(database: Database, now: datetime, asked: str) -> None:
    with database.read() as session:
        wanted = terms(asked)
        if wanted:
            assert hits(session, wanted, LATEST, 5) == []
            assert newest(session, wanted, [1]) == {}


@given(st.text(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
def test_no_query_breaks_the_search(db: Database, asked: str) -> None:
    with db.read() as session:
        if wanted := terms(asked):
            hits(session, wanted, LATEST, 5)


def test_what_is_asked_is_read_as_terms() -> None:
    assert terms('moka "macchina rotta" ca*') == (
        Term(("moka",)),
        Term(("macchina", "rotta")),
        Term(("ca",), goes_on=True),
    )
    assert terms("  ") == terms('"" -') == ()
    assert terms("a") == (Term(("a",)),)
    assert terms('unclosed "quote here') == (
        Term(("unclosed",)),
        Term(("quote",)),
        Term(("here",)),
    )
