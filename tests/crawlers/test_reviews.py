"""schema.org nodes become reviews, however loosely they are written."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.markup import Node
from crawlers.reviews import Review, language, reviews

URL = "https://shop.example/p/1"
NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def read(*nodes: Node) -> list[Review]:
    return reviews(list(nodes), URL, NOW, lambda name: "aurora" in name.casefold())


def review(**values: Any) -> Node:
    return {"@type": "Review", "reviewBody": "Buono", **values}


def one(**values: Any) -> Review:
    (found,) = read(review(**values))
    return found


class TestWhere:
    def test_nested_under_what_it_is_about(self) -> None:
        (found,) = read({"@type": "Product", "name": "Moka", "review": review()})
        assert (found.text, found.place) == ("Buono", "Moka")

    def test_a_list_keeps_the_order_of_the_page(self) -> None:
        found = read(
            {"@type": "Product", "name": "Moka", "review": [review(reviewBody=str(n)) for n in range(4)]}
        )
        assert [one.text for one in found] == ["0", "1", "2", "3"]

    def test_in_a_graph_by_reference(self) -> None:
        graph = [
            {"@type": "Person", "@id": "#marta", "name": "Marta", "url": "/u/marta"},
            {"@type": "Product", "@id": "#moka", "name": "Moka"},
            review(itemReviewed={"@id": "#moka"}, author={"@id": "#marta"}),
        ]
        (found,) = read({"@context": "https://schema.org", "@graph": graph})
        assert (found.place, found.author, found.author_id) == (
            "Moka",
            "Marta",
            "https://shop.example/u/marta",
        )

    def test_twice_on_a_page_is_once(self) -> None:
        assert len(read(review(), {"@type": "Product", "review": review()})) in (1, 2)
        assert len(read(review(), review())) == 1

    def test_the_author_names_no_place(self) -> None:
        (found,) = read({"@type": "Person", "name": "Marta", "review": review()})
        assert found.place is None

    @pytest.mark.parametrize("kind", ["UserReview", "EmployerReview", "Recommendation", ["Thing", "Review"]])
    def test_kinds_of_reviews(self, kind: Any) -> None:
        assert len(read({"@type": kind, "reviewBody": "Buono"})) == 1

    @pytest.mark.parametrize("kind", ["ClaimReview", "MediaReview", "Product", "AggregateRating", None, 7])
    def test_what_is_no_opinion(self, kind: Any) -> None:
        assert read({"@type": kind, "reviewBody": "Buono", "reviewRating": {"ratingValue": 4}}) == []

    def test_a_reference_to_a_review_elsewhere_is_none(self) -> None:
        assert read({"@type": "Review", "@id": "#r1"}, {"@type": "Review", "author": "Marta"}) == []

    def test_stars_alone_and_a_title_alone_are_reviews(self) -> None:
        assert read({"@type": "Review", "reviewRating": {"ratingValue": "5"}})[0].stars == 5
        assert read({"@type": "Review", "name": "Mai più"})[0].title == "Mai più"


class TestFields:
    @pytest.mark.parametrize(
        "name", ["reviewBody", "description", "text", "articleBody", "schema:reviewBody"]
    )
    def test_body(self, name: str) -> None:
        assert read({"@type": "Review", name: "Molto <b>buono</b>"})[0].text == "Molto buono"

    @pytest.mark.parametrize(
        ("rating", "stars"),
        [
            ({"ratingValue": "4"}, 4.0),
            ({"ratingValue": 8, "bestRating": "10"}, 4.0),
            ([{"ratingValue": ["4,5"]}], 4.5),
            ({"ratingValue": {"@value": "3"}}, 3.0),
            ("5", 5.0),
            (4, 4.0),
            ({"ratingValue": ""}, None),
            ({}, None),
            ([], None),
        ],
    )
    def test_stars(self, rating: Any, stars: float | None) -> None:
        assert one(reviewRating=rating).stars == stars

    @pytest.mark.parametrize(
        ("author", "name"),
        [
            ("Marta B.", "Marta B."),
            ({"@type": "Person", "name": "Marta"}, "Marta"),
            ([{"name": ["Marta"]}, {"name": "Gino"}], "Marta"),
            ({"givenName": "Marta", "familyName": "B."}, "Marta B."),
            ({"name": "&Eacute;lo&iuml;se"}, "Éloïse"),
            ({"name": 42}, "42"),
            ({"@id": "#nobody"}, None),
            ({}, None),
            ("", None),
        ],
    )
    def test_author(self, author: Any, name: str | None) -> None:
        assert one(author=author).author == name

    def test_dates(self) -> None:
        found = one(datePublished="2026-11-20", dateModified="2026-11-22T10:00:00Z")
        assert found.published_at == datetime(2026, 11, 20, tzinfo=UTC)
        assert found.edited_at == datetime(2026, 11, 22, 10, tzinfo=UTC)
        assert one(datePublished="October 99, 9999", dateCreated="2026-11-19").published_at == datetime(
            2026, 11, 19, tzinfo=UTC
        )
        assert one(datePublished="?").published_at is None

    @pytest.mark.parametrize(
        ("values", "ids"),
        [
            ({"@id": "#r1"}, ("https://shop.example/p/1#r1",)),
            ({"@id": "urn:r1"}, ("urn:r1",)),
            ({"@id": "_:b0"}, ()),
            ({"identifier": 77}, ("77",)),
            ({"identifier": [{"@type": "PropertyValue", "value": "r-77"}, ""]}, ("r-77",)),
            ({"url": "/review/7"}, ("https://shop.example/review/7",)),
            ({"@id": "#r1", "identifier": "77"}, ("https://shop.example/p/1#r1", "77")),
            ({"identifier": True}, ()),
            ({"@id": 7, "url": "javascript:alert(1)"}, ()),
            ({"url": "http://["}, ()),
        ],
    )
    def test_names_best_first(self, values: Node, ids: tuple[str, ...]) -> None:
        assert one(**values).ids == ids

    def test_a_title_that_only_repeats_is_none(self) -> None:
        product = {
            "@type": "Product",
            "name": "Moka",
            "review": [review(name=name) for name in ("Moka", "Sì")] + [review(name="Buono", identifier=2)],
        }
        assert [found.title for found in read(product)] == [None, "Sì", None]

    def test_likes_and_language(self) -> None:
        found = one(upvoteCount="12", inLanguage="it-IT")
        assert (found.likes, found.lang) == (12, "it")


class TestAnswer:
    def test_of_an_organisation(self) -> None:
        comment = {
            "@type": "Comment",
            "author": {"@type": "Organization", "name": "Negozio"},
            "text": "Grazie",
            "datePublished": "2026-11-23",
        }
        found = one(comment=comment)
        assert (found.answer, found.answered_at) == ("Grazie", datetime(2026, 11, 23, tzinfo=UTC))

    def test_under_the_brands_name(self) -> None:
        assert one(comment={"author": "Caffè Aurora", "text": "Grazie"}).answer == "Grazie"

    def test_another_customer_is_no_answer(self) -> None:
        """One of theirs taken for the brand's would silence an alert."""
        customer = {"author": {"@type": "Person", "name": "Gino"}, "text": "Anche a me"}
        assert one(comment=customer).answer is None
        assert one(comment={"text": "Anonimo"}).answer is None
        ours = {"author": {"@type": "Brand", "name": "Negozio"}, "text": "Ci scusiamo"}
        assert one(comment=[customer, ours]).answer == "Ci scusiamo"


@pytest.mark.parametrize(
    ("given_language", "code"),
    [
        ("it", "it"),
        ("en-US", "en"),
        ("PT_br", "pt"),
        ({"@type": "Language", "name": "Italian", "alternateName": "it"}, "it"),
        (["de"], "de"),
        ("Italian", None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_language(given_language: Any, code: str | None) -> None:
    assert language(given_language) == code


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.sampled_from(["#a", "#b", "Review"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["@id", "@type", "@value", "author", "name", "review", "reviewRating", "comment", "itemReviewed", "url", "identifier", "reviewBody", "datePublished"]),
        inner,
        max_size=6,
    ),
    max_leaves=25,
)  # fmt: skip


@given(JSON)
def test_any_tree_of_nodes_is_survived(tree: Any) -> None:
    for found in read({"@type": "Product", "review": tree}, *([tree] if isinstance(tree, dict) else [])):
        assert isinstance(found.text, str)


def test_nodes_that_hold_each_other_end() -> None:
    one_node: Node = {"@type": "Product", "name": "Moka"}
    one_node["review"] = review(itemReviewed=one_node)
    assert len(read(one_node)) == 1
