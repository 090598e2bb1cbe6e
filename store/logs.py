"""How log lines look: one line each, the sentence, then the `action` key and ids. Texts and secrets never reach a log.

Ours are shown from INFO on, those of libraries from WARNING on: what a library says at INFO may quote what it carries.
"""

import logging
import sys
import time
from pathlib import Path
from typing import TextIO

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
OURS = ("store", "platforms", "crawlers", "sentiment", "alerts", "web", "demo", "scheduler", "workers", "cli")


class Lines(logging.Formatter):
    """`2026-11-24T11:00:00Z INFO alerts.outbox delivered action=outbox.delivered notification=7`"""

    default_time_format = "%Y-%m-%dT%H:%M:%SZ"
    default_msec_format = ""
    converter = staticmethod(time.gmtime)

    def __init__(self, *, timed: bool = True) -> None:
        super().__init__(f"{'%(asctime)s ' if timed else ''}%(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        told = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        keys = " ".join(f"{name}={value}" for name, value in sorted(told.items(), key=_action_first))
        line = super().formatMessage(record)
        return f"{line} {keys}" if keys else line


def log_to(stream: TextIO | None = None, level: int = logging.INFO, *, timed: bool = True) -> None:
    """Sends the log of this process to `stream` (standard error), in place of what was set up before."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Lines(timed=timed))
    handler.addFilter(lambda record: _is_ours(record.name) or record.levelno >= logging.WARNING)
    logging.basicConfig(level=level, handlers=[handler], force=True)


def place(error: BaseException) -> str:
    """What went wrong and where, without the values: an error's own words may quote a text."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    where = f" at {Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame else ""
    return f"{type(error).__name__}{where}"


def _is_ours(name: str) -> bool:
    return name.split(".", 1)[0] in OURS


def _action_first(key: tuple[str, object]) -> tuple[bool, str]:
    return key[0] != "action", key[0]
