"""Web pages: what real shops wrote, and what no page may break."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.base import Page
from store.errors import Permanent
from tests.crawlers.spiders.build import page_of, read_page, spider

SYNTAXES = ("MICRODATA", "RDFA", "JSON")


def script(value: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def every_node(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from every_node(child)


class TestSamples:
    """Real pages: what stands in them was counted with other means."""

    def test_each_review_of_the_json_ld_pages_is_read_once(self, shared: Path) -> None:
        files = sorted((shared / "samples/schemaorg/recipe-scrapers-jsonld").glob("*.jsonld"))
        assert len(files) == 19
        total = 0
        for file in files:
            text = file.read_text(encoding="utf-8")
            nodes = [
                one for one in every_node(json.loads(text, strict=False)) if "Review" in str(one.get("@type"))
            ]
            parsed = read_page(f'<script type="application/ld+json">{text}</script>')
            found = parsed.mentions
            assert len({m.external_id for m in found}) == len(found) == len(nodes), file.name
            assert all(m.stars and m.author for m in found), file.name
            with_body = sum(bool(one.get("reviewBody") or one.get("description")) for one in nodes)
            assert sum(bool(m.text) for m in found) == with_body, file.name
            assert (parsed.undated, parsed.problems) == (frozenset(), ()), file.name
            total += len(nodes)
        assert total == 569

    @pytest.mark.parametrize(
        ("name", "count"), [("microdata_williamssonoma_2.html", 8), ("microdata_littlespicejar.html", 5)]
    )
    def test_microdata_pages(self, shared: Path, name: str, count: int) -> None:
        body = (shared / "samples/schemaorg" / name).read_bytes()
        parsed = read_page(body)
        assert len(parsed.mentions) == count == body.count(b'schema.org/Review"')
        assert all(m.stars and m.author and m.text for m in parsed.mentions)
        assert not parsed.undated

    @pytest.mark.parametrize(
        ("name", "read"),
        [
            ("CreativeWork.001.html", [("John Doe", 5, "2006-05-04"), ("Bob Smith", 4, "2006-06-15")]),
            ("LocalBusiness.002.html", []),  # a mean of 250 reviews is none of them
            ("product-ref.html", []),
        ],
    )
    def test_a_mean_of_reviews_is_no_review(
        self, shared: Path, name: str, read: list[tuple[str, int, str]]
    ) -> None:
        parsed = read_page((shared / "samples/schemaorg/extruct" / name).read_bytes())
        found = [(m.author, m.stars, f"{m.published_at:%Y-%m-%d}") for m in parsed.mentions]
        assert found == read
        assert all(m.title and m.text for m in parsed.mentions)
        assert parsed.problems == ()

    def test_an_example_reads_the_same_in_all_three_syntaxes(self, shared: Path) -> None:
        """schema.org's own examples: a lamp that burned out, a book, ..."""
        examples = (shared / "samples/schemaorg/schemaorg_review_examples.txt").read_text(encoding="utf-8")
        compared = 0
        for example in examples.split("TYPES:")[1:]:
            parts = re.split(r"^(PRE-MARKUP|MICRODATA|RDFA|JSON):\s*$", example, flags=re.MULTILINE)
            texts = {
                name: text for name, text in zip(parts[1::2], parts[2::2], strict=True) if name in SYNTAXES
            }
            read = {
                name: [(m.author, m.stars, m.text, m.place) for m in read_page(text).mentions]
                for name, text in texts.items()
            }
            if "ReviewAction" not in example:  # written out in JSON alone
                assert read["MICRODATA"] == read["RDFA"] == read["JSON"], example[:40]
                compared += len(read["JSON"])
        assert compared == 4


class TestIds:
    def test_a_review_keeps_its_name_on_another_page(self) -> None:
        node = {"@type": "Review", "author": "Ida", "datePublished": "2026-11-20", "reviewBody": "Sì"}
        source = spider("page", url="https://site.example/p")
        names = {
            source.parse(page_of(script(node), url=f"https://site.example/p?page={n}"))
            .mentions[0]
            .external_id
            for n in (1, 2)
        }
        assert len(names) == 1

    def test_editing_words_and_stars_keeps_the_name(self) -> None:
        node = {
            "@type": "Review",
            "author": "Ida",
            "datePublished": "2026-11-20",
            "reviewBody": "Sì",
            "reviewRating": {"ratingValue": 4},
        }
        edited = node | {"reviewBody": "No", "reviewRating": {"ratingValue": 1}}
        before, after = (read_page(script(one)) for one in (node, edited))
        assert before.mentions[0].external_id == after.mentions[0].external_id
        assert before.derived == after.derived == {before.mentions[0].external_id: True}


class TestNext:
    @pytest.mark.parametrize(
        ("href", "following"),
        [
            ("?page=2", "https://site.example/p?page=2"),
            ("/q#reviews", "https://site.example/q"),
            ("https://SITE.example/q", "https://SITE.example/q"),
            ("https://site.example:8443/q", None),
            ("http://10.0.0.1/q", None),
            ("//elsewhere.example/q", None),
            ("javascript:void(0)", None),
            ("http://[::1", None),
            ("mailto:x@site.example", None),
        ],
    )
    def test_only_on_the_same_host(self, href: str, following: str | None) -> None:
        found = read_page(f'<a rel="next" href="{href}">next</a>').next
        assert [fetch.url for fetch in found] == ([following] if following else [])

    def test_a_header_counts_too(self) -> None:
        page = page_of("<p>x</p>", headers={"link": '<?page=3>; rel="next"'}, number=2)
        (fetch,) = spider("page", url="https://site.example/p").parse(page).next
        assert (fetch.url, fetch.number) == ("https://site.example/p?page=3", 3)


class TestHostile:
    @pytest.mark.parametrize(
        "kind", ["application/pdf", "image/png", "application/octet-stream", "video/mp4"]
    )
    def test_what_is_no_page_is_refused(self, kind: str) -> None:
        with pytest.raises(Permanent, match="not a web page"):
            spider("page", url="https://site.example/p").parse(page_of(b"%PDF", kind=kind))

    @pytest.mark.parametrize(
        "body", [b"", b"\x00" * 500, b"\xff\xfe", b"{", b"[", b"<", bytes(range(256)) * 20]
    )
    def test_odd_bodies_are_survived(self, body: bytes) -> None:
        assert read_page(body).mentions == ()

    @given(st.binary(max_size=300))
    @settings(max_examples=50)
    def test_any_bytes_are_survived(self, body: bytes) -> None:
        read_page(body)

    @given(st.text(st.sampled_from('<>="/ itemscopetypofreviwRb{}[]:,@'), max_size=120))
    @settings(max_examples=50)
    def test_any_markup_is_survived(self, body: str) -> None:
        read_page(
            f'<div itemscope itemtype="https://schema.org/Review" vocab="https://schema.org/" typeof="Review">{body}'
        )

    def test_nesting_without_end(self) -> None:
        deep: Any = {"@type": "Review", "reviewBody": "in fondo"}
        for _ in range(400):
            deep = {"@type": "Thing", "about": [deep]}
        assert read_page(script(deep)).mentions == ()

    def test_many_reviews_on_one_page(self) -> None:
        nodes = [
            {"@type": "Review", "@id": f"#r{n}", "datePublished": "2026-11-20", "reviewBody": f"n. {n}"}
            for n in range(3000)
        ]
        assert len(read_page(script(nodes)).mentions) == 3000

    def test_what_is_stored_is_text(self) -> None:
        parsed = read_page(
            script(
                {"@type": "Review", "@id": "#r", "reviewBody": "<!channel>\x00\ud83d", "author": "x" * 9000}
            )
        )
        (mention,) = parsed.mentions
        assert mention.text == "<!channel>\ufffd\ufffd"
        assert len(mention.author or "") == 500


def test_two_brands_on_one_page_are_read_once_each() -> None:
    """The same review as JSON-LD and microdata counts once, also with other spaces and capitals."""
    both = script({"@type": "Review", "author": "Ida", "reviewBody": "Molto  buono"}) + (
        '<div itemscope itemtype="https://schema.org/Review"><i itemprop="author">IDA</i>'
        '<p itemprop="reviewBody">Molto buono</p></div>'
    )
    assert Counter(m.text for m in read_page(both).mentions) == {"Molto buono": 1}


def test_the_language_of_the_site_stands_in() -> None:
    node = {"@type": "Review", "@id": "#r", "reviewBody": "Sì"}
    assert read_page(script(node), language="it").mentions[0].lang == "it"
    assert read_page(script(node | {"inLanguage": "de"}), language="it").mentions[0].lang == "de"


def test_the_page_is_the_link_where_a_review_has_none() -> None:
    page = Page("https://site.example/p?page=2", script({"@type": "Review", "reviewBody": "Sì"}).encode(), {})
    assert spider("page", url="https://site.example/p").parse(page).mentions[0].url == page.url
