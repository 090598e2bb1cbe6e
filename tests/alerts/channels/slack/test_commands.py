"""`/ascolto`: what it answers, also to hostile words, and in the language of the team."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from sqlmodel import col, select

from alerts import exclusions
from alerts.channels.slack import clicks, commands
from alerts.channels.slack.commands import Asked
from alerts.words import Words
from store import switches
from store.brand import Briefs
from store.db import Database
from store.tables import Audit, Exclusion, SourceRow
from tests.alerts.channels.slack.ear import Again, Ear, actions, listening, redelivered
from tests.alerts.channels.slack.test_blocks import assert_plain, assert_valid, hostile
from tests.alerts.rows import BRAND, add_mention, desk

pytestmark = pytest.mark.timeout(120)


def test_the_command(one: Ear, now: datetime) -> None:
    with one.listener.db.write() as session:
        session.add(SourceRow(name="my shop", brand="aurora", type="page", last_ok_at=now))

    def ask(text: str) -> str:
        before = len(one.slack.private)
        one.say(one.slack.command(text))
        one.until(lambda: len(one.slack.private) > before)
        return str(one.slack.private[-1]["text"])

    assert "Cases: 1 open" in ask("")
    assert "my shop: is read" in ask("status")
    assert "1 mention with “bocca gonfia”" in ask("search bocca gonfia")
    assert "giulia_r" in str(one.slack.private[-1]["blocks"])
    assert ask("search <!channel>") == "No mention with “&lt;!channel&gt;”."
    assert "There is no myshop" in ask("mute myshop 2h")
    assert "Write which source" in ask("mute my shop")
    assert "my shop is muted until today at 12:30" in ask("mute my shop 30m")
    assert "The next brief lists what this held back." in str(one.slack.private[-1]["text"])
    assert "Paused until tomorrow at 12" in ask("pause")
    assert "ends after a day, or when somebody writes /ascolto go-on" in str(one.slack.private[-1]["text"])
    with one.listener.db.read() as session:
        assert switches.is_paused(session, "aurora", now)
        assert switches.on(session, "mute:my shop", now)
        assert not switches.on(session, "mute:my shop", now + timedelta(hours=1))
        assert not switches.is_paused(session, "aurora", now + timedelta(days=1))
    assert "Everything that can wait is paused until tomorrow" in ask("stato")
    assert "Goes on: my shop and everything" in ask("go-on")
    assert "Nothing is paused or muted." in ask("riprendi")
    assert "/ascolto mute" in ask("dance")
    assert [name for name in actions(one) if name in ("mute", "pause")] == ["mute", "pause", "mute", "pause"]


def test_a_command_that_comes_again_changes_nothing_over_both(ear: Ear, now: datetime, again: Again) -> None:
    with ear.listener.db.write() as session:
        session.add(SourceRow(name="app", brand="aurora", type="page", last_ok_at=now))

    def done() -> list[tuple[str, str | None]]:
        with ear.listener.db.read() as session:
            rows = session.exec(select(Audit).where(col(Audit.case_id).is_(None)))
            return [(row.action, row.after) for row in rows]

    commands = [ear.slack.command(text) for text in ("go-on", "pause 2h", "mute app 1h", "go-on", "pause")]
    for number, command in enumerate(commands):
        ear.say(command)
        ear.until(lambda wanted=number + 1: len(ear.slack.private) == wanted)  # type: ignore[misc]
    before = [
        ("go_on", None),
        ("pause", "on"),
        ("mute", "on"),
        ("mute", "off"),
        ("pause", "off"),
        ("pause", "on"),
    ]
    assert done() == before
    for command in commands:
        redelivered(ear, again, command)
    assert done() == before
    with ear.listener.db.read() as session:
        (turned,) = switches.standing(session, now)
        assert (turned.name, turned.until) == ("pause:*", now + timedelta(days=1))
    assert len(ear.slack.private) == 5
    ear.say(ear.slack.command("go-on"))  # the same words once more are another command
    ear.until(lambda: len(done()) == 7)


def test_five_of_one_command_at_once_count_once(database: Database, now: datetime) -> None:
    listener = listening(database, now)
    with database.write() as session:
        session.add(Exclusion(brand="aurora", phrase="aurora boreale", added_by="marta", added_at=now))
    for text in ("pause", "include aurora boreale", "go-on"):
        with ThreadPoolExecutor(5) as pool:
            asked = [
                pool.submit(clicks.command, listener, text, "slack:U0MARTA:marta", text) for _ in range(5)
            ]
        assert [one.result() is None for one in asked].count(False) == 1
    with database.read() as session:
        assert [row.action for row in session.exec(select(Audit))] == ["pause", "include", "pause"]


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hostile)
def test_commands_do_nothing_with_hostile_words(db: Database, text: str) -> None:
    now = datetime(2026, 11, 24, 11, tzinfo=UTC)
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


def test_a_brand_is_known_by_what_it_is_called_too(db: Database, now: datetime) -> None:
    """Its key stands nowhere in Slack."""
    with db.write() as session:
        asked = Asked(session, {"aurora": BRAND}, [], "slack:U1:marta", now, Words("en"))
        assert "Paused until today" in commands.answer("pause caffè AURORA 2h", asked).text
        assert switches.is_paused(session, "aurora", now)
        assert "No phrase is excluded." in commands.answer("exclusions Caffè Aurora", asked).text
        assert "Goes on" in commands.answer("go-on Caffe Aurora", asked).text
        assert not switches.is_paused(session, "aurora", now)


def test_going_on_with_what_does_not_stand_never_says_that_nothing_does(db: Database, now: datetime) -> None:
    with db.write() as session:
        asked = Asked(session, {"aurora": BRAND}, [], "slack:U1:marta", now, Words("it"))
        commands.answer("pausa 2h", asked)
        told = commands.answer("riprendi tutto", asked).text
        assert "“tutto” non è né in pausa né silenziato." in told
        assert "in pausa fino a oggi alle 14:00" in told
        assert switches.is_paused(session, "aurora", now)
