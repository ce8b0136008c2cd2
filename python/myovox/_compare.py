"""`myovox compare`: where two readers differ on a recording, so that a fault of either can be reported with one command."""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
import tempfile
from typing import Any

import numpy as np
import numpy.typing as npt

import myovox
from myovox import _peers

TIME_LIMIT_S = 120
"""A reader that has not ended by then has hung."""

TOLERANCE = 1e-6
"""Numbers that differ by less than this part of the largest one are equal: some readers hold 32-bit floats."""


def fields_of(path: str, reader: str) -> tuple[_peers.Fields, list[myovox.Warning]]:
    """The recording as myovox reads it, in the fields that `reader` has, and what was doubtful."""
    if reader in _peers.WAV_READERS:
        sound = myovox.read_wav(path)
        return _peers.wav_fields(sound.samples.T, sound.sample_rate), sound.warnings
    recording = myovox.read_c3d(path)
    fields = _peers.c3d_fields(
        recording.points,
        recording.residuals,
        recording.analog,
        recording.point_rate,
        recording.analog_rate,
        recording.point_labels,
        recording.analog_labels,
    )
    return fields, recording.warnings


def fields_of_peer(path: str, reader: str) -> _peers.Fields | str:
    """The recording as `reader` reads it, or in words how it failed."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "fields.npz")
        command = [sys.executable, "-m", "myovox._peers", reader, path, out]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, errors="replace", timeout=TIME_LIMIT_S, check=False
            )
        except subprocess.TimeoutExpired:
            return f"still reading after {TIME_LIMIT_S} s"
        if done.returncode < 0:
            return f"crashed (signal {-done.returncode})"
        if done.returncode > 0:
            lines = done.stderr.strip().splitlines()
            return f"refused: {lines[-1] if lines else f'status {done.returncode}'}"
        with np.load(out, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}


def difference(ours: npt.NDArray[Any], theirs: npt.NDArray[Any], names: list[str]) -> str | None:
    """In words how two values of a field differ; nothing where they are equal. `names` are those of the first axis."""
    if ours.shape != theirs.shape:
        return f"shape {ours.shape} against {theirs.shape}"
    if ours.dtype.kind == "U":
        unequal = np.flatnonzero(np.ravel(ours != theirs))
        if not unequal.size:
            return None
        first = unequal[0]
        return f"{unequal.size} differ, first number {first + 1}: {str(ours[first])!r} against {str(theirs[first])!r}"
    if not ours.ndim:
        return None if ours == theirs or (ours != ours and theirs != theirs) else f"{ours} against {theirs}"
    a, b = ours.astype(np.float64), theirs.astype(np.float64)
    finite = np.abs(a[np.isfinite(a)])
    allowed = TOLERANCE * (finite.max() if finite.size else 0.0)
    with np.errstate(invalid="ignore"):
        unequal = ~((a == b) | (np.isnan(a) & np.isnan(b)) | (np.abs(a - b) <= allowed))
    if not unequal.any():
        return None
    at = tuple(int(i) for i in np.argwhere(unequal)[0])
    name = names[at[0]] if at[0] < len(names) and names[at[0]] else f"number {at[0] + 1}"
    largest = np.nanmax(np.abs(a - b)[unequal], initial=0.0)
    where = f"first in {name} at {at[-1]}: {a[at]} against {b[at]}"
    return f"{int(unequal.sum())} of {a.size} differ by up to {largest:.6g}, {where}"


def shown(value: npt.NDArray[Any]) -> str:
    """A field in a cell of the table."""
    if value.ndim == 0:
        return str(value)
    if value.dtype.kind == "U":
        return f"{value.size} labels"
    return " x ".join(str(length) for length in value.shape)


def compare(path: str, reader: str) -> bool:
    """Print where myovox and `reader` differ on `path`; whether it could be read and they agree."""
    warnings: list[myovox.Warning] = []
    try:
        ours: _peers.Fields | str
        ours, warnings = fields_of(path, reader)
    except myovox.IoError as error:
        print(f"myovox: {error}", file=sys.stderr)
        return False
    except myovox.Error as error:
        ours = f"refused: {error}"
    theirs = fields_of_peer(path, reader)
    print(f"{path}: myovox {myovox.__version__} against {reader} {importlib.metadata.version(reader)}")
    for warning in warnings:
        print(f"  myovox warns: {warning.code}: {warning.message}")
    if isinstance(ours, str) or isinstance(theirs, str):
        print(f"  myovox: {ours if isinstance(ours, str) else 'reads it'}")
        print(f"  {reader}: {theirs if isinstance(theirs, str) else 'reads it'}")
        return isinstance(ours, str) and isinstance(theirs, str)
    labels = {"coordinates": "marker labels", "residuals": "marker labels", "analog samples": "analog labels"}
    differences = 0
    for field, value in ours.items():
        if field not in theirs:
            continue
        names = [str(name) for name in ours[labels[field]]] if field in labels else []
        found = difference(value, theirs[field], names)
        differences += found is not None
        print(f"  {field:<20} {shown(value):<18} {'equal' if found is None else 'DIFFERS: ' + found}")
    print(f"  {differences} fields differ" if differences else "  no difference")
    return not differences


def main(arguments: list[str]) -> int:
    """The verb `compare`; gives the exit status: 0 all agree, 1 some differ, 2 wrong usage."""
    parser = argparse.ArgumentParser(
        prog="myovox compare",
        description="Read recordings with myovox and with another reader and print where they differ.",
        epilog="Exit status: 0 all agree, 1 some differ or cannot be opened, 2 wrong usage or the other reader is not installed.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="recordings: C3D for ezc3d and c3d, WAV for soundfile and scipy")
    parser.add_argument("--with", dest="reader", required=True, choices=_peers.READERS, help="the other reader")
    asked = parser.parse_args(arguments)
    if importlib.util.find_spec(asked.reader) is None:
        print(f"{asked.reader} is not installed here: pip install {asked.reader}", file=sys.stderr)
        return 2
    agree = [compare(file, asked.reader) for file in asked.files]
    return 0 if all(agree) else 1
