"""What a picture of a notification is: values that can be drawn, and said in words for whoever does not see it."""

from typing import Protocol, runtime_checkable

from alerts.words import Words


@runtime_checkable
class Picture(Protocol):
    """A chart, as values. A view carries one in `picture`; each channel shows it as it can.

    `mark` names what it shows: a notification whose picture gets another mark gets another picture, at most one in ten
    minutes. `name` is that of the file: letters, digits, `-`, `_` and the ending `.png`.
    """

    @property
    def mark(self) -> str: ...

    @property
    def name(self) -> str: ...

    def alt(self, words: Words) -> str:
        """What the picture shows, for whoever does not see it: one line of plain text, 2,000 characters at most."""
        ...

    def draw(self, words: Words) -> bytes:
        """A PNG; the same bytes for the same values and words. Takes a moment: call it outside of transactions."""
        ...
