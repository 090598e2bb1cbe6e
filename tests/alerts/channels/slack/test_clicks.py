"""What values, times and addresses a click is made of; commands and searches with hostile words."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings

from alerts.channels.slack import commands
from alerts.channels.slack.clicks import Clicked, addresses, end_of_day, named, snooze_until, texts_of
from alerts.channels.slack.commands import Asked
from alerts.words import Words
from store.brand import Brand, Policy
from store.db import Database
from tests.alerts.channels.slack.test_blocks import assert_plain, assert_valid, hostile
from tests.alerts.rows import BRAND, add_mention

BUSINESS = Brand(key="a", name="A", policy=Policy(holidays="IT"))
ALWAYS = Brand(key="a", name="A", policy=Policy.model_validate({"hours": "always"}))
NEW_YORK = Brand(key="a", name="A", timezone="America/New_York")


@pytest.mark.parametrize(
    ("value", "known"),
    [
        ("12", Clicked(12, "m")),
        ("12.34.2", Clicked(12, "m", 34, 2)),
        ("12.7.34.2", Clicked(12, "m", 34, 2, version=7)),
        ("12.7.0.1", Clicked(12, "m", version=7)),
        *((wrong, None) for wrong in ("", "1.2", "1.2.3.4.5", "x", "1 ", "-1", "1e3", "\u0661", "9" * 16)),
    ],
)
def test_what_a_value_names(value: str, known: Clicked | None) -> None:
    assert named(value, "m") == known


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "now", "urgency", "brand", "until"),
    [
        ("hour", "2026-11-24T11:00", "normal", BUSINESS, "2026-11-24T12:00"),
        (
            "hour",
            "2026-11-24T16:50",
            "normal",
            BUSINESS,
            "2026-11-25T08:00",
        ),  # after closing: the next morning
        ("hour", "2026-11-24T16:50", "critical", BUSINESS, "2026-11-24T17:50"),  # critical knows no closing
        ("hour", "2026-11-24T16:50", "normal", None, "2026-11-24T17:50"),
        ("morning", "2026-11-24T11:00", "normal", BUSINESS, "2026-11-25T08:00"),
        ("morning", "2026-11-24T23:30", "normal", BUSINESS, "2026-11-26T08:00"),  # it is Wednesday in Rome
        ("morning", "2026-11-27T11:00", "normal", BUSINESS, "2026-11-30T08:00"),  # Friday: Monday
        ("morning", "2026-12-07T11:00", "normal", BUSINESS, "2026-12-09T08:00"),  # the Immacolata
        ("morning", "2026-03-28T11:00", "normal", ALWAYS, "2026-03-29T07:00"),  # the clocks change
        ("morning", "2026-11-24T11:00", "normal", None, "2026-11-25T09:00"),
        ("monday", "2026-11-24T11:00", "critical", BUSINESS, "2026-11-30T08:00"),
        ("monday", "2026-11-30T11:00", "normal", BUSINESS, "2026-12-07T08:00"),
        ("monday", "2026-11-30T03:00", "normal", NEW_YORK, "2026-11-30T14:00"),  # it is Sunday there
    ],
)
def test_until_when_a_case_is_put_aside(
    when: str, now: str, urgency: str, brand: Brand | None, until: str
) -> None:
    assert snooze_until(when, at(now), urgency, brand) == at(until)


@pytest.mark.parametrize(
    ("day", "now", "brand", "until"),
    [
        ("2026-11-26", "2026-11-24T11:00", BUSINESS, "2026-11-26T17:00"),
        ("2026-11-28", "2026-11-24T11:00", BUSINESS, "2026-11-28T17:00"),  # a Saturday
        ("2026-11-24", "2026-11-24T18:00", BUSINESS, "2026-11-24T22:59"),  # closed already
        ("2026-11-26", "2026-11-24T11:00", ALWAYS, "2026-11-26T22:59"),
        ("2026-11-26", "2026-11-24T11:00", None, "2026-11-26T18:00"),
    ],
)
def test_until_when_a_promise_is_kept(day: str, now: str, brand: Brand | None, until: str) -> None:
    assert end_of_day(date.fromisoformat(day), brand, at(now)) == at(until)


def test_addresses_as_slack_writes_them() -> None:
    found = addresses(["vedi <https://a.example/x?a=1&amp;b=2|qui>, e (https://b.example/y)."])
    assert "https://a.example/x?a=1&b=2" in found
    assert "https://b.example/y" in found
    assert not [address for address in found if "|" in address or ">" in address]


def test_all_that_a_message_says() -> None:
    message = {
        "text": "a",
        "blocks": [
            {"type": "rich_text", "elements": [{"elements": [{"type": "link", "url": "https://x.example"}]}]}
        ],
        "attachments": [{"from_url": "https://y.example", "text": "b"}],
    }
    assert texts_of(message) == ["a", "https://x.example", "b", "https://y.example"]
    nested: dict[str, object] = {}
    for _ in range(5_000):
        nested = {"blocks": [nested]}
    assert texts_of(nested) == []
    assert texts_of({}) == []


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hostile)
def test_commands_do_nothing_with_hostile_words(db: Database, text: str) -> None:
    now = at("2026-11-24T11:00")
    with db.write() as session:
        asked = Asked(session, {"aurora": BRAND}, ["app", text or "x"], "slack:U1:m", now, Words("en"))
        for command in ("", "search ", "mute ", "pause ", "go-on ", "help ", "status "):
            message = commands.answer(command + text, asked)
            assert_valid(message)
            assert_plain(message.text)
        commands.answer(f"mute {text} 2h", asked)


def test_a_search_finds_all_words_and_no_wildcards(db: Database, now: datetime) -> None:
    with db.write() as session:
        add_mention(session, now, 1, text="Sconto del 100% mai visto")
        add_mention(session, now, 2, text="Sconto di 100 euro")
    with db.read() as session:
        asked = Asked(session, {"aurora": BRAND}, [], "m", now, Words("en"))
        assert "1 mention with" in commands.answer("search 100% sconto", asked).text
        assert "2 mentions with" in commands.answer("search sconto", asked).text
        assert "No mention" in commands.answer("search _conto", asked).text
        other = Asked(session, {"other": BRAND}, [], "m", now, Words("en"))
        assert "No mention" in commands.answer("search sconto", other).text
