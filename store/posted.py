"""What somebody posts to us, taken in up to a limit."""

from collections.abc import AsyncIterable


async def taken(stream: AsyncIterable[bytes], most: int) -> bytes | None:
    """All of the stream; None as soon as it is larger than `most` bytes."""
    body = bytearray()
    async for chunk in stream:
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)
