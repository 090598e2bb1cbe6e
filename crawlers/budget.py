"""What is asked of a platform in a day, counted by the key: sources that use the same one share its day."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from platforms.base import Platform, SourceOptions

# The options that name the variable with what a platform counts by, the closest first.
_KEYS = ("key_env", "token_env", "client_id_env")


@dataclass(slots=True)
class Purse:
    """What has been used of one day, by the name of the source."""

    used: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.used.values())

    def others(self, name: str) -> list[str]:
        """Who has used something beside this source."""
        return sorted(other for other, units in self.used.items() if units and other != name)


def quota(options: SourceOptions, platform: Platform, secrets: Mapping[str, str]) -> str | None:
    """The same for all sources that the platform counts together; None where each is counted by itself.

    Made of the key, of which nothing can be told by it.
    """
    names: tuple[str, ...] = _KEYS
    if (consent := platform.consent) and getattr(options, consent.keeps, None):
        names = (consent.client_id,)  # signed in as a person: the application is counted
    variable = next((told for name in names if (told := getattr(options, name, None))), None)
    place = str(getattr(options, "base_url", "")).rstrip("/")
    key = secrets.get(variable, "").strip() if variable else ""
    if not key or not place or not platform.api:
        return None
    return hashlib.sha256("\x1f".join((options.type, place, key)).encode()).hexdigest()[:16]
