"""German drafts: the problem by its name, the register, nouns with a capital, dates as Germans write them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from alerts.drafts import guard, quoting
from alerts.drafts.compose import compose
from alerts.drafts.patterns import fold, found
from alerts.drafts.phrases import load
from alerts.drafts.plan import make
from alerts.drafts.request import DraftReply
from tests.alerts.drafts.requests import AURORA, brand, request

DE = load("de")
POLICY = {"holidays": "DE"}


def plan_of(text: str, label: str = "negative/high/complaint", **values: Any) -> Any:
    return make(request(text, label, lang="de", **values))


def draft(text: str, label: str = "negative/high/complaint", form: str = "sie", **values: Any) -> DraftReply:
    values = {"brand": brand(POLICY, {"formality": {"de": form}})} | values
    return compose(request(text, label, lang="de", **values))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Mein Paket ist seit zwei Wochen verschwunden.", "not_arrived"),
        ("paket is immer noch nicht da", "not_arrived"),
        ("Wo bleibt mein Geld, ich warte auf die Rückerstattung!", "refund"),
        ("Trotz Kündigung weiter abgebucht.", "unexpected_charge"),
        ("Mir wurde zweimal derselbe Betrag abgebucht", "double_charge"),
        ("Die Pizza war kalt und der Teig zäh", "taste"),
        ("Der Kaffee war kalt", "temperature"),
        ("Die Maschine funktioniert nach einer Woche nicht mehr", "broken"),
        ("Der Griff ist abgebrochen", "defect"),
        ("Falsche Größe geliefert", "wrong_item"),
        ("Glas kam in Scherben an", "damaged"),
        ("Die App stürzt ständig ab", "crash"),
        ("Ich komme nicht mehr in meinen Account", "locked"),
        ("Seit Tagen kein Internet", "service_down"),
        ("Unverschämtes Personal", "rude"),
        ("40 Minuten Warteschleife", "hold"),
        ("Auf drei Mails keine Antwort", "no_answer"),
        ("Die Dusche war verdreckt", "dirty"),
        ("Viel zu viel Plastik", "waste"),
        ("Völlig überteuert", "price"),
    ],
)
def test_problems_are_known_by_their_words(text: str, problem: str) -> None:
    assert plan_of(text).problem.id == problem


@pytest.mark.parametrize(
    "text",
    [
        "Der Kellner war halt nicht da, sonst alles gut",
        "Das Gewinnspiel geht ab 18 Uhr los",
        "Wir kommen gern wieder",
    ],
)
def test_what_is_no_problem_is_none(text: str) -> None:
    assert all(found.span is None for found in plan_of(text, "neutral/low/other").problems)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Könnt ihr mir sagen, wo mein Paket bleibt? Es ist nicht angekommen.", "du"),
        ("hey, eure lieferung kam zu spät", "du"),
        ("Können Sie mir sagen, wo mein Paket bleibt? Es ist nicht angekommen.", "sie"),
        ("Ihr Kundenservice antwortet nicht. Sehr geehrtes Team, bitte melden Sie sich.", "sie"),
        ("Paket nicht angekommen.", "sie"),
    ],
)
def test_the_customers_register_is_followed(text: str, form: str) -> None:
    assert plan_of(text, brand=brand({}, {"formality": {"de": "mirror"}})).register == form


@pytest.mark.parametrize("form", ["sie", "du"])
def test_the_registers_are_never_mixed(form: str) -> None:
    wrong = {"sie": r"{du,dir,dich,dein,deine,deiner,deinen,deinem}", "du": r"{ihnen,ihre,ihrer,ihren,ihrem}"}
    for wording, _ in DE.wordings():
        if wording.form == form or (wording.form is None and not wording.id.startswith("kind.")):
            assert not phrases_in(wrong[form], wording.text), wording.id


def phrases_in(pattern: str, text: str) -> list[str]:
    return found((pattern,), fold(text, None))


def test_a_draft_names_the_problem_and_what_happens_next() -> None:
    said = draft("Meine Bestellung ist nicht angekommen.", topics=("delivery",), author="Sabine Krause")
    assert [check.name for check in said.checks if not check.ok] == []
    assert "Sabine" in (said.reply or "")
    assert "Bestellung" in (said.reply or "") or "Lieferung" in (said.reply or "")
    assert "help@aurora.example" in (said.reply or "")


def test_the_remedy_is_offered_where_the_policy_grants_it() -> None:
    offered = draft("Die Maschine ist kaputt.", topics=("product_quality",))
    assert "Erstattung" in (offered.reply or "") or "erstatten" in (offered.reply or "")
    bare = draft("Die Maschine ist kaputt.", topics=("product_quality",), brand=brand({"remedies": {}}))
    assert "rstatt" not in (bare.reply or "")


def test_what_is_grave_is_formal_and_private() -> None:
    said = draft("Nach dem Joghurt lag mein Sohn mit Erbrechen in der Notaufnahme.", "negative/critical/complaint", "du")  # fmt: skip
    assert [check.name for check in said.checks if not check.ok] == []
    assert "Sie" in (said.reply or "")
    assert "112" in (said.private_reply or "")
    assert "entschuldig" not in (said.reply or "").casefold()


def test_an_ordinary_noun_is_no_name() -> None:
    assert quoting.praise(fold("Bester Kaffee der Stadt!"), DE, AURORA) == "Bester Kaffee der Stadt"
    assert quoting.praise(fold("Viel besser als Tchibo und super!"), DE, AURORA) is None
    assert quoting.praise(fold("Kollegin Brömmel war super!"), DE, AURORA) is None


def test_the_guard_tells_nouns_from_names() -> None:
    said = draft("Die Lieferung von Herrn Brömmel kam zu spät.", topics=("delivery",))
    assert next(check for check in said.checks if check.name == "names").ok
    wrong = request("Die Lieferung von Herrn Brömmel kam zu spät.", lang="de", topics=("delivery",))
    checks = guard.inspect("Guten Tag, die Lieferung hat Herr Brömmel verspätet gebracht.", wrong, lang="de")
    assert next(check.detail for check in checks if check.name == "names") == "Brömmel"


def test_dates_are_written_as_in_german() -> None:
    closed = brand(
        {"holidays": "DE", "absences": [{"from": "2026-12-23", "to": "2027-01-03"}]},
        {"formality": {"de": "sie"}},
    )
    said = draft("Die Lieferung kam zu spät.", brand=closed, now=datetime(2026, 12, 27, 11, tzinfo=UTC))
    assert "bis einschließlich Sonntag, 3. Januar" in (said.reply or "")
    assert "am Montag, 4. Januar, ab 9:00 Uhr" in (said.reply or "")


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("Guten Tag, wir schicken Ihnen einen Gutschein über 20 Euro.", "promises"),
        ("Guten Tag, wir erstatten Ihnen den Kaufpreis.", "promises"),
        ("Guten Tag, das kommt nie wieder vor, das garantieren wir.", "promises"),
        ("Guten Tag, das Paket kommt innerhalb von zwei Tagen.", "promises"),
        ("Guten Tag, wir haften für den Schaden.", "liability"),
        ("Guten Tag, es tut uns leid, aber Sie hätten die Anleitung lesen sollen.", "tone"),
    ],
)
def test_the_guard_reads_german(text: str, check: str) -> None:
    wanted = request("Die Bedienung war unfreundlich.", lang="de", topics=("staff",))
    checks = guard.inspect(text, wanted, lang="de")
    assert not next(one for one in checks if one.name == check).ok
