"""A simulated brand through the real triage: a spike in its criticism is one case, told once, edited, and over."""

import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete
from sqlmodel import col, select

from alerts import brief_words, cases, overview, spike_cases, telling
from alerts.card import load_card
from alerts.charts.spike import SpikeChart
from alerts.series_state import stored
from alerts.spikes import Detector
from alerts.tally import STEP, floor
from alerts.views import load_view
from alerts.words import Words
from store.db import Database
from store.tables import Case, CaseStatus, Mention, Notification, Series, Spike
from tests.alerts.belt import BRANDS, PLAIN, Belt
from tests.alerts.queries import counted
from tests.alerts.rows import desk

KNOWN = [("brand", "", False), ("brand", "", True), ("source", "app", True), ("topic", "staff", True)]
PARCEL = "Il pacco non arriva da giorni e il corriere non risponde. Che delusione, ordine {n}."


class Brand(Belt):
    """A brand of a few mentions a day; `live` lets time go by with them."""

    made = 0

    def write(self, text: str = "", **said: Any) -> int:
        self.made += 1
        words = (
            text.format(n=self.made)
            if text
            else f"Nota {self.made}: tavolo {self.made % 17} in attesa, peccato."
        )
        known: dict[str, Any] = {
            "published_at": self.now - timedelta(minutes=1),
            "source": "app",
            "topics": ["staff"],
        }
        return self.put(f"m{self.made}", words, **known | said)

    def past(self, days: int = 9) -> None:
        """So many days of about five complaints each, as the series remember them, with a dozen of the mentions."""
        for n in range(12):
            self.write(published_at=self.now - timedelta(days=6) + n * timedelta(hours=12))
        self.triage()
        detector, zone, rng = Detector(), BRANDS["aurora"].zone, random.Random(1)
        start = floor(self.now) - timedelta(days=days)
        for n in range(days * 96):
            detector.watch((start + n * STEP).astimezone(zone), int(rng.random() < 5 / 96))
        state = stored(detector)

        def keep(session: Any) -> None:
            session.execute(delete(Series))
            for kind, name, negative in KNOWN:
                key: dict[str, Any] = {"brand": "aurora", "kind": kind, "name": name, "negative": negative}
                session.add(Series(**key, upto=floor(self.now), state=state))

        self.change(keep)

    def live(self, days: float, every: float = 5.0, **said: Any) -> None:
        """A complaint each `every` hours, give or take, looked at each time."""
        end = self.now + timedelta(days=days)
        while self.now < end:
            self.later(hours=every * (0.6 + 0.8 * (self.made * 0.618 % 1)))
            self.write(**said)
            self.triage()
            self.watch()

    def watch(self) -> int:
        return spike_cases.look(self.db, BRANDS, self.channels, self.now)

    def storm(self, hours: int, an_hour: int = 4, text: str = PARCEL, **said: Any) -> None:
        for _ in range(hours):
            self.later(hours=1)
            for _ in range(an_hour):
                self.write(text, **{"topics": ["delivery"], "source": "shop"} | said)
            self.triage()
            self.watch()

    def spikes(self) -> list[Spike]:
        return self._all(Spike)

    def series(self) -> list[Series]:
        return self._all(Series)

    def spike_cases(self) -> list[Case]:
        return [case for case in self.cases() if "spike" in case.reasons]

    def told_of(self, case: Case) -> list[str]:
        with self.db.read() as session:
            rows = session.exec(
                select(Notification).where(Notification.case_id == case.id).order_by(col(Notification.id))
            )
            return [row.key for row in rows]


@pytest.fixture
def brand(database: Database, now: Any) -> Brand:
    return Brand(database, now)


@pytest.fixture
def small(db: Database, now: Any) -> Brand:
    return Brand(db, now)


def test_a_spike_is_one_case_with_its_reasons_and_says_when_it_is_over(brand: Brand) -> None:
    brand.past()
    assert brand.spikes() == []
    quiet = len(brand.cases())
    brand.storm(6)
    (spike,) = brand.spikes()
    (case,) = brand.spike_cases()
    assert (case.urgency, case.status, case.mention_id, case.reasons) == ("high", "open", None, ["spike"])
    assert case.due_at is not None
    assert spike.negative
    assert spike.count > 3 * spike.expected
    assert {(part["kind"], part["name"]) for part in spike.parts} >= {
        ("topic", "delivery"),
        ("source", "shop"),
    }
    assert any("corriere" in phrase for phrase in spike.phrases)
    assert not any("peccato" in phrase for phrase in spike.phrases)
    assert len(set(spike.examples)) == 3
    assert brand.told_of(case) == [f"case:{case.id}:slack"]
    version = case.version

    brand.storm(6)
    (case,) = brand.spike_cases()
    assert case.version > version, "the message follows the figures"
    assert brand.told_of(case) == [f"case:{case.id}:slack"], "and stays one"
    assert len(brand.cases()) == quiet + 1 + 48

    brand.live(2)
    (spike,) = brand.spikes()
    assert spike.over_at is not None
    keys = brand.told_of(case)
    assert len(keys) == 2
    assert keys[1].startswith(f"spike_over:{spike.id}:")
    assert [audit.action for audit in brand.audits("spike", "spike_over")] == ["spike", "spike_over"]


def test_the_message_tells_it_in_both_languages(small: Brand) -> None:
    small.past()
    small.storm(6)
    (case,) = small.spike_cases()
    with small.db.read() as session:
        card = load_card(session, case.id or 0, BRANDS["aurora"], small.now)
        assert telling.headline(card, Words("en")) == "High · Spike: more criticism than usual"
        assert telling.headline(card, Words("it")) == "Alto · Picco: più critiche del solito"
        english, italian = telling.whys(card, Words("en")), telling.whys(card, Words("it"))
        assert [row.quote for row in card.worst] != []
    assert "negative mentions in" in english[0]
    assert "menzioni negative in" in italian[0]
    assert any(line.startswith("Topics: delivery ") for line in english)
    assert any(line.startswith("Fonti: shop ") for line in italian)
    assert any(line.startswith("New phrases: “") for line in english)


def test_no_spike_in_the_first_day_nor_from_history(small: Brand) -> None:
    for _ in range(300):
        small.write(PARCEL, history=True, published_at=small.now - timedelta(days=3))
    small.triage()
    small.storm(20, an_hour=4)
    assert small.spikes() == []
    assert sum(sum(row.waiting.values()) for row in small.series() if row.kind == "brand") <= 2 * 80


def test_a_mention_counts_once_however_often_it_is_triaged(brand: Brand) -> None:
    number = brand.write()
    brand.triage()
    before = [(row.kind, row.name, row.negative, dict(row.waiting)) for row in brand.series()]
    assert {(kind, name, negative) for kind, name, negative, _ in before} == set(KNOWN)
    assert all(sum(waiting.values()) == 1 for *_, waiting in before)
    for likes in (5, 50):
        brand.later(minutes=1)
        brand.put(
            "m1",
            brand.mention(number).text,
            source="app",
            likes=likes,
            published_at=brand.mention(number).published_at,
        )
        brand.triage()
    assert [(row.kind, row.name, row.negative, dict(row.waiting)) for row in brand.series()] == before


def test_a_mention_that_fails_counts_when_it_succeeds(small: Brand) -> None:
    small.composer.poison = "guasto"
    small.write("Questo caffè è guasto, il numero {n}.")
    small.look()
    assert small.series() == []
    small.composer.poison = "\0"
    small.later(hours=1)
    small.triage()
    assert [sum(row.waiting.values()) for row in small.series() if row.kind == "source"] == [1]


def test_a_restart_at_any_moment_changes_nothing(small: Brand, tmp_path: Any) -> None:
    """Looks that come seldom, or twice, find what looks each hour find."""
    small.past()
    small.storm(6)
    with small.db.read() as session:
        rows = list(session.exec(select(Series)))
        state = [(row.kind, row.name, row.negative, row.upto, row.state) for row in rows]
    assert small.watch() == 0
    with small.db.read() as session:
        again = [(r.kind, r.name, r.negative, r.upto, r.state) for r in session.exec(select(Series))]
    assert again == state
    opened = Database(str(small.db.engine.url))
    assert spike_cases.look(opened, BRANDS, ["slack"], small.now) == 0
    opened.close()


def test_a_transaction_that_fails_leaves_the_series_as_they_were(
    small: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.past()
    small.later(hours=2)
    for _ in range(12):
        small.write(PARCEL)
    small.triage()
    before = [(row.upto, dict(row.waiting)) for row in small.series()]
    with monkeypatch.context() as patched:
        patched.setattr(spike_cases, "follow", _fails)
        with pytest.raises(RuntimeError):
            small.watch()
    assert [(row.upto, dict(row.waiting)) for row in small.series()] == before
    small.watch()
    (all_of,) = [row for row in small.series() if (row.kind, row.negative) == ("brand", False)]
    assert all_of.state["detector"]["hour_seen"] + sum(seen for seen, _ in all_of.state["hours"]) >= 12


def _fails(*_: Any) -> int:
    raise RuntimeError("the power goes")


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=-400), timedelta(hours=-3)])
def test_a_clock_that_jumps_raises_no_spike_and_loses_none(small: Brand, jump: timedelta) -> None:
    small.past()
    small.now += jump
    small.watch()
    assert small.spikes() == []
    assert {row.upto for row in small.series()} <= {small.now, small.now - STEP}
    small.storm(6)
    assert len(small.spikes()) == 1


def test_a_night_offline_is_no_spike(small: Brand) -> None:
    """The usual of two days comes at once: each mention counts for the hour it was written in."""
    small.past()
    since = small.now
    small.later(days=2)
    for n in range(10):
        small.write(published_at=since + timedelta(hours=4.7 * n, minutes=30))
    small.triage()
    small.watch()
    small.live(1)
    assert small.spikes() == []
    (row,) = [row for row in small.series() if (row.kind, row.negative) == ("brand", True)]
    assert row.waiting == {} or max(row.waiting.values()) <= 1


@pytest.mark.parametrize(("quiet", "spikes"), [(0, 1), (9, 0)])
def test_after_a_pause_what_goes_on_is_told_and_what_is_over_is_not(
    small: Brand, quiet: int, spikes: int
) -> None:
    """Nobody looks for hours, as where another process had to be mended; what came was counted."""
    small.past()
    for _ in range(8):
        small.later(hours=1)
        for _ in range(4):
            small.write(PARCEL, topics=["delivery"])
        small.triage()
    small.later(hours=quiet, minutes=16)
    small.watch()
    assert len(small.spikes()) == spikes


def test_a_storm_and_a_spike_of_the_same_mentions_are_one_case(brand: Brand) -> None:
    brand.past()
    brand.later(hours=1)
    for _ in range(25):  # a storm: more than ten within ten minutes
        brand.write(PARCEL, topics=["delivery"], published_at=brand.now - timedelta(minutes=2))
    brand.triage()
    (storm,) = [case for case in brand.cases() if case.storm]
    brand.later(minutes=16)
    brand.watch()
    (spike,) = brand.spikes()
    assert spike.case_id == storm.id
    assert len(brand.spike_cases()) == 1


def test_a_storm_that_begins_in_a_spike_is_the_spikes_case(brand: Brand) -> None:
    brand.past()
    brand.storm(6)
    (case,) = brand.spike_cases()
    for _ in range(25):
        brand.write(PARCEL, topics=["delivery"], published_at=brand.now - timedelta(minutes=2))
    brand.triage()
    (same,) = [one for one in brand.cases() if one.storm]
    assert same.id == case.id
    assert same.mention_id is not None
    assert len(brand.spike_cases()) == 1
    with brand.db.read() as session:
        card = load_card(session, case.id or 0, BRANDS["aurora"], brand.now)
    assert card.surge is not None
    assert card.mentions > 10


def test_praise_may_spike_too_and_is_no_criticism(small: Brand) -> None:
    small.past()
    small.storm(6, text="Che bella la nuova sede, complimenti davvero, visita {n}!", **PLAIN)
    (spike,) = small.spikes()
    (case,) = small.spike_cases()
    assert not spike.negative
    assert case.urgency == "normal"
    with small.db.read() as session:
        card = load_card(session, case.id or 0, BRANDS["aurora"], small.now)
    assert telling.headline(card, Words("en")) == "Normal · Spike: more mentions than usual"


def test_who_resolves_it_hears_no_more_of_it(small: Brand) -> None:
    small.past()
    small.storm(6)
    (case,) = small.spike_cases()
    small.change(lambda session: cases.resolve(desk(session, small.now), case.id or 0, "marta"))
    keys = small.told_of(case)
    small.storm(6)
    small.live(2)
    (after,) = small.spike_cases()
    assert after.status == CaseStatus.RESOLVED
    assert small.told_of(case) == keys


def test_an_erased_example_is_shown_no_more(small: Brand) -> None:
    small.past()
    small.storm(6)
    (case,) = small.spike_cases()
    (spike,) = small.spikes()

    def erase(session: Any) -> None:
        session.get_one(Mention, spike.examples[0]).external_id = "erased:1"

    small.change(erase)
    with small.db.read() as session:
        card = load_card(session, case.id or 0, BRANDS["aurora"], small.now)
    assert [row.mention_id for row in card.worst] == spike.examples[1:]


def test_the_line_in_the_thread_is_read_from_the_row(small: Brand) -> None:
    small.past()
    small.storm(6)
    small.live(2)
    with small.db.read() as session:
        row = session.exec(select(Notification).where(col(Notification.key).startswith("spike_over"))).one()
        view: Any = load_view(session, row, BRANDS, small.now)
    assert telling.event(view, Words("it")) == "Il volume è tornato normale"


def test_a_spike_in_a_brand_that_is_watched_from_its_first_mention(small: Brand) -> None:
    """Nothing is prepared: five days of life, then the parcels; and what a series holds does not grow."""
    small.live(3)
    early = max(len(str(row.state)) for row in small.series())
    small.live(2)
    assert len(small.series()) == 4
    assert max(len(str(row.state)) for row in small.series()) < 2 * early
    assert small.spikes() == []
    small.storm(8)
    assert len(small.spikes()) == 1


def test_a_look_asks_no_more_with_many_mentions(small: Brand) -> None:
    small.past()
    costs = []
    for many in (10, 200):
        for _ in range(many):
            small.write(published_at=small.now - timedelta(days=3), text="Nulla di che, visita {n}.", **PLAIN)
        small.triage()
        small.later(minutes=16)
        with counted(small.db) as statements:
            small.watch()
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_the_message_has_a_chart_until_somebody_is_done_with_it(small: Brand) -> None:
    small.past()
    small.storm(6)
    (case,) = small.spike_cases()

    def view() -> Any:
        with small.db.read() as session:
            row = session.exec(select(Notification).where(Notification.case_id == case.id)).first()
            assert row is not None
            return load_view(session, row, BRANDS, small.now)

    chart = view().picture
    assert isinstance(chart, SpikeChart)
    assert sum(chart.seen) >= 20
    assert len(chart.seen) == len(chart.usual) <= 72
    inside = [chart.start + hour * timedelta(hours=1) for hour in range(len(chart.seen))]
    assert inside[0] < view().surge.began_at < inside[-1] + timedelta(hours=1)
    small.change(lambda session: cases.resolve(desk(session, small.now), case.id or 0, "marta"))
    assert view().picture is None


def test_a_brief_names_it(small: Brand) -> None:
    small.past()
    small.storm(6)
    (case,) = small.spike_cases()
    with small.db.read() as session:
        row = session.get_one(Case, case.id)
        listed = overview._item(None, row.urgency, row)
    brief = overview.Brief("Caffè Aurora", "morning", small.now, small.now, small.now, BRANDS["aurora"].zone)
    assert brief_words.item(listed, brief, Words("it")).startswith("🟠 · Si scrive più del solito · caso")
