"""Where messages go in Slack: the `[slack]` table of the configuration. Which of them a case takes is triage's."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from store.brand import Strict

TARGETS = ("alerts", "praise", "crisis", "digest", "ops")


def _channel_name(value: object) -> object:
    if not isinstance(value, str):
        return value
    name = value.strip()
    if (
        name.startswith("#")
        and 1 < len(name) <= 81
        and not any(c.isspace() or c in "#@<>&" for c in name[1:])
    ):
        return name
    if len(name) >= 8 and name[0] in "CGDU" and name.isascii() and name.isalnum() and name.isupper():
        return name
    raise ValueError(
        f"{value!r} is no Slack channel: write its name as #reputation, or its id as C0123456789"
    )


SlackChannelName = Annotated[str, BeforeValidator(_channel_name)]


PersonId = Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,20}$")]
GroupId = Annotated[str, Field(pattern=r"^S[A-Z0-9]{2,20}$")]


class Routing(Strict):
    """Channels by what they are for; what is not named goes to `alerts`."""

    alerts: SlackChannelName = Field("#reputation", description="cases, with their drafts and buttons")
    praise: SlackChannelName | None = Field(None, description="praise, with a draft of thanks")
    crisis: SlackChannelName | None = Field(None, description="storms of negative mentions")
    digest: SlackChannelName | None = Field(None, description="the weekly report")
    ops: SlackChannelName | None = Field(None, description="sources that went down")
    escalation: tuple[str, ...] = Field(
        (), description="who is named when nobody acts in time, in this order"
    )
    workspace: str | None = Field(
        None, pattern=r"^[TE][A-Z0-9]+$", description="id of the only workspace whose clicks count"
    )
    people: tuple[PersonId, ...] = Field(
        (),
        description="ids of the people who may act; without these and groups, anybody who sees the messages",
    )
    groups: tuple[GroupId, ...] = Field((), description="ids of the user groups whose members may act")

    def address(self, target: str) -> str:
        """The channel for a logical target (one of `TARGETS`)."""
        named = getattr(self, target) if target in TARGETS else None
        return named or self.alerts
