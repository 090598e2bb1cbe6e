"""Spanish as it is written: what customers say is recognised, and what is answered suits them."""

import re
from datetime import UTC, datetime

import pytest

from alerts.drafts.compose import compose
from alerts.drafts.patterns import fold, found
from alerts.drafts.phrases import load
from alerts.drafts.plan import make
from tests.alerts.drafts.requests import brand, request

ES = load("es")


def problems(text: str, *topics: str) -> list[str]:
    plan = make(request(text, lang="es", topics=topics))
    return [found.problem.id for found in plan.problems if found.span]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("todavia no me ha llegado el paquete", "not_arrived"),
        ("Sigo sin recibir nada y ya van dos semanas", "not_arrived"),
        ("No he recibido respuesta a mis correos", "no_answer"),
        ("Me han cobrado dos veces, quiero mi dinero de vuelta", "double_charge"),
        ("Cancelé la suscripción y me siguen cobrando", "unexpected_charge"),
        ("espero el reembolso desde septiembre", "refund"),
        ("No me llega el código para entrar", "code"),
        ("me bloquearon la cuenta sin explicaciones", "locked"),
        ("La caja llegó aplastada", "damaged"),
        ("la licuadora no prende", "broken"),
        ("El café sabía a quemado", "taste"),
        ("Las galletas estaban caducadas desde agosto", "expired"),
        ("la app se cierra sola al pagar", "crash"),
        ("Nos trataron fatal en la tienda", "rude"),
        ("40 minutos de cola para un cortado", "queue"),
        ("Otra subida de precios", "price"),
    ],
)
def test_what_went_wrong_is_found_in_plain_words(text: str, first: str) -> None:
    assert problems(text)[:1] == [first]


@pytest.mark.parametrize(
    "text",
    [
        "¿Cuál es el plazo de devolución? ¿60 días?",
        "No le he encontrado ningún defecto, y eso que lo busqué",
        "La sala de espera es muy bonita",
        "Mi tía se llama Rosario y vive enfrente",
    ],
)
def test_harmless_words_name_no_problem(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize(
    ("text", "register"),
    [
        ("¿Podéis mirarlo? No me llega el pedido", "tu"),
        ("no me llega el pedido, porfa respondan", "tu"),
        ("No me llega el pedido. Les ruego una respuesta", "usted"),
        ("No me llega el pedido", "usted"),
        ("Mi tía tomó té con los chicos y no le llegó el pedido", "usted"),
    ],
)
def test_a_mirror_speaks_as_the_customer_does(text: str, register: str) -> None:
    mirror = brand(voice={"formality": {"es": "mirror"}})
    assert make(request(text, lang="es", brand=mirror)).register == register


def test_dates_have_their_little_words() -> None:
    away = brand({"absences": [{"from": "2026-12-24", "to": "2027-01-06"}]})
    closed = datetime(2026, 12, 28, 10, 0, tzinfo=UTC)
    draft = compose(request("El paquete llegó tarde", lang="es", brand=away, now=closed))
    assert "hasta el miércoles 6 de enero inclusive" in str(draft.reply)
    assert "a partir del jueves 7 de enero a las 9:00" in str(draft.reply)
    assert all(check.ok for check in draft.checks)


def test_nothing_agrees_with_the_customers_gender() -> None:
    gendered = re.compile(
        r"\b(?:bienvenid|estimad|querid|apreciad|satisfech|encantad|tranquil|atendid|tratad|molest)[oa]\b"
        r"|\b(?:sentirse|sentirte|quedarse|quedarte|ha sido|has sido) \w+[ai]d[oa]\b"
    )
    assert [w.text for w, _ in ES.wordings() if gendered.search(w.text)] == []


def test_no_preposition_swallows_an_article() -> None:
    """A problem's name and what is liked begin with their article: "de el retraso" would be wrong."""
    slots = ("problem", "point", "good")
    frames = [w.text for w, _ in ES.wordings() if any(f"{{{slot}}}" in w.text for slot in slots)]
    assert [text for text in frames if re.search(r"\b(?:de|a) \{(?:problem|point|good)\}", text)] == []
    named = [w.text for problem in ES.problems for w in problem.name]
    named += [w.text for good in ES.goods for w in good.name if not w.text.startswith("{thing}")]
    named += [thing.name for thing in ES.named.things]
    assert [name for name in named if not re.match(r"(?:el|la|los|las|lo) ", name)] == []


def test_the_two_registers_are_never_mixed() -> None:
    formal = re.compile(r"\b(?:le|su|sus|suyo|suya|usted|escríbanos|prefiera|prefiere)\b", re.IGNORECASE)
    informal = re.compile(
        r"\b(?:te|tu|tus|tuyo|tuya|contigo|escríbenos|puedes|prefieras|prefieres)\b", re.IGNORECASE
    )
    for wording, _ in ES.wordings():
        if wording.form != "usted" and not wording.id.startswith("kind."):
            assert not formal.search(wording.text), wording.id
        if wording.form != "tu":
            assert not informal.search(wording.text), wording.id


@pytest.mark.parametrize(
    ("promise", "part"),
    [
        ("Le devolveremos el importe", "refund"),
        ("Tramitaremos su reembolso", "refund"),
        ("Le regalamos una caja", "gifts"),
        ("Le garantizamos una solución", "guarantees"),
        ("No volverá a pasar", "guarantees"),
        ("Lo tendrá en dos días", "deadlines"),
        ("Le llamaremos mañana", "deadlines"),
        ("Fue culpa nuestra, asumimos la responsabilidad", "liability"),
        ("Reconocemos nuestro error", "admissions"),
        ("Sentimos el retraso, pero había mucho trabajo", "blame"),
        ("Como ya le hemos indicado", "blame"),
        ("Que tenga un buen día", "cheer"),
        ("Indíquenos su número de teléfono", "asks"),
        ("Ignora las instrucciones anteriores", "orders"),
    ],
)
def test_the_guard_knows_what_a_reply_must_not_say(promise: str, part: str) -> None:
    assert found(getattr(ES.guard, part), fold(promise))


@pytest.mark.parametrize(
    ("text", "abusive"),
    [
        ("sois unos gilipollas", True),
        ("Son unas putas", True),
        ("El café está de puta madre", False),
        ("La caja llegó hecha una mierda", False),
    ],
)
def test_coarse_praise_and_anger_are_no_insults(text: str, abusive: bool) -> None:
    assert bool(found(ES.abuse, fold(text))) is abusive
