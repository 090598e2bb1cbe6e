"""The words people read, in English or Italian: gettext catalogues read from `locale/*/LC_MESSAGES/ascolto.po`.

English text is the key; `Words(lang)` gives `_` (translate, then format), `n` (plural) and dates the way people
write them. Code holds no sentence of another language.
"""

import gettext
import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LOCALES = Path(__file__).with_name("locale")
SOURCE_LANGUAGE = "en"


def N_(message: str) -> str:
    """Marks a message of a table for the catalogues; it is translated where it is shown."""
    return message


def languages() -> list[str]:
    """The languages there are words in."""
    return sorted({SOURCE_LANGUAGE} | {path.parts[-3] for path in LOCALES.glob("*/LC_MESSAGES/ascolto.po")})


class Words:
    """The words of one language. Raises ValueError for a language without a catalogue.

    `lasting`: for what is read hours later, when "today" and "5 minutes ago" are no longer true.
    """

    def __init__(self, lang: str, *, lasting: bool = False) -> None:
        if lang not in languages():
            raise ValueError(f"there are no words in {lang!r}: choose one of {', '.join(languages())}")
        self.lang = lang
        self.lasting = lasting
        self._locale = Locale.parse(lang)
        self._catalogue = _catalogue(lang)

    def _(self, message: str, /, **values: object) -> str:
        """`message` in this language, then formatted: what the values hold is never read as a format."""
        return self._catalogue.gettext(message).format(**values)

    def n(self, one: str, many: str, count: int, /, **values: object) -> str:
        """The plural that `count` needs; it is there as `{count}`."""
        return self._catalogue.ngettext(one, many, count).format(count=self.number(count), **values)

    def number(self, value: float) -> str:
        """1234.5 as people write it: 1,234.5 or 1.234,5."""
        return format_decimal(value, locale=self._locale)

    def language(self, code: str) -> str:
        """The name of a language; an unknown code as it is."""
        return self._locale.languages.get(code.replace("_", "-").split("-")[0].lower()) or code

    def territory(self, code: str) -> str:
        """The name of a country, a region's code after it: Italy, Italy (BZ); an unknown code as it is."""
        country, _, region = code.partition("-")
        name = self._locale.territories.get(country) or country
        return f"{name} ({region})" if region else name

    def listing(self, parts: Sequence[str]) -> str:
        """a, b and c"""
        return format_list(list(parts), locale=self._locale) if parts else ""

    def time(self, moment: datetime, zone: ZoneInfo) -> str:
        """The time of day in `zone`, such as 09:05."""
        return format_time(moment.astimezone(zone), "HH:mm", locale=self._locale)

    def day(self, moment: datetime, zone: ZoneInfo) -> str:
        """Such as Friday 27 November."""
        return format_date(moment.astimezone(zone).date(), "EEEE d MMMM", locale=self._locale)

    def day_short(self, moment: datetime, zone: ZoneInfo) -> str:
        """Such as Fri 27 Nov."""
        return format_date(moment.astimezone(zone).date(), "EEE d MMM", locale=self._locale)

    def dated(self, day: date) -> str:
        """A day of the calendar, such as Friday 27 November 2026."""
        return format_date(day, "EEEE d MMMM y", locale=self._locale)

    def short_day(self, day: date) -> str:
        """A day under a chart: Fri 27."""
        return format_date(day, "EEE d", locale=self._locale)

    def dated_short(self, day: date) -> str:
        """A day with its year in little room: 27 Nov 2026."""
        return format_date(day, "d MMM y", locale=self._locale)

    def when(self, moment: datetime, zone: ZoneInfo, now: datetime) -> str:
        """Day and time as a person near it says them: today at 12:40, Fri 27 Nov at 09:00."""
        day, today = moment.astimezone(zone).date(), now.astimezone(zone).date()
        time = self.time(moment, zone)
        if self.lasting:
            return self._on(day, today, time)
        if day == today:
            return self._("today at {time}", time=time)
        if day == today + timedelta(days=1):
            return self._("tomorrow at {time}", time=time)
        if day == today - timedelta(days=1):
            return self._("yesterday at {time}", time=time)
        return self._on(day, today, time)

    def _on(self, day: date, today: date, time: str) -> str:
        pattern = "EEE d MMM" if day.year == today.year else "d MMM y"
        return self._("{day} at {time}", day=format_date(day, pattern, locale=self._locale), time=time)

    def duration(self, length: timedelta, parts: int = 2) -> str:
        """40 minutes; 1 hour and 30 minutes; the largest `parts` units, rounded down."""
        minutes = int(abs(length.total_seconds())) // 60
        days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
        units = (
            days and self.n("{count} day", "{count} days", days),
            hours and self.n("{count} hour", "{count} hours", hours),
            minutes and self.n("{count} minute", "{count} minutes", minutes),
        )
        first = next((place for place, unit in enumerate(units) if unit), None)
        if first is None:
            return self._("less than a minute")
        return self.listing([unit for unit in units[first : first + parts] if unit])

    def ago(self, moment: datetime, zone: ZoneInfo, now: datetime) -> str:
        """How long before `now`: 2 hours ago; just now. In lasting words, the moment itself."""
        if self.lasting:
            return self.when(moment, zone, now)
        length = max(now - moment, timedelta())
        if length < timedelta(minutes=1):
            return self._("just now")
        return self._("{time} ago", time=self.duration(length, 1))

    def until(self, moment: datetime, now: datetime) -> str:
        """How far away: in 40 minutes; 5 minutes late."""
        time = self.duration(moment - now)
        return self._("in {time}", time=time) if moment > now else self._("{time} late", time=time)


@cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    if lang == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    with (LOCALES / lang / "LC_MESSAGES" / "ascolto.po").open("rb") as file:
        catalogue = read_po(file, locale=lang)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
