"""The look of the dashboard, the sources and the settings: legible in light and in dark, charts by shape and colour."""

import re
from itertools import combinations

import pytest

from tests.web.test_style import CSS, contrast
from web.app import STATIC

SHEETS = {name: (STATIC / f"{name}.css").read_text(encoding="utf-8") for name in ("dashboard", "settings")}
SCHEMES = ("light", "dark")


def colours(sheet: str, scheme: str) -> dict[str, str]:
    """What a page knows by name: the shared colours and its own."""
    found: dict[str, str] = {}
    for text in (CSS, SHEETS[sheet]):
        blocks = re.findall(r":root \{(.*?)\}", text, re.S)
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[SCHEMES.index(scheme)]))
    return found


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["negative", "neutral", "positive", "unread"])
def test_shapes_stand_out(scheme: str, name: str) -> None:
    known = colours("dashboard", scheme)
    assert contrast(known[name], known["paper"]) >= 3


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("sheet", SHEETS)
def test_texts_have_contrast(scheme: str, sheet: str) -> None:
    known = colours(sheet, scheme)
    for name in ("good", "critical", "high", "quiet", "link"):
        assert contrast(known[name], known["paper"]) >= 4.5
    assert contrast(known["on-link"], known["link"]) >= 4.5  # the button that saves


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("kind", ["protan", "deutan", "tritan"])
def test_moods_are_told_apart_by_every_kind_of_eye(scheme: str, kind: str) -> None:
    known = colours("dashboard", scheme)
    seen = {name: simulated(known[name], kind) for name in ("negative", "neutral", "positive")}
    for one, other in combinations(seen, 2):
        apart = sum((a - b) ** 2 for a, b in zip(seen[one], seen[other], strict=True)) ** 0.5
        assert apart > 0.15, (one, other)


# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
_EYES = {
    "protan": (0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998),
    "deutan": (0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881),
    "tritan": (1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900),
}


def simulated(colour: str, kind: str) -> list[float]:
    """Linear red, green and blue as such an eye sees them."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    rows = _EYES[kind]
    return [sum(rows[3 * row + place] * linear[place] for place in range(3)) for row in range(3)]


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_colour_has_a_name_in_both_schemes(sheet: str) -> None:
    light, dark = (colours(sheet, scheme) for scheme in SCHEMES)
    assert set(light) == set(dark)
    assert set(re.findall(r"var\(--([\w-]+)\)", SHEETS[sheet])) <= set(light)
    assert not re.search(r"@import|url\(|https?:", SHEETS[sheet])
