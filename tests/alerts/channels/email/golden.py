"""Every kind of message as an e-mail: `python -m tests.alerts.channels.email.golden` writes the golden files anew."""

from pathlib import Path

from alerts.channels.email.letter import letter
from alerts.channels.email.message import as_html, as_text
from alerts.words import Words
from tests.alerts.channels.kinds import ALONE

GOLDEN = Path(__file__).with_name("golden")
AS_HTML = ("critical", "line_raised", "start", "foreign", "report_whole")  # all looks that a part can have


def files() -> dict[Path, str]:
    """Each golden file with what it should hold."""
    expected = {}
    for kind, view in ALONE.items():
        for lang in ("en", "it"):
            written = letter(view, Words(lang, lasting=True))
            expected[GOLDEN / f"{kind}.{lang}.txt"] = f"Subject: {written.subject}\n\n{as_text(written)}"
            if kind in AS_HTML:
                expected[GOLDEN / f"{kind}.{lang}.html"] = as_html(written, lang) + "\n"
    return expected


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for path, content in files().items():
        path.write_text(content, encoding="utf-8")
