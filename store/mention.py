"""`NewMention`: what a spider yields is what is stored. Everything from outside is made safe to store here."""

import hashlib
import re
import unicodedata
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator
from sqlmodel import Field, SQLModel

from store.clock import aware

MAX_TEXT = 20_000  # characters kept of one mention; the longest platform allows 65,535 bytes
MAX_LINE = 500  # of a title, an author's name
MAX_URL = 2_000
# What a record from outside may tell of a mention: in a file, or in what others post.
FIELDS = (
    "external_id", "text", "title", "author", "author_id", "stars", "published_at", "edited_at", "url", "lang", "place",
    "thread", "likes", "shares", "replies", "views", "answer", "answered_at",
)  # fmt: skip
_ELSEWHERE = re.compile(r"https?://\S+|@\w+")
_WORD = re.compile(r"[^\W_]+")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # NUL: PostgreSQL refuses it; lone surrogates: UTF-8 does


def storable(value: Any) -> Any:
    """Text without what no database takes (NUL, lone surrogates); other types untouched."""
    return _UNSTORABLE.sub("\ufffd", value) if isinstance(value, str) else value


def _line(value: Any) -> Any:
    value = storable(value)
    return " ".join(value.split())[:MAX_LINE] or None if isinstance(value, str) else value


def _text(value: Any) -> Any:
    value = storable(value)
    return value.strip()[:MAX_TEXT] if isinstance(value, str) else value


def _url(value: Any) -> Any:
    """Only http(s) is a link: anything else (javascript:, data:) is dropped, the mention is kept."""
    value = storable(value)
    if not isinstance(value, str) or not value.lower().startswith(("http://", "https://")):
        return None
    return value if len(value.encode()) <= MAX_URL else None  # an index holds no more


def _stars(value: float | None) -> float | None:
    if value is not None and not 0 < value <= 5:
        raise ValueError(f"stars are on a five-point scale, not {value}")
    return value


def _count(value: int | None) -> int | None:
    return None if value is None or value < 0 else min(value, 2**31 - 1)


Id = Annotated[str, BeforeValidator(lambda value: storable(str(value))[:MAX_LINE])]
Line = Annotated[str | None, BeforeValidator(_line)]
Body = Annotated[str, BeforeValidator(_text)]
Said = Annotated[str | None, BeforeValidator(_text)]
Url = Annotated[str | None, BeforeValidator(_url)]
Stars = Annotated[float | None, AfterValidator(_stars)]
Count = Annotated[int | None, AfterValidator(_count)]
Utc = Annotated[datetime, AfterValidator(aware)]


class NewMention(SQLModel):
    """A mention as a spider yields it.

    `external_id` is unique within brand and platform; `thread` is the external id of the conversation's first
    mention (its own for that one); `stars` are on a 5-point scale; `lang` is what the platform says, if it does;
    `answer` is the brand's own reply seen on the platform. Raises `pydantic.ValidationError`.
    """

    brand: str
    source: str
    platform: str
    external_id: Id
    text: Body = ""
    title: Line = None
    author: Line = None
    author_id: Line = None
    stars: Stars = None
    lang: Line = None
    published_at: Utc
    edited_at: Utc | None = None
    url: Url = None
    place: Line = Field(default=None, description="the product, shop or app it is about")
    thread: Line = None
    likes: Count = None
    shares: Count = None
    replies: Count = None
    views: Count = None
    followers: Count = Field(default=None, description="how many may see what this author writes")
    answer: Said = None
    answered_at: Utc | None = None

    @property
    def engagement(self) -> tuple[int | None, int | None, int | None, int | None]:
        return self.likes, self.shares, self.replies, self.views


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def content_hash(mention: NewMention) -> str:
    """Changes when the author changed what a reader sees: title, text or stars."""
    return _digest(mention.title or "", mention.text, f"{mention.stars or 0:g}")


def identity(brand: str, platform: str, external_id: str) -> str:
    """The key under which an erased mention is remembered."""
    return _digest("mention", brand, platform, external_id)


def author_key(platform: str, author_id: str | None, author: str | None) -> str | None:
    """One person on one platform, by id where the platform gives one, else by name; None: anonymous."""
    name = author_id or author
    return _digest("author", platform, name.casefold()) if name else None


def text_key(text: str) -> str | None:
    """Equal for the same text in other clothes (case, spaces, accents, links); None: too short to tell."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    if "@" in plain or "://" in plain:
        plain = _ELSEWHERE.sub(" ", plain)
    words = _WORD.findall(plain)
    return _digest("text", " ".join(words)) if sum(map(len, words)) >= 24 else None
