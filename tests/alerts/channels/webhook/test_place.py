"""What `ASCOLTO_WEBHOOK_URL` may say, and that no error repeats it."""

import pytest

from alerts.channels.webhook.place import Place


@pytest.mark.parametrize(
    ("url", "place", "authority", "at"),
    [
        (
            "https://pager.example/a/b?c=1",
            Place(True, "pager.example", 443, "/a/b?c=1"),
            "pager.example",
            "https://192.0.2.1/a/b?c=1",
        ),
        ("https://Pager.Example:8443", Place(True, "pager.example", 8443, "/"), "pager.example:8443", "https://192.0.2.1:8443/"),
        ("http://[::1]:80/x", Place(False, "::1", 80, "/x"), "[::1]", "http://192.0.2.1/x"),
        ("https://perché.example/", Place(True, "xn--perch-fsa.example", 443, "/"), "xn--perch-fsa.example", "https://192.0.2.1/"),
    ],
)  # fmt: skip
def test_a_place_is_read(url: str, place: Place, authority: str, at: str) -> None:
    assert Place.parse(url) == place
    assert place.authority == authority
    assert place.at("192.0.2.1") == at


def test_an_address_of_six_groups_stands_in_brackets() -> None:
    assert Place.parse("https://pager.example:8443/x").at("2001:db8::1") == "https://[2001:db8::1]:8443/x"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "pager.example/hunter2",
        "ftp://pager.example/hunter2",
        "file:///hunter2",
        "https:///hunter2",
        "https://me:hunter2@pager.example/",
        "https://pager.example:port/hunter2",
        "https://[::1/hunter2",
        "https://pager.example/hunter2\r\nX: y",
        "https://pager..example/hunter2",
    ],
)
def test_what_cannot_be_used_is_told_without_its_values(url: str) -> None:
    with pytest.raises(ValueError, match="write https://host/path") as raised:
        Place.parse(url)
    assert "hunter2" not in str(raised.value)
