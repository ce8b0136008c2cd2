"""WAV to arrays of floats in [-1, 1), beside soundfile, scipy and a numpy memory map, in one process; prints a markdown table.

    python benches/python/bench_wav.py [--rounds 7] [--seconds 1 60 600]

Mono of 16 bits at 48 kHz, written here. Our reader gives float64; every peer does the same work: open the path, deliver float64 scaled by
2^-15. The memory map is the strictest of them: one multiplication, no parser. All results must be equal before any is timed.
"""

from __future__ import annotations

import argparse
import tempfile
import wave
from pathlib import Path

import myovox
import numpy as np
import soundfile
from scipy.io import wavfile

from _race import head, race, row

RATE = 48_000
HEADER_BYTES = 44
COLUMNS = ["myovox", "soundfile", "scipy", "numpy memmap"]


def read_ours(path: str) -> np.ndarray:
    return myovox.read_wav(path).samples[0]


def read_soundfile(path: str) -> np.ndarray:
    return soundfile.read(path, dtype="float64")[0]


def read_scipy(path: str) -> np.ndarray:
    return wavfile.read(path)[1] * 2.0**-15


def read_memmap(path: str) -> np.ndarray:
    return np.memmap(path, dtype="<i2", mode="r", offset=HEADER_BYTES) * 2.0**-15


READERS = dict(zip(COLUMNS, [read_ours, read_soundfile, read_scipy, read_memmap]))


def write(path: Path, seconds: float) -> None:
    """White noise of 16 bits, the same every time."""
    samples = np.random.default_rng(1).integers(-(2**15), 2**15, int(seconds * RATE), dtype=np.int16)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", nargs="+", type=float, default=[1, 60, 600])
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    print(head(COLUMNS))
    with tempfile.TemporaryDirectory() as folder:
        for seconds in arguments.seconds:
            path = Path(folder) / f"noise_{seconds:g}s.wav"
            write(path, seconds)
            truth = read_ours(str(path))
            for name, read in READERS.items():
                assert np.array_equal(read(str(path)), truth), f"{name} has other numbers"
            works = {name: lambda read=read: read(str(path)) for name, read in READERS.items()}
            print(row(path.name, path.stat().st_size, race(works, arguments.rounds), {}, COLUMNS), flush=True)


if __name__ == "__main__":
    main()
