"""*A statement for everybody* and *All who wrote*: what the form objects to, one click, and the drafts of all authors."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from typing import Any

import pytest
from sqlmodel import col, select

from alerts import notices
from alerts.channels.slack import menu
from alerts.channels.slack.forms import FORMS, statement
from alerts.channels.slack.forms.base import Values, fingerprint
from alerts.channels.slack.forms.statement import Approved, Known
from alerts.channels.slack.listener import Listener
from alerts.drafts.compose import compose
from alerts.replies import statements
from alerts.replies.redrafting import redraft_waiting
from alerts.replies.statements import Spoken
from alerts.words import Words
from store.brand import Brand, Policy
from store.db import Database
from store.tables import Audit, Draft
from tests.alerts.channels.kinds import STORM
from tests.alerts.channels.slack.ear import MARTA, Again, Ear, actions, case_of, http_ear, redelivered
from tests.alerts.rows import add_case, add_draft, add_mention
from tests.fake_slack import FakeSlack

pytestmark = pytest.mark.timeout(120)
SAID = "Da stamattina alcuni addebiti risultano doppi: li stiamo annullando uno per uno."
AURORA = Brand(key="aurora", name="Caffè Aurora", policy=Policy(contacts={"default": "help@aurora.example"}))
NAMES = ("Marta", "Luca", "Sara", "Paolo", "Anna", "Ugo", "Piero")
TODAY = date(2026, 11, 24)


@pytest.fixture
def storm(slack: FakeSlack, db: Database, now: datetime) -> Iterator[Ear]:
    """Seven who wrote of one matter, as one case in #reputation; Italian words."""
    listener = Listener(db, Words("it"), {"aurora": AURORA}, lambda: None, clock=lambda: now)
    with db.write() as session:
        case = None
        for number, name in enumerate(NAMES):
            fields: dict[str, Any] = {"title": None, "author": f"{name} B.", "urgency": "normal"}
            text = f"Bolletta numero {number} addebitata due volte sul conto."
            mention = add_mention(session, now, number, text=text, **fields)
            case = case or add_case(session, mention, now, urgency="normal", storm=True)
            mention.case_id = case.id
            add_draft(session, case, mention, now)
        assert case is not None
        notices.announce(session, case, ["slack"], now)
    with http_ear(slack, listener) as ear:
        ear.deliver()
        yield ear


def state(view: dict[str, Any], ticked: bool = False, **texts: str) -> dict[str, Any]:
    """What Slack would send of the form, by language."""
    blocks: dict[str, Any] = {}
    for block in (block for block in view["blocks"] if block["type"] == "input"):
        name = block["block_id"]
        if name.startswith("checked"):
            blocks[name] = {"checked": {"selected_options": [{"value": "checked"}] if ticked else []}}
        else:
            text = texts.get(name[len("statement_") :].partition(".")[0], "")
            blocks[name] = {"text": {"value": text}}
    return blocks


def detect(text: str) -> str:
    return "en" if text.startswith("Since") else "it"


def read(texts: dict[str, str], ticked: bool = False, said: dict[str, str] | None = None) -> Any:
    known = Known(said or {}, Spoken((("it", 9), ("en", 2))), (), ("help@aurora.example",))
    view = statement.view(STORM, known, Words("en"))
    return FORMS["statement"].read(Values(state(view, ticked, **texts), detect), Words("en"), TODAY)


def test_what_is_written_is_read_by_language() -> None:
    said = {"en": "We are reversing the double charges."}
    assert read({"it": f"  {SAID}\n", "en": ""}, said=said) == Approved({"it": SAID}, statement.mark(said))
    assert read({}) == Approved({}, statement.mark({}))


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Troppo corto.", "Write at least 20 letters."),
        ("x" * 601, "Write at most 600 letters."),
        (f"{SAID} Bastava controllare prima.", "Please check: blame, shouting, or cheer that is out of place (Bastava). If it is right, tick the box below."),
        ("Since this morning some charges show twice: we are reversing them.", "Please check: another language than the field's (English). If it is right, tick the box below."),
        (f"{SAID} A ciascuno 20 €.", "Please check: a sum, a gift, a guarantee, a refund or a time (20 €). If it is right, tick the box below."),
        (f"{SAID} https://evil.example/x", "Please check: an address or a number that is not in your policy (https://evil.example/x). If it is right, tick the box below."),
    ],
)  # fmt: skip
def test_what_is_objected_to_is_said_and_goes_with_the_box(text: str, wrong: str) -> None:
    assert list(read({"it": text}).values()) == [wrong]
    ticked = read({"it": text}, ticked=True)
    assert isinstance(ticked, Approved) is wrong.startswith("Please")


def test_the_brand_s_own_contacts_are_no_strangers() -> None:
    assert isinstance(read({"it": f"{SAID} Scriva a help@aurora.example."}), Approved)


def test_the_form_names_languages_and_who_approves() -> None:
    known = Known({}, Spoken((("it", 940), ("en", 1)), 2, 280), ("U0MARTA", "@legal"))
    shown = str(statement.view(STORM, known, Words("en")))
    assert "In Italian, for 940 mentions" in shown
    assert "In English, for 1 mention'" in shown
    assert "approved by U0MARTA and @legal alone" in shown
    assert "2 mentions are in languages that no drafts are written in" in shown
    assert "may have 280 characters" in shown


def test_from_the_storm_s_message_to_a_draft_for_each_of_its_authors(storm: Ear, again: Again) -> None:
    storm.click("statement")
    view = storm.modal("statement")
    assert "In italiano, per 7 menzioni" in str(view)
    refused = storm.say(storm.slack.submission(view, statement_it=f"{SAID} Rimborsiamo 20 €."))
    assert "Da controllare" in str(refused["errors"])
    sent = storm.slack.submission(view, statement_it=SAID)
    storm.say(sent)
    storm.until(lambda: case_of(storm).statements == {"it": SAID})
    redelivered(storm, again, sent)
    assert actions(storm).count("statement") == 1
    with storm.listener.db.read() as session:
        (row,) = session.exec(select(Audit).where(Audit.action == "statement")).all()
    assert (row.who, row.at) == (MARTA, storm.listener.clock())
    write = partial(compose, reader="it")
    assert redraft_waiting(
        storm.listener.db, storm.listener.brands, now=storm.listener.clock(), compose=write
    ) == len(NAMES)
    storm.deliver()
    first, line = storm.slack.messages
    assert SAID in first.words()
    assert "marta ha approvato una dichiarazione per tutti" in line.words()
    storm.slack.views.clear()
    storm.say(storm.slack.chosen(first, "writers"))
    page = storm.modal("writers")
    for name in NAMES[:5]:
        assert f"{name} B." in str(page)
    assert str(page).count(SAID) == 5
    storm.say(storm.slack.in_view(page, menu.turned("writers", 2)))
    storm.until(lambda: "Piero B." in str(storm.slack.views[page["id"]]))
    assert str(storm.slack.views[page["id"]]).count(SAID) == 2
    with storm.listener.db.read() as session:
        texts = session.exec(select(Draft.reply).order_by(col(Draft.id))).all()
    assert len(set(texts)) == len(NAMES)


def test_who_wrote_one_from_an_old_form_is_told_and_loses_nothing(storm: Ear) -> None:
    storm.click("statement")
    view = storm.modal("statement")
    storm.say(storm.slack.submission(view, statement_it=SAID))
    storm.until(lambda: case_of(storm).statements)
    other = "Un altro testo, che Luca aveva scritto nel frattempo."
    storm.say(storm.slack.submission(view, "U0LUCA", "luca", statement_it=other))
    storm.until(lambda: storm.slack.private)
    assert "marta" in storm.slack.private[-1]["text"]
    assert other in str(storm.slack.private[-1])
    assert case_of(storm).statements == {"it": SAID}


def test_only_whom_the_policy_names_may_approve_it(storm: Ear) -> None:
    policy = AURORA.policy.model_copy(update={"approval": {"normal": ("@legal",)}})
    storm.listener.brands["aurora"] = AURORA.model_copy(update={"policy": policy})  # type: ignore[index]
    storm.click("statement")
    view = storm.modal("statement")
    assert "può approvarla solo: @legal" in str(view)
    storm.say(storm.slack.submission(view, statement_it=SAID))
    storm.until(lambda: storm.slack.private)
    assert storm.slack.private[-1]["text"] == Words("it")._(statements.NOT_YOURS, names="＠legal")
    assert SAID in str(storm.slack.private[-1])
    assert case_of(storm).statements == {}
    storm.say(storm.slack.submission(view, "U0LUCA", "legal", statement_it=SAID))
    storm.until(lambda: case_of(storm).statements == {"it": SAID})


def test_there_is_a_field_for_each_language_and_none_is_dropped() -> None:
    spoken = Spoken(tuple((lang, 9) for lang in ("it", "en", "de", "fr", "es", "pt", "nl")))
    for known in (Known({}, spoken), Known({"nl": SAID}, Spoken(spoken.languages[:6]))):
        view = statement.view(STORM, known, Words("en"))
        fields = {str(b["block_id"]).partition(".")[0] for b in view["blocks"] if "block_id" in b}
        assert {f"statement_{lang}" for lang, _ in spoken.languages} <= fields


def test_a_contact_is_known_again_by_its_mark_alone() -> None:
    known = Known({}, Spoken((("it", 1),)), (), tuple(f"c{n}@aurora.example" for n in range(40)))
    (block,) = [
        b
        for b in statement.view(STORM, known, Words("en"))["blocks"]
        if str(b.get("block_id")).startswith("checked")
    ]
    assert len(block["block_id"]) <= 255
    assert fingerprint("c0@aurora.example") in block["block_id"]
