"""Which stored mentions a crawl looks at again by their ids, and what follows for those that it does not find."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from crawlers.reading import Reading
from store.mentions import due_looks, look_soon, looked
from store.tables import Mention

SOON = timedelta(minutes=15)  # until the second look at what the first did not show
LOOKED_AT = 500  # mentions looked at again in one crawl, in
LOOKS = 50  # requests at most: where each shows one mention, their limits are soon used up
WITNESSES = 20  # mentions among which one is looked for that can be asked for


def due(session: Session, reading: Reading) -> list[str]:
    """What is to be looked at again. What cannot be asked for has its turn all the same, or it would stand before the
    others for ever."""
    options, now = reading.context.options, reading.context.now
    waiting = due_looks(session, options.name, now, min(LOOKED_AT, LOOKS * reading.spider.look_up_size))
    passed = [name for name in waiting if not reading.spider.looks_up(name)]
    if passed:
        looked(session, options.name, (options.brand, options.type), passed, set(passed), now)
    return _witnessed(session, reading, [name for name in waiting if name not in set(passed)])


def _witnessed(session: Session, reading: Reading, names: list[str]) -> list[str]:
    """With one that is there, where all that is due was missed the last time: an answer that shows nothing at all says
    nothing, and what is gone would never be known to be."""
    if not names or reading.spider.look_up_size == 1 or not set(names) <= set(reading.cursor.missed):
        return names
    standing = (
        select(col(Mention.external_id))
        .where(col(Mention.source) == reading.context.options.name, col(Mention.gone_at).is_(None))
        .order_by(col(Mention.published_at).desc())
        .limit(len(names) + WITNESSES)
    )
    others = [
        name for name in session.scalars(standing) if name not in names and reading.spider.looks_up(name)
    ]
    return names + others[:1]


def missed(session: Session, reading: Reading, now: datetime) -> int:
    """How many mentions two looks in a row have not shown. What one has not shown is looked at again soon."""
    options = reading.context.options
    named = (options.brand, options.type)
    if once := reading.missed_once():
        look_soon(session, options.name, named, sorted(once), now + SOON)
    again = reading.missed_again()
    return len(looked(session, options.name, named, sorted(again), set(), now)) if again else 0
