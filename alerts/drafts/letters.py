"""Texts that a person asks for, beside the draft: a warning that cites a clause, the question whether praise may be
quoted. Their words are moves of the phrase files; the guard looks over them like over any draft."""

import tomllib
from functools import cache
from pathlib import Path

from alerts.drafts import guard, names, plan
from alerts.drafts.patterns import find, fold
from alerts.drafts.phrases import Wording, languages, load
from alerts.drafts.request import Check, DraftReply, DraftRequest
from alerts.drafts.variety import Choice
from alerts.drafts.writing import signed
from platforms.length import measure

WARNINGS = {"spam": "warn_spam", "abuse": "warn_abuse"}
QUOTE = "ask_quote"
QUESTIONS = Path(__file__).with_name("ask_quote.toml")
LETTERS = (*WARNINGS.values(), QUOTE)


def is_abusive(text: str, lang: str | None) -> bool:
    """Whether a word insults people, in the text's language; where nobody knows it, in any."""
    spoken = (lang or "").split("-")[0].lower()
    read = [spoken] if spoken in languages() else languages()
    return any(find(load(one).abuse, fold(text)) for one in read)


def warning(request: DraftRequest, offence: str, clause: str) -> DraftReply:
    """A warning to the author of spam or abuse; `clause` is what the policy calls the rule."""
    return _letter(request, WARNINGS[offence], greeting=False, facts={"clause": clause})


def may_we_quote(request: DraftRequest) -> DraftReply:
    """Asks for leave to quote, in the customer's language."""
    lang = request.spoken or plan.first_language(request.brand)
    if lang in questions() and lang not in languages():
        return _question(request, lang)
    return _letter(request, QUOTE, greeting=True, facts={})


@cache
def questions() -> dict[str, dict[str, dict[str, list[str]]]]:
    """The question by language and register, `greeting` and `ask`, where a language has no phrases."""
    return tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))


def _question(request: DraftRequest, lang: str) -> DraftReply:
    registers = questions()[lang]
    wanted = request.brand.voice.formality.get(lang, "").casefold()
    register = list(registers)[-1] if wanted == "informal" else wanted
    said = registers.get(register) or next(iter(registers.values()))
    name = names.first_name(request.author)
    choice = Choice(request.seed, tuple(request.recent))
    greeting = next(text for text in said["greeting"] if name or "{name}" not in text)
    ask = choice.of(
        [Wording(id=f"{QUOTE}.{n}", form=None, text=text) for n, text in enumerate(said["ask"], 1)]
    )
    text = signed(f"{greeting.replace('{name}', name or '')}, {ask.text}", request.brand)
    return _draft(request, lang, text, "thanks", moves=(ask.id,))


def _letter(request: DraftRequest, move: str, *, greeting: bool, facts: dict[str, str]) -> DraftReply:
    lang = plan.language(request)
    phrases = load(lang)
    register = request.brand.voice.formality.get(lang, phrases.formal).casefold()
    register = phrases.language.registers[-1] if register == "informal" else register
    register = register if register in phrases.language.registers else phrases.formal
    choice = Choice(request.seed, tuple(request.recent))
    name = names.first_name(request.author)
    known = facts | ({"name": name} if name else {})
    said, moves = [], []
    for part in (["greeting"] if greeting else []) + [move]:
        fitting = [w for w in phrases.moves[part] if w.form in (None, register) and w.slots <= known.keys()]
        most = max(len(wording.slots) for wording in fitting)
        chosen = choice.of([wording for wording in fitting if len(wording.slots) == most])
        said.append(chosen.render(known))
        moves.append(chosen.id)
    text = ", ".join(said)
    text = signed(text[:1].upper() + text[1:], request.brand)
    # All but whether it speaks of the customer's matter: it does not.
    checks = tuple(check for check in guard.inspect(text, request, lang=lang) if check.name != "topic")
    return _draft(request, lang, text, "thanks" if move == QUOTE else "ignore", checks, tuple(moves))


def _draft(
    request: DraftRequest,
    lang: str,
    text: str,
    remedy: str,
    checks: tuple[Check, ...] = (),
    moves: tuple[str, ...] = (),
) -> DraftReply:
    platform = request.platform
    unit = platform.reply_unit if platform else "characters"
    return DraftReply(
        lang=lang,
        reply=text,
        private_reply=None,
        gloss=None,
        used=measure(text, unit),
        limit=platform.reply_limit if platform else None,
        unit=unit,
        remedy=remedy,
        checks=checks,
        moves=moves,
    )
