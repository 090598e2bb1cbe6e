"""What a brand says in its own words: approved wordings, corrections, statements, and the note for its profile."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from alerts.drafts import own
from alerts.drafts.advice import advice
from alerts.drafts.compose import DraftReply, compose
from alerts.drafts.phrases import MOVES
from tests.alerts.drafts.requests import brand, request

WORDS = "ci prendiamo cura di {problem} con il nostro Filo diretto."
CLOSED = datetime(2026, 11, 28, 19, 0, tzinfo=UTC)  # a Saturday evening in Rome
PESTICIDES: dict[str, Any] = {
    "words": ["pesticid*"],
    "lang": "it",
    "text": "Ogni lotto è analizzato da un laboratorio esterno prima della tostatura.",
    "source": "https://aurora.example/analisi",
}
OUTAGE: dict[str, Any] = {
    "words": ["{app,applicazione} ... {bloccat*,ferma,funziona}"],
    "lang": "it",
    "text": "Da stamattina l'applicazione non risponde a tutti: ci lavoriamo e lo scriviamo qui appena riparte.",
}


def speaking(*phrases: dict[str, Any]) -> Any:
    return brand(voice={"phrases": list(phrases)})


def failed(reply: DraftReply) -> list[str]:
    return [f"{check.name}: {check.detail}" for check in reply.checks if not check.ok]


def test_the_brand_s_own_words_come_first() -> None:
    mine = speaking({"move": "sorry", "lang": "it", "text": WORDS})
    for seed in ("1", "2", "3"):
        reply = compose(request(brand=mine, seed=seed))
        assert "con il nostro Filo diretto." in str(reply.reply)
        assert "own.1" in reply.moves
        assert failed(reply) == []
    assert "Filo" not in str(compose(request("Ottimo caffè!", "positive/low/praise", brand=mine)).reply)


@pytest.mark.parametrize(
    "text", ["ci scusiamo per {problem}", "ci dispiace (davvero)", "ci scusiamo per {problem}."]
)
def test_each_sentence_ends_though_its_words_have_no_stop(text: str) -> None:
    reply = compose(request(brand=speaking({"move": "sorry", "lang": "it", "text": text})))
    assert [one.text for one in reply.sentences if one.text[-1] not in ".!?…"] == []
    assert ".." not in str(reply.reply)


def test_an_answer_without_a_stop_does_not_run_on() -> None:
    faq = {"question": "Siete aperti la domenica?", "answer": "Sì, dalle 9 alle 13", "lang": "it"}
    asked = request("Siete aperti la domenica?", "neutral/low/information", brand=brand({"faq": [faq]}))
    assert "Sì, dalle 9 alle 13. " in str(compose(asked).reply)


def test_a_greeting_of_the_brand_s_own_runs_on_after_a_comma() -> None:
    mine = speaking({"move": "greeting", "lang": "it", "text": "buondì {name}!"})
    assert str(compose(request(author="Marta B.", brand=mine)).reply).startswith("Buondì Marta, ")


@pytest.mark.parametrize(
    "text",
    [
        "Le daremo un buono da 20 euro",
        "le daremo un buono da 20 euro.",
        "per {problem} le daremo un buono da 20 euro",
    ],
)
def test_what_the_brand_s_own_words_promise_is_said(text: str) -> None:
    mine = speaking({"move": "sorry", "lang": "it", "text": text})
    (told,) = advice(mine)
    assert "voice.phrases, number 1 promises" in told.what
    assert "20 euro" in told.what
    reply = compose(request(brand=mine))
    assert "20 euro" in str(reply.reply)
    (fault,) = failed(reply)
    assert fault.startswith("own_promises: ")
    assert "20 euro" in fault
    assert "voice.phrases, number 1" in fault
    assert not any(check.name == "own_promises" for check in compose(request()).checks)


def test_an_invitation_to_nowhere_is_told() -> None:
    silent = {"move": "invite", "lang": "it", "text": "ci scriva in privato."}
    (told,) = advice(speaking(silent))
    assert "number 1: invite does not say where to turn" in told.what
    assert "{reach}" in told.mend
    for phrase in (silent | {"text": "{reach}, la aspettiamo."}, silent | {"move": "regards"}):
        assert list(advice(speaking(phrase))) == []


def test_the_moves_are_listed_as_the_configuration_and_the_trace_call_them() -> None:
    manual = (Path(own.__file__).parents[2] / "docs/drafts.md").read_text(encoding="utf-8")
    section = manual.partition("## Moves\n")[2].partition("\n## ")[0]
    firsts = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert {move for first in firsts for move in re.findall(r"`(\w+)`", first)} == set(MOVES)
    reply = compose(request(brand=speaking({"move": "sorry", "lang": "it", "text": WORDS})))
    assert [one.said for one in reply.sentences if "Filo" in one.text] == ["sorry"]


def test_those_for_the_topic_come_before_those_for_all() -> None:
    mine = speaking(
        {"move": "sorry", "lang": "it", "text": "per tutti: {problem}."},
        {"move": "sorry", "lang": "it", "topic": "delivery", "text": "per le consegne: {problem}."},
    )
    assert "per le consegne" in str(compose(request(brand=mine)).reply)
    assert "per tutti" in str(compose(request("Il bagno era sporco.", brand=mine)).reply)


def test_another_register_or_language_has_none() -> None:
    formal = speaking({"move": "sorry", "lang": "it", "form": "informal", "text": WORDS})
    assert "Filo" not in str(compose(request(brand=formal)).reply)
    assert own.wordings(speaking({"move": "sorry", "lang": "it", "text": WORDS}), "en", ()) == {}


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ({"move": "scusa", "lang": "it", "text": "x"}, "no move 'scusa'"),
        ({"move": "sorry", "lang": "tlh", "text": "x"}, "no drafts are written in 'tlh'"),
        ({"move": "sorry", "lang": "it", "text": "{nome}"}, "no slot {nome}: it has place, problem, quote"),
        ({"move": "sorry", "lang": "it", "text": "x", "form": "voi"}, "no such form: 'voi'"),
        ({"move": "sorry", "lang": "it", "text": "x", "topic": "consegne"}, "there is no topic 'consegne'"),
        ({"move": "sorry", "lang": "it", "text": "x", "gloss": "{problem}"}, "the same slots"),
    ],
)
def test_a_wording_that_can_never_be_used_is_refused(phrase: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=r"voice\.phrases, number 1") as error:
        own.check(speaking(phrase))
    assert said in str(error.value)


@pytest.mark.parametrize("kind", ["corrections", "statements"])
@pytest.mark.parametrize(("values", "said"), [({"lang": "xx"}, "'xx'"), ({"words": ["*"]}, "are no words")])
def test_a_text_for_nobody_or_for_anything_is_refused(kind: str, values: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=f"{kind}, number 1") as error:
        own.check(brand({kind: [OUTAGE | values]}))
    assert said in str(error.value)


def test_what_is_untrue_is_put_right_with_a_source_and_without_blame() -> None:
    mine = brand({"corrections": [PESTICIDES]})
    reply = compose(request("Dicono che il caffè è pieno di pesticidi.", "negative/normal/other", brand=mine))
    assert PESTICIDES["text"] in str(reply.reply)
    assert "https://aurora.example/analisi" in str(reply.reply)
    assert failed(reply) == []
    assert any("policy.corrections" in sentence.grounds for sentence in reply.sentences)


def test_a_problem_of_the_customer_s_own_comes_before_what_is_put_right() -> None:
    mine = brand({"corrections": [PESTICIDES]})
    reply = compose(request("Consegna in ritardo di due settimane, e pure pesticidi nel caffè!", brand=mine))
    said = str(reply.reply)
    assert "ritardo" in said
    assert said.index("ritardo") < said.index(str(PESTICIDES["text"]))


def test_a_grave_matter_is_not_argued_with() -> None:
    mine = brand({"corrections": [PESTICIDES], "statements": [OUTAGE | {"words": ["pesticid*"]}]})
    reply = compose(
        request("Pesticidi: mia figlia è in ospedale.", "negative/critical/complaint", brand=mine)
    )
    assert "laboratorio" not in str(reply.reply)
    assert "applicazione" not in str(reply.reply)


def test_a_statement_is_the_core_of_every_draft_of_its_matter() -> None:
    mine, texts = brand({"statements": [OUTAGE]}), set()
    recent: list[tuple[str, ...]] = []
    for number, name in enumerate(("Marta B.", "Luca Verdi", "Sara", None, "Paolo", "Anna", None, "Ugo")):
        asked = request(
            "L'app è bloccata da stamattina!", author=name, brand=mine, seed=str(number), recent=recent
        )
        reply = compose(asked)
        assert OUTAGE["text"] in str(reply.reply)
        assert failed(reply) == []
        assert name is None or name.split()[0] in str(reply.reply)
        recent = [reply.moves, *recent][:8]
        texts.add(reply.reply)
    assert len(texts) == 8


def test_a_note_for_the_profile_is_proposed_while_nobody_is_there() -> None:
    assert compose(request()).status_note is None
    note = compose(request(now=CLOSED)).status_note
    assert note is not None
    assert "lunedì" in note
    away = brand({"absences": [{"from": "2026-11-20", "to": "2026-12-02"}]})
    assert "mercoledì 2 dicembre" in str(compose(request(now=CLOSED, brand=away)).status_note)
