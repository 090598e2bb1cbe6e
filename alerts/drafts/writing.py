"""Writes what a plan says: chooses the wordings, fills their slots, joins the sentences, and shortens until it fits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from alerts.drafts.phrases import Phrases, Wording
from alerts.drafts.plan import GLADLY, PRIVATE, SEQUENCES, Plan, reach_kind
from alerts.drafts.variety import TRIES, Choice, is_repeated
from platforms.base import Platform
from platforms.length import measure
from store.brand import Brand

# What is left out first where the room is short. The problem, where to turn and the signature stay to the last.
LEFT_OUT = (
    "protect", "praise_close", "ask_hurry", "feel", "thanks", "second", "quote", "next", "ask", "until", "times",
    "place", "good", "about", "critical_again", "remedy", "answer_close", "name", "safety", "reach", "greeting",
)  # fmt: skip
COMFORT = 640  # characters of a public reply that people still read, where the platform allows more
COMFORTS = LEFT_OUT.index("second")  # what may go for comfort alone
SLOTS_LEFT_OUT = {"times": ("when", "opens", "until")}
QUOTING = ("complaint", "mixed")
STATED = frozenset(
    {
        "name",
        "problem",
        "point",
        "about",
        "good",
        "when",
        "opens",
        "until",
        "answer",
        "contact",
        "reach",
        "need",
    }
)
"""Slots that a wording should fill where they are known; the others are for variety."""


@dataclass(frozen=True, slots=True)
class Written:
    """A text and the ids of its wordings, in order."""

    text: str
    moves: tuple[str, ...]


@dataclass(slots=True)
class Pen:
    """Writes sentence by sentence with one `choice`; `without`: what is left out."""

    plan: Plan
    choice: Choice
    without: frozenset[str]
    moves: list[str] = field(default_factory=list)

    @property
    def phrases(self) -> Phrases:
        return self.plan.phrases

    def say(self, wordings: Sequence[Wording], **more: str) -> str:
        """One of the wordings that fit, with all that it may state; empty where none fits."""
        facts = {**self.facts, **more}
        fitting = [w for w in wordings if w.form in (None, self.plan.register) and w.slots <= facts.keys()]
        if not fitting:
            return ""
        stated = STATED | {"quote"} if self.plan.case in QUOTING else STATED
        most = max(len(wording.slots & stated) for wording in fitting)
        chosen = self.choice.of([w for w in fitting if len(w.slots & stated) == most])
        self.moves.append(chosen.id)
        return chosen.render(facts)

    def move(self, name: str, **more: str) -> str:
        return self.say(self.phrases.moves[name], **more)

    @property
    def facts(self) -> dict[str, str]:
        gone = {slot for name in self.without for slot in SLOTS_LEFT_OUT.get(name, (name,))}
        return {slot: value for slot, value in self.plan.facts.items() if slot not in gone}

    def reach(self) -> str:
        """How to get in touch, with what to have at hand."""
        kind, facts = reach_kind(self.plan.contact), self.facts
        wordings = getattr(self.phrases.reach, f"{kind}_ask" if "ask" in facts else kind)
        return self.say(wordings)

    def problem(self) -> str:
        """What went wrong, as a part of a sentence."""
        problems = self.plan.problems[:1] if "second" in self.without else self.plan.problems
        named = [said for found in problems if (said := self.say(found.problem.name))]
        return _pair(self.phrases.language.both, named)

    def good(self) -> str:
        goods = self.plan.reading.goods[:2] if "good" not in self.without else ()
        return _pair(self.phrases.language.pair, [said for good in goods if (said := self.say(good.name))])


def public(
    plan: Plan, brand: Brand, platform: Platform | None, choice: Choice, without: frozenset[str]
) -> Written:
    """The public reply: all it should say, or as much of it as fits; and not what a neighbour says."""
    written = _fitted(plan, brand, platform, choice, without)
    for attempt in range(1, TRIES):
        if not is_repeated(written.moves, choice.recent):
            break
        written = _fitted(plan, brand, platform, replace(choice, attempt=attempt), without)
    return written


def private(plan: Plan, brand: Brand, choice: Choice, without: frozenset[str]) -> Written:
    """What is written to the customer alone, where a matter moves there."""
    pen = Pen(plan, choice, without)
    greeting = pen.move("greeting_grave")
    said = [sentence for step in PRIVATE if (sentence := _private(pen, step))]
    body = "\n\n".join([_greeted(greeting, said[0], plan.phrases), *map(_sentence, said[1:])])
    return Written(signed(body, brand), tuple(pen.moves))


def signed(text: str, brand: Brand) -> str:
    """With the brand's signature, else its name; without either, as it is."""
    return f"{text}\n\n{brand.voice.signature.strip() or brand.name.strip()}".strip()


def _fitted(
    plan: Plan, brand: Brand, platform: Platform | None, choice: Choice, without: frozenset[str]
) -> Written:
    limit, unit = (platform.reply_limit, platform.reply_unit) if platform else (None, "characters")
    for count in range(len(LEFT_OUT) + 1):
        written = _write(plan, brand, choice, without | set(LEFT_OUT[:count]))
        fits = limit is None or measure(written.text, unit) <= limit
        if fits and (len(written.text) <= COMFORT or count >= COMFORTS):
            break
    return written


def _write(plan: Plan, brand: Brand, choice: Choice, without: frozenset[str]) -> Written:
    pen = Pen(plan, choice, without)
    greeting = pen.move(_greeting(plan)) if "greeting" not in without else ""
    said = [
        s for step in SEQUENCES[plan.case or "careful"] if step not in without and (s := _step(pen, step))
    ]
    text = " ".join([_greeted(greeting, said[0], plan.phrases), *map(_sentence, said[1:])])
    if brand.voice.emoji and plan.case in GLADLY and plan.phrases.emoji:
        signs = [
            Wording(id=f"emoji.{n}", form=None, text=sign) for n, sign in enumerate(plan.phrases.emoji, 1)
        ]
        text = f"{text} {pen.say(signs)}"
    return Written(signed(text, brand), tuple(pen.moves))


def _greeting(plan: Plan) -> str:
    grave = plan.case == "critical" or str(plan.case).startswith("article")
    return "greeting_grave" if grave else "greeting"


def _step(pen: Pen, step: str) -> str:
    """One sentence or two; empty where there is nothing to say."""
    plan = pen.plan
    if step in ("feel", "next"):
        return pen.say(getattr(plan.problem, step)) if plan.certain else ""
    if step in ("public", "safety"):
        return pen.say(getattr(plan.reading.kind, step))
    if step == "open":
        return _open(pen)
    if step in ("glad", "weak", "help_open", "ask_open", "thanks", "praise"):
        return _named(pen, step)
    if step == "remedy":
        return _remedy(pen)
    if step == "protect" and not plan.reading.exposed:
        return ""
    if step == "critical_again" and (not plan.again or plan.reading.kind.id == "press"):
        return ""
    if step == "invite" and not plan.problem.apologise:
        step = "noted_invite"
    return pen.move(step, **_reach(pen, step))


def _remedy(pen: Pen) -> str:
    remedy = pen.plan.remedy
    offered = remedy == "escalate" or (remedy == "refund_replacement" and pen.plan.offers)
    return pen.move(f"remedy_{remedy}") if offered and pen.plan.certain else ""


def _open(pen: Pen) -> str:
    """Sorry for the problem, or thanks for an opinion; who has written again or anew is told that it was seen."""
    again = pen.plan.again
    if not pen.plan.problem.apologise:
        return pen.move("noted_again" if again else "noted")
    move = {"came_back": "sorry_again", "edited": "sorry_edited"}.get(again or "", "sorry")
    return pen.move(move, problem=pen.problem())


def _named(pen: Pen, step: str) -> str:
    plan = pen.plan
    if step == "thanks":
        good = next(iter(plan.reading.goods), None)
        return pen.say(good.thanks) if good else ""
    if step == "praise":
        return pen.move("praise_edited" if plan.again == "edited" else "praise")
    if step == "glad":
        good_said = pen.good()
        return pen.move("glad", **({"good": good_said} if good_said else {}))
    if step == "weak":
        return _weak(pen) if plan.problem.apologise else ""
    return _help(pen, step)


def _weak(pen: Pen) -> str:
    """One problem can stand anywhere in a sentence (`point`); two stand only where they are apologised for."""
    said = pen.problem()
    single = len(pen.plan.problems) == 1 or "second" in pen.without
    return pen.move("weak", problem=said, **({"point": said} if single else {}))


def _help(pen: Pen, step: str) -> str:
    """Opens the answer to a question or a call for help by naming what it is about."""
    plan = pen.plan
    ask = plan.reading.ask if "about" not in pen.without else None
    if step == "ask_open":
        return pen.move(step, **({"about": pen.say(ask.about)} if ask else {}))
    if plan.certain and (plan.sorry or plan.again):
        return _open(pen)
    if plan.certain:
        return pen.move(step, problem=pen.problem())
    return pen.move(step, **({"about": pen.say(ask.about)} if ask else {}))


def _reach(pen: Pen, step: str) -> dict[str, str]:
    slots = frozenset[str]().union(*(wording.slots for wording in pen.phrases.moves[step]))
    if "reach" not in slots or "reach" in pen.without:
        return {}
    return {"reach": pen.reach()}


def _private(pen: Pen, step: str) -> str:
    kind = pen.plan.reading.kind
    if step in ("private", "advice"):
        return pen.say(getattr(kind, step))
    if step == "private_ask":
        return pen.move(step, need=kind.need)
    return pen.move(step, **(_reach(pen, step) if pen.plan.contact else {}))


def _greeted(greeting: str, sentence: str, phrases: Phrases) -> str:
    """A greeting runs on into the first sentence, which then begins as in the middle of one."""
    return f"{_sentence(greeting)}, {sentence}" if greeting else _sentence(sentence)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _pair(pattern: str, parts: Sequence[str]) -> str:
    return _filled(pattern, {"a": parts[0], "b": parts[1]}) if len(parts) > 1 else "".join(parts)


def _filled(pattern: str, values: Mapping[str, str]) -> str:
    before, _, rest = pattern.partition("{a}")
    between, _, after = rest.partition("{b}")
    return f"{before}{values['a']}{between}{values['b']}{after}"
