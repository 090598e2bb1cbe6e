"""What a draft means to who signs it, and what allows each of its sentences."""

from dataclasses import replace
from typing import Any

import pytest

from alerts.drafts.compose import compose
from alerts.drafts.phrases import Wording, languages, load
from tests.alerts.drafts.requests import brand, request


def test_a_draft_in_the_reader_s_language_needs_no_gloss() -> None:
    assert compose(request(), "it").gloss is None
    assert compose(request()).gloss is None
    assert compose(request(), "xx").gloss is None


def test_the_gloss_says_what_the_draft_says() -> None:
    asked = request("My parcel is two weeks late.", lang="en", author="Marta B.")
    reply = compose(asked, "it")
    gloss = str(reply.gloss)
    assert "Marta" in gloss
    assert "ritardo" in gloss or "consegna" in gloss
    assert "help@aurora.example" in gloss
    assert "entro un'ora" in gloss  # the time, in the reader's words
    assert "within an hour" in str(reply.reply)
    assert [bool(sentence.gloss) for sentence in reply.sentences] == [True] * len(reply.sentences)
    assert " ".join(str(sentence.gloss) for sentence in reply.sentences) == gloss


def test_the_private_reply_has_its_gloss_too() -> None:
    asked = request("I had to go to hospital after eating it.", "negative/critical/complaint", lang="en")
    reply = compose(asked, "it")
    assert reply.private_reply
    assert len(str(reply.gloss).split("\n\n")) == 2


@pytest.mark.parametrize("reader", ["it", "en"])
@pytest.mark.parametrize("lang", languages())
def test_every_wording_has_a_counterpart_for_who_reads(lang: str, reader: str) -> None:
    phrases, theirs = load(lang), load(reader)
    missing = [w.id for w, _ in phrases.wordings() if theirs.alike(w, phrases.courtesies(w)) is None]
    assert missing == []


@pytest.mark.parametrize("reader", ["it", "en"])
@pytest.mark.parametrize("lang", languages())
def test_a_gloss_thanks_nobody_and_is_sorry_for_nothing_where_the_draft_is_not(
    lang: str, reader: str
) -> None:
    phrases, theirs = load(lang), load(reader)
    for wording, _ in phrases.wordings():
        said = phrases.courtesies(wording)
        meant = theirs.alike(wording, said)
        assert meant is None or theirs.courtesies(meant) <= said, (wording.text, meant.text)


@pytest.mark.parametrize(
    ("lang", "text", "said"),
    [
        ("en", "we're sorry about {problem}, and thank you for telling us.", {"thanks", "sorry"}),
        ("it", "ci scusiamo per {problem}.", {"sorry"}),
        ("es", "gracias por escribirnos.", {"thanks"}),
        ("fr", "nous sommes fermés.", set()),
        ("de", "es tut uns leid.", {"sorry"}),
        ("pt", "um grande obrigado: custa-nos ler isto.", {"thanks", "sorry"}),
    ],
)
def test_the_courtesies_of_a_wording(lang: str, text: str, said: set[str]) -> None:
    assert load(lang).courtesies(Wording(id="", form=None, text=text)) == said


def test_a_wording_of_the_brand_s_own_has_the_gloss_it_was_given() -> None:
    phrase = {"move": "praise_close", "lang": "en", "text": "see you at the roastery."}
    asked = request("Lovely coffee, thank you!", "positive/low/praise", lang="en")
    for gloss in ("vi aspettiamo in torrefazione.", None):
        mine = brand(voice={"phrases": [phrase | ({"gloss": gloss} if gloss else {})]})
        reply = compose(replace(asked, brand=mine), "it")
        assert "See you at the roastery." in str(reply.reply)
        assert ("torrefazione" in str(reply.gloss)) is bool(gloss)
        assert (reply.gloss is None) is (gloss is None)  # nobody signs what nobody can read


SUNDAY: dict[str, Any] = {
    "question": "Zijn jullie op zondag open?",
    "answer": "Ja, van 9 tot 13 uur.",
    "lang": "nl",
}
RIVER: dict[str, Any] = {
    "words": ["pesticid*"],
    "lang": "en",
    "text": "An outside laboratory tests every lot.",
}


@pytest.mark.parametrize("meant", ["Sì, dalle 9 alle 13.", None])
def test_an_answer_of_the_brand_s_own_means_what_the_brand_says(meant: str | None) -> None:
    mine = brand({"faq": [SUNDAY | ({"gloss": meant} if meant else {})]})
    asked = request("Zijn jullie op zondag open?", "neutral/low/information", lang="nl", brand=mine)
    reply = compose(asked, "it")
    assert SUNDAY["answer"] in str(reply.reply)
    (answer,) = [one for one in reply.sentences if SUNDAY["answer"] in one.text]
    assert answer.gloss == meant  # the Dutch words are no gloss
    assert (reply.gloss is None) is (meant is None)
    assert compose(asked, "nl").gloss is None


@pytest.mark.parametrize("meant", ["Un laboratorio esterno analizza ogni lotto.", None])
@pytest.mark.parametrize("kind", ["corrections", "statements"])
def test_a_correction_and_a_statement_too(kind: str, meant: str | None) -> None:
    mine = brand({kind: [RIVER | ({"gloss": meant} if meant else {})]})
    asked = request("They say it is full of pesticides.", "negative/normal/complaint", lang="en", brand=mine)
    reply = compose(asked, "it")
    assert RIVER["text"] in str(reply.reply)
    assert [one.gloss for one in reply.sentences if RIVER["text"] in one.text] == [meant]
    assert (reply.gloss is None) is (meant is None)


def test_an_answer_in_a_language_without_phrases_has_its_gloss_too() -> None:
    entry = {
        "question": "Har ni öppet på söndag?",
        "answer": "Ja, 9 till 13.",
        "lang": "sv",
        "gloss": "Sì, 9-13.",
    }
    asked = request(
        "Har ni öppet på söndag?", "neutral/low/information", lang="sv", brand=brand({"faq": [entry]})
    )
    assert compose(asked, "it").gloss == "Sì, 9-13."


def test_each_sentence_is_traced_to_what_allows_it() -> None:
    reply = compose(request(author="Marta B.", text="Il caffè è arrivato rotto, voglio il rimborso."))
    grounds = {ground for sentence in reply.sentences for ground in sentence.grounds}
    assert {"mention.author", "mention.text", "policy.first_contact.high", "policy.hours"} <= grounds
    assert any(ground.startswith("policy.contacts.") for ground in grounds)
    answer = compose(request("Siete aperti la domenica a Trieste?", "neutral/low/information"))
    assert any("policy.faq.1" in sentence.grounds for sentence in answer.sentences)
    assert [sentence.text for sentence in answer.sentences if "policy.faq.1" in sentence.grounds] == [
        "Sì, dalle 9 alle 13."
    ]


def test_a_contact_of_a_topic_is_named_as_such() -> None:
    reply = compose(request("Mi avete addebitato due volte lo stesso ordine."))
    assert any("policy.contacts.refund_payment" in sentence.grounds for sentence in reply.sentences)
