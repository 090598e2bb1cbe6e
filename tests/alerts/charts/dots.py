"""A picture for tests: quick to draw, or impossible."""

import struct
import zlib
from dataclasses import dataclass, field

from alerts.words import Words


@dataclass(frozen=True)
class Dot:
    """One pixel; `faults` are raised by the first drawings."""

    mark: str = "dot"
    name: str = "dot.png"
    said: str = "Mentions by day: 12 on Monday"
    faults: list[Exception] = field(default_factory=list)

    def alt(self, words: Words) -> str:
        return self.said

    def draw(self, words: Words) -> bytes:
        if self.faults:
            raise self.faults.pop(0)
        return dot(self.mark)


def dot(mark: str) -> bytes:
    """A PNG of one pixel, another for another mark."""
    shade = zlib.crc32(mark.encode()) % 256
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes([0, shade]))),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
