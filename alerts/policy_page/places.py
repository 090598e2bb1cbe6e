"""Where a brand reads and answers, and whom to write to: its sources and its contacts."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from alerts.card import platform_label
from alerts.policy_page.page import Section, own, sentence
from alerts.words import N_, Words
from platforms.base import SourceOptions
from store.brand import Brand

GENERAL, DATA = "default", "privacy_fraud"  # keys of `policy.contacts`
# What is read where the platform's name does not say it; the others are known by their names.
READ = {
    "appstore": N_("App Store: the reviews of our app"),
    "appstore_connect": N_("App Store: the reviews of our app"),
    "feed": N_("News, blogs and forums: {host}"),
    "page": N_("Reviews on {host}"),
    "woocommerce": N_("Reviews in our shop on {host}"),
    "wordpress": N_("Comments on {host}"),
}
TOPICS = {
    "product_quality": N_("quality of a product"),
    "staff": N_("our staff"),
    "safety_health": N_("safety and health"),
    "support_response": N_("customer service"),
    "information_request": N_("information"),
    "refund_payment": N_("payments and refunds"),
    "price_value": N_("prices"),
    "app_website": N_("app and website"),
    "booking_cancellation": N_("bookings and cancellations"),
    "delivery": N_("orders and deliveries"),
    "comfort_facilities": N_("rooms and facilities"),
    "waiting_time": N_("waiting times"),
    "taste_food": N_("food and drink"),
    "ethics_discrimination": N_("discrimination and ethics"),
    "account_access": N_("accounts and access"),
    "privacy_fraud": N_("personal data and fraud"),
    "cleanliness_condition": N_("cleanliness and condition"),
}


def channels(brand: Brand, sources: Sequence[SourceOptions], words: Words) -> Section:
    """The places that are read, and which of them are answered on: a place counts where one of its sources does."""
    answered: dict[str, bool] = {}
    for source in sources:
        place = _place(source, words)
        answered[place] = answered.get(place, False) or source.publish
    purpose = words._(
        "Public channels are there to share experiences, ask, criticise and suggest. What concerns only your own "
        "order, payment or data is better settled in private."
    )
    if not answered:
        scope = words._(
            "This policy holds for the public channels of {brand}.", brand=own(brand.name or brand.key)
        )
        return Section(words._("Our channels"), (purpose, scope))
    points = tuple(
        words._("{place} (we also answer here)", place=place) if ours else place
        for place, ours in answered.items()
    )
    title = words._("Where we read")
    if any(answered.values()):
        title = words._("Where we read and answer")
        scope = words._("These are the places that we read; it says so where we also answer:")
    else:
        scope = words._("These are the places that we read. Reading one does not mean that we answer there:")
    return Section(title, (purpose, scope), points)


def contacts(brand: Brand, words: Words) -> Section | None:
    """Contacts, by topic, the general one last; None where nobody is named."""
    points = tuple(_contacts(brand, words))
    if not points:
        return None
    why = words._("For what concerns only you, write to us here rather than in a public comment:")
    return Section(words._("Contacts"), (why,), points)


def contact(brand: Brand, topic: str = GENERAL) -> str | None:
    """Where to turn about a topic, as drafts name it; None: nowhere."""
    named = brand.policy.contacts
    return own(named.get(topic) or named.get(GENERAL) or "") or None


def topic_name(topic: str, words: Words) -> str:
    """What people call a topic; the brand's own word for one that only it knows."""
    return words._(TOPICS[topic]) if topic in TOPICS else own(topic.replace("_", " "))


def _contacts(brand: Brand, words: Words) -> Iterator[str]:
    listed = brand.policy.contacts.items()
    named = {topic: place for topic, text in listed if "." not in topic and (place := own(text))}
    general = named.pop(GENERAL, None)
    for topic, place in named.items():
        yield sentence(words._("{topic}: {contact}", topic=topic_name(topic, words), contact=place))
    if general:
        rest = N_("everything else: {contact}") if named else N_("everything: {contact}")
        yield sentence(words._(rest, contact=general))


def _place(source: SourceOptions, words: Words) -> str:
    """A place by the names that its readers know; never the source's own name, which is for reports."""
    account = own(getattr(source, "account", None) or "").removeprefix("@")
    host = _host(source)
    if source.type in READ:
        return words._(READ[source.type], host=host)
    label = own(platform_label(source.type))
    if account:
        return words._(
            "{platform}: our account @{account} and what is said of us", platform=label, account=account
        )
    return words._("{platform}: what is said of us", platform=label)


def _host(source: SourceOptions) -> str:
    """The name of the machine alone: paths and queries may hold what is nobody else's business."""
    address = getattr(source, "url", None) or getattr(source, "base_url", None) or ""
    return own(urlsplit(str(address)).hostname or "").removeprefix("www.")
