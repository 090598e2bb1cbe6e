"""The language and the form of address that a draft is written in. Pure."""

from alerts.drafts.patterns import fold
from alerts.drafts.phrases import FALLBACK, Phrases, languages, load
from alerts.drafts.reading import Reading
from alerts.drafts.request import DraftRequest
from alerts.drafts.variants import chosen
from store.brand import Brand


def language(request: DraftRequest) -> str:
    """The language a draft is written in: the customer's, where there are phrases for it, else English; where the
    customer's is not known, the brand's first."""
    wanted = request.spoken or first_language(request.brand)
    return wanted if wanted in languages() else FALLBACK


def phrases(request: DraftRequest) -> Phrases:
    """The phrases of that language, in the words of the customer's country where they show."""
    known = load(language(request))
    variant = chosen(known.variants, fold(request.words), request.lang, request.brand)
    return load(known.lang, variant.region) if variant else known


def first_language(brand: Brand) -> str:
    return brand.languages[0].split("-")[0].lower() if brand.languages else FALLBACK


def register(case: str | None, request: DraftRequest, reading: Reading, phrases: Phrases) -> str:
    """The form of address: the brand's, or the customer's where it mirrors; formal where it is grave or press."""
    registers = phrases.language.registers
    if phrases.variant and phrases.variant.form:
        return phrases.variant.form
    wanted = request.brand.voice.formality.get(phrases.lang, registers[0]).casefold()
    if wanted == "mirror":
        wanted = "informal" if reading.informal else "formal"
    if wanted == "informal":
        wanted = registers[-1]
    grave = case == "critical" or request.urgency == "critical"
    formal = grave or (case is not None and case.startswith("article"))
    return wanted if wanted in registers and not formal else registers[0]
