"""Generators in memory for the tests, and a language detector that knows a few words."""

from collections.abc import Callable, Sequence
from threading import Event

from alerts.drafts.generator.base import Message

ENGLISH = frozenset({"the", "and", "your", "you", "we", "for", "with"})


def detect(text: str) -> str:
    """English where a tenth of the words are English, else Italian."""
    words = text.casefold().split()
    return "en" if sum(word in ENGLISH for word in words) * 10 > len(words) else "it"


class Writer:
    """Says what it is told to; keeps what it was asked."""

    def __init__(self, says: str | Exception | Callable[[Event], str]) -> None:
        self.says = says
        self.asked: list[Sequence[Message]] = []

    def prepare(self) -> None:
        """There is nothing to load."""

    def write(self, messages: Sequence[Message], over: Event) -> str:
        self.asked.append(messages)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says if isinstance(self.says, str) else self.says(over)
