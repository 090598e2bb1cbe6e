"""The service as a process of its own, for the tests that start it, click in it and kill it."""

import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.internet import Internet
from tests.command import environment
from tests.conftest import ROOT
from tests.fake_slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, FakeSlack

# As `ascolto`, but it posts as fast as the fake answers, and looks for a message of unknown fate at once.
QUICK = """
import sys
from datetime import timedelta
from alerts import outbox
from alerts.channels.slack.client import Slack
Slack.__init__.__kwdefaults__["pace"] = timedelta(0)
outbox.deliver_waiting.__kwdefaults__["quiet"] = timedelta(0)
import cli
sys.argv = ["ascolto", *sys.argv[1:]]
cli.main()
"""
PATIENCE = 120.0  # seconds until a test that hangs fails; none waits so long
LOOK = 0.02


class Life:
    """One life of `ascolto run`, from its start to its end."""

    def __init__(self, folder: Path, *words: str, **extra: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", QUICK, *words],
            cwd=folder,
            env=environment(PYTHONPATH=str(ROOT), PYTHONUNBUFFERED="1", **extra),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            for line in stream:
                self.lines.append(line)

    @property
    def log(self) -> str:
        return "".join(self.lines)

    def until(self, condition: Callable[[], object], patience: float = PATIENCE) -> None:
        """Waits for the world to become so; fails with the log where it does not."""
        ends = time.monotonic() + patience
        while not condition():
            assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.log}"
            assert time.monotonic() < ends, f"it never became so:\n{self.log}"
            threading.Event().wait(LOOK)

    @property
    def address(self) -> str:
        """The web server's, once it has said so."""
        self.until(lambda: "The inbox: " in self.log)
        found = re.search(r"The inbox: (http://[\d.:]+)/", self.log)
        assert found is not None
        return found[1]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()

    def stop(self) -> int:
        """SIGTERM, and its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(PATIENCE)
        self._reader.join()
        return status


@contextmanager
def running(folder: Path, *words: str, **extra: str) -> Iterator[Life]:
    """A life that ends with the block, whatever happens in it."""
    life = Life(folder, *words, **extra)
    try:
        yield life
    finally:
        life.kill()


def configure(folder: Path, internet: Internet, every: str) -> str:
    """Writes a configuration that watches the small internet; gives the database's address."""
    text = re.sub(r'every = "\w+"', f'every = "{every}"', internet.config())
    (folder / "ascolto.toml").write_text(text.replace("#ascolto-ops", "#ops"), encoding="utf-8")
    return f"sqlite:///{folder / 'ascolto.db'}"


def slack_environment(slack: FakeSlack, *, socket: bool = True) -> dict[str, str]:
    """The variables that connect a service to the fake: Socket Mode, or signed HTTP."""
    known = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_API_URL": slack.url}
    return known | ({"SLACK_APP_TOKEN": APP_TOKEN} if socket else {"SLACK_SIGNING_SECRET": SIGNING_SECRET})
