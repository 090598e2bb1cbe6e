"""Who may click: people, groups, and what counts while Slack does not answer."""

from collections.abc import Iterator

import pytest

from alerts.channels.slack.client import web_client
from alerts.channels.slack.people import KEPT, RETRY, People
from tests.fake_slack import BOT_TOKEN, Failure, FakeSlack, fake_slack


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with fake_slack() as fake:
        fake.groups["S0CARE"] = ["U0MARTA"]
        yield fake


def test_anybody_where_nobody_is_named() -> None:
    assert People(None).allows("U0ANYBODY")


def test_people_are_known_without_asking() -> None:
    people = People(None, ["U0ANNA"])
    assert people.allows("U0ANNA")
    assert not people.allows("U0MARTA")
    assert not people.allows("")


def test_members_of_groups_are_kept_for_a_while(slack: FakeSlack) -> None:
    seconds = [0.0]
    people = People(web_client(BOT_TOKEN, slack.url), ["U0ANNA"], ["S0CARE"], lambda: seconds[0])
    assert [people.allows(user) for user in ("U0ANNA", "U0MARTA", "U0LUCA")] == [True, True, False]
    slack.groups["S0CARE"].append("U0LUCA")
    assert not people.allows("U0LUCA")
    assert len(slack.calls) == 1
    seconds[0] = KEPT
    assert people.allows("U0LUCA")
    slack.fail("usergroups.users.list", Failure(status=500))
    seconds[0] = 2 * KEPT
    assert people.allows("U0LUCA")  # those known last count
    assert len(slack.calls) == 3
    assert people.allows("U0LUCA")
    assert len(slack.calls) == 3  # and nobody is asked again at once
    slack.groups["S0CARE"].clear()
    seconds[0] = 2 * KEPT + RETRY
    assert not people.allows("U0LUCA")


def test_while_slack_never_answered_nobody_is_let_in(slack: FakeSlack) -> None:
    people = People(web_client(BOT_TOKEN, slack.url), [], ["S0OTHER"])
    assert not people.allows("U0MARTA")


def test_a_person_is_known_as_their_name_and_their_groups(slack: FakeSlack) -> None:
    seconds = [0.0]
    slack.groups["S0LEGAL"], slack.handles["S0LEGAL"] = ["U0MARTA"], "legale"
    people = People(web_client(BOT_TOKEN, slack.url), timer=lambda: seconds[0])
    assert people.known_as("U0MARTA") == {"marta", "S0CARE", "s0care", "S0LEGAL", "legale"}
    assert people.known_as("U0LUCA") == {"luca"}
    assert [people.called(name) for name in ("U0MARTA", "S0LEGAL", "S0GONE", "@legale")] == [
        "marta", "@legale", "S0GONE", "@legale",
    ]  # fmt: skip
    assert sum(call[0] == "usergroups.list" for call in slack.calls) == 1
    slack.fail("usergroups.list", Failure(status=500))
    seconds[0] = KEPT
    assert "legale" in people.known_as("U0MARTA")  # those known last count
