"""What the exported file keeps as it is, and what it leaves out."""

import pytest

from configuration.toml import inline


@pytest.mark.parametrize(
    "told",
    [
        "Use https://shop.example/?code=WELCOME10 now?",
        "Write to https://shop.example/aiuto?token=x or call",
        "https://shop.example/aiuto",
    ],
)
def test_what_people_are_told_is_exported_whole(told: str) -> None:
    assert told in inline(told, "answer")


def test_an_address_is_exported_without_its_secrets() -> None:
    assert "hidden" not in inline("https://u:hidden@shop.example/?api_key=hidden", "url")
