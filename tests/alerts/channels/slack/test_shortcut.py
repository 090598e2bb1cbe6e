"""A case made of any message: what it links to or quotes, and when it says nothing."""

from datetime import datetime

import pytest
from sqlmodel import select

from alerts import cases
from alerts.channels.slack import menu, shortcut
from alerts.channels.slack.listen import SHORTCUT
from alerts.channels.slack.shortcut import addresses, texts_of
from store.tables import Case, CaseStatus, Mention
from tests.alerts.channels.slack.ear import LUCA, Ear, case_of, desk_of
from tests.alerts.rows import add_mention

pytestmark = pytest.mark.timeout(120)


def test_addresses_as_slack_writes_them() -> None:
    found = addresses(["vedi <https://a.example/x?a=1&amp;b=2|qui>, e (https://b.example/y)."])
    assert [ways[0] for ways in found] == ["https://a.example/x?a=1&b=2", "https://b.example/y)."]
    assert "https://b.example/y" in found[1]
    assert not [way for ways in found for way in ways if "|" in way or ">" in way]


def test_all_that_a_message_says() -> None:
    message = {
        "text": "a",
        "blocks": [
            {"type": "rich_text", "elements": [{"elements": [{"type": "link", "url": "https://x.example"}]}]}
        ],
        "attachments": [{"from_url": "https://y.example", "text": "b"}],
    }
    assert texts_of(message) == ["a", "https://x.example", "b", "https://y.example"]
    nested: dict[str, object] = {}
    for _ in range(5_000):
        nested = {"blocks": [nested]}
    assert texts_of(nested) == []
    assert texts_of({}) == []


def test_reopening_from_the_shortcut_of_a_message_that_shrank(one: Ear) -> None:
    with one.listener.db.write() as session:
        cases.resolve(desk_of(one, session), 1, LUCA)
    one.deliver()
    assert one.message().buttons() == {}
    one.say(one.slack.shortcut(SHORTCUT, {"ts": one.message().ts, "text": "x"}, one.message().channel))
    one.say(one.slack.in_view(one.modal("menu"), menu.REOPEN))
    one.until(lambda: case_of(one).status == CaseStatus.OPEN)


def test_a_message_that_links_to_nothing_we_know(one: Ear) -> None:
    message = {"ts": "1.1", "text": "Guardate <https://elsewhere.example/1|qui>"}
    one.say(one.slack.shortcut(SHORTCUT, message, one.message().channel))
    one.until(lambda: "has not read what this message links to" in str(one.slack.views))


@pytest.mark.parametrize(
    "text",
    [
        "Guardate <https://apps.example.com/it/app/id1?see=reviews&amp;n=7|questa recensione>!",
        "&gt; Il caffè era freddo &amp; nessuno si è scusato: *mai più*, non torno.",
        "> Il caffè era freddo & nessuno si è scusato: *mai più*, non torno.",
    ],
)
def test_a_message_that_links_or_quotes_becomes_a_case(one: Ear, now: datetime, text: str) -> None:
    with one.listener.db.write() as session:
        add_mention(
            session,
            now,
            7,
            text="Il caffè era freddo & nessuno si è scusato: mai più, non torno.",
            urgency="low",
        )
    one.say(one.slack.shortcut(SHORTCUT, {"ts": "1.1", "text": text}, one.message().channel))
    assert one.modal("menu")["title"]["text"] == "Case 2"
    with one.listener.db.read() as session:
        made = session.get_one(Case, 2)
        assert (made.status, made.reasons) == (CaseStatus.OPEN, ["asked"])
    one.deliver()
    assert "Il caffè era freddo" in one.message().words()
    one.say(one.slack.shortcut(SHORTCUT, {"ts": "1.2", "text": text}, one.message().channel))
    one.until(lambda: len(one.slack.views) == 2)
    with one.listener.db.read() as session:
        assert session.get(Case, 3) is None  # it is a case already


def test_a_case_made_by_a_shortcut_that_comes_again_stays_done(one: Ear, now: datetime) -> None:
    with one.listener.db.write() as session:
        add_mention(session, now, 7, text="Il bar era chiuso, di nuovo, senza un avviso.", urgency="low")
    message = {"ts": "1.1", "text": "> Il bar era chiuso, di nuovo, senza un avviso."}
    payload = one.slack.shortcut(SHORTCUT, message, one.message().channel)
    one.say(payload)
    one.modal("menu")
    with one.listener.db.write() as session:
        cases.resolve(desk_of(one, session), 2, LUCA)
    one.say(payload)
    one.until(lambda: [call[0] for call in one.slack.calls].count("views.open") == 2)
    with one.listener.db.read() as session:
        assert session.get_one(Case, 2).status == CaseStatus.RESOLVED


PAGE = "https://reviews.example.com/aurora"


def test_a_link_to_a_page_of_several_customers_makes_no_case_of_one(one: Ear, now: datetime) -> None:
    with one.listener.db.write() as session:
        add_mention(session, now, 7, text="Il caffè era freddo, non torno più.", url=PAGE)
        add_mention(session, now, 8, text="Cornetti buonissimi e gente gentile.", url=PAGE)
        add_mention(session, now, 9, text="Il conto era sbagliato di dieci euro.", url=f"{PAGE}#r9")
        texts = {row.id: row.text for row in session.exec(select(Mention))}

    def meant(*said: str) -> tuple[str | None, bool]:
        with one.listener.db.read() as session:
            found, ambiguous = shortcut.mention_in(session, said, one.listener.brands)
        return texts.get(found or 0), ambiguous

    assert meant(f"<{PAGE}#r9>") == ("Il conto era sbagliato di dieci euro.", False)
    assert meant(PAGE) == (None, True)
    assert meant(f"{PAGE}#r8") == (None, True)
    assert meant(PAGE, "> Il caffè era freddo, non torno più.")[0] == "Il caffè era freddo, non torno più."
    said = shortcut.from_message(one.listener, "C0", "1.1", [PAGE], "slack:U0MARTA:marta")
    assert "does not say which of them is meant" in str(said)
    with one.listener.db.read() as session:
        assert len(session.exec(select(Case)).all()) == 1


def test_what_can_be_no_case_any_more_is_said(one: Ear, now: datetime) -> None:
    """Its brand was taken out of the configuration."""
    with one.listener.db.write() as session:
        mention = add_mention(session, now, 7)
        mention.brand, address = "gone", mention.url
    message = {"ts": "1.1", "text": f"Guardate <{address}|qui>"}
    one.say(one.slack.shortcut(SHORTCUT, message, one.message().channel))
    one.until(lambda: one.slack.views and "One moment" not in str(one.slack.views))
    assert "not in the configuration any more" in str(one.slack.views)
