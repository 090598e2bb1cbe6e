"""What others post to us: Zapier and the like, and platforms that push. Each post is signed, or carries a secret."""

from typing import Literal

from pydantic import Field, field_validator

from platforms.base import Platform, SourceOptions
from store.mention import FIELDS

Signature = Literal["standard", "hub", "bearer"]


class Options(SourceOptions):
    secret_env: str = Field(
        "ASCOLTO_INBOUND_SECRET", description="environment variable with the secret that both sides know"
    )
    signature: Signature = Field(
        "standard",
        description="how a post proves itself: standard (Standard Webhooks), hub (X-Hub-Signature-256) or bearer "
        "(the secret itself in Authorization, for senders that cannot sign)",
    )
    records: str | None = Field(
        None, description="where the list of mentions stands in what is posted, such as result.reviews"
    )
    fields: dict[str, str] = Field(
        {}, description="where a field of a mention stands in a record, such as text = review.body"
    )

    @field_validator("fields")
    @classmethod
    def known(cls, fields: dict[str, str]) -> dict[str, str]:
        for name in fields:
            if name not in FIELDS:
                raise ValueError(f"{name!r} is no field of a mention: there are {', '.join(FIELDS)}")
        return fields


PLATFORM = Platform(
    "webhook",
    "Webhook",
    Options,
    open=False,
    pushed=True,
    access="a secret that you make up, for both sides: for Standard Webhooks whsec_ and 32 random bytes in base64",
)
