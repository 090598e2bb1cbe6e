"""RSS and Atom in real clothes and broken ones."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.base import Parsed
from store.errors import Permanent
from tests.crawlers.spiders.build import page_of, spider

URL = "https://press.example/feed"


def read(body: str | bytes, headers: dict[str, str] | None = None, **options: Any) -> Parsed:
    source = spider("feed", url=URL, **options)
    return source.parse(page_of(body, URL, kind="application/rss+xml; charset=utf-8", headers=headers or {}))


def rss(*entries: str, head: str = "") -> str:
    return f'<rss version="2.0"><channel><title>T</title>{head}{"".join(entries)}</channel></rss>'


class TestConditions:
    def test_what_the_last_read_kept_is_asked_with(self) -> None:
        kept = {"etag": '"5f"', "last-modified": "Tue, 24 Nov 2026 09:00:00 GMT", "other": "x"}
        (fetch,) = spider("feed", kept, url=URL).first()
        assert fetch.headers == {
            "If-None-Match": '"5f"',
            "If-Modified-Since": "Tue, 24 Nov 2026 09:00:00 GMT",
        }

    def test_the_first_time_nothing_is(self) -> None:
        (fetch,) = spider("feed", url=URL).first()
        assert (fetch.url, fetch.headers) == (URL, {})

    def test_an_endless_tag_is_cut(self) -> None:
        kept = read(rss(), {"etag": '"' + "x" * 9000}).kept
        assert kept is not None
        assert len(kept["etag"]) == 500


class TestEntries:
    def test_real_wordpress_feeds(self, shared: Path) -> None:
        for name in ("wordpress_rss2.xml", "wordpress_comments-rss2.xml"):
            body = (shared / "samples" / name).read_bytes()
            parsed = read(body)
            assert len(parsed.mentions) == body.count(b"<item>") > 0
            assert all(m.url and m.author and m.title for m in parsed.mentions)
            assert (parsed.undated, parsed.problems) == (frozenset(), ())
            assert len({m.external_id for m in parsed.mentions}) == len(parsed.mentions)

    def test_a_bare_guid_is_unique_with_its_host_only(self) -> None:
        parsed = read(rss('<item><guid isPermaLink="false">4711</guid><title>x</title></item>'))
        assert parsed.mentions[0].external_id == "press.example:4711"

    def test_without_a_guid_the_link_names_it_and_without_a_link_the_title(self) -> None:
        parsed = read(rss("<item><link>/a</link><title>x</title></item>", "<item><title>y</title></item>"))
        assert parsed.mentions[0].external_id == "https://press.example/a"
        assert parsed.mentions[1].external_id.startswith("press.example~")

    def test_the_longest_of_summary_and_content(self) -> None:
        long, short = "<p>Molte parole qui.</p>", "Poche."
        for first, second in ((long, short), (short, long)):
            body = rss(
                f"<item><guid>urn:a</guid><description><![CDATA[{first}]]></description>"
                f'<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/"><![CDATA[{second}]]></content:encoded></item>'
            )
            assert read(body).mentions[0].text == "Molte parole qui."

    def test_an_update_is_an_edit_only_after_publication(self) -> None:
        entry = "<entry><id>urn:a</id><title>x</title><published>2026-11-20T08:00:00Z</published><updated>{}</updated></entry>"
        for updated, edited in (("2026-11-20T08:00:00Z", False), ("2026-11-21T08:00:00Z", True)):
            atom = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{entry.format(updated)}</feed>'
            assert (read(atom).mentions[0].edited_at is not None) is edited

    def test_a_date_nobody_can_read_leaves_it_undated(self) -> None:
        parsed = read(rss("<item><guid>urn:a</guid><title>x</title><pubDate>ieri mattina</pubDate></item>"))
        assert parsed.undated == {"urn:a"}


class TestHostile:
    @pytest.mark.parametrize(
        "body", [b"", b"<html><body>Login</body></html>", b"{}", b"\x00\x01", b"%PDF-1.4"]
    )
    def test_what_is_no_feed_says_so(self, body: bytes) -> None:
        with pytest.raises(Permanent, match="not RSS or Atom"):
            read(body)

    def test_an_empty_feed_is_a_feed(self) -> None:
        assert read(rss()).mentions == ()

    def test_files_are_not_read_and_laughs_do_not_grow(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text("geheim")
        laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
        body = (
            f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}<!ENTITY f SYSTEM "file://{secret}">]>'
            + rss("<item><guid>urn:a</guid><title>&f;</title><description>&l8;</description></item>")
        )
        for mention in read(body).mentions:
            assert "geheim" not in f"{mention.title}{mention.text}"
            assert len(mention.text) < 1000

    @given(st.binary(max_size=200))
    @settings(max_examples=50)
    def test_any_bytes_are_survived(self, body: bytes) -> None:
        with suppress(Permanent):
            read(b"<rss version='2.0'><channel><item>" + body)
