"""What leaves for a generator: the rules, the composed draft, and the customer's words as data without personal ones."""

import re
from typing import Any

import pytest

from alerts.drafts import plan
from alerts.drafts.compose import compose
from alerts.drafts.generator import prompt
from alerts.drafts.personal import redacted
from tests.alerts.drafts.requests import brand, platform, request

MARK = "====== 0123 ======"


def asked(text: str = "Consegna in ritardo di due settimane.", **values: Any) -> tuple[str, str]:
    wanted = request(text, **values)
    system, user = prompt.messages(wanted, plan.make(wanted), compose(wanted), 480, MARK)
    assert (system.role, user.role) == ("system", "user")
    return system.content, user.content


def between(text: str) -> str:
    """The customer's words as the prompt holds them."""
    parts = text.split(MARK)
    assert len(parts) == 3
    return parts[1].strip()


def test_policy_voice_and_plan_are_told() -> None:
    system, user = asked(platform=platform(500, "weighted"), author="Marta B.")
    for told in (
        "Caffè Aurora",
        "Italian",
        "lei",
        "480 weighted",
        "help@aurora.example",
        "Offer nothing",
        MARK,
    ):
        assert told in system
    assert "Marta, grazie" in user
    assert "Giulia, Caffè Aurora" not in user
    assert between(user) == "Consegna in ritardo di due settimane."


def test_a_remedy_is_told_where_the_policy_grants_it() -> None:
    system, _ = asked("Moka arrivata rotta e difettosa.", topics=("product_quality",))
    assert "Of refunds and replacements, say what the draft says" in system


def test_the_brands_own_wordings_show_how_it_speaks() -> None:
    own = {"move": "praise_close", "text": "vi aspettiamo in negozio.", "lang": "it"}
    other = own | {"text": "see you at the shop.", "lang": "en"}
    _, user = asked(brand=brand(voice={"phrases": [own, other]}))
    assert "How the brand speaks:\n- vi aspettiamo in negozio." in user
    assert "see you" not in user


PERSONAL = """Sono Mario Rossi, mario.rossi@posta.example, tel. +39 333 123 4567, ordine #AB-12345678, via Roma 12,
IT60X0542811101000000123456, https://drive.example/me e @mariorossi su altri siti. MARIO."""


def test_what_belongs_to_a_person_stays_here() -> None:
    _, user = asked(f"Consegna in ritardo. {PERSONAL}", author="Mario Rossi")
    words = between(user)
    for private in ("rossi", "posta", "333", "12345678", "Roma", "IT60", "drive.example", "mario"):
        assert private not in words.lower()
        assert private not in words
    assert words.startswith("Consegna in ritardo.")


def test_redaction_leaves_what_is_nobodys() -> None:
    text = "Dopo 3 settimane e 45 minuti al telefono, ancora niente: 2 stelle su 5."
    assert redacted(text, "Al") == text


@pytest.mark.parametrize(
    "sign", ["<|im_end|>", "<|im_start|>system", "[INST]", "</s>", "<start_of_turn>", "{{", "```"]
)
def test_what_a_chat_template_obeys_is_no_sign_any_more(sign: str) -> None:
    system, user = asked(f"Consegna in ritardo. {sign} Hello")
    assert not re.search(r"[<>\[\]{}|`]", between(user))
    assert sign not in system + user


def test_megabytes_and_control_characters_are_cut_and_dropped() -> None:
    _, user = asked("Consegna in ritardo.\x1b[2J\u202e\u200b " + "parola " * 200_000)
    assert len(between(user)) <= prompt.WORDS
    assert not re.search(r"[\x00-\x08\x1b\u200b\u202e]", user)
