"""Reading: a path, bytes or a file object becomes a recording with numpy arrays."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypedDict

import numpy as np

from myovox import _native

if TYPE_CHECKING:
    import numpy.typing as npt


class SupportsRead(Protocol):
    """A binary file object."""

    def read(self) -> bytes | bytearray | memoryview: ...


Source: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview | SupportsRead
"""What a recording is read from: a path, its bytes, or a binary file object, which is read to its end."""

Policy: TypeAlias = Literal["lenient", "strict", "recover"]
"""What a reader does with a file that contradicts itself."""

Depth: TypeAlias = Literal["float64", "float32"]
"""Numbers of an array."""


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


def write_c3d(
    path: str | os.PathLike[str],
    *,
    rate: float,
    points: npt.ArrayLike | None = None,
    point_labels: Sequence[str] = (),
    point_units: str = "mm",
    residuals: npt.ArrayLike | None = None,
    analog: npt.ArrayLike | None = None,
    analog_labels: Sequence[str] = (),
    analog_units: Sequence[str] | None = None,
    first_frame: int = 1,
    events: Sequence[tuple[str, str, float]] = (),
    processor: Literal["intel", "dec", "mips"] = "intel",
    storage: Literal["float", "integer"] = "float",
) -> list[_native.Warning]:
    """Write a C3D file from arrays: whole or not at all. A recording that was read writes itself: `C3dRecording.write`.

    Parameters
    ----------
    path : str or os.PathLike
        The file.
    rate : float
        Frames per second.
    points : array_like of float [shape=(markers, 3, frames)], optional
        Coordinates; NaN where a marker was not seen.
    point_labels : sequence of str
        One label per marker.
    point_units : str
        Unit of coordinates and residuals.
    residuals : array_like of float [shape=(markers, frames)], optional
        Negative where a marker was not seen; 0 unless given.
    analog : array_like of float [shape=(channels, samples)], optional
        Physical values; as many samples as frames, or a whole multiple.
    analog_labels, analog_units : sequence of str
        One of each per channel; units are empty unless given.
    first_frame : int
        Number of the first frame in the trial.
    events : sequence of (str, str, float)
        Label, context (``Left``, ``Right``, ``General``) and seconds from the first frame.
    processor : {"intel", "dec", "mips"}
        Number formats of the file.
    storage : {"float", "integer"}
        How points and samples are stored: 32-bit floats, or 16-bit integers with a scale.

    Returns
    -------
    list of Warning
        What was corrected or rounded.

    Examples
    --------
    >>> import os, tempfile, myovox, numpy as np
    >>> path = os.path.join(tempfile.mkdtemp(), "emg.c3d")
    >>> myovox.write_c3d(path, rate=1000.0, analog=np.zeros((1, 500)), analog_labels=["BICEPS"], analog_units=["mV"])
    []
    >>> myovox.read_c3d(path)
    C3dRecording(points=(0, 3, 500) at 1000 Hz, analog=(1, 500) at 1000 Hz, 0 events, 0 warnings)
    """
    return _native.write_c3d(
        path,
        rate=rate,
        points=None if points is None else np.asarray(points, dtype=np.float64),
        point_labels=list(point_labels),
        point_units=point_units,
        residuals=None if residuals is None else np.asarray(residuals, dtype=np.float64),
        analog=None if analog is None else np.asarray(analog, dtype=np.float64),
        analog_labels=list(analog_labels),
        analog_units=None if analog_units is None else list(analog_units),
        first_frame=first_frame,
        events=list(events),
        processor=processor,
        storage=storage,
    )


def write_wav(
    path: str | os.PathLike[str],
    samples: npt.ArrayLike,
    sample_rate: int,
    *,
    coding: Literal["pcm8", "pcm16", "pcm24", "pcm32", "float32", "float64"] = "pcm16",
    policy: Literal["lenient", "strict"] = "lenient",
) -> list[_native.Warning]:
    """Write a WAV file: whole or not at all.

    Parameters
    ----------
    path : str or os.PathLike
        The file.
    samples : array_like of float [shape=(channels, samples) or (samples,)]
        Full scale is 1. Integers are rounded to the nearest; what was read from integers comes back to the same ones.
    sample_rate : int
        Samples per second and channel.
    coding : {"pcm8", "pcm16", "pcm24", "pcm32", "float32", "float64"}
        How samples are stored.
    policy : {"lenient", "strict"}
        Whether samples beyond full scale are clipped with a warning, or an error.

    Returns
    -------
    list of Warning
        What was clipped.

    Examples
    --------
    >>> import os, tempfile, myovox
    >>> path = os.path.join(tempfile.mkdtemp(), "tone.wav")
    >>> myovox.write_wav(path, [[-1.0, 0.5, 0.25]], 8000)
    []
    >>> myovox.read_wav(path).samples.tolist()
    [[-1.0, 0.5, 0.25]]
    """
    rows = np.atleast_2d(np.asarray(samples, dtype=np.float64))
    return _native.write_wav(path, rows, sample_rate, coding=coding, policy=policy)


def read_wav(
    path_or_bytes: Source,
    *,
    policy: Policy = "lenient",
    raw: str | None = None,
    dtype: Depth = "float64",
    out: npt.NDArray[np.floating[Any]] | None = None,
    channels: Sequence[int] | None = None,
    frames: tuple[int, int] | None = None,
    memory_map: bool = False,
) -> _native.WavRecording:
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
    dtype : {"float64", "float32"}
        Numbers of the array. ``float64`` holds every coding exactly, ``float32`` up to 24 bits.
    out : numpy.ndarray of float64 or float32 [shape=(channels, samples)], optional
        Where to decode to; it becomes ``samples`` of the result. Reading into an array that is reused is several times faster than into a new
        one, whose memory the system has to provide first.
    channels : sequence of int, optional
        Channels to decode, from 0; all by default.
    frames : (int, int), optional
        First frame, from 0, and the one behind the last; all by default. Of a WAV file nothing else is read.
    memory_map : bool
        Map the file into memory instead of reading it: faster into an array that is reused. As with `numpy.memmap`, the system ends this process
        when another one cuts the file short meanwhile; only for files that nobody writes.

    Returns
    -------
    WavRecording
        Channels are never mixed and never dropped. Samples are decoded straight into the array; nothing is copied.

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
        An argument is wrong, or `out` does not fit.

    Examples
    --------
    >>> import myovox
    >>> call = myovox.read_wav(bytes([0x80, 0xFF, 0x00]), raw="mulaw:8000")
    >>> call.sample_rate, call.samples.shape
    (8000, (1, 3))
    >>> call.samples[0].tolist()
    [0.9803466796875, 0.0, -0.9803466796875]
    """
    return _native.read_wav(
        path_or_bytes,
        policy=policy,
        raw=raw,
        dtype=dtype,
        out=out,
        channels=channels,
        frames=frames,
        memory_map=memory_map,
    )
