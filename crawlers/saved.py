"""Pages that a person saved in a browser: read from their file, with no request to anybody.

For places whose pages no program may fetch. The file is the one that is named on the command line; nothing in a
configuration, in a page or in a name leads to another.
"""

import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from crawlers.base import Context, Page
from crawlers.importing import BadLine, Imported, Into, is_first, note_read
from crawlers.reading import HISTORY
from crawlers.spiders import trustpilot
from platforms.base import SourceOptions
from store.brand import Brand
from store.db import Database
from store.errors import Permanent
from store.mentions import store_mentions

ENDINGS = (".html", ".htm")
LARGEST = 10 << 20  # bytes; what a crawl takes of a page


def import_page(
    db: Database, path: Path, brand: Brand, source: str, *, now: datetime, on_error: Callable[[BadLine], None]
) -> Imported:
    """Stores the reviews of a page saved from Trustpilot, under the ids that its interface gives them too.

    `on_error` hears of each that cannot be read. Raises `Permanent` for a file that is no such page.
    """
    body = _read(path)
    options = SourceOptions(name=source, type="trustpilot", brand=brand.key)
    parsed = trustpilot.saved(Page(path.name, body), Context(options, brand, now))
    done, into = Imported(errors=len(parsed.problems)), Into(brand.key, source, options.type)
    for problem in parsed.problems:
        on_error(BadLine(1, problem))
    before = now - HISTORY if is_first(db, into) else None
    with db.write() as session:
        stored = store_mentions(session, parsed.mentions, now=now, history_before=before)
    done.add(stored, len(parsed.mentions))
    note_read(db, into, now)
    return done


def _read(path: Path) -> bytes:
    """The whole file. Raises `Permanent` where it is none, or larger than any page."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
            raise Permanent("no_file", f"{path} is no file")
        with path.open("rb") as file:
            body = file.read(LARGEST + 1)
    except OSError as error:
        raise Permanent("no_file", f"cannot read {path}: {error.strerror}") from None
    if len(body) > LARGEST:
        raise Permanent("too_large", f"{path} is larger than any page: save the page itself, not an archive")
    return body
