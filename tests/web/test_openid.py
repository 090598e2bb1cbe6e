"""Sign in with Slack: what its own keys sign for this workspace, this browser and this sign-in, and nothing else."""

import time
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi.testclient import TestClient

from alerts.inbox import InboxOptions
from store.db import Database
from tests.web.site import stranger
from tests.web.slack_door import TEAM, Door, slack_door
from web.sign_in import BACK, SLACK

URL = "https://inbox.aurora.example"
MARTA = InboxOptions(url=URL, managers=("U0MARTA",))


@pytest.fixture(scope="module")
def doors() -> Iterator[Door]:
    with slack_door() as door:
        yield door


@pytest.fixture
def door(doors: Door) -> Iterator[Door]:
    yield doors
    doors.person, doors.claims, doors.signs_with, doors.algorithm = "U0MARTA", {}, None, "RS256"


def at(
    db: Database, now: datetime, door: Door, options: InboxOptions = MARTA, team: str | None = TEAM
) -> TestClient:
    return stranger(db, now, address=URL, options=options, openid=door.openid(f"{URL}{BACK}", team))


def back_from(client: TestClient, where: str = SLACK) -> str:
    """What Slack sends the browser back to."""
    begun = client.get(where)
    assert begun.status_code == 303
    with httpx.Client(trust_env=False) as slack:
        return str(slack.get(begun.headers["location"]).headers["location"])


def test_a_manager_signs_in_and_goes_on_where_they_wanted(db: Database, now: datetime, door: Door) -> None:
    client = at(db, now, door)
    answer = client.get(back_from(client, f"{SLACK}?next=/%3Fstatus%3Dopen"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/?status=open")
    page = client.get("/").text
    assert "Marta Rossi" in page
    cookies = ", ".join(answer.headers.get_list("set-cookie"))
    assert "__Host-ascolto-visit" in cookies
    assert "Secure" in cookies


def test_what_is_asked_of_slack(db: Database, now: datetime, door: Door) -> None:
    client = at(db, now, door)
    asked = {
        name: one[0] for name, one in parse_qs(urlsplit(client.get(SLACK).headers["location"]).query).items()
    }
    assert asked["scope"] == "openid profile"
    assert asked["team"] == TEAM
    assert asked["redirect_uri"] == f"{URL}{BACK}"
    assert asked["code_challenge_method"] == "S256"
    again = client.get(SLACK).headers["location"]
    assert all(asked[name] not in again for name in ("state", "nonce", "code_challenge"))


@pytest.mark.parametrize(
    "claims",
    [
        {"https://slack.com/team_id": "T0OTHER"},
        {"aud": "another.app"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"nonce": "another"},
        {"https://slack.com/user_id": "slack:U0MARTA:evil"},
        {"nonce": None},
    ],
)
def test_what_slack_says_of_somebody_else_opens_nothing(
    db: Database, now: datetime, door: Door, claims: dict[str, object]
) -> None:
    door.claims = claims
    client = at(db, now, door)
    answer = client.get(back_from(client))
    assert answer.status_code == 403
    assert "Slack did not say who you are" in answer.text
    assert client.get("/").status_code == 403


@pytest.mark.parametrize(("algorithm", "key"), [("RS256", "strange"), ("HS256", "secret"), ("none", "")])
def test_what_others_sign_opens_nothing(
    db: Database, now: datetime, door: Door, algorithm: str, key: str
) -> None:
    strange = rsa.generate_private_key(65537, 2048)
    door.algorithm = algorithm
    door.signs_with = strange if key == "strange" else "a-shared-secret-of-some-length-here" if key else None
    if algorithm == "none":
        door.signs_with = ""
    client = at(db, now, door)
    with pytest.MonkeyPatch.context() as patch:
        if algorithm == "none":
            patch.setattr(Door, "token", _unsigned)
        assert client.get(back_from(client)).status_code == 403


def _unsigned(door: Door, nonce: str) -> str:
    claims = {
        "iss": door.base, "sub": "U0MARTA", "aud": "25259531569.1115", "nonce": nonce, "iat": int(time.time()),
        "exp": int(time.time()) + 300, "https://slack.com/team_id": TEAM,
    }  # fmt: skip
    return jwt.encode(claims, "", "none", headers={"kid": "one"})


def test_a_sign_in_belongs_to_the_browser_that_began_it(db: Database, now: datetime, door: Door) -> None:
    location = back_from(at(db, now, door))
    assert at(db, now, door).get(location).status_code == 403  # no cookie
    other = at(db, now, door)
    other.get(SLACK)  # another state
    assert other.get(location).status_code == 403


def test_a_code_is_good_once(db: Database, now: datetime, door: Door) -> None:
    client = at(db, now, door)
    location = back_from(client)
    assert client.get(location).status_code == 303
    again = at(db, now, door)
    again.cookies = client.cookies
    assert again.get(location).status_code == 403


def test_while_the_workspace_is_not_known_nobody_comes_in(db: Database, now: datetime, door: Door) -> None:
    client = at(db, now, door, team=None)
    assert client.get(back_from(client)).status_code == 403


def test_others_may_read_or_not_even_that(db: Database, now: datetime, door: Door) -> None:
    door.person = "U0LUCA"
    client = at(db, now, door)
    assert client.get(back_from(client)).status_code == 303
    assert "change nothing" in client.get("/cases/1").text or client.get("/").status_code == 200
    few = InboxOptions(url=URL, managers=("U0MARTA",), readers=("U0ANNA",))
    closed = at(db, now, door, few)
    answer = closed.get(back_from(closed))
    assert answer.status_code == 403
    assert "not among those who may read" in answer.text


def test_who_is_no_manager_any_more_is_none_at_once(db: Database, now: datetime, door: Door) -> None:
    client = at(db, now, door)
    client.get(back_from(client))
    later = at(db, now, door, InboxOptions(url=URL, managers=("U0ANNA",), readers=("U0LUCA",)))
    later.cookies = client.cookies
    assert later.get("/").status_code == 403


def test_keys_are_read_once_and_slack_away_opens_nothing(db: Database, now: datetime, door: Door) -> None:
    openid = door.openid(f"{URL}{BACK}")
    before = door.keys_read
    client = stranger(db, now, address=URL, options=MARTA, openid=openid)
    for _ in range(3):
        assert client.get(back_from(client)).status_code == 303
    assert door.keys_read == before + 1
