"""A generated text states what its composed draft states: what is invented is refused, what is worded anew is not."""

from typing import Any

import pytest

from alerts.drafts import plan, writing
from alerts.drafts.compose import DraftReply, compose
from alerts.drafts.generator import prompt
from alerts.drafts.generator.faults import faults
from alerts.drafts.generator.grounding import courtesies, unfounded
from alerts.drafts.phrases import languages
from alerts.drafts.plan import Plan
from alerts.drafts.request import DraftRequest
from tests.alerts.drafts.generator.sentences import HONEST, INVENTED, MATTERS, OTHER_FORM, TOPICS
from tests.alerts.drafts.requests import brand, request

EACH = [(lang, sentence) for lang, sentences in INVENTED.items() for sentence in sentences]
REWORDED = [(lang, number, text) for lang, texts in HONEST.items() for number, text in texts]


def drafted(
    lang: str, number: int = 0, text: str | None = None, **values: Any
) -> tuple[DraftRequest, Plan, DraftReply]:
    told: dict[str, Any] = {
        "lang": lang,
        "topics": (TOPICS[number],),
        "seed": f"aurora:shop:{number}:1",
    } | values
    asked = request(text or MATTERS[lang][number], detect=lambda text: lang, **told)
    return asked, plan.make(asked), compose(asked)


def found(text: str, asked: DraftRequest, wanted: Plan, draft: DraftReply) -> list[str]:
    return list(unfounded(text, asked, wanted, draft, prompt.kept(wanted, draft)))


def test_the_tables_are_long_enough() -> None:
    assert set(INVENTED) == set(HONEST) == set(languages())
    assert len(EACH) >= 60
    assert len(REWORDED) >= 40


@pytest.mark.parametrize(("lang", "sentence"), EACH)
def test_what_is_invented_is_refused(lang: str, sentence: str) -> None:
    asked, wanted, draft = drafted(lang)
    plain = prompt.bare(draft)
    assert found(plain, asked, wanted, draft) == []
    text = f"{plain} {sentence}"
    assert "unfounded" in faults(text, writing.signed(text, asked.brand), asked, wanted, draft)


@pytest.mark.parametrize("lang", OTHER_FORM)
def test_the_other_form_of_address_is_refused(lang: str) -> None:
    formal, familiar, never, nor = OTHER_FORM[lang]
    for form, others, mine in ((formal, never, nor), (familiar, nor, never)):
        asked, wanted, draft = drafted(lang, brand=brand(voice={"formality": form}))
        plain = prompt.bare(draft)
        assert "form of address" not in faults(
            plain, writing.signed(plain, asked.brand), asked, wanted, draft
        )
        for sentence, wrong in (*((one, True) for one in others), *((one, False) for one in mine)):
            text = f"{plain} {sentence}"
            found_ = faults(text, writing.signed(text, asked.brand), asked, wanted, draft)
            assert ("form of address" in found_) is wrong, text


@pytest.mark.parametrize(("lang", "number", "text"), REWORDED)
def test_what_is_worded_anew_stands(lang: str, number: int, text: str) -> None:
    asked, wanted, draft = drafted(lang, number)
    kept = prompt.kept(wanted, draft)
    contact = wanted.facts["contact"]
    (when,) = (words for words in kept if words != contact)
    said = text.format(contact=contact, when=when)
    assert found(said, asked, wanted, draft) == []
    assert faults(said, writing.signed(said, asked.brand), asked, wanted, draft) == []


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("number", range(len(TOPICS)))
def test_every_composed_draft_states_what_it_states(lang: str, number: int) -> None:
    asked, wanted, draft = drafted(lang, number)
    assert found(prompt.bare(draft), asked, wanted, draft) == []


def test_a_deed_is_not_in_a_draft_that_only_names_it() -> None:
    """A refund that has not come is a problem; "we will refund" is a promise."""
    policy: dict[str, Any] = {"remedies": {}}
    words = "Aspetto il rimborso da un mese e non è mai arrivato."
    asked, wanted, draft = drafted("it", 0, words, topics=("refund_payment",), brand=brand(policy))
    assert "rimborso" in prompt.bare(draft)
    assert found("Ci dispiace per il rimborso.", asked, wanted, draft) == []
    for promise in ("La rimborseremo.", "Le rimborsiamo il caffè.", "Vi rimborseremo."):
        assert found(promise, asked, wanted, draft), promise


def test_the_customers_own_words_promise_nothing() -> None:
    words = "Consegna in ritardo. Riceverò il pacco prima di sera? Voglio un buono."
    asked, wanted, draft = drafted("it", 0, words)
    assert found("Ci dispiace per il pacco in ritardo.", asked, wanted, draft) == []
    for said in ("Riceverà il pacco prima di sera.", "Ci dispiace, il buono prima di sera.", "Un buono."):
        assert found(said, asked, wanted, draft), said


def test_a_time_is_that_of_one_deed() -> None:
    asked, wanted, draft = drafted("en")
    (when,) = (words for words in prompt.kept(wanted, draft) if "@" not in words)
    assert found(f"You'll hear from us {when}.", asked, wanted, draft) == []
    assert found(f"You'll hear from the carrier {when}.", asked, wanted, draft)
    assert found(f"We'll find out with the carrier {when}.", asked, wanted, draft)


def test_what_is_denied_is_stated() -> None:
    asked, wanted, draft = drafted("it")
    assert found("Non verifichiamo con il corriere che cosa è successo.", asked, wanted, draft)


def test_an_apology_stands_only_where_the_draft_has_one() -> None:
    asked, wanted, draft = drafted("it", 0, "Che bontà, caffè eccellente e personale gentilissimo!", label="positive/low/praise", topics=())  # fmt: skip
    text = f"Ci scusiamo davvero. {prompt.bare(draft)}"
    assert "apologies" in faults(text, writing.signed(text, asked.brand), asked, wanted, draft)


def test_every_language_has_its_courtesies() -> None:
    for lang in languages():
        known = courtesies(lang)
        assert known.small
        assert known.courtesies
        assert known.ands
    assert not {"non", "mai", "sempre", "entro", "prima"} & courtesies("it").small
    assert not {"not", "never", "before", "by then", "free"} & courtesies("en").small
