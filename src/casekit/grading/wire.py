"""Frames between processes: a length, then MessagePack. Nothing that arrives is ever executed."""

import select
import socket
import struct
import time
from typing import Any

import msgpack

MOST_BYTES = 64 * 2**20
"""Longest frame that is accepted."""

_LENGTH = struct.Struct(">I")
_PIECE = 2**20


class Broken(Exception):  # noqa: N818 - it says what happened
    """The other side has gone, or sent what is no frame."""


class Late(Exception):  # noqa: N818 - it says what happened
    """Nothing came in time."""


def pack(message: Any) -> bytes:
    """Return a message as bytes.

    Args:
        message: Lists, dictionaries, text, bytes, numbers, None.
    """
    return bytes(msgpack.packb(message, unicode_errors="surrogatepass"))


def unpack(data: bytes) -> Any:
    """Return the message in some bytes.

    Raises:
        Broken: If they hold none.
    """
    try:
        return msgpack.unpackb(data, unicode_errors="surrogatepass", strict_map_key=False)
    except (ValueError, TypeError, msgpack.UnpackException) as problem:
        message = f"no message: {type(problem).__name__}"
        raise Broken(message) from problem


def send(channel: socket.socket, message: Any) -> None:
    """Send a message.

    Raises:
        Broken: If the other side has gone.
    """
    send_packed(channel, pack(message))


def send_packed(channel: socket.socket, data: bytes) -> None:
    """Send a message that is packed already.

    Raises:
        Broken: If the other side has gone, or the message is too long.
    """
    if len(data) > MOST_BYTES:
        message = f"a message of {len(data)} bytes"
        raise Broken(message)
    try:
        channel.sendall(_LENGTH.pack(len(data)) + data)
    except OSError as problem:
        raise Broken(str(problem)) from problem


def receive(channel: socket.socket, until: float | None = None) -> Any:
    """Wait for a message and return it.

    Args:
        channel: A stream socket.
        until: When to stop waiting, by `time.monotonic`; None waits on.

    Raises:
        Broken: If the other side has gone, or sent no message.
        Late: If it did not come in time.
    """
    return unpack(receive_packed(channel, until))


def receive_packed(channel: socket.socket, until: float | None = None) -> bytes:
    """Wait for a message and return it as it came; see `receive`."""
    (length,) = _LENGTH.unpack(_exactly(channel, _LENGTH.size, until))
    if length > MOST_BYTES:
        message = f"a message of {length} bytes"
        raise Broken(message)
    return _exactly(channel, length, until)


def _exactly(channel: socket.socket, length: int, until: float | None) -> bytes:
    parts, missing = [], length
    while missing:
        _wait(channel, until)
        try:
            part = channel.recv(min(missing, _PIECE))
        except OSError as problem:
            raise Broken(str(problem)) from problem
        if not part:
            message = "the other side has gone"
            raise Broken(message)
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _wait(channel: socket.socket, until: float | None) -> None:
    if until is None:
        return
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    if not poll.poll(max(0, 1000 * (until - time.monotonic()))):
        raise Late


def is_ready(channel: socket.socket, seconds: float) -> bool:
    """Wait a while for something to arrive, and say whether it has."""
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    return bool(poll.poll(1000 * seconds))
