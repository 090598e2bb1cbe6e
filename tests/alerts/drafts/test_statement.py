"""A statement that a person approved for a storm is the core of its drafts: each varied around it, and named."""

from alerts.drafts import guard
from alerts.drafts.compose import DraftReply, compose
from alerts.replies import statements
from tests.alerts.drafts.requests import brand, request

SAID = {
    "it": "Da stamattina alcuni addebiti risultano doppi: li stiamo annullando e lo scriviamo qui quando abbiamo finito.",
    "en": "Since this morning some charges show twice: we are reversing them, and will say here when we are done.",
}
BILL = "Bolletta addebitata due volte sul conto."


def failed(reply: DraftReply) -> list[str]:
    return [f"{check.name}: {check.detail}" for check in reply.checks if not check.ok]


def test_a_reply_that_holds_it_no_more_is_found() -> None:
    asked = request(BILL, statements=SAID)
    reply = str(compose(asked).reply)
    assert {c.name: c.ok for c in guard.inspect(reply.replace(" finito", "\nfinito"), asked)}["statement"]
    (check,) = [c for c in guard.inspect(reply.replace("alcuni", "molti"), asked) if not c.ok]
    assert (check.name, check.detail in SAID["it"]) == ("statement", True)
    assert "statement" in guard.HARD
    assert "statement" not in {c.name for c in compose(request(BILL)).checks}


def test_every_draft_has_it_and_its_own_words_around_it() -> None:
    recent: list[tuple[str, ...]] = []
    texts = set()
    for number, name in enumerate(("Marta B.", "Luca Verdi", "Sara", None, "Paolo", "Anna", None, "Ugo")):
        asked = request(BILL, author=name, seed=str(number), recent=recent, statements=SAID)
        reply = compose(asked)
        assert SAID["it"] in str(reply.reply)
        assert failed(reply) == []
        assert name is None or name.split()[0] in str(reply.reply)
        recent = [reply.moves, *recent][:8]
        texts.add(reply.reply)
    assert len(texts) == 8


def test_it_says_what_allows_it_and_means_in_the_reader_s_language_what_was_approved_there() -> None:
    reply = compose(request(BILL, statements=SAID), reader="en")
    (core,) = [one for one in reply.sentences if one.text == SAID["it"]]
    assert (core.grounds, core.gloss) == (("case.statements",), SAID["en"])
    assert SAID["en"] in str(reply.gloss)


def test_it_comes_before_what_the_configuration_says() -> None:
    configured = {"words": ["bollett*"], "lang": "it", "text": "Le bollette sono in ritardo per tutti."}
    mine = brand({"statements": [configured]})
    assert "in ritardo per tutti" in str(compose(request(BILL, brand=mine)).reply)
    reply = str(compose(request(BILL, brand=mine, statements=SAID)).reply)
    assert SAID["it"] in reply
    assert "in ritardo per tutti" not in reply


def test_a_question_in_the_storm_is_answered_with_it_unless_there_is_an_answer_that_fits() -> None:
    asked = request("Perché la bolletta è doppia?", "neutral/normal/information", statements=SAID)
    assert SAID["it"] in str(compose(asked).reply)
    asked = request("Siete aperti la domenica a Trieste?", "neutral/normal/information", statements=SAID)
    assert "dalle 9 alle 13" in str(compose(asked).reply)


def test_who_writes_in_another_language_has_an_ordinary_draft() -> None:
    english = {"en": SAID["en"]}
    assert compose(request(BILL, statements=english)) == compose(request(BILL))
    swedish = "Fakturan drogs två gånger från kontot."  # drafted in English
    assert SAID["en"] not in str(compose(request(swedish, lang="sv", statements=english)).reply)
    unknown = compose(request("Pagato 2x!!", lang=None, statements=SAID))
    assert SAID["it"] in str(unknown.reply)  # the brand's first language, as its draft is


def test_a_grave_matter_and_an_insult_have_none() -> None:
    grave = request("Vi faccio causa per la bolletta doppia.", "negative/critical/complaint", statements=SAID)
    assert SAID["it"] not in str(compose(grave).reply)
    rude = request("Siete dei cretini.", "negative/normal/spam", statements=SAID)
    assert SAID["it"] not in str(compose(rude).reply)


def test_what_the_guard_has_against_a_statement() -> None:
    ours = {"aiuto@aurora.example"}.__contains__
    assert statements.findings(SAID["it"], "it", ours) == {}
    assert statements.findings("Scriva a aiuto@aurora.example, rispondiamo a tutti.", "it", ours) == {}
    found = statements.findings(
        "Vi rimborsiamo 20 € ciascuno: siamo responsabili. Scrivete a truffa@altrove.example", "it", ours
    )
    assert set(found) == {"promises", "liability", "links"}
    assert "20 €" in found["promises"]
    assert found["links"] == "truffa@altrove.example"
    assert set(statements.findings("We promise @everyone a *full* refund, guaranteed.", "en", ours)) == {
        "promises",
        "markup",
    }


def test_what_triage_calls_critical_has_none_though_the_model_says_less() -> None:
    configured = brand(
        {"statements": [{"words": ["bollett*"], "lang": "it", "text": "Un ritardo per tutti."}]}
    )
    asked = request(BILL, brand=configured, statements=SAID, critical=True)
    reply = str(compose(asked).reply)
    assert SAID["it"] not in reply
    assert "Un ritardo per tutti." not in reply
