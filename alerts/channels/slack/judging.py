"""Somebody says of a mention that did not alert whether that was right: the two buttons under a sample."""

import logging
import re

from alerts import samples
from alerts.channels.slack.listener import NO_MENTION, Listener, Told, failed
from alerts.telling import name_of
from store.brand import first_zone, zone_of
from store.errors import Permanent

log = logging.getLogger(__name__)
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)


def judged(listener: Listener, said: str, value: str, who: str) -> Told:
    """`said`: right or missed, of the sample that the button's value names; the first who says so counts."""
    words = listener.words
    gone = Told(False, words._(NO_MENTION))
    if not _NUMBER.fullmatch(value) or said not in samples.SAID:
        return gone
    try:
        with listener.db.write() as session:
            desk = listener.desk(session, listener.clock())
            answer = samples.answer(desk, int(value), said, who, listener.writing.compose, listener.detect)
    except Permanent:
        return gone
    except Exception as error:
        return failed(error, said, words)
    log.info("judged", extra={"action": "slack.judged", "what": said, "done": answer.done})
    listener.wake()
    if not answer.done:
        if answer.by == who and answer.said == said:
            return Told(True)
        brands, case = listener.brands, answer.case
        zone = zone_of(brands.get(case.brand)) if case else first_zone(brands)
        when = words.when(answer.at, zone, listener.clock())
        return Told(False, words._("{who} was faster, {when}.", who=name_of(answer.by), when=when))
    if answer.case is None:
        return Told(True)
    return Told(True, words._("Thank you: it is case {number} now.", number=answer.case.id))
