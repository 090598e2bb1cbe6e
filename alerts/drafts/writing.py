"""Writes what a plan says: chooses the wordings, fills their slots, joins the sentences, and shortens until it fits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from alerts.drafts.facts import PRAISE
from alerts.drafts.granted import reach_kind
from alerts.drafts.phrases import Good, Phrases, Thing, Wording
from alerts.drafts.plan import Plan
from alerts.drafts.reading import STAFF
from alerts.drafts.request import Sentence
from alerts.drafts.sequences import GLADLY, PRIVATE, SEQUENCES
from alerts.drafts.variety import TRIES, Choice, is_repeated
from platforms.base import Platform
from platforms.length import measure
from store.brand import Brand

# What is left out first where the room is short. The problem, where to turn and the signature stay to the last.
LEFT_OUT = (
    "protect", "praise_close", "ask_hurry", "feel", "thanks", "regards", "second", "quote", "next", "ask", "until",
    "times", "place", "good", "about", "critical_again", "critical_repeated", "remedy", "answer_close", "name",
    "safety", "reach", "greeting",
)  # fmt: skip
COMFORT = 640  # characters of a public reply that people still read, where the platform allows more
COMFORTS = LEFT_OUT.index("second")  # what may go for comfort alone
SLOTS_LEFT_OUT = {"times": ("when", "opens", "until", "now")}
OWN = {
    "correct": (Wording(id="correct.1", form=None, text="{correction}"),),
    "statement": (Wording(id="statement.1", form=None, text="{statement}"),),
}
"""What the brand says in its own words alone, by step."""
OPENINGS = {"came_back": "sorry_again", "edited": "sorry_edited", "repeated": "sorry_repeated"}
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
        "correction",
        "statement",
        "source",
        "person",
        "where",
        "thing",
    }
)
"""Slots that a wording should fill where they are known; the others are for variety."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a gloss: the phrases of their language, and what slots say in it."""

    phrases: Phrases
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Written:
    """A text, its sentences, and the ids of its wordings, in order. `gloss` None: there is nobody to read it to, or no
    words to do it with."""

    text: str
    moves: tuple[str, ...]
    sentences: tuple[Sentence, ...] = ()

    @property
    def gloss(self) -> str | None:
        glosses = [sentence.gloss for sentence in self.sentences]
        return " ".join(gloss for gloss in glosses if gloss) if glosses and all(glosses) else None


@dataclass(frozen=True, slots=True)
class Part:
    """Words of a draft, what they mean in its reader's language (empty: nobody asked, or nobody knows), what allows
    them, the ids of their wordings, the move that was worded (`said`), and, where they are whole sentences, the `step`
    they are of."""

    text: str = ""
    meaning: str = ""
    grounds: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()
    step: str = ""
    said: str = ""

    def __bool__(self) -> bool:
        return bool(self.text)


_CLOSING = (")", "]", "»", "”", '"', "’")
Saying = Callable[[], Part]
"""Says a part once it is known that a wording has a place for it."""


@dataclass(slots=True)
class Pen:
    """Writes sentence by sentence with one `choice`; `without`: what is left out; `reader`: the phrases, and the facts
    in their language, of who reads a gloss; `apart`: the next wording is none of the latest neighbour's."""

    plan: Plan
    choice: Choice
    without: frozenset[str]
    reader: Reader | None = None
    apart: bool = False

    @property
    def phrases(self) -> Phrases:
        return self.plan.phrases

    def say(self, wordings: Sequence[Wording], **more: Saying) -> Part:
        """One of the wordings that fit, with all that it may state; empty where none fits."""
        known = self.facts
        able = known.keys() | more.keys()
        fitting = [w for w in wordings if w.form in (None, self.plan.register) and w.slots <= able]
        if not fitting:
            return Part()
        quotes = self.plan.case in QUOTING or "good" in more
        stated = STATED | {"quote"} if quotes else STATED
        most = max(len(wording.slots & stated) for wording in fitting)
        chosen = self.choice.of([w for w in fitting if len(w.slots & stated) == most], apart=self.apart)
        self.apart = False
        used = {slot: more[slot]() if slot in more else known[slot] for slot in sorted(chosen.slots)}
        return Part(
            chosen.render({slot: fact.text for slot, fact in used.items()}),
            self._meaning(chosen, used),
            tuple(dict.fromkeys(ground for fact in used.values() for ground in fact.grounds)),
            (*(move for fact in used.values() for move in fact.moves), self.choice.id_of(chosen)),
        )

    def _meaning(self, wording: Wording, facts: Mapping[str, Part]) -> str:
        if self.reader is None:
            return ""
        if wording.gloss is not None:
            meanings = {slot: fact.meaning for slot, fact in facts.items()}
            return wording.explained(meanings) if all(meanings[slot] for slot in wording.slots) else ""
        own = any(wording in wordings for wordings in OWN.values())
        theirs = self.reader.phrases
        meant = wording if own else theirs.alike(wording, self.phrases.courtesies(wording))
        if meant is None or not all(facts[slot].meaning for slot in meant.slots):
            return ""
        return meant.render({slot: fact.meaning for slot, fact in facts.items()})

    def move(self, name: str, **more: Saying) -> Part:
        """A move, in the brand's own words where it has some that fit."""
        own = self.plan.own.get(name, ())
        said = self.say(own, **more) or self.say(self.phrases.moves[name], **more)
        return replace(said, said=name) if said else said

    @property
    def facts(self) -> dict[str, Part]:
        gone = {slot for name in self.without for slot in SLOTS_LEFT_OUT.get(name, (name,))}
        meant = self.reader.facts if self.reader else {}
        return {
            slot: Part(value, meant.get(slot, ""), self.plan.grounds.get(slot, ()))
            for slot, value in self.plan.facts.items()
            if slot not in gone
        }

    def reach(self) -> Part:
        """How to get in touch, with what to have at hand."""
        kind, facts = reach_kind(self.plan.contact), self.facts
        return self.say(getattr(self.phrases.reach, f"{kind}_ask" if "ask" in facts else kind))

    def problem(self) -> Part:
        """What went wrong, as a part of a sentence."""
        problems = self.plan.problems[:1] if "second" in self.without else self.plan.problems
        named = [said for found in problems if (said := self.say(found.problem.name))]
        said = self.pair("both", named)
        return replace(said, grounds=said.grounds + self.plan.grounds.get("problem", ()))

    @property
    def goods(self) -> list[Good]:
        """What the customer liked and can be named, two at most; in praise, whoever is named is thanked in a sentence
        of their own."""
        plan = self.plan
        found = plan.praised if plan.case in PRAISE else plan.goods
        apart = plan.case in PRAISE and "person" in self.facts and STAFF not in plan.reading.things
        named = (good for good in found if not (apart and good.topic == STAFF))
        able = [good for good in named if any(w.form in (None, plan.register) for w in good.name)]
        return able[:2] if "good" not in self.without else []

    def good(self) -> Part:
        """What was liked, as a part of a sentence."""
        said = self.pair("pair", [self._liked(good) for good in self.goods])
        return replace(said, grounds=("mention.text",)) if said else said

    def _liked(self, good: Good) -> Part:
        plan = self.plan
        thing = plan.reading.things.get(good.topic)
        theirs = thing and next((t for t in self.meant_things if t.id == thing.id), None)
        apart = plan.case in PRAISE and "person" in self.facts  # the next sentence says whose it was
        names = good.name
        if good.topic == STAFF:
            names = tuple(w for w in names if (w.text == "{thing}") == apart)
        meant = theirs.name if theirs else ""
        return self.say(names, **({"thing": lambda: Part(thing.name, meant)} if thing else {}))

    @property
    def meant_things(self) -> tuple[Thing, ...]:
        return self.reader.phrases.named.things if self.reader else ()

    def pair(self, pattern: str, parts: Sequence[Part]) -> Part:
        """Two in one sentence, as the language joins them (`pattern`: a field of `phrases.Language`)."""
        if len(parts) < 2:
            return parts[0] if parts else Part()
        meanings = [part.meaning for part in parts]
        joined = getattr(self.reader.phrases.language, pattern) if self.reader and all(meanings) else ""
        return Part(
            _pair(getattr(self.phrases.language, pattern), [part.text for part in parts]),
            _pair(joined, meanings) if joined else "",
            parts[0].grounds + parts[1].grounds,
            parts[0].moves + parts[1].moves,
        )


def public(
    plan: Plan,
    brand: Brand,
    platform: Platform | None,
    choice: Choice,
    without: frozenset[str],
    reader: Reader | None = None,
) -> Written:
    """The public reply: all it should say, or as much of it as fits; and not what a neighbour says."""
    for attempt in range(TRIES):
        written = _fitted(plan, brand, platform, Pen(plan, choice.anew(attempt), without, reader))
        if not is_repeated(written.moves, choice.recent):
            break
    return written


def status_note(plan: Plan, choice: Choice) -> str | None:
    """What the brand may write on its own profile while nobody is there; None: somebody is."""
    if "opens" not in plan.facts:
        return None
    return _sentence(Pen(plan, choice.anew(), frozenset()).move("status_note").text) or None


def private(
    plan: Plan, brand: Brand, choice: Choice, without: frozenset[str], reader: Reader | None = None
) -> Written:
    """What is written to the customer alone, where a matter moves there."""
    pen = Pen(plan, replace(choice, aside="private/"), without, reader)
    greeting = pen.move("greeting_grave")
    said = [replace(sentence, step=step) for step in PRIVATE if (sentence := _private(pen, step))]
    return _finished(greeting, said, brand, "\n\n")


def signed(text: str, brand: Brand) -> str:
    """With the brand's signature, else its name; without either, as it is."""
    return f"{text}\n\n{brand.voice.signature.strip() or brand.name.strip()}".strip()


def _fitted(plan: Plan, brand: Brand, platform: Platform | None, pen: Pen) -> Written:
    limit, unit = (platform.reply_limit, platform.reply_unit) if platform else (None, "characters")
    for count in range(len(LEFT_OUT) + 1):
        without = pen.without | set(LEFT_OUT[:count])
        written = _write(plan, brand, Pen(plan, pen.choice.anew(), without, pen.reader))
        fits = limit is None or measure(written.text, unit) <= limit
        if fits and (len(written.text) <= COMFORT or count >= COMFORTS):
            break
    return written


def _write(plan: Plan, brand: Brand, pen: Pen) -> Written:
    said = _said(pen, [step for step in SEQUENCES[plan.case or "careful"] if step not in pen.without])
    greeting = pen.move(_greeting(plan)) if "greeting" not in pen.without else Part()
    if brand.voice.emoji and plan.case in GLADLY and plan.phrases.emoji:
        signs = [
            Wording(id=f"emoji.{n}", form=None, text=sign, gloss=sign)
            for n, sign in enumerate(plan.phrases.emoji, 1)
        ]
        sign = pen.say(signs)
        last = said[-1]
        meaning = f"{last.meaning} {sign.text}" if last.meaning else ""
        text, moves = f"{last.text} {sign.text}", last.moves + sign.moves
        said[-1] = replace(
            last, text=text, meaning=meaning, grounds=(*last.grounds, "voice.emoji"), moves=moves
        )
    return _finished(greeting, said, brand, " ")


def _said(pen: Pen, steps: Sequence[str]) -> list[Part]:
    """What the steps say, in their order. The last is chosen first, then the first one: in these a draft differs from
    its neighbour, whatever the others say."""
    found: dict[str, Part] = {}
    for order in (steps[::-1], steps):
        for step in order:
            if step not in found:
                pen.apart = True
                found[step] = _step(pen, step)
            if found[step]:
                break
    pen.apart = False
    said = ((step, found[step] if step in found else _step(pen, step)) for step in steps)
    return [replace(part, step=step) for step, part in said if part]


def _finished(greeting: Part, said: Sequence[Part], brand: Brand, between: str) -> Written:
    """A greeting runs on into the first sentence, which then begins as in the middle of one."""
    first = said[0]
    if greeting:
        meaning = _greeted(greeting.meaning, first.meaning) if greeting.meaning and first.meaning else ""
        text, moves = _greeted(greeting.text, first.text), greeting.moves + first.moves
        first = Part(text, meaning, greeting.grounds + first.grounds, moves, first.step, first.said)
    sentences = [
        Sentence(
            _sentence(one.text),
            _sentence(one.meaning) or None,
            tuple(dict.fromkeys(one.grounds)),
            one.step,
            one.said,
        )
        for one in (first, *said[1:])
    ]
    text = signed(between.join(sentence.text for sentence in sentences), brand)
    moves = tuple(move for one in (first, *said[1:]) for move in one.moves)
    return Written(text, moves, tuple(sentences))


def _greeting(plan: Plan) -> str:
    grave = plan.case == "critical" or str(plan.case).startswith("article")
    return "greeting_grave" if grave else "greeting"


def _step(pen: Pen, step: str) -> Part:
    """One sentence or two; empty where there is nothing to say."""
    plan = pen.plan
    if step in ("feel", "next"):
        silent = not plan.certain or (step == "feel" and plan.case == "mixed" and plan.torn)
        return Part() if silent else pen.say(getattr(plan.problem, step))
    if step in ("public", "safety"):
        return pen.say(getattr(plan.reading.kind, step))
    if step == "open":
        return _open(pen)
    if step in ("glad", "weak", "help_open", "ask_open", "thanks", "praise"):
        return _named(pen, step)
    if step == "remedy":
        return _remedy(pen)
    if step.startswith("correct") and plan.correction is None:
        return Part()
    if step in OWN:
        return pen.say(OWN[step])
    if step == "statement_open":
        seen = plan.problem.apologise and plan.problems[0].span is not None
        return pen.move(step, **({"problem": pen.problem} if seen else {}))
    if step == "correct_source" and "source" not in pen.facts:
        return Part()
    if step == "protect" and not plan.reading.exposed:
        return Part()
    if step == "critical_again" and (plan.again in (None, "repeated") or plan.reading.kind.id == "press"):
        return Part()
    if step == "critical_repeated" and plan.again != "repeated":
        return Part()
    if step == "invite" and not plan.problem.apologise:
        step = "noted_invite"
    return pen.move(step, **_reach(pen))


def _remedy(pen: Pen) -> Part:
    remedy = pen.plan.remedy
    offered = remedy == "escalate" or (remedy == "refund_replacement" and pen.plan.offers)
    if not (offered and pen.plan.certain):
        return Part()
    said = pen.move(f"remedy_{remedy}")
    return replace(said, grounds=said.grounds + pen.plan.grounds.get("remedy", ()))


def _open(pen: Pen) -> Part:
    """Sorry for the problem, or thanks for an opinion; who has written again or anew is told that it was seen."""
    again = pen.plan.again
    if not pen.plan.problem.apologise:
        return pen.move("noted_again" if again in ("came_back", "edited") else "noted")
    move = OPENINGS.get(again or "", "sorry")
    return pen.move(move, problem=pen.problem)


def _named(pen: Pen, step: str) -> Part:
    plan = pen.plan
    if step == "thanks":
        good = next(iter(plan.praised), None)
        again = good in pen.goods  # whose place the sentence before has named
        said = pen.say([w for w in good.thanks if not (again and "where" in w.slots)]) if good else Part()
        return replace(said, grounds=(*said.grounds, "mention.text")) if said else said
    if step == "praise" and plan.again == "edited":
        return pen.move("praise_edited")
    if step == "praise":
        return pen.move("praise", **({"good": pen.good} if pen.goods else {}))
    if step == "glad":
        return pen.move("glad", **({"good": pen.good} if pen.goods else {}))
    if step == "weak":
        return _weak(pen) if plan.problem.apologise else Part()
    return _help(pen, step)


def _weak(pen: Pen) -> Part:
    """One problem can stand anywhere in a sentence (`point`); two stand only where they are apologised for."""
    single = len(pen.plan.problems) == 1 or "second" in pen.without
    return pen.move("weak", problem=pen.problem, **({"point": pen.problem} if single else {}))


def _help(pen: Pen, step: str) -> Part:
    """Opens the answer to a question or a call for help by naming what it is about."""
    plan = pen.plan
    ask = plan.reading.ask if "about" not in pen.without else None
    if step == "ask_open":
        return pen.move(step, **({"about": lambda: pen.say(ask.about)} if ask else {}))
    if plan.certain and (plan.sorry or plan.again):
        return _open(pen)
    if plan.certain:
        return pen.move(step, problem=pen.problem)
    return pen.move(step, **({"about": lambda: pen.say(ask.about)} if ask else {}))


def _reach(pen: Pen) -> dict[str, Saying]:
    return {} if "reach" in pen.without else {"reach": pen.reach}


def _private(pen: Pen, step: str) -> Part:
    kind = pen.plan.reading.kind
    if step in ("private", "advice"):
        return pen.say(getattr(kind, step))
    if step == "private_ask":
        meant = pen.reader.facts.get("need", "") if pen.reader else ""
        return pen.move(step, need=lambda: Part(kind.need, meant))
    return pen.move(step, **(_reach(pen) if pen.plan.contact else {}))


def _greeted(greeting: str, sentence: str) -> str:
    return f"{_begun(greeting)}, {sentence}"


def _sentence(text: str) -> str:
    """With a capital, and with a full stop where words of the brand's own have no mark at their end."""
    stop = "." if text[-1:].isalnum() or (text[-1:] in _CLOSING and text[-2:-1].isalnum()) else ""
    return _begun(text) + stop


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _pair(pattern: str, parts: Sequence[str]) -> str:
    return _filled(pattern, {"a": parts[0], "b": parts[1]})


def _filled(pattern: str, values: Mapping[str, str]) -> str:
    before, _, rest = pattern.partition("{a}")
    between, _, after = rest.partition("{b}")
    return f"{before}{values['a']}{between}{values['b']}{after}"
