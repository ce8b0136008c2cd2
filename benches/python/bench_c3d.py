"""Whole C3D files to numpy arrays, beside ezc3d and py-c3d, in one process; prints a markdown table.

    python benches/python/bench_c3d.py [--rounds 7] [FILE ...]

Without files the five largest of the shared corpus where it stands beside the checkout, else the fixtures. Every reader opens the path, and
delivers all points, residuals and analog samples. Numbers are compared first: a reader that has others, or refuses, is named so.
"""

from __future__ import annotations

import argparse
import math
import warnings
from pathlib import Path

import c3d
import ezc3d
import myovox
import numpy as np

from _race import head, race, row

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = ["myovox", "ezc3d", "py-c3d"]


def read_ours(path: str):
    recording = myovox.read_c3d(path)
    return recording.points, recording.residuals, recording.analog


def read_ezc3d(path: str):
    data = ezc3d.c3d(path)["data"]
    return data["points"], data["meta_points"]["residuals"], data["analogs"]


def read_py_c3d(path: str):
    with open(path, "rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frames = list(c3d.Reader(file).read_frames(copy=True))
    return np.stack([frame[1] for frame in frames]), None, np.concatenate([frame[2] for frame in frames], axis=1)


def content_of_ours(result) -> tuple[int, float, float]:
    points, residuals, analog = result
    return int((residuals >= 0).sum()), float(np.nansum(points)), float(np.nansum(analog))


def content_of_ezc3d(result) -> tuple[int, float, float]:
    points, residuals, analog = result
    seen = (residuals[0] >= 0) & np.isfinite(points[:3]).all(axis=0)
    return int(seen.sum()), float(points[:3, seen].sum()), float(np.nansum(analog))


def content_of_py_c3d(result) -> tuple[int, float, float]:
    points, _, analog = result
    seen = points[:, :, 3] >= 0
    return int(seen.sum()), float(points[seen][:, :3].sum(dtype=float)), float(np.nansum(analog, dtype=float))


READERS = {
    "myovox": (read_ours, content_of_ours),
    "ezc3d": (read_ezc3d, content_of_ezc3d),
    "py-c3d": (read_py_c3d, content_of_py_c3d),
}


def same(a: tuple[int, float, float], b: tuple[int, float, float], scale: float) -> bool:
    """Equal counts, sums equal to what 32-bit floats of this many values of this size allow."""
    return a[0] == b[0] and all(math.isclose(x, y, rel_tol=1e-5, abs_tol=1e-6 * scale) for x, y in zip(a[1:], b[1:]))


def bench(path: Path, rounds: int) -> str:
    name = str(path)
    result = read_ours(name)
    truth = content_of_ours(result)
    scale = float(np.nansum(np.abs(result[0])) + np.nansum(np.abs(result[2])))
    notes, works = {}, {}
    for reader, (read, content) in READERS.items():
        try:
            agrees = same(content(read(name)), truth, scale)
        except Exception as error:  # a peer's error is a result of this bench
            notes[reader] = f"refuses: {type(error).__name__}"
            continue
        if not agrees:
            notes[reader] = "other numbers"
        works[reader] = lambda read=read: read(name)
    assert "myovox" not in notes, notes
    return row(path.name, path.stat().st_size, race(works, rounds), notes, COLUMNS)


def default_files() -> list[Path]:
    folder = ROOT / "../shared/data/c3d"
    files = [path for path in folder.rglob("*") if path.suffix.lower() == ".c3d"]
    if not files:
        names = ["ghostly_six_channels", "ghostly_twin", "markers_intel_float"]
        return [ROOT / f"fixtures/files/{name}.c3d" for name in names]
    return sorted(files, key=lambda path: path.stat().st_size)[-5:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    print(head(COLUMNS))
    for path in arguments.files or default_files():
        print(bench(path, arguments.rounds), flush=True)


if __name__ == "__main__":
    main()
