"""Platforms are found by file name; each declares itself fully."""

import pytest

import platforms


@pytest.mark.parametrize("name", platforms.names())
def test_each_platform_declares_itself(name: str) -> None:
    platform = platforms.get(name)
    assert platform.name == name
    assert platform.label
    fields = platform.options.model_fields
    undescribed = [key for key, field in fields.items() if not field.description and key not in {"base_url"}]
    assert undescribed == []


def test_an_unknown_platform_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="myspace"):
        platforms.get("myspace")


def test_the_ground_of_the_package_is_no_platform() -> None:
    assert {"base", "length", "__init__"}.isdisjoint(platforms.names())
