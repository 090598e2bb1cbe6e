"""A mailbox that gets the notification e-mails of other platforms: what works on the first day, while access to their
interfaces is being granted."""

from datetime import timedelta
from ipaddress import ip_address
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from platforms.base import Consent, Platform, SourceOptions
from store.brand import Duration

# Places that are known from their e-mails alone: what people call them.
KNOWN_BY_MAIL = {
    "amazon": "Amazon",
    "booking": "Booking.com",
    "feedaty": "Feedaty",
    "linkedin": "LinkedIn",
    "thefork": "TheFork",
    "tiktok": "TikTok",
}


class Options(SourceOptions):
    indifferent: ClassVar[frozenset[str]] = SourceOptions.indifferent | {"security", "sign_in"}

    host: str = Field(min_length=1, pattern=r"^[A-Za-z0-9.:\[\]-]+$", description="the IMAP server")
    port: int = Field(993, ge=1, le=65535, description="its port")
    security: Literal["tls", "starttls", "none"] = Field(
        "tls", description="how the connection is protected; none only for a server on this machine"
    )
    folder: str = Field(
        "INBOX", min_length=1, description="the folder that is read; nothing in it is changed"
    )
    sign_in: Literal["password", "oauth2"] = Field(
        "password",
        description="password (an app password where the provider wants one) or oauth2 (Microsoft 365)",
    )
    user_env: str = Field("MAILBOX_USER", description="environment variable with the user's name")
    password_env: str = Field(
        "MAILBOX_PASSWORD",
        description="environment variable with the password, or with the refresh token of oauth2",
    )
    token_url: str | None = Field(
        None, pattern=r"^https?://", description="oauth2: where the token is asked for"
    )
    client_id_env: str = Field(
        "MAILBOX_CLIENT_ID", description="oauth2: environment variable with the client's id"
    )
    client_secret_env: str = Field(
        "MAILBOX_CLIENT_SECRET", description="oauth2: environment variable with the client's secret"
    )
    authserv_id: str | None = Field(
        None,
        pattern=r"^[\x21-\x7e]+$",
        description="the name with which your mail server signs Authentication-Results; others' then count for nothing",
    )
    unverified: bool = Field(
        False,
        description="believe letters that carry no Authentication-Results at all, where anybody can write anything",
    )
    pages: int = Field(10, ge=1, description="pages of 25 messages read at most")
    overlap: Duration = Field(timedelta(days=3), description="how far back each crawl looks again")

    @model_validator(mode="after")
    def protected(self) -> Self:
        if self.security == "none" and not _is_this_machine(self.host):
            raise ValueError("security: none sends the password in clear: only to a server on this machine")
        return self


def _is_this_machine(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


PLATFORM = Platform(
    "mailbox",
    "E-mail",
    Options,
    open=False,
    api=True,
    access="your mail provider: an app password, or for Microsoft 365 an application at entra.microsoft.com",
    consent=Consent(
        "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        ("https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access"),
        "password_env",
        only=("sign_in", "oauth2"),
        host="localhost",
    ),
)
