"""The errors every part shares.

AscoltoError
├── ConfigError        the configuration is wrong: each problem with its place and mend (exit status 2)
├── Transient          try again, not before `retry_after` seconds
│   └── Uncertain      it may have happened all the same: reconcile before trying again
└── Permanent          trying again cannot help: tell a person
    └── Unusable       what a setting names cannot be used (exit status 2)
"""

from collections.abc import Sequence


class AscoltoError(Exception):
    """Base of all errors that Ascolto raises on purpose."""


class ConfigError(AscoltoError):
    """The configuration cannot be used; `problems` has one line each, with the place and the mend."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


class Transient(AscoltoError):
    """It failed now and may work later. `retry_after`: seconds that the other side asked for, if any."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Uncertain(Transient):
    """No answer came: the other side may have accepted it. Look before sending again."""


class Permanent(AscoltoError):
    """It will fail each time. `reason` is a short code, `mend` says what a person can do."""

    def __init__(self, reason: str, mend: str = "") -> None:
        super().__init__(f"{reason}: {mend}" if mend else reason)
        self.reason = reason
        self.mend = mend


class Unusable(Permanent):
    """What a setting names, such as ASCOLTO_MODEL, is not there or is no such thing: the setting is wrong."""
