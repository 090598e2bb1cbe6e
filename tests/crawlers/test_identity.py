"""Which review is which, on whichever page it stands, whoever edits it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.identity import LONGEST, Known, address, given_ids, made_id, settle
from tests.crawlers.test_dates import at

PAGE = "https://shop.example/p/1"


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://Shop.example/p/1/?page=3#r7", "shop.example/p/1#r7"),
        ("http://shop.example/p/1?pagina=2", "shop.example/p/1"),
        ("http://shop.example/p/1?colour=red&Page=2", "shop.example/p/1?colour=red"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_address(url: str, plain: str) -> None:
    assert address(url) == plain


def ids(
    *offered: tuple[str, ...], page: str = PAGE, urls: list[str | None] | None = None
) -> list[str | None]:
    return given_ids(offered, page, urls or [None] * len(offered))


class TestGivenIds:
    def test_the_best_candidate_names(self) -> None:
        assert ids(("https://shop.example/p/1#r7", "77"), ("78",)) == [
            "shop.example/p/1#r7",
            "shop.example:78",
        ]

    def test_the_page_itself_names_no_review(self) -> None:
        assert ids(("https://shop.example/p/1",), ("https://shop.example/p/1?page=2", "77")) == [
            None,
            "shop.example:77",
        ]

    def test_a_name_that_two_share_names_neither(self) -> None:
        assert ids(("x", "1"), ("x", "2"), ("x",)) == ["shop.example:1", "shop.example:2", None]

    @pytest.mark.parametrize(
        ("link", "named"),
        [
            ("https://shop.example/moka", False),  # the product's
            ("https://shop.example/moka#r7", True),
            ("https://shop.example/reviews/7", True),
            ("https://shop.example/moka?recensione=7", True),
        ],
    )
    def test_a_reviews_own_link_counts_where_it_looks_like_one(self, link: str, named: bool) -> None:
        assert (ids((link,), urls=[link]) != [None]) is named

    def test_the_same_review_on_another_page_has_the_same_name(self) -> None:
        link = "https://shop.example/p/1?page={}#r7"
        assert ids((link.format(2),), page=f"{PAGE}?page=2") == ids((link.format(3),), page=f"{PAGE}?page=3")

    def test_a_long_name_is_hashed(self) -> None:
        (name,) = ids(("x" * 5000,))
        assert name is not None
        assert len(name) <= LONGEST

    def test_an_address_that_is_none_is_left_out(self) -> None:
        assert ids(("http://[::1", "77")) == ["shop.example:77"]

    @given(st.lists(st.lists(st.text(max_size=20), max_size=3).map(tuple), max_size=6))
    def test_given_names_are_unique(self, offered: list[tuple[str, ...]]) -> None:
        found = [name for name in ids(*offered) if name is not None]
        assert len(found) == len(set(found))


class TestMadeId:
    def test_it_is_strong_with_an_author_or_a_time(self) -> None:
        assert made_id("shop", "Marta", None, None).strong
        assert made_id("shop", None, at(2026, 11, 20, 9, 30), None).strong
        assert not made_id("shop", "Anonimo", at(2026, 11, 20), "Moka").strong
        assert not made_id("shop", None, None, None).strong

    def test_each_part_counts_and_case_does_not(self) -> None:
        base = ("shop", "Marta", at(2026, 11, 20), "Moka")
        others = [("b", *base[1:]), ("shop", "Gino", *base[2:]), (*base[:2], None, "Moka"), (*base[:3], "Tè")]
        names = {made_id(*parts).key for parts in [base, *others]}
        assert len(names) == 5
        assert made_id("shop", "MARTA", at(2026, 11, 20), "moka") == made_id(*base)


def known(name: str, text: str) -> Known:
    return Known(name, text, text)


class TestSettle:
    def test_new_ones_are_numbered(self) -> None:
        assert settle("k", True, [known("k", "uno"), known("k", "due")], [], set()) == ["k", "k-2"]

    def test_the_same_content_keeps_its_row_in_any_order(self) -> None:
        stored = [known("k", "uno"), known("k-2", "due")]
        assert settle("k", True, [known("k", "due"), known("k", "uno")], stored, set()) == ["k-2", "k"]

    def test_an_edit_pairs_with_the_row_it_resembles(self) -> None:
        stored = [known("k", "Caffè ottimo, torno"), known("k-2", "Biscotti secchi e pochi")]
        offered = [known("k", "Biscotti secchi, e pochi davvero"), known("k", "Caffè ottimo, torno presto")]
        assert settle("k", True, offered, stored, set()) == ["k-2", "k"]

    def test_under_a_strong_name_other_words_are_an_edit(self) -> None:
        assert settle("k", True, [known("k", "zzz")], [known("k", "Ottimo")], set()) == ["k"]

    def test_under_a_weak_name_other_words_are_another_review(self) -> None:
        assert settle("k", False, [known("k", "zzz")], [known("k", "Ottimo")], set()) == ["k-2"]
        assert settle("k", False, [known("k", "Ottimo!")], [known("k", "Ottimo")], set()) == ["k"]

    def test_a_name_taken_earlier_in_this_crawl_is_not_given_again(self) -> None:
        assert settle("k", True, [known("k", "altro")], [known("k", "uno")], {"k"}) == ["k-2"]

    @given(
        st.booleans(),
        st.lists(st.sampled_from(["uno", "due", "tre", "quattro"]), max_size=5),
        st.lists(st.sampled_from(["uno", "due", "tre", "cinque"]), max_size=5, unique=True),
    )
    def test_different_contents_never_share_a_name(
        self, strong: bool, offered: list[str], rows: list[str]
    ) -> None:
        stored = [known("k" if n == 0 else f"k-{n + 1}", text) for n, text in enumerate(rows)]
        names = settle("k", strong, [known("k", text) for text in offered], stored, set())
        by_name: dict[str, set[str]] = {}
        for name, text in zip(names, offered, strict=True):
            by_name.setdefault(name, set()).add(text)
        assert all(len(texts) == 1 for texts in by_name.values())

    @given(st.lists(st.sampled_from(["uno", "due", "tre", "quattro"]), max_size=5, unique=True))
    def test_the_same_crawl_twice_gives_the_same_names(self, texts: list[str]) -> None:
        offered = [known("k", text) for text in texts]
        first = settle("k", True, offered, [], set())
        stored = [Known(name, text, text) for name, text in zip(first, texts, strict=True)]
        assert settle("k", True, offered, stored, set()) == first
