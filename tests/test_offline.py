"""`analyze` and `draft`: one answer a line, in order, bad lines in their place, the contract of the fields."""

import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import offline
import offline_drafts
from alerts.drafts.generator.base import Message
from alerts.drafts.generator.rewriter import Rewriter
from offline import BadLine, Text, read_texts
from sentiment.scorer import Scored, Scorer, ScorerInput
from store.brand import Brand, Policy

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
BRAND = Brand(
    key="aurora",
    name="Caffè Aurora",
    policy=Policy(contacts={"default": "aiuto@aurora.example"}, tripwires=("ARPA",)),
)
ANALYSIS = [
    "id", "lang", "unsupported", "sentiment", "sentiment_score", "sentiment_probs", "urgency", "urgency_score",
    "category", "topics", "tripwires", "why", "model",
]  # fmt: skip
DRAFT = ["id", "lang", "reply", "private_reply", "gloss", "length", "remedy", "checks", "generator"]


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer.load()


def read(text: str | bytes) -> list[Text | BadLine]:
    return list(read_texts(io.BytesIO(text.encode() if isinstance(text, str) else text)))


def test_lines_are_texts_or_json_and_blank_ones_are_skipped() -> None:
    found = read('﻿Buono\n\n  \n{"text": "Male", "id": "a7", "lang": "it", "stars": 2, "likes": 3}\nUltima')
    assert found == [
        Text(text="Buono", id=1),
        Text(text="Male", id="a7", lang="it", stars=2),
        Text(text="Ultima", id=5),
    ]


@pytest.mark.parametrize(
    ("line", "name", "error"),
    [
        (b'{"text": "a"', 1, "this is not JSON"),
        (b'{"id": "x"}', "x", "text: "),
        (b'{"text": 7, "id": true}', 1, "text: "),
        (b'{"text": "a", "stars": 9}', 1, "stars: "),
        (b'{"text": "a", "lang": "italiano!"}', 1, "lang: "),
        (b"\xff\xfe\x00", 1, "not UTF-8"),
        (b"{" * 100_000, 1, "this is not JSON"),
    ],
)
def test_a_bad_line_names_its_fault(line: bytes, name: str | int, error: str) -> None:
    (found,) = read(line)
    assert isinstance(found, BadLine)
    assert (found.id, found.line) == (name, 1)
    assert error in found.error


def test_a_line_of_megabytes_is_refused_and_the_next_one_read() -> None:
    first, second = read(b"a" * (offline.MAX_LINE * 2 + 5) + b"\nBuono\n")
    assert isinstance(first, BadLine)
    assert "MiB" in first.error
    assert second == Text(text="Buono", id=2)


@given(st.binary(max_size=300))
def test_any_bytes_give_an_answer_for_each_line_that_is_not_blank(content: bytes) -> None:
    lines = [line for line in content.split(b"\n") if line.strip(b"\xef\xbb\xbf \t\r\n")]
    assert len(read(content)) == len(lines)


def test_analyze_keeps_order_and_contract(scorer: Scorer) -> None:
    lines = ["Pessimo servizio, mai più.", '{"text": ""', "Tutto perfetto, grazie di cuore!"]
    found = list(offline.analyze(read("\n".join(lines)), scorer))
    assert [answer["id"] for answer in found] == [1, 2, 3]
    assert list(found[0]) == list(found[2]) == ANALYSIS
    assert list(found[1]) == ["id", "line", "error"]
    assert (found[0]["sentiment"], found[2]["sentiment"]) == ("negative", "positive")
    assert json.dumps(found)


def test_a_danger_told_calmly_is_critical(scorer: Scorer) -> None:
    (found,) = offline.analyze(read("Dopo averlo mangiato mia figlia ha la bocca gonfia."), scorer)
    assert (found["lang"], found["urgency"]) == ("it", "critical")
    assert found["why"]
    assert found["tripwires"]


def test_a_language_that_the_model_does_not_know_is_marked_and_not_guessed(scorer: Scorer) -> None:
    (found,) = offline.analyze(read("Палаталізацыя гэта вельмі дрэнна, нікому не раю."), scorer)
    assert found["unsupported"] is True
    assert {found[name] for name in ("sentiment", "urgency", "category", "urgency_score")} == {None}
    (given,) = offline.analyze(read('{"text": "Ottimo", "lang": "fi"}'), scorer)
    assert (given["lang"], given["unsupported"]) == ("fi", True)


def test_the_brands_own_words_are_tripwires(scorer: Scorer) -> None:
    (found,) = offline.analyze(read("Ho chiamato l'ARPA."), scorer, BRAND)
    assert found["tripwires"] == ["ARPA"]


class Fixed(Scorer):
    """A scorer that says the same of everything."""

    def __init__(self, **values: Any) -> None:
        known: dict[str, Any] = {
            "lang": "it", "unsupported": False, "sentiment": "negative", "sentiment_score": -0.9,
            "sentiment_probs": {"negative": 0.92, "neutral": 0.06, "positive": 0.02}, "urgency": "normal",
            "urgency_score": 0.4, "urgency_probs": {}, "category": "complaint", "topics": ["delivery"], "why": [],
            "model": "fixed@1",
        }  # fmt: skip
        self.answer = Scored(**known | values)

    def score(self, texts: Sequence[ScorerInput], explain: bool = False) -> list[Scored]:
        return [self.answer] * len(texts)


def drafts(text: str, **values: Any) -> list[dict[str, Any]]:
    return list(offline_drafts.draft(read(text), Fixed(**values), BRAND, NOW))


def test_draft_keeps_the_contract_and_the_platforms_limit() -> None:
    line = json.dumps(
        {"text": "Consegna in ritardo di tre settimane.", "platform": "mastodon", "author": "Ada"}
    )
    (found,) = drafts(line)
    assert list(found) == DRAFT
    assert found["lang"] == "it"
    assert found["length"]["limit"] == 500
    assert found["length"]["used"] == len(found["reply"]) <= 500
    assert all(set(check) == {"name", "ok", "detail"} for check in found["checks"])
    assert found["generator"] == "phrases"


def test_a_trace_says_what_allows_each_sentence() -> None:
    line = '{"text": "My parcel is two weeks late, still nothing.", "lang": "en", "author": "Marta B."}'
    (found,) = offline_drafts.draft(read(line), Fixed(lang="en"), BRAND, NOW, "it", trace=True)
    assert list(found) == [*DRAFT, "sentences", "status_note"]
    assert found["gloss"]
    assert "mention.author" in found["sentences"][0]["grounds"]
    assert all(set(sentence) == {"text", "gloss", "grounds", "move"} for sentence in found["sentences"])


class Writer:
    """A chat model that says the same to everything."""

    def __init__(self, says: str) -> None:
        self.says = says

    def prepare(self) -> None:
        """There is nothing to load."""

    def write(self, messages: Sequence[Message], over: Event) -> str:
        return self.says


ANEW = (
    "Buongiorno, ci dispiace molto che la sua consegna sia in ritardo. Verifichiamo con il corriere che cosa è successo. "
    "Ci scriva a aiuto@aurora.example con il numero d'ordine."
)


@pytest.mark.parametrize(
    ("says", "generator", "refused"),
    [(ANEW, "llm", None), (f"{ANEW} Le diamo 50 euro.", "phrases", "its text: figures, unfounded, promises")],
)
def test_a_chat_model_words_a_draft_anew_and_the_trace_says_where_it_did_not(
    says: str, generator: str, refused: str | None
) -> None:
    lines = read("Consegna in ritardo di tre settimane.")
    rewriter = Rewriter(Writer(says), 20.0)
    (found,) = offline_drafts.draft(lines, Fixed(), BRAND, NOW, trace=True, rewriter=rewriter)
    assert list(found) == [*DRAFT, "sentences", "status_note", "not_generated"]
    assert (found["generator"], found["not_generated"]) == (generator, refused)
    assert found["reply"].startswith(ANEW) == (generator == "llm")
    (plain,) = offline_drafts.draft(lines, Fixed(), BRAND, NOW, rewriter=rewriter)
    assert list(plain) == DRAFT


def test_a_platform_that_is_not_known_has_no_limit() -> None:
    (found,) = drafts(json.dumps({"text": "In ritardo.", "platform": "square_noticeboard"}))
    assert found["length"]["limit"] is None


def test_advertising_gets_no_reply() -> None:
    (found,) = drafts("COMPRA BITCOIN ORA", category="spam", sentiment="neutral", urgency="low")
    assert found["reply"] is None


def test_neighbours_differ() -> None:
    found = drafts("\n".join(["Consegna in ritardo di tre settimane."] * 4))
    assert len({answer["reply"] for answer in found}) == 4


def test_what_a_person_reads(scorer: Scorer) -> None:
    (found,) = offline.analyze(read("Pessimo servizio, mai più."), scorer)
    assert offline.told(found).startswith("1: it · ")
    assert "negative" in offline.told(found)
    assert "not read" in offline.told(
        found | {"urgency": None, "sentiment": None, "category": None, "lang": None}
    )
    (reply,) = drafts("Consegna in ritardo.")
    assert reply["reply"] in offline.told(reply)
    assert offline.told({"id": 1, "line": 1, "error": "bad"}) == "1: bad"
