"""The exceptions of myovox: one base class, one class for each thing that a caller can do about it."""

from __future__ import annotations

from typing import Any


class Error(Exception):
    """The base of every exception that myovox raises about a recording, a setting or itself.

    The text is one line: the recording, the place, what was found and what was expected. An argument of a wrong type is a ``TypeError``, as
    everywhere in Python.

    Attributes
    ----------
    code : str
        Stable code, the same in Rust and C: ``c3d.not-c3d``, ``limit.memory-bytes``.
    byte : int or None
        Offset in the file.
    field : str or None
        Header field, parameter (``POINT:RATE``), chunk or setting (``emg.band.low_hz``).
    channel : str or None
        Label of the channel.

    Examples
    --------
    >>> import myovox
    >>> try:
    ...     myovox.read_c3d(b"not a recording")
    ... except myovox.Error as error:
    ...     print(type(error).__name__, error.code)
    DataError c3d.not-c3d
    """

    code: str
    byte: int | None
    field: str | None
    channel: str | None

    def __init__(
        self,
        message: str,
        *,
        code: str,
        byte: int | None = None,
        field: str | None = None,
        channel: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.byte = byte
        self.field = field
        self.channel = channel

    def __reduce__(self) -> tuple[Any, ...]:
        place = {"code": self.code, "byte": self.byte, "field": self.field, "channel": self.channel}
        return _restored, (type(self), str(self), place)


def _restored(kind: type[Error], message: str, place: dict[str, Any]) -> Error:
    """The exception that was pickled: between processes it keeps its class and its place."""
    return kind(message, **place)


class IoError(Error, OSError):
    """The operating system refused: another path, another permission. Also an ``OSError``, without ``errno``."""


class DataError(Error):
    """The bytes are not what their format says: another file, or a repaired one."""


class UnsupportedError(Error):
    """Well formed, but not read by this library: convert it first."""


class LimitError(Error):
    """A limit would be exceeded: raise it (``limits.*``) if the recording is trusted."""


class ConfigError(Error, ValueError):
    """A setting or argument is wrong: correct the call. Also a ``ValueError``."""


class InternalError(Error):
    """A fault of this library: report it."""
