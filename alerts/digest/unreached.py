"""Who wrote in public because phone, e-mail or chat failed them: by words near one another. Pure.

A text counts where it names a way and, within a few words of it, that nobody was reached or answered. The first step is
the database's: texts that hold one of the `STEMS` of their language.
"""

from collections.abc import Sequence

import regex

NEAR = 70  # characters between the way and what failed
LOOKED_AT = 3_000  # characters of a text

_WAYS = {
    "phone": (
        r"telefon\w*|chiamat\w*|chiamare|chiamando|numero verde|call ?cent(?:er|re)|centralin\w+|phone\w*|"
        r"calls?\b|called|calling|hotline|helpline|tél[ée]phon\w*|appels?|appelé\w*|tel[ée]fono|llamad\w*|llamar|anruf\w*|angerufen|telefoon\w*|gebeld|zadzwoni\w*"
    ),
    "email": r"e-?mails?|mails?|pec|correo\w*|courriels?|posta elettronica",
    "chat": r"chat|live ?chat|chatbot|whatsapp",
}
_FAILED = (
    r"non rispond\w*|nessuno rispond\w*|nessun[ao]? rispost\w*|senza rispost\w*|mai (?:avuto )?rispost\w*|"
    r"mai ricevuto|non (?:ho|abbiamo) (?:avuto|ricevuto) (?:nessun[ao] )?rispost\w*|irraggiungibil\w*|"
    r"sempre occupat\w*|non si riesce a (?:parlare|contattare)|cade la linea|mi hanno ignorato|"
    r"no(?:body|[- ]one)? (?:ever )?(?:answer\w*|repl\w*|respon\w*|pick\w* up)|no (?:answer|reply|response)|"
    r"never (?:answer\w*|repl\w*|respon\w*|heard back|got an answer)|(?:doesn't|don't|didn't|won't|not) (?:answer\w*|"
    r"repl\w*|respon\w*|pick up)|without (?:an? )?(?:answer|reply|response)|ignored|on hold|unanswered|unreachable|"
    r"keine (?:antwort|reaktion)|niemand (?:antwortet|geht|erreicht)|nicht (?:erreichbar|beantwortet|ans telefon)|"
    r"nadie (?:contesta|responde)|no (?:contesta\w*|responde\w*)|sin respuesta|"
    r"personne ne répond\w*|pas de réponse|sans réponse|ne répond\w* (?:pas|jamais)|aucune réponse|"
    r"geen (?:antwoord|reactie)|niemand (?:neemt op|reageert)|nikt nie odpowi\w*|brak odpowiedzi"
)
STEMS = {
    "it": ("telefon", "chiama", "mail", "numero verde", "chat", "whatsapp", " pec ", "call center"),
    "en": ("phone", "call", "mail", "chat", "whatsapp", "hotline", "helpline"),
    "de": ("telefon", "anruf", "angerufen", "mail", "hotline", "chat", "whatsapp"),
    "fr": ("phon", "appel", "mail", "courriel", "chat", "whatsapp"),
    "es": ("fono", "llama", "llamé", "mail", "correo", "chat", "whatsapp"),
    "nl": ("telefo", "gebeld", "mail", "chat", "whatsapp"),
    "pl": ("telefon", "dzwoni", "mail", "chat", "whatsapp"),
}
"""By language, what a text holds that names a way."""
_NAMED = {way: regex.compile(rf"(?<!\w)(?:{named})(?!\w)", regex.IGNORECASE) for way, named in _WAYS.items()}
_FAILURE = regex.compile(rf"(?<!\w)(?:{_FAILED})(?!\w)", regex.IGNORECASE)


def ways(text: str) -> list[str]:
    """By which ways the author was not reached or answered: phone, email, chat; often none."""
    said = text[:LOOKED_AT]
    failures = [found.span() for found in _FAILURE.finditer(said)]
    if not failures:
        return []
    return [
        way
        for way, named in _NAMED.items()
        if any(_near(one.span(), failures) for one in named.finditer(said))
    ]


def _near(way: tuple[int, int], failures: Sequence[tuple[int, int]]) -> bool:
    return any(start - way[1] <= NEAR and way[0] - end <= NEAR for start, end in failures)
