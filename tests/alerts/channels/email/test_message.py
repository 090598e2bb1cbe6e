"""An e-mail says what its letter says, whatever the outside writes: no header, no line and no element more."""

import re
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alerts.card import Listed, Proposal, Why
from alerts.channels.email.letter import SUBJECT, Letter, Part, letter
from alerts.channels.email.message import Envelope, as_html, as_text, encode, message_id
from alerts.views import Line, Report, Said, SourceNotice, StartList, View
from alerts.words import Words
from tests.alerts.channels.email.golden import GOLDEN, files
from tests.alerts.channels.kinds import ALONE, CRITICAL, KINDS, NOW, ROME
from tests.alerts.charts.dots import Dot, dot

WORDS = Words("it", lasting=True)
EXPECTED = files()
ENVELOPE = Envelope(
    "Ascolto <ascolto@aurora.example>",
    ["care@aurora.example"],
    "<1@aurora.example>",
    NOW,
    "<0@aurora.example>",
)
HEADERS = {
    "subject", "from", "to", "date", "message-id", "in-reply-to", "references", "auto-submitted", "mime-version",
    "x-auto-response-suppress", "content-type", "importance", "x-priority",
}  # fmt: skip
HOSTILE = st.one_of(
    st.text(st.characters(), max_size=80),
    st.text(
        st.sampled_from("\r\n\t\0\x0b\x0c\x1c\x85\u2028 :=?<>@.aèé🙂\ud800\udfff\u202e\u200b"), max_size=80
    ),
    st.sampled_from(
        [
            "x\r\nBcc: everybody@evil.example\r\n\r\n<h1>hello",
            "=?utf-8?q?Bcc:_x=40evil.example?=",
            " \r " * 40,
            "<script>alert(1)</script><img src=http://evil.example/1.png>",
            '"><a href="javascript:alert(1)">Rimborso</a>',
            "{{ 7 * 7 }}{% raw %}",
            "\n.\r\nQUIT\r\n",
            "a" * 2_000,
            "è" * 2_000,
        ]
    ),
)


def parsed(view: View | Letter) -> EmailMessage:
    written = view if isinstance(view, Letter) else letter(view, WORDS)
    found = message_from_bytes(encode(written, ENVELOPE, "it"), policy=default)
    assert isinstance(found, EmailMessage)
    return found


def hostile(text: str) -> list[View]:
    card = replace(
        CRITICAL,
        brand=text,
        title=text,
        quote=text,
        author=text,
        place=text,
        url=text,
        host=text,
        lang=text,
        platform_label=text,
        whys=(Why("tripwire", (text,)), Why(text)),
        draft=Proposal(text, text, text, text, ((text, text),)),
    )
    return [
        card,
        Line(1, NOW, ROME, text, None, text, text, text, text, raised=text),
        Line(1, NOW, ROME, "note", url=text, said=Said(text, text, text, text, NOW)),
        SourceNotice(text, text, text, NOW, ROME, NOW, NOW, text),
        StartList(text, text, text, NOW, ROME, (Listed(1, 1.0, text, text, NOW, text, text),), 9),
        Report(text, (text,)),
    ]


class Page(HTMLParser):
    """The elements and links of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.name)
def test_golden(path: Path) -> None:
    assert EXPECTED[path] == path.read_text(encoding="utf-8"), (
        "python -m tests.alerts.channels.email.golden writes them anew"
    )


def test_no_golden_file_is_left_over() -> None:
    assert set(GOLDEN.iterdir()) == set(EXPECTED)


@pytest.mark.parametrize("kind", ALONE)
def test_every_kind_says_the_same_in_text_and_html(kind: str) -> None:
    written = letter(KINDS[kind], WORDS)
    message = parsed(written)
    assert message["Subject"] == written.subject
    assert message["To"] == "care@aurora.example"
    assert message["References"] == message["In-Reply-To"] == "<0@aurora.example>"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    for part in written.parts:
        for line in part.text.split("\n"):
            assert line in text.get_content()
    assert text.get_content().replace("\r\n", "\n") == as_text(written)
    assert html.get_content().replace("\r\n", "\n").rstrip() == as_html(written, "it").rstrip()
    assert bool(message["Importance"]) == written.urgent


def test_a_storm_says_what_it_is_and_names_the_worst() -> None:
    text = as_text(letter(KINDS["storm"], WORDS))
    assert "Ondata: 990 menzioni" in letter(KINDS["storm"], WORDS).title
    assert "le nuove menzioni si aggiungono qui" in text
    assert "Bolletta addebitata due volte" in text
    assert "https://apps.example.com/35" in text


def test_what_nobody_did_about_is_urgent_and_what_is_done_is_not() -> None:
    urgent = {kind for kind, view in ALONE.items() if letter(view, WORDS).urgent}
    assert {"critical", "late", "reminder", "line_raised"} <= urgent
    assert not urgent & {"resolved", "praise", "source_down", "report", "line_gone"}


@settings(max_examples=120)
@given(HOSTILE)
@example("a \r b")
@example("\x1c \r \x1d")
def test_nothing_from_outside_leaves_its_line(text: str) -> None:
    for view in hostile(text):
        written = letter(view, WORDS)
        content = encode(written, ENVELOPE, "it")
        head, _, _ = content.partition(b"\r\n\r\n")
        assert head.isascii()
        assert b"\r" not in content.replace(b"\r\n", b"")
        assert b"\n" not in content.replace(b"\r\n", b"")
        assert max(map(len, content.split(b"\r\n"))) <= 998
        message = parsed(written)
        assert {name.lower() for name in message} <= HEADERS
        assert len(message.keys()) == len(set(message.keys()))
        assert not message.defects
        assert not message["Subject"].defects
        assert message["Subject"] == written.subject
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]", written.subject)
        assert len(written.subject) <= SUBJECT
        assert len(list(message.iter_parts())) == 2


@settings(max_examples=300)
@given(HOSTILE)
def test_a_subject_is_read_as_it_was_written(text: str) -> None:
    subject = letter(Report(text, ()), WORDS).subject
    assert parsed(Report(text, ()))["Subject"] == subject
    plain = re.sub(r"\s+", " ", text).strip()
    if plain.isascii() and plain.isprintable() and len(plain) <= SUBJECT:
        assert subject == plain


@settings(max_examples=200)
@given(HOSTILE)
def test_the_html_obeys_nothing(text: str) -> None:
    for view in hostile(text):
        page = Page(as_html(letter(view, WORDS), "it"))
        assert page.elements <= {"html", "head", "meta", "title", "body", "div", "h1", "p", "a"}
        assert page.attributes <= {"lang", "charset", "name", "content", "style", "dir", "href", "rel"}
        assert all(link.startswith(("http://", "https://")) for link in page.links)


def test_only_addresses_of_the_web_become_links() -> None:
    for url in (
        "javascript:alert(1)",
        "data:text/html,x",
        "mailto:x@y.example",
        "//evil.example",
        "http://a b/",
    ):
        card = replace(CRITICAL, url=url)
        assert Page(as_html(letter(card, WORDS), "it")).links in ([], ["http://a%20b/"])
    links = Page(as_html(letter(KINDS["start"], WORDS), "it")).links
    assert links == ["https://apps.example.com/1"]


def test_a_message_id_is_the_same_for_the_same_key() -> None:
    sender = "Ascolto <ascolto@aurora.example>"
    first = message_id("case:1:email@20261124", sender)
    assert first == message_id("case:1:email@20261124", sender)
    assert first != message_id("case:2:email@20261124", sender)
    assert re.fullmatch(r"<[0-9a-f]{32}@aurora\.example>", first)


def test_a_huge_text_stays_short_in_the_subject() -> None:
    card = replace(CRITICAL, title="x" * 1_000_000)
    assert len(letter(card, WORDS).subject) <= SUBJECT


def test_a_part_without_words_is_left_out() -> None:
    assert letter(Report("a", ("", "\u200b", "b")), WORDS).parts == (Part("b"),)


def test_the_picture_travels_in_the_message_beside_its_html() -> None:
    view = Report("Settimana 47", ("120 menzioni.",), Dot(said='Menzioni "per giorno" <b>: 12'))
    written = letter(view, WORDS)
    message = message_from_bytes(encode(written, ENVELOPE, "it", dot("dot")), policy=default)
    assert isinstance(message, EmailMessage)
    text, related = message.iter_parts()
    html, picture = related.iter_parts()
    assert [part.get_content_type() for part in (message, text, related, html, picture)] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ]  # fmt: skip
    assert picture.get_content() == dot("dot")
    cid = picture["Content-ID"].strip("<>")
    assert f'src="cid:{cid}"' in html.get_content()
    assert 'alt="Menzioni &#34;per giorno&#34; &lt;b&gt;: 12"' in html.get_content()
    assert 'Menzioni "per giorno" <b>: 12' in text.get_content()
    assert picture.get_content_disposition() == "inline"


def test_without_the_picture_its_words_stand_in_its_place() -> None:
    written = letter(Report("Settimana 47", ("120 menzioni.",), Dot()), WORDS)
    assert "<img" not in as_html(written, "it")
    assert "Mentions by day: 12 on Monday" in as_html(written, "it")
