"""The stored form of a detector of spikes: JSON of the same size however long the series, and exact, so that a series
that is put away and taken up again after each row raises the same alarms as one that never was.
"""

from collections import deque
from dataclasses import fields
from typing import Any

from alerts.spikes import COUNTED, Detector, Fading, Tuning
from alerts.usual import Part, Usual

VERSION = 1
_OWN = {"tuning", "usual", "fading", "hours"}
_PARTS = ("hours", "weekdays", "moments")


def stored(detector: Detector) -> dict[str, Any]:
    """All of it but the tuning."""
    return {
        "version": VERSION,
        "detector": _plain(detector, _OWN),
        "hours": [list(hour) for hour in detector.hours],
        "fading": [_plain(window, {"tops"}) | {"tops": list(window.tops)} for window in detector.fading],
        "usual": _plain(detector.usual, set(_PARTS)),
        **{
            f"of_{name}": [[part.seen, part.expected] for part in getattr(detector.usual, name)]
            for name in _PARTS
        },
    }


def restored(state: dict[str, Any], tuning: Tuning | None = None) -> Detector:
    """The detector as it was; a new one where the state is of no form that is known here."""
    if state.get("version") != VERSION:
        return Detector(tuning or Tuning())
    parts: dict[str, Any] = {
        name: [Part(seen, expected) for seen, expected in state[f"of_{name}"]] for name in _PARTS
    }
    known = tuning or Tuning()
    return Detector(
        known,
        Usual(**state["usual"], **parts),
        [Fading(**window | {"tops": deque(window["tops"], maxlen=known.days)}) for window in state["fading"]],
        deque(((seen, expected) for seen, expected in state["hours"]), maxlen=max(COUNTED)),
        **state["detector"],
    )


def _plain(one: Any, without: set[str]) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(one) if field.name not in without}
