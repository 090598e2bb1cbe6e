"""Where messages go: names and ids of Slack channels, and what is not named."""

import pytest
from pydantic import ValidationError

from alerts.routing import TARGETS, Routing


def test_each_target_has_its_channel() -> None:
    routing = Routing(alerts="#a", praise="#b", crisis="#c", digest="#d", ops="#e")
    assert [routing.address(target) for target in TARGETS] == ["#a", "#b", "#c", "#d", "#e"]


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_not_named_goes_to_alerts(target: str) -> None:
    assert Routing(alerts="#cura").address(target) == "#cura"


@pytest.mark.parametrize("target", ["", "escalation", "workspace", "nobody", "__class__", "address"])
def test_an_unknown_target_goes_to_alerts_and_never_elsewhere(target: str) -> None:
    routing = Routing(alerts="#cura", escalation=("@marta",), workspace="T0123")
    assert routing.address(target) == "#cura"


@pytest.mark.parametrize(
    "name", ["#reputation", "#caffè-aurora", "#a", " #cura ", "C0123456789", "G0123456789"]
)
def test_names_and_ids(name: str) -> None:
    assert Routing(alerts=name).alerts == name.strip()


@pytest.mark.parametrize(
    "name",
    [
        "reputation",
        "#",
        "",
        "#due parole",
        "##a",
        "#a@b",
        "#<!channel>",
        "#" + "a" * 81,
        "c0123456789",
        "C0123",
        "X0123456789",
        "https://example.com",
        7,
    ],
)
def test_what_is_no_channel_is_refused_with_the_mend(name: object) -> None:
    with pytest.raises(ValidationError, match=r"write its name as #reputation|valid string"):
        Routing.model_validate({"alerts": name})


@pytest.mark.parametrize(
    ("workspace", "ok"), [("T0123", True), ("E0123", True), ("C0123", False), ("t1", False)]
)
def test_a_workspace_is_named_by_its_id(workspace: str, ok: bool) -> None:
    if ok:
        assert Routing(workspace=workspace).workspace == workspace
        return
    with pytest.raises(ValidationError):
        Routing(workspace=workspace)


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(ValidationError):
        Routing.model_validate({"alert": "#a"})
