"""What a generator is: it is given messages and writes an answer. What is asked, and what becomes of the answer, is for
`prompt` and `rewriter`."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event
from typing import Literal, Protocol

from store.errors import Permanent, Transient


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat."""

    role: Literal["system", "user"]
    content: str


class Unfit(Transient):
    """An answer came that is no text for this request: the next may be."""


class Declined(Permanent):
    """This one request is refused: the next may be taken."""


OF_ONE = (Unfit, Declined)
"""What says nothing of the generator: it answers, and others' requests are not to wait for this one's fault."""


class Generator(Protocol):
    """A chat model. Both calls raise `Transient`, whose words are a short code, or `Permanent` with a mend; of these
    `OF_ONE` where only this request is at fault."""

    def prepare(self) -> None:
        """Loads what takes long to load; without it, the first answer does."""

    def write(self, messages: Sequence[Message], over: Event) -> str:
        """The answer. `over`: set once nobody waits for it any more."""
