"""What the pictures of the guides show, where the golden files have no better: values of views, invented."""

from dataclasses import replace
from datetime import timedelta

from alerts.card import Listed, Proposal, Why
from alerts.overview import Brief, Item, Listing, Sampled
from alerts.views import Bundle, Bundled
from tests.alerts.channels.kinds import MARTA, MORNING, NORMAL, NOW, ROME, STORM

LUCA, ANNA = "slack:U0LUCA:luca", "slack:U0ANNA:anna"
SHOP, APP = "https://shop.example/", "https://apps.example.com/"
NORTH = replace(
    NORMAL,
    title="",
    author="viaggi_lenti",
    quote="Delusi: tre notti al freddo e l'aurora boreale non si è fatta vedere.",
)
FAKE = replace(
    NORMAL,
    title="",
    author="bestcapsules4u",
    quote="Mai comprato qui. Altrove costano la metà, dite che vi mando io.",
)
RUDE = replace(
    NORMAL,
    title="",
    author="anonimo77",
    quote="Siete degli idioti, voi e chi ci lavora.",
    status="acknowledged",
    acknowledged_by=MARTA,
    acknowledged_at=NOW,
)
JOKE = replace(
    NORMAL,
    title="",
    author="deadpan_dave",
    quote="Terribile: dopo Caffè Aurora il caffè dell'ufficio non si beve più.",
)
PRAISE = replace(
    NORMAL,
    case_id=13,
    channel="praise",
    urgency="low",
    whys=(Why("praise"),),
    stars=5.0,
    due_at=None,
    earlier=0,
    title="",
    author="Elisa F.",
    quote="La moka più bella che abbia mai avuto. La ricompro per mia sorella, complimenti a tutti.",
    draft=Proposal(
        "it",
        "Grazie Elisa, ci ha fatto felici. Un saluto anche a Sua sorella!\nGiulia, Caffè Aurora",
        used=85,
        limit=5970,
    ),
)
DOUBLE = replace(
    STORM,
    case_id=15,
    brand="Caffè Aurora",
    mention_id=20,
    revision=1,
    whys=(Why("spike", ("ordine", "addebitato", "conto")), Why("negative")),
    author="sergio_t",
    published_at=NOW - timedelta(minutes=12),
    title="",
    quote="Addebitato due volte l'ordine di stamattina: 38,40 euro in meno sul conto.",
    place=None,
    engagement=NORMAL.engagement,
    due_at=NOW + timedelta(minutes=48),
    mentions=336,
    worst=(
        Listed(
            21, 1.0, "high", "Emma L.", NOW - timedelta(minutes=11),
            "Anche a me: un ordine solo, addebitato due volte. Chi risponde?", f"{SHOP}21",
        ),
        Listed(
            22, 1.0, "normal", "dario_77", NOW - timedelta(minutes=9),
            "Due addebiti per lo stesso ordine. Ridatemi i soldi.", f"{APP}22",
        ),
    ),
    draft=Proposal(
        "it",
        "Buongiorno, ci dispiace per l'addebito ripetuto: lo stiamo verificando per tutti.\nGiulia, Caffè Aurora",
        used=102,
        limit=5970,
    ),
)  # fmt: skip
ENDED = replace(
    DOUBLE, status="resolved", resolved_by=MARTA, resolved_at=NOW + timedelta(hours=5), resolution="refund"
)
TOGETHER = Bundle(
    "Caffè Aurora",
    NOW,
    ROME,
    "hour",
    (
        Bundled(
            31, "normal", "open", own=False, platform_label="Mastodon", author="ilaria_t", url=f"{SHOP}31",
            quote="Sei giorni per un pacchetto di caffè, e il corriere non avvisa mai.",
            due_at=NOW + timedelta(hours=3),
        ),
        Bundled(
            32, "normal", "open", own=False, platform_label="App Store", stars=3.0, author="Pietro", url=f"{APP}32",
            quote="Il codice sconto vale anche per le cialde?", due_at=NOW + timedelta(hours=4),
        ),
        Bundled(
            33, "normal", "acknowledged", own=True, platform_label="App Store", stars=2.0, author="ada", url=f"{APP}33",
            quote="Cappuccino freddo, due volte su due.",
        ),
        Bundled(
            34, "normal", "resolved", own=False, platform_label="App Store", stars=2.0, author="ugo", url=f"{APP}34",
            quote="La tazza è arrivata sbeccata.",
        ),
    ),
)  # fmt: skip
LEAK = Item(
    "high", "Web page", 1.0, "Renata V.", "La moka elettrica perde acqua dalla base.", f"{SHOP}1", 1, "open",
    MORNING + timedelta(hours=1, minutes=30),
)  # fmt: skip
TABLES = Item(
    "normal", "Web page", 2.0, "Filippo", "Tavolini appiccicosi, e nessuno che passa a pulire.", f"{SHOP}2", 2,
    "acknowledged", MORNING + timedelta(hours=4, minutes=30), MARTA,
)  # fmt: skip
CALL = Item(
    "normal", "App Store", 2.0, "Giorgia L.", "Buono non valido, e nessuno risponde.", f"{APP}3", 3, "replied",
    None, ANNA,
)  # fmt: skip
EARLY = Brief(
    "Caffè Aurora",
    "morning",
    MORNING,
    MORNING - timedelta(hours=15),
    NOW,
    ROME,
    mentions=34,
    came=Listing((LEAK, TABLES), 2),
    due=Listing((LEAK, TABLES, CALL), 3),
    sources=4,
)
LATE = Brief(
    "Caffè Aurora",
    "evening",
    MORNING + timedelta(hours=9),
    MORNING,
    NOW,
    ROME,
    open=Listing(
        (replace(TABLES, owner=None, due_at=MORNING + timedelta(hours=26)), replace(CALL, owner=MARTA)), 2
    ),
    owners=((None, 1), (MARTA, 1)),
    sources=4,
)
UNSHOWN = replace(
    EARLY,
    samples=(
        Sampled(
            7,
            Item(
                None,
                "Web page",
                4.0,
                "Nando",
                "Buono. Nel pacco c'era anche una vite, la tengo per ricordo.",
                f"{SHOP}7",
            ),
        ),
        Sampled(
            8,
            Item(None, "Mastodon", None, "passante", "Vetrina nuova, tutta azzurra.", f"{SHOP}8"),
            "right",
            MARTA,
        ),
        Sampled(
            9,
            Item(None, "App Store", 3.0, "Carla Z.", "Non mi arriva più lo scontrino.", f"{APP}9"),
            "missed",
            LUCA,
        ),
    ),
)
