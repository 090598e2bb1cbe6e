"""What a form has sent: names and values, read from the body of a request, which nobody has to believe."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

MOST = 500_000  # bytes: a reply of any platform, or a brand's questions and answers, with its form
FIELDS = 2_000


class TooMuch(Exception):
    """More than any form of ours sends, or none of its kind."""


@dataclass(frozen=True, slots=True)
class Posted:
    """Names and values, in their order."""

    pairs: Sequence[tuple[str, str]] = ()

    def get(self, name: str) -> str:
        """The last value of that name; empty where there is none."""
        return next((value for known, value in reversed(self.pairs) if known == name), "")

    def all(self, name: str) -> list[str]:
        return [value for known, value in self.pairs if known == name]

    def click(self, what: str) -> str:
        """The id of a click that does `what`: a page has one for all its forms, and one deed is not another."""
        given = self.get("click")
        return f"{what}:{given}"[:60] if given else ""

    def names(self) -> list[str]:
        return list(dict.fromkeys(name for name, _ in self.pairs))


async def read_form(request: Request) -> Posted:
    """The form in the body. Raises `TooMuch`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST:
            raise TooMuch
    if body and kind != "application/x-www-form-urlencoded":
        raise TooMuch
    try:
        pairs = parse_qsl(
            body.decode("ascii", "replace"),
            keep_blank_values=True,
            max_num_fields=FIELDS,
            errors="replace",
        )
    except ValueError:
        raise TooMuch from None
    return Posted([(name, value.replace("\r\n", "\n")) for name, value in pairs])
