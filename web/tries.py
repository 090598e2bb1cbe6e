"""How often somebody may knock: tries are counted by where they come from, over a sliding minute, in this process."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from threading import Lock

SPAN = timedelta(minutes=1)
MOST = 20  # tries within the span
PLACES = 1_000  # that are remembered: of more, the longest quiet is forgotten


class Tries:
    """Threads may share it."""

    def __init__(self, most: int = MOST, span: timedelta = SPAN) -> None:
        self._most, self._span = most, span
        self._known: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = Lock()

    def allows(self, place: str, now: datetime) -> bool:
        """Counts a try from `place`; False: there were too many, and this one is not counted."""
        with self._lock:
            mine = self._known.setdefault(place, deque())
            self._known.move_to_end(place)
            while len(self._known) > PLACES:
                self._known.popitem(last=False)
            while mine and mine[0] <= now - self._span:
                mine.popleft()
            if len(mine) >= self._most:
                return False
            mine.append(now)
            return True
