"""schema.org syntaxes become plain nodes; broken ones become a problem, never an error."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.markup import (
    DEEPEST,
    Node,
    children,
    index,
    json_ld,
    local,
    microdata,
    parse_html,
    rdfa,
    types,
    value,
)

URL = "https://shop.example/p/1"


def scripts(*bodies: str, kind: str = "application/ld+json") -> tuple[list[Node], list[str]]:
    page = "".join(f'<script type="{kind}">{body}</script>' for body in bodies)
    tree = parse_html(f"<html><head>{page}</head></html>")
    assert tree is not None
    return json_ld(tree)


class TestParseHtml:
    @pytest.mark.parametrize("text", ["", "   ", "<!-- only a comment -->"])
    def test_nothing_is_none(self, text: str) -> None:
        assert parse_html(text) is None

    def test_a_declared_encoding_does_not_matter_any_more(self) -> None:
        tree = parse_html(
            '<?xml version="1.0" encoding="latin-1"?><html><meta charset="utf-16"><p>perché</p></html>'
        )
        assert tree is not None
        assert tree.text_content().strip() == "perché"

    @given(st.text(max_size=100))
    def test_any_text_is_survived(self, text: str) -> None:
        parse_html(text)


class TestJsonLd:
    def test_each_script_and_each_of_a_list(self) -> None:
        nodes, problems = scripts('{"@type": "Product"}', '[{"@type": "Review"}, {"@type": "Person"}]')
        assert [node["@type"] for node in nodes] == ["Product", "Review", "Person"]
        assert problems == []

    def test_a_broken_script_is_a_problem_and_the_others_are_read(self) -> None:
        nodes, problems = scripts('{"@type": "Product", }', '{"@type": ', '{"@type": "Review"}')
        assert "Review" in [node["@type"] for node in nodes]
        assert problems[-1] == "JSON-LD script 2 is no JSON"

    def test_what_shops_wrap_around_it_is_ignored(self) -> None:
        nodes, problems = scripts(
            '<!-- {"@type": "A"} -->', '/*<![CDATA[*/ {"@type": "B"} /*]]>*/', '{"@type": "C"};'
        )
        assert ([node["@type"] for node in nodes], problems) == (["A", "B", "C"], [])

    def test_a_line_break_inside_a_string_is_read(self) -> None:
        nodes, _ = scripts('{"@type": "Review", "reviewBody": "uno\ndue"}')
        assert nodes[0]["reviewBody"] == "uno\ndue"

    def test_parameters_of_the_type_mean_the_same(self) -> None:
        nodes, _ = scripts('{"@type": "A"}', kind="application/ld+json; charset=utf-8")
        assert len(nodes) == 1

    @pytest.mark.parametrize("body", ["", "null", "7", '"text"', "[[]]", "[1, null]"])
    def test_what_is_no_object_is_no_node(self, body: str) -> None:
        assert scripts(body)[0] == []

    def test_nesting_without_end_is_survived(self) -> None:
        nodes, problems = scripts("[" * 100_000)
        assert (nodes, len(problems)) == ([], 1)

    @given(st.text(st.sampled_from('{}[]":,@typeReview0 \\\n'), max_size=60))
    def test_any_script_is_survived(self, body: str) -> None:
        scripts(body)


class TestMicrodata:
    def test_nested_items_become_nested_nodes(self) -> None:
        nodes = found(
            '<div itemscope itemtype="https://schema.org/Product" itemid="#p"><b itemprop="name">Moka</b>'
            '<div itemprop="review" itemscope itemtype="https://schema.org/Review">'
            '<meta itemprop="datePublished" content="2026-11-20"><p itemprop="reviewBody">Perfetta</p></div></div>'
        )
        (product,) = nodes
        assert (types(product), product["name"]) == (["Product"], "Moka")
        assert product["review"]["reviewBody"] == "Perfetta"
        assert product["review"]["datePublished"] == "2026-11-20"

    @pytest.mark.parametrize(
        "body",
        [
            "<div itemscope>",
            '<div itemscope itemref="x y"><p id="x" itemprop="a b">c</p></div>',
            '<div itemscope id="a" itemref="a"><p itemprop="n">c</p></div>',  # refers to itself
            '<div itemscope itemtype="https://schema.org/Review"><time itemprop="datePublished" datetime=""></div>',
        ],
    )
    def test_odd_markup_is_survived(self, body: str) -> None:
        assert isinstance(found(body), list)


def found(body: str) -> list[Node]:
    tree = parse_html(body)
    assert tree is not None
    return microdata(tree, URL)[0]


class TestRdfa:
    def test_references_are_followed_and_names_are_bare(self) -> None:
        nodes, problems = rdfa(
            '<div vocab="https://schema.org/" typeof="Product"><span property="name">Moka</span>'
            '<div property="review" typeof="Review"><span property="reviewBody">Perfetta</span></div></div>',
            URL,
        )
        product = next(node for node in nodes if types(node) == ["Product"])
        assert product["name"] == "Moka"
        assert product["review"]["reviewBody"] == "Perfetta"
        assert problems == []

    def test_what_cannot_be_read_is_a_problem(self) -> None:
        nodes, problems = rdfa('<div vocab="ht tp://[" typeof="a:b" property="\x01">', "http://[")
        assert nodes == [] or problems == []


class TestNodes:
    @pytest.mark.parametrize(
        "name", ["name", "schema:name", "http://schema.org/name", "https://schema.org/name"]
    )
    def test_value_by_any_namespace(self, name: str) -> None:
        assert value({name: "Moka"}, "name") == "Moka"

    def test_value_of_nothing(self) -> None:
        assert value({}, "name") is None
        assert value({"name": None}, "name") is None

    @pytest.mark.parametrize(
        ("name", "bare"),
        [
            ("Review", "Review"),
            ("schema:Review", "Review"),
            ("https://schema.org/Review", "Review"),
            ("http://schema.org/Review/", "Review"),
            ("http://example.com/ns#Review", "Review"),
        ],
    )
    def test_local(self, name: str, bare: str) -> None:
        assert local(name) == bare

    def test_types(self) -> None:
        assert types({"@type": ["schema:Review", 7, "Thing"]}) == ["Review", "Thing"]
        assert types({"@type": "Review"}) == ["Review"]
        assert types({}) == []

    def test_children(self) -> None:
        node = {"review": [{"a": 1}], "author": {"b": 2}, "name": "text"}
        assert list(children(node)) == [[{"a": 1}], {"b": 2}]
        assert list(children([1, [2], {"c": 3}])) == [[2], {"c": 3}]
        assert list(children("text")) == []

    def test_index_holds_what_says_more_than_its_id(self) -> None:
        nodes: list[Node] = [
            {"@graph": [{"@id": "#a", "name": "A"}, {"itemReviewed": {"@id": "#a"}}, {"@id": "#b"}]}
        ]
        assert index(nodes) == {"#a": {"@id": "#a", "name": "A"}}

    def test_index_ends_in_a_deep_tree(self) -> None:
        deep: Any = {"@id": "#deep", "name": "x"}
        for _ in range(DEEPEST + 5):
            deep = {"child": deep}
        assert index([deep]) == {}

    @given(
        st.recursive(
            st.none() | st.text(max_size=5),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
        )
    )
    def test_any_json_is_indexed(self, tree: Any) -> None:
        assert json.dumps(index([tree] if isinstance(tree, dict) else []))
