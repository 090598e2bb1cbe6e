"""What is Portuguese alone: no preposition that would melt with an article, no gender, whom to call tu."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from alerts.drafts.compose import DraftReply, compose
from alerts.drafts.patterns import fold
from alerts.drafts.phrases import load
from alerts.drafts.reading import read
from tests.alerts.drafts.requests import brand, request

PT = load("pt")


def draft(text: str, label: str = "negative/high/complaint", formality: str = "formal", **values: Any) -> DraftReply:  # fmt: skip
    voice = {"formality": {"pt": formality}}
    return compose(request(text, label, lang="pt", brand=brand(voice=voice, policy=values.pop("policy", None)), **values))  # fmt: skip


def test_nothing_before_a_slot_would_melt_with_an_article() -> None:
    melts = re.compile(r"\b(?:de|em|por|a) \{(?:problem|point|good|need|ask|place)\}")
    assert [w.text for w, _ in PT.wordings() if melts.search(w.text)] == []


def test_nothing_agrees_with_the_customers_gender() -> None:
    gendered = re.compile(
        r"\b(?:bem-vind[oa]|car[oa]|estimad[oa]|prezad[oa]|obrigad[oa] por|satisfeit[oa]|desiludid[oa]|enganad[oa])\b"
        r"|\b(?:foi|é|está|ficou|seja|foste|és|estás) (?:tratad|atendid|servid|recebid|convidad)[oa]\b"
    )
    said = [w.text for w, _ in PT.wordings() if gendered.search(w.text)]
    assert [text for text in said if "grande obrigado por" not in text] == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Até hoje a encomenda não chegou", "not_arrived"),
        ("meu pedido nao chegou e ninguem responde", "not_arrived"),
        ("cadê meu estorno? já faz um mês", "refund"),
        ("Devolvam-me o dinheiro que paguei", "refund"),
        ("Fui cobrado duas vezes pela mesma compra", "double_charge"),
        ("Cancelei em agosto e continuam a debitar", "unexpected_charge"),
        ("A caixa chegou toda amolgada", "damaged"),
        ("Veio a cor errada", "wrong_item"),
        ("Faltam dois parafusos", "missing_part"),
        ("Deixou de funcionar ao fim de uma semana", "broken"),
        ("o app trava toda hora", "crash"),
        ("A empregada foi mal educada", "rude"),
        ("Esperei quarenta minutos na fila", "queue"),
        ("A casa de banho estava imunda", "dirty"),
        ("Remarcaram a consulta sem avisar", "booking"),
        ("Já escrevi três vezes e ninguém me respondeu", "no_answer"),
        ("estou sem internet desde ontem", "service_down"),
        ("A conta foi bloqueada sem explicação", "locked"),
        ("Os iogurtes vieram todos fora de prazo", "expired"),
        ("O preço subiu imenso", "price"),
    ],
)
def test_a_problem_is_known_by_its_words(text: str, problem: str) -> None:
    found = read(request(text, lang="pt"), PT).problems
    assert found[0].span is not None
    assert found[0].problem.id == problem


@pytest.mark.parametrize(
    "text", ["Respondam logo, por favor", "Batatas fritas ótimas", "Vale a pena, não acham?", "Nunca mais me esqueço deste bolo"]
)  # fmt: skip
def test_words_that_name_no_problem(text: str) -> None:
    assert not [found for found in read(request(text, lang="pt"), PT).problems if found.span]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Fiquei com o rosto inchado e falta de ar", "health"),
        ("A máquina deitou fumo pela tomada", "device"),
        ("Encontrei um caco de vidro no pacote", "foreign"),
        ("Caí num golpe, clonaram o meu cartão", "data"),
        ("Discriminaram a minha mulher por ser negra", "discrimination"),
        ("Vou apresentar queixa no livro de reclamações", "legal"),
        ("Boicotem esta marca", "boycott"),
        ("O bairro inteiro sem luz", "outage"),
        ("Peixes mortos no rio junto da fábrica", "environment"),
    ],
)
def test_what_is_grave_is_known_by_its_words(text: str, kind: str) -> None:
    found = read(request(text, "negative/critical/complaint", lang="pt"), PT)
    assert found.kind.id == kind


@pytest.mark.parametrize(
    ("text", "informal"),
    [("Podes ver isto, malta?", True), ("vcs podem ver isso?", False), ("Boa tarde, podem ver isto?", False)],
)
def test_only_who_says_tu_is_told_tu(text: str, informal: bool) -> None:
    reply = draft(f"{text} A encomenda não chegou.", formality="mirror").reply or ""
    assert bool(re.search(r"\b(?:escreve-nos|tua|vais)\b", reply, re.I)) is informal
    assert bool(re.search(r"\b(?:escreva-nos|sua|vai)\b", reply, re.I)) is not informal


def test_a_complaint_is_answered_by_its_matter_and_with_what_the_policy_grants() -> None:
    found = draft(
        "O moinho deixou de funcionar ao fim de uma semana.", topics=("product_quality",), author="Rui"
    )
    reply = fold(found.reply or "").plain
    assert "rui" in reply
    assert "avaria" in reply or "nao funciona" in reply
    assert "reembols" in reply
    assert "no prazo de uma hora" in reply
    assert all(check.ok for check in found.checks), found.checks


def test_the_remedy_is_not_promised_where_the_policy_grants_none() -> None:
    found = draft("O moinho deixou de funcionar.", topics=("product_quality",), policy={"remedies": {}})
    assert "reembols" not in (found.reply or "")


def test_a_grave_matter_is_formal_and_goes_on_in_private() -> None:
    found = draft(
        "Fiquei com o rosto inchado e falta de ar depois do café.",
        "negative/critical/complaint",
        "informal",
        topics=("safety_health",),
        reasons=("tripwire",),
    )
    assert "médico" in (found.reply or "")
    assert "serviços de emergência" in (found.private_reply or "")
    assert not re.search(r"\b(?:tu|teu|tua|te)\b|desculpa", f"{found.reply} {found.private_reply}")
    assert all(check.ok for check in found.checks), found.checks


def test_dates_are_written_as_in_portuguese() -> None:
    away = {"absences": [{"from": "2026-12-24", "to": "2027-01-06"}]}
    found = draft("A encomenda não chegou.", now=datetime(2026, 12, 26, 10, tzinfo=UTC), policy=away)
    assert "até quarta-feira, 6 de janeiro, inclusive" in (found.reply or "")
    assert "a partir das 9h00 de quinta-feira, 7 de janeiro" in (found.reply or "")


def test_neighbours_open_otherwise_and_say_other_things() -> None:
    recent: list[tuple[str, ...]] = []
    said = set()
    for number in range(40):
        found = draft("A encomenda não chegou.", topics=("delivery",), seed=str(number), recent=recent[:8])
        assert not recent or found.moves[:3] != recent[0][:3]
        assert found.reply not in said or number > 20
        said.add(found.reply)
        recent.insert(0, found.moves)
    assert len(said) > 20
