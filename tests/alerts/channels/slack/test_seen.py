"""What the value of a button names."""

import pytest

from alerts.channels.slack import seen
from alerts.channels.slack.seen import Clicked


@pytest.mark.parametrize(
    ("value", "known"),
    [
        ("12", Clicked(12, "m")),
        ("12.34.2", Clicked(12, "m", 34, 2)),
        ("12.7.34.2", Clicked(12, "m", 34, 2, version=7)),
        ("12.7.0.1", Clicked(12, "m", version=7)),
        *((wrong, None) for wrong in ("", "1.2", "1.2.3.4.5", "x", "1 ", "-1", "1e3", "\u0661", "9" * 16)),
    ],
)
def test_what_a_value_names(value: str, known: Clicked | None) -> None:
    assert seen.read(value, "m") == known
