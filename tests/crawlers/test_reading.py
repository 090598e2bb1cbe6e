"""One source being read: what is stored, when it goes on, what counts as removed, what the cursor keeps."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

import platforms
from crawlers import base
from crawlers.base import Context, Fetch, Page, Parsed
from crawlers.cursor import Cursor, made_for
from crawlers.fields import present, vanished
from crawlers.reading import FIRST_PAGES, HISTORY, OVERLAP, Reading
from platforms import facebook, x
from platforms.base import SourceOptions
from store.errors import Permanent
from store.mention import NewMention
from tests.crawlers.jobs import AURORA

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Spider(base.Spider[Any]):
    """A list that shows all it has; its pages are given to the reading by hand."""

    rolling: ClassVar[bool] = False

    def first(self) -> list[Fetch]:
        return [Fetch("https://shop.example/p")]

    def parse(self, page: Page) -> Parsed:
        raise NotImplementedError


class Rolling(Spider):
    rolling: ClassVar[bool] = True


def options(**values: Any) -> Any:
    table = {"name": "shop", "type": "page", "brand": "aurora", "url": "https://shop.example/p"}
    return platforms.get("page").options.model_validate(table | values)


def reading(
    cursor: Cursor | None = None, kind: type[Spider] = Spider, now: datetime = NOW, **values: Any
) -> Reading:
    spider = kind(Context(options(**values), AURORA, now))
    return Reading(spider, platforms.get("page"), cursor or Cursor(), first_read=cursor is None)


def mention(name: str, at: datetime, **values: Any) -> NewMention:
    known: dict[str, Any] = {"text": "Buono", "author": "Marta", "stars": 4.0}
    return NewMention(
        brand="aurora", source="shop", platform="page", external_id=name, published_at=at, **known | values
    )


def listed(first: int, count: int, newest: datetime = NOW - HOUR) -> list[NewMention]:
    """Mentions `first`, `first + 1`, ... of a list sorted from new to old, an hour apart."""
    return [mention(f"r{n}", newest - n * HOUR) for n in range(first, first + count)]


def page(number: int, found: Iterable[NewMention], more: bool = True, **parsed: Any) -> tuple[Page, Parsed]:
    following = (Fetch(f"https://shop.example/p?page={number + 1}", number + 1),) if more else ()
    return Page("https://shop.example/p", b"", number=number), Parsed(tuple(found), following, **parsed)


def read(
    one: Reading, number: int, found: list[NewMention], more: bool = True, known: bool = True, **parsed: Any
) -> list[Fetch]:
    """Gives a page to the reading as the pipeline does; the pages that follow it."""
    shown = page(number, found, more, **parsed)
    one.take(*shown)
    return one.follow(*shown, [m.external_id for m in found], all_known=known)


def known_cursor(**values: Any) -> Cursor:
    return Cursor(
        **{
            "newest": NOW - HOUR,
            "oldest": NOW - 100 * HOUR,
            "deep_at": NOW - timedelta(minutes=20),
            "deep_pages": 10,
        }
        | values
    )


class TestCursor:
    def test_it_survives_its_row(self) -> None:
        cursor = Cursor(made_for="x", newest=NOW, empty=["us"], fields={"stars": 1.0}, kept={"etag": '"1"'})
        assert Cursor.load(cursor.dump(), "x") == cursor

    def test_other_options_begin_anew(self) -> None:
        assert Cursor.load(Cursor(made_for="x", newest=NOW).dump(), "y") == Cursor(made_for="y")

    @pytest.mark.parametrize(
        "stored", [{}, {"newest": "?"}, {"fields": 7, "made_for": "x"}, {"kept": {"etag": None}}]
    )
    def test_a_broken_one_begins_anew(self, stored: dict[str, Any]) -> None:
        assert Cursor.load(stored, "x") == Cursor(made_for="x")

    def test_made_for_what_decides_what_is_found(self) -> None:
        same = made_for(options(), AURORA)
        assert made_for(options(every="1h", pages=3, overlap="9d", publish=True), AURORA) == same
        assert made_for(options(requests_per_day=9, window="22:00-06:00"), AURORA) == same
        assert made_for(options(url="https://shop.example/q"), AURORA) != same
        assert made_for(options(match=True), AURORA) != same
        assert made_for(options(), AURORA.model_copy(update={"aliases": ("x",)})) != same
        assert (
            made_for(options(), AURORA.model_copy(update={"aliases": (), "exclude": AURORA.aliases})) != same
        )


class TestTake:
    def test_a_platform_of_ones_own_keeps_everything(self) -> None:
        about, others = reading().take(*page(1, [mention("a", NOW, text="Altro")]))
        assert ([m.external_id for m in about], others) == (["a"], [])

    def test_what_is_searched_by_words_must_name_the_brand(self) -> None:
        found = [
            mention("a", NOW, text="Il Caffè Aurora è chiuso"),
            mention("b", NOW, text="Che aurora boreale"),
            mention("c", NOW, text="Nulla", title="#caffeaurora"),
        ]
        about, others = reading(match=True).take(*page(1, found))
        assert ([m.external_id for m in about], others) == (["a", "c"], ["b"])

    def test_without_a_date_it_is_history_at_the_first_read_and_new_afterwards(self) -> None:
        shown = page(1, [mention("a", NOW), mention("b", NOW)], undated=frozenset({"a"}))
        first, later = reading(), reading(known_cursor())
        border = first.history_before
        assert border is not None
        assert [m.published_at < border for m in first.take(*shown)[0]] == [True, False]
        assert [m.published_at for m in later.take(*shown)[0]] == [NOW, NOW]

    def test_a_field_that_vanished_stores_nothing(self) -> None:
        one = reading(known_cursor(fields={"stars": 1.0, "text": 1.0, "author": 1.0, "date": 1.0}))
        bare = [m.model_copy(update={"stars": None}) for m in listed(0, 8)]
        with pytest.raises(Permanent, match="stars is missing in 100% of 8 results") as raised:
            one.take(*page(1, bare))
        assert raised.value.reason == "the page has changed"

    def test_only_the_first_page_is_compared(self) -> None:
        one = reading(known_cursor(fields={"stars": 1.0}))
        bare = [m.model_copy(update={"stars": None}) for m in listed(0, 8)]
        assert len(one.take(*page(2, bare))[0]) == 8

    def test_each_list_is_compared_with_itself(self) -> None:
        one = reading(known_cursor(fields={"ratings stars": 1.0}))
        bare = [m.model_copy(update={"stars": None}) for m in listed(0, 8)]
        shown, parsed = page(1, bare)
        one.take(replace(shown, chain="comments"), parsed)
        assert one.next_cursor(False).fields["comments stars"] == 0.0
        with pytest.raises(Permanent, match="stars is missing"):
            one.take(replace(shown, chain="ratings"), parsed)

    @pytest.mark.parametrize(
        ("usual", "share", "total", "gone"),
        [(1.0, 0.0, 8, True), (0.8, 0.2, 5, True), (0.7, 0.0, 8, False), (1.0, 0.3, 8, False), (1.0, 0.0, 3, True), (0.9, 0.0, 3, False), (1.0, 0.0, 2, False), (0.0, 0.0, 8, False)],
    )  # fmt: skip
    def test_few_results_need_more_certainty(
        self, usual: float, share: float, total: int, gone: bool
    ) -> None:
        assert vanished(usual, share, total) is gone

    def test_what_is_present(self) -> None:
        found = [mention("a", NOW), mention("b", NOW, text="", author=None, stars=None)]
        parsed = Parsed(tuple(found), undated=frozenset({"b"}))
        assert present(parsed) == {"text": 0.5, "author": 0.5, "stars": 0.5, "date": 0.5}
        assert present(Parsed()) == {}


class TestGoingOn:
    def test_a_first_read_goes_to_the_end(self) -> None:
        one = reading()
        assert read(one, 1, listed(0, 5), known=False)
        assert read(one, 2, listed(5, 5), known=False)
        assert read(one, 3, listed(10, 2), more=False, known=False) == []
        assert one.chains[""].end == "end"

    def test_a_later_read_ends_behind_the_window_at_known_pages(self) -> None:
        one = reading(known_cursor(), overlap="1h")
        for number in range(1, FIRST_PAGES):
            assert read(one, number, listed(5 * number, 5)), (
                "the first pages are read again however old they are"
            )
        assert read(one, FIRST_PAGES, listed(50, 5)) == []
        assert one.chains[""].end == "window"

    def test_inside_the_window_it_goes_on(self) -> None:
        one = reading(known_cursor(), overlap="30d")
        for number in range(1, 8):
            assert read(one, number, listed(5 * number, 5))

    def test_a_page_with_news_goes_on_however_old_it_is(self) -> None:
        one = reading(known_cursor(), overlap="1h")
        for number in range(1, 8):
            assert read(one, number, listed(20 * number, 5), known=False)

    def test_from_time_to_time_everything_is_read(self) -> None:
        pause = timedelta(minutes=10 * 10)  # of ten pages
        assert reading(known_cursor(deep_at=NOW - pause)).deep
        assert not reading(known_cursor(deep_at=NOW - pause + timedelta(minutes=1))).deep
        assert reading(known_cursor(deep_at=None)).deep
        assert not reading(known_cursor(deep_at=NOW - timedelta(minutes=59), deep_pages=1)).deep
        assert reading(known_cursor(deep_at=NOW - timedelta(hours=24), deep_pages=10_000)).deep

    def test_pages_that_repeat_themselves_end_the_list(self) -> None:
        one = reading()
        assert read(one, 1, listed(0, 5), known=False)
        assert read(one, 2, listed(0, 5)) == []
        assert one.chains[""].end == "end"

    def test_an_empty_page_ends_the_list(self) -> None:
        one = reading()
        assert read(one, 1, []) == []

    def test_the_lists_that_a_page_names_are_read_also_where_it_shows_no_mentions(self) -> None:
        one = reading(requests_per_day=2)
        lists = tuple(Fetch(f"https://shop.example/{name}", chain=name) for name in ("moka", "tea", "cups"))
        asked = read(one, 1, [], more=False, lists=lists)
        assert [fetch.chain for fetch in asked] == ["moka", "tea"]
        assert one.starved
        assert one.chains[""].end == "end"
        known = reading(known_cursor())
        assert read(known, FIRST_PAGES, listed(200, 5), lists=lists) == list(lists)

    def test_no_more_pages_than_configured(self) -> None:
        one = reading(pages=2)
        assert read(one, 1, listed(0, 5), known=False)
        assert read(one, 2, listed(5, 5), known=False) == []
        assert one.chains[""].end == "cap"

    def test_a_page_is_asked_for_once(self) -> None:
        one = reading()
        shown = page(1, listed(0, 5))
        assert one.surely_more(shown[1]) != []
        one.take(*shown)
        assert one.follow(*shown, ["r0"], all_known=False) == []
        assert one.chains[""].end is None

    def test_what_is_surely_asked_for_does_not_wait_for_the_database(self) -> None:
        one = reading(known_cursor(), overlap="1h")
        assert one.surely_more(page(1, listed(0, 5))[1]), "inside the window"
        assert one.surely_more(page(2, listed(50, 5))[1]) == [], "the database decides"
        one.seen.update(f"r{n}" for n in range(5))
        assert one.surely_more(page(3, listed(0, 5))[1]) == [], "a repeated page"


class TestGone:
    def test_a_first_read_takes_nothing_for_removed(self) -> None:
        one = reading()
        read(one, 1, listed(0, 5), more=False)
        assert one.gone_since() is None

    def test_what_a_whole_list_does_not_show(self) -> None:
        one = reading(known_cursor(listed=5, oldest=NOW - 5 * HOUR))
        read(one, 1, listed(0, 5), more=False)
        oldest_seen = NOW - 5 * HOUR
        assert one.gone_since() == oldest_seen + timedelta(microseconds=1)

    def test_a_shorter_list_may_have_lost_its_oldest(self) -> None:
        one = reading(known_cursor(listed=6, oldest=NOW - 6 * HOUR))
        read(one, 1, listed(0, 5), more=False)
        assert one.gone_since() == NOW - 6 * HOUR

    def test_a_list_that_shows_only_its_newest_loses_its_oldest_all_the_time(self) -> None:
        one = reading(known_cursor(listed=6, oldest=NOW - 6 * HOUR), Rolling)
        read(one, 1, listed(0, 5), more=False)
        assert one.gone_since() == NOW - 5 * HOUR + timedelta(microseconds=1)

    def test_lists_that_come_and_go_tell_nothing(self) -> None:
        class Coming(Spider):
            tells_gone: ClassVar[bool] = False

        for kind, told in ((Spider, True), (Coming, False)):
            one = reading(known_cursor(deep_at=None), kind)
            read(one, 1, listed(0, 5), more=False)
            assert (one.gone_since() is not None) is told

    def test_behind_the_window_nothing_is_known(self) -> None:
        one = reading(known_cursor(), overlap="10h")
        for number in range(1, FIRST_PAGES + 1):
            read(one, number, listed(20 * number, 5))
        assert one.chains[""].end == "window"
        assert one.gone_since() == NOW - 11 * HOUR

    @pytest.mark.parametrize("kind", [Rolling, Spider])
    def test_a_cut_list_in_no_order_may_hide_anything(self, kind: type[Spider]) -> None:
        """A pinned entry on top of a feed; reviews sorted by how helpful they are."""
        one = reading(known_cursor(), kind, overlap="1h")
        pinned = mention("pinned", NOW - timedelta(days=900))
        read(one, 1, [pinned, *listed(0, 4)])
        read(one, 2, listed(4, 4))
        read(one, 3, listed(8, 4))
        assert one.chains[""].end == "window"
        assert one.gone_since() is None

    def test_a_whole_list_may_stand_in_any_order(self) -> None:
        one = reading(known_cursor())
        read(one, 1, list(reversed(listed(0, 5))), more=False)
        assert one.gone_since() == NOW - 5 * HOUR + timedelta(microseconds=1)

    def test_a_day_alone_may_be_any_time_of_that_day(self) -> None:
        one = reading(known_cursor(), Rolling)
        day = datetime(2026, 11, 20, tzinfo=UTC)
        read(
            one,
            1,
            [
                mention("b", day + timedelta(days=1)),
                mention("a", day),
                mention("c", day + 9 * HOUR),
                mention("d", day),
            ],
            more=False,
        )
        assert one.chains[""].ordered
        assert one.gone_since() == day + timedelta(days=1)

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda one: setattr(one, "unchanged", True),
            lambda one: setattr(one, "undated", True),
            lambda one: setattr(one.cursor, "undated", True),
            lambda one: setattr(one.chains[""], "end", "cap"),
            lambda one: setattr(one.chains[""], "end", None),
            lambda one: one.chains.update(us=type(one.chains[""])(end="end")),
        ],
    )
    def test_in_doubt_nothing_is_removed(self, spoil: Any) -> None:
        one = reading(known_cursor())
        read(one, 1, listed(0, 5), more=False)
        assert one.gone_since() is not None
        spoil(one)
        assert one.gone_since() is None

    def test_a_country_that_never_had_any_does_not_matter(self) -> None:
        one = reading(known_cursor(empty=["us"]))
        read(one, 1, listed(0, 5), more=False)
        one.ended(Fetch("https://shop.example/us", 1, "us"))
        assert one.gone_since() is not None


class TestNextCursor:
    def test_the_newest_never_goes_back_and_never_ahead_of_the_clock(self) -> None:
        one = reading(known_cursor())
        read(one, 1, [mention("ahead", NOW + 20 * HOUR), *listed(30, 3)], more=False)
        assert one.next_cursor(False).newest == NOW - HOUR
        one = reading(known_cursor())
        read(one, 1, [mention("new", NOW - HOUR / 2)], more=False)
        assert one.next_cursor(False).newest == NOW - HOUR / 2

    def test_a_whole_read_is_remembered(self) -> None:
        one = reading()
        read(one, 1, listed(0, 5), known=False)
        read(one, 2, listed(5, 2), more=False, known=False)
        cursor = one.next_cursor(False)
        assert (cursor.listed, cursor.deep_pages, cursor.deep_at) == (7, 2, NOW)
        assert cursor.oldest == NOW - 7 * HOUR

    def test_one_that_is_doubted_is_not(self) -> None:
        one = reading(known_cursor(listed=12))
        read(one, 1, listed(0, 5), more=False)
        cursor = one.next_cursor(doubted=True)
        assert cursor.doubted
        assert (cursor.listed, cursor.oldest, cursor.deep_at) == (
            12,
            NOW - 100 * HOUR,
            known_cursor().deep_at,
        )

    def test_one_that_was_cut_is_not(self) -> None:
        one = reading(known_cursor(), overlap="1h")
        for number in range(1, FIRST_PAGES + 1):
            read(one, number, listed(20 * number, 5))
        assert one.next_cursor(False).deep_at == known_cursor().deep_at

    def test_nothing_new_keeps_all_but_what_was_kept(self) -> None:
        one = reading(known_cursor(doubted=True, fields={"text": 1.0}))
        one.unchanged, one.kept = True, {"etag": '"2"'}
        assert one.next_cursor(False) == known_cursor(
            doubted=True, fields={"text": 1.0}, kept={"etag": '"2"'}
        )

    def test_the_usual_share_of_a_field_follows_slowly(self) -> None:
        one = reading(known_cursor(fields={"stars": 1.0}))
        read(one, 1, [m.model_copy(update={"stars": None}) for m in listed(0, 2)], more=False)
        assert one.next_cursor(False).fields["stars"] == pytest.approx(0.7)

    def test_an_undated_mention_is_never_forgotten(self) -> None:
        one = reading(known_cursor())
        read(one, 1, listed(0, 3), more=False, undated=frozenset({"r1"}))
        assert one.next_cursor(False).undated

    def test_what_the_page_kept_goes_into_it(self) -> None:
        one = reading(known_cursor(kept={"etag": '"1"', "last-modified": "x"}))
        read(one, 1, listed(0, 3), more=False, kept={"etag": '"2"'})
        assert one.next_cursor(False).kept == {"etag": '"2"', "last-modified": "x"}


def test_history_is_what_is_older_at_the_first_read_only() -> None:
    assert reading().history_before == NOW - HISTORY
    assert reading(known_cursor()).history_before is None
    again = reading()
    again.read_until = NOW - timedelta(days=4)
    assert again.history_before == NOW - timedelta(days=4) - OVERLAP, "what an outage hid is no history"
    again = reading(overlap="10m")
    again.read_until = NOW - timedelta(minutes=15)
    assert again.history_before == NOW - HISTORY


def test_how_a_source_signs_in_does_not_decide_what_it_finds() -> None:
    base = {"name": "it", "brand": "aurora"}

    def shape(kind: type[SourceOptions], **more: Any) -> str:
        return made_for(kind(**base | more), AURORA)

    words = {"type": "x", "query": "aurora"}
    assert shape(x.Options, **words) == shape(x.Options, **words, token_env="OTHER")
    assert shape(x.Options, **words) == shape(x.Options, **words, base_url="https://api.x.com")
    assert shape(x.Options, **words) != shape(x.Options, **words, account="@aurora")
    page = {"type": "facebook", "page_id": "42"}
    assert shape(facebook.Options, **page) == shape(facebook.Options, **page, posts=7, version="v99.0")

    class Later(x.Options):
        added: str = "by a release"

    assert shape(Later, **words) == shape(x.Options, **words)
    assert shape(Later, **words, added="by a person") != shape(x.Options, **words)


def test_late_is_new_and_older_than_what_was_shown() -> None:
    one = reading(known_cursor(newest=datetime(2026, 11, 23, 10, tzinfo=UTC)))
    day = datetime(2026, 11, 23, tzinfo=UTC)
    assert one.late([day + 9 * HOUR, day - timedelta(days=1)]) == 2
    assert one.late([day + 11 * HOUR, day]) == 0, "a day alone may be later that day"
    assert reading().late([day]) == 0


def test_a_list_longer_than_its_pages_is_a_complaint() -> None:
    one = reading(known_cursor(), pages=2, overlap="1h")
    read(one, 1, listed(0, 1, NOW), known=False)
    read(one, 2, listed(1, 1, NOW), known=False)
    assert one.complaint() == "stopped after 2 pages before reaching what was known: raise `pages`"
    assert reading(pages=1).complaint() is None


@given(st.lists(st.lists(st.integers(0, 30), max_size=6), max_size=6), st.booleans())
def test_whatever_the_pages_show_a_reading_ends(pages: list[list[int]], first: bool) -> None:
    one = reading(None if first else known_cursor())
    for number, names in enumerate(pages, start=1):
        found = [mention(f"r{n}", NOW - n * HOUR) for n in dict.fromkeys(names)]
        following = read(one, number, found, more=number < len(pages), known=bool(number % 2))
        if not following:
            break
    chain_ends = {chain.end for chain in one.chains.values()}
    assert not pages or None not in chain_ends
    assert one.next_cursor(False).newest is not None or one.found == 0
