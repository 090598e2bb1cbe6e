"""Google Business: translations, and lists that stand by their last change."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.spiders.google_business import Spider, original
from store.errors import Permanent
from tests.crawlers.spiders.build import page_of, spider

OPTIONS: dict[str, Any] = {"account": "1001", "locations": {"2001": "Torino", "2002": "Lecce"}}


@pytest.mark.parametrize(
    ("comment", "written"),
    [
        ("Buon caffè", "Buon caffè"),
        ("", ""),
        ("(Translated by Google) Good.\n\n(Original)\nBuono.\n\nDavvero.", "Buono.\n\nDavvero."),
        ("(Translated by Google)\nGood.\n\n(Original) Buono.", "Buono."),
        ("Buono.\n\n(Translated by Google)\nGood.", "Buono."),
        ("(Translated by Google) Good.", "Good."),
        ("It said (Original) on the cup", "It said (Original) on the cup"),
        ("It said (Translated by Google) below", "It said (Translated by Google) below"),
        ("(Original)\nis the name of the roast", "(Original)\nis the name of the roast"),
        ("(Translated by Google) a\n\n(Original)\nb\n(Original)\nc", "b\n(Original)\nc"),
    ],
)
def test_the_original_is_kept(comment: str, written: str) -> None:
    assert original(comment) == written


@given(st.text(alphabet=st.sampled_from("ab \n()")), st.text(alphabet=st.sampled_from("cd \n()")))
def test_whatever_was_written_survives_both_forms(written: str, translated: str) -> None:
    wanted = original(written)
    assert original(f"(Translated by Google) {translated}\n\n(Original)\n{written}") == wanted
    if wanted:
        assert original(f"{written}\n\n(Translated by Google)\n{translated}") == wanted


def test_each_location_is_a_list_of_its_own() -> None:
    one = spider("google_business", **OPTIONS)
    first, second = one.first()
    assert (first.chain, second.chain) == ("2001", "2002")
    assert Spider.rolling is False


@pytest.mark.parametrize("body", ["[]", "7", "null", '{"error": {}}', "<html>", "{", "[" * 100_000])
def test_what_is_no_list_is_told(body: str) -> None:
    cases: tuple[tuple[str, dict[str, Any]], ...] = (
        ("google_business", OPTIONS),
        ("google_play", {"package": "example.aurora.app"}),
        ("youtube", {"videos": ["aurMokaSole"]}),
    )
    for kind, options in cases:
        with pytest.raises(Permanent, match="check base_url"):
            spider(kind, **options).parse(page_of(body, kind="application/json"))
