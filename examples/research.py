"""A researcher's first look at a C3D recording: what is in it, and two numbers of one's own with numpy.

    python examples/research.py trial.c3d
"""

from __future__ import annotations

import sys

import numpy as np

import myovox


def main() -> None:
    """Print labels, doubts, the path length of each marker and the RMS of each analog channel."""
    recording = myovox.read_c3d(sys.argv[1])
    print(recording)
    for warning in recording.warnings:
        print("doubtful:", warning.message)
    for event in recording.events:
        print(f"{event.time_s:8.3f} s  {event.context} {event.label}".rstrip())

    # Steps between frames; one that begins or ends where the marker was not seen is not a number and not counted.
    steps = np.linalg.norm(np.diff(recording.points, axis=2), axis=1)
    seen = np.isfinite(recording.points).all(axis=1).sum(axis=1)
    for label, length, frames in zip(recording.point_names, np.nansum(steps, axis=1), seen, strict=True):
        print(f"{label}: moved {length:.1f} {recording.point_units}, seen in {frames} frames")

    for label, unit, samples in zip(recording.analog_names, recording.analog_units, recording.analog, strict=True):
        print(f"{label}: {samples.size} samples, rms {np.sqrt(np.mean(samples**2)):.6g} {unit}".rstrip())


if __name__ == "__main__":
    main()
