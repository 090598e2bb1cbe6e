"""Contacts in words, which have a language of their own; and what `ascolto check` says of it."""

from datetime import date, timedelta

import pytest

from alerts.drafts.advice import advice
from alerts.drafts.compose import compose
from alerts.drafts.contacts import is_foreign
from alerts.policy_page.write import write
from alerts.words import Words
from store.brand import Brand
from tests.alerts.drafts.requests import AURORA, brand, request

FORM = {"it": "il modulo sul nostro sito", "en": "the form on our site"}


def speaking(contacts: dict[str, object]) -> Brand:
    return brand({"contacts": contacts})


@pytest.mark.parametrize(("lang", "text"), [("it", "Consegna in ritardo."), ("en", "The delivery is late.")])
def test_a_draft_names_the_contact_in_its_own_language(lang: str, text: str) -> None:
    reply = compose(request(text, lang=lang, brand=speaking({"default": FORM})))
    assert FORM[lang] in str(reply.reply)
    assert [check.name for check in reply.checks if not check.ok] == []
    assert any("policy.contacts.default" in sentence.grounds for sentence in reply.sentences)


def test_another_language_has_the_one_for_all_and_a_check_says_so() -> None:
    reply = compose(request("Die Lieferung ist zu spät.", lang="de", brand=speaking({"default": FORM})))
    assert FORM["en"] in str(reply.reply)
    assert [(check.name, check.detail) for check in reply.checks if not check.ok] == [("contact", FORM["en"])]
    general = speaking({"default": FORM | {"default": "+39 040 555 0100"}})
    assert "+39 040 555 0100" in str(compose(request("Zu spät geliefert.", lang="de", brand=general)).reply)


def test_a_plain_contact_in_words_of_another_language_is_told() -> None:
    for text, names in ((FORM["en"], ["contact"]), (FORM["it"], [])):
        reply = compose(request(brand=speaking({"default": text})))
        assert text in str(reply.reply)
        assert [check.name for check in reply.checks if not check.ok] == names


@pytest.mark.parametrize(
    ("contact", "lang", "foreign"),
    [
        ("the form on our site", "it", True),
        ("the form on our site", "en", False),
        ("das Formular auf unserer Website", "it", True),
        ("il modulo sul nostro sito", "it", False),
        ("Caffè Aurora Trieste", "en", False),
    ],
)
def test_the_language_of_a_contact(contact: str, lang: str, foreign: bool) -> None:
    assert is_foreign(contact, lang, AURORA) is foreign


def test_the_topic_s_own_contact_may_be_said_by_language_too() -> None:
    mine = speaking({"default": "help@aurora.example", "delivery": FORM})
    assert FORM["it"] in str(compose(request(brand=mine)).reply)
    assert "help@aurora.example" in str(compose(request("Il bagno era sporco.", brand=mine)).reply)


def test_the_policy_page_names_each_once_in_its_own_language() -> None:
    mine = speaking({"default": FORM, "delivery": FORM})
    kept = timedelta(days=365)
    page = write(mine, (), texts=kept, authors=kept, words=Words("it"), today=date(2026, 11, 24))
    assert FORM["it"] in str(page)
    assert FORM["en"] not in str(page)


def test_words_of_one_language_for_all_are_told() -> None:
    (told,) = advice(brand({"contacts": {"default": FORM["it"]}, "faq": []}))
    assert "policy.contacts.default" in told.what
    for contacts, languages in (({"default": FORM}, ("it", "en")), ({"default": FORM["it"]}, ("it",))):
        assert list(advice(brand({"contacts": contacts, "faq": []}, languages=languages))) == []


def test_an_answer_without_a_language_is_told_where_the_brand_has_several() -> None:
    entry = {"question": "Siete aperti?", "answer": "Sì."}
    for lang, languages, many in ((None, ("it", "en"), 1), ("it", ("it", "en"), 0), (None, ("it",), 0)):
        mine = brand({"faq": [entry | ({"lang": lang} if lang else {})]}, languages=languages)
        assert [one.what.startswith("policy.faq, number 1") for one in advice(mine)] == [True] * many
