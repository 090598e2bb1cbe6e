"""Mentions with planted copies: matters put together by a seed, and what becomes of a text when it is passed on.

A text goes from word to word as people's texts do (a Markov chain over the project's training texts), so that texts
which have nothing to do with one another share pairs of words all the same. A matter has one writer, or
is copied by several. Others look alike and are not: letters made after one pattern, texts that share a sentence, a
word or two that many write."""

import json
import random
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log
from pathlib import Path

import sentiment

POOL = Path(sentiment.__file__).parent / "training"
FEWEST = 3_000  # words of a language that is used
LENGTH = (8, 120)  # words of a text, most of them short
PHRASE = (6, 12)  # words of a sentence that several use
PHRASES = 50  # of them a language
SHARING = 0.2  # of the texts hold one
COPIED = 0.2  # of the matters
MOST_COPIES = 5
SHORTEST_COPIED = 150  # characters of a text that is passed on
LATEST = 2_000  # mentions between a text and its copy
EDITED, CUT = (1 / 20, 1 / 8), (0.25, 0.9)  # share of the words that is changed, and that is left
ALIKE = 0.1  # of the matters, whose texts only look like others
BRIEF = (
    "Ottimo!",
    "Pessimo servizio.",
    "Mai più",
    "Great!",
    "Never again.",
    "Top 👍",
    "Vergogna!!",
    "Muy bien todo",
)
PATTERNS = (
    "Il mio ordine {n} doveva arrivare lunedì e non è ancora arrivato, nessuno risponde al telefono.",
    "Order {n} was due on Monday and still is not here, and nobody picks up the phone. Please help.",
    "Meine Bestellung {n} sollte am Montag kommen, ist noch nicht da und niemand geht ans Telefon.",
    "La signora {who} della filiale di {town} mi ha fatto aspettare un'ora e poi mi ha mandato via senza risposta.",
    "The branch in {town} is closed again, {who} at the counter says nobody knows when it will open.",
    "Buongiorno, ho aperto la pratica {n} due settimane fa e non ho ancora ricevuto risposta da voi.",
)
NAMES = (
    "Rossi",
    "Bianchi",
    "Weber",
    "Martin",
    "García",
    "Silva",
    "Jansen",
    "Conti",
    "Moreau",
    "Smith",
    "Greco",
    "Ricci",
)
TOWNS = (
    "Torino",
    "Bari",
    "Berlin",
    "Lyon",
    "Sevilla",
    "Porto",
    "Utrecht",
    "Leeds",
    "Trento",
    "Siena",
    "Bristol",
    "Graz",
)
REMARKS = ("Incredibile", "Leggete qui", "Succede anche a voi", "Unbelievable", "So true", "Increíble")
TAGS = ("#caffeaurora", "#vergogna", "#clienti", "#customerservice", "#fail", "#news", "#aurora")


@dataclass(frozen=True, slots=True)
class Planted:
    """A text of a matter; `copy` names what was done to it, None for one that is nobody's copy."""

    matter: int
    text: str
    copy: str | None = None


def planted(number: int, seed: int) -> list[Planted]:
    """So many mentions in the order in which they come, copies up to 2,000 mentions after what they copy."""
    chance, speeches = random.Random(seed), _speeches()
    rows: list[tuple[float, int, Planted]] = []

    def add(at: float, one: Planted) -> None:
        rows.append((at, len(rows), one))

    matter = 0
    while len(rows) < number:
        matter, at = matter + 1, float(len(rows))
        text = _alike(chance) if chance.random() < ALIKE else _text(chance, speeches)
        add(at, Planted(matter, text))
        if len(text) > SHORTEST_COPIED and chance.random() < COPIED:
            for _ in range(chance.randint(1, MOST_COPIES)):
                name, passed_on = _copy(chance, text)
                add(at + chance.uniform(1, LATEST), Planted(matter, passed_on, name))
    return [one for _, _, one in sorted(rows)][:number]


@dataclass(frozen=True, slots=True)
class Speech:
    """A language: which words follow a word (None: at the beginning), and sentences that many use."""

    after: dict[str | None, list[str]]
    phrases: list[str]


def _speeches() -> list[Speech]:
    texts: dict[str, list[list[str]]] = {}
    for path in sorted(POOL.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            texts.setdefault(row["lang"], []).append(row["text"].split())
    known = [texts[lang] for lang in sorted(texts) if sum(map(len, texts[lang])) >= FEWEST]
    return [_speech(lines) for lines in known]


def _speech(texts: list[list[str]]) -> Speech:
    after: dict[str | None, list[str]] = {}
    for words in texts:
        for before, word in pairwise([None, *words]):
            after.setdefault(before, []).append(word or "")
    phrases = [" ".join(words) for words in texts if PHRASE[0] <= len(words) <= PHRASE[1]]
    return Speech(after, phrases[:PHRASES])


def _text(chance: random.Random, speeches: list[Speech]) -> str:
    speech = chance.choice(speeches)
    longest = round(exp(chance.uniform(log(LENGTH[0]), log(LENGTH[1]))))
    words: list[str] = []
    while len(words) < longest:
        following = speech.after.get(words[-1] if words else None) or speech.after[None]
        word = chance.choice(following)
        words.append(word if word not in words[-12:] else chance.choice(speech.after[None]))
    if len(words) > 2 * PHRASE[1] and chance.random() < SHARING:
        words.append(chance.choice(speech.phrases))
    return " ".join(words)


def _alike(chance: random.Random) -> str:
    if chance.random() < 0.5:
        return chance.choice(BRIEF)
    number = f"{chance.choice('ABKX')}{chance.randint(10_000, 999_999)}"
    return chance.choice(PATTERNS).format(n=number, who=chance.choice(NAMES), town=chance.choice(TOWNS))


def _copy(chance: random.Random, text: str) -> tuple[str, str]:
    """What was done, and the copy."""
    name = chance.choice(("same", "edited", "cut", "hashtags", "retweet", "remark", "all"))
    words = text.split()
    if name in ("edited", "all"):
        words = _edited(chance, words)
    if name == "cut":
        words = words[: max(14, round(len(words) * chance.uniform(*CUT)))]
        words[-1] = words[-1][: max(1, len(words[-1]) // 2)] + "…"
    copied = " ".join(words)
    if name in ("hashtags", "all"):
        copied += " " + " ".join(chance.sample(TAGS, chance.randint(1, 4)))
    if name == "retweet":
        copied = f"RT @cliente{chance.randint(1, 999)}: {copied}"
        copied = copied if len(copied) <= 140 else copied[:139] + "…"
    if name in ("remark", "all"):
        copied = f"{chance.choice(REMARKS)}: {copied} https://t.example/{chance.randint(1, 9999)}"
    return name, copied if name != "same" else copied.upper()


def _edited(chance: random.Random, words: list[str]) -> list[str]:
    """One word in twenty, up to one in eight, is left out, doubled, exchanged or misspelt, and at least one."""
    changed = list(words)
    for _ in range(max(1, round(len(words) * chance.uniform(*EDITED)))):
        place = chance.randrange(len(changed))
        word = changed[place]
        changed[place] = chance.choice(
            ("", f"{word} {word}", chance.choice(words), word[:1] + word[2:] if len(word) > 3 else word + "e")
        )
    return " ".join(changed).split()
