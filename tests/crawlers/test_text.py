"""HTML to what a reader sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.text import from_html, plain, tidy


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Buono", "Buono"),
        ("<p>Uno</p><p>Due</p>", "Uno\n\nDue"),
        ("Uno<br>Due<br/>Tre", "Uno\nDue\nTre"),
        ("<b>Molto</b> buono", "Molto buono"),
        ("Pane &amp; burro &lt;3", "Pane & burro <3"),
        ("Ciao <!-- nota --> a tutti", "Ciao a tutti"),  # what follows a comment is text
        ("Ciao <?php x ?>a tutti", "Ciao a tutti"),
        ("a<script>alert('x')</script>b<style>p{}</style>c", "abc"),
        ("a<noscript><p>pixel</p></noscript>b<template><i>t</i></template>c", "abc"),
        ("a<svg><text>icona</text></svg> b", "a b"),
        ("riga\nspezzata <i>a\nmetà</i>", "riga spezzata a metà"),
        ("<ul><li>uno</li><li>due</li></ul>", "uno\n\ndue"),
        ("<p>non chiuso <b>qui", "non chiuso qui"),
        ("&nbsp;spazi&nbsp;&nbsp;duri ", "spazi duri"),
        ("", ""),
        (
            "<p>Rotto \ud83d e poi \x00ancora</p>",
            "Rotto \ufffd e poi \ufffdancora",
        ),  # half an emoji ends nothing
        ("<!channel> e <https://evil|click>", "e"),  # no text: libxml2 takes the first for a comment
    ],
)
def test_from_html(value: str, shown: str) -> None:
    assert from_html(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Ottimo <3 davvero", "Ottimo <3 davvero"),
        ("<!channel> <https://evil|click>", "<!channel> <https://evil|click>"),  # typed by an author
        ("Uno<br/>Due", "Uno\nDue"),
        ("<p class='x'>Uno</p>\n<p>Due</p>", "Uno\n\nDue"),
        ("<strong>Forte</strong>", "Forte"),
        ("Pane &amp; burro, 3 &lt; 4", "Pane & burro, 3 < 4"),
        ("AT&T; R&D", "AT&T; R&D"),
        ("&#128149; &#x1F495;", "\U0001f495 \U0001f495"),
        ("a < b > c", "a < b > c"),
    ],
)
def test_plain(value: str, shown: str) -> None:
    assert plain(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("  uno   due ", "uno due"),
        ("uno\r\ndue\rtre", "uno\ndue\ntre"),
        ("uno\n\n\n\ndue", "uno\n\ndue"),
        ("uno \n due", "uno\ndue"),
        ("\n\n", ""),
    ],
)
def test_tidy(value: str, shown: str) -> None:
    assert tidy(value) == shown


def test_nesting_without_end_is_survived() -> None:
    assert isinstance(from_html("<div>" * 20_000 + "fondo"), str)


@given(st.text(max_size=200))
def test_any_text_is_survived_and_tidy_twice_is_tidy(value: str) -> None:
    for shown in (from_html(value), plain(value)):
        assert tidy(shown) == shown


@given(st.text(st.sampled_from("<>/&;!-ab \n\"'=?#x0"), max_size=60))
def test_broken_markup_is_survived(value: str) -> None:
    from_html(value)
    plain(value)


def test_what_libxml2_refuses_is_read_as_plain_text() -> None:
    assert from_html("a\x00<b>c</b>").replace("\x00", "\ufffd") == "a\ufffdc"
    assert from_html('<?xml version="1.0" encoding="utf-8"?><p>ciao</p>').endswith("ciao")
