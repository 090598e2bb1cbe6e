"""What is clicked in the inbox is done by Slack's own code: the case moves, its message is edited, races are told."""

import re
from datetime import datetime

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from alerts import cases
from alerts.channels.slack.forms import FORMS
from store.db import Database
from store.tables import Audit, Case, Notification, OutboxState
from store.visits import Role
from tests.alerts.rows import add_case, add_draft, add_mention, alert, desk
from tests.web.site import WHO, browser

FIELDS = re.compile(r'name="((?:csrf|seen|click|reply\.|phrase\.)[^"]*)"(?: value="([^"]*)")?')


def add(db: Database, now: datetime, reply: str = "Gentile Giulia, ci scusiamo.") -> int:
    with db.write() as session:
        mention = add_mention(session, now)
        case = add_case(session, mention, now)
        add_draft(session, case, mention, now, reply=reply)
        return case.id or 0


def the(db: Database, case_id: int) -> Case:
    with db.read() as session:
        return session.get_one(Case, case_id)


def fields(client: TestClient, path: str) -> dict[str, str]:
    """The hidden fields of a page, and the names of those that remember."""
    return dict(FIELDS.findall(client.get(path).text))


def send(client: TestClient, case_id: int, form: str, **more: str) -> str:
    """Fills in a form; gives the page that comes of it."""
    known = fields(client, f"/cases/{case_id}/{form}")
    sent = {name: known[name] for name in ("csrf", "seen", "click")} | more
    answer = client.post(f"/cases/{case_id}/{form}", data=sent)
    return client.get(answer.headers["location"]).text if answer.status_code == 303 else answer.text


def test_a_click_moves_the_case_and_has_its_message_edited(db: Database, now: datetime) -> None:
    case = add(db, now)
    with db.write() as session:
        row = Notification(
            key="case:1:slack", kind="case", channel="slack", case_id=case, brand="aurora", created_at=now,
            state=OutboxState.SENT, message_id="1.2", address="C1", shown_version=1,
        )  # fmt: skip
        session.add(row)
    client = browser(db, now)
    known = fields(client, f"/cases/{case}")
    answer = client.post(f"/cases/{case}/do", data=known | {"what": "acknowledge"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{case}")
    assert "Done: Acknowledge." in client.get(f"/cases/{case}").text
    assert "Done: Acknowledge." not in client.get(f"/cases/{case}").text  # told once
    found = the(db, case)
    assert (found.status, found.owner, found.version) == ("acknowledged", WHO, 2)
    with db.read() as session:
        assert session.get_one(Notification, 1).state == OutboxState.STALE


def test_whoever_is_slower_is_told_who_was_faster(db: Database, now: datetime) -> None:
    case = add(db, now)
    client = browser(db, now)
    known = fields(client, f"/cases/{case}")
    with db.write() as session:
        cases.acknowledge(desk(session, now), case, "slack:U1:luca")
    client.post(f"/cases/{case}/do", data=known | {"what": "acknowledge"})
    assert "luca was faster" in client.get(f"/cases/{case}").text
    assert the(db, case).owner == "slack:U1:luca"


def test_a_click_that_comes_twice_is_done_once(db: Database, now: datetime) -> None:
    case = add(db, now)
    client = browser(db, now)
    known = fields(client, f"/cases/{case}")
    for _ in range(2):
        client.post(f"/cases/{case}/do", data=known | {"what": "callback"})
    with db.read() as session:
        done = list(session.exec(select(Audit.action).where(Audit.case_id == case)))
    assert done == ["callback"]


def test_what_is_typed_is_kept_beside_another_deed_of_the_same_page(db: Database, now: datetime) -> None:
    case = add(db, now)
    client = browser(db, now)
    page = fields(client, f"/cases/{case}/note")
    known = {name: page[name] for name in ("csrf", "seen", "click")}
    client.post(f"/cases/{case}/do", data=known | {"what": "callback"})
    send(client, case, "note", click=known["click"], note="Chiamata.")
    with db.read() as session:
        done = list(session.exec(select(Audit.action).where(Audit.case_id == case)))
    assert done == ["callback", "note"]


def test_the_length_of_a_case_that_is_not_there(db: Database, now: datetime) -> None:
    client = browser(db, now)
    csrf = fields(client, f"/cases/{add(db, now)}")["csrf"]
    assert client.post("/cases/99/length", data={"csrf": csrf, "reply.1": "x"}).status_code == 404


@pytest.mark.parametrize("what", ["", "show", "nonsense", "acknowledge "])
def test_what_is_no_action_does_nothing(db: Database, now: datetime, what: str) -> None:
    case = add(db, now)
    client = browser(db, now)
    known = fields(client, f"/cases/{case}")
    assert client.post(f"/cases/{case}/do", data=known | {"what": what}).status_code == 404
    assert the(db, case).version == 1


@pytest.mark.parametrize("value", ["", "x", "1.1", "2.1.1.1", "9" * 400, "1.1.1.1; --"])
def test_a_forged_memory_does_nothing(db: Database, now: datetime, value: str) -> None:
    case = add(db, now)
    client = browser(db, now)
    known = fields(client, f"/cases/{case}") | {"seen": value}
    assert client.post(f"/cases/{case}/do", data=known | {"what": "acknowledge"}).status_code == 404
    assert client.post(f"/cases/{case}/note", data=known | {"note": "x"}).status_code == 404
    assert the(db, case).version == 1


def test_a_case_is_given_to_known_people_alone(db: Database, now: datetime) -> None:
    case = add(db, now)
    client = browser(db, now)
    known = fields(client, f"/cases/{case}") | {"what": "assign"}
    assert client.post(f"/cases/{case}/do", data=known | {"chosen": "slack:U9:stranger"}).status_code == 404
    assert client.post(f"/cases/{case}/do", data=known | {"chosen": WHO}).status_code == 303
    assert the(db, case).owner == WHO


def test_a_reader_sees_no_action_and_does_none(db: Database, now: datetime) -> None:
    case = add(db, now)
    client = browser(db, now, role=Role.READER)
    page = client.get(f"/cases/{case}").text
    assert "What you can do" not in page
    assert "<textarea" not in page
    assert client.get(f"/cases/{case}/note").status_code == 404
    known = fields(client, f"/cases/{case}")
    assert client.post(f"/cases/{case}/do", data=known | {"what": "acknowledge"}).status_code == 403
    assert the(db, case).status == "open"


def test_the_reply_is_edited_whole(db: Database, now: datetime) -> None:
    long = "\n\n".join(f"Capoverso {n}. " + "parola " * 90 for n in range(8))  # two pieces in Slack
    case = add(db, now, long)
    client = browser(db, now)
    known = fields(client, f"/cases/{case}")
    name = next(one for one in known if one.startswith("reply."))
    client.post(f"/cases/{case}/edit", data=known | {name: f"{long}\n\nFine.".replace("\n", "\r\n")})
    assert the(db, case).reply == f"{long}\n\nFine.".strip()


def test_a_reply_that_is_too_long_comes_back_whole(db: Database, now: datetime) -> None:
    case = add(db, now)
    client = browser(db, now)
    known = fields(client, f"/cases/{case}")
    name = next(one for one in known if one.startswith("reply."))
    long = "ü" * 6_000
    answer = client.post(f"/cases/{case}/edit", data=known | {name: long})
    assert answer.status_code == 422
    assert "Too long by 30" in answer.text
    assert long in answer.text
    free = name.replace("5970", "99999")  # who forges the limit in the name does not lift it
    assert client.post(f"/cases/{case}/edit", data=known | {free: long}).status_code == 422
    assert the(db, case).reply is None
    length = client.post(f"/cases/{case}/length", data=known | {name: long}).text
    assert "6,000 of 5,970" in length
    assert "over" in length


def test_two_who_edit_do_not_overwrite_one_another(db: Database, now: datetime) -> None:
    case = add(db, now)
    first, second = browser(db, now), browser(db, now, who="luca")
    mine, theirs = fields(first, f"/cases/{case}"), fields(second, f"/cases/{case}")
    name = next(one for one in mine if one.startswith("reply."))
    second.post(f"/cases/{case}/edit", data=theirs | {name: "Testo di Luca."})
    answer = first.post(f"/cases/{case}/edit", data=mine | {name: "Testo di Marta."})
    assert "luca was faster" in answer.text
    assert "Testo di Marta." in answer.text  # nothing typed is lost
    assert the(db, case).reply == "Testo di Luca."


def test_forms_do_what_they_do_in_slack(db: Database, now: datetime) -> None:
    case = add(db, now)
    client = browser(db, now)
    assert "Write something." in send(client, case, "note", note="")
    assert "chiamata alle 12" in send(client, case, "note", note="chiamata alle 12")
    assert "Choose one." in send(client, case, "resolve_as", how="magic")
    assert "Done: Resolve." in send(client, case, "resolve_as", how="apology", note="fatto")
    found = the(db, case)
    assert (found.status, found.resolution, found.resolved_by) == ("resolved", "apology", WHO)


def test_what_changed_meanwhile_stays(db: Database, now: datetime) -> None:
    case = add(db, now)
    client = browser(db, now)
    known = fields(client, f"/cases/{case}/resolve_as")
    with db.write() as session:
        add_mention(session, now, text="Ora mia figlia è in ospedale.")
        session.get_one(Case, case).version += 1
    answer = client.post(f"/cases/{case}/resolve_as", data=known | {"how": "apology"})
    assert "There is news about this case" in answer.text
    assert the(db, case).status == "open"


def test_every_form_and_page_opens(db: Database, now: datetime) -> None:
    case = add(db, now)
    for lang in ("en", "it"):
        client = browser(db, now, lang)
        for form in (*FORMS, "words", "writers", "profile"):
            assert client.get(f"/cases/{case}/{form}").status_code == 200, form
        assert client.get(f"/cases/{case}/nonsense").status_code == 404


def test_news_are_told_to_a_page_that_stays_open(db: Database, now: datetime) -> None:
    case = add(db, now)
    client = browser(db, now)
    assert client.get(f"/cases/{case}/news?version=1").status_code == 204
    with db.write() as session:
        cases.acknowledge(desk(session, now), case, "slack:U1:luca")
    assert "There is news about this case." in client.get(f"/cases/{case}/news?version=1").text


def test_several_at_once(db: Database, now: datetime) -> None:
    with db.write() as session:
        known = [alert(session, now, number) for number in range(3)]
        cases.resolve(desk(session, now), known[2], "slack:U1:luca", "apology")
    client = browser(db, now)
    page = client.get("/?status=all").text
    boxes = re.findall(r'name="case" value="([^"]+)"', page)
    assert fields(client, "/")["click"]
    csrf = fields(client, "/")["csrf"]
    form = {"csrf": csrf, "what": "acknowledge", "case": boxes, "status": "all", "click": "k1"}
    answer = client.post("/bulk", data=form)
    assert answer.headers["location"] == "/?status=all"
    said = client.get("/?status=all").text
    assert "2 cases done." in said
    assert "luca was faster" in said
    assert [the(db, one).status for one in known] == ["acknowledged", "acknowledged", "resolved"]
    client.post("/bulk", data={"csrf": csrf, "what": "forget", "case": boxes})
    assert "Choose what is to be done." in client.get("/").text
    client.post("/bulk", data={"csrf": csrf, "what": "resolve"})
    assert "Choose some cases first." in client.get("/").text
