"""Whether an answer is no page but a wall: a challenge for bots, a CAPTCHA, a sign-in. None is ever passed.

Told by the marks that the makers of walls leave in headers and pages, and in addresses that one is sent to.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from platforms.page import official_way

MOST = 60_000  # bytes looked at: a challenge is small
REFUSED = frozenset({202, 401, 403, 405, 429, 503})
_HEADERS = (
    ("cf-mitigated", "challenge", "Cloudflare"),
    ("x-amzn-waf-action", "", "AWS WAF"),
    ("x-datadome", "", "DataDome"),
    ("x-dd-b", "", "DataDome"),
)
_MARKS = (
    (re.compile(rb"cf-chl|cf_chl_|/cdn-cgi/challenge-platform/"), "Cloudflare"),
    (re.compile(rb"awsWafCookieDomainList|aws-waf-token|token\.awswaf\.com"), "AWS WAF"),
    (re.compile(rb"captcha-delivery\.com|geo\.captcha-delivery"), "DataDome"),
    (re.compile(rb"px-captcha|_pxAppId"), "HUMAN"),
    (re.compile(rb"_Incapsula_Resource"), "Imperva"),
    (re.compile(rb"g-recaptcha|h-captcha|hcaptcha\.com|(?i:solve th(?:e|is) captcha)"), "a CAPTCHA"),
)
_SIGN_IN = re.compile(
    r"/(?:login|log-in|signin|sign-in|accounts/login|authwall|checkpoint)(?:[/.]|$)", re.IGNORECASE
)


def wall(status: int, headers: Mapping[str, str], body: bytes, url: str) -> str | None:
    """Whose wall it is; None: it is none. `headers` have lower-case names; `url`: where the answer came from."""
    for name, value, maker in _HEADERS:
        if value in headers.get(name, "") and name in headers and (status in REFUSED or value):
            return maker
    html = "html" in headers.get("content-type", "html")
    if status in REFUSED and html:
        return next((maker for mark, maker in _MARKS if mark.search(body[:MOST])), None)
    return None


def sign_in(asked: str, came: str) -> bool:
    """Whether somebody who asked for one page was sent to a sign-in."""
    path, before = urlsplit(came).path, urlsplit(asked).path
    return path != before and bool(_SIGN_IN.search(path)) and not _SIGN_IN.search(before)


def told(maker: str, url: str) -> str:
    """What people can do instead."""
    host = urlsplit(url).hostname or "the site"
    way = official_way(url)
    instead = (
        way or "ask it for an interface, a feed or an export (ascolto import), or use its e-mails (mailbox)"
    )
    return f"{host} keeps programs out ({maker}), and Ascolto does not pass such walls: {instead}; see docs/sources.md"
