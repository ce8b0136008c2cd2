"""Reading: a path, bytes or a file object becomes a recording with numpy arrays."""

from __future__ import annotations

import os
from typing import Literal, Protocol, TypeAlias, TypedDict

from myovox import _native


class SupportsRead(Protocol):
    """A binary file object."""

    def read(self) -> bytes | bytearray | memoryview: ...


Source: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview | SupportsRead
"""What a recording is read from: a path, its bytes, or a binary file object, which is read to its end."""

Policy: TypeAlias = Literal["lenient", "strict", "recover"]
"""What a reader does with a file that contradicts itself."""


class ChunkInfo(TypedDict):
    """A chunk of a WAV file."""

    id: str
    """Its name, escaped where it is no ASCII."""
    offset: int
    """Offset of its header in the file."""
    bytes: int
    """Size of its content as claimed; for the samples as taken."""


class InfoText(TypedDict):
    """One text of LIST/INFO."""

    id: str
    """What it is: ``INAM`` title, ``IART`` artist, ``ICRD`` date, ``ISFT`` software."""
    text: str
    """The text."""


class BroadcastExtension(TypedDict):
    """The broadcast extension ``bext``."""

    description: str
    """Description of the sound."""
    originator: str
    """Name of the originator."""
    originator_reference: str
    """Reference of the originator."""
    origination_date: str
    """``yyyy-mm-dd``."""
    origination_time: str
    """``hh:mm:ss``."""
    time_reference: int
    """First sample since midnight, in samples."""
    version: int
    """Version of the extension."""
    coding_history: str
    """How the recording was coded so far."""


class CuePoint(TypedDict):
    """A mark in the recording."""

    id: int
    """Number by which labels name it."""
    frame: int
    """Its frame, from 0."""


class CueText(TypedDict):
    """A text that belongs to a mark."""

    cue: int
    """The ``id`` of the mark."""
    id: str
    """``labl`` for a title, ``note`` for a comment."""
    text: str
    """The text."""


class WavMetadata(TypedDict):
    """What stands beside the samples; empty or ``None`` where the file has none of it."""

    info: list[InfoText]
    """LIST/INFO, in file order."""
    broadcast: BroadcastExtension | None
    """``bext``."""
    cues: list[CuePoint]
    """Marks, in file order."""
    cue_texts: list[CueText]
    """Their texts, in file order."""
    fact_samples: int | None
    """Samples per channel as ``fact`` or ``ds64`` has it."""
    ixml: str | None
    """``iXML``."""


def read_c3d(path_or_bytes: Source, *, policy: Policy = "lenient") -> _native.C3dRecording:
    """Read a C3D recording: markers, analog channels, events and parameters.

    Parameters
    ----------
    path_or_bytes : str, os.PathLike, bytes, bytearray, memoryview or binary file object
        The recording. Memory that can change is copied first.
    policy : {"lenient", "strict", "recover"}
        What to do with a file that contradicts itself: ``lenient`` (default) reads what is there, and every guess is a warning; ``strict``
        makes a guess that could change a number an error; ``recover`` is as ``lenient``, and unfinished recordings are counted from their size.

    Returns
    -------
    C3dRecording
        Its arrays own the memory that they were decoded into; nothing is copied. Time is the last axis. A rate or time that is not known is NaN.

    Raises
    ------
    DataError
        The bytes are no C3D file, or end before what everything else needs; under ``strict`` the first guess.
    IoError
        The path cannot be read.
    LimitError
        The file claims more than the default limits permit.
    ConfigError
        `policy` is none of the three.

    Examples
    --------
    >>> import myovox
    >>> recording = myovox.read_c3d("fixtures/files/markers_intel_float.c3d")
    >>> recording
    C3dRecording(points=(4, 3, 20) at 100 Hz, analog=(3, 80) at 400 Hz, 4 events, 0 warnings)
    >>> recording.point_labels[0], recording.parameters["POINT"]["UNITS"]
    ('LASI', 'mm')
    """
    return _native.read_c3d(path_or_bytes, policy=policy)


def read_wav(path_or_bytes: Source, *, policy: Policy = "lenient", raw: str | None = None) -> _native.WavRecording:
    """Read a WAV recording (RIFF, RIFX, RF64, BW64, Wave64), samples without a header, or compressed sound.

    FLAC, ALAC, MP3, AAC-LC, Vorbis and Opus are read in their containers (MP4/M4A, Ogg, WebM, CAF), and AIFF and AU; the kind follows from the
    bytes, never from the name. The encoder's delay is cut where the file states it, and a warning says where it does not.

    Parameters
    ----------
    path_or_bytes : str, os.PathLike, bytes, bytearray, memoryview or binary file object
        The recording. Memory that can change is copied first.
    policy : {"lenient", "strict", "recover"}
        What to do with a file that contradicts itself, as for `read_c3d`.
    raw : str, optional
        Coding, rate and channels of samples without a header: ``"mulaw:8000"``, ``"s16le:16000:2"``. By default the header says it, and a file
        without one is refused.

    Returns
    -------
    WavRecording
        Channels are never mixed and never dropped. The array owns the memory that it was decoded into; nothing is copied.

    Raises
    ------
    DataError
        The bytes are no such file, or hold NaN or infinity; under ``strict`` the first guess.
    UnsupportedError
        A coding that is not read.
    IoError
        The path cannot be read.
    LimitError
        The file claims more than the default limits permit.
    ConfigError
        `policy` or `raw` is wrong.

    Examples
    --------
    >>> import myovox
    >>> call = myovox.read_wav(bytes([0x80, 0xFF, 0x00]), raw="mulaw:8000")
    >>> call.sample_rate, call.samples.shape
    (8000, (1, 3))
    >>> call.samples[0].tolist()
    [0.9803466796875, 0.0, -0.9803466796875]
    """
    return _native.read_wav(path_or_bytes, policy=policy, raw=raw)
