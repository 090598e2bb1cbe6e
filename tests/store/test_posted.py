"""What is posted is taken in up to a limit, and no further."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from store.posted import taken


@pytest.mark.parametrize(
    ("most", "found", "read"), [(6, b"abcdef", 3), (5, None, 3), (3, None, 2), (0, None, 1)]
)
def test_no_more_than_the_limit_is_read(most: int, found: bytes | None, read: int) -> None:
    asked = 0

    async def stream() -> AsyncIterator[bytes]:
        nonlocal asked
        for part in (b"ab", b"cd", b"ef"):
            asked += 1
            yield part

    assert asyncio.run(taken(stream(), most)) == found
    assert asked == read
