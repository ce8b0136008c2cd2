"""Other readers, each as one function that turns a path into fields: run in a process of its own, since some of them crash.

`python -m myovox._peers READER PATH OUT` reads PATH with READER and writes the fields to OUT as an archive of numpy arrays. Texts and numbers are
arrays without dimensions. What a reader does not tell is left out.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Fields = dict[str, npt.NDArray[Any]]


def c3d_fields(
    points: npt.ArrayLike,
    residuals: npt.ArrayLike,
    analog: npt.ArrayLike,
    point_rate: float,
    analog_rate: float,
    point_labels: list[str],
    analog_labels: list[str],
) -> Fields:
    """Fields of a C3D recording; points that a reader calls invalid by their residual become NaN."""
    xyz, residual = np.array(points, dtype=np.float64), np.asarray(residuals, dtype=np.float64)
    if residual.size:
        xyz.transpose(0, 2, 1)[residual < 0] = np.nan
    samples = np.asarray(analog, dtype=np.float64)
    fields: Fields = {
        "markers": np.array(xyz.shape[0]),
        "frames": np.array(xyz.shape[2]),
        "frame rate, Hz": np.array(float(point_rate)),
        "marker labels": np.array([label.strip() for label in point_labels], dtype=np.str_),
        "valid points": np.array(int(np.isfinite(xyz).all(axis=1).sum())),
        "coordinates": xyz,
        "residuals": np.where(residual < 0, np.nan, residual),
        "analog channels": np.array(samples.shape[0]),
    }
    if samples.shape[0]:
        # Without channels readers name any rate and any number of samples.
        fields["samples per channel"] = np.array(samples.shape[1])
        fields["analog rate, Hz"] = np.array(float(analog_rate))
        fields["analog labels"] = np.array([label.strip() for label in analog_labels], dtype=np.str_)
        fields["analog samples"] = samples
    return fields


def wav_fields(samples: npt.ArrayLike, rate: float) -> Fields:
    """Fields of a sound recording from (frames, channels)."""
    planar = np.atleast_2d(np.asarray(samples, dtype=np.float64).T)
    return {
        "sample rate, Hz": np.array(float(rate)),
        "channels": np.array(planar.shape[0]),
        "samples per channel": np.array(planar.shape[1]),
        "samples": planar,
    }


def read_ezc3d(path: str) -> Fields:
    """C3D by ezc3d."""
    recording = importlib.import_module("ezc3d").c3d(path)
    data, header = recording["data"], recording["header"]

    def labels(group: str, count: int) -> list[str]:
        names = ["LABELS", *(f"LABELS{n}" for n in range(2, 40))]
        values = [recording["parameters"].get(group, {}).get(name, {}).get("value", []) for name in names]
        return [label for value in values for label in value][:count]

    points = np.asarray(data["points"])[:3].transpose(1, 0, 2)
    analog = np.asarray(data["analogs"])[0]
    return c3d_fields(
        points,
        np.asarray(data["meta_points"]["residuals"])[0],
        analog,
        header["points"]["frame_rate"],
        header["analogs"]["frame_rate"],
        labels("POINT", points.shape[0]),
        labels("ANALOG", analog.shape[0]),
    )


def read_c3d(path: str) -> Fields:
    """C3D by the package c3d (py-c3d)."""
    with open(path, "rb") as file:
        reader = importlib.import_module("c3d").Reader(file)
        frames = [(points, analog) for _, points, analog in reader.read_frames(copy=True)]
        markers, channels = int(reader.point_used), int(reader.analog_used)
        points = np.array([points for points, _ in frames]).reshape(len(frames), markers, 5)
        # Without channels a frame has an array of no size and any shape.
        analog = [np.asarray(analog).reshape(channels, -1) for _, analog in frames if channels]
        analog = analog or [np.zeros((channels, 0))]
        return c3d_fields(
            points[:, :, :3].transpose(1, 2, 0),
            points[:, :, 3].T,
            np.concatenate(analog, axis=1),
            reader.point_rate,
            reader.analog_rate if channels else 0.0,
            list(reader.point_labels)[:markers],
            list(reader.analog_labels)[:channels] if channels else [],
        )


def read_soundfile(path: str) -> Fields:
    """Sound by soundfile (libsndfile)."""
    samples, rate = importlib.import_module("soundfile").read(path, dtype="float64", always_2d=True)
    return wav_fields(samples, rate)


def read_scipy(path: str) -> Fields:
    """WAV by scipy, whose integers are scaled to [-1, 1)."""
    rate, samples = importlib.import_module("scipy.io.wavfile").read(path)
    if samples.dtype == np.uint8:
        return wav_fields((samples.astype(np.float64) - 128) / 128, rate)
    full_scale = 2.0 ** (8 * samples.dtype.itemsize - 1) if samples.dtype.kind == "i" else 1.0
    return wav_fields(samples / full_scale, rate)


C3D_READERS: dict[str, Callable[[str], Fields]] = {"ezc3d": read_ezc3d, "c3d": read_c3d}
WAV_READERS: dict[str, Callable[[str], Fields]] = {"soundfile": read_soundfile, "scipy": read_scipy}
READERS = {**C3D_READERS, **WAV_READERS}


def main(reader: str, path: str, out: str) -> None:
    """Read `path` with `reader` into the archive `out`."""
    np.savez(out, allow_pickle=False, **READERS[reader](path))


if __name__ == "__main__":
    main(*sys.argv[1:])
