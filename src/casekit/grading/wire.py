"""Frames between processes: a length, then MessagePack. Nothing that arrives is ever executed."""

import select
import socket
import struct
import time
from collections.abc import Iterable, Mapping
from typing import Any

import msgpack

MOST_BYTES = 64 * 2**20
"""Longest message that is accepted unless told otherwise."""

MOST_OPENED = 4 * 2**20
"""Longest message of a student's process that the supervisor opens."""

MOST_PARTS = 400_000
"""Most lists and dictionaries in one: an empty one takes a byte here and sixty in memory."""

ANY = 2**31
"""For messages of the supervisor, which is trusted."""

_LENGTH = struct.Struct(">I")
_PIECE = 2**20


class Broken(Exception):  # noqa: N818 - it says what happened
    """The other side has gone, or sent what is no frame."""


class Gone(Broken):
    """The other side has gone."""


class Late(Exception):  # noqa: N818 - it says what happened
    """Nothing came in time."""


def pack(message: Any) -> bytes:
    """Return a message as bytes.

    Args:
        message: Lists, dictionaries, text, bytes, numbers, None.
    """
    return bytes(msgpack.packb(message, unicode_errors="surrogatepass"))


def unpack(data: bytes, most_parts: int | None = None) -> Any:
    """Return the message in some bytes.

    Args:
        data: The bytes.
        most_parts: Most lists and dictionaries that it may have; None sets no limit.

    Raises:
        Broken: If they hold none, or a larger one.
    """
    counted = None if most_parts is None else _Counted(most_parts)
    try:
        # Keys are text, and there are no extensions: objects as keys can be made to collide.
        return msgpack.unpackb(
            data, unicode_errors="surrogatepass", strict_map_key=True, max_ext_len=0,
            list_hook=counted, object_hook=counted,
        )  # fmt: skip
    except (ValueError, TypeError, MemoryError, msgpack.UnpackException) as problem:
        message = f"no message: {type(problem).__name__}"
        raise Broken(message) from problem


def sealed(kind: str, ticket: Any, inside: dict[str, Any]) -> dict[str, Any]:
    """Return a message whose content is packed by itself: who passes it on does not open it."""
    return {"kind": kind, "ticket": ticket, "inside": pack(inside)}


class _Counted:
    """Lets so many parts pass, and no more."""

    def __init__(self, most: int) -> None:
        self._left = most

    def __call__(self, part: Any) -> Any:
        self._left -= 1
        if self._left < 0:
            message = "too many parts"
            raise ValueError(message)
        return part


def send(channel: socket.socket, message: Any, until: float | None = None) -> None:
    """Send a message.

    Args:
        channel: A stream socket.
        message: See `pack`.
        until: When to stop trying, by `time.monotonic`; None tries on.

    Raises:
        Broken: If the other side has gone.
        Late: If it does not read.
    """
    send_packed(channel, pack(message), until)


def send_files(
    channel: socket.socket,
    message: dict[str, Any],
    files: Mapping[str, bytes],
    until: float | None = None,
) -> None:
    """Send a message with files' names in it, and their contents each in a frame; see `send`."""
    send(channel, message | {"files": list(files)}, until)
    for content in files.values():
        send_packed(channel, content, until)


def send_packed(channel: socket.socket, data: bytes, until: float | None = None) -> None:
    """Send a message that is packed already; see `send`."""
    whole = memoryview(data)
    for part in (_LENGTH.pack(len(data)) + whole[:_PIECE], whole[_PIECE:]):
        left = memoryview(part)
        while left:
            _wait(channel, select.POLLOUT, until)
            try:
                left = left[channel.send(left[:_PIECE], socket.MSG_DONTWAIT) :]
            except BlockingIOError:
                continue
            except OSError as problem:
                raise Gone(str(problem)) from problem


def receive(
    channel: socket.socket,
    until: float | None = None,
    most: int = MOST_BYTES,
    most_parts: int | None = None,
) -> Any:
    """Wait for a message and return it.

    Args:
        channel: A stream socket.
        until: When to stop waiting, by `time.monotonic`; None waits on.
        most: Longest message that is accepted, in bytes.
        most_parts: See `unpack`.

    Raises:
        Broken: If the other side has gone, or sent no message.
        Late: If it did not come in time.
    """
    return unpack(receive_packed(channel, until, most), most_parts)


def receive_files(
    channel: socket.socket, names: Iterable[str], until: float | None = None, most: int = ANY
) -> dict[str, bytes]:
    """Wait for the contents of files that a message has named; see `receive`.

    Args:
        channel: A stream socket.
        names: Their names.
        until: When to stop waiting.
        most: Most bytes that are accepted, of all together.
    """
    files: dict[str, bytes] = {}
    for name in names:
        files[name] = receive_packed(channel, until, most)
        most -= len(files[name])
    return files


def receive_packed(
    channel: socket.socket, until: float | None = None, most: int = MOST_BYTES
) -> bytes:
    """Wait for a message and return it as it came; see `receive`."""
    (length,) = _LENGTH.unpack(_exactly(channel, _LENGTH.size, until))
    if length > most:
        message = f"a message of {length} bytes"
        raise Broken(message)
    return _exactly(channel, length, until)


def _exactly(channel: socket.socket, length: int, until: float | None) -> bytes:
    parts, missing = [], length
    while missing:
        _wait(channel, select.POLLIN, until)
        try:
            part = channel.recv(min(missing, _PIECE), socket.MSG_DONTWAIT)
        except BlockingIOError:  # urgent data of a hostile sender, which is not for us
            continue
        except OSError as problem:
            raise Gone(str(problem)) from problem
        if not part:
            message = "the other side has gone"
            raise Gone(message)
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _wait(channel: socket.socket, what: int, until: float | None) -> None:
    poll = select.poll()
    poll.register(channel, what)
    left = None if until is None else max(0.0, 1000 * (until - time.monotonic()))
    if not poll.poll(left):
        raise Late


def is_ready(channel: socket.socket, seconds: float) -> bool:
    """Wait a while for something to arrive, and say whether it has."""
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    return bool(poll.poll(1000 * seconds))
