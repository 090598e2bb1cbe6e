"""The terminal shows a card once, and obeys nothing that the outside wrote."""

import io
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import cases
from alerts.card import Why
from alerts.channels.console import Console
from alerts.outbox import deliver_waiting
from alerts.views import Line, Report, View
from alerts.words import Words
from store.db import Database
from store.tables import OutboxState
from tests.alerts.channels.kinds import CRITICAL, KINDS, NOW, ROME
from tests.alerts.rows import BRAND, alert, desk, notification


def shown(view: View) -> str:
    stream = io.StringIO()
    Console(stream, Words("en"), width=80).post("console", view, "key")
    return stream.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_shown(kind: str) -> None:
    assert shown(KINDS[kind]).strip()


@settings(max_examples=150)
@given(
    st.one_of(
        st.text(max_size=60),
        st.sampled_from(
            [
                "\x1b[2J\x1b[1;1H",
                "\x1b]8;;http://evil\x07x",
                "[bold red]x[/]",
                "[link=http://evil]x[/link]",
                ":bomb:",
                "\r\x08\x9b31m",
            ]
        ),
    )
)
def test_no_control_reaches_the_terminal(text: str) -> None:
    card = replace(
        CRITICAL, quote=text, author=text, title=text, place=text, url=text, whys=(Why("tripwire", (text,)),)
    )
    for view in (card, Line(1, NOW, ROME, "x", Why(text), text, text, text, text), Report(text, (text,))):
        out = shown(view)
        assert not [char for char in out if ord(char) < 32 and char != "\n"]
        assert not set(out) & {"\x7f", "\x9b", "\x9d", "\u202e"}


def test_markup_stays_text() -> None:
    out = shown(replace(CRITICAL, quote="[bold red]x[/] [/] :bomb:", author="[b]"))
    assert "[bold red]x[/] [/] :bomb:" in out
    assert "[b]" in out


def test_once_each_and_no_edit(db: Database, now: datetime) -> None:
    stream = io.StringIO()
    channels = {"console": Console(stream, Words("it"), width=100)}

    def deliver() -> int:
        return deliver_waiting(db, channels, {"aurora": BRAND}, clock=lambda: now)

    with db.write() as session:
        for number in (1, 2, 3):
            alert(session, now, number, channel="console")
    assert deliver() == 3
    assert deliver() == 0
    before = stream.getvalue()
    assert before.count("╭") == 3
    with db.write() as session:
        cases.acknowledge(desk(session, now), 1, "marta")
    deliver()
    assert stream.getvalue() == before
    with db.read() as session:
        row = notification(session, "case:1:console")
    assert (row.state, row.shown_version, row.unsure) == (OutboxState.SENT, 2, False)
