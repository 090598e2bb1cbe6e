"""What values, times and addresses a click is made of; commands and searches with hostile words."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from sqlmodel import select

from alerts import cases, exclusions
from alerts.channels.slack import clicks, commands, seen
from alerts.channels.slack.buttons import snooze_until
from alerts.channels.slack.commands import Asked
from alerts.channels.slack.listener import Listener
from alerts.channels.slack.seen import Clicked
from alerts.channels.slack.shortcut import addresses, texts_of
from alerts.sla import end_of_day
from alerts.words import Words
from store.brand import Brand, Briefs, Policy
from store.db import Database
from store.tables import Audit, Case, Exclusion
from tests.alerts.channels.slack.test_blocks import assert_plain, assert_valid, hostile
from tests.alerts.rows import BRAND, add_case, add_mention, desk

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
    assert seen.read(value, "m") == known


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
    assert [ways[0] for ways in found] == ["https://a.example/x?a=1&b=2", "https://b.example/y)."]
    assert "https://b.example/y" in found[1]
    assert not [way for ways in found for way in ways if "|" in way or ">" in way]


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
        for command in (
            "",
            "search ",
            "mute ",
            "pause ",
            "go-on ",
            "help ",
            "status ",
            "exclusions ",
            "include ",
        ):
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


def test_an_exclusion_is_listed_and_withdrawn(db: Database, now: datetime) -> None:
    with db.write() as session:
        at_desk = desk(session, now)
        for phrase in ("aurora boreale", "aurora australis"):
            exclusions.adopt(at_desk, "aurora", phrase, "slack:U1:marta")
        asked = Asked(session, {"aurora": BRAND}, [], "slack:U2:luca", now, Words("it"))
        listed = commands.answer("esclusioni aurora", asked).text
        assert "“aurora boreale” non riguarda Caffè Aurora: marta, oggi" in listed
        number = next(row.id for row in session.exec(select(Exclusion)) if row.phrase == "aurora australis")
        assert f"{number}. “aurora australis”" in listed
        assert "vale di nuovo per Caffè Aurora" in commands.answer("riammetti Aurora  BOREALE", asked).text
        assert "“aurora boreale” non è esclusa" in commands.answer("include aurora boreale", asked).text
        assert "“aurora australis” vale di nuovo" in commands.answer(f"include {number}", asked).text
        assert commands.answer("exclusions", asked).text == "Nessuna espressione è esclusa."
        assert "nobody non c'è" in commands.answer("exclusions nobody", asked).text
        traces = session.exec(select(Audit).where(Audit.action == "include")).all()
        assert [(row.who, row.detail["phrase"]) for row in traces] == [
            ("slack:U2:luca", "aurora boreale"),
            ("slack:U2:luca", "aurora australis"),
        ]
    assert commands.changes("riammetti x")
    assert not commands.changes("esclusioni")


def test_a_phrase_of_what_colleagues_took_up_is_refused_with_a_sentence(db: Database, now: datetime) -> None:
    fields = {"platform": "mastodon", "title": None}
    with db.write() as session:
        ours = add_case(session, add_mention(session, now, 1, text="Caffè Aurora bar, chiuso", **fields), now)
        other = add_case(session, add_mention(session, now, 2, text="Caffè Aurora bar a Oslo", **fields), now)
        cases.acknowledge(desk(session, now), ours.id or 0, "slack:U1:marta")
        number = str(other.id)
    listener = Listener(db, Words("en"), {"aurora": BRAND}, lambda: None, clock=lambda: now)
    told = clicks.submitted(listener, "not_about_us", number, "slack:U2:luca", "caffè aurora bar")
    assert not told.done
    assert "colleagues have taken up as yours" in (told.said or "")
    told = clicks.submitted(listener, "not_about_us", number, "slack:U2:luca", "da Caffè Aurora")
    assert "says more than the brand's name" in (told.said or "")
    with db.read() as session:
        assert not session.exec(select(Exclusion)).all()
        assert session.get_one(Case, int(number)).status == "open"


def test_the_commands_speak_the_language_of_the_team(db: Database, now: datetime) -> None:
    with db.write() as session:
        asked = Asked(session, {"aurora": BRAND}, [], "slack:U1:marta", now, Words("it"))
        told = commands.answer("aiuto", asked).text.splitlines()
        assert [line.partition(":")[0] for line in told] == [
            "/ascolto stato",
            "/ascolto cerca PAROLE",
            "/ascolto silenzia FONTE 2h",
            "/ascolto pausa [2h]",
            "/ascolto riprendi",
            "/ascolto esclusioni [MARCHIO]",
            "/ascolto riammetti ESPRESSIONE",
            "/ascolto aiuto",
        ]
        assert "/ascolto silenzia FONTE 2h" in commands.answer("silenzia", asked).text
        assert "quando qualcuno scrive /ascolto riprendi" in commands.answer("pausa", asked).text
        assert "durata" not in commands.answer("pausa 2h", asked).text
        assert asked.until(None) == "finché qualcuno non scrive /ascolto riprendi"


def test_a_mute_tells_of_the_brief_where_there_is_one(db: Database, now: datetime) -> None:
    silent = BRAND.model_copy(update={"briefs": Briefs(morning=None, evening=None)})
    with db.write() as session:
        for brand, told in ((BRAND, True), (silent, False)):
            asked = Asked(session, {"aurora": brand}, ["app"], "slack:U1:marta", now, Words("en"))
            assert ("next brief" in commands.answer("mute app 2h", asked).text) is told
