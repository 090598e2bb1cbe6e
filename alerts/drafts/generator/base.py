"""What a generator is: it is given messages and writes an answer. What is asked, and what becomes of the answer, is for
`prompt` and `rewriter`."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat."""

    role: Literal["system", "user"]
    content: str


class Generator(Protocol):
    """A chat model. Both calls raise `Transient`, whose words are a short code, or `Permanent` with a mend."""

    def prepare(self) -> None:
        """Loads what takes long to load; without it, the first answer does."""

    def write(self, messages: Sequence[Message], over: Event) -> str:
        """The answer. `over`: set once nobody waits for it any more."""
