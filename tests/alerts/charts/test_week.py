"""The picture of a digest: for any period and any names, in both languages, and what it says in words."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from alerts.charts.picture import Picture
from alerts.charts.week import Bar, Column, Week
from alerts.words import Words

PNG = b"\x89PNG\r\n\x1a\n"
MONDAY = date(2026, 11, 16)


def week(days: int = 7) -> Week:
    columns = tuple(
        Column(MONDAY + timedelta(days=n), 9 + n, 4, 7, n % 3, before=18, usual=17.5) for n in range(days)
    )
    return Week(
        "Caffè Aurora", "2026-W47", MONDAY, MONDAY + timedelta(days=days - 1), columns,
        mentions=1_132, before=1_012, usual=1_005.0, negative=0.46, negative_usual=0.38, contact=8_100.0, in_time=0.83,
        causes=(Bar("delivery", 23, 4), Bar("support_response", 17)), sources=(Bar("google", 61), Bar("app", 3)),
    )  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "it"])
@pytest.mark.parametrize("days", [7, 31])
def test_it_is_drawn(lang: str, days: int) -> None:
    shown = week(days)
    assert isinstance(shown, Picture)
    assert shown.draw(Words(lang)).startswith(PNG)
    assert 0 < len(shown.alt(Words(lang))) <= 2_000


def test_what_it_shows_in_words() -> None:
    alt = week().alt(Words("en"))
    assert alt.startswith("Mentions by day. Mon 16: 20, 9 negative; Tue 17: 22, 10 negative;")
    assert alt.endswith("What criticism is about: delivery 23 and answers and support 17.")
    assert week().alt(Words("it")).startswith("Menzioni per giorno. lun 16: 20, di cui 9 negative;")


def test_with_next_to_nothing_known() -> None:
    columns = tuple(Column(MONDAY + timedelta(days=n), 0, 0, 0, 1 if n == 2 else 0) for n in range(7))
    bare = Week("x", "2026-W47", MONDAY, MONDAY, columns, mentions=1)
    assert bare.draw(Words("it")).startswith(PNG)


def test_with_names_that_somebody_chose_badly() -> None:
    hostile = "$\\frac{1}{0}$ <script> \u202e 咖啡 " + "x" * 500
    shown = replace(week(), brand=hostile, sources=(Bar(hostile, 3),), causes=(Bar(hostile, 1),))
    assert shown.draw(Words("en")).startswith(PNG)
    assert len(shown.alt(Words("en"))) <= 2_000
