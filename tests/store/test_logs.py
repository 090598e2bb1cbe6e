"""Log lines: the sentence, then the action and ids; what libraries say below a warning is not shown."""

import io
import logging
from collections.abc import Iterator

import pytest

from store.logs import Lines, log_to, place


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)


def logged(name: str, level: int, message: str, **extra: object) -> str:
    stream = io.StringIO()
    log_to(stream, timed=False)
    logging.getLogger(name).log(level, message, extra=extra)
    return stream.getvalue()


def test_a_line_names_the_action_first_and_then_the_ids() -> None:
    line = logged(
        "alerts.outbox", logging.INFO, "delivered", case=3, action="outbox.delivered", notification=7
    )
    assert line == "INFO alerts.outbox: delivered action=outbox.delivered case=3 notification=7\n"


def test_libraries_are_shown_from_warnings_on() -> None:
    assert logged("slack_bolt", logging.INFO, "a body with a text") == ""
    assert logged("slack_bolt", logging.WARNING, "careful") == "WARNING slack_bolt: careful\n"
    assert logged("alertsmith", logging.INFO, "not ours") == ""


def test_setting_up_again_replaces_what_was_there() -> None:
    first, second = io.StringIO(), io.StringIO()
    log_to(first)
    log_to(second)
    logging.getLogger("store").info("once")
    assert (first.getvalue(), second.getvalue().count("once")) == ("", 1)


def test_times_are_utc_to_the_second() -> None:
    record = logging.makeLogRecord({"name": "store", "levelname": "INFO", "msg": "here", "created": 1.5})
    assert Lines().format(record) == "1970-01-01T00:00:01Z INFO store: here"


def test_the_place_of_an_error_holds_none_of_its_words() -> None:
    with pytest.raises(ValueError) as raised:
        int("giulia wrote this")
    assert place(raised.value).startswith("ValueError at test_logs.py:")
    assert place(KeyError("giulia")) == "KeyError"
