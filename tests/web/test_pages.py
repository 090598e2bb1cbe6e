"""The pages: the queue in order and in pages, a case with all that is known, in both languages, and nothing from
outside that a browser obeys."""

import re
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from alerts import cases
from store.db import Database
from store.retention import forget
from store.tables import Audit
from tests.alerts.rows import BRAND, REPLY, add_case, add_draft, add_mention, alert, desk
from tests.web.site import OTHER, browser, stranger
from web.queue import PAGE, Asked

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "'\"><svg onload=alert(1)>",
    "<!channel> <https://evil.example|click>",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "</blockquote></main><h1>gone</h1>",
    "\u202eevil\u202c &amp; &lt;b&gt;",
]
TAGS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "link",
        "body",
        "header",
        "main",
        "footer",
        "nav",
        "section",
        "article",
    ),
    *(
        "h1",
        "h2",
        "p",
        "a",
        "ul",
        "ol",
        "li",
        "span",
        "blockquote",
        "form",
        "label",
        "select",
        "option",
        "button",
        *(
            "input",
            "textarea",
            "summary",
            "details",
            "dialog",
            "dl",
            "dt",
            "dd",
            "div",
            "kbd",
            "script",
            "img",
        ),
        *("nav", "fieldset", "legend", "h3"),
    ),
}


class Page(HTMLParser):
    """The tags, attributes and texts of a page, as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def of(self, name: str) -> list[str]:
        return [value for attribute, value in self.attributes if attribute == name]

    @property
    def cases(self) -> list[int]:
        return [int(known[1]) for link in self.of("href") if (known := re.fullmatch(r"/cases/(\d+)", link))]


def read(client: TestClient, path: str) -> Page:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def test_an_empty_queue_says_so(db: Database, now: datetime) -> None:
    page = read(browser(db, now), "/")
    assert "Nothing waits here." in page.text
    assert page.cases == []


def test_a_row_of_the_queue_has_all_that_is_needed_to_judge(db: Database, now: datetime) -> None:
    with db.write() as session:
        case = alert(session, now, reasons=[("urgent", []), ("tripwire", ["avvocato"])])
    page = read(browser(db, now), "/")
    assert page.cases == [case]
    for said in (
        "Critical · App Store · ★☆☆☆☆ · Italian",
        "giulia_r · 2 hours ago · Caffè Aurora App · Caffè Aurora",
        "12 likes · 3 replies",
        "Mai più",
        "Dopo averlo mangiato mia figlia ha la bocca gonfia.",
        "Urgent: “bocca gonfia”, “mia figlia”",
        "Words to check: “avvocato”",
        "Reply by today at 12:15 (in 15 minutes)",
        "Open on apps.example.com",
    ):
        assert said in page.text
    assert "1 of 5 stars" in page.of("aria-label")
    assert "https://apps.example.com/it/app/id1?see=reviews&n=1" in page.of("href")
    assert "case critical" in page.of("class")


def test_the_most_urgent_first_and_what_is_done_not_at_all(db: Database, now: datetime) -> None:
    with db.write() as session:
        normal = alert(session, now, 1, urgency="normal")
        later = alert(session, now, 2, due_at=now + timedelta(minutes=40))
        first = alert(session, now, 3)
        done = alert(session, now, 4)
        cases.acknowledge(desk(session, now + timedelta(minutes=30)), later, "slack:U1:marta")
        cases.resolve(desk(session, now), done, "slack:U1:marta")
    client = browser(db, now)
    assert read(client, "/").cases == [first, later, normal]
    assert "Acknowledged by marta, today at 12:30" in read(client, "/?status=acknowledged").text
    assert read(client, "/?status=open").cases == [first, normal]
    assert read(client, "/?status=resolved").cases == [done]
    assert read(client, "/?status=dismissed").cases == []


def test_what_is_late_stands_out(db: Database, now: datetime) -> None:
    with db.write() as session:
        alert(session, now, due_at=now - timedelta(minutes=5))
    page = read(browser(db, now), "/")
    assert "(5 minutes late)" in page.text
    assert "due late" in page.of("class")


def test_one_brand_alone(db: Database, now: datetime) -> None:
    with db.write() as session:
        ours = alert(session, now, 1)
        theirs = add_case(session, add_mention(session, now, 2, brand="lumaca"), now, brand="lumaca").id
    client = browser(db, now)
    assert read(client, "/").cases == [ours, theirs]
    page = read(client, "/?brand=lumaca")
    assert page.cases == [theirs]
    assert OTHER.name in page.text


def test_pages_hold_every_case_once_and_keep_the_filters(db: Database, now: datetime) -> None:
    with db.write() as session:
        known = {alert(session, now, number) for number in range(2 * PAGE + 3)}
    client, path, found = browser(db, now), "/?status=open&brand=aurora", []
    for size in (PAGE, PAGE, 3):
        page = read(client, path)
        assert len(page.cases) == size
        found += page.cases
        more = [link for link in page.of("href") if "after=" in link]
        path = more[0] if more else ""
    assert path == ""
    assert set(found) == known
    assert len(found) == len(known)
    assert "/?status=open&brand=aurora" in page.of("href")  # back to the first page


def test_a_page_costs_the_same_however_long_the_queue_is(db: Database, now: datetime) -> None:
    counts = []
    client = browser(db, now)
    for first in (0, PAGE + 1):
        with db.write() as session:
            for number in range(first, first + PAGE + 1):
                alert(session, now, number)
        seen: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *args, seen=seen: seen.append(args[2]))
        read(client, "/")
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[0] <= 3 * PAGE + 15


@pytest.mark.parametrize(
    "query",
    [
        "status=nonsense",
        "brand=%27%3B--",
        "after=x",
        "after=-1",
        "after=99999999999",
        "status=&brand=&after=",
    ],
)
def test_what_makes_no_sense_in_an_address_is_left_out(db: Database, now: datetime, query: str) -> None:
    with db.write() as session:
        case = alert(session, now)
    assert read(browser(db, now), f"/?{query}").cases == [case]


def test_addresses_are_short_and_come_back_the_same() -> None:
    asked = Asked("open", "aurora", after=7)
    assert asked.address() == "/?status=open&brand=aurora"
    assert Asked().address() == "/"
    assert Asked.read({"status": "open", "brand": "aurora", "after": "7"}, {"aurora": BRAND}) == asked


def test_a_case_shows_all_that_is_known(db: Database, now: datetime) -> None:
    with db.write() as session:
        add_mention(session, now, 9, published_at=now - timedelta(days=9))
        mention = add_mention(session, now, 1, text="Prima. " + "Molto lungo. " * 80 + "Ultime parole.")
        case = add_case(session, mention, now)
        other = add_mention(session, now, 2, author="marco", text="Anche a me.", title=None)
        other.case_id = case.id
        add_draft(
            session,
            case,
            mention,
            now,
            private_reply="Ci scriva in privato.",
            gloss="Dear Giulia",
            checks=[{"name": "promises", "ok": False, "detail": "a refund"}],
        )
        session.add(Audit(at=now - timedelta(minutes=30), who="ascolto", action="open", case_id=case.id))
        cases.acknowledge(desk(session, now), case.id or 0, "slack:U1:marta")
        number = case.id
    page = read(browser(db, now), f"/cases/{number}")
    for said in (
        "Ultime parole.",
        "Second message by this author in 8 days, none answered",
        "2 mentions in this case",
        "Acknowledged by marta, today at 12:00",
        " ".join(REPLY.split()),
        "Then, in a private message Ci scriva in privato.",
        "In your language: Dear Giulia",
        "Check before use: promises: a refund",
        "Ultime parole. mention 2",
        "Mentions in this case marco · 2 hours ago · ★☆☆☆☆ · mention 3 Anche a me.",
        "What happened today at 12:00 marta took the case today at 11:30 Ascolto opened the case",
    ):
        assert said in page.text, said


def test_a_draft_that_is_being_written_anew_is_not_shown(db: Database, now: datetime) -> None:
    with db.write() as session:
        mention = add_mention(session, now)
        case = add_case(session, mention, now)
        add_draft(session, case, mention, now, outdated=True)
        number = case.id
    page = read(browser(db, now), f"/cases/{number}")
    assert "The draft is being written anew: look again in a moment." in page.text
    assert " ".join(REPLY.split())[:30] not in page.text


def test_a_case_whose_author_was_forgotten_shows_no_words(db: Database, now: datetime) -> None:
    with db.write() as session:
        case = alert(session, now)
        forget(session, "appstore", "giulia_r", now=now)
    client = browser(db, now)
    for path in ("/", f"/cases/{case}"):
        page = read(client, path)
        assert "(no words)" in page.text
        assert "giulia" not in page.text
        assert "bocca gonfia" not in page.text


def test_a_case_of_a_brand_that_is_no_longer_configured(db: Database, now: datetime) -> None:
    with db.write() as session:
        case = add_case(session, add_mention(session, now, 1, brand="gone"), now, brand="gone").id
    assert (
        "Reply by today at 11:15" in read(browser(db, now), f"/cases/{case}").text
    )  # its zone is not known: UTC


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_comes_from_outside_is_text_and_nothing_else(db: Database, now: datetime, hostile: str) -> None:
    outside: dict[str, Any] = {
        "text": hostile, "title": hostile, "author": hostile, "place": hostile, "lang": hostile[:9],
        "url": f"https://evil.example/{hostile}", "why": [hostile],
    }  # fmt: skip
    with db.write() as session:
        mention = add_mention(session, now, 1, **outside)
        case = add_case(session, mention, now, reasons=[("urgent", []), ("tripwire", [hostile])])
        add_draft(session, case, mention, now, reply=hostile, private_reply=hostile, gloss=hostile)
        other = add_mention(session, now, 2, **outside)
        other.case_id = case.id
        session.add(Audit(at=now, who=f"slack:U1:{hostile}", action="acknowledge", case_id=case.id))
        session.add(Audit(at=now, who=hostile, action=hostile, case_id=case.id))
        number = case.id
    client = browser(db, now)
    for path in ("/", f"/cases/{number}"):
        page = read(client, path)
        assert set(page.tags) <= TAGS
        assert not [name for name, _ in page.attributes if name.startswith("on") or name == "style"]
        assert all(link.startswith(("/", "#", "https://evil.example/")) for link in page.of("href"))
        assert "49" not in page.text
        assert "\u202e" not in page.html
        visible = " ".join(hostile.replace("\u202e", "").replace("\u202c", "").split())
        assert visible in page.text


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "https://a b.example/", "ftp://x.example"]
)
def test_only_web_addresses_are_links(db: Database, now: datetime, url: str) -> None:
    with db.write() as session:
        mention = add_mention(session, now)
        mention.url = url  # past the check at the door
        case = add_case(session, mention, now).id
    client = browser(db, now)
    for path in ("/", f"/cases/{case}"):
        assert all(link.startswith(("/", "#")) for link in read(client, path).of("href"))


def test_links_to_elsewhere_tell_nothing_of_us(db: Database, now: datetime) -> None:
    with db.write() as session:
        alert(session, now)
    page = read(browser(db, now), "/")
    outside = re.findall(r'<a [^>]*href="https?://[^>]*>', page.html)
    assert outside
    assert all('rel="noopener noreferrer nofollow"' in link for link in outside)


def test_in_italian(db: Database, now: datetime) -> None:
    with db.write() as session:
        case = alert(session, now)
        session.add(Audit(at=now, who="ascolto", action="open", case_id=case))
    client = browser(db, now, lang="it")
    queue, page = read(client, "/"), read(client, f"/cases/{case}")
    assert queue.of("lang") == ["it"]
    for said in ("Da seguire", "Critico · App Store · ★☆☆☆☆ · italiano", "Rispondere entro oggi alle 12:15"):
        assert said in queue.text
    for said in (
        "Che cosa ha scritto il cliente",
        "Non c'è una bozza.",
        "oggi alle 12:00 Ascolto ha aperto il caso",
    ):
        assert said in page.text
    refused = stranger(db, now, lang="it").get("/")
    assert "Prima accedi." in Page(refused.text).text


def test_every_control_and_region_has_a_name(db: Database, now: datetime) -> None:
    with db.write() as session:
        case = alert(session, now)
    client = browser(db, now)
    for path in ("/", f"/cases/{case}"):
        page = read(client, path)
        ids = page.of("id")
        assert len(ids) == len(set(ids))
        assert set(page.of("aria-labelledby")) <= set(ids)
        assert page.tags.count("main") == page.tags.count("h1") == 1
        fields = [tag for tag in page.tags if tag in ("select", "textarea")]
        assert page.tags.count("label") >= len(fields)
        assert {"header", "main"} <= set(page.tags)
