"""Texts that a person asks for, beside the draft: a warning that cites a clause, the question whether praise may be
quoted. Their words are moves of the phrase files; the guard looks over them like over any draft."""

from alerts.drafts import guard, names, speech
from alerts.drafts.patterns import find, fold
from alerts.drafts.phrases import languages, load
from alerts.drafts.request import DraftReply, DraftRequest
from alerts.drafts.variety import Choice
from alerts.drafts.writing import signed
from platforms.length import measure

WARNINGS = {"spam": "warn_spam", "abuse": "warn_abuse"}
QUOTE = "ask_quote"
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
    return _letter(request, QUOTE, greeting=True, facts={})


def _letter(request: DraftRequest, move: str, *, greeting: bool, facts: dict[str, str]) -> DraftReply:
    lang = speech.language(request)
    phrases = speech.phrases(request)
    register = request.brand.voice.formality.get(lang, phrases.formal).casefold()
    register = phrases.language.registers[-1] if register == "informal" else register
    register = register if register in phrases.language.registers else phrases.formal
    register = (phrases.variant.form if phrases.variant else None) or register
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
        remedy="thanks" if move == QUOTE else "ignore",
        checks=checks,
        moves=tuple(moves),
    )
