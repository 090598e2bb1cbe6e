"""From triage to a fake Slack: cases go where rules say, wait for quiet hours to end, or come in bundles; none is lost
and none comes twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from alerts import bundles, cases, notices, pausing
from alerts.cases import Desk
from alerts.channels.slack.client import Slack
from alerts.outbox import deliver_waiting
from alerts.routing import Routing
from alerts.words import Words
from store import switches
from store.db import Database
from store.retention import forget
from store.tables import Case, Notification, NotificationKind, OutboxState
from tests.alerts.belt import AURORA, BAD, BRANDS, CRITICAL, GLAD, PLAIN, Belt
from tests.fake_slack import BOT_TOKEN, Failure, FakeSlack, Message, fake_slack

CHANNELS = ("reputation", "kudos", "crisis", "ops", "bologna", "now")
REQUEST: dict[str, Any] = PLAIN | {"category": "information", "urgency": "normal"}
HIGH: dict[str, Any] = BAD | {"urgency": "high"}
MARTA, LUCA = "slack:U0MARTA:marta", "slack:U0LUCA:luca"


class Bench(Belt):
    """A belt that ends in a fake Slack; the fake and the outbox share its clock."""

    slack: FakeSlack
    channel: Slack
    routing: Routing

    def look(self, **options: Any) -> int:
        return super().look(**options, routing=self.routing)

    def set_up(self, slack: FakeSlack, **table: Any) -> "Bench":
        known = {"alerts": "#reputation", "praise": "#kudos", "crisis": "#crisis"}
        self.slack, self.routing = slack, Routing.model_validate(known | table)
        words = Words("en")
        self.channel = Slack(
            BOT_TOKEN, self.routing.address, words, api_url=slack.url, pace=timedelta(), timeout=20.0
        )
        return self

    def deliver(self) -> None:
        deliver_waiting(
            self.db, {"slack": self.channel}, BRANDS, clock=lambda: self.now, make_room=self.make_room
        )

    def make_room(self, session: Session, brand: str | None = None) -> None:
        bundles.make_room(session, self.routing, BRANDS, self.now, brand)

    def at(self, hour: int, minute: int = 0, day: int = 24) -> None:
        """Goes on to a time on the wall in Rome in November, and delivers what is ripe."""
        self.now = datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=1)
        self.deliver()

    def posted(self, channel: str = "reputation") -> list[str]:
        return [message.key for message in self.slack.in_channel(channel)]

    def bundle(self, channel: str = "reputation") -> Message:
        (found,) = [m for m in self.slack.in_channel(channel) if not m.key.startswith("case:")]
        return found

    def thread(self, key: str) -> list[str]:
        (message,) = self.slack.by_key(key)
        return [reply.key for reply in self.slack.thread(message)]

    def state(self, key: str) -> tuple[str, str | None]:
        (row,) = [row for row in self.notifications() if row.key == key]
        return row.state, row.bundle

    def assert_none_lost(self) -> None:
        """Each case has a message of its own, or stands in a bundle that has been sent; nothing came twice."""
        keys = [message.key for message in self.slack.messages]
        assert len(keys) == len(set(keys))
        rows = {row.key: row for row in self.notifications()}
        for case in self.cases():
            own = rows[f"case:{case.id}:slack"]
            told = own if own.state != OutboxState.BUNDLED else rows[own.bundle or ""]
            assert told.message_id is not None, case.id
            assert told.key in keys


@pytest.fixture
def slack(now: datetime) -> Iterator[FakeSlack]:
    with fake_slack(channels=CHANNELS) as fake:
        yield fake


@pytest.fixture
def bench(db: Database, now: datetime, slack: FakeSlack) -> Bench:
    return Bench(db, now).set_up(slack)


# -------------------------------------------------------------------------------------------------- rules


def test_a_case_goes_where_its_rule_says_and_its_thread_with_it(bench: Bench) -> None:
    bench.set_up(
        bench.slack,
        rules=[
            {"severity": ["critical"], "channel": "#now", "people": ["@legal", "U0MARTA"]},
            {"places": ["bologna"], "channel": "#bologna", "people": ["@luca"]},
        ],
    )
    shop = bench.alert("1", place="Caffè Aurora Bologna", **BAD)
    bench.alert("2", **BAD)
    bench.alert("3", place="Caffè Aurora Bologna", **CRITICAL)
    with bench.db.write() as session:
        case = session.get_one(Case, shop.id)
        notices.line(session, case, "gone:1", ["slack"], bench.now, event="gone")
        notices.remind(session, case, "overdue:1:1", ["slack"], bench.now, ["@marta", "@luca"])
    bench.deliver()
    assert [bench.posted(name) for name in ("bologna", "reputation", "now")] == [
        ["case:1:slack"], ["case:2:slack"], ["case:3:slack"]
    ]  # fmt: skip
    assert bench.thread("case:1:slack") == ["gone:1:slack", "overdue:1:1:slack"]
    (reminder,) = bench.slack.by_key("overdue:1:1:slack")
    assert "@marta and @luca" in reminder.words()
    (critical,) = bench.slack.in_channel("now")
    assert "For @legal and " in critical.words()
    assert '"user_id": "U0MARTA"' in str(critical.blocks).replace("'", '"')
    (calm,) = bench.slack.in_channel("bologna")
    assert "@luca" not in calm.words()
    bench.assert_none_lost()


def test_praise_and_a_storm_stay_where_they_belong(bench: Bench) -> None:
    bench.set_up(bench.slack, rules=[{"brand": "aurora", "channel": "#bologna"}])
    bench.alert("1", **BAD)
    bench.alert("2", **GLAD)
    bench.deliver()
    assert [bench.posted(name) for name in ("bologna", "kudos")] == [["case:1:slack"], ["case:2:slack"]]


def test_a_case_keeps_its_place_when_it_becomes_urgent_later(bench: Bench) -> None:
    """Its message is there already, and the story goes on under it."""
    bench.set_up(bench.slack, rules=[{"severity": "critical", "channel": "#now"}])
    bench.alert("1", thread="t", **BAD)
    bench.deliver()
    bench.later(minutes=5)
    bench.alert("2", thread="t", **CRITICAL)
    bench.deliver()
    assert (bench.posted(), bench.posted("now")) == (["case:1:slack"], [])
    assert len(bench.thread("case:1:slack")) == 1


def test_a_place_that_is_closed_holds_back_only_what_goes_there(bench: Bench) -> None:
    bench.set_up(bench.slack, rules=[{"places": "bologna", "channel": "#nowhere"}])
    for number in ("1", "2"):
        bench.alert(number, place="Bologna", **HIGH)
    bench.alert("3", **BAD)
    bench.deliver()
    told = "trouble:slack:#nowhere:channel_not_found:2026-11-24:slack"
    assert sorted(bench.posted()) == ["case:3:slack", told]
    failed = {row.key: row.error for row in bench.notifications() if row.state == OutboxState.FAILED}
    assert set(failed) == {"case:1:slack", "case:2:slack"}
    assert all("channel_not_found" in str(error) for error in failed.values())


def test_a_place_that_asks_to_wait_holds_back_only_what_goes_there(bench: Bench) -> None:
    bench.set_up(bench.slack, rules=[{"places": "bologna", "channel": "#bologna"}])
    bench.slack.fail("chat.postMessage", Failure(429, retry_after=30))
    bench.alert("1", place="Bologna", **HIGH)
    bench.alert("2", place="Bologna", **HIGH)
    bench.alert("3", **BAD)
    bench.deliver()
    assert (bench.posted(), bench.posted("bologna")) == (["case:3:slack"], [])
    bench.later(seconds=31)
    bench.deliver()
    assert sorted(bench.posted("bologna")) == ["case:1:slack", "case:2:slack"]


# -------------------------------------------------------------------------------------------------- quiet


LIMIT = AURORA.policy.storm
QUIET = {"quiet": "mon-sun 19:00-08:00"}


def test_what_is_not_urgent_waits_for_the_morning(bench: Bench) -> None:
    bench.set_up(bench.slack, **QUIET)
    bench.at(20)
    bench.alert("1", **BAD)
    bench.alert("2", **CRITICAL)
    bench.alert("3", **HIGH)
    bench.alert("4", **GLAD)
    bench.deliver()
    assert sorted(bench.posted()) == ["case:2:slack", "case:3:slack"]
    bench.at(7, 59, day=25)
    assert (len(bench.posted()), bench.posted("kudos")) == (2, [])
    bench.at(8, day=25)
    assert "case:1:slack" in bench.posted()
    assert bench.posted("kudos") == ["case:4:slack"]
    bench.assert_none_lost()


def test_edits_go_on_at_night_and_lines_of_people_too(bench: Bench) -> None:
    bench.set_up(bench.slack, **QUIET)
    case = bench.alert("1", thread="t", **BAD)
    bench.deliver()
    bench.at(20)
    bench.alert("2", thread="t", author="author of 1", **BAD)
    bench.deliver()
    assert bench.thread("case:1:slack") == []  # the customer's words wait, as nobody is called by them
    assert "2 mentions in this case" in bench.slack.in_channel("reputation")[0].words()
    with bench.db.write() as session:
        cases.acknowledge(Desk(session, BRANDS, ["slack"], bench.now), case.id or 0, MARTA)
    bench.deliver()
    assert "Acknowledged" in bench.slack.in_channel("reputation")[0].words()
    assert len(bench.thread("case:1:slack")) == 2  # in their order


def test_a_line_that_waits_for_the_morning_holds_back_nobody_who_is_called(bench: Bench) -> None:
    bench.set_up(bench.slack, **QUIET)
    case = bench.alert("1", thread="t", **BAD)
    bench.alert("2", thread="u", **BAD)
    bench.deliver()
    bench.at(20)
    bench.alert("3", thread="t", author="author of 1", **BAD)
    bench.alert("4", thread="u", author="author of 2", **BAD)
    bench.at(20, 30)
    with bench.db.write() as session:
        desk = Desk(session, BRANDS, ["slack"], bench.now)
        cases.assign(desk, case.id or 0, MARTA, LUCA)
        notices.remind(session, session.get_one(Case, case.id), "overdue:1:1", ["slack"], bench.now, [])
    rows = [
        row.key for row in bench.notifications() if row.case_id == 1 and row.kind != NotificationKind.CASE
    ]
    bench.at(21)
    assert bench.thread("case:1:slack") == rows
    assert [rows[1].partition(":")[0], *rows[2:]] == ["move", "overdue:1:1:slack"]
    assert bench.thread("case:2:slack") == []  # nobody is called there
    bench.at(8, day=25)
    assert len(bench.thread("case:2:slack")) == 1


def test_a_case_that_waits_and_becomes_urgent_waits_no_more(bench: Bench) -> None:
    bench.set_up(bench.slack, rules=[{"severity": "critical", "channel": "#now"}], **QUIET)
    bench.at(20)
    bench.alert("1", thread="t", **BAD)
    bench.deliver()
    assert bench.posted() == []
    bench.alert("2", thread="t", **CRITICAL)
    bench.deliver()
    assert bench.posted("now") == ["case:1:slack"]  # where what is critical goes
    assert len(bench.thread("case:1:slack")) == 1


def test_what_waits_for_the_morning_survives_a_place_that_is_closed(bench: Bench) -> None:
    """A mend brings back what has failed; what waits for its time goes on waiting for it."""
    bench.set_up(bench.slack, alerts="#nowhere", **QUIET)
    bench.at(20)
    bench.alert("1", **BAD)
    bench.alert("2", **HIGH)
    bench.deliver()
    assert [bench.state(f"case:{n}:slack")[0] for n in (1, 2)] == [OutboxState.WAITING, OutboxState.FAILED]


# ------------------------------------------------------------------------------------------------ bundles


def test_an_hour_comes_as_one_message(bench: Bench) -> None:
    bench.set_up(bench.slack, bundle="hour")
    for number in "123":
        bench.alert(number, stars=2.0, url=f"https://apps.example.com/{number}", **BAD)
    bench.alert("4", **REQUEST)
    bench.alert("5", **HIGH)
    bench.alert("6", **GLAD)
    bench.deliver()
    assert (bench.posted(), bench.posted("kudos")) == (["case:5:slack"], ["case:6:slack"])
    bench.at(12, 59)
    assert len(bench.posted()) == 1
    bench.at(13)
    message = bench.bundle()
    words = message.words()
    assert "Caffè Aurora: 4 cases to look at" in words
    assert words.count("🟡") == 4
    assert "App Store · ★★☆☆☆ · author of 1: “Il caffè numero 1 era freddo" in words
    assert [button["value"] for button in message.buttons().values()] == ["1", "2", "3", "4"]
    assert str(message.blocks).count("https://apps.example.com/") == 3
    bench.assert_none_lost()
    bench.alert("7", **BAD)
    bench.at(14)
    assert len([key for key in bench.posted() if key.startswith("bundle:hour:")]) == 2
    bench.assert_none_lost()


def test_a_day_comes_when_people_begin_to_work(bench: Bench) -> None:
    bench.set_up(bench.slack, bundle="day")
    bench.alert("1", **BAD)
    bench.at(18)
    bench.alert("2", **BAD)
    bench.at(8, 59, day=25)
    assert bench.posted() == []
    bench.at(9, day=25)
    assert "2 cases to look at" in bench.bundle().words()
    bench.assert_none_lost()


def test_a_bundle_never_comes_in_quiet_hours(bench: Bench) -> None:
    bench.set_up(bench.slack, bundle="hour", **QUIET)
    bench.at(18, 30)
    bench.alert("1", **BAD)
    bench.at(23)
    bench.alert("2", **BAD)
    bench.at(7, 59, day=25)
    assert bench.posted() == []
    bench.at(8, day=25)
    assert "2 cases to look at" in bench.bundle().words()
    bench.assert_none_lost()


def test_each_place_has_its_bundle(bench: Bench) -> None:
    rules = [{"places": "bologna", "channel": "#bologna"}, {"languages": "de", "bundle": "no"}]
    bench.set_up(bench.slack, bundle="hour", rules=rules)
    bench.alert("1", place="Bologna", **BAD)
    bench.alert("2", **BAD)
    bench.alert("3", lang="de", score_lang="de", **BAD)
    bench.at(13)
    assert "1 case to look at" in bench.bundle("bologna").words()
    assert "1 case to look at" in bench.bundle().words()
    assert "case:3:slack" in bench.posted()
    bench.assert_none_lost()


@pytest.mark.parametrize(
    ("news", "own"),
    [
        ({"sentiment": "negative", "category": "complaint", "urgency": "critical", "negative": 0.9}, True),
        (HIGH, True),
        (BAD, True),  # its author writes again
        (GLAD, True),
    ],
)
def test_who_writes_again_or_becomes_urgent_leaves_the_bundle(
    bench: Bench, news: dict[str, Any], own: bool
) -> None:
    bench.set_up(bench.slack, bundle="hour")
    bench.alert("1", thread="t", author="ada", **BAD)
    bench.alert("2", **BAD)
    bench.later(minutes=5)
    bench.alert("3", thread="t", author="ada", published_at=bench.now, **news)
    bench.deliver()
    assert (bench.posted() == ["case:1:slack"]) is own
    assert len(bench.thread("case:1:slack")) == 1
    bench.at(13)
    assert "1 case to look at" in bench.bundle().words()
    assert bench.state("case:1:slack") == (OutboxState.SENT, None)
    bench.assert_none_lost()


def test_a_bundle_that_all_have_left_is_not_sent(bench: Bench) -> None:
    bench.set_up(bench.slack, bundle="hour")
    bench.alert("1", thread="t", **BAD)
    bench.alert("2", thread="t", **CRITICAL)
    bench.at(13)
    assert bench.posted() == ["case:1:slack"]
    assert [row.key for row in bench.notifications() if row.kind == NotificationKind.BUNDLE] == []


def test_after_the_bundle_a_case_that_becomes_urgent_has_its_own_message(bench: Bench) -> None:
    bench.set_up(bench.slack, bundle="hour", rules=[{"severity": "critical", "channel": "#now"}])
    bench.alert("1", thread="t", **BAD)
    bench.at(13)
    bench.alert("2", thread="t", **CRITICAL)
    bench.deliver()
    assert bench.posted("now") == ["case:1:slack"]
    assert "in a message of its own" in bench.bundle().words()  # edited
    assert not bench.bundle().buttons()
    bench.assert_none_lost()


def test_what_is_resolved_meanwhile_is_listed_as_done(bench: Bench) -> None:
    bench.set_up(bench.slack, bundle="hour")
    first, second = bench.alert("1", **BAD), bench.alert("2", **BAD)

    def resolve(case: Case) -> None:
        with bench.db.write() as session:
            cases.resolve(Desk(session, BRANDS, ["slack"], bench.now), case.id or 0, MARTA, "apology")

    resolve(first)
    bench.at(13)
    assert "1 case to look at" in bench.bundle().words()
    assert "✓ App Store · author of 1" in bench.bundle().words()
    resolve(second)
    bench.deliver()
    assert "nothing left to look at" in bench.bundle().words()
    assert bench.slack.messages == [bench.bundle()]  # no line of theirs was told anywhere
    bench.assert_none_lost()


def show(bench: Bench, case_id: int, who: str = MARTA) -> cases.Move:
    with bench.db.write() as session:
        return bundles.show(Desk(session, BRANDS, ["slack"], bench.now), case_id, who)


def test_a_person_may_see_one_as_a_message_of_its_own(bench: Bench) -> None:
    bench.set_up(bench.slack, bundle="hour")
    case = bench.alert("1", **BAD)
    bench.alert("2", **BAD)
    with bench.db.write() as session:
        cases.acknowledge(Desk(session, BRANDS, ["slack"], bench.now), case.id or 0, MARTA)
    bench.at(13)
    assert show(bench, 1).done
    second = show(bench, 1, LUCA)
    assert (second.done, second.by) == (False, MARTA)
    bench.deliver()
    assert "case:1:slack" in bench.posted()
    assert len(bench.thread("case:1:slack")) == 1  # who has taken it
    assert list(bench.bundle().buttons()) == ["ascolto.bundle.show.v1.2"]
    assert [audit.action for audit in bench.audits("show")] == ["show"]
    bench.assert_none_lost()


@pytest.mark.parametrize("sent", [False, True])
@pytest.mark.parametrize("move", ["assign", "reopen", "take over"])
def test_whoever_is_called_about_a_case_of_a_bundle_hears_of_it(bench: Bench, move: str, sent: bool) -> None:
    bench.set_up(bench.slack, bundle="hour")
    case, other = bench.alert("1", **BAD).id or 0, bench.alert("2", **BAD).id or 0
    if sent:
        bench.at(13)
    with bench.db.write() as session:
        desk = Desk(session, BRANDS, ["slack"], bench.now)
        if move == "assign":
            cases.assign(desk, case, MARTA, LUCA)
        elif move == "reopen":
            cases.resolve(desk, case, MARTA, "apology")
            cases.reopen(desk, case, LUCA)
        else:
            session.get_one(Case, case).owner = MARTA
            cases.acknowledge(desk, case, LUCA)
        cases.acknowledge(desk, other, LUCA)  # calls nobody
    bench.deliver()
    assert [key for key in bench.posted() if key.startswith("case:")] == ["case:1:slack"]
    (message,) = bench.slack.by_key("case:1:slack")
    assert any("LUCA" in f"{reply.words()} {reply.blocks}".upper() for reply in bench.slack.thread(message))
    bench.at(13)
    assert ("in a message of its own" in bench.bundle().words()) is sent
    assert f"ascolto.bundle.show.v1.{case}" not in bench.bundle().buttons()
    bench.assert_none_lost()


def test_what_is_overdue_does_not_wait_for_its_bundle(bench: Bench) -> None:
    bench.set_up(bench.slack, bundle="day")
    case = bench.alert("1", **BAD)
    with bench.db.write() as session:
        notices.remind(session, session.get_one(Case, case.id), "overdue:1:1", ["slack"], bench.now, [])
    bench.deliver()
    assert bench.posted() == ["case:1:slack"]
    assert bench.thread("case:1:slack") == ["overdue:1:1:slack"]
    bench.at(9, day=25)
    assert len(bench.posted()) == 1


def test_a_case_that_comes_while_its_bundle_is_sent_is_not_lost(bench: Bench) -> None:
    """Triage began before the hour was over, and ended after the bundle had gone."""
    bench.set_up(bench.slack, bundle="hour")
    bench.alert("1", **BAD)
    before = bench.now
    bench.at(13)
    assert "1 case to look at" in bench.bundle().words()
    bench.now = before
    bench.alert("2", **BAD)
    bench.at(13, 1)
    assert "2 cases to look at" in bench.bundle().words()
    bench.assert_none_lost()


def test_what_changes_while_its_bundle_is_sent_is_edited(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.set_up(bench.slack, bundle="hour")
    bench.alert("1", **BAD)
    bench.alert("2", **BAD)
    post = bench.channel.post

    def slowly(*about: Any) -> Any:
        sent = post(*about)
        monkeypatch.setattr(bench.channel, "post", post)
        show(bench, 1)
        return sent

    monkeypatch.setattr(bench.channel, "post", slowly)
    bench.at(13)
    assert "in a message of its own" in bench.bundle().words()
    assert "case:1:slack" in bench.posted()
    bench.assert_none_lost()


def test_the_words_of_an_erased_author_leave_the_bundle(bench: Bench) -> None:
    bench.set_up(bench.slack, bundle="hour")
    bench.alert("1", author="ada", **BAD)
    bench.alert("2", **BAD)
    bench.at(13)
    assert "ada" in bench.bundle().words()
    with bench.db.write() as session:
        forget(session, "appstore", "ada", now=bench.now)
    bench.deliver()
    assert "ada" not in bench.bundle().words()
    assert "numero 1" not in bench.bundle().words()
    assert "numero 2" in bench.bundle().words()


def test_many_are_listed_as_people_get_on(bench: Bench) -> None:
    bench.set_up(bench.slack, bundle="hour")
    for number in range(1, 31):
        bench.alert(str(number), **BAD)
        bench.later(seconds=90)  # at once they were a storm
    bench.at(13)
    assert "30 cases to look at" in bench.bundle().words()
    assert len(bench.bundle().buttons()) == 20
    assert "10 more cases are not shown" in bench.bundle().words()
    with bench.db.write() as session:
        for number in range(1, 21):
            cases.dismiss(Desk(session, BRANDS, ["slack"], bench.now), number, MARTA)
    bench.deliver()
    assert [button["value"] for button in bench.bundle().buttons().values()] == [
        str(number) for number in range(21, 31)
    ]


def test_a_storm_is_told_at_once_whatever_is_bundled(bench: Bench) -> None:
    bench.set_up(bench.slack, bundle="hour", most_per_hour=1, **QUIET)
    bench.at(20)
    for number in range(1, LIMIT + 4):
        bench.alert(str(number), **BAD)
    bench.deliver()
    assert (bench.posted(), bench.posted("crisis")) == ([], [f"case:{LIMIT + 1}:slack"])
    bench.at(8, day=25)
    assert f"{LIMIT} cases to look at" in bench.bundle().words()
    bench.assert_none_lost()


def test_a_case_that_becomes_a_storm_leaves_its_bundle(bench: Bench) -> None:
    bench.set_up(bench.slack, bundle="hour")
    bench.alert("0", **BAD)
    for number in range(1, LIMIT + 3):
        bench.alert(str(number), thread="t", **BAD)
    assert [case.storm for case in bench.cases()] == [False, True]
    bench.deliver()
    assert bench.posted() == ["case:2:slack"]
    bench.at(13)
    assert "1 case to look at" in bench.bundle().words()
    bench.assert_none_lost()


def test_a_pause_holds_a_bundle_back(bench: Bench) -> None:
    bench.set_up(bench.slack, bundle="hour")
    bench.alert("1", **BAD)
    with bench.db.write() as session:
        switches.set(session, switches.pause("aurora"), None, MARTA, bench.now)
    bench.at(14)
    assert bench.posted() == []
    with bench.db.write() as session:
        switches.off(session, switches.pause("aurora"), MARTA, bench.now)
    bench.deliver()
    assert "1 case to look at" in bench.bundle().words()


def test_beside_slack_each_case_is_told_at_once(bench: Bench) -> None:
    bench.channels = ("slack", "email")
    bench.set_up(bench.slack, bundle="hour", rules=[{"places": "bologna", "channel": "#bologna"}])
    bench.alert("1", place="Bologna", **BAD)
    mails = [row for row in bench.notifications() if row.channel == "email"]
    assert [(row.key, row.state, row.next_try_at, row.routed_to, row.bundle) for row in mails] == [
        ("case:1:email", OutboxState.WAITING, None, None, None)
    ]


def test_a_bundle_whose_send_has_no_known_end_comes_once(bench: Bench) -> None:
    bench.set_up(bench.slack, bundle="hour")
    bench.alert("1", **BAD)
    bench.slack.fail("chat.postMessage", Failure(500, accepted=True))
    bench.at(13)
    bench.later(minutes=1)
    bench.deliver()
    bench.assert_none_lost()
    assert len(bench.posted()) == 1


def test_on_a_terminal_nothing_is_bundled_or_waits(bench: Bench) -> None:
    bench.set_up(bench.slack, bundle="hour", **QUIET)
    bench.channels = ("console",)
    bench.alert("1", **BAD)
    assert [(row.key, row.state, row.next_try_at) for row in bench.notifications()] == [
        ("case:1:console", OutboxState.WAITING, None)
    ]


# -------------------------------------------------------------------------------------------------- limit


def test_never_more_than_so_many_an_hour_short_of_critical(bench: Bench) -> None:
    bench.set_up(bench.slack, most_per_hour=3)
    for number in range(1, 9):
        bench.alert(str(number), **(HIGH if number % 2 else BAD))
    bench.alert("c1", **CRITICAL)
    bench.alert("c2", **CRITICAL)
    bench.deliver()
    assert set(bench.posted()) == {f"case:{n}:slack" for n in (1, 2, 3, 9, 10)}
    bench.at(12, 59)
    assert len(bench.posted()) == 5
    bench.at(13)
    words = bench.bundle().words()
    assert "5 cases to look at" in words
    assert "More came within an hour" in words
    assert words.index("🟠") < words.index("🟡")
    bench.assert_none_lost()


def test_another_channel_and_a_later_hour_have_room(bench: Bench) -> None:
    bench.set_up(bench.slack, most_per_hour=2, rules=[{"places": "bologna", "channel": "#bologna"}])
    for number in range(1, 4):
        bench.alert(str(number), **BAD)
    bench.alert("b", place="Bologna", **BAD)
    bench.alert("p", **GLAD)
    bench.deliver()
    assert [len(bench.posted(name)) for name in ("reputation", "bologna", "kudos")] == [2, 1, 1]
    bench.at(13, 1)
    bench.alert("5", **BAD)
    bench.deliver()
    assert "case:6:slack" in bench.posted()
    bench.assert_none_lost()


def test_channels_that_are_the_same_share_the_limit(bench: Bench) -> None:
    rules = [{"places": "bologna", "channel": "#reputation"}, {"languages": "de", "channel": "#kudos"}]
    bench.set_up(bench.slack, most_per_hour=2, rules=rules, praise="#reputation", alerts="#reputation")
    bench.alert("1", **BAD)
    bench.alert("2", place="Bologna", **BAD)
    bench.alert("3", **GLAD)
    bench.deliver()
    assert bench.posted() == ["case:1:slack", "case:2:slack"]
    bench.at(13)
    assert "💚" in bench.bundle().words()
    bench.assert_none_lost()


def test_the_morning_after_a_long_night_is_no_flood(bench: Bench) -> None:
    bench.set_up(bench.slack, most_per_hour=5, **QUIET)
    bench.at(20)
    for number in range(1, 21):
        bench.alert(str(number), **BAD)
        bench.later(minutes=2)  # at once they were a storm
    bench.at(8, day=25)
    assert len(bench.posted()) == 6
    assert "15 cases to look at" in bench.bundle().words()
    bench.assert_none_lost()


def test_after_a_pause_no_channel_is_flooded(database: Database, now: datetime, slack: FakeSlack) -> None:
    bench = Bench(database, now).set_up(slack, most_per_hour=3)
    with bench.db.write() as session:
        switches.set(session, switches.pause(switches.ALL), None, "slack:U0MARTA:marta", bench.now)
    for number in range(1, 9):
        bench.alert(str(number), thread=f"t{number}", author=f"a{number}", **(HIGH if number == 8 else BAD))
        bench.later(minutes=20)  # at once they were a storm
    bench.alert("c", **CRITICAL)
    bench.deliver()
    assert bench.posted() == ["case:9:slack"]
    with bench.db.write() as session:  # somebody was called in the thread of the fifth
        notices.remind(session, session.get_one(Case, 5), "overdue:5:1", ["slack"], bench.now, [])
        switches.off(session, switches.pause(switches.ALL), "slack:U0MARTA:marta", bench.now)
    assert pausing.tell(bench.db, ["slack"], bench.now, bench.make_room) == 1
    bench.deliver()
    told = {key for key in bench.posted() if key.startswith("case:")}
    assert told == {f"case:{n}:slack" for n in (9, 8, 1, 2, 5)}
    bench.later(minutes=60)
    bench.deliver()
    (rest,) = [message for message in bench.slack.messages if message.key.startswith(notices.LIMIT)]
    assert "4 cases to look at" in rest.words()
    bench.assert_none_lost()


OUTAGES = {
    "cannot be reached": Failure(status=403, body="<html>"),  # a proxy's: Slack has not heard of it
    "trouble of its own": Failure(status=503),  # each is looked for before it is sent again
}


def outage(bench: Bench, failure: Failure) -> None:
    """Eight cases of three hours, the last of them high, and a critical one; Slack takes none of them."""
    bench.slack.fail("chat.postMessage", *(Failure(**vars(failure)) for _ in range(1_000)))
    bench.slack.fail("conversations.history", *(Failure(status=503) for _ in range(1_000)))
    for number in range(1, 9):
        bench.alert(str(number), thread=f"t{number}", author=f"a{number}", **(HIGH if number == 8 else BAD))
        bench.deliver()
        bench.later(minutes=20)  # at once they were a storm
        bench.deliver()  # so that what was tried before is not due when the next comes
    bench.alert("c", **CRITICAL)
    bench.deliver()
    bench.later(minutes=20)


@pytest.mark.parametrize("failure", OUTAGES.values(), ids=OUTAGES.keys())
def test_after_an_outage_no_channel_is_flooded(
    database: Database, now: datetime, slack: FakeSlack, failure: Failure
) -> None:
    bench = Bench(database, now).set_up(slack, most_per_hour=3)
    outage(bench, failure)
    assert slack.messages == []
    slack.recover()
    bench.deliver()
    assert bench.posted() == [f"case:{n}:slack" for n in (9, 8, 1, 2)]
    bench.later(minutes=60)
    bench.deliver()
    assert "5 cases to look at" in bench.bundle().words()
    bench.assert_none_lost()


def test_what_slack_took_in_an_outage_is_told_once(
    database: Database, now: datetime, slack: FakeSlack
) -> None:
    """Nobody knows of it until it is found: no list tells it again. Praise is what would come last."""
    bench = Bench(database, now).set_up(slack, most_per_hour=3, praise="#reputation")
    slack.fail("chat.postMessage", Failure(status=503, accepted=True))
    bench.alert("p", **GLAD)
    bench.deliver()
    outage(bench, OUTAGES["cannot be reached"])
    assert bench.posted() == ["case:1:slack"]
    slack.recover()
    bench.deliver()
    assert bench.state("case:1:slack") == (OutboxState.SENT, None)
    bench.later(minutes=60)
    bench.deliver()
    assert "💚" not in bench.bundle().words()
    bench.assert_none_lost()


def test_after_a_mend_no_channel_is_flooded(database: Database, now: datetime, slack: FakeSlack) -> None:
    bench = Bench(database, now).set_up(slack, most_per_hour=3)
    slack.joined.clear()
    outage(bench, Failure())
    slack.recover()
    slack.joined.update(slack.channels.values())
    bench.deliver()
    told = [message.words() for message in bench.slack.in_channel("reputation")]
    assert len(told) == 1 + 3
    assert bench.posted()[:2] == ["case:9:slack", "case:8:slack"]
    bench.later(minutes=60)
    bench.deliver()
    bench.assert_none_lost()


def make_room(bench: Bench) -> int:
    with bench.db.write() as session:
        return bundles.make_room(session, bench.routing, BRANDS, bench.now)


def test_what_a_person_wanted_to_see_goes_back_to_no_list(bench: Bench) -> None:
    bench.set_up(bench.slack, most_per_hour=1)
    bench.alert("1", **BAD)
    bench.alert("2", **BAD)
    bench.at(13)
    show(bench, 2)
    assert make_room(bench) == 0
    bench.deliver()
    assert bench.posted()[-1] == "case:2:slack"
    bench.assert_none_lost()


def test_what_a_pause_goes_on_holding_back_takes_no_room(bench: Bench) -> None:
    bench.set_up(bench.slack, most_per_hour=2)
    with bench.db.write() as session:
        switches.set(session, switches.pause("berta"), None, MARTA, bench.now)
    for number in "12":
        bench.alert(number, brand="berta", **BAD)
    bench.later(minutes=61)
    bench.alert("3", **BAD)
    assert make_room(bench) == 0


def test_too_much_for_the_hour_leaves_when_it_is_critical_or_high_and_due(bench: Bench) -> None:
    bench.set_up(bench.slack, most_per_hour=1)
    bench.alert("1", **BAD)
    bench.alert("2", thread="t", author="ada", **BAD)
    bench.alert("3", thread="u", author="eva", **BAD)
    bench.alert("6", **BAD)
    bench.later(minutes=1)
    bench.alert("4", thread="t", author="ada", published_at=bench.now, **HIGH)
    bench.alert("5", thread="u", author="eva", published_at=bench.now, **CRITICAL)
    with bench.db.write() as session:
        notices.remind(session, session.get_one(Case, 4), "overdue:4:1", ["slack"], bench.now, [])
    bench.deliver()
    assert sorted(bench.posted()) == ["case:1:slack", "case:3:slack"]
    with bench.db.write() as session:
        notices.remind(session, session.get_one(Case, 2), "overdue:2:1", ["slack"], bench.now, [])
    bench.deliver()
    assert sorted(bench.posted()) == ["case:1:slack", "case:2:slack", "case:3:slack"]
    assert "overdue:2:1:slack" in bench.thread("case:2:slack")
    bench.at(13)
    assert "1 case to look at" in bench.bundle().words()
    bench.assert_none_lost()


# ------------------------------------------------------------------------------------------- both engines


def test_rows_on_both_engines(database: Database, now: datetime, slack: FakeSlack) -> None:
    bench = Bench(database, now).set_up(slack, bundle="hour", most_per_hour=2, **QUIET)
    bench.alert("1", **BAD)
    bench.alert("2", thread="t", **BAD)
    bench.alert("3", thread="t", **HIGH)
    for number in "456":
        bench.alert(number, **HIGH)
    show(bench, 1)
    bench.deliver()
    bench.at(13)
    with database.write() as session:
        forget(session, "appstore", "author of 1", now=bench.now)
    bench.deliver()
    bench.assert_none_lost()
    assert _states(database) == {"sent", "bundled"}


def _states(db: Database) -> set[str]:
    with db.read() as session:
        return set(_select_states(session))


def _select_states(session: Session) -> list[str]:
    return list(session.exec(select(col(Notification.state))))
