"""The queue with filters and a search: what is wanted and nothing else, each case once, however far one must look."""

from datetime import datetime

import pytest

from store import finding
from store.db import Database
from store.finding import EVERY, NOBODY, Wanted, find, owners
from store.search import terms
from tests.alerts.rows import add_case, add_mention

PLATFORMS = ("google", "bluesky")
LANGS = ("it", "de", "en-GB")


@pytest.fixture
def shelf(database: Database, now: datetime) -> dict[int, dict[str, object]]:
    """Forty cases, by id: what each is."""
    found: dict[int, dict[str, object]] = {}
    with database.write() as session:
        for n in range(40):
            known: dict[str, object] = {
                "platform": PLATFORMS[n % 2],
                "lang": LANGS[n % 3],
                "urgency": ("critical", "high", "normal", "low")[n % 4],
                "status": ("open", "acknowledged", "replied", "resolved", "dismissed")[n % 5],
                "owner": ("marta", None)[n % 2],
                "word": "moka" if n % 3 == 0 else "tazza",
            }
            mention = add_mention(
                session,
                now,
                n,
                text=f"{known['word']} numero {n}",
                platform=known["platform"],
                lang=known["lang"],
            )
            case = add_case(session, mention, now, urgency=known["urgency"])
            case.status, case.owner = str(known["status"]), str(known["owner"]) if known["owner"] else None
            session.flush()
            found[case.id or 0] = known
    return found


def every(database: Database, wanted: Wanted, limit: int = 3) -> list[int]:
    """All pages, one after the other."""
    found: list[int] = []
    after = None
    with database.read() as session:
        for _ in range(60):
            page = find(session, wanted, after, limit)
            found += page.cases
            after = page.further
            if after is None:
                return found
    raise AssertionError("there is no end of it")


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        (Wanted(), {"status": ("open", "acknowledged")}),
        (Wanted(EVERY), {}),
        (Wanted(EVERY, urgency="high"), {"urgency": ("high",)}),
        (Wanted(EVERY, platform="google"), {"platform": ("google",)}),
        (Wanted(EVERY, language="en"), {"lang": ("en-GB",)}),
        (Wanted(EVERY, language="de", platform="bluesky"), {"lang": ("de",), "platform": ("bluesky",)}),
        (Wanted(EVERY, owner="marta"), {"owner": ("marta",)}),
        (Wanted(EVERY, owner=NOBODY), {"owner": (None,)}),
        (Wanted(("resolved",), urgency="low"), {"status": ("resolved",), "urgency": ("low",)}),
        (Wanted(EVERY, terms=terms("moka")), {"word": ("moka",)}),
        (Wanted(("open",), terms=terms("moka")), {"word": ("moka",), "status": ("open",)}),
        (
            Wanted(EVERY, terms=terms("tazza"), platform="google"),
            {"word": ("tazza",), "platform": ("google",)},
        ),
        (Wanted(EVERY, topic="delivery"), {"word": ()}),
    ],
)
@pytest.mark.parametrize("most", [8_000, 5])
def test_what_is_wanted_comes_once_and_nothing_else(
    database: Database,
    shelf: dict[int, dict[str, object]],
    wanted: Wanted,
    holds: dict[str, tuple[object, ...]],
    most: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finding, "MOST", most)  # a page that stops early goes on on the next
    found = every(database, wanted)
    assert len(found) == len(set(found))
    assert set(found) == {
        one for one, known in shelf.items() if all(known[name] in values for name, values in holds.items())
    }


def test_a_case_stands_where_its_newest_hit_does(database: Database, now: datetime) -> None:
    with database.write() as session:
        case = add_case(session, add_mention(session, now, 1, text="moka"), now)
        for n in range(2, 12):
            other = add_mention(session, now, n, text=f"moka {n}")
            if n % 2:
                other.case_id = case.id
            else:
                add_case(session, other, now)
        number = case.id
    found = every(database, Wanted(EVERY, terms=terms("moka")), 2)
    assert found[0] == number
    assert found.count(number or 0) == 1
    assert len(found) == 6


def test_owners_are_those_who_have_something_to_do(
    database: Database, shelf: dict[int, dict[str, object]]
) -> None:
    with database.read() as session:
        assert owners(session) == ["marta"]
