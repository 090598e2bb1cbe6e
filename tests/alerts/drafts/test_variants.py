"""Portuguese as Brazil writes it: by whose words it is chosen, and that it says nothing else."""

import re
from typing import Any

import pytest

from alerts.drafts import speech
from alerts.drafts.compose import compose
from alerts.drafts.patterns import fold, found
from alerts.drafts.phrases import load
from tests.alerts.drafts.requests import brand, request

BR, PT = load("pt", "BR"), load("pt")
EUROPEAN = re.compile(
    r"\b(?:encomendas?|equipa|connosco|contacto|gostávamos|registad[oa]|factos?|receção|telemóvel|fotografias?|app bem feita)\b",
    re.IGNORECASE,
)


def region(text: str, lang: str = "pt", **values: Any) -> str | None:
    return speech.phrases(request(text, lang=lang, brand=brand(**values))).region


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Vocês vão mandar ou não? Estou esperando faz um mês.", "BR"),
        ("A gente comprou pelo celular e até agora nada.", "BR"),
        ("A vossa encomenda não chegou, estou a esperar há um mês.", None),
        ("Comprei pelo telemóvel e deram-me o artigo errado.", None),
        ("Produto com defeito.", None),
        ("Vocês fazem entregas nos Açores?", None),
    ],
)
def test_the_text_shows_where_it_was_written(text: str, wanted: str | None) -> None:
    assert region(text) == wanted


def test_the_language_tag_decides_before_the_words_and_the_brand_where_they_show_nothing() -> None:
    plain = "Produto com defeito."
    assert region("Vocês vão mandar?", "pt-PT") is None
    assert region(plain, "pt-BR") == region(plain, "pt_br") == "BR"
    assert region(plain, languages=("pt-BR", "en")) == "BR"
    assert region(plain, timezone="America/Sao_Paulo") == "BR"
    assert region(plain, languages=("pt-PT",), timezone="America/Sao_Paulo") is None
    assert region("Telemóvel com defeito.", languages=("pt-BR",)) is None
    assert region("Vocês vão mandar?", "it") is None


def test_each_wording_is_the_same_move_in_other_words() -> None:
    european, brazilian = list(PT.wordings()), list(BR.wordings())
    assert [(w.id, w.form, w.slots) for w, _ in european] == [(w.id, w.form, w.slots) for w, _ in brazilian]
    assert sum(a.text != b.text for (a, _), (b, _) in zip(european, brazilian, strict=True)) > 100
    assert PT.region is None
    assert PT.moves == load("pt").moves


def test_no_european_word_is_left() -> None:
    said = [w.text for w, _ in BR.wordings() if w.form != "informal"]
    said += [problem.ask or "" for problem in BR.problems] + [kind.need for kind in BR.kinds]
    said += [role.where for role in BR.named.roles] + [thing.name for thing in BR.named.things]
    assert [text for text in said if EUROPEAN.search(text)] == []


def test_what_it_says_passes_its_guard() -> None:
    for wording, slots in BR.wordings():
        said = fold(wording.render(dict.fromkeys(slots, "x")), None)
        for name in ("gifts", "guarantees", "deadlines", "liability", "blame", "orders"):
            assert found(getattr(BR.guard, name), said) == [], (wording.id, name)
        assert bool(found(BR.guard.refund, said)) == wording.id.startswith("remedy_refund_replacement"), (
            wording.id
        )
        if wording.id.startswith(("kind.", "critical_", "private_")):
            assert found(BR.guard.admissions, said) == [], wording.id


def test_a_brazilian_reads_no_tu_whatever_the_brand_wants() -> None:
    text = "Meu pedido não chegou, vocês vão mandar? Estou esperando faz semanas."
    ours = brand(voice={"formality": {"pt": "informal"}, "signature": "Caffè Aurora"})
    found = compose(request(text, lang="pt", topics=("delivery",), brand=ours), "en")
    assert "número do pedido" in (found.reply or "")
    assert not EUROPEAN.search(found.reply or "")
    assert not re.search(r"\b(?:te|tu|teu|tua|escreve-nos|recebes|contigo)\b", found.reply or "")
    assert "order" in (found.gloss or "")
    assert [check.name for check in found.checks if not check.ok] == []
