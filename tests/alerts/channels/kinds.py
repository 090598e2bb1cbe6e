"""One view of every kind of message, as plain values; the golden files show what each becomes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.card import Card, Change, Engagement, Listed, Proposal, Why
from alerts.channels.slack.errors import MENDS
from alerts.overview import Brief, Item, Listing, Sampled, Switched, Unread
from alerts.spike_view import Part, Surge
from alerts.views import (
    Bundle,
    Bundled,
    Line,
    Reminder,
    Report,
    Row,
    Said,
    Section,
    SourceNotice,
    StartList,
    Trial,
    Trouble,
    View,
)
from tests.alerts.charts.dots import Dot

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
ROME = ZoneInfo("Europe/Rome")
REPLY = (
    "Gentile Giulia, ci preoccupa molto quello che racconta.\nCi chiami allo 02 000000: rispondiamo subito."
)

CRITICAL = Card(
    case_id=12,
    version=1,
    now=NOW,
    zone=ROME,
    brand="Caffè Aurora",
    status="open",
    urgency="critical",
    whys=(
        Why("urgent", ("bocca gonfia", "mia figlia")),
        Why("tripwire", ("avvocato",)),
        Why("viral", ("shares", "1240", "310", "5720", "9316")),
    ),
    mention_id=34,
    revision=2,
    platform="appstore",
    platform_label="App Store",
    stars=1.0,
    lang="it",
    author="giulia_r",
    published_at=NOW - timedelta(hours=2),
    title="Mai più",
    quote="Dopo averlo mangiato mia figlia ha la bocca gonfia. Nessuno risponde al telefono.",
    url="https://apps.example.com/it/app/id1?see=reviews",
    host="apps.example.com",
    place="Caffè Aurora App",
    engagement=Engagement(likes=1200, shares=25, replies=15, views=48000, speed=310.4),
    earlier=2,
    earlier_since=NOW - timedelta(days=8, hours=3),
    due_at=NOW + timedelta(minutes=15),
    draft=Proposal("it", REPLY, used=96, limit=5970),
)
NORMAL = replace(
    CRITICAL,
    urgency="normal",
    whys=(Why("negative"), Why("came_back", ("7",))),
    engagement=Engagement(),
    earlier=3,
    earlier_since=NOW - timedelta(days=400),
    earlier_answered=1,
    due_at=NOW + timedelta(days=2, hours=22),
)
MARTA = "slack:U0MARTA:marta"
EDITED = Change(NOW - timedelta(minutes=3), (4.0, 1.0), "Ottimo caffè, consegna veloce.")
FOREIGN = Proposal(
    "en",
    "Dear Sabine, thank you for telling us about the broken lid.",
    private_reply="Please send us your order number at help@caffeaurora.example.",
    gloss="Gentile Sabine, grazie di averci detto del coperchio rotto.",
    checks=(("promises", "a refund that the policy does not allow"), ("language", "")),
    used=59,
    limit=500,
    unit="graphemes",
)
TAKEN = replace(CRITICAL, status="acknowledged", owner=MARTA, acknowledged_by=MARTA, acknowledged_at=NOW)
ANSWERED = replace(NORMAL, status="replied", replied_at=NOW - timedelta(days=1))
QUESTION = (
    "Gentile Giulia, volevamo chiederLe se il rimborso è arrivato e se ora è tutto a posto.\n\nCaffè Aurora"
)

GRAVE = replace(
    CRITICAL,
    draft=Proposal(
        "it",
        REPLY,
        "Gentile Giulia, Le scriviamo in privato: come state ora?",
        used=96,
        limit=5970,
        kind="health",
    ),
    approval=("@legale",),
    on_call=("Marta", "Luca"),
)

STORM = replace(
    CRITICAL,
    urgency="high",
    channel="crisis",
    whys=(Why("spike", ("bolletta", "doppia", "addebito")), Why("negative")),
    earlier=0,
    mentions=990,
    storm=True,
    opened_at=NOW - timedelta(minutes=12),
    worst=(
        Listed(
            35,
            1.0,
            "high",
            "piero",
            NOW - timedelta(minutes=10),
            "Bolletta addebitata due volte, e nessuno risponde.",
            "https://apps.example.com/35",
        ),
        Listed(36, None, "normal", None, NOW - timedelta(minutes=9), "Doppio addebito anche a me.", None),
    ),
)

SURGE = Surge(
    NOW - timedelta(hours=6),
    6,
    23,
    1.3,
    parts=(
        Part("topic", "delivery", 18, 0.4),
        Part("topic", "refund_payment", 4, 0.3),
        Part("source", "shop", 20, 0.9),
    ),
    phrases=("pacco mai arrivato", "corriere"),
)
SPIKE = Card(
    21,
    2,
    NOW,
    ROME,
    "Caffè Aurora",
    "open",
    "high",
    (Why("spike"),),
    due_at=NOW + timedelta(minutes=40),
    opened_at=NOW - timedelta(minutes=12),
    mentions=0,
    worst=STORM.worst,
    surge=SURGE,
)

MORNING = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
LATE_CASE = Item(
    "critical",
    "App Store",
    1.0,
    "giulia_r",
    "Dopo averlo mangiato mia figlia ha la bocca gonfia.",
    "https://apps.example.com/it",
    12,
    "open",
    MORNING - timedelta(minutes=40),
)
OWNED_CASE = Item(
    "normal",
    "Mastodon",
    None,
    "anna",
    "Il pacco non è mai arrivato.",
    None,
    13,
    "acknowledged",
    MORNING + timedelta(hours=3),
    MARTA,
)
KINDS: dict[str, View] = {
    "storm": STORM,
    "spike": SPIKE,
    "spike_over": replace(SPIKE, surge=replace(SURGE, over_at=NOW - timedelta(hours=1))),
    "spike_resolved": replace(SPIKE, status="resolved", resolved_by=MARTA, resolved_at=NOW),
    "line_spike_over": Line(21, NOW, ROME, "spike_over"),
    "storm_waits": replace(STORM, draft=Proposal("it", None, waits=True)),
    "storm_failed": replace(STORM, draft=Proposal("it", None, failed=True)),
    "storm_resolved": replace(STORM, status="resolved", resolved_by=MARTA, resolved_at=NOW),
    "line_storm": Line(
        12,
        NOW,
        ROME,
        "spike",
        Why("spike", ("bolletta", "doppia")),
        "piero",
        "App Store",
        None,
        "Doppio addebito anche a me.",
    ),
    "critical": CRITICAL,
    "grave": GRAVE,
    "acknowledged": replace(CRITICAL, status="acknowledged", acknowledged_by=MARTA, acknowledged_at=NOW),
    "answered": replace(NORMAL, status="replied", replied_at=NOW - timedelta(days=1)),
    "resolved": replace(CRITICAL, status="resolved", resolved_by=MARTA, resolved_at=NOW, resolution="refund"),
    "dismissed": replace(NORMAL, status="dismissed", resolved_by="web: Luca", resolved_at=NOW, url=None),
    "reopened": replace(NORMAL, owner=MARTA, mentions=4, gone_at=NOW - timedelta(minutes=20)),
    "asleep": replace(NORMAL, owner=MARTA, snoozed_until=NOW + timedelta(hours=21)),
    "long": replace(
        NORMAL,
        quote="Ho scritto tre volte. " * 27 + "E nessuno…",
        is_cut=True,
        draft=Proposal("it", "Gentile Giulia, " * 160 + "grazie…", used=5_000, limit=5_970, is_cut=True),
    ),
    "late": replace(CRITICAL, due_at=NOW - timedelta(minutes=65)),
    "edited": replace(NORMAL, whys=(Why("edited", ("stars 4 1", "text")), Why("negative")), change=EDITED),
    "foreign": replace(
        NORMAL, lang="de", author="Sabine", whys=(Why("mixed"), Why("request")), draft=FOREIGN
    ),
    "unread": replace(NORMAL, lang="ja", unread=True, draft=None, whys=(Why("negative"),)),
    "only_stars": replace(
        NORMAL, lang=None, title="", quote="", stars=2.5, author=None, draft=None, place=None
    ),
    "praise": replace(
        NORMAL,
        channel="praise",
        urgency="low",
        whys=(Why("praise"),),
        stars=5.0,
        due_at=None,
        earlier=0,
        draft=None,
    ),
    "erased": Card(9, 4, NOW, ROME, "Caffè Aurora", "open", "normal", (Why("negative"),)),
    "line_came_back": Line(
        12,
        NOW,
        ROME,
        "came_back",
        Why("came_back", ("7",)),
        "giulia_r",
        "App Store",
        "https://apps.example.com/it",
        "E allora?",
    ),
    "line_edited": Line(
        12, NOW, ROME, "edited", Why("edited"), "giulia_r", "App Store", None, "Pessimo.", EDITED
    ),
    "line_viral": Line(
        12,
        NOW,
        ROME,
        "viral",
        Why("viral", ("reactions", "1240", "310", "1390", "1820")),
        "giulia_r",
        "Mastodon",
    ),
    "line_raised": Line(
        12,
        NOW,
        ROME,
        "came_back",
        Why("came_back", ("7",)),
        "giulia_r",
        "App Store",
        "https://apps.example.com/it",
        "Ora siamo in ospedale.",
        raised="critical",
        reopened=True,
    ),
    "line_alarm": Line(
        12,
        NOW,
        ROME,
        "urgent",
        Why("urgent", ("ospedale",)),
        "piero",
        "App Store",
        "https://apps.example.com/it",
        "Mio figlio è in ospedale.",
        alarm=True,
        to=(MARTA, "@legal"),
    ),
    "line_gone": Line(12, NOW, ROME, "gone"),
    "line_vanished": Line(
        12, NOW, ROME, "vanished", author="piero", quote="Mio figlio è in ospedale.", to=(MARTA,)
    ),
    "line_answered": Line(12, NOW, ROME, "answered"),
    "line_given": Line(12, NOW, ROME, "assign", said=Said(MARTA, to="slack:U0LUCA:luca")),
    "line_promised": Line(
        12,
        NOW,
        ROME,
        "mark_replied",
        said=Said(MARTA, text="ricambio spedito", until=NOW + timedelta(days=2)),
    ),
    "line_resolved": Line(12, NOW, ROME, "resolve", said=Said(MARTA, code="refund")),
    "line_reported": Line(
        12,
        NOW,
        ROME,
        "report",
        url="https://apps.example.com/it",
        said=Said(MARTA, code="fake", text="mai stata cliente"),
    ),
    "line_warned": Line(12, NOW, ROME, "warn", said=Said(MARTA, code="3.1")),
    "line_note": Line(
        12, NOW, ROME, "note", said=Said(MARTA, text="Chiamata due volte <!channel> *nessuno*")
    ),
    "reminder": Reminder(CRITICAL),
    "reminder_owner": Reminder(replace(NORMAL, owner=MARTA), (MARTA, "@head-of-care")),
    "reminder_late": Reminder(
        replace(CRITICAL, due_at=NOW - timedelta(hours=26)), ("@marta", "@head-of-care"), late=True
    ),
    "reminder_taken": Reminder(TAKEN, (MARTA,), "reply"),
    "reminder_taken_late": Reminder(
        replace(TAKEN, due_at=NOW - timedelta(minutes=5)), (MARTA, "@head-of-care"), "reply", late=True
    ),
    "reminder_promise": Reminder(
        ANSWERED, (MARTA,), "promise", due_at=NOW + timedelta(days=1), note="Le diremo quando arriva il pacco"
    ),
    "reminder_promise_late": Reminder(
        ANSWERED, (MARTA, "@head-of-care"), "promise", late=True, due_at=NOW - timedelta(hours=2)
    ),
    "reminder_back": Reminder(NORMAL, (MARTA,), "snooze"),
    "reminder_back_late": Reminder(
        replace(NORMAL, due_at=NOW - timedelta(days=1)), (MARTA,), "snooze", late=True
    ),
    "reminder_follow_up": Reminder(
        replace(NORMAL, status="resolved", resolved_by=MARTA, resolved_at=NOW - timedelta(days=7)),
        (MARTA,),
        "follow_up",
        question=Proposal("it", QUESTION, used=130, limit=5970),
    ),
    "source_down": SourceNotice(
        "mastodon-aurora",
        "Mastodon",
        "Caffè Aurora",
        NOW,
        ROME,
        NOW - timedelta(hours=3),
        NOW - timedelta(hours=4),
        "HTTP 503",
    ),
    "source_back": SourceNotice("mastodon-aurora", "Mastodon", "Caffè Aurora", NOW, ROME, None, NOW),
    "trouble": Trouble("slack", "#reputation", "not_in_channel", MENDS["not_in_channel"], 12),
    "trial": Trial("0123456789abcdef"),
    "trial_seen": Trial("0123456789abcdef", MARTA),
    "trial_over": Trial("0123456789abcdef", over=True),
    "start": StartList(
        "app",
        "App Store",
        "Caffè Aurora",
        NOW,
        ROME,
        (
            Listed(
                1,
                1.0,
                "high",
                "piero",
                NOW - timedelta(days=3),
                "Il pacco non è mai arrivato.",
                "https://apps.example.com/1",
            ),
            Listed(2, None, None, None, NOW - timedelta(days=400), "Freddo.", None),
        ),
        17,
    ),
    "bundle_hour": Bundle(
        "Caffè Aurora",
        NOW,
        ROME,
        "hour",
        (
            Bundled(
                21,
                "normal",
                "open",
                own=False,
                platform_label="App Store",
                stars=2.0,
                author="piero",
                quote="Il pacco non è mai arrivato.",
                url="https://apps.example.com/21",
                due_at=NOW + timedelta(hours=3),
            ),
            Bundled(
                22,
                "normal",
                "open",
                own=False,
                platform_label="Mastodon",
                author=None,
                quote="Siete aperti la domenica?",
                due_at=NOW + timedelta(hours=4),
            ),
            Bundled(
                23,
                "normal",
                "acknowledged",
                own=True,
                platform_label="App Store",
                stars=1.0,
                author="ada",
                quote="Freddo.",
                url="https://apps.example.com/23",
            ),
            Bundled(
                24,
                "normal",
                "resolved",
                own=False,
                platform_label="App Store",
                stars=2.5,
                author="ugo",
                quote="Troppo caro.",
                url="https://apps.example.com/24",
            ),
            Bundled(25, "normal", "dismissed", own=False),
        ),
    ),
    "bundle_limit": Bundle(
        "Caffè Aurora",
        NOW,
        ROME,
        "limit",
        tuple(
            Bundled(
                number,
                "high" if number < 35 else "normal",
                "open",
                own=False,
                platform_label="App Store",
                stars=1.0,
                author=f"cliente {number}",
                quote="Non funziona.",
                url=f"https://apps.example.com/{number}",
                due_at=NOW + timedelta(minutes=number),
            )
            for number in range(31, 54)
        ),
    ),
    "bundle_done": Bundle(
        "Caffè Aurora",
        NOW,
        ROME,
        "day",
        (
            Bundled(
                24, "normal", "resolved", own=False, platform_label="App Store", author="ugo", quote="Caro."
            ),
        ),
    ),
    "named": replace(CRITICAL, people=("@marta", "slack:U0LUCA:U0LUCA")),
    "quotable": replace(
        NORMAL,
        channel="praise",
        urgency="low",
        whys=(Why("praise"),),
        stars=5.0,
        due_at=None,
        earlier=0,
        quote="Il miglior caffè di Bologna: personale gentile e un cornetto da ricordare.",
        may_be_quoted=True,
    ),
    "report": Report(
        "Settimana 47, 2026", ("Menzioni: 120, di cui 31 negative.", "Casi: 14 aperti, 12 risolti.")
    ),
    "report_whole": Report(
        "Settimana 47, 2026",
        ("Menzioni: 120, di cui 31 negative.",),
        sections=(
            Section(
                "Tre cause da eliminare",
                (
                    Row(
                        "La consegna: 27 menzioni negative",
                        "Ordinato il 3 novembre, mai arrivato. <!here> *Vergogna*",
                        "https://reviews.example/27",
                        "marco_b",
                    ),
                    Row("", "Il pacco è arrivato aperto.", None, "giulia_r"),
                ),
            ),
            Section("Canali che nessuno riesce a seguire", (Row("trustpilot: 8 su 8 in ritardo"),)),
        ),
        figures={"mentions": 120},
    ),
    "report_pictured": Report("Settimana 47, 2026", ("Menzioni: 120, di cui 31 negative.",), Dot()),
    "brief_morning": Brief(
        "Caffè Aurora",
        "morning",
        MORNING,
        MORNING - timedelta(hours=15),
        NOW,
        ROME,
        mentions=34,
        came=Listing((LATE_CASE, OWNED_CASE), 12),
        due=Listing((LATE_CASE,), 1),
        muted=Listing((Item("normal", "Mastodon", None, "anna", "Di nuovo giù il sito."),), 1),
        sources=4,
        samples=(
            Sampled(
                7, Item(None, "App Store", 3.0, "piero", "Buono, ma caro.", "https://apps.example.com/7")
            ),
            Sampled(8, Item(None, "Feed", None, "", "Aurora apre a Lecce."), "right", MARTA),
            Sampled(9, Item(None, "Mastodon", None, "luca", "Mah."), "missed", "web:luca"),
        ),
    ),
    "brief_evening": Brief(
        "Caffè Aurora",
        "evening",
        MORNING + timedelta(hours=9),
        MORNING,
        NOW,
        ROME,
        open=Listing((LATE_CASE, OWNED_CASE, replace(OWNED_CASE, case_id=14, author="", quote="")), 11),
        owners=((None, 8), (MARTA, 3)),
        sources=2,
        unread=(Unread("mastodon-aurora", MORNING - timedelta(hours=30)), Unread("app")),
    ),
    "paused": Switched("", True, NOW, ROME, MARTA),
    "paused_for_a_time": Switched("Caffè Aurora", True, NOW, ROME, MARTA, NOW + timedelta(hours=2)),
    "goes_on": Switched("Caffè Aurora", False, NOW, ROME, MARTA),
    "goes_on_by_itself": Switched("", False, NOW, ROME),
}
# Beside Slack, each case of a bundle has a message of its own.
ALONE = {kind: view for kind, view in KINDS.items() if not isinstance(view, Bundle)}
