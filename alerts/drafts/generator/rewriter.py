"""Has a generator word a composed draft anew. Whatever goes wrong (no answer in time, a text with a fault), the
composed draft stands, and why is given without a word of either text."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Event, Lock, Thread
from time import monotonic

import regex

from alerts.channels.base import Rest
from alerts.drafts import plan, writing
from alerts.drafts.generator import prompt
from alerts.drafts.generator.base import OF_ONE, Generator, Message
from alerts.drafts.generator.faults import checks, faults, is_fixed, limit
from alerts.drafts.plan import Plan
from alerts.drafts.request import MODEL, DraftReply, DraftRequest, Sentence
from alerts.text import visible
from platforms.length import measure
from store.errors import AscoltoError, Permanent, Transient
from store.logs import place

LOOK = 0.25  # seconds between two looks whether the wait is to end
TRIAL = "Answer with one word: ready"
_THOUGHT = regex.compile(r"\A\s*<think>.*?</think>", regex.DOTALL)
_ENDS = regex.compile(r"(?<=[.!?…])\s+")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """`draft`: generated, or as it was composed; then `refused` says why, in a few words. `later`: the generator was
    not heard out, for it rests, is busy or was left; it may be asked again."""

    draft: DraftReply
    refused: str = ""
    later: bool = False


class Rewriter:
    """`timeout`: seconds for one draft, all told. One call at a time: who comes meanwhile is refused. A generator that
    failed is left alone for a while. Safe in threads."""

    def __init__(self, generator: Generator, timeout: float) -> None:
        self._generator, self._timeout = generator, timeout
        self._hand, self._rest, self._rests_until = Lock(), Rest(), 0.0

    def prepare(self) -> None:
        """Loads a local model. Raises `Permanent` where that cannot be."""
        self._generator.prepare()

    def try_out(self) -> None:
        """Asks for one word. Raises as a generator does, `Transient` where no answer comes in time."""
        self._ask((Message("user", TRIAL),), self._timeout, lambda: False)

    def rewrite(
        self,
        request: DraftRequest,
        draft: DraftReply,
        *,
        said: Sequence[str] = (),
        stop: Callable[[], bool] = lambda: False,
    ) -> Rewritten:
        """Never raises. `said`: the brand's latest replies, as they are signed, none of which it may say again; `stop`:
        asked while it waits, whether the wait is to end."""
        wanted = plan.make(request)
        if is_fixed(request, wanted, draft):
            return Rewritten(draft, "not for a model")
        try:
            return self._rewritten(request, wanted, draft, said, stop)
        except _Left as error:
            return Rewritten(draft, str(error), later=True)
        except Permanent as error:
            return Rewritten(draft, error.reason)
        except AscoltoError as error:
            return Rewritten(draft, str(error))
        except Exception as error:
            return Rewritten(draft, place(error))

    def _rewritten(
        self,
        request: DraftRequest,
        wanted: Plan,
        draft: DraftReply,
        said: Sequence[str],
        stop: Callable[[], bool],
    ) -> Rewritten:
        signature = writing.signed("", request.brand)
        room = limit(request, draft, f"\n\n{signature}" if signature else "")
        asked = prompt.messages(request, wanted, draft, room, f"====== {secrets.token_hex(8)} ======")
        text = cleaned(self._ask(asked, self._timeout, stop), signature)
        signed = writing.signed(text, request.brand)
        before = [reply.removesuffix(signature) for reply in said]
        if found := faults(text, signed, request, wanted, draft, before):
            return Rewritten(draft, f"its text: {', '.join(found)}")
        sentences = tuple(Sentence(part) for part in _ENDS.split(text) if part)
        return Rewritten(
            replace(
                draft,
                reply=signed,
                gloss=None,
                used=measure(signed, draft.unit),
                checks=tuple(checks(signed, request, wanted, draft)),
                generator=MODEL,
                sentences=sentences,
            )
        )

    def _ask(self, messages: tuple[Message, ...], seconds: float, stop: Callable[[], bool]) -> str:
        if monotonic() < self._rests_until:
            raise _Left("resting after a failure")
        try:
            answer = self._within(seconds, stop, lambda over: self._generator.write(messages, over))
        except _Left:
            raise
        except OF_ONE:
            self._rest.end()
            raise
        except AscoltoError:
            self._rests_until = monotonic() + self._rest.after_failure()
            raise
        self._rest.end()
        return answer

    def _within(self, seconds: float, stop: Callable[[], bool], call: Callable[[Event], str]) -> str:
        """What the call gives or raises. Who left a call behind leaves the hand taken until it ends."""
        if not self._hand.acquire(blocking=False):
            raise _Left("busy")
        ends: list[str | BaseException] = []
        done, over, until = Event(), Event(), monotonic() + seconds

        def run() -> None:
            try:
                ends.append(call(over))
            except BaseException as error:
                ends.append(error)
            self._hand.release()
            done.set()

        Thread(target=run, name="generator", daemon=True).start()
        try:
            while not done.wait(max(0.0, min(LOOK, until - monotonic()))):
                if monotonic() >= until:
                    raise Transient("timeout")
                if stop():
                    raise _Left("the service stops")
        finally:
            over.set()
        (end,) = ends
        if isinstance(end, BaseException):
            raise end
        return end


class _Left(Transient):
    """It was not asked, or nobody waited for its answer: no fault of the generator's."""


def cleaned(answer: str, signature: str) -> str:
    """An answer as text of ours: without what a model thinks aloud first, invisible signs, quotation marks around all
    of it, and a signature of its own."""
    text = visible(_THOUGHT.sub("", answer))
    for opening, closing in ('""', "“”", "«»"):
        if text.startswith(opening) and text.endswith(closing) and not {opening, closing} & set(text[1:-1]):
            text = text[1:-1].strip()
    return text.removesuffix(signature).strip() if signature else text
