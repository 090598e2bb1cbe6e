"""The tables `[email]` and `[webhook]`: what each tells, and to whom. Addresses of servers and secrets stand in the
environment."""

import re
from email.utils import parseaddr
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from store.brand import Strict

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9-]{1,63}"
)
ON_CALL = "on_call"  # beside the targets of routing: critical cases on which nobody acts


def _mailbox(value: str) -> str:
    if not _ADDRESS.fullmatch(value) or len(value) > 254:
        raise ValueError("is no e-mail address: write it as name@mybrand.example")
    return value


def _sender(value: str) -> str:
    name, address = parseaddr(value)
    if not value.isprintable() or len(name) > 60 or not _ADDRESS.fullmatch(address):
        raise ValueError('is no sender: write "Ascolto <ascolto@mybrand.example>"')
    return value


Mailbox = Annotated[str, AfterValidator(_mailbox)]
Mailboxes = tuple[Mailbox, ...]
WebhookTarget = Literal["alerts", "praise", "crisis", "digest", "ops", "on_call"]


class EmailOptions(Strict):
    """Who gets what; of what nobody is named for, nothing is sent."""

    sender: Annotated[str, AfterValidator(_sender)] | None = Field(
        None, alias="from", description="who the messages are from"
    )
    alerts: Mailboxes = Field((), description="cases, what is new about them, reminders, briefs")
    praise: Mailboxes = Field((), description="praise, with a draft of thanks")
    crisis: Mailboxes = Field((), description="storms of negative mentions; left out: those of alerts")
    digest: Mailboxes = Field((), description="the weekly report")
    ops: Mailboxes = Field((), description="sources that went down, what is not delivered, pauses")
    on_call: Mailboxes = Field((), description="only critical cases on which nobody acts in time")

    @model_validator(mode="after")
    def has_sender(self) -> "EmailOptions":
        if self.named and self.sender is None:
            raise ValueError('from is missing: write from = "Ascolto <ascolto@mybrand.example>"')
        return self

    @property
    def named(self) -> Mailboxes:
        """Everybody who may get something, each once."""
        everybody = (*self.alerts, *self.praise, *self.crisis, *self.digest, *self.ops, *self.on_call)
        return tuple(dict.fromkeys(everybody))

    def to(self, target: str) -> Mailboxes:
        """Who gets what goes to `target`."""
        known = {
            "alerts": self.alerts,
            "praise": self.praise,
            "crisis": self.crisis or self.alerts,
            "digest": self.digest,
            "ops": self.ops,
        }
        return known.get(target, self.alerts)


class WebhookOptions(Strict):
    """What the webhook tells, and where it may lead."""

    targets: tuple[WebhookTarget, ...] = Field(
        ("alerts", "crisis", "digest", "ops"), description="what is sent; on_call: see [email]"
    )
    allow_private: bool = Field(False, description="whether it may lead to this machine or its network")
