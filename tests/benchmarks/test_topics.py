"""Words against topics: each text is read by the words of others, and figures are what they say."""

import pytest

from benchmarks.topics import Labelled, labelled, learnt, lexicon, macro, measure


def texts() -> list[Labelled]:
    return [labelled("it", f"Il corriere {n} non passa", ["delivery"]) for n in range(40)] + [
        labelled("it", f"La cassiera {n} sorride", ["staff"]) for n in range(40)
    ]


def test_words_that_go_with_a_topic_are_found() -> None:
    shared = [labelled("it", f"numero {n}", [topic]) for n in range(9) for topic in ("staff", "delivery")]
    words = lexicon([*texts(), *shared], 0.6, 2)
    assert words["it", "corrie"] == {"delivery"}
    assert ("it", "nume") not in words
    assert ("en", "corrie") not in words


def test_a_text_is_read_by_the_words_of_others() -> None:
    assert macro(learnt(texts())) == 1.0
    alone = [labelled("it", chr(97 + n) * 8, ["staff"]) for n in range(20)]
    assert macro(learnt(alone)) == 0.0


def test_its_figures() -> None:
    found = measure(texts())
    assert found["learnt_words"] == {"texts": 80, "macro_f1": 1.0, "micro_f1": 1.0}
    assert macro([(frozenset({"staff"}), frozenset({"staff", "delivery"}))]) == pytest.approx(0.5)
