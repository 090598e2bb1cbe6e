"""The phrase files: complete, alike in what they can say, and each wording fit to be said."""

import re
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from alerts.drafts import phrases
from alerts.drafts.letters import LETTERS
from alerts.drafts.patterns import fold, found
from alerts.drafts.phrases import MOVES, TOPICS, Phrases, Reach, Wording, load
from alerts.drafts.sequences import GLADLY, PRIVATE, SEQUENCES
from sentiment import labels

LANGUAGES = phrases.languages()
EXAMPLES = {
    "name": "Marta", "problem": "X", "point": "X", "quote": "x", "place": "X", "good": "X", "about": "x", "reach": "x", "when": "x", "opens": "x",
    "until": "x", "now": "x", "ask": "x", "answer": "X.", "contact": "x", "need": "x", "clause": "x", "source": "x",
    "person": "X", "where": "x", "thing": "x",
}  # fmt: skip
SENTENCES = ("feel", "next", "thanks", "public", "safety", "private", "advice")


def entries(of: Phrases) -> Iterator[tuple[str, str, tuple[Wording, ...]]]:
    for entry in (*of.problems, *of.goods, *of.asks, *of.kinds):
        for field in phrases.ENTRY_WORDINGS:
            texts: tuple[Wording, ...] = getattr(entry, field, ())
            yield str(getattr(entry, "id", None) or getattr(entry, "topic", "")), field, texts


def test_italian_and_english_are_there() -> None:
    assert {"en", "it"} <= set(LANGUAGES)
    with pytest.raises(KeyError):
        load("xx")


def test_topics_are_those_of_the_model() -> None:
    assert TOPICS == labels.TOPICS


def test_every_language_says_the_same_things() -> None:
    def says(lang: str) -> dict[str, object]:
        of = load(lang)
        return {
            "moves": set(of.moves),
            "problems": {(p.id, p.topic, p.apologise, p.minor, p.refund, bool(p.ask)) for p in of.problems},
            "goods": {good.topic for good in of.goods},
            "asks": {(ask.id, ask.topic) for ask in of.asks},
            "kinds": [(k.id, k.tripwire, k.topics, k.by_topic, bool(k.safety), bool(k.advice)) for k in of.kinds],
        }  # fmt: skip

    assert all(says(lang) == says("en") for lang in LANGUAGES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_wording_renders_with_what_its_move_knows(lang: str) -> None:
    of = load(lang)
    seen = set()
    for wording, slots in of.wordings():
        assert wording.slots <= slots, wording.id
        said = wording.render({slot: EXAMPLES[slot] for slot in slots})
        assert said.strip() == said, wording.id
        assert said, wording.id
        assert not set("{}") & set(said), wording.id
        assert wording.id not in seen, wording.id
        seen.add(wording.id)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sentences_end_and_begin_as_sentences_that_go_on(lang: str) -> None:
    of = load(lang)
    sentences = [w for move, texts in of.moves.items() if move not in ("greeting", "greeting_grave", "answer") for w in texts]  # fmt: skip
    sentences += [wording for _, field, texts in entries(of) if field in SENTENCES for wording in texts]
    for wording in sentences:
        assert wording.text[-1] in ".?", wording.id
        first = re.split(r"[\s,:]", wording.text)[0]
        assert of.is_ordinary(first) or first[0] in "{«“" or first[0].islower(), wording.id
        # French has a no-break space before a colon; no language has a plain one.
        assert not re.search(r"\s\s|[ \t\n][.,;:]|\.\.", wording.text), wording.id


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_register_can_say_every_move(lang: str) -> None:
    """Also where nothing is known but how to get in touch: the barest draft has words."""
    of = load(lang)
    bare = {"answer", "clause", "contact", "need", "reach", "problem", "point", "source"}
    for register in of.language.registers:
        formal = register == of.formal
        for move, texts in of.moves.items():
            fitting = [w for w in texts if w.form in (None, register)]
            only_formal = move in ("critical_again", "critical_repeated", "critical_invite", "private_reach", "private_ask", "greeting_grave")  # fmt: skip
            if formal or not only_formal:
                assert [w for w in fitting if w.slots <= bare], (register, move)
        for kind in Reach.model_fields:
            assert [w for w in getattr(of.reach, kind) if w.form in (None, register)], (register, kind)
        for name, field, texts in entries(of):
            if texts and (formal or field not in ("public", "safety", "private", "advice")):
                assert [w for w in texts if w.form in (None, register) and not w.slots], (name, field)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_moves_that_open_a_draft_have_several_wordings(lang: str) -> None:
    of = load(lang)
    for register in of.language.registers:
        for move in (
            "sorry",
            "praise",
            "noted",
            "invite",
            "glad",
            "ask_open",
            "sorry_again",
            "sorry_repeated",
            "sorry_edited",
        ):
            fitting = [w for w in of.moves[move] if w.form in (None, register)]
            assert len(fitting) >= 2, (register, move)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_times_are_said_with_what_they_need(lang: str) -> None:
    times = load(lang).time
    assert "{duration}" in times.within
    assert "{weekday}" in times.day
    assert "{weekday}" in times.opens_day
    assert all("{clock}" in said for said in (times.opens_today, times.opens_day, times.opens_date))
    assert all("{date}" in said for said in (times.date, times.opens_date, times.until))
    assert all("{n}" in said for said in (times.minutes, times.hours))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_file_says_passes_its_own_guard(lang: str) -> None:
    """No wording promises, admits, blames or cheers; the remedy is promised only where it is offered."""
    of = load(lang)
    guard = of.guard
    for wording, slots in of.wordings():
        said = fold(wording.render(dict.fromkeys(slots, "x")), None)
        for name in ("gifts", "guarantees", "deadlines", "liability", "blame", "orders"):
            assert found(getattr(guard, name), said) == [], (wording.id, name)
        promised = found(guard.refund, said)
        assert bool(promised) == wording.id.startswith("remedy_refund_replacement"), (wording.id, promised)
        if wording.id.startswith(("kind.", "critical_", "private_")):
            assert found(guard.admissions, said) == [], wording.id
            assert found(guard.cheer, said) == [], wording.id


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_grave_is_said_without_joy(lang: str) -> None:
    of = load(lang)
    grave = [w for name, field, texts in entries(of) for w in texts if field in ("public", "safety", "private", "advice")]  # fmt: skip
    assert all("!" not in wording.text for wording in grave)
    assert of.kinds[-1].id == "general"
    assert not of.kinds[-1].words


def test_italian_agrees_with_no_gender() -> None:
    """No participle or adjective that would be wrong for half of the customers."""
    gendered = re.compile(
        r"\b(?:trattat|soddisfatt|benvenut|contrariat|tornat|costrett|invitat|pregat|ringraziat)[oa]\b"
        r"|\b(?:è|sei|sia) (?:stat|rimast|delus|convint)[oa]\b(?! (?:risposto|fatto|un|la|conservato|acquistato|imballato))"
    )
    assert [wording.text for wording, _ in load("it").wordings() if gendered.search(wording.text)] == []


def test_every_move_is_used_and_every_step_is_known() -> None:
    steps = {step for sequence in SEQUENCES.values() for step in sequence} | set(PRIVATE)
    own = {
        "open",
        "feel",
        "next",
        "remedy",
        "thanks",
        "public",
        "safety",
        "private",
        "advice",
        "correct",
        "statement",
    }
    within = {"greeting", "greeting_grave", "sorry", "sorry_again", "sorry_repeated", "sorry_edited", "noted", "noted_again", "noted_invite", "praise_edited", "status_note"}  # fmt: skip
    remedies = {move for move in MOVES if move.startswith("remedy_")}
    assert set(MOVES) == (steps - own) | within | remedies | set(LETTERS)
    assert set(SEQUENCES) >= GLADLY


def broken(**values: object) -> dict[str, object]:
    table = load("en").model_dump(exclude={"moves", "reach", "problems", "goods", "asks", "kinds"})
    plain: dict[str, object] = {
        "moves": {},
        "reach": {},
        "problems": [],
        "goods": [],
        "asks": [],
        "kinds": [],
    }
    return table | plain | values


def test_a_file_that_cannot_say_a_move_is_refused() -> None:
    with pytest.raises(ValidationError, match="reach"):
        Phrases.model_validate(broken())
    reach = {kind: ["write to {contact}"] for kind in Reach.model_fields}
    with pytest.raises(ValidationError, match=r"moves missing or unknown: .*greeting"):
        Phrases.model_validate(broken(reach=reach))
    moves = {move: ["x"] for move in MOVES}
    with pytest.raises(ValidationError, match="no problem without words for: None"):
        Phrases.model_validate(broken(reach=reach, moves=moves))
    problems = [{"id": str(topic), "topic": topic} for topic in (*TOPICS, None)]
    with pytest.raises(ValidationError, match=r"greeting\.1: no such slot: nome"):
        Phrases.model_validate(broken(reach=reach, moves=moves | {"greeting": ["hi {nome}"]}, problems=problems))  # fmt: skip
    with pytest.raises(ValidationError, match=r"greeting\.1: no such register: lei"):
        Phrases.model_validate(
            broken(reach=reach, moves=moves | {"greeting": {"lei": "hi"}}, problems=problems)
        )
    assert Phrases.model_validate(broken(reach=reach, moves=moves, problems=problems)).formal == "any"


def test_what_a_value_holds_is_never_read_as_a_slot() -> None:
    wording = Wording(id="x", form=None, text="{name}, {reach}")
    assert wording.render({"name": "{reach}", "reach": "{name} {0} %s"}) == "{reach}, {name} {0} %s"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_danger_of_no_kind_speaks_of_no_product_and_cold_food_of_no_lot(lang: str) -> None:
    bank = load(lang)
    safety = next(kind for kind in bank.kinds if kind.id == "safety")
    concern = next(kind for kind in bank.kinds if kind.id == "concern")
    assert [one.text for one in safety.advice] == [one.text for one in concern.advice]
    assert safety.need == concern.need
    cold = next(problem for problem in bank.problems if problem.id == "temperature")
    taste = next(problem for problem in bank.problems if problem.id == "taste")
    assert cold.topic == taste.topic
    assert not {one.text for one in cold.next} & {one.text for one in taste.next}
