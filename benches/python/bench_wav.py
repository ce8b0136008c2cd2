"""WAV to arrays of floats in [-1, 1), beside soundfile, scipy and a numpy memory map, in one process; prints a markdown table.

    python benches/python/bench_wav.py [--rounds 7] [--seconds 1 60 2083]

Mono of 16 bits at 48 kHz, written here; 2083 s are 200 MB. Every reader opens the path and delivers float32 scaled by 2^-15: first in an array of
its own, then in one that is given and used again. The memory map is the strictest peer: one multiplication, no parser; beside it stands our reader
with a map of its own. All results must be equal before any is timed.
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
SCALE = np.float32(2.0**-15)
COLUMNS = ["myovox", "myovox, map", "soundfile", "scipy", "numpy memmap"]


def samples(path: str) -> np.ndarray:
    return np.memmap(path, dtype="<i2", mode="r", offset=HEADER_BYTES)


FRESH = {
    "myovox": lambda path: myovox.read_wav(path, dtype="float32").samples[0],
    "myovox, map": lambda path: myovox.read_wav(path, dtype="float32", memory_map=True).samples[0],
    "soundfile": lambda path: soundfile.read(path, dtype="float32")[0],
    "scipy": lambda path: wavfile.read(path)[1] * SCALE,
    "numpy memmap": lambda path: samples(path) * SCALE,
}

GIVEN = {
    "myovox": lambda path, out: myovox.read_wav(path, out=out[np.newaxis]).samples[0],
    "myovox, map": lambda path, out: myovox.read_wav(path, out=out[np.newaxis], memory_map=True).samples[0],
    "soundfile": lambda path, out: soundfile.read(path, out=out)[0],
    "scipy": lambda path, out: np.multiply(wavfile.read(path)[1], SCALE, out=out),
    "numpy memmap": lambda path, out: np.multiply(samples(path), SCALE, out=out),
}


def write(path: Path, seconds: float) -> None:
    """White noise of 16 bits, the same every time."""
    noise = np.random.default_rng(1).integers(-(2**15), 2**15, int(seconds * RATE), dtype=np.int16)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(noise.astype("<i2").tobytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", nargs="+", type=float, default=[1, 60, 2083])
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    print(head(COLUMNS))
    with tempfile.TemporaryDirectory() as folder:
        for seconds in arguments.seconds:
            path = Path(folder) / f"noise_{seconds:g}s.wav"
            write(path, seconds)
            name, size = str(path), path.stat().st_size
            truth = samples(name) * SCALE
            out = np.empty_like(truth)
            for reader in COLUMNS:
                assert np.array_equal(FRESH[reader](name), truth), f"{reader} has other numbers"
                out.fill(9)
                assert np.array_equal(GIVEN[reader](name, out), truth), f"{reader} has other numbers"
            fresh = {reader: lambda read=read: read(name) for reader, read in FRESH.items()}
            print(row(f"{seconds:g} s", size, race(fresh, arguments.rounds), {}, COLUMNS), flush=True)
            given = {reader: lambda read=read: read(name, out) for reader, read in GIVEN.items()}
            print(row(f"{seconds:g} s, `out=`", size, race(given, arguments.rounds), {}, COLUMNS), flush=True)


if __name__ == "__main__":
    main()
