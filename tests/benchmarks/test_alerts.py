"""The measure of alerts on a few seconds of a quick feed: every critical mention is handed over, and counted once."""

from datetime import timedelta
from pathlib import Path

from benchmarks import names
from benchmarks.alerts import MIX, SAID, TEXTS, Stub, kind_of, measure
from sentiment.scorer import ScorerInput


def test_the_stub_knows_every_text() -> None:
    assert set(TEXTS) == set(SAID) == set(MIX)
    for kind, texts in TEXTS.items():
        assert {kind_of(text.format(code="bcd")) for text in texts} == {kind}
    (scored,) = Stub().score([ScorerInput(text=TEXTS["critical"][0].format(code="x"))])
    assert (scored.urgency, scored.sentiment) == ("critical", "negative")


def test_every_critical_mention_is_handed_over(tmp_path: Path) -> None:
    found = measure(tmp_path, rate=200, seconds=1.5, pace=timedelta())
    assert found["mentions"] == 300
    assert found["critical_never"] == 0
    spread = found["critical_seconds"]
    assert isinstance(spread, dict)
    assert 0 <= spread["median"] <= spread["p95"] <= spread["most"]
    assert "alerts" in names()
