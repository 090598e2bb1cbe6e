"""French drafts: what customers write is recognised, and what is answered sounds like a person of that country."""

import re
from typing import Any

import pytest

from alerts.drafts import guard
from alerts.drafts.compose import compose
from alerts.drafts.phrases import ENTRY_WORDINGS, load
from alerts.drafts.reading import read
from alerts.drafts.request import DraftReply
from tests.alerts.drafts.requests import NOW, brand, request

FRENCH = load("fr")
FORMAL = re.compile(r"\b(?:vous|votre|vos|vôtre)\b", re.IGNORECASE)
INFORMAL = re.compile(r"\b(?:tu|te|toi|ton|ta|tes|tien)\b|\bt'", re.IGNORECASE)


def drafted(text: str, label: str = "negative/high/complaint", **values: Any) -> DraftReply:
    found = compose(request(text, label, **{"lang": "fr", "author": "Maëlle Girard"} | values))
    assert found.lang == "fr"
    assert found.reply is not None
    assert all(check.ok for check in found.checks if check.name in guard.HARD), found.checks
    return found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Commande passée le 3, toujours rien reçu", "not_arrived"),
        ("jai pas recu mon colis", "not_arrived"),
        ("le suivi n'a pas bougé depuis lundi", "not_arrived"),
        ("Deux semaines de retard", "late"),
        ("Le carton est arrivé éventré", "damaged"),
        ("vous vous êtes trompés de taille", "wrong_item"),
        ("Toujours pas remboursée, rendez-moi mon argent", "refund"),
        ("j'ai été débité deux fois", "double_charge"),
        ("Prélevée alors que j'ai résilié en mai, et vous continuez de prélever", "unexpected_charge"),
        ("impossible de me connecter", "locked"),
        ("le code n'arrive jamais", "code"),
        ("l'appli plante depuis la maj", "crash"),
        ("La machine ne s'allume plus", "broken"),
        ("capsules percées", "defect"),
        ("il manque une vis", "missing_part"),
        ("les biscuits étaient périmés", "expired"),
        ("café imbuvable, goût de brûlé", "taste"),
        ("vendeuse désagréable", "rude"),
        ("une heure de queue", "queue"),
        ("toilettes dégueulasses", "dirty"),
        ("réservation annulée la veille", "booking"),
        ("personne ne répond au mail", "no_answer"),
        ("réponse automatique, encore", "robot"),
        ("c'est hors de prix", "price"),
        ("plus jamais chez vous", "leaving"),
    ],
)
def test_problems_are_recognised(text: str, problem: str) -> None:
    found = read(request(text, lang="fr"), FRENCH).problems
    assert [one.problem.id for one in found if one.span][:1] == [problem]


@pytest.mark.parametrize(
    "text",
    [
        "Mon robot de cuisine fait tout, même la soupe",  # no answering machine
        "J'ai cru que c'était un rêve",  # not raw
        "Quelques moquettes et une perceuse plus tard",
        "Une tâche simple et un point c'est tout",
        "J'arrive toujours à l'heure grâce à vous",
        "Sous le sapin, un avoir été bien choisi",
    ],
)
def test_innocent_words_name_no_problem(text: str) -> None:
    assert [one.problem.id for one in read(request(text, lang="fr"), FRENCH).problems if one.span] == []


@pytest.mark.parametrize(
    ("text", "formality", "wanted"),
    [
        ("Où est mon colis ?", "vous", FORMAL),
        ("Où est mon colis ?", "tu", INFORMAL),
        ("salut, t'as vu mon colis ?", "mirror", INFORMAL),
        ("salut, vous avez vu mon colis ?", "mirror", FORMAL),
    ],
)
def test_the_register(text: str, formality: str, wanted: re.Pattern[str]) -> None:
    speaks = brand(voice={"formality": {"fr": formality}})
    for seed in "abcdefgh":
        reply = drafted(text, brand=speaks, topics=("delivery",), seed=seed).reply or ""
        other = INFORMAL if wanted is FORMAL else FORMAL
        assert wanted.search(reply), reply
        assert not other.search(reply), reply


def test_no_wording_mixes_the_registers() -> None:
    for wording, _ in FRENCH.wordings():
        both = FORMAL.search(wording.text.replace("rendez-vous", "")), INFORMAL.search(wording.text)
        assert not all(both), wording.text
        if wording.form:
            wrong = INFORMAL if wording.form == "vous" else FORMAL
            assert not wrong.search(wording.text), wording.text


def test_entries_that_fit_every_register_address_nobody() -> None:
    for entry in (*FRENCH.problems, *FRENCH.goods, *FRENCH.asks):
        for field in ENTRY_WORDINGS:
            for wording in getattr(entry, field, ()):
                text = wording.text.replace("rendez-vous", "")
                assert wording.form or not (FORMAL.search(text) or INFORMAL.search(text)), wording.text


def test_signs_of_two_parts_follow_a_no_break_space() -> None:
    for wording, _ in FRENCH.wordings():
        assert not re.search(r"[^\u00a0][:;?!»](?!\w)|«[^\u00a0]", wording.text), wording.text


def test_nothing_agrees_with_the_customers_gender() -> None:
    gendered = re.compile(
        r"\b(?:ch[eè]re?|dés?olée?|ravie?|satisfaite?|déçue?|bienvenue?|traitée?|reçue? par)\b"
    )
    assert [w.text for w, _ in FRENCH.wordings() if gendered.search(w.text)] == []


def test_what_went_wrong_melts_into_no_preposition() -> None:
    """A name begins with its article, which "de" and "à" would swallow."""
    for wording, _ in FRENCH.wordings():
        assert not re.search(r"\b(?:de|à|d'|du|au) ?\{(?:problem|point|good|place)\}", wording.text), (
            wording.text
        )


def test_a_danger_is_answered_formally_and_without_excuses() -> None:
    speaks = brand(voice={"formality": {"fr": "tu"}})
    found = drafted(
        "salut, tu te rends compte ? la prise a fondu, de la fumée partout",
        "negative/critical/complaint",
        brand=speaks,
        topics=("safety_health",),
    )
    assert "débranché" in (found.reply or "")
    assert "112" in (found.private_reply or "")
    assert not INFORMAL.search(f"{found.reply} {found.private_reply}")


def test_the_first_of_a_month() -> None:
    absences = [{"from": "2026-12-24", "to": "2027-01-01"}]
    found = drafted(
        "Colis perdu",
        brand=brand({"absences": absences}),
        topics=("delivery",),
        now=NOW.replace(month=12, day=26),
    )
    assert "jusqu'au vendredi 1er janvier inclus" in (found.reply or "")
    assert "samedi 2 janvier à 9h00" in (found.reply or "")


def test_a_name_of_two_parts_is_greeted() -> None:
    found = drafted("Colis perdu", author="Jean-Marc P.", topics=("delivery",))
    assert "Jean-Marc, " in (found.reply or "")


@pytest.mark.parametrize(
    ("said", "check"),
    [
        ("Nous vous rembourserons.", "promises"),
        ("Vous recevrez un bon d'achat.", "promises"),
        ("Vous aurez une réponse dans les 24 heures.", "promises"),
        ("Cela n'arrivera plus jamais.", "promises"),
        ("C'est une négligence de notre part.", "liability"),
        ("Nous sommes désolés, mais le délai était indiqué.", "tone"),
        ("Il fallait lire la notice.", "tone"),
        ("Bonne journée à vous.", "tone"),
    ],
)
def test_the_guard_knows_french(said: str, check: str) -> None:
    text = f"Bonjour, pour ce retard de livraison. {said}"
    asked = request("Livraison en retard.", lang="fr", topics=("delivery",))
    assert check in {one.name for one in guard.inspect(text, asked, lang="fr") if not one.ok}
