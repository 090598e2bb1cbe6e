"""One person on two platforms, or two with one name."""

from datetime import timedelta
from typing import Any

import pytest

from alerts.persons import is_one, traces
from tests.alerts.facts import NOW, mention

ORDER = "L'ordine AU-118842 non è arrivato."


def both(one: dict[str, Any], other: dict[str, Any]) -> bool:
    first = mention(**{"platform": "x", "published_at": NOW} | one)
    second = mention(**{"id": 2, "platform": "trustpilot", "published_at": NOW} | other)
    assert is_one(first, second) == is_one(second, first)
    return is_one(first, second)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"author": "giulia_r82"}, {"author": "@Giulia_R82"}),
        ({"author": "giulia_r82@social.example"}, {"author": "Giulia R.", "author_id": "giulia_r82"}),
        (
            {"author": "Mario Rossi", "text": ORDER},
            {"author": "mario rossi", "text": "Ancora niente: AU118842!"},
        ),
    ],
    ids=["handle", "with_a_place", "order"],
)
def test_one_person(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert both(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"author": "Mario Rossi"}, {"author": "Mario Rossi"}),
        ({"author": "mario.rossi"}, {"author": "mario.rossi"}),
        ({"author": "user123456"}, {"author": "user123456"}),
        ({"author": "gio82"}, {"author": "gio82"}),
        ({"author": None, "text": ORDER}, {"author": None, "text": ORDER}),
        ({"author": "Mario Rossi", "text": ORDER}, {"author": "Anna Bianchi", "text": ORDER}),
        *(
            ({"author": "Mario Rossi", "text": said}, {"author": "Mario Rossi", "text": said})
            for said in ("Dal 2026-11-20.", "Il numero 800123456!", "Ben 118000,50 euro", "Aperto 24 ore")
        ),
        ({"author": "giulia_r82"}, {"author": "giulia_r82", "platform": "x"}),
        ({"author": "giulia_r82"}, {"author": "giulia_r82", "brand": "berta"}),
        ({"author": "giulia_r82"}, {"author": "giulia_r82", "published_at": NOW - timedelta(days=4)}),
    ],
)
def test_two(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert not both(one, other)


def test_a_number_of_an_order_counts_also_later() -> None:
    said = {"author": "Mario Rossi", "text": ORDER}
    assert both(said, said | {"published_at": NOW - timedelta(days=6)})


def test_a_text_full_of_numbers_leaves_few_traces() -> None:
    text = " ".join(f"AU-{n}" for n in range(100_000, 400_000))
    assert len(traces(mention(author="Mario Rossi", text=text))) == 3
