"""Motion-capture and muscle recordings (C3D) and phone calls (WAV) turned into numbers that a person can act on.

`analyze` makes the report of a recording, `analyze_many` those of many files. `read_c3d` and `read_wav` give the recordings themselves, as numpy
arrays with time on the last axis; `C3dReader` gives parts of them; `write_c3d` and `write_wav` make files of arrays. `dsp` filters arrays, `emg` finds
contractions and scores in them. What a reader had to guess is a `Warning`, what fails is an exception under `Error` with a stable ``code``.

Every function releases the interpreter's lock while it works and may be called from many threads: a thread pool is enough, processes are not
needed. Nothing is compiled at run time, so the first call is as fast as the second.

Examples
--------
>>> import myovox
>>> report = myovox.analyze("fixtures/files/ghostly_named.c3d")
>>> for channel in report["emg"]["channels"]:
...     print(channel["label"], channel["parameters"]["contractions"])
EMG Left Quad 5
EMG Right Quad 6
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from myovox._analysis import (
    ConfigLike,
    SessionLike,
    analyze,
    analyze_html,
    analyze_json,
    analyze_many,
    report_schema,
    session_schema,
)
from myovox._errors import ConfigError, DataError, Error, InternalError, IoError, LimitError, UnsupportedError
from myovox._native import (
    C3dPart,
    C3dReader,
    C3dRecording,
    Event,
    ForcePlatform,
    ForcePlatforms,
    Rotations,
    Warning,
    WavRecording,
    __version__,
)
from myovox._recordings import Policy, Source, read_c3d, read_wav, write_c3d, write_wav
from myovox._report import Report

if TYPE_CHECKING:
    from types import ModuleType

    from myovox import dsp, emg

__all__ = [
    "C3dPart",
    "C3dReader",
    "C3dRecording",
    "ConfigError",
    "ConfigLike",
    "DataError",
    "Error",
    "Event",
    "ForcePlatform",
    "ForcePlatforms",
    "InternalError",
    "IoError",
    "LimitError",
    "Policy",
    "Report",
    "Rotations",
    "SessionLike",
    "Source",
    "UnsupportedError",
    "Warning",
    "WavRecording",
    "__version__",
    "analyze",
    "analyze_html",
    "analyze_json",
    "analyze_many",
    "dsp",
    "emg",
    "read_c3d",
    "read_wav",
    "report_schema",
    "session_schema",
    "write_c3d",
    "write_wav",
]


def __getattr__(name: str) -> ModuleType:
    """The modules for arrays, when they are first asked for: an import that wants reports alone stays light."""
    if name in ("dsp", "emg"):
        import importlib  # noqa: PLC0415 -- as above

        return importlib.import_module(f"myovox.{name}")
    raise AttributeError(f"module 'myovox' has no attribute '{name}'")
