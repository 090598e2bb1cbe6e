"""The words people read: complete catalogues, plurals, and dates as people write them."""

import re
import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from alerts.words import LOCALES, Words, languages

ROOT = Path(__file__).parents[2]
ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
KEYWORDS = {"_": None, "n": (1, 2), "N_": None}
Key = str | tuple[str, ...]


def used() -> set[Key]:
    """All messages in the code."""
    found: set[Key] = set()
    for folder in ("alerts", "web", "demo"):
        for path in (ROOT / folder).rglob("*.py"):
            for _, message, _, _ in extract_from_file("python", path, KEYWORDS):
                found.add(tuple(message) if isinstance(message, list | tuple) else message)
    return found


def catalogue(lang: str) -> Catalog:
    with (LOCALES / lang / "LC_MESSAGES" / "ascolto.po").open("rb") as file:
        return read_po(file, locale=lang)


def translated(lang: str) -> Iterator[tuple[Key, tuple[str, ...]]]:
    for message in catalogue(lang):
        if message.id:
            strings = message.string if isinstance(message.string, list | tuple) else (message.string,)
            key = message.id if isinstance(message.id, str) else tuple(str(part) for part in message.id)
            yield key, tuple(str(text) for text in strings)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


OTHERS = [lang for lang in languages() if lang != "en"]


def test_there_are_words_in_english_and_italian() -> None:
    assert languages() == ["en", "it"]


@pytest.mark.parametrize("lang", OTHERS)
def test_every_message_is_translated_and_none_is_stale(lang: str) -> None:
    keys = dict(translated(lang))
    assert used() - set(keys) == set(), "not translated"
    assert set(keys) - used() == set(), "no longer in the code"
    assert not [key for key, strings in keys.items() if not all(strings)], "empty"
    assert not [message.id for message in catalogue(lang) if message.id and message.fuzzy]


@pytest.mark.parametrize("lang", OTHERS)
def test_placeholders_match(lang: str) -> None:
    for key, strings in translated(lang):
        sources = key if isinstance(key, tuple) else (key,)
        assert len(strings) == len(sources)
        for text in strings:
            # a singular may say "one" in words
            missing = fields(sources[0]) - fields(text) - ({"count"} if len(sources) > 1 else set())
            assert not missing, text
            assert fields(text) <= fields(sources[0]), text


@pytest.mark.parametrize("lang", OTHERS)
def test_code_holds_no_sentence_of_another_language(lang: str) -> None:
    """A rough net: no string of the catalogue stands in the code."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "alerts").glob("*.py"))
    long = [text for _, strings in translated(lang) for text in strings if len(re.findall(r"\w+", text)) > 3]
    assert long
    assert not [text for text in long if text in code]


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="choose one of en, it"):
        Words("../../etc")


def test_values_are_never_read_as_formats() -> None:
    words = Words("it")
    assert words._("in {time}", time="{0.__class__} {x}") == "fra {0.__class__} {x}"
    assert words._("{reason}: {words}", reason="%s", words="{") == "%s: {"


def test_an_unknown_message_stays_english() -> None:
    assert Words("it")._("No such message {n}", n=3) == "No such message 3"


@pytest.mark.parametrize(
    ("lang", "count", "expected"),
    [
        ("en", 0, "0 views"),
        ("en", 1, "1 view"),
        ("en", 1234, "1,234 views"),
        ("it", 1, "1 visualizzazione"),
        ("it", 1234567, "1.234.567 visualizzazioni"),
    ],
)
def test_plurals(lang: str, count: int, expected: str) -> None:
    assert Words(lang).n("{count} view", "{count} views", count) == expected


@pytest.mark.parametrize(
    ("moment", "english", "italian"),
    [
        (NOW + timedelta(minutes=40), "today at 12:40", "oggi alle 12:40"),
        (NOW + timedelta(hours=12), "tomorrow at 00:00", "domani alle 00:00"),
        (NOW - timedelta(hours=24), "yesterday at 12:00", "ieri alle 12:00"),
        (NOW + timedelta(days=3), "Fri 27 Nov at 12:00", "ven 27 nov alle 12:00"),
        (NOW + timedelta(days=60), "23 Jan 2027 at 12:00", "23 gen 2027 alle 12:00"),
    ],
)
def test_moments_in_the_brands_zone(moment: datetime, english: str, italian: str) -> None:
    assert Words("en").when(moment, ROME, NOW) == english
    assert Words("it").when(moment, ROME, NOW) == italian


def test_lasting_words_hold_tomorrow_too() -> None:
    words = Words("en", lasting=True)
    assert words.when(NOW, ROME, NOW) == "Tue 24 Nov at 12:00"
    assert words.ago(NOW - timedelta(minutes=3), ROME, NOW) == "Tue 24 Nov at 11:57"


def test_summer_time() -> None:
    summer = datetime(2026, 7, 1, 11, 0, tzinfo=UTC)
    assert Words("it").when(summer, ROME, summer) == "oggi alle 13:00"


@pytest.mark.parametrize(
    ("length", "english", "italian"),
    [
        (timedelta(seconds=59), "less than a minute", "meno di un minuto"),
        (timedelta(minutes=1), "1 minute", "1 minuto"),
        (timedelta(minutes=40, seconds=59), "40 minutes", "40 minuti"),
        (timedelta(hours=1), "1 hour", "1 ora"),
        (timedelta(hours=1, minutes=30), "1 hour and 30 minutes", "1 ora e 30 minuti"),
        (timedelta(days=2, hours=22, minutes=59), "2 days and 22 hours", "2 giorni e 22 ore"),
        (timedelta(days=1, minutes=5), "1 day", "1 giorno"),
    ],
)
def test_durations_are_never_rounded_up(length: timedelta, english: str, italian: str) -> None:
    assert Words("en").duration(length) == english
    assert Words("it").duration(length) == italian


def test_near_and_past() -> None:
    words = Words("it")
    assert words.until(NOW + timedelta(minutes=40), NOW) == "fra 40 minuti"
    assert words.until(NOW - timedelta(minutes=5), NOW) == "in ritardo di 5 minuti"
    assert words.ago(NOW - timedelta(hours=3), ROME, NOW) == "3 ore fa"
    assert words.ago(NOW - timedelta(seconds=5), ROME, NOW) == "proprio ora"
    assert words.ago(NOW + timedelta(hours=1), ROME, NOW) == "proprio ora"  # clocks differ a little


def test_names_of_languages() -> None:
    assert Words("it").language("de") == "tedesco"
    assert Words("en").language("pt-BR") == "Portuguese"
    assert [Words("en").language(code) for code in ("xx", "", "<b>", "not a language")] == [
        "xx",
        "",
        "<b>",
        "not a language",
    ]


def test_lists() -> None:
    assert Words("it").listing(["a", "b", "c"]) == "a, b e c"
    assert Words("en").listing([]) == ""
