"""E-mails in the manner of the platforms' notifications, written for the tests; none is a real one."""

from email.message import EmailMessage
from email.utils import format_datetime
from typing import NamedTuple

from tests.crawlers.contracts import NOW


class Written(NamedTuple):
    """A notification, and what is to be read in it."""

    platform: str
    sender: str
    subject: str
    html: str
    text: str
    author: str | None = None
    stars: float | None = None
    place: str | None = None
    url: str | None = None
    whole: bool = False


def page(*blocks: str) -> str:
    return (
        "<html><head><style>p{}</style></head><body>"
        + "".join(f"<p>{block}</p>" for block in blocks)
        + "</body></html>"
    )


FOOTER = ("Annulla l'iscrizione", "© Piazza")
WRITTEN = (
    Written(
        "google_business", "businessprofile-noreply@google.com", "Ada Neri ha lasciato una recensione per Caffè Aurora Trieste",
        page("Ciao,", "Ada Neri ha lasciato una recensione", "★★☆☆☆", "Il cappuccino era freddo e nessuno si è scusato.", '<a href="https://business.google.com/reviews/7">Rispondi</a>', *FOOTER),
        "Il cappuccino era freddo e nessuno si è scusato.", "Ada Neri", 2, "Caffè Aurora Trieste", "https://business.google.com/reviews/7",
    ),
    Written(
        "google_business", "noreply@business.google.com", "Ben Hill left a review for Caffè Aurora",
        page("Ben Hill left a review", '<img alt="5 stars" src="x">', "Lovely staff.<br>We will be back.", '<a href="https://business.google.com/reviews/8">Read review</a>', '<a href="https://www.google.com/unsubscribe">Unsubscribe</a>'),
        "Lovely staff.\nWe will be back.", "Ben Hill", 5, "Caffè Aurora", "https://business.google.com/reviews/8",
    ),
    Written(
        "tripadvisor", "members@e.tripadvisor.com", "Hai una nuova recensione per Caffè Aurora",
        page("Gentile gestore,", "Recensione di Carla V", "4 su 5", "Ottimi dolci, servizio lento la domenica.", '<a href="https://www.tripadvisor.it/ShowUserReviews-g1-d2-r3">Scrivi una risposta</a>', *FOOTER),
        "Ottimi dolci, servizio lento la domenica.", "Carla V", 4, "Caffè Aurora", "https://www.tripadvisor.it/ShowUserReviews-g1-d2-r3",
    ),
    Written(
        "booking", "noreply@booking.com", "Nuova recensione per Locanda Aurora",
        page("Ospite: Dirk", "Punteggio 6,0/10", "Commento", "Stanza rumorosa, colazione buona.", "Rispondi alla recensione", '<a href="https://admin.booking.com/hotel/reviews">Vai all\'extranet</a>'),
        "Stanza rumorosa, colazione buona.", "Dirk", 3, "Locanda Aurora", "https://admin.booking.com/hotel/reviews",
    ),
    Written(
        "thefork", "no-reply@thefork.it", "Nuova recensione per Caffè Aurora",
        page("Elena R. ha lasciato una recensione", "9/10", "Ottimo brunch, torneremo.", '<a href="https://manager.thefork.com/reviews/1">Accedi per rispondere</a>'),
        "Ottimo brunch, torneremo.", "Elena R", 4.5, "Caffè Aurora", "https://manager.thefork.com/reviews/1",
    ),
    Written(
        "amazon", "seller-notification@amazon.it", "Nuovo feedback per: Moka Sole 3 tazze",
        page("Acquirente: Fabio", "1 su 5", "Commenti:", "Arrivata con il manico rotto.", "Ordine 000-0000000", '<a href="https://sellercentral.amazon.it/feedback">Vai al feedback</a>'),
        "Arrivata con il manico rotto.", "Fabio", 1, "Moka Sole 3 tazze", "https://sellercentral.amazon.it/feedback",
    ),
    Written(
        "trustpilot", "noreply@trustpilot.com", "Gina ha scritto una recensione",
        page("Gina ha scritto una recensione", "★★★★★", "Spedizione veloce, capsule perfette.", '<a href="https://businessapp.b2b.trustpilot.com/reviews/9">Rispondi</a>'),
        "Spedizione veloce, capsule perfette.", "Gina", 5, None, "https://businessapp.b2b.trustpilot.com/reviews/9",
    ),
    Written(
        "feedaty", "noreply@feedaty.com", "Nuova recensione negativa per shop.aurora.example",
        page("Cliente: Hugo", "2/5", "Recensione:", "Pacco in ritardo di una settimana.", "Rispondi dal pannello", '<a href="https://www.feedaty.com/panel/4">pannello</a>'),
        "Pacco in ritardo di una settimana.", "Hugo", 2, "shop.aurora.example", "https://www.feedaty.com/panel/4",
    ),
    Written(
        "linkedin", "notifications-noreply@linkedin.com", "Ivo Blu ha commentato il post di Caffè Aurora",
        page("Ivo Blu ha commentato il tuo post", "Le vostre capsule non sono compostabili, avete scritto il falso.", '<a href="https://www.linkedin.com/feed/update/urn:li:activity:5">Visualizza commento</a>'),
        "Le vostre capsule non sono compostabili, avete scritto il falso.", "Ivo Blu", None, "Caffè Aurora", "https://www.linkedin.com/feed/update/urn:li:activity:5",
    ),
    Written(
        "tiktok", "noreply@service.tiktok.com", "lia.beve commented on your video",
        page("lia.beve commented on your video", "my capsule exploded in the machine, careful", '<a href="https://www.tiktok.com/@aurora/video/6">View comment</a>'),
        "my capsule exploded in the machine, careful", "lia.beve", None, None, "https://www.tiktok.com/@aurora/video/6",
    ),
    Written(  # a form that no rule foresees: all that is left of the letter is shown, rather than nothing
        "trustpilot", "noreply@trustpilot.com", "New review",
        page("Dear owner,", "The machine leaks since March and nobody answers.", *FOOTER),
        "The machine leaks since March and nobody answers.", whole=True,
    ),
)  # fmt: skip


def mail(one: Written, number: int = 1, plain: bool = False, **headers: str) -> bytes:
    message = EmailMessage()
    shown = {
        "From": f"Piazza <{one.sender}>",
        "To": "care@aurora.example",
        "Subject": one.subject,
        "Date": format_datetime(NOW),
        "Message-ID": f"<m{number}@piazza.example>",
        "Authentication-Results": f"mx.aurora.example; dkim=pass header.d={one.sender.rpartition('@')[2]}",
    }
    for name, value in (shown | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        if value:
            message[name] = value
    if plain:
        message.set_content(one.html)
    else:
        message.set_content("plain part")
        message.add_alternative(one.html, subtype="html")
    return message.as_bytes()
