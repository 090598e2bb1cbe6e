"""The question after a repair: seven languages, each register, nothing promised, and short enough everywhere."""

import itertools
from dataclasses import replace

import pytest
from pydantic import ValidationError

import platforms
from alerts.drafts import follow_up
from alerts.drafts import phrases as whole
from alerts.drafts.follow_up import ASKED, Questions, load, question
from alerts.drafts.patterns import find, fold
from platforms.length import measure
from sentiment.language import detect
from store.brand import Brand, Voice

AURORA = Brand(key="aurora", name="Caffè Aurora", languages=("it", "en"))
LANGUAGES = follow_up.languages()


def ask(lang: str | None = "it", author: str | None = None, brand: Brand = AURORA, **more: str) -> str:
    known = {"done": "refund", "platform": "appstore", "seed": "1"} | more
    return question(brand, lang=lang, author=author, **known).text


def speaking(formality: dict[str, str]) -> Brand:
    return AURORA.model_copy(update={"voice": Voice.model_validate({"formality": formality})})


def test_seven_languages() -> None:
    assert LANGUAGES == ("de", "en", "es", "fr", "it", "nl", "pt")
    with pytest.raises(KeyError):
        load("../it")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_asks_in_its_own_language(lang: str) -> None:
    for done, seed in itertools.product(ASKED, "abcdef"):
        asked = question(AURORA, lang=lang, author=None, done=done, platform="", seed=seed)
        assert asked.lang == lang
        assert detect(asked.text.removesuffix("\n\nCaffè Aurora")).lang == lang


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_register_can_say_everything(lang: str) -> None:
    known = load(lang)
    texts = set()
    for register in known.registers:
        for done in ASKED:
            texts.add(ask(lang, brand=speaking({lang: register}), done=done))
    assert len(texts) == len(known.registers) * len(ASKED)


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang in whole.languages()])
def test_nothing_is_promised_or_admitted(lang: str) -> None:
    words = whole.load(lang).guard
    for done, seed in itertools.product(ASKED, "abcdefgh"):
        said = fold(ask(lang, "Marta B.", done=done, seed=seed))
        for name in ("gifts", "guarantees", "deadlines", "liability", "admissions", "cheer", "blame", "asks"):
            assert not find(getattr(words, name), said), f"{name}: {said}"


@pytest.mark.parametrize(
    ("formality", "begins"),
    [
        ({}, "Gentile Marta, "),
        ({"it": "tu"}, "Ciao Marta, "),
        ({"it": "informal"}, "Ciao Marta, "),
        ({"it": "Lei"}, "Gentile Marta, "),
        ({"it": "mirror"}, "Gentile Marta, "),
        ({"it": "nonsense"}, "Gentile Marta, "),
    ],
)
def test_it_speaks_as_the_brand_does(formality: dict[str, str], begins: str) -> None:
    said = ask(author="Marta B.", brand=speaking(formality), seed="3")
    assert said.startswith((begins, begins.replace("Gentile", "Buongiorno")))


@pytest.mark.parametrize(
    ("lang", "written"),
    [("it", "it"), ("pt-BR", "pt"), ("de_CH", "de"), ("pl", "en"), (None, "it"), ("", "it"), ("<b>", "en")],
)
def test_in_the_customers_language_else_in_english(lang: str | None, written: str) -> None:
    assert question(AURORA, lang=lang, author=None, done="refund", platform="", seed="1").lang == written


def test_who_has_no_name_is_greeted_without() -> None:
    assert "user-7714" not in ask(author="user-7714")
    assert ask(author="user-7714").split(",")[0] == "Buongiorno"
    assert "{" not in ask(author=None)


def test_the_same_case_is_asked_the_same() -> None:
    assert ask(seed="4") == ask(seed="4")
    assert len({ask(seed=str(seed)) for seed in range(20)}) > 2


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("platform", platforms.names())
def test_it_fits_everywhere(lang: str, platform: str) -> None:
    for done, seed in itertools.product(ASKED, "abc"):
        asked = question(AURORA, lang=lang, author="Marta B.", done=done, platform=platform, seed=seed)
        assert asked.limit is None or asked.used <= asked.limit
        assert asked.used == measure(asked.text, asked.unit)


def test_where_room_is_short_the_question_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    room = platforms.get("appstore")
    long = ask(author="Marta B.")
    for limit, parts in ((len(long), 3), (len(long) - 1, 2), (80, 1)):
        monkeypatch.setattr(platforms, "get", lambda name, limit=limit: replace(room, reply_limit=limit))
        said = ask(author="Marta B.")
        assert len(said) <= limit
        assert "rimborso" in said
        assert ("Marta" in said) is (parts > 1)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"greeting": ["{name}"]}, "without a name"),
        ({"refund": {"tu": ["x"]}}, "nothing to say in 'lei'"),
        ({"close": ["call {contact}", "x"]}, "no other slot"),
        ({"odd": ["x"]}, "Extra inputs"),
    ],
)
def test_a_broken_file_is_told(change: dict[str, object], told: str) -> None:
    moves = ("greeting", "refund", "replacement", "private", "close")
    known: dict[str, object] = {move: ["x"] for move in moves}
    with pytest.raises(ValidationError, match=told):
        Questions.model_validate({"lang": "xx", "registers": ["lei", "tu"]} | known | change)
