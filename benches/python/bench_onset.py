"""Onset detectors of other packages, and those of the literature, on the trials of the onset benchmark; prints a markdown table.

    cargo bench -p myovox-benches --bench onset -- --export trials --trials 20 --seed 1
    python benches/python/bench_onset.py trials [--trials 20] [--only myovox] [--jobs 2]

One call with default settings for every trial, no rest interval and no signal-to-noise ratio given; the rows below the line know the first 1.5 s
as rest and use the parameters that their papers have. Cells: median |onset error| in ms / F1 of onsets, matched within 100 ms; the last column
counts activations per minute at rest, and at rest with a heart. A detector that raises has found nothing. Needs the wheel and
`requirements-onset.txt`.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from scipy import signal

from myovox import emg

REACH_S = 0.1
REST_S = 1.5
CELLS = [(model, snr) for model in ("step", "ramp", "realistic") for snr in (6, 12, 20)]
LITERATURE = ["hodges_bui", "lidierth", "bonato", "tkeo", "silva", "aglr_step", "aglr_ramp", "change_point", "mixture", "sample_entropy", "pelt"]

Onsets = Iterable[float]


def own(x: np.ndarray, rate: float) -> Onsets:
    return [a.onset_s for a in emg.activations(x, rate)]


def named(method: str) -> Callable[[np.ndarray, float], Onsets]:
    return lambda x, rate: [a.onset_s for a in emg.activations(x, rate, method=method)]


def neurokit(method: str) -> Callable[[np.ndarray, float], Onsets]:
    def run(x: np.ndarray, rate: float) -> Onsets:
        import neurokit2  # noqa: PLC0415 -- slow to import, and only here

        clean = neurokit2.emg_clean(x, sampling_rate=int(rate))
        source = {"emg_cleaned": clean} if method in ("biosppy", "pelt") else {"emg_amplitude": neurokit2.emg_amplitude(clean)}
        _, found = neurokit2.emg_activation(**source, sampling_rate=int(rate), method=method)
        return np.asarray(found["EMG_Onsets"]) / rate

    return run


def biosppy_default(x: np.ndarray, rate: float) -> Onsets:
    from biosppy.signals import emg as peer  # noqa: PLC0415

    # Onsets and offsets stand in one list without names: taken in turn.
    return np.asarray(peer.emg(x, sampling_rate=rate, show=False)["onsets"])[::2] / rate


def band_passed(x: np.ndarray, rate: float) -> np.ndarray:
    return signal.sosfiltfilt(signal.butter(4, [20, 450], "bandpass", fs=rate, output="sos"), x)


def biosppy_with_rest(name: str, **settings: Any) -> Callable[[np.ndarray, float], Onsets]:
    def run(x: np.ndarray, rate: float) -> Onsets:
        from biosppy.signals import emg as peer  # noqa: PLC0415

        x = band_passed(x, rate)
        sized = {key: int(value * rate) if key.endswith(("size", "duration")) else value for key, value in settings.items()}
        found = getattr(peer, f"{name}_onset_detector")(signal=x, rest=x[: int(REST_S * rate)], sampling_rate=rate, **sized)
        return np.asarray(found["onsets"])[::2] / rate

    return run


def detecta(x: np.ndarray, rate: float) -> Onsets:
    from detecta import detect_onset  # noqa: PLC0415

    envelope = signal.sosfiltfilt(signal.butter(2, 50, fs=rate, output="sos"), np.abs(band_passed(x, rate)))
    rest = envelope[: int(REST_S * rate)]
    found = detect_onset(envelope, rest.mean() + 3 * rest.std(), n_above=int(0.05 * rate), n_below=int(0.05 * rate))
    return found[:, 0] / rate if len(found) else []


DETECTORS: dict[str, Callable[[np.ndarray, float], Onsets]] = {
    "myovox": own,
    "NeuroKit2 threshold": neurokit("threshold"),
    "NeuroKit2 biosppy": neurokit("biosppy"),
    "BioSPPy emg()": biosppy_default,
    **{f"myovox {method}": named(method) for method in LITERATURE},
    "BioSPPy hodges_bui, rest": biosppy_with_rest("hodges_bui", size=0.05, threshold=3),
    "BioSPPy bonato, rest": biosppy_with_rest("bonato", threshold=10, active_state_duration=0.025, samples_above_fail=3, fail_size=0.015),
    "detecta, rest": detecta,
}


def errors(truth: list[float], found: list[float]) -> list[float]:
    """Errors of the pairs within reach, nearest first, in s."""
    near = sorted((abs(t - f), i, j) for i, t in enumerate(truth) for j, f in enumerate(found) if abs(t - f) <= REACH_S)
    used: tuple[set[int], set[int]] = (set(), set())
    taken = []
    for distance, i, j in near:
        if i not in used[0] and j not in used[1]:
            used[0].add(i)
            used[1].add(j)
            taken.append(distance)
    return taken


def run(detector: str, folder: Path, trials: list[dict[str, Any]]) -> str:
    """One row of the table."""
    warnings.simplefilter("ignore")
    cells: dict[Any, Any] = defaultdict(lambda: {"errors": [], "truth": 0, "found": 0, "minutes": 0.0})
    for trial in trials:
        x = np.fromfile(folder / f"{trial['name']}.f64")
        try:
            found = [float(t) for t in DETECTORS[detector](x, trial["rate_hz"])]
        except Exception:  # noqa: BLE001 -- whatever a peer raises, it has found nothing
            found = []
        cell = cells[(trial["model"], round(trial["snr_db"]))]
        cell["errors"] += errors(trial["onsets_s"], found)
        cell["truth"] += len(trial["onsets_s"])
        cell["found"] += len(found)
        cell["minutes"] += len(x) / trial["rate_hz"] / 60
    texts = []
    for key in CELLS:
        cell = cells[key]
        f1 = 2 * len(cell["errors"]) / max(1, cell["truth"] + cell["found"])
        median = f"{1e3 * np.median(cell['errors']):.1f}" if cell["errors"] else "-"
        texts.append(f"{median} / {f1:.2f}")
    rests = [cells[(name, 0)] for name in ("rest", "rest_ecg")]
    texts.append(" / ".join(f"{cell['found'] / max(cell['minutes'], 1e-9):.2f}" for cell in rests))
    return f"| {detector} | " + " | ".join(texts) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--trials", type=int, default=20, help="at most so many of each cell")
    parser.add_argument("--only", nargs="+", default=list(DETECTORS), help="detectors whose names begin so")
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    seen: dict[Any, int] = defaultdict(int)
    trials = []
    for trial in json.loads((arguments.folder / "trials.json").read_text()):
        key = (trial["model"], trial["snr_db"])
        seen[key] += 1
        if seen[key] <= arguments.trials:
            trials.append(trial)
    chosen = [name for name in DETECTORS if any(name.startswith(only) for only in arguments.only)]
    print("| detector | " + " | ".join(f"{model} {snr} dB" for model, snr in CELLS) + " | rest / with heart |")
    print("|" + " --- |" * (len(CELLS) + 2))
    with ProcessPoolExecutor(arguments.jobs) as pool:
        for row in pool.map(run, chosen, [arguments.folder] * len(chosen), [trials] * len(chosen)):
            print(row, flush=True)


if __name__ == "__main__":
    main()
