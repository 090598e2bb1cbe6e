"""The table `[generator]`: off by default, whole where it is on, an address that can be called."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from alerts.drafts.generator.options import GeneratorOptions, spoken_key

ON: dict[str, Any] = {"kind": "endpoint", "model": "llama3.2", "base_url": "http://localhost:11434/v1/"}


def test_it_is_off_by_default_with_twenty_seconds() -> None:
    options = GeneratorOptions()
    assert (options.kind, options.timeout) == ("off", timedelta(seconds=20))


def test_an_endpoint_of_ones_own_and_a_folder_are_fine() -> None:
    assert GeneratorOptions(**ON).base_url == "http://localhost:11434/v1"
    assert GeneratorOptions(kind="transformers", model="models/chat").model == "models/chat"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (ON | {"model": None}, "model is missing"),
        (ON | {"base_url": None}, "base_url is missing"),
        ({"kind": "transformers"}, "model is missing"),
        (ON | {"kind": "transformers"}, "base_url is for an endpoint"),
        (ON | {"base_url": "localhost:11434"}, "is no address of an endpoint"),
        (ON | {"base_url": "ftp://localhost/v1"}, "is no address of an endpoint"),
        (ON | {"base_url": "https://me:secret@host/v1"}, "is no address of an endpoint"),
        (ON | {"base_url": "https://host/v1?key=secret"}, "is no address of an endpoint"),
        (ON | {"base_url": "https://host/v1/chat/completions"}, "write only what stands before it"),
        (ON | {"model": "a\nb"}, "is no name of a model"),
        (ON | {"timeout": "61s"}, "less than"),
        (ON | {"timeout": "0s"}, "greater than"),
        (ON | {"kind": "magic"}, "'off', 'endpoint' or 'transformers'"),
        (ON | {"api_key": "secret"}, "Extra inputs"),
    ],
)
def test_what_is_wrong_is_named_without_its_value(values: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        GeneratorOptions(**values)
    (error,) = caught.value.errors()
    assert told in error["msg"]
    assert "secret" not in error["msg"]


@pytest.mark.parametrize("key", ["two words", "ключ", "line\nend"])
def test_a_key_that_no_header_can_hold_is_refused(key: str) -> None:
    with pytest.raises(ValueError) as caught:
        spoken_key(key)
    assert key not in str(caught.value)
