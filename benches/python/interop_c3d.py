"""Files that myovox wrote, read by ezc3d and py-c3d.

The files, and beside each a JSON file with what it holds, come from

    cargo nextest run -p myovox --all-features --run-ignored only the_files_that_other_programs_compare
    pip install ezc3d c3d numpy
    python benches/python/interop_c3d.py target/tmp/interop_c3d

Prints one line per file and program, and fails where a number differs that the program is known to read. Known faults of the programs, each
left out of the comparison: ezc3d 1.7.2 refuses MIPS files, takes the residual from the wrong byte, and reads the padding behind more than 65535
frames as frames; py-c3d 0.6.0 ignores LABELS2 and cannot scale more than 255 channels.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import c3d
import ezc3d
import numpy as np


class Held:
    """What a file holds, as arrays with time last."""

    def __init__(self, path: Path) -> None:
        held = json.loads(path.read_text())
        self.frames = held["frames"]
        self.first_frame = held["first_frame"]
        self.markers = held["markers"]
        self.channels = held["channels"]
        self.events = held["events"]
        self.is_integer = path.stem.endswith("_integer")
        self.step = 0.51 * held["point_step"] if self.is_integer else 1e-6
        shape = (len(self.markers), 3, self.frames)
        self.points = np.array(held["points"], dtype=float).reshape(shape)
        self.residuals = np.array(held["residuals"], dtype=float).reshape(shape[0], shape[2])
        samples = len(held["analog"]) // max(len(self.channels), 1)
        self.analog = np.array(held["analog"], dtype=float).reshape(len(self.channels), samples)
        self.analog_step = np.abs(self.analog).max(initial=0.0) / 32000 * 0.51 if self.is_integer else 1e-9


def compare(held: Held, points: np.ndarray, analog: np.ndarray) -> list[str]:
    """What differs; `points` of (markers, 3, frames) with NaN where not seen."""
    faults = []
    if points.shape != held.points.shape:
        return [f"points {points.shape} not {held.points.shape}"]
    if not np.array_equal(np.isnan(points), np.isnan(held.points)):
        faults.append("other points are valid")
    elif points.size and np.nanmax(np.abs(points - held.points)) > held.step:
        faults.append(f"points differ by {np.nanmax(np.abs(points - held.points))}")
    if held.analog.size:
        if analog.shape != held.analog.shape:
            faults.append(f"analog {analog.shape} not {held.analog.shape}")
        elif np.abs(analog - held.analog).max() > held.analog_step:
            faults.append(f"analog differs by {np.abs(analog - held.analog).max()}")
    return faults


def texts(group: dict, name: str) -> list[str]:
    """A list of texts and its continuations, without blanks at the end."""
    found, number = [], 1
    while (key := name if number == 1 else f"{name}{number}") in group:
        found += [text.rstrip() for text in group[key]["value"]]
        number += 1
    return found


def by_ezc3d(path: Path, held: Held) -> list[str]:
    file = ezc3d.c3d(str(path))
    points, analog = file["data"]["points"][:3].transpose(1, 0, 2), file["data"]["analogs"][0]
    if held.frames > 65535:
        points = points[..., : held.frames]
        analog = analog[..., : held.analog.shape[1]]
    faults = compare(held, points, analog)
    parameters = file["parameters"]
    if texts(parameters["POINT"], "LABELS") != held.markers:
        faults.append("markers are named otherwise")
    if held.channels and texts(parameters["ANALOG"], "LABELS") != held.channels:
        faults.append("channels are named otherwise")
    times = np.asarray(parameters["EVENT"]["TIMES"]["value"])
    seconds = 60 * times[0] + times[1]
    if texts(parameters["EVENT"], "LABELS") != [label for label, _ in held.events]:
        faults.append("events are named otherwise")
    if not np.allclose(seconds, [time for _, time in held.events], atol=1e-6):
        faults.append("events are at other times")
    return faults


def by_c3d(path: Path, held: Held) -> list[str]:
    with path.open("rb") as handle:
        reader = c3d.Reader(handle)
        labels = [label.strip() for label in reader.point_labels]
        points = np.full(held.points.shape, np.nan)
        residuals = np.full(held.residuals.shape, -1.0)
        analog = []
        count = 0
        for _, frame, samples in reader.read_frames(copy=True):
            if count < held.frames:
                seen = frame[:, 3] >= 0
                points[seen, :, count] = frame[seen, :3]
                residuals[seen, count] = frame[seen, 3]
            if held.channels:
                analog.append(np.asarray(samples).reshape(len(held.channels), -1))
            count += 1
    faults = [] if count == held.frames else [f"{count} frames not {held.frames}"]
    faults += compare(held, points, np.concatenate(analog, axis=1) if held.channels else np.empty((0, 0)))
    if labels[:255] != held.markers[:255]:
        faults.append("markers are named otherwise")
    if np.abs(residuals - held.residuals).max(initial=0.0) > 1e-4:
        faults.append(f"residuals differ by {np.abs(residuals - held.residuals).max()}")
    return faults


def main(folder: Path) -> int:
    warnings.simplefilter("ignore")
    failed = 0
    counts: dict[str, list[int]] = {"ezc3d": [0, 0, 0], "c3d": [0, 0, 0]}
    paths = sorted(folder.glob("*.json"))
    for path in paths:
        held = Held(path)
        for name, read in (("ezc3d", by_ezc3d), ("c3d", by_c3d)):
            if (name == "ezc3d" and "_mips_" in path.stem) or (name == "c3d" and len(held.channels) > 255):
                counts[name][2] += 1
                continue
            try:
                faults = read(path.with_suffix(".c3d"), held)
            except Exception as error:  # noqa: BLE001 - a program that fails is a line of the report
                faults = [f"{type(error).__name__}: {error}"]
            counts[name][1 if faults else 0] += 1
            failed += bool(faults)
            print(f"{path.stem:32} {name:6} {'; '.join(faults) or 'equal'}")
    for name, (equal, different, left_out) in counts.items():
        print(f"{name}: {equal} equal, {different} different, {left_out} that it cannot read, of {len(paths)}")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
