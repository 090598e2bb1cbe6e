"""The Standard Webhooks scheme: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"""

import base64
import binascii
import hashlib
import hmac

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64  # bytes of a secret, by the specification


def secret_of(text: str) -> bytes:
    """The key within `whsec_...`. Raises ValueError, whose words hold nothing of it."""
    mend = "is no secret of Standard Webhooks: write whsec_ and 24 to 64 random bytes in base64"
    if not text.startswith(PREFIX):
        raise ValueError(mend)
    encoded = text.removeprefix(PREFIX)
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(mend) from None
    if not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(mend)
    return key


def message_id(key: str) -> str:
    """The same for the same key, however often it is sent: receivers drop a second copy by it."""
    return f"msg_{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def headers(secret: bytes, message: str, timestamp: int, body: bytes) -> dict[str, str]:
    """What proves that the body comes from whoever has the secret; `timestamp` in seconds since 1970."""
    signed = hmac.digest(secret, f"{message}.{timestamp}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }
