"""What allows a sentence, in people's words: every key that a draft may hold has some."""

import pytest

from alerts.drafts.compose import compose
from alerts.drafts.phrases import TOPICS
from alerts.replies import grounds
from alerts.words import Words
from tests.alerts.drafts.requests import brand, request

MENTIONS = [
    ("Il caffè è arrivato rotto, voglio il rimborso.", "negative/high/complaint"),
    ("Consegna in ritardo di due settimane.", "negative/normal/complaint"),
    ("Siete aperti la domenica a Trieste?", "neutral/low/information"),
    ("Mia figlia ha la bocca gonfia dopo averlo mangiato.", "negative/critical/complaint"),
    ("Caffè buonissimo, grazie!", "positive/low/praise"),
]


@pytest.mark.parametrize(
    ("key", "english", "italian"),
    [
        ("policy.contacts.delivery", "your contact for delivery", "il vostro contatto per la consegna"),
        ("policy.contacts.default", "your contact", "il vostro contatto"),
        ("policy.faq.2", "your FAQ no. 2", "la vostra FAQ n. 2"),
        ("mention.text", "what the customer wrote", "ciò che il cliente ha scritto"),
        (
            "mention.topics.staff",
            "what the model saw: the staff",
            "ciò che il modello ha visto: il personale",
        ),
    ],
)
def test_in_words(key: str, english: str, italian: str) -> None:
    assert (grounds.ground(key, Words("en")), grounds.ground(key, Words("it"))) == (english, italian)


def test_all_of_a_sentence_in_a_line() -> None:
    keys = ["mention.author", "mention.text", "mention.text"]
    assert grounds.allowed(keys, Words("en")) == (
        "Allowed by: the name the customer goes by and what the customer wrote"
    )
    assert grounds.allowed([], Words("en")) == "Courtesy: it needs nobody's leave"


def test_a_key_that_nobody_knows_is_shown_as_it_is() -> None:
    assert grounds.ground("policy.faq.<!channel>\u202e", Words("en")) == "policy.faq.<!channel>"
    assert grounds.ground("{0.__class__}", Words("en")) == "{0.__class__}"
    assert len(grounds.ground("x" * 1_000, Words("en"))) <= grounds.MOST


@pytest.mark.parametrize(("text", "label"), MENTIONS)
def test_every_key_of_a_draft_has_words(text: str, label: str) -> None:
    draft = compose(request(text, label, author="Marta B.", brand=brand(voice={"emoji": True})))
    keys = {key for sentence in draft.sentences for key in sentence.grounds}
    assert keys
    assert not [key for key in keys if grounds.ground(key, Words("en")) == key]


def test_every_topic_has_a_name() -> None:
    assert set(grounds.TOPICS) == {*TOPICS, "none"}
