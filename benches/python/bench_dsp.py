"""Zero-phase filters, moving RMS and Welch beside SciPy on the same data: one command for both; prints a markdown table.

    taskset -c 1 python benches/python/bench_dsp.py [--rounds 9]

Runs the bench `dsp` (10 min at 2 kHz, `f64`, one thread, reused outputs, every instruction set), reads what it computed, requires SciPy to
compute the same, times SciPy, and prints ns per sample and channel, the least of all rounds for both. SciPy makes its own outputs, as it always
does. Needs cargo, numpy and scipy, no wheel.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import ndimage, signal

from _race import race

RATE = 2000
SAMPLES = 1_200_000
WINDOW = 200
BENCH = ["cargo", "bench", "--locked", "--package", "myovox-benches", "--bench", "dsp", "--"]
BAND_PASS = signal.butter(4, [20, 450], "bandpass", fs=RATE, output="sos")
LOW_PASS = signal.butter(4, 6, fs=RATE, output="sos")


def chain(x: np.ndarray) -> np.ndarray:
    return signal.sosfiltfilt(LOW_PASS, np.abs(signal.sosfiltfilt(BAND_PASS, x)))


def rms(x: np.ndarray) -> np.ndarray:
    return np.sqrt(ndimage.uniform_filter1d(x * x, WINDOW))


def welch(x: np.ndarray) -> np.ndarray:
    return signal.welch(x, RATE, nperseg=1024)[1]


def require_equal(what: str, ours: np.ndarray, theirs: np.ndarray) -> None:
    worst = np.abs(ours - theirs).max() / np.abs(theirs).max()
    print(f"{what}: differs from SciPy by {worst:.1e} of the largest value")
    assert worst <= 1e-12, f"{what} has other numbers than SciPy"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        printed = subprocess.run([*BENCH, folder], check=True, stdout=subprocess.PIPE, text=True).stdout
        read = lambda name: np.fromfile(Path(folder) / f"{name}.f64")
        x = read("x").reshape(-1, SAMPLES)
        require_equal("chain", read("chain").reshape(x.shape), chain(x))
        require_equal("rms", read("rms"), rms(x[0]))
        require_equal("welch", read("welch"), welch(x[0]))
    peers: dict[str, Callable[[], np.ndarray]] = {
        "chain 1": lambda: chain(x[:1]),
        "chain 2": lambda: chain(x[:2]),
        "chain 8": lambda: chain(x),
        "rms 1": lambda: rms(x[0]),
        "welch 1": lambda: welch(x[0]),
        "copy 8": lambda: np.copyto(y, x),
    }
    y = np.zeros_like(x)
    best = {what: seconds * 1e9 / (SAMPLES * int(what.split()[1])) for what, seconds in race(peers, arguments.rounds).items()}
    print("| what | channels | level | SciPy, ns | myovox, ns | ratio |\n| --- | --- | --- | --- | --- | --- |")
    for line in printed.splitlines():
        what, level, channels, nanoseconds = line.split()
        theirs = best[f"{what} {channels}"]
        print(f"| {what} | {channels} | {level} | {theirs:.2f} | {float(nanoseconds):.2f} | {theirs / float(nanoseconds):.1f} |")


if __name__ == "__main__":
    main()
