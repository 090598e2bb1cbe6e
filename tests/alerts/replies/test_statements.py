"""A statement for everybody in a storm: who may approve it, what it marks, and how the drafts are written anew."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from alerts import cases, deeds
from alerts.card import load_card
from alerts.cases import Desk, Move
from alerts.drafts.compose import DraftReply, DraftRequest, compose
from alerts.replies import statements
from alerts.replies.outdating import APPROVED, WITHDRAWN
from alerts.replies.redrafting import LIMIT, RETRY, any_waiting, redraft_waiting
from alerts.replies.statements import Spoken, approve, may_approve, spoken
from alerts.replies.writers import PAGE, load_writers
from store.brand import Brand, Policy
from store.db import Database
from store.tables import Case, Draft, Mention, NotificationKind
from tests.alerts.belt import BAD, BRANDS, CRITICAL, Belt
from tests.alerts.queries import counted

MARTA, LUCA = "slack:U0MARTA:marta", "slack:U0LUCA:luca"
SAID = {"it": "Da stamattina alcuni addebiti risultano doppi: li stiamo annullando uno per uno."}
NAMES = ("Marta", "Luca", "Sara", "Paolo", "Anna", "Ugo")


@pytest.fixture
def storm(db: Database, now: datetime) -> Belt:
    """Twelve about one bill under one post: one case, a storm, with drafts written before anybody knew."""
    belt = Belt(db, now)
    join(belt, 12)
    assert case_of(belt).storm
    return belt


def join(belt: Belt, count: int, start: int = 0, more: str = "", **said: Any) -> list[int]:
    ids = [
        belt.put(f"s{n}", f"Bolletta numero {n} addebitata due volte sul conto.{more}", author=f"{NAMES[n % 6]} B.",
                 thread="post", platform="mastodon", **BAD | said)
        for n in range(start, start + count)
    ]  # fmt: skip
    belt.triage()
    return ids


def case_of(belt: Belt) -> Case:
    return belt.cases()[0]


def say(
    belt: Belt,
    said: Mapping[str, str],
    who: str = MARTA,
    brand: Brand | None = None,
    reads: str = "it",
    known_as: frozenset[str] = frozenset(),
) -> Move:
    brands = BRANDS if brand is None else {"aurora": brand}
    with belt.db.write() as session:
        desk = Desk(session, brands, ["slack"], belt.now, reads=reads, known_as=known_as)
        return approve(desk, case_of(belt).id or 0, who, said)


def rewrite(belt: Belt, write: Any = compose) -> list[int]:
    """Looks until nothing is left; gives how many each look took."""
    taken = []
    while count := redraft_waiting(belt.db, BRANDS, now=belt.now, compose=write):
        taken.append(count)
    return taken


def replies(belt: Belt) -> dict[int, str]:
    return {row.mention_id: str(row.reply) for row in belt.drafts()}


def test_every_draft_of_the_storm_is_written_around_it_and_named(storm: Belt) -> None:
    assert say(storm, SAID | {"en": " \n", "xx": "No such language has drafts."}).done
    assert case_of(storm).statements == SAID
    assert not any(SAID["it"] in reply for reply in replies(storm).values())  # the click writes nothing
    assert rewrite(storm) == [12]
    written = replies(storm)
    assert len(set(written.values())) == 12
    for number, reply in written.items():
        assert SAID["it"] in reply
        assert str(storm.mention(number).author).split()[0] in reply
    (row,) = storm.audits(APPROVED)
    assert (row.who, row.at, row.detail["statements"]) == (MARTA, storm.now, SAID)
    line = next(r for r in storm.notifications() if r.kind == NotificationKind.THREAD and r.body.get("audit"))
    assert line.body["event"] == APPROVED


def test_who_joins_later_gets_it_too_and_a_critical_one_keeps_its_holding_reply(storm: Belt) -> None:
    say(storm, SAID)
    rewrite(storm)
    (later,) = join(storm, 1, start=20)
    (grave,) = join(storm, 1, start=21, more=" Mia madre è in ospedale.", **CRITICAL)
    assert case_of(storm).id == storm.mention(grave).case_id
    assert rewrite(storm) == [2]
    assert SAID["it"] in replies(storm)[later]
    assert SAID["it"] not in replies(storm)[grave]
    assert [row.private_reply for row in storm.drafts() if row.mention_id == grave] != [None]


def test_withdrawn_each_has_an_ordinary_draft_again(storm: Belt) -> None:
    say(storm, SAID)
    rewrite(storm)
    assert say(storm, {}, LUCA).done
    assert case_of(storm).statements == {}
    assert rewrite(storm) == [12]
    assert not any(SAID["it"] in reply for reply in replies(storm).values())
    assert [row.who for row in storm.audits(WITHDRAWN)] == [LUCA]


def test_what_is_answered_gone_or_asked_for_is_left(storm: Belt) -> None:
    shown = case_of(storm).mention_id or 0
    answered, gone, letter = [row.mention_id for row in storm.drafts() if row.mention_id != shown][:3]
    before = replies(storm)

    def change(session: Any) -> None:
        session.get_one(Mention, answered).answer = "Risolto."
        session.get_one(Mention, gone).gone_at = storm.now
        row = next(row for row in storm.drafts() if row.mention_id == letter)
        session.get_one(Draft, row.id).moves = ["warn_spam.1"]
        desk = Desk(session, BRANDS, ["slack"], storm.now)
        deeds.save_reply(desk, case_of(storm).id or 0, MARTA, "Cara Marta, ho scritto io.")

    storm.change(change)
    say(storm, SAID)
    assert rewrite(storm) == [10]
    assert {n: text for n, text in replies(storm).items() if n in (answered, gone, letter)} == {
        n: before[n] for n in (answered, gone, letter)
    }
    assert case_of(storm).reply == "Cara Marta, ho scritto io."
    with storm.db.read() as session:
        assert not any_waiting(session, BRANDS, storm.now)


def fails(request: DraftRequest) -> DraftReply:
    if "numero 3 " in request.text:
        raise RuntimeError
    return compose(request)


def failed(belt: Belt) -> Draft:
    return next(row for row in belt.drafts() if "numero 3 " in belt.mention(row.mention_id).text)


def test_what_cannot_be_written_offers_nothing_and_is_tried_again(storm: Belt) -> None:
    say(storm, SAID)
    rewrite(storm)
    assert SAID["it"] in str(failed(storm).reply)
    say(storm, {})
    assert rewrite(storm, fails) == [12]  # and holds nothing up
    row = failed(storm)
    assert (row.reply, row.private_reply, row.gloss, row.sentences) == (None, None, None, [])
    with storm.db.read() as session:
        case = session.get_one(Case, case_of(storm).id)
        pages = [load_writers(session, case, BRANDS["aurora"], storm.now, n) for n in (1, 2, 3)]
    shown = [one.draft for page in pages for one in page.listed if one.draft and not one.draft.reply]
    assert [(one.failed, one.waits) for one in shown] == [(True, False)]
    assert rewrite(storm) == []  # not at once,
    storm.later(seconds=RETRY.total_seconds())
    assert rewrite(storm) == [1]
    row = failed(storm)
    assert row.reply
    assert (row.outdated, all(check["ok"] for check in row.checks)) == (False, True)


def test_the_message_says_once_that_there_is_no_draft(storm: Belt) -> None:
    shown = case_of(storm).mention_id

    def never(request: DraftRequest) -> DraftReply:
        raise RuntimeError

    say(storm, SAID)
    version = case_of(storm).version
    rewrite(storm, never)
    assert case_of(storm).version == version + 1
    with storm.db.read() as session:
        card = load_card(session, case_of(storm).id or 0, BRANDS["aurora"], storm.now)
    assert card.mention_id == shown
    assert card.draft is not None
    assert (card.draft.reply, card.draft.failed) == (None, True)
    storm.later(seconds=RETRY.total_seconds())
    assert rewrite(storm, never) == [12]
    assert case_of(storm).version == version + 1


def test_only_the_drafts_of_the_languages_that_changed_are_written_anew(storm: Belt) -> None:
    english = join(storm, 2, start=20, score_lang="en")
    swedish = join(storm, 1, start=30, score_lang="sv")  # has English drafts
    say(storm, SAID | {"en": "We are reversing the double charges one by one."}, reads="de")
    assert rewrite(storm) == [15]
    storm.change(lambda session: session.execute(update(Draft).values(generator="llm")))
    say(storm, SAID | {"en": "All double charges are reversed: please look again."}, reads="de")
    assert sorted(row.mention_id for row in storm.drafts() if row.outdated) == sorted(english + swedish)
    rewrite(storm)
    assert Counter(row.generator for row in storm.drafts()) == {"llm": 12, "phrases": 3}


def test_in_the_language_of_who_signs_the_glosses_are_written_anew_too(storm: Belt) -> None:
    join(storm, 2, start=20, score_lang="en")
    say(storm, SAID | {"en": "We are reversing the double charges one by one."}, reads="it")
    rewrite(storm)
    say(
        storm,
        {"it": "Gli addebiti doppi sono annullati.", "en": "We are reversing the double charges one by one."},
    )
    assert sum(row.outdated for row in storm.drafts()) == 14


def test_once_the_case_is_done_nothing_waits_and_once_it_is_open_again_all_does(storm: Belt) -> None:
    say(storm, SAID)
    storm.change(lambda s: cases.resolve(Desk(s, BRANDS, [], storm.now), case_of(storm).id or 0, MARTA))
    assert rewrite(storm) == []
    assert not any(row.outdated for row in storm.drafts())
    storm.change(lambda s: cases.reopen(Desk(s, BRANDS, [], storm.now), case_of(storm).id or 0, MARTA))
    assert rewrite(storm) == [12]
    assert all(SAID["it"] in reply for reply in replies(storm).values())


def test_a_draft_to_words_that_are_not_the_last_is_not_written_anew(storm: Belt) -> None:
    say(storm, SAID)
    rewrite(storm)
    old = storm.drafts()[0]

    def edited(session: Any) -> None:
        session.get_one(Mention, old.mention_id).revision += 1
        session.get_one(Draft, old.id).outdated = True

    storm.change(edited)
    assert rewrite(storm) == []
    assert not any(row.outdated for row in storm.drafts())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Da stamattina alcuni addebiti risultano doppi: li stiamo annullando uno per uno.", []),
        ("Ci scusiamo per il disagio: li stiamo annullando uno per uno.", []),
        ("Abbiamo sbagliato e vi chiediamo scusa: li stiamo annullando uno per uno.", ["liability"]),
        ("Ci dispiace del disagio, ma bastava controllare la bolletta prima di pagare.", ["tone"]),
        ("Grazie mille a tutti, è FANTASTICO quanto ci scrivete oggi dei vostri addebiti!", ["tone"]),
        ("Since this morning some charges are doubled: we are reversing them one by one.", ["language"]),
        ("Siamo responsabili: rimborsiamo 20 € a ciascuno.", ["promises", "liability"]),
    ],
)
def test_what_the_guard_finds_in_a_statement(text: str, names: list[str]) -> None:
    detect = {"S": "en"}.get(text[0] if text.startswith("Since") else "", "it")
    assert list(statements.findings(text, "it", lambda one: False, lambda said: detect)) == names


def test_what_was_said_anew_meanwhile_is_what_is_written(storm: Belt) -> None:
    other = {"it": "Ora gli addebiti doppi sono tutti annullati: lo vedete già sul conto."}
    said: list[Move] = []

    def overtaken(request: DraftRequest) -> DraftReply:
        if not said:
            said.append(say(storm, other, LUCA))
        return compose(request)

    say(storm, SAID)
    rewrite(storm, overtaken)
    assert said[0].done
    assert all(other["it"] in reply for reply in replies(storm).values())


def test_the_shown_one_comes_first_and_its_message_is_edited(storm: Belt) -> None:
    shown, version = case_of(storm).mention_id, case_of(storm).version
    say(storm, SAID)
    assert redraft_waiting(storm.db, BRANDS, now=storm.now, compose=compose, limit=1) == 1
    assert [n for n, text in replies(storm).items() if SAID["it"] in text] == [shown]
    assert case_of(storm).version == version + 2  # the click, and the draft


def test_a_click_costs_the_same_in_a_large_storm(storm: Belt) -> None:
    with counted(storm.db) as few:
        say(storm, SAID)
    join(storm, 60, start=100)
    with counted(storm.db) as many:
        say(storm, {"it": SAID["it"] + " Grazie della pazienza."})
    assert len(many) == len(few)
    assert rewrite(storm)[0] == LIMIT


def test_the_same_again_is_nothing_new(storm: Belt) -> None:
    say(storm, SAID)
    again = say(storm, {"it": f"  {SAID['it']}\n"}, LUCA)
    assert (again.done, again.by) == (False, MARTA)
    assert len(storm.audits(APPROVED)) == 1


def test_what_is_no_storm_or_is_done_has_none(storm: Belt) -> None:
    assert say(storm, {}).refused == deeds.NOTHING_SAID
    storm.change(lambda s: cases.resolve(Desk(s, BRANDS, [], storm.now), case_of(storm).id or 0, MARTA))
    assert not say(storm, SAID).done
    alone = storm.alert("alone", "Il bagno era sporco.")
    with storm.db.write() as session:
        move = approve(Desk(session, BRANDS, [], storm.now), alone.id or 0, MARTA, SAID)
    assert move.refused == statements.NO_STORM


@pytest.mark.parametrize(
    ("names", "allowed"),
    [((), True), (("U0MARTA",), True), (("@Marta",), True), (("@legal", "U0LUCA"), False)],
)
def test_only_those_whom_the_policy_names_may_approve(
    storm: Belt, names: tuple[str, ...], allowed: bool
) -> None:
    strict = BRANDS["aurora"].model_copy(
        update={"policy": Policy(approval={"normal": names} if names else {})}
    )
    assert may_approve(strict, "normal", MARTA) is allowed
    assert may_approve(strict, "critical", MARTA)
    move = say(storm, SAID, MARTA, strict)
    assert (move.done, move.refused) == (allowed, None if allowed else statements.NOT_YOURS)
    assert move.names == (() if allowed else names)
    assert case_of(storm).statements == (SAID if allowed else {})


def test_a_user_group_may_be_named(storm: Belt) -> None:
    strict = BRANDS["aurora"].model_copy(update={"policy": Policy(approval={"normal": ("@Legale",)})})
    assert not say(storm, SAID, MARTA, strict, known_as=frozenset({"S0CARE", "care"})).done
    assert say(storm, SAID, MARTA, strict, known_as=frozenset({"S0LEGAL", "legale"})).done


def test_the_languages_of_a_storm(storm: Belt) -> None:
    join(storm, 3, start=20, score_lang="en-GB")
    join(storm, 2, start=30, score_lang="sv")
    join(storm, 1, start=40, score_lang=None, lang=None)  # drafted in the brand's first
    with storm.db.read() as session:
        found = spoken(session, session.get_one(Case, case_of(storm).id), BRANDS["aurora"])
    assert found == Spoken((("it", 13), ("en", 3)), 2, 500)


def test_all_who_wrote_a_page_at_a_time(storm: Belt) -> None:
    say(storm, SAID)
    storm.later(seconds=1)
    rewrite(storm)
    with storm.db.read() as session:
        case = session.get_one(Case, case_of(storm).id)
        pages = [load_writers(session, case, BRANDS["aurora"], storm.now, n) for n in (1, 2, 3)]
        beyond = load_writers(session, case, BRANDS["aurora"], storm.now, 99)
    assert [len(page.listed) for page in pages] == [PAGE, PAGE, 2]
    assert (beyond.number, beyond.pages, beyond.total) == (3, 3, 12)
    for page in pages:
        for writer in page.listed:
            assert writer.draft is not None
            assert SAID["it"] in str(writer.draft.reply)
            assert writer.author.split()[0] in str(writer.draft.reply)
            assert (writer.answered, writer.draft.waits) == (False, False)


def test_a_draft_that_is_about_to_change_is_said_to_be(storm: Belt) -> None:
    say(storm, SAID)
    with storm.db.read() as session:
        case = session.get_one(Case, case_of(storm).id)
        page = load_writers(session, case, BRANDS["aurora"], storm.now + timedelta(seconds=1))
    assert all(writer.draft and writer.draft.waits and not writer.draft.reply for writer in page.listed)
