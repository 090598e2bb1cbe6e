"""The server's end of Socket Mode, as far as Slack's own client needs it: one WebSocket, spoken by hand."""

import base64
import contextlib
import hashlib
import itertools
import json
import socket as sockets
import struct
from collections.abc import Callable
from threading import Lock
from typing import Any

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_numbers = itertools.count(1)


class Socket:
    """One connection. `acknowledged` are the envelopes that the app has confirmed."""

    def __init__(
        self,
        connection: sockets.socket,
        key: str,
        notify: Callable[[], None],
        obey: Callable[[dict[str, Any], dict[str, Any]], None] = lambda payload, said: None,
    ) -> None:
        self.acknowledged: list[str] = []
        self._connection, self._key, self._notify, self._obey = connection, key, notify, obey
        self._sent: dict[str, dict[str, Any]] = {}
        self._lock = Lock()

    def serve(self) -> None:
        """Shakes hands and reads until the connection ends."""
        accept = base64.b64encode(hashlib.sha1((self._key + _GUID).encode()).digest()).decode()
        with self._lock, contextlib.suppress(OSError):
            self._connection.sendall(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
            )
        self._send({"type": "hello", "num_connections": 1})
        with contextlib.suppress(OSError, EOFError):
            while self._answer(*self._frame()):
                pass

    def click(self, payload: dict[str, Any], envelope: str | None = None) -> str:
        """Sends a click, a modal, a command or an event; the same `envelope` again is a redelivery."""
        envelope = envelope or f"envelope-{next(_numbers)}"
        kind = (
            "events_api"
            if "event" in payload
            else "slash_commands"
            if "command" in payload
            else "interactive"
        )
        self._sent[envelope] = payload
        self._send(
            {
                "type": kind,
                "envelope_id": envelope,
                "payload": payload,
                "accepts_response_payload": kind != "events_api",
            }
        )
        return envelope

    def ask_to_reconnect(self) -> None:
        """What Slack says before it ends a connection of its own."""
        self._send({"type": "disconnect", "reason": "refresh_requested"})

    def drop(self) -> None:
        """The connection ends without a word."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(sockets.SHUT_RDWR)

    def _answer(self, opcode: int, content: bytes) -> bool:
        if opcode == PING:
            self._write(PONG, content)
        if opcode == TEXT:
            said = json.loads(content)
            self.acknowledged.append(said["envelope_id"])
            self._obey(self._sent.get(said["envelope_id"], {}), said.get("payload") or {})
            self._notify()
        return opcode != CLOSE

    def _send(self, message: dict[str, Any]) -> None:
        self._write(TEXT, json.dumps(message).encode())

    def _write(self, opcode: int, content: bytes) -> None:
        size = len(content)
        length = bytes([size]) if size < 126 else struct.pack("!BH", 126, size) if size < 65536 else None
        head = bytes([0x80 | opcode]) + (length or struct.pack("!BQ", 127, size))
        with self._lock, contextlib.suppress(OSError):
            self._connection.sendall(head + content)

    def _frame(self) -> tuple[int, bytes]:
        first, second = self._read(2)
        size = second & 127
        if size == 126:
            (size,) = struct.unpack("!H", self._read(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", self._read(8))
        mask = self._read(4) if second & 128 else bytes(4)
        masked = self._read(size)
        return first & 15, bytes(byte ^ mask[i % 4] for i, byte in enumerate(masked))

    def _read(self, size: int) -> bytes:
        content = b""
        while len(content) < size:
            piece = self._connection.recv(size - len(content))
            if not piece:
                raise EOFError
            content += piece
        return content
