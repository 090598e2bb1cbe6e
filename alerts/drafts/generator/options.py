"""The table `[generator]`: which chat model words drafts anew, if any. The key of an endpoint stands in the
environment."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from alerts.channels.webhook.place import Place
from store.brand import Duration, Strict

CHAT = "/chat/completions"
_LONGEST_NAME = 300


def _base(value: str) -> str:
    wrong = "is no address of an endpoint: write https://host/v1, or http://localhost:11434/v1 for one of your own"
    try:
        Place.parse(value)
    except ValueError:
        raise ValueError(wrong) from None
    if "?" in value or "#" in value or " " in value.strip():
        raise ValueError(wrong)
    base = value.strip().rstrip("/")
    if base.endswith(CHAT):
        raise ValueError(f"ends before {CHAT}: write only what stands before it")
    return base


def _model(value: str) -> str:
    if not value.strip() or not value.isprintable() or len(value) > _LONGEST_NAME:
        raise ValueError("is no name of a model: write it as the endpoint names it, or a folder, or a hub id")
    return value.strip()


def spoken_key(value: str) -> str:
    """A key that a header can hold. Raises ValueError, whose words hold nothing of it."""
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise ValueError("is no key: it is one word of ASCII signs")
    return value


class GeneratorOptions(Strict):
    """`endpoint`: customers' words leave this machine, unless the endpoint runs on it."""

    kind: Literal["off", "endpoint", "transformers"] = Field("off", description="what writes")
    model: Annotated[str, AfterValidator(_model)] | None = Field(
        None, description="a name the endpoint knows; a folder or a hub id for transformers"
    )
    base_url: Annotated[str, AfterValidator(_base)] | None = Field(
        None, description="of an OpenAI-compatible endpoint"
    )
    timeout: Annotated[Duration, Field(ge=timedelta(seconds=1), le=timedelta(seconds=60))] = Field(
        timedelta(seconds=20), description="for one draft, from 1s to 60s"
    )

    @model_validator(mode="after")
    def is_whole(self) -> "GeneratorOptions":
        if self.kind != "off" and self.model is None:
            example = '"llama3.2"' if self.kind == "endpoint" else '"models/chat"'
            raise ValueError(f"model is missing: write model = {example}")
        if self.kind == "endpoint" and self.base_url is None:
            raise ValueError('base_url is missing: write base_url = "http://localhost:11434/v1"')
        if self.kind == "transformers" and self.base_url is not None:
            raise ValueError('base_url is for an endpoint: write kind = "endpoint", or leave it out')
        return self
