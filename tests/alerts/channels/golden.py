"""Every kind of message in every language and channel, beside what it must be: `python -m tests.alerts.channels.golden`
writes the golden files anew; the difference is then read like code."""

import io
import json
from pathlib import Path

from alerts.channels.console import Console
from alerts.channels.slack.blocks import render
from alerts.views import View
from alerts.words import Words
from tests.alerts.channels.kinds import KINDS

GOLDEN = Path(__file__).with_name("golden")


def slack(view: View, lang: str) -> str:
    """What goes to Slack, as JSON that people can read."""
    message = render(view, Words(lang, lasting=True))
    shown = {"text": message.text, "blocks": list(message.blocks)}
    return json.dumps(shown, ensure_ascii=False, indent=1) + "\n"


def console(view: View, lang: str) -> str:
    """What a terminal of 100 columns shows."""
    stream = io.StringIO()
    Console(stream, Words(lang), width=100).post("console", view, "key")
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def files() -> dict[Path, str]:
    """Each golden file with what it should hold."""
    expected = {}
    for kind, view in KINDS.items():
        for lang in ("en", "it"):
            expected[GOLDEN / f"{kind}.{lang}.json"] = slack(view, lang)
            expected[GOLDEN / f"{kind}.{lang}.txt"] = console(view, lang)
    return expected


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for path, content in files().items():
        path.write_text(content, encoding="utf-8")
