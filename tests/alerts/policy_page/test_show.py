"""How the policy page looks: words stay words in Markdown and HTML, and the HTML needs nothing else."""

import re

import pytest
from lxml import html as parser

from alerts.policy_page.show import html, markdown
from store.brand import Brand
from tests.alerts.policy_page.pages import RICH, page

ATTACK = "<script>alert(1)</script> [x](javascript:alert(1)) *b* `c` \"'> <!channel>\n# H & \u202eevil"
HOSTILE = Brand.model_validate(
    {
        "key": "aurora",
        "name": ATTACK,
        "policy": {"contacts": {"default": ATTACK, "x": "javascript:alert(1)"}, "clauses": {"spam": ATTACK}},
        "voice": {"signature": ATTACK},
    }
)


@pytest.mark.parametrize("lang", ["en", "it"])
def test_configured_words_are_text_in_html(lang: str) -> None:
    shown = html(page(HOSTILE, lang))
    tree = parser.document_fromstring(shown)
    assert not tree.xpath("//script | //img | //*[@src] | //body//*[starts-with(@href, 'javascript')]")
    assert ATTACK.split()[0] in tree.xpath("string(//h1)")
    assert "\u202e" not in shown


def test_configured_words_are_text_in_markdown() -> None:
    shown = markdown(page(HOSTILE))
    assert not re.search(r"(?<!\\)<(?!https?://|[\w.+-]+@)", shown)
    assert not re.search(r"(?<!\\)\]\(", shown)
    assert "\n# H" not in shown
    assert "\\*b\\*" in shown


@pytest.mark.parametrize("lang", ["en", "it"])
def test_the_html_is_complete_alone_and_accessible(lang: str) -> None:
    shown = page(RICH, lang)
    tree = parser.document_fromstring(html(shown))
    assert tree.get("lang") == lang
    assert tree.xpath("string(//title)") == shown.title
    assert len(tree.xpath("//h1")) == 1
    assert tree.xpath("//main/section/h2/text()") == [section.title for section in shown.sections]
    assert not tree.xpath("//link | //script | //img | //iframe | //*[@src]")
    assert "url(" not in html(shown)
    assert "@import" not in html(shown)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in tree.xpath("//nav//@href")} <= set(ids)
    assert set(tree.xpath("//@aria-labelledby")) <= set(ids)


def test_the_note_for_counsel_stands_apart_on_top() -> None:
    shown = page(RICH)
    tree = parser.document_fromstring(html(shown))
    (note,) = tree.xpath("//body/aside")
    assert shown.counsel in note.text_content()
    assert note.getnext().getnext().tag == "main"  # after the comment that ends it
    assert shown.counsel not in tree.xpath("string(//main)")
    text = markdown(shown)
    assert text.startswith("> **")
    assert text.index("\n---\n") < text.index("\n# ")


def test_addresses_are_links() -> None:
    tree = parser.document_fromstring(html(page(RICH)))
    links = set(tree.xpath("//section//@href"))
    assert links == {
        "mailto:assistenza@aurora.example",
        "mailto:stampa@aurora.example",
        "https://aurora.example/privacy",
    }
    assert "<stampa@aurora.example>" in markdown(page(RICH))
    assert "our account @aurora" in markdown(page(RICH))
