"""`NewMention` makes what comes from outside safe to store, and refuses what cannot be true."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from store.mention import MAX_TEXT, NewMention, author_key, content_hash, text_key

MOMENT = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def mention(**values: Any) -> NewMention:
    given_values = {
        "brand": "aurora",
        "source": "shop",
        "platform": "page",
        "external_id": "1",
        "text": "Buono.",
        "published_at": MOMENT,
    }
    return NewMention.model_validate(given_values | values)


@given(st.text(alphabet=st.characters(codec=None), max_size=300))
def test_any_text_can_be_stored(text: str) -> None:
    stored = mention(text=text, author=text, title=text, external_id=text)
    for value in (stored.text, stored.author or "", stored.title or "", stored.external_id):
        assert "\x00" not in value
        value.encode("utf-8")


def test_a_megabyte_is_cut() -> None:
    assert len(mention(text="a" * 1_000_000).text) == MAX_TEXT


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://x",
        "/relative",
        "https://" + "h" * 9000,
        "https://" + "è" * 1500,
    ],
)
def test_only_web_links_are_links(url: str) -> None:
    assert mention(url=url).url is None


def test_a_web_link_is_kept() -> None:
    assert mention(url="https://shop.example/p/1?a=b").url == "https://shop.example/p/1?a=b"


@pytest.mark.parametrize("stars", [0, -1, 5.5, 100])
def test_stars_off_the_scale_are_refused(stars: float) -> None:
    with pytest.raises(ValidationError, match="five-point"):
        mention(stars=stars)


def test_counts_below_zero_are_unknown_and_huge_ones_are_capped() -> None:
    stored = mention(likes=-3, views=10**15)
    assert stored.likes is None
    assert stored.views == 2**31 - 1


def test_a_naive_moment_is_utc() -> None:
    assert mention(published_at=datetime(2026, 1, 1, 8)).published_at == datetime(2026, 1, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("change", [{"text": "Cattivo."}, {"stars": 1}, {"title": "No"}])
def test_what_the_author_changes_changes_the_hash(change: dict[str, Any]) -> None:
    assert content_hash(mention(**change)) != content_hash(mention())


@pytest.mark.parametrize("change", [{"likes": 9}, {"url": "https://x.example"}, {"answer": "Grazie"}])
def test_what_others_change_does_not(change: dict[str, Any]) -> None:
    assert content_hash(mention(**change)) == content_hash(mention())


def test_the_same_text_in_other_clothes_has_one_key() -> None:
    first = text_key("Perché il caffè è arrivato FREDDO? https://a.example/1")
    assert first is not None
    assert first == text_key("@aurora perche il caffe e' arrivato   freddo")
    assert first != text_key("Perché il caffè è arrivato caldo? Bravissimi")


def test_short_texts_are_no_copies_of_each_other() -> None:
    assert text_key("Ottimo!") is None


def test_authors_are_kept_apart_by_platform_and_anonymous_ones_are_nobody() -> None:
    assert author_key("page", None, "Anna") == author_key("page", None, "anna")
    assert author_key("page", None, "Anna") != author_key("mastodon", None, "Anna")
    assert author_key("page", None, None) is None
