"""Which labels may stand together."""

import pytest

from sentiment.labels import AGREEING, CATEGORY, CRITICAL, SENTIMENT, URGENCY, agree


@pytest.mark.parametrize(
    ("labels", "may"),
    [
        (("positive", "low", "praise"), True),
        (("negative", "normal", "praise"), False),
        (("positive", "high", "complaint"), False),
        (("neutral", "normal", "complaint"), True),
        (("neutral", "low", "information"), False),
        (("negative", "low", "spam"), True),
        (("neutral", "high", "spam"), False),
        (("neutral", "critical", "spam"), True),
        (("positive", "critical", "praise"), True),
    ],
)
def test_what_the_labels_mean(labels: tuple[str, str, str], may: bool) -> None:
    assert agree(*labels) is may


def test_every_label_can_be_given() -> None:
    for level, threes in AGREEING.items():
        assert {three[0] for three in threes} == set(range(len(SENTIMENT)))
        assert {three[2] for three in threes} == set(range(len(CATEGORY)))
        assert {three[1] for three in threes} == (
            {CRITICAL} if level == "critical" else set(range(len(URGENCY) - 1))
        )
