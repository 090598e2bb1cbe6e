"""Storms: many complaints become one case, as a pure decision, on the belt, and in Slack."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from alerts import cases, storm
from alerts.card import load_card
from alerts.notices import CRITICAL_REST, STORM_REST
from alerts.outbox import deliver_waiting
from alerts.storm import (
    ALIKE,
    LONGEST,
    QUIET,
    WINDOW,
    Opening,
    Place,
    Sky,
    Storm,
    matter,
    place,
    stems,
)
from alerts.triage import decide
from store.db import Database
from store.mentions import mark_gone
from store.tables import Case, Clock, ClockKind, Notification, NotificationKind, Reason
from tests.alerts.belt import AURORA, BAD, BRANDS, CRITICAL, GLAD, Belt
from tests.alerts.facts import BRAND, NOW, case, facts
from tests.alerts.queries import counted
from tests.alerts.test_outbox import Clock as Time
from tests.alerts.test_outbox import channel_to
from tests.fake_slack import FakeSlack, fake_slack

LIMIT = AURORA.policy.storm
DOUBLE = "Bolletta numero {n} addebitata due volte sul conto, ridatemi i soldi."
# No two have a word in common.
TOPICS = (
    "Cappuccino tiepido", "Parcheggio chiuso", "Cameriera scortese", "Bagno sporco", "Musica assordante", "Pacco smarrito",
    "Codice sconto rifiutato", "Applicazione bloccata", "Telefono occupato", "Cornetto vecchio", "Tovaglia macchiata",
    "Scontrino sbagliato", "Aria condizionata rotta", "Porta cigolante", "Vetrina vuota", "Sedia traballante",
    "Bicchiere scheggiato", "Zucchero finito", "Tessera smagnetizzata", "Coupon scaduto", "Finestra appannata",
    "Latte acido", "Gelato sciolto", "Orario inventato",
)  # fmt: skip


def opening(text: str = "", ago: timedelta = timedelta(minutes=1), urgency: str = "normal") -> Opening:
    return Opening(NOW - ago, NOW - ago, urgency, stems(None, text, BRAND))


def bill(n: int) -> str:
    return DOUBLE.format(n=n)


def sky(*openings: Opening, storms: tuple[Storm, ...] = (), unsent: int = 0) -> Sky:
    return Sky(list(openings), list(storms), unsent=unsent)


def about(text: str, case_id: int = 70, last: timedelta = timedelta(minutes=1), **values: Any) -> Storm:
    row = case(id=case_id, storm=True, **{"opened_at": NOW - timedelta(hours=1)} | values)
    return Storm(row, stems(None, text, BRAND), NOW - last)


def placed(text: str, found: Sky, known: Case | None = None, **said: Any) -> Place:
    given = facts(
        **{"sentiment": "negative", "category": "complaint", "text": text, "published_at": NOW} | said
    )
    return place(given, decide(given), known, found)


# ---------------------------------------------------------------------- the decision


def test_as_many_as_the_policy_allows_have_a_case_of_their_own() -> None:
    before = [opening(bill(n)) for n in range(LIMIT - 1)]
    assert placed(bill(99), sky(*before)) == Place(None)
    begun = placed(bill(99), sky(*before, opening(bill(98))))
    assert begun.begins
    assert begun.case is None
    assert {"bolletta", "addebitata", "conto"} <= set(begun.words)


def test_those_of_more_than_ten_minutes_ago_do_not_count() -> None:
    old = [opening(bill(n), WINDOW + timedelta(seconds=1)) for n in range(50)]
    assert placed(bill(99), sky(*old)) == Place(None)


def test_what_is_about_this_and_that_becomes_a_storm_of_all() -> None:
    before = [opening(text) for text in TOPICS[:LIMIT]]
    assert placed(TOPICS[-1], sky(*before)) == Place(None, True)


def test_who_writes_of_something_else_while_a_matter_comes_up_keeps_a_case() -> None:
    before = [opening(bill(n)) for n in range(LIMIT)]
    assert placed(TOPICS[0], sky(*before)) == Place(None)


def test_a_storm_takes_what_is_about_its_matter_and_leaves_the_rest() -> None:
    on = about("bolletta addebitata due volte conto")
    before = [opening(bill(n)) for n in range(LIMIT)]  # they are that storm's matter: they begin no other
    assert placed(bill(7), sky(*before, storms=(on,))).case is on.case
    assert placed("Le bollette addebitate due volte, come a tutti.", sky(storms=(on,))).case is on.case
    assert placed(TOPICS[0], sky(*before, storms=(on,))) == Place(None)


def test_a_storm_of_all_takes_all_and_one_of_the_matter_comes_first() -> None:
    whole, bills = about("", 71), about("bolletta addebitata conto", 70)
    assert placed(TOPICS[0], sky(storms=(bills, whole))).case is whole.case
    assert placed(bill(1), sky(storms=(bills, whole))).case is bills.case


def test_what_was_written_long_before_is_no_part_of_it() -> None:
    """A first read brings two days at once: forty cases, and no storm."""
    old: dict[str, Any] = {"published_at": NOW - timedelta(hours=20)}
    seen = [Opening(NOW, NOW - timedelta(hours=n), "normal", frozenset()) for n in range(40)]
    assert placed(TOPICS[0], sky(*seen), **old) == Place(None)
    assert placed(TOPICS[0], sky(storms=(about(""),)), **old) == Place(None)
    bills = about("bolletta addebitata conto")
    assert placed(bill(1), sky(storms=(bills,)), **old).case is bills.case


def test_a_place_that_tells_days_only_joins_the_storm_that_is_on() -> None:
    day, whole = NOW - timedelta(hours=11), about("")
    seen = [Opening(NOW, day, "normal", stems(None, text, BRAND)) for text in TOPICS[:LIMIT]]
    assert placed(TOPICS[-1], sky(*seen, storms=(whole,)), published_at=day).case is whole.case


@pytest.mark.parametrize(
    ("last", "values"),
    [
        (QUIET + timedelta(seconds=1), {}),
        (timedelta(minutes=1), {"opened_at": NOW - LONGEST - timedelta(seconds=1)}),
        (timedelta(minutes=1), {"status": "replied"}),
        (timedelta(minutes=1), {"status": "resolved"}),
        (timedelta(minutes=1), {"status": "dismissed"}),
    ],
)
def test_a_storm_that_is_over_takes_nothing(last: timedelta, values: dict[str, Any]) -> None:
    assert placed(TOPICS[0], sky(storms=(about("", last=last, **values),))) == Place(None)


@pytest.mark.parametrize(
    "said",
    [
        {"sentiment": "positive", "category": "praise", "negative": 0.01},
        {"sentiment": "neutral", "category": "information"},
        {"sentiment": "negative", "category": "commercial"},
        {"sentiment": "neutral", "category": "assistance"},
    ],
)
def test_praise_and_questions_never_join(said: dict[str, Any]) -> None:
    before = [opening(text) for text in TOPICS]
    assert placed(TOPICS[0], sky(*before, storms=(about(""),)), **said) == Place(None)


def test_a_critical_one_keeps_a_case_of_its_own_while_slack_keeps_up() -> None:
    whole = about("")
    critical: dict[str, Any] = {"urgency": "critical"}
    seen = [opening(text) for text in TOPICS]
    assert placed(TOPICS[0], sky(*seen, storms=(whole,)), **critical) == Place(None)
    bills = about(bill(1))
    assert placed(bill(2), sky(storms=(whole, bills)), **critical) == Place(None)
    assert placed(bill(2), sky(storms=(whole, bills), unsent=1), **critical).case is bills.case
    assert placed(TOPICS[0], sky(storms=(whole, bills), unsent=9), **critical) == Place(
        None
    )  # of something else


def test_critical_ones_about_the_same_begin_a_storm_where_slack_does_not_keep_up() -> None:
    critical: dict[str, Any] = {"urgency": "critical"}
    bills = [opening(bill(n), timedelta(), "critical") for n in range(ALIKE)]
    begun = placed(bill(9), sky(*bills, unsent=1), **critical)
    assert (begun.case, begun.begins) == (None, True)
    assert {"bolletta", "addebitata"} <= set(begun.words)
    assert placed(bill(9), sky(*bills), **critical) == Place(None)  # it goes out at once
    assert placed(bill(9), sky(*bills[1:], unsent=1), **critical) == Place(None)  # too few
    assert placed(TOPICS[0], sky(*bills, unsent=1), **critical) == Place(None)  # something else
    normal = [replace(one, urgency="normal") for one in bills]
    assert placed(bill(9), sky(*normal, unsent=1), **critical) == Place(None)


def test_a_case_that_a_crowd_joins_becomes_a_storm() -> None:
    known = case(id=9)
    found = sky()
    found.crowds[9] = LIMIT - 1
    assert placed(bill(1), found, known) == Place(known)
    found.crowds[9] = LIMIT
    begun = placed(bill(1), found, known)
    assert (begun.case, begun.begins) == (known, True)
    known.storm = True
    assert placed(bill(1), found, known) == Place(known)


def test_names_of_the_brand_and_small_words_are_no_matter() -> None:
    texts = [
        stems(None, f"{topic} da Caffè Aurora, questa volta non è come sempre", BRAND) for topic in TOPICS
    ]
    assert {stem for stem in matter(texts) if stem.startswith(("aurora", "caff"))} == set()


def test_a_huge_text_costs_no_more_than_a_long_one() -> None:
    assert len(stems(None, "parola diversa ripetuta " * 50_000, BRAND)) == 3
    assert stems(None, "\ud800 \u202e ''", BRAND) == frozenset()


# ---------------------------------------------------------------------- on the belt


@pytest.fixture
def belt(database: Database, now: datetime) -> Belt:
    return Belt(database, now)


@pytest.fixture
def small(db: Database, now: datetime) -> Belt:
    return Belt(db, now)


def put_many(
    belt: Belt, count: int, text: Callable[[int], str] = bill, start: int = 0, **said: Any
) -> list[int]:
    return [belt.put(f"m{n}", text(n), **BAD | said) for n in range(start, start + count)]


def storms(belt: Belt) -> list[Case]:
    return [row for row in belt.cases() if row.storm]


def test_more_than_the_policy_allows_join_one_case(belt: Belt) -> None:
    put_many(belt, 40)
    belt.triage()
    (one,) = storms(belt)
    assert len(belt.cases()) == LIMIT + 1
    assert (one.channel, one.urgency) == ("crisis", "normal")
    assert one.reasons[0] == "spike"
    (told,) = [row for row in belt.notifications() if row.case_id == one.id]
    assert (told.kind, told.target) == (NotificationKind.CASE, "crisis")
    assert len(belt.drafts()) == 40  # each that joins has its draft
    assert [audit.case_id for audit in belt.audits("storm")] == [one.id]


def test_it_goes_on_from_batch_to_batch_and_ends_after_a_quiet_time(belt: Belt) -> None:
    put_many(belt, 12)
    belt.triage()
    belt.later(minutes=25)
    put_many(belt, 5, start=20)
    belt.triage()
    assert len(belt.cases()) == LIMIT + 1
    belt.later(minutes=31)
    put_many(belt, 1, start=30)
    belt.triage()
    assert len(belt.cases()) == LIMIT + 2
    assert len(storms(belt)) == 1


def test_a_thousand_of_all_kinds_are_a_handful_of_messages(small: Belt) -> None:
    """Two matters, and this and that: each its own few cases, then a storm."""
    put_many(small, 500, lambda n: bill(n))
    put_many(small, 300, lambda n: f"Pasticcini ammuffiti nella scatola {n}, uno schifo totale.", 500)
    put_many(small, 200, lambda n: f"{TOPICS[n % len(TOPICS)]} {chr(97 + n % 26) * 6}.", 800)
    small.triage()
    assert len(small.notifications()) <= 4 * LIMIT
    assert 2 <= len(storms(small)) <= 3
    joined = sum(small.maybe_case_of(n) is not None for n in range(1, 1001))
    assert joined == 1000  # none is lost


def test_identical_texts_make_their_case_a_storm(belt: Belt) -> None:
    """They share a case from the first; from the eleventh on its thread is spared."""
    put_many(belt, 30, lambda _: "Ridateci i soldi della bolletta addebitata due volte!")
    belt.triage()
    (one,) = belt.cases()
    assert one.storm
    lines = [row for row in belt.notifications() if row.kind == NotificationKind.THREAD]
    assert len(lines) == LIMIT  # nine that joined, and that it became a storm


def test_comments_under_one_post_make_its_case_a_storm(belt: Belt) -> None:
    put_many(belt, 30, lambda n: TOPICS[n % len(TOPICS)], thread="post", platform="mastodon")
    belt.triage()
    (one,) = belt.cases()
    assert one.storm
    assert len([row for row in belt.notifications() if row.kind == NotificationKind.THREAD]) == LIMIT


def test_a_critical_mention_in_a_storm(belt: Belt) -> None:
    """One has a message of its own; those beyond what Slack takes make the storm critical, which is said once."""
    put_many(belt, 12)
    belt.triage()
    belt.later(seconds=30)
    put_many(belt, 6, start=20, **CRITICAL)
    belt.triage()
    (one,) = storms(belt)
    assert one.urgency == "critical"
    assert [row.urgency for row in belt.cases()].count("critical") == 2
    (line,) = [
        row for row in belt.notifications() if row.case_id == one.id and row.kind == NotificationKind.THREAD
    ]
    assert line.body["raised"] == "critical"
    (message,) = [
        row for row in belt.notifications() if row.case_id == one.id and row.kind == NotificationKind.CASE
    ]
    assert message.priority == 0


POST: dict[str, Any] = {"thread": "post", "platform": "mastodon"}
MARTA = "slack:U0MARTA:marta"


def critical_storm(belt: Belt) -> Case:
    """Comments under one post, which join their case however many they are; one of them is critical."""
    put_many(belt, 12, **POST)
    put_many(belt, 1, start=20, **POST | CRITICAL)
    belt.triage()
    (one,) = storms(belt)
    assert one.urgency == "critical"
    return one


def take(belt: Belt, one: Case) -> None:
    belt.change(
        lambda session: cases.acknowledge(
            cases.Desk(session, BRANDS, ["slack"], belt.now), one.id or 0, MARTA
        )
    )


def alarms(belt: Belt) -> list[Notification]:
    return [row for row in belt.notifications() if row.key.startswith("alarm:")]


def test_whoever_has_a_storm_hears_of_the_next_critical_one_once_a_window(belt: Belt) -> None:
    one = critical_storm(belt)
    belt.channels = ("slack", "email")
    put_many(belt, 1, start=30, **POST | CRITICAL)
    belt.triage()
    assert alarms(belt) == []  # it is open: its clock calls people
    take(belt, one)
    put_many(belt, 3, start=40, **POST)
    belt.triage()
    assert alarms(belt) == []
    put_many(belt, 3, start=50, **POST | CRITICAL)
    belt.triage()
    put_many(belt, 1, start=60, **POST | CRITICAL)
    belt.triage()
    window = int(belt.now.timestamp() // WINDOW.total_seconds())
    assert [row.channel for row in alarms(belt)] == ["slack", "email"]
    assert all(row.key.endswith(f":{window}:{row.channel}") for row in alarms(belt))
    row = alarms(belt)[0]
    assert (row.kind, row.target, row.priority, row.next_try_at) == (
        NotificationKind.THREAD,
        "alerts",
        1,
        None,
    )
    assert len(belt.audits("join")) == LIMIT + 1  # those before it was a storm, and this one
    belt.later(seconds=WINDOW.total_seconds())
    put_many(belt, 1, start=70, **POST | CRITICAL)
    belt.triage()
    assert len(alarms(belt)) == 4


def test_who_did_something_since_the_last_alarm_hears_of_the_next(belt: Belt) -> None:
    one = critical_storm(belt)
    take(belt, one)
    put_many(belt, 1, start=30, **POST | CRITICAL)
    belt.triage()
    assert len(alarms(belt)) == 1
    belt.change(
        lambda session: cases.assign(
            cases.Desk(session, BRANDS, ["slack"], belt.now), one.id or 0, MARTA, "slack:U0LUCA:luca"
        )
    )
    put_many(belt, 1, start=40, **POST | CRITICAL)
    belt.triage()
    assert len(alarms(belt)) == 2


def test_a_storm_that_becomes_critical_in_somebodys_hands_says_that_alone(belt: Belt) -> None:
    put_many(belt, 12, **POST)
    belt.triage()
    (one,) = storms(belt)
    take(belt, one)
    put_many(belt, 1, start=20, **POST | CRITICAL)
    belt.triage()
    assert alarms(belt) == []
    assert [row.body["raised"] for row in belt.notifications() if row.body.get("raised")] == ["critical"]


@pytest.mark.parametrize("move", [cases.mark_replied, cases.resolve, cases.dismiss])
def test_a_storm_that_is_dealt_with_takes_no_critical_one(
    belt: Belt, move: Callable[..., cases.Move]
) -> None:
    one = critical_storm(belt)
    belt.change(lambda session: move(cases.Desk(session, BRANDS, ["slack"], belt.now), one.id or 0, MARTA))
    (number,) = put_many(belt, 1, start=30, **POST | CRITICAL)
    belt.triage()
    assert belt.case_of(number).id != one.id
    assert belt.told()[-1] == f"case:{belt.case_of(number).id}:slack"
    assert alarms(belt) == []


def test_praise_goes_its_own_way(belt: Belt) -> None:
    put_many(belt, 12)
    glad = belt.put("glad", "Che buon caffè, grazie di cuore a tutti!", **GLAD)
    belt.triage()
    assert belt.case_of(glad).channel == "praise"


def test_brands_do_not_mix(belt: Belt) -> None:
    put_many(belt, 12)
    other = belt.put("b1", bill(1), brand="berta", **BAD)
    belt.triage()
    assert not belt.case_of(other).storm


def test_a_snoozed_storm_sleeps_until_something_worse_comes(belt: Belt) -> None:
    put_many(belt, 12)
    belt.triage()
    (one,) = storms(belt)
    until = belt.now + timedelta(hours=1)
    belt.change(
        lambda session: cases.snooze(
            cases.Desk(session, BRANDS, ["slack"], belt.now), one.id or 0, "slack:U0MARTA:marta", until
        )
    )
    put_many(belt, 3, start=20)
    belt.triage()
    assert storms(belt)[0].snoozed_until == until
    assert {clock.kind for clock in running(belt, one)} == {ClockKind.CONTACT, ClockKind.SNOOZE}
    put_many(belt, 1, start=30, urgency="high")
    belt.triage()
    assert storms(belt)[0].snoozed_until is None
    (clock,) = running(belt, one)
    assert (clock.kind, clock.due_at) == (ClockKind.CONTACT, storms(belt)[0].due_at)


def test_a_critical_storm_that_was_put_aside_wakes_when_another_critical_one_joins(belt: Belt) -> None:
    put_many(belt, 12)
    belt.triage()
    put_many(belt, 2, start=20, **CRITICAL)  # the first has a message of its own
    belt.triage()
    (one,) = storms(belt)
    assert one.urgency == "critical"
    until = belt.now + timedelta(hours=1)
    belt.change(
        lambda session: cases.snooze(
            cases.Desk(session, BRANDS, ["slack"], belt.now), one.id or 0, "slack:U0MARTA:marta", until
        )
    )
    put_many(belt, 1, start=30)
    belt.triage()
    assert storms(belt)[0].snoozed_until == until
    put_many(belt, 2, start=40, **CRITICAL)
    belt.triage()
    assert storms(belt)[0].snoozed_until is None
    (line,) = [row for row in belt.notifications() if row.case_id == one.id and row.key.startswith("alarm:")]
    assert line.body["alarm"] is True
    assert ClockKind.CONTACT in {clock.kind for clock in running(belt, one)}


def running(belt: Belt, one: Case) -> list[Clock]:
    with belt.db.read() as session:
        rows = session.exec(select(Clock).where(Clock.case_id == one.id))
        return [clock for clock in rows if clock.rings_at is not None]


@pytest.mark.parametrize("text", [bill, lambda _: "Ridateci i soldi della bolletta addebitata due volte!"])
def test_it_has_one_clock_which_comes_sooner_when_it_is_more_urgent(
    belt: Belt, text: Callable[[int], str]
) -> None:
    """Whether it begins with a case of its own, or a case becomes it."""
    put_many(belt, 20, text)
    belt.triage()
    (one,) = storms(belt)
    for case_ in belt.cases():
        (clock,) = running(belt, case_)
        assert (clock.kind, clock.due_at) == (ClockKind.CONTACT, case_.due_at)
    belt.later(minutes=5)
    put_many(belt, 2, text, start=30, urgency="high")
    belt.triage()
    (raised,) = storms(belt)
    (clock,) = running(belt, one)
    assert raised.urgency == "high"
    assert raised.due_at is not None
    assert one.due_at is not None
    assert clock.due_at == raised.due_at < one.due_at


def test_what_is_answered_or_gone_in_a_storm_writes_no_line(belt: Belt) -> None:
    ids = put_many(belt, 14)
    belt.triage()
    (one,) = storms(belt)
    belt.later(minutes=5)
    belt.put("m13", bill(13), answer="Ci scusiamo.", answered_at=belt.now, **BAD)
    belt.triage()
    assert belt.case_of(ids[13]).status == "open"
    assert [row.kind for row in belt.notifications() if row.case_id == one.id] == [NotificationKind.CASE]


def test_a_storm_asks_once_why_grave_criticism_is_gone_from_our_own_page(belt: Belt) -> None:
    own: dict[str, Any] = {"source": "google", "platform": "google_business"}
    for n in range(14):
        belt.put(f"m{n}", bill(n), **CRITICAL, **own)
    belt.triage()
    (one,) = storms(belt)
    since = belt.now - timedelta(days=1)
    belt.change(lambda s: mark_gone(s, "google", {f"m{n}" for n in range(5)}, since=since, now=belt.now))
    belt.triage()
    belt.triage()
    (line,) = [
        row for row in belt.notifications() if row.body.get("event") == "vanished" and row.case_id == one.id
    ]
    assert line.key == f"vanished:storm:{one.id}:slack"


def test_triage_run_again_changes_nothing(belt: Belt) -> None:
    ids = put_many(belt, 20)
    belt.triage()
    before = len(belt.cases()), len(belt.notifications()), belt.drafts()
    for n, _ in enumerate(ids):
        belt.put(f"m{n}", bill(n), likes=3, **BAD)
    belt.triage()
    assert (len(belt.cases()), len(belt.notifications()), belt.drafts()) == before


def test_a_batch_costs_the_same_in_a_large_storm(small: Belt) -> None:
    put_many(small, 15)
    small.triage()

    def cost(start: int) -> int:
        put_many(small, 10, start=start)
        with counted(small.db) as made:
            small.look()
        return len(made)

    first = cost(20)
    put_many(small, 300, start=100)
    small.triage()
    assert cost(1000) <= first


def test_its_card_shows_the_worst(small: Belt) -> None:
    put_many(small, 12)
    small.triage()
    put_many(small, 1, start=50, urgency="high")
    put_many(small, 3, start=60, likes=40)
    small.triage()
    (one,) = storms(small)
    with small.db.read() as session:
        card = load_card(session, one.id or 0, AURORA, small.now)
        (spike,) = session.exec(select(Reason).where(Reason.kind == "spike")).all()
    assert (card.storm, card.mentions, card.urgency) == (True, 6, "high")
    assert card.quote.startswith("Bolletta numero 50")
    assert [row.quote.split()[2] for row in card.worst] == ["60", "61", "62", "10"]
    assert card.whys[0].kind == "spike"
    assert "bolletta" in spike.detail


# ---------------------------------------------------------------------- in Slack


@pytest.fixture
def clock(now: datetime) -> Time:
    return Time(now)


@pytest.fixture
def slack(clock: Time) -> Iterator[FakeSlack]:
    with fake_slack(clock=clock) as fake:
        yield fake


def test_its_message_goes_to_the_crisis_channel_and_is_edited_once_in_a_while(
    small: Belt, slack: FakeSlack, clock: Time
) -> None:
    channel = channel_to(slack)

    def deliver() -> None:
        deliver_waiting(small.db, {"slack": channel}, BRANDS, clock=clock)

    put_many(small, 12)
    small.triage()
    deliver()
    assert len(slack.in_channel("reputation")) == LIMIT
    (message,) = slack.in_channel("crisis")
    for second in range(60):  # a mention each second
        small.now = clock.now
        put_many(small, 1, start=300 + second)
        small.triage()
        deliver()
        clock.later(seconds=1)
    assert 60 / STORM_REST.total_seconds() / 2 <= len(message.history) <= 60 / STORM_REST.total_seconds()
    assert len(slack.messages) == LIMIT + 1
    clock.later(seconds=STORM_REST.total_seconds())
    deliver()
    assert "62 menzioni" in message.words()


def test_the_message_of_a_critical_storm_rests_however_many_critical_ones_join(
    small: Belt, slack: FakeSlack, clock: Time
) -> None:
    channel = channel_to(slack)

    def deliver() -> None:
        deliver_waiting(small.db, {"slack": channel}, BRANDS, clock=clock)

    put_many(small, 12, **POST)
    small.triage()
    deliver()
    (one,) = storms(small)
    (message,) = slack.by_key(f"case:{one.id}:slack")
    small.now = clock.now
    put_many(small, 1, start=20, **POST | CRITICAL)
    small.triage()
    deliver()
    assert len(message.history) == 1  # that it is critical shows at once
    edited, seen = [], 1
    for step in range(24):
        small.now = clock.now
        put_many(small, 1, start=300 + step, **POST | (CRITICAL if step % 3 else {}))
        small.triage()
        deliver()
        if len(message.history) > seen:
            seen = len(message.history)
            edited.append(clock.now)
        clock.later(seconds=0.3)
    assert len(edited) >= 24 * 0.3 / CRITICAL_REST.total_seconds() / 2
    assert min(after - before for before, after in itertools.pairwise(edited)) >= CRITICAL_REST
    clock.later(seconds=STORM_REST.total_seconds())
    deliver()
    assert "37 menzioni" in message.words()


def test_an_alarm_calls_whoever_has_it(small: Belt, slack: FakeSlack, clock: Time) -> None:
    channel = channel_to(slack)
    one = critical_storm(small)
    take(small, one)
    deliver_waiting(small.db, {"slack": channel}, BRANDS, clock=clock)
    put_many(small, 1, lambda _: "Mio figlio è in ospedale.", start=50, **POST | CRITICAL)
    small.triage()
    deliver_waiting(small.db, {"slack": channel}, BRANDS, clock=clock)
    (alarm,) = [message for message in slack.messages if message.key.startswith("alarm:")]
    (own,) = slack.by_key(f"case:{one.id}:slack")
    assert (alarm.thread_ts, alarm.broadcast) == (own.ts, True)
    assert "Un'altra menzione critica in questa ondata" in alarm.words()
    assert "Mio figlio è in ospedale." in alarm.words()
    assert "'user_id': 'U0MARTA'" in str(alarm.blocks)


def test_a_click_on_it_shows_at_once(small: Belt, slack: FakeSlack, clock: Time) -> None:
    channel = channel_to(slack)
    put_many(small, 12)
    small.triage()
    deliver_waiting(small.db, {"slack": channel}, BRANDS, clock=clock)
    put_many(small, 1, start=50)
    small.triage()
    (one,) = storms(small)
    marta = "slack:U0MARTA:marta"
    small.change(
        lambda session: cases.acknowledge(
            cases.Desk(session, BRANDS, ["slack"], clock.now), one.id or 0, marta
        )
    )
    deliver_waiting(small.db, {"slack": channel}, BRANDS, clock=clock)
    (message,) = slack.in_channel("crisis")
    assert len(message.history) == 1
    assert "marta" in message.text


def test_a_storm_is_over_as_a_whole_once_it_is_quiet() -> None:
    on = about("", last=QUIET)
    assert storm.is_on(on, NOW)
    assert not storm.is_on(on, NOW + timedelta(seconds=1))
