"""Messages for Slack: valid, within the limits, and harmless whatever the outside writes."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import telling
from alerts.card import Card, Change, Listed, Proposal, Why, safe_url
from alerts.channels.slack import menu
from alerts.channels.slack.blocks import Message, only_text, render, with_picture
from alerts.channels.slack.escape import inert, plain
from alerts.channels.slack.menu import (
    ACKNOWLEDGE,
    COPY,
    EDIT,
    FALSE_ALARM,
    MENU,
    MORE,
    OPEN,
    REPLIED,
    RESOLVE,
    RESOLVE_AS,
)
from alerts.views import Bundle, Bundled, Line, Report, Said, SourceNotice, StartList, View
from alerts.words import Words
from tests.alerts.channels.kinds import CRITICAL, KINDS, NOW, ROME
from tests.alerts.charts.dots import Dot

SCHEMA = Path(__file__).parents[5] / "shared" / "specs" / "slack" / "blockkit_message.schema.json"
WORDS = Words("it", lasting=True)


@cache
def validator() -> jsonschema.Draft7Validator | None:
    if not SCHEMA.is_file():
        return None
    return jsonschema.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def assert_valid(message: Message) -> None:
    """By the schema where it is here, and by Slack's limits that no schema knows."""
    blocks = list(message.blocks)
    if check := validator():
        check.validate({"blocks": blocks})
    assert len(blocks) <= 50
    assert message.text.strip()
    assert len(message.text) <= 3000
    ids = [part["action_id"] for part in parts(blocks) if "action_id" in part]
    assert len(ids) == len(set(ids))
    assert all(text for text in texts(blocks)), "Slack refuses empty texts"
    assert not any(block.get("elements") == [] for block in parts(blocks))
    assert len(json.dumps(blocks, ensure_ascii=False)) < 40_000
    json.dumps(blocks, ensure_ascii=False).encode()


def parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts(part)


def texts(blocks: list[dict[str, Any]]) -> list[str]:
    return [part["text"] for part in parts(blocks) if isinstance(part.get("text"), str)]


def actions(message: Message) -> dict[str, dict[str, Any]]:
    return {part["action_id"]: part for part in parts(list(message.blocks)) if "action_id" in part}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["en", "it"])
def test_every_kind_is_valid(kind: str, lang: str) -> None:
    assert_valid(render(KINDS[kind], Words(lang, lasting=True)))


@pytest.mark.parametrize("kind", ["critical", "line_viral", "report_pictured"])
def test_a_picture_has_its_place(kind: str) -> None:
    view = replace(KINDS[kind], picture=Dot(said="<!channel> *12* on Monday"))  # type: ignore[arg-type]
    message = with_picture(render(view, WORDS), view, "F0FAKE0001", WORDS)
    assert_valid(message)
    (place,) = [n for n, block in enumerate(message.blocks) if block["type"] == "image"]
    after = [block["type"] for block in message.blocks[place + 1 :]]
    assert {"critical": after[:1] == ["actions"], "line_viral": after == [], "report_pictured": place == 1}[
        kind
    ]
    assert "<!channel>" not in message.blocks[place]["alt_text"]


def test_the_schema_was_there(shared: Path) -> None:
    assert validator() is not None


def test_the_buttons_name_the_case() -> None:
    buttons = actions(render(CRITICAL, WORDS))
    assert list(buttons) == [ACKNOWLEDGE, EDIT, REPLIED, RESOLVE_AS, COPY, MORE]
    assert {button["value"] for name, button in buttons.items() if name != MORE} == {"12.1.34.2"}
    assert [option["value"] for option in buttons[MORE]["options"]] == [
        "assign_me:12.1.34.2",
        "snooze_morning:12.1.34.2",
        "not_relevant:12.1.34.2",
        "false_alarm_as:12.1.34.2",
        "menu:12.1.34.2",
    ]
    assert actions(render(KINDS["erased"], WORDS))[RESOLVE_AS]["value"] == "9.4.0.1"
    assert buttons[COPY]["url"] == CRITICAL.url


def test_the_ids_of_buttons_never_change() -> None:
    """A button on a message of last year must still work."""
    assert (ACKNOWLEDGE, RESOLVE, FALSE_ALARM, OPEN) == (
        "ascolto.case.acknowledge.v1",
        "ascolto.case.resolve.v1",
        "ascolto.case.false_alarm.v1",
        "ascolto.case.open.v1",
    )
    assert [menu.action(what) for what in ("edit", "replied", "resolve_as", "copy", "more", "menu")] == [
        EDIT, REPLIED, RESOLVE_AS, COPY, MORE, MENU,
    ]  # fmt: skip
    assert (EDIT, MORE) == ("ascolto.case.edit.v1", "ascolto.case.more.v1")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("open", [ACKNOWLEDGE, EDIT, REPLIED, RESOLVE_AS, COPY, MORE]),
        ("acknowledged", [EDIT, REPLIED, RESOLVE_AS, COPY, MORE]),
        ("replied", [EDIT, RESOLVE_AS, COPY, MORE]),
        ("resolved", []),
        ("dismissed", []),
    ],
)
def test_only_moves_that_can_be_made_have_a_button(status: str, expected: list[str]) -> None:
    assert list(actions(render(replace(CRITICAL, status=status, resolved_by="x"), WORDS))) == expected


def test_without_a_reply_there_is_nothing_to_copy() -> None:
    shown = actions(render(replace(CRITICAL, draft=None), WORDS))
    assert OPEN in shown
    assert not {COPY, EDIT} & set(shown)


def test_praise_alarms_nobody() -> None:
    shown = actions(render(replace(CRITICAL, channel="praise"), WORDS))
    assert not [option for option in shown[MORE]["options"] if "false_alarm" in option["value"]]


def test_nothing_is_parsed_as_markup() -> None:
    """All text stands where Slack parses nothing, so no escaping can be forgotten."""
    for view in KINDS.values():
        assert "mrkdwn" not in {part.get("type") for part in parts(list(render(view, WORDS).blocks))}


def test_only_a_person_of_the_workspace_is_shown_as_one() -> None:
    forged = "slack:U0EVIL>: \ue000U0EVIL\ue001"
    for who in (forged, "\ue000U0EVIL\ue001", "slack:u0:marta", "marta"):
        for status in ("acknowledged", "resolved"):
            card = replace(
                CRITICAL,
                status=status,
                acknowledged_by=who,
                resolved_by=who,
                author="\ue000U0EVIL\ue001",
                quote=who,
            )
            message = render(card, WORDS)
            people = [part for part in parts(list(message.blocks)) if part.get("type") == "user"]
            assert people == [], who


HOSTILE = [
    "<!channel>",
    "<!here|here>",
    "<!subteam^S1>",
    "<@U0MARTA>",
    "<#C1>",
    "<https://evil.example|Rimborso>",
    "<mailto:a@evil.example|x>",
    "@channel @here @everyone #general",
    "*bold* _it_ ~no~ `code` ```block``` > quote",
    "https://evil.example www.evil.example evil.example",
    ":rotating_light: &lt;!channel&gt;",
    "\u202eevil\u2066",
    "<\u200b!channel>",
    "< !channel>",
    "\ud800",
    "\x00\x1b[31m",
    "",
    " ",
    "\n\n\n",
    "\ue000U0EVIL\ue001",
    "{0.__class__}",
    "%s",
]
LONG = ["<" * 3000, "&" * 3000, "👨‍👩‍👧‍👦" * 400, "parola " * 1000, "<!channel>" * 400]
hostile = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=80),
    st.lists(st.sampled_from(HOSTILE[:20]), max_size=4).map("".join),
)
urls = st.one_of(
    st.none(),
    hostile,
    hostile.map(lambda text: f"https://x.example/{text}"),
    hostile.map("https://{}".format),
)


@st.composite
def views(draw: st.DrawFn) -> View:
    """Any view, with hostile text in each place that takes text from outside."""
    text = draw(hostile)
    url, host = safe_url(draw(urls))
    card = replace(
        CRITICAL,
        status=draw(st.sampled_from(["open", "acknowledged", "replied", "resolved", "dismissed"])),
        title=text,
        quote=draw(hostile),
        author=draw(st.one_of(st.none(), hostile)),
        place=draw(st.one_of(st.none(), hostile)),
        brand=text,
        platform_label=draw(hostile),
        lang=draw(st.one_of(st.none(), hostile)),
        url=url,
        host=host,
        whys=(Why("tripwire", (text, draw(hostile))), Why("viral", (text, "1")), Why(text)),
        change=Change(NOW, (4.0, 1.0), draw(hostile)),
        draft=Proposal(draw(hostile), text, draw(hostile), draw(hostile), ((text, draw(hostile)),), 5, 10),
        is_cut=True,
        owner=text,
        acknowledged_by=draw(hostile),
        acknowledged_at=NOW,
        resolved_by=text,
        stars=draw(st.one_of(st.none(), st.floats(0.1, 5))),
    )
    others: list[View] = [
        card,
        Line(
            1,
            NOW,
            ROME,
            text,
            Why(draw(st.sampled_from(["edited", "tripwire", "odd"])), (text,)),
            text,
            text,
            url,
            text,
        ),
        Line(
            1,
            NOW,
            ROME,
            draw(st.sampled_from(["resolve", "assign", "note", "report", "odd"])),
            said=Said(text, draw(hostile), draw(hostile), draw(hostile), NOW),
        ),
        SourceNotice(text, text, text, NOW, ROME, NOW, None, text),
        StartList(
            text, text, text, NOW, ROME, (Listed(1, 1.0, text, text, NOW - timedelta(days=1), text, url),), 3
        ),
        Bundle(
            text,
            NOW,
            ROME,
            text,
            (
                Bundled(1, "normal", "open", False, text, draw(hostile), 1.0, text, draw(hostile), url),
                Bundled(
                    2,
                    "high",
                    draw(st.sampled_from(["open", "resolved"])),
                    True,
                    author=text,
                    quote=text,
                    url=url,
                ),
            ),
        ),
        Report(text, (text, draw(hostile))),
    ]
    return draw(st.sampled_from(others))


@settings(max_examples=200)
@given(views())
def test_hostile_text_does_nothing(view: View) -> None:
    message = render(view, WORDS)
    assert_valid(message)
    for text in texts(list(message.blocks)):
        assert not {"<!", "<@", "<#", "<http", "< !", "<mailto:"} & {
            text[i : i + n] for n in (2, 3, 5, 8) for i in range(len(text))
        }
    for part in parts(list(message.blocks)):
        assert part.get("type") not in ("broadcast", "usergroup", "channel", "emoji", "mrkdwn")
        if part.get("type") == "link":
            assert part["url"].startswith(("http://", "https://"))
            assert part["text"] in ("originale", "continua a leggere")
        if part.get("type") == "user":
            assert isinstance(view, Card)
    assert_plain(message.text)
    assert_plain(only_text(view, WORDS).text)


def test_what_is_no_number_is_not_shown_as_one() -> None:
    assert telling.why(Why("viral", ("²", "1")), WORDS) == telling.why(Why("viral", ()), WORDS)


def assert_plain(text: str) -> None:
    """Nothing in it that Slack would make a ping, a link or a style of."""
    assert not set(text) & set("<>*_~`@#")
    assert "://" not in text
    for start in (i for i, char in enumerate(text) if char == "&"):
        assert text[start:].startswith(("&amp;", "&lt;", "&gt;"))
    text.encode()


@pytest.mark.parametrize("text", HOSTILE + LONG)
def test_plain_text_fits_after_escaping(text: str) -> None:
    assert_plain(plain(text, 200))
    assert len(plain(text, 200)) <= 200


def test_plain_text_reads_as_it_was_written() -> None:
    assert plain("Tom & Jerry: 5 < 6", 100) == "Tom &amp; Jerry: 5 &lt; 6"
    assert plain("a 12:40, 3.5 stelle. E poi... no", 100) == "a 12:40, 3.5 stelle. E poi... no"
    assert plain("mail a@b.example", 100) == "mail a＠b․example"


def test_inert_text_keeps_what_is_no_command() -> None:
    assert inert("5 < 6, <b>x</b> <3", 100) == "5 < 6, <b>x</b> <3"
    assert (
        inert("<!channel> <@U1> <https://evil|Rimborso>", 100) == "‹!channel> ‹@U1> ‹https://evil|Rimborso>"
    )


@pytest.mark.parametrize("text", [*LONG, "x" * 1_000_000], ids=range(len(LONG) + 1))
def test_long_text_is_cut(text: str) -> None:
    card = replace(
        CRITICAL, quote=text, author=text, title=text, place=text, draft=Proposal("it", text, text, text)
    )
    assert_valid(render(card, WORDS))
    assert_valid(render(Report(text, (text,) * 100), WORDS))


def test_the_text_alone_tells_the_essentials() -> None:
    text = only_text(CRITICAL, WORDS).text
    for part in ("Critico", "App Store", "gonfia", "Rispondere entro", "Gentile Giulia"):
        assert part in text
