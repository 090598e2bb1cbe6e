"""How the sentences of a draft are chosen, joined and shortened."""

from typing import Any

import pytest

from alerts.drafts import plan, writing
from alerts.drafts.variety import Choice
from alerts.drafts.writing import LEFT_OUT
from platforms.length import measure
from tests.alerts.drafts.requests import brand, platform, request

LONG = "Ordine pagato due settimane fa e mai arrivato. Ho scritto tre volte e nessuno mi risponde. Scrivo da mario@posta.example"


def public(text: str = LONG, without: frozenset[str] = frozenset(), **values: Any) -> writing.Written:
    asked = request(text, **values)
    wanted = plan.make(asked)
    return writing.public(wanted, asked.brand, asked.platform, Choice(asked.seed, asked.recent), without)


def test_greeting_problem_next_step_contact_and_signature() -> None:
    said = public(author="Marta B.").text
    greeting, _, rest = said.partition(", ")
    assert greeting in ("Buongiorno Marta", "Gentile Marta", "Salve Marta", "Marta")
    assert rest[0].islower()
    assert "l'ordine" in said
    assert "help@aurora.example" in said
    assert "numero d'ordine" in said
    assert "entro un'ora" in said
    assert said.endswith("\n\nGiulia, Caffè Aurora")


def test_both_problems_are_named() -> None:
    said = public().text
    assert "ordine" in said
    assert any(word in said for word in ("senza risposta", "mai arrivata", "silenzio"))


def test_personal_data_in_public_are_pointed_out() -> None:
    assert any(move.startswith("protect") for move in public().moves)
    assert not any(move.startswith("protect") for move in public("Consegna in ritardo").moves)


@pytest.mark.parametrize("limit", [500, 400, 350, 300, 250, 200])
def test_whole_moves_are_left_out_and_the_signature_stays(limit: int) -> None:
    said = public(author="Marta B.", platform=platform(limit)).text
    assert len(said) <= limit
    assert said.endswith(".\n\nGiulia, Caffè Aurora")
    assert "ordine" in said
    sentences = public(author="Marta B.").text
    assert len(said) <= len(sentences)


def test_a_shorter_room_never_says_more() -> None:
    counts = [len(public(platform=platform(limit)).moves) for limit in (600, 450, 350, 250, 180, 120)]
    assert counts == sorted(counts, reverse=True)


def test_even_without_room_the_problem_and_the_signature_are_said() -> None:
    said = public(platform=platform(20)).text
    assert said.endswith("Giulia, Caffè Aurora")
    assert "ordine" in said


@pytest.mark.parametrize(("limit", "unit"), [(300, "graphemes"), (280, "weighted"), (350, "bytes")])
def test_each_unit(limit: int, unit: Any) -> None:
    assert measure(public(platform=platform(limit, unit)).text, unit) <= limit


def test_what_is_left_out_is_not_said() -> None:
    for name, words in (("next", "Verifichiamo"), ("times", "entro un'ora"), ("ask", "numero d'ordine"), ("greeting", "Buongiorno")):  # fmt: skip
        assert words not in public("Ordine mai arrivato", frozenset({name})).text
    assert set(LEFT_OUT) >= {"quote", "place", "second", "name", "ask", "feel", "thanks", "good", "about"}


def test_what_only_the_policy_grants() -> None:
    granted = public("Undici capsule sono bucate", label="negative/normal/complaint")
    assert any(move.startswith("remedy_refund_replacement") for move in granted.moves)
    refused = public(
        "Undici capsule sono bucate", label="negative/normal/complaint", brand=brand({"remedies": {}})
    )
    assert not any(move.startswith("remedy") for move in refused.moves)
    assert "rimbors" not in refused.text


def test_who_wrote_again_is_told_that_it_was_seen() -> None:
    assert any(move.startswith("sorry_again") for move in public(reasons=("came_back",)).moves)
    assert any(move.startswith("sorry_edited") for move in public(reasons=("edited",)).moves)
    logo = public("Il nuovo logo è brutto", reasons=("came_back",))
    assert any(move.startswith("noted_again") for move in logo.moves)


def test_an_opinion_is_noted_and_not_apologised_for() -> None:
    said = public("Il nuovo logo sembra un uovo fritto", label="negative/normal/complaint").text
    assert not any(word in said for word in ("dispiace", "scus", "rimbors"))
    assert "gusto" in said or "novità" in said


def test_an_emoji_only_where_the_brand_wants_it_and_there_is_joy() -> None:
    merry = brand(voice={"emoji": True})
    assert public("Buonissimi", label="positive/low/praise", brand=merry).moves[-1].startswith("emoji")
    assert not any("emoji" in move for move in public(brand=merry).moves)
    assert not any("emoji" in move for move in public("Buonissimi", label="positive/low/praise").moves)


def test_without_a_signature_the_brand_signs() -> None:
    assert public(brand=brand(voice={"signature": "  "})).text.endswith("\n\nCaffè Aurora")
    nobody = public(brand=brand(name="", aliases=(), voice={"signature": ""})).text
    assert nobody == nobody.strip()


def test_the_first_word_after_the_greeting_in_english() -> None:
    said = public("My order never arrived.", lang="en", author="Hattie").text
    assert said.split(",")[0] in ("Hi Hattie", "Hello Hattie", "Dear Hattie", "Hattie")


def test_private_words() -> None:
    asked = request("Ho preso la scossa", "negative/critical/complaint", author="Dario")
    found = writing.private(plan.make(asked), asked.brand, Choice("a", ()), frozenset())
    first, advice, need, reach, regards, signature = found.text.split("\n\n")
    assert first.startswith(("Buongiorno Dario, ", "Gentile Dario, ", "Salve Dario, ", "Dario, "))
    assert "salut" in regards
    assert "medico" in advice
    assert "numero" in need
    assert "entro quindici minuti" in reach
    assert signature == "Giulia, Caffè Aurora"


def test_private_words_without_a_contact_do_not_send_people_in_circles() -> None:
    asked = request("Ho preso la scossa", "negative/critical/complaint", brand=brand({"contacts": {}}))
    found = writing.private(plan.make(asked), asked.brand, Choice("a", ()), frozenset())
    assert "in privato:" not in found.text.split("\n\n")[3]
    assert "rispondere a questo messaggio" in found.text
