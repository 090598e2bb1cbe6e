"""What people do about a case: each leaves a trace and a line, is done once, and hides no criticism."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from alerts import cases, deeds
from alerts.card import load_card
from alerts.cases import Move
from alerts.drafts.compose import DraftReply, DraftRequest, compose
from store import labels
from store.brand import Brand, Policy
from store.db import Database
from store.errors import Permanent
from store.retention import forget
from store.tables import Audit, Case, Draft, Mention, Notification, NotificationKind, Reason, Score
from tests.alerts.rows import BRAND, REPLY, add_case, add_draft, add_mention, alert, desk, notification

MARTA, LUCA = "slack:U0MARTA:marta", "slack:U0LUCA:luca"
LATER = timedelta(minutes=5)
AD = "Guadagna da casa! Scrivimi in privato, contatti veloci e soldi facili."
INSULT = "Siete tutti dei cretini e dei pagliacci."
STRICT = BRAND.model_copy(update={"policy": Policy(clauses={"spam": "3.1", "abuse": "3.2"})})


def opened(db: Database, now: datetime, **fields: Any) -> int:
    with db.write() as session:
        return alert(session, now, **fields)


def told(db: Database) -> list[tuple[str, dict[str, Any]]]:
    """Deeds in the audit log with their details."""
    with db.read() as session:
        rows = session.exec(select(Audit).where(Audit.action != "label").order_by(col(Audit.id)))
        return [(row.action, row.detail) for row in rows]


def lines(db: Database) -> list[str]:
    with db.read() as session:
        rows = session.exec(select(Notification).where(Notification.kind == NotificationKind.THREAD))
        return [str(row.body["event"]) for row in sorted(rows, key=lambda row: row.id or 0)]


def case_of(db: Database, case_id: int) -> Case:
    with db.read() as session:
        return session.get_one(Case, case_id)


def about(session: Session, now: datetime, text: str, category: str = "spam", **score: Any) -> int:
    """A case about one text, that the model calls spam."""
    mention = add_mention(session, now, text=text, stars=None, **score)
    case = add_case(session, mention, now, urgency="normal")
    score_of(session, mention).category = category
    return case.id or 0


def score_of(session: Session, mention: Mention) -> Score:
    mine = select(Score).where(Score.mention_id == mention.id, Score.revision == mention.revision)
    return session.exec(mine).one()


# ---------------------------------------------------------------------------- replies and notes


def test_a_persons_reply_is_shown_instead_of_the_draft(database: Database, now: datetime) -> None:
    with database.write() as session:
        mention = add_mention(session, now)
        case = add_case(session, mention, now)
        add_draft(session, case, mention, now, checks=[{"name": "promises", "ok": False, "detail": "x"}])
        assert deeds.save_reply(
            desk(session, now), case.id or 0, MARTA, "  Cara Giulia\x00, ci chiami. \n"
        ).done
        card = load_card(session, case.id or 0, BRAND, now)
    assert card.draft is not None
    assert (card.draft.reply, card.draft.edited) == ("Cara Giulia\ufffd, ci chiami.", True)
    assert card.draft.checks == ()  # they were the draft's
    assert told(database) == [("reply", {})]  # the text stays where it is erased with the case
    with database.write() as session:
        assert deeds.save_reply(desk(session, now), case.id or 0, MARTA, " ").done
        card = load_card(session, case.id or 0, BRAND, now)
    assert card.draft is not None
    assert (card.draft.reply, card.draft.edited) == (REPLY, False)


def test_a_reply_where_no_draft_was_is_shown_too(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    with db.write() as session:
        deeds.save_reply(desk(session, now), case_id, MARTA, "Cara Giulia")
        card = load_card(session, case_id, BRAND, now)
    assert card.draft is not None
    assert (card.draft.reply, card.draft.lang, card.draft.edited) == ("Cara Giulia", "it", True)


def test_two_people_edit_one_reply(database: Database, now: datetime) -> None:
    case_id = opened(database, now)

    def save(who: str) -> Move:
        with database.write() as session:
            return deeds.save_reply(desk(session, now), case_id, who, f"da {who}", seen=None)

    with ThreadPoolExecutor(2) as people:
        moves = list(people.map(save, (MARTA, LUCA)))
    (won,) = [move for move in moves if move.done]
    (lost,) = [move for move in moves if not move.done]
    assert case_of(database, case_id).reply == f"da {won.by}"
    assert (lost.by, lost.at) == (won.by, now)


def test_the_reply_of_what_is_done_is_not_edited(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    with db.write() as session:
        cases.resolve(desk(session, now), case_id, LUCA)
        late = deeds.save_reply(desk(session, now), case_id, MARTA, "Cara Giulia")
    assert (late.done, late.by) == (False, LUCA)


def test_a_note_is_kept_once_and_told(database: Database, now: datetime) -> None:
    case_id = opened(database, now)
    with database.write() as session:
        at = desk(session, now)
        assert deeds.note(at, case_id, MARTA, "Called her twice.\nNo answer.").done
        assert not deeds.note(at, case_id, MARTA, "Called her twice.\nNo answer.").done  # delivered twice
        assert deeds.note(at, case_id, LUCA, "Called her twice.\nNo answer.").done
        assert deeds.note(desk(session, now + LATER), case_id, LUCA, "Called her twice.\nNo answer.").done
        assert deeds.note(at, case_id, LUCA, " \n").refused == deeds.NOTHING_SAID
    assert told(database) == [("note", {"note": "Called her twice.\nNo answer."})] * 3
    assert lines(database) == ["note"] * 3


def test_what_the_thread_says_is_not_in_the_notification(db: Database, now: datetime) -> None:
    """So that it goes with the case when the author is forgotten."""
    case_id = opened(db, now)
    with db.write() as session:
        deeds.note(desk(session, now), case_id, MARTA, "Called Giulia.")
        row = notification(session, "move:1:slack")
    assert row.body == {"event": "note", "audit": 1}


# ---------------------------------------------------------------------------- once


Deed = Callable[[cases.Desk, int, str], Move]
ONCE: dict[str, Deed] = {
    "callback": deeds.offer_callback,
    "report": lambda at, case_id, who: deeds.report(at, case_id, who, "fake", "never bought here"),
}


@pytest.mark.parametrize("action", ONCE)
def test_it_is_done_once_until_the_case_opens_again(database: Database, now: datetime, action: str) -> None:
    case_id = opened(database, now)
    with database.write() as session:
        assert ONCE[action](desk(session, now), case_id, MARTA).done
    with database.write() as session:
        late = ONCE[action](desk(session, now + LATER), case_id, LUCA)
        assert (late.done, late.by, late.at) == (False, MARTA, now)
        cases.resolve(desk(session, now), case_id, MARTA)
        cases.reopen(desk(session, now), case_id, MARTA)
        assert ONCE[action](desk(session, now + LATER), case_id, LUCA).done
    assert lines(database) == [action, "resolve", "reopen", action]


@pytest.mark.parametrize("action", ONCE)
def test_two_people_do_it_at_once(database: Database, now: datetime, action: str) -> None:
    case_id = opened(database, now)

    def click(who: str) -> bool:
        with database.write() as session:
            return ONCE[action](desk(session, now), case_id, who).done

    with ThreadPoolExecutor(2) as people:
        assert sorted(people.map(click, (MARTA, LUCA))) == [False, True]
    assert lines(database) == [action]


@pytest.mark.parametrize("action", [*ONCE, "note", "warn", "hide", "ask_to_quote", "save_reply", "wording"])
def test_no_such_case(db: Database, now: datetime, action: str) -> None:
    acts: dict[str, Deed] = ONCE | {
        "note": lambda at, n, who: deeds.note(at, n, who, "x"),
        "warn": deeds.warn,
        "hide": deeds.hide,
        "ask_to_quote": deeds.ask_to_quote,
        "save_reply": lambda at, n, who: deeds.save_reply(at, n, who, "x"),
        "wording": lambda at, n, who: deeds.another_wording(at, n, who, compose),
    }
    with db.write() as session, pytest.raises(Permanent, match="case 99"):
        acts[action](desk(session, now), 99, MARTA)


# ---------------------------------------------------------------------------- reports to the platform


@pytest.mark.parametrize("rule", ["negative", "", "unfair"])
def test_criticism_is_no_reason_to_report(db: Database, now: datetime, rule: str) -> None:
    case_id = opened(db, now)
    with db.write() as session:
        move = deeds.report(desk(session, now), case_id, MARTA, rule, "it is negative")
    assert (move.done, move.refused) == (False, deeds.NO_RULE)
    assert told(db) == []


def test_a_report_needs_evidence(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    with db.write() as session:
        assert deeds.report(desk(session, now), case_id, MARTA, "fake", " ").refused == deeds.NO_EVIDENCE


def test_a_report_and_what_came_of_it(database: Database, now: datetime) -> None:
    case_id = opened(database, now)
    with database.write() as session:
        at = desk(session, now)
        assert deeds.report_outcome(at, case_id, MARTA, "kept").refused == deeds.NOT_REPORTED
        assert deeds.report(at, case_id, MARTA, "wrong_place", "it is the shop next door").done
        assert deeds.report_outcome(at, case_id, MARTA, "pending").done
        assert not deeds.report(at, case_id, LUCA, "fake", "again").done
        assert deeds.report_outcome(at, case_id, LUCA, "kept").done
        assert not deeds.report_outcome(at, case_id, MARTA, "kept").done
        assert deeds.report(at, case_id, MARTA, "fake", "same text on ten pages").done  # kept: another try
        assert deeds.report_outcome(at, case_id, MARTA, "removed").done
    mention = case_of(database, case_id).mention_id
    assert told(database) == [
        ("report", {"rule": "wrong_place", "evidence": "it is the shop next door", "mention": mention}),
        ("report_outcome", {"outcome": "pending"}),
        ("report_outcome", {"outcome": "kept"}),
        ("report", {"rule": "fake", "evidence": "same text on ten pages", "mention": mention}),
        ("report_outcome", {"outcome": "removed"}),
    ]
    with database.write() as session, pytest.raises(ValueError, match="won"):
        deeds.report_outcome(desk(session, now), case_id, MARTA, "won")


# ---------------------------------------------------------------------------- warn, then hide


@pytest.mark.parametrize(
    ("text", "score", "clause"),
    [
        (AD, {"sentiment": "neutral", "urgency": "low"}, "3.1"),
        (INSULT, {"sentiment": "negative", "urgency": "low"}, "3.2"),
    ],
)
def test_first_a_warning_by_clause_then_hiding(
    database: Database, now: datetime, text: str, score: dict[str, Any], clause: str
) -> None:
    with database.write() as session:
        case_id = about(session, now, text, **score)
        at = desk(session, now, brand=STRICT)
        assert deeds.hide(at, case_id, MARTA).refused == deeds.NOT_WARNED
        assert deeds.warn(at, case_id, MARTA).done
        late = deeds.warn(at, case_id, LUCA)
        assert (late.done, late.by) == (False, MARTA)
        card = load_card(session, case_id, STRICT, now)
        assert card.draft is not None
        assert f"clausola {clause}" in str(card.draft.reply)
        assert not card.draft.edited
        assert deeds.hide(at, case_id, MARTA).done
        assert not deeds.hide(at, case_id, LUCA).done
    assert [action for action, _ in told(database)] == ["warn", "hide"]
    assert told(database)[1][1] == {"clause": clause, "mention": case_of(database, case_id).mention_id}
    assert case_of(database, case_id).status == "open"  # nothing is hidden from here


@pytest.mark.parametrize(
    ("text", "category", "score"),
    [
        ("Il caffè era freddo e il barista scortese.", "complaint", {}),
        (f"{INSULT} Il pacco non è mai arrivato.", "assistance", {}),
    ],
)
@pytest.mark.parametrize("deed", [deeds.warn, deeds.hide])
def test_a_matter_is_answered_however_rude_its_words(
    db: Database, now: datetime, text: str, category: str, score: dict[str, Any], deed: Deed
) -> None:
    with db.write() as session:
        case_id = about(session, now, text, category, **score)
        assert deed(desk(session, now, brand=STRICT), case_id, MARTA).refused == deeds.NO_OFFENCE
    assert told(db) == []


def test_rude_words_about_a_topic_are_a_matter(db: Database, now: datetime) -> None:
    with db.write() as session:
        case_id = about(session, now, INSULT, "complaint")
        at = desk(session, now, brand=STRICT)
        found = score_of(session, session.get_one(Mention, session.get_one(Case, case_id).mention_id))
        found.topics = ["delivery"]
        assert deeds.warn(at, case_id, MARTA).refused == deeds.NO_OFFENCE
        found.topics = ["staff"]
        assert deeds.warn(at, case_id, MARTA).done


def test_a_person_may_call_it_spam(db: Database, now: datetime) -> None:
    with db.write() as session:
        case_id = about(session, now, AD, "complaint")
        at = desk(session, now, brand=STRICT)
        assert deeds.warn(at, case_id, MARTA).refused == deeds.NO_OFFENCE
        labels.correct(
            session, session.get_one(Case, case_id).mention_id or 0, MARTA, now, {"category": "spam"}
        )
        assert deeds.warn(at, case_id, MARTA).done


def test_a_policy_without_the_clause_hides_nothing(db: Database, now: datetime) -> None:
    with db.write() as session:
        case_id = about(session, now, AD, sentiment="neutral")
        assert deeds.warn(desk(session, now), case_id, MARTA).refused == deeds.NO_CLAUSE


def test_other_words_are_warned_about_anew(db: Database, now: datetime) -> None:
    with db.write() as session:
        case_id = about(session, now, AD, sentiment="neutral")
        at = desk(session, now, brand=STRICT)
        deeds.warn(at, case_id, MARTA)
        mention = add_mention(session, now, text=f"{AD} Davvero!", stars=None, sentiment="neutral")
        score_of(session, mention).category = "spam"
        assert deeds.hide(at, case_id, MARTA).refused == deeds.NOT_WARNED


def test_what_was_erased_is_neither_warned_nor_hidden(db: Database, now: datetime) -> None:
    with db.write() as session:
        case_id = about(session, now, AD, sentiment="neutral")
        at = desk(session, now, brand=STRICT)
        deeds.warn(at, case_id, MARTA)
        forget(session, "appstore", "giulia_r", now=now)
        assert deeds.hide(at, case_id, MARTA).refused == deeds.NO_OFFENCE


# ---------------------------------------------------------------------------- praise


def test_praise_is_asked_to_be_quoted(database: Database, now: datetime) -> None:
    with database.write() as session:
        mention = add_mention(
            session, now, text="Il miglior caffè di Bologna!", sentiment="positive", urgency="low", stars=5.0
        )
        case_id = add_case(session, mention, now, channel="praise", urgency="low").id or 0
        assert deeds.ask_to_quote(desk(session, now), case_id, MARTA).done
        assert not deeds.ask_to_quote(desk(session, now), case_id, LUCA).done
        card = load_card(session, case_id, BRAND, now)
    assert card.draft is not None
    assert "il suo nome" in str(card.draft.reply)
    assert str(card.draft.reply).endswith("Caffè Aurora")
    assert card.draft.checks == ()


def test_only_praise_is_asked_to_be_quoted(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    with db.write() as session:
        assert deeds.ask_to_quote(desk(session, now), case_id, MARTA).refused == deeds.NO_PRAISE


# ---------------------------------------------------------------------------- other wordings


def drafted(session: Session, now: datetime) -> int:
    """A case with the draft that the composer writes."""
    mention = add_mention(session, now, text="Il pacco non è mai arrivato.", urgency="normal")
    mention_id = mention.id or 0
    return deeds.make_case(desk(session, now), MARTA, mention_id, compose=compose).case.id or 0


def reply_of(session: Session, case_id: int) -> str:
    return str(session.exec(select(Draft.reply).where(Draft.case_id == case_id)).one())


def test_another_wording_is_another_and_none_comes_back_soon(database: Database, now: datetime) -> None:
    with database.write() as session:
        case_id = drafted(session, now)
        said = [reply_of(session, case_id)]
        for _ in range(3):
            assert deeds.another_wording(desk(session, now), case_id, MARTA, compose).done
            said.append(reply_of(session, case_id))
    assert len(set(said)) == 4
    assert lines(database) == ["open"]  # the thread is no place for tries
    assert [action for action, _ in told(database)] == ["open"] + ["another_wording"] * 3


def test_another_wording_goes_back_to_the_draft_and_loses_no_persons_words(
    db: Database, now: datetime
) -> None:
    with db.write() as session:
        case_id = drafted(session, now)
        deeds.save_reply(desk(session, now), case_id, LUCA, "Cara Giulia")
        assert deeds.another_wording(desk(session, now), case_id, MARTA, compose).done
    assert case_of(db, case_id).reply is None
    assert told(db)[-1][1]["was"] == "Cara Giulia"


def test_where_there_is_no_other_wording_it_says_so(db: Database, now: datetime) -> None:
    def always(request: DraftRequest) -> DraftReply:
        return DraftReply("it", "Grazie.", None, None, 7, None, "characters", "help", (), ("m1",))

    with db.write() as session:
        mention = add_mention(session, now)
        case_id = deeds.make_case(desk(session, now), MARTA, mention.id, compose=always).case.id or 0
        assert deeds.another_wording(desk(session, now), case_id, MARTA, always).refused == deeds.NOTHING_ELSE
        bare = alert(session, now, 2)
        assert deeds.another_wording(desk(session, now), bare, MARTA, compose).refused == deeds.NOTHING_ELSE


# ---------------------------------------------------------------------------- a case by hand


def test_a_person_makes_a_case_of_a_mention(database: Database, now: datetime) -> None:
    with database.write() as session:
        mention = add_mention(
            session, now, text="Passato di qua oggi.", urgency="low", sentiment="neutral", stars=None
        )
        url = str(mention.url)
        move = deeds.make_case(desk(session, now), MARTA, url=f" {url} ", compose=compose)
        assert move.done
        case = move.case
        assert (case.urgency, case.channel, case.reasons, case.mention_id) == (
            "normal", "alerts", ["asked"], mention.id,
        )  # fmt: skip
        assert case.due_at == now + timedelta(hours=4)
        assert session.exec(select(Reason.kind)).all() == ["asked"]
        assert reply_of(session, case.id or 0)
        card = load_card(session, case.id or 0, BRAND, now)
        notification(session, f"case:{case.id}:slack")
        again = deeds.make_case(desk(session, now + LATER), LUCA, mention.id)
        assert (again.done, again.case.id, again.by, again.at) == (False, case.id, MARTA, now)
    assert [why.kind for why in card.whys] == ["asked"]
    assert lines(database) == ["open"]


def test_what_the_model_calls_critical_is_so_by_hand_too(db: Database, now: datetime) -> None:
    with db.write() as session:
        mention = add_mention(session, now)
        assert deeds.make_case(desk(session, now), MARTA, mention.id).case.urgency == "critical"


def test_two_people_make_one_case(database: Database, now: datetime) -> None:
    with database.write() as session:
        mention_id = add_mention(session, now).id

    def click(who: str) -> Move:
        with database.write() as session:
            return deeds.make_case(desk(session, now), who, mention_id, compose=compose)

    with ThreadPoolExecutor(2) as people:
        moves = list(people.map(click, (MARTA, LUCA)))
    assert sorted(move.done for move in moves) == [False, True]
    assert moves[0].case.id == moves[1].case.id
    assert moves[0].by == moves[1].by


def test_a_case_that_was_done_opens_again(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    with db.write() as session:
        cases.false_alarm(desk(session, now), case_id, MARTA)
        move = deeds.make_case(desk(session, now), LUCA, case_of(db, case_id).mention_id)
    assert (move.done, move.case.id, move.case.status) == (True, case_id, "open")


def test_praise_becomes_a_matter(db: Database, now: datetime) -> None:
    with db.write() as session:
        mention = add_mention(session, now)
        praise = add_case(session, mention, now, channel="praise", urgency="low").id or 0
        move = deeds.make_case(desk(session, now), MARTA, mention.id)
        assert (move.done, move.case.channel, mention.case_id) == (True, "alerts", move.case.id)
    assert case_of(db, praise).status == "resolved"


@pytest.mark.parametrize("wanted", [{"mention_id": 99}, {"url": "https://nowhere.example"}, {}, {"url": ""}])
def test_no_such_mention(db: Database, now: datetime, wanted: dict[str, Any]) -> None:
    with db.write() as session, pytest.raises(Permanent, match="no such mention"):
        deeds.make_case(desk(session, now), MARTA, **wanted)


def test_no_case_is_made_of_what_was_erased(db: Database, now: datetime) -> None:
    with db.write() as session:
        mention_id = add_mention(session, now).id
        forget(session, "appstore", "giulia_r", now=now)
        with pytest.raises(Permanent, match="erased"):
            deeds.make_case(desk(session, now), MARTA, mention_id)


def test_a_brand_configured_no_more_makes_no_case(db: Database, now: datetime) -> None:
    with db.write() as session:
        mention_id = add_mention(session, now).id
        with pytest.raises(Permanent, match="brand"):
            deeds.make_case(desk(session, now, brand=Brand(key="berta", name="Berta")), MARTA, mention_id)
