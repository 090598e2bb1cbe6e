"""What goes wrong between here and a mail server, and what a person can do about each."""

import re

from alerts.channels.base import Misconfigured
from store.errors import Permanent, Transient

_SETUP = {
    "auth_refused": "check the user and the password in ASCOLTO_SMTP_URL; some providers want a password of its own",
    "auth_unsupported": "the server takes no password this way: use smtp+starttls:// or smtps:// in ASCOLTO_SMTP_URL",
    "no_starttls": "the server offers no STARTTLS: try smtps:// and port 465 in ASCOLTO_SMTP_URL",
    "certificate_refused": "the server's certificate was not accepted: where it is your own, name it in SSL_CERT_FILE",
    "sender_refused": "the server does not send for this address: check email.from",
    "recipient_refused": "the server knows nobody there: check the addresses under [email]",
    "sign_in_required": "the server wants encryption or a user: check ASCOLTO_SMTP_URL for both",
}
_MESSAGE = {
    "message_refused": "the server refused this message: look for its reason in the server's log",
}
MENDS = _SETUP | _MESSAGE
_ENHANCED = re.compile(rb"\s*([245]\.\d{1,3}\.\d{1,3})\b")


def refused(reason: str, code: int, answer: bytes | str = b"") -> Permanent | Transient:
    """What an answer of the server means: 4xx may pass later; 5xx will not. The server's words stay out of it, they may
    repeat an address or a text."""
    if code < 500:
        return Transient(f"the mail server asks to try later: {_told(code, answer)}")
    reason = "sign_in_required" if code == 530 and reason != "auth_refused" else reason
    mend = f"{MENDS[reason]} ({_told(code, answer)})"
    return _misconfigured(reason, mend) if reason in _SETUP else Permanent(reason, mend)


def misconfigured(reason: str) -> Misconfigured:
    """Wrong in the setup, with its mend."""
    return _misconfigured(reason, MENDS[reason])


def _misconfigured(reason: str, mend: str) -> Misconfigured:
    """Where the server knows nobody at an address, the other addresses still get theirs."""
    return Misconfigured(reason, mend, everywhere=reason != "recipient_refused")


def _told(code: int, answer: bytes | str) -> str:
    found = _ENHANCED.match(answer if isinstance(answer, bytes) else answer.encode("ascii", "replace"))
    return f"SMTP {code} {found[1].decode()}" if found else f"SMTP {code}"
