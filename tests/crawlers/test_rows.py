"""Rows of files in every dialect and encoding; bad lines are told and the rest goes on."""

import codecs
import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers import rows as module
from crawlers.rows import MAX_LINE, MAX_LINES, Numbered, opened, rows
from store.errors import Permanent

FIELDS = ("text", "author", "stars")


def read(content: str, columns: Mapping[str, str] | None = None) -> list[Numbered]:
    return list(rows(io.StringIO(content, newline=""), FIELDS, columns or {}))


class TestEncoding:
    @pytest.mark.parametrize(
        "encoded",
        [
            "text\nperché €\n".encode(),
            "text\nperché €\n".encode("utf-8-sig"),
            codecs.BOM_UTF16_LE + "text\nperché €\n".encode("utf-16-le"),
            codecs.BOM_UTF16_BE + "text\nperché €\n".encode("utf-16-be"),
            "text\nperché €\n".encode("cp1252"),
        ],
    )
    def test_each_usual_one(self, tmp_path: Path, encoded: bytes) -> None:
        path = tmp_path / "x.csv"
        path.write_bytes(encoded)
        with opened(path) as file:
            assert list(rows(file, FIELDS, {})) == [(2, {"text": "perché €"})]

    def test_one_odd_byte_far_below_decides_for_the_whole_file(self, tmp_path: Path) -> None:
        path = tmp_path / "x.csv"
        path.write_bytes(b"text\n" + "così\n".encode("cp1252") * 50_000)
        with opened(path) as file:
            assert {row["text"] for _, row in rows(file, FIELDS, {}) if isinstance(row, dict)} == {"così"}

    def test_what_no_encoding_has_is_replaced(self, tmp_path: Path) -> None:
        path = tmp_path / "x.csv"
        path.write_bytes(b"text\nca\x81ff\xe8\n")
        with opened(path) as file:
            assert list(rows(file, FIELDS, {})) == [(2, {"text": "ca\ufffdffè"})]

    def test_a_file_that_is_none_says_so(self, tmp_path: Path) -> None:
        for path in (tmp_path / "none.csv", tmp_path):
            with pytest.raises(Permanent, match="cannot read"), opened(path):
                pass


class TestCsv:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_each_dialect(self, delimiter: str, end: str) -> None:
        lines = [delimiter.join(("text", "author")), delimiter.join(('"Sì, ""ottimo""; davvero|"', "Ida"))]
        assert read(end.join(lines) + end) == [(2, {"text": 'Sì, "ottimo"; davvero|', "author": "Ida"})]

    def test_excel_names_its_separator(self) -> None:
        assert read('sep=;\ntext;author\n"a";b\n') == [(3, {"text": "a", "author": "b"})]

    def test_databases_put_a_backslash_before_a_quote(self) -> None:
        assert read('text,author\n"dice \\"ciao\\", e va",Ida\n') == [
            (2, {"text": 'dice "ciao", e va', "author": "Ida"})
        ]

    def test_a_cell_over_several_lines_counts_from_its_first(self) -> None:
        assert read('text,author\n"uno\ndue\n",a\ntre,b\n') == [
            (2, {"text": "uno\ndue\n", "author": "a"}),
            (5, {"text": "tre", "author": "b"}),
        ]

    def test_columns_are_found_by_name_in_any_order_and_case(self) -> None:
        assert read("id,AUTHOR, Text \n7,Ida,Sì\n") == [(2, {"text": "Sì", "author": "Ida"})]

    def test_columns_may_be_named(self) -> None:
        assert read("Recensione,Chi\nSì,Ida\n", {"text": "recensione", "author": "Chi"}) == [
            (2, {"text": "Sì", "author": "Ida"})
        ]

    def test_of_two_columns_of_one_name_the_first_counts(self) -> None:
        assert read("text,text\na,b\n") == [(2, {"text": "a"})]

    def test_blank_lines_are_passed_over_and_short_ones_have_less(self) -> None:
        assert read("text,author\n\n,\na\n") == [(4, {"text": "a"})]

    def test_too_many_cells_are_an_error_and_empty_ones_are_not(self) -> None:
        assert read("text,author\na,b,c\nd,e,,\n") == [
            (2, "has 3 cells where the header has 2"),
            (3, {"text": "d", "author": "e"}),
        ]

    def test_a_quote_that_nobody_closes_costs_its_line_alone(self) -> None:
        found = read('text,author\na,b\n"c,d\ne,f\n"g",h\ni,j\n')
        assert [row["text"] for _, row in found if isinstance(row, dict)] == ["a", "e", "g", "i"]
        assert [line for line, row in found if isinstance(row, str)] == [3]

    def test_also_on_the_last_lines(self) -> None:
        found = read('text,author\na,b\n"c,d\ne,f\n')
        assert [row["text"] for _, row in found if isinstance(row, dict)] == ["a", "e"]

    def test_a_quote_that_is_open_for_too_long(self) -> None:
        found = read('text,author\n"a,b\n' + "c,d\n" * (MAX_LINES + 50))
        assert len([row for _, row in found if isinstance(row, dict)]) == MAX_LINES + 50
        assert found[0] == (2, f"this is not CSV: a quote is open for {MAX_LINES} lines")

    @pytest.mark.parametrize("quote", ["", '"'])
    def test_a_line_too_long_to_hold_is_an_error(self, quote: str) -> None:
        found = read(f"text,author\n{quote}{'x' * (3 * MAX_LINE)}{quote},b\nc,d\n")
        assert found == [(2, "longer than 1,048,576 characters"), (3, {"text": "c", "author": "d"})]

    @pytest.mark.parametrize(
        ("header", "reason"), [("data,autore", "no_text"), ("", "no_text"), ('"text', "no_header")]
    )
    def test_without_a_text_nothing_can_be_read(self, header: str, reason: str) -> None:
        with pytest.raises(Permanent) as raised:
            read(f"{header}\na,b\n")
        assert raised.value.reason == reason

    def test_a_named_column_that_is_not_there_is_told_with_those_that_are(self) -> None:
        with pytest.raises(Permanent, match="no column 'Recensione' for text: there are Testo, Chi"):
            read("Testo,Chi\na,b\n", {"text": "Recensione"})

    @given(
        st.lists(
            st.tuples(
                st.text(st.characters(codec="utf-8", exclude_characters="\x00\\"), max_size=20),
                st.text(st.sampled_from('ab",;\n\r '), max_size=10),
            ),
            max_size=8,
        )
    )
    @settings(max_examples=50)
    def test_what_the_standard_library_writes_is_read_back(self, cells: list[tuple[str, str]]) -> None:
        stream = io.StringIO(newline="")
        csv.writer(stream).writerows([("text", "author"), *cells])
        found = [row for _, row in read(stream.getvalue())]
        assert found == [{"text": text, "author": author} for text, author in cells if text or author]

    @given(st.text(st.sampled_from('ab",;\\\n\r\ufeff '), max_size=80))
    def test_any_file_is_survived(self, content: str) -> None:
        for line, row in read("text,author\n" + content):
            assert line >= 2
            assert row


class TestJsonLines:
    def test_an_object_a_line(self) -> None:
        assert read('\ufeff{"text": "a", "more": 1}\r\n\r\n{"text": "b"}') == [
            (1, {"text": "a", "more": 1}),
            (3, {"text": "b"}),
        ]

    def test_bad_lines_are_told(self) -> None:
        found = read('{"text": "a"}\n{"text": \n[1]\n{"text": "b"}\n')
        assert [line for line, row in found if isinstance(row, str)] == [2, 3]
        assert found[3] == (4, {"text": "b"})

    def test_named_columns_go_before_those_of_our_name(self) -> None:
        assert read('{"body": "a", "text": "b"}\n', {"text": "body"})[0][1] == {"body": "a", "text": "a"}

    @pytest.mark.parametrize("size", [MAX_LINE, MAX_LINE + 1, 3 * MAX_LINE])
    def test_a_line_too_long_to_hold_is_an_error(self, size: int) -> None:
        found = read('{"text": "a"}\n{"text": "' + "x" * size + '"}\n{"text": "b"}\n')
        assert found == [(1, {"text": "a"}), (2, "longer than 1,048,576 characters"), (3, {"text": "b"})]

    def test_nesting_without_end_is_an_error(self) -> None:
        assert isinstance(read('{"text": ' + "[" * 100_000 + "\n")[0][1], str)

    def test_one_list_is_told_how_it_should_be(self) -> None:
        with pytest.raises(Permanent, match="one object a line"):
            read('[{"text": "a"}]')

    @given(
        st.lists(
            st.dictionaries(st.text(max_size=5), st.none() | st.integers() | st.text(max_size=5), min_size=1),
            min_size=1,
            max_size=5,
        )
    )
    def test_what_json_writes_is_read_back(self, objects: list[dict[str, Any]]) -> None:
        assert [row for _, row in read("\n".join(map(json.dumps, objects)))] == objects


def test_an_empty_file_has_no_columns() -> None:
    with pytest.raises(Permanent, match="there are none"):
        read("")


def test_the_delimiter_is_looked_for_outside_of_quotes() -> None:
    assert module._delimiter('"a,b,c,d";e') == ";"
    assert module._delimiter("text") == ","
