"""Which case a mention is answered as: a key of `alerts.drafts.sequences.SEQUENCES`, or none. Pure."""

from alerts.drafts.personal import addresses
from alerts.drafts.phrases import languages
from alerts.drafts.reading import Reading, is_article
from alerts.drafts.request import DraftRequest, is_brief
from alerts.triage import BOTH_SIDES, DOUBT, REQUESTS, SURE

HARMLESS = frozenset({"law", "press"})  # what those who are content may tell of
FEW, MANY = 2, 4  # stars up to which, and from which, a mark without words says enough


def case_of(request: DraftRequest, reading: Reading) -> str | None:
    """The case; None: no reply is due."""
    spam = request.category == "spam" and "life" not in reading.hits
    if spam and request.urgency != "critical":
        return _spam(request, reading)
    if spam and request.sentiment != "negative":
        return None  # an advertisement with an alarming word in it
    if reading.mourns and _is_kind(request):
        return "careful"
    if is_sensitive(request, reading):
        return "critical"
    if _is_story(request, reading):
        return "careful"  # whatever problems its words name: they are of others
    if is_article(request):
        return _article(request, reading)
    if request.sentiment is None or request.category is None:
        return _unread(request)
    named = any(found.span for found in reading.problems)
    if reading.insults and not named and not reading.goods and request.sentiment == "negative":
        return "insult"
    brief = is_brief(request.words) and reading.known and not (named or reading.repeated)
    if brief and request.category not in REQUESTS:
        return _brief(request, reading)
    if request.urgency == "critical":
        return _calmed(request, reading) if named else "careful"
    if request.category in REQUESTS:
        return None if _is_among(request, reading) else request.category
    if request.sentiment == "negative":
        return "careful" if _contradicted(request, reading) else "complaint"
    if _is_chat(request, reading):
        return None
    if request.category != "complaint" and _is_unsaid(request, reading):
        return "careful"
    if request.category == "complaint" or _is_mixed(request, reading):
        return "mixed" if _has_two_sides(request, reading) else "complaint"
    if _is_kind(request) and reading.remarks and share_negative(request) < DOUBT:
        return "praise_point"
    if not _is_praise(request):
        return "careful"
    return (
        "praise" if request.urgency in (None, "low") else "praise_open"
    )  # it holds a point nobody here has read


def is_sensitive(request: DraftRequest, reading: Reading) -> bool:
    """Whether every word of the reply counts: what speaks of danger, death, law, press, fraud or discrimination,
    whatever the model makes of its tone: no cheer goes to somebody who was hurt. What the model alone calls critical
    is so where no words say what it is about."""
    if "life" in reading.hits or (reading.mourns and request.category != "spam"):
        return True
    if _is_story(request, reading):
        return False
    if request.urgency == "critical":
        return not _is_plain(request, reading)
    return "tripwire" in request.reasons and reading.is_grave(request.urgency) and request.category != "spam"


def _is_story(request: DraftRequest, reading: Reading) -> bool:
    """Praise with all its stars in which the police or a journalist appears: who threatens is not content."""
    content = _is_kind(request) and request.stars is not None and request.stars > MANY
    harmless = reading.hits <= HARMLESS and (not reading.told or reading.kind.tripwire in HARMLESS)
    return content and bool(reading.hits) and harmless


def _is_plain(request: DraftRequest, reading: Reading) -> bool:
    """Whether it is the model alone that reads something critical, in words that name nothing grave and say something
    else: praise, or a problem."""
    grave = reading.told or reading.hits or "tripwire" in request.reasons
    if grave or not reading.known or is_article(request) or request.category in REQUESTS:
        return False
    return any(found.span for found in reading.problems) or _is_content(request, reading)


def _is_content(request: DraftRequest, reading: Reading) -> bool:
    """Whether it praises, or takes back what it said."""
    return _is_kind(request) or bool(reading.goods and not _few(request))


def _brief(request: DraftRequest, reading: Reading) -> str:
    """A word or two ("Boh", "Bad."): the stars say more, and a topic that the model sees there is a guess."""
    if _is_praise(request) and request.urgency in (None, "low"):
        return "praise"
    return "careful" if request.stars is None else _unread(request)


def _calmed(request: DraftRequest, reading: Reading) -> str:
    """A problem that only the model calls critical."""
    two = request.sentiment != "negative" and _has_two_sides(request, reading)
    return "mixed" if two else "complaint"


def _spam(request: DraftRequest, reading: Reading) -> str | None:
    """An insult that names a problem is a complaint; an advertisement gets nothing."""
    if request.sentiment != "negative":
        return "praise" if _is_ordered(request, reading) else None
    return "complaint" if any(found.span for found in reading.problems) else "insult"


def _is_ordered(request: DraftRequest, reading: Reading) -> bool:
    """Whether praise with all its stars is called an advertisement for the order to a machine that it holds, and
    nothing in it leads anywhere."""
    content = request.stars is not None and request.stars > MANY and _is_praise(request)
    return content and reading.orders and bool(reading.goods) and not any(addresses(request.words))


def _article(request: DraftRequest, reading: Reading) -> str:
    if request.category in REQUESTS:
        return "article_question"
    named = any(found.span for found in reading.problems)
    doubt = SURE if named or reading.hits else DOUBT
    sure = request.sentiment == "positive" and share_negative(request) < doubt
    return "article_positive" if sure else "article_negative"


def _unread(request: DraftRequest) -> str:
    """Words that nobody has read are not answered as if somebody had."""
    if any(char.isalpha() for char in request.words) and request.spoken not in (None, *languages()):
        return "unread"
    if request.stars is None:
        return "unread"
    return "stars_low" if _few(request) else "stars_high" if request.stars >= MANY else "stars_middle"


def _few(request: DraftRequest) -> bool:
    return request.stars is not None and request.stars <= FEW


def share_negative(request: DraftRequest) -> float:
    """The model's probability of negative; where it tells none, that of its verdict."""
    probs = request.sentiment_probs or {}
    return probs.get("negative", 1.0 if request.sentiment == "negative" else 0.0)


def _is_chat(request: DraftRequest, reading: Reading) -> bool:
    """Words that are not for the brand: what people say to each other, or in the wrong place."""
    calm = request.sentiment == "neutral" and request.urgency == "low" and not request.reasons
    named = bool(reading.goods) or any(found.span for found in reading.problems)
    unsure = SURE if named or not reading.known else DOUBT
    return calm and request.category == "other" and share_negative(request) < unsure


def _is_among(request: DraftRequest, reading: Reading) -> bool:
    """Whether people ask one another ("who's coming on Saturday?") where nothing is asked of the brand: no question
    that the phrases know, no problem, no stars, no name of its."""
    brand = request.brand
    called = any(name.casefold() in request.words.casefold() for name in (brand.name, *brand.aliases))
    named = any(found.span for found in reading.problems)
    return reading.among and request.stars is None and not (reading.ask or named or called)


def _has_two_sides(request: DraftRequest, reading: Reading) -> bool:
    """Whether there is anything to be glad of: something that is praised in words, good stars, or the model's
    verdict where it is not a mere opinion that the words hold."""
    opinion = any(found.span and not found.problem.apologise for found in reading.problems[:1])
    praised = bool(reading.goods) or (_is_kind(request) and not opinion)
    return praised or not reading.known or (request.stars or 0) >= MANY


def _is_kind(request: DraftRequest) -> bool:
    """Whether the model reads praise, and the stars do not say otherwise."""
    return request.sentiment == "positive" and not _few(request)


def _contradicted(request: DraftRequest, reading: Reading) -> bool:
    """Whether all the stars speak against a model that reads a complaint in which no words name a problem: who is
    content and told of old troubles elsewhere is not apologised to."""
    full = request.stars is not None and request.stars > MANY
    return full and reading.known and not any(found.span for found in reading.problems)


def _is_mixed(request: DraftRequest, reading: Reading) -> bool:
    """Praise or chat with a point in it: a problem that its words name, with a concession where it is a small one, or
    much of negative."""
    told = request.urgency != "low" or reading.concedes
    named = told and any(found.span for found in reading.problems)
    return named or share_negative(request) >= BOTH_SIDES


def _is_unsaid(request: DraftRequest, reading: Reading) -> bool:
    """Whether the model alone sees two sides: no words that we know praise anything, or name a problem."""
    said = reading.goods or reading.remarks or any(found.span for found in reading.problems)
    return reading.known and not said and not _few(request) and share_negative(request) >= BOTH_SIDES


def _is_praise(request: DraftRequest) -> bool:
    """Surely praise: no doubt in the model, and the stars agree where there are any."""
    stars = request.stars is None or request.stars >= MANY
    return request.sentiment == "positive" and stars and share_negative(request) < SURE
