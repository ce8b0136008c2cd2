"""The extension module behind the package; `python -m mypy.stubtest myovox._native` holds this file to it."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, final

import numpy as np
import numpy.typing as npt

from myovox._analysis import ConfigLike, SessionLike
from myovox._errors import Error
from myovox._recordings import ChunkInfo, Depth, Policy, Source, WavMetadata

__all__ = [
    "C3dBlocks",
    "C3dPart",
    "C3dReader",
    "C3dRecording",
    "EmgStream",
    "Event",
    "ForcePlatform",
    "ForcePlatforms",
    "Rotations",
    "Warning",
    "WavRecording",
    "__version__",
    "_panic",
    "analyze_html",
    "analyze_json",
    "analyze_many_json",
    "burg",
    "comb_sos",
    "design_sos",
    "emg_channels_json",
    "emg_cocontraction_json",
    "emg_envelope",
    "emg_fatigue_json",
    "emg_features_json",
    "emg_normalise",
    "emg_quality_json",
    "emg_remove_ecg",
    "emg_remove_hum",
    "emg_score_json",
    "emg_session_json",
    "emg_synergies",
    "hilbert",
    "min_max",
    "moving",
    "notch_sos",
    "read_c3d",
    "read_wav",
    "report_schema_json",
    "resample_poly",
    "run_command",
    "session_schema_json",
    "simd_level",
    "sosfilt",
    "sosfiltfilt",
    "tkeo",
    "welch",
    "whiten",
    "write_c3d",
    "write_wav",
]

__version__: str

@final
class Warning:
    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def byte(self) -> int | None: ...
    @property
    def field(self) -> str | None: ...
    @property
    def channel(self) -> str | None: ...
    @property
    def span_s(self) -> tuple[float, float] | None: ...

@final
class Event:
    @property
    def label(self) -> str: ...
    @property
    def context(self) -> str: ...
    @property
    def time_s(self) -> float: ...
    @property
    def time_trial_s(self) -> float: ...
    @property
    def source(self) -> str: ...
    @property
    def stored_s(self) -> float: ...

@final
class Rotations:
    @property
    def labels(self) -> list[str]: ...
    @property
    def rate(self) -> float: ...
    @property
    def matrices(self) -> npt.NDArray[np.float64]: ...
    @property
    def residuals(self) -> npt.NDArray[np.float64]: ...

@final
class C3dRecording:
    @property
    def point_labels(self) -> list[str]: ...
    @property
    def point_names(self) -> list[str]: ...
    @property
    def point_rate(self) -> float: ...
    @property
    def point_units(self) -> str: ...
    @property
    def points(self) -> npt.NDArray[np.float64]: ...
    @property
    def residuals(self) -> npt.NDArray[np.float64]: ...
    @property
    def camera_masks(self) -> npt.NDArray[np.uint8]: ...
    @property
    def first_frame(self) -> int: ...
    @property
    def analog_labels(self) -> list[str]: ...
    @property
    def analog_names(self) -> list[str]: ...
    @property
    def analog_units(self) -> list[str]: ...
    @property
    def analog_rate(self) -> float: ...
    @property
    def analog(self) -> npt.NDArray[np.float64]: ...
    @property
    def parameters(self) -> dict[str, dict[str, Any]]: ...
    @property
    def events(self) -> list[Event]: ...
    @property
    def force_platform_channels(self) -> list[int]: ...
    @property
    def rotations(self) -> Rotations | None: ...
    @property
    def processor(self) -> str: ...
    @property
    def storage(self) -> str: ...
    @property
    def warnings(self) -> list[Warning]: ...
    def write(
        self, path: str | os.PathLike[str], *, processor: str | None = None, storage: str | None = None
    ) -> list[Warning]: ...
    def force_platforms(
        self,
        *,
        cop_threshold_n: float = 10.0,
        sign: str = "measured",
        baseline: str = "none",
        kistler_correction: str = "none",
        policy: Policy = "lenient",
    ) -> ForcePlatforms: ...

@final
class ForcePlatforms:
    @property
    def platforms(self) -> list[ForcePlatform]: ...
    @property
    def rate(self) -> float: ...
    @property
    def baseline_frames(self) -> tuple[int, int] | None: ...
    @property
    def missing(self) -> list[dict[str, str]]: ...
    @property
    def warnings(self) -> list[Warning]: ...

@final
class ForcePlatform:
    @property
    def kind(self) -> int: ...
    @property
    def channels(self) -> list[int]: ...
    @property
    def corners(self) -> npt.NDArray[np.float64]: ...
    @property
    def center(self) -> npt.NDArray[np.float64] | None: ...
    @property
    def rotation(self) -> npt.NDArray[np.float64] | None: ...
    @property
    def origin(self) -> npt.NDArray[np.float64]: ...
    @property
    def units(self) -> dict[str, Any]: ...
    @property
    def normal_force_n(self) -> npt.NDArray[np.float64] | None: ...
    @property
    def force_n(self) -> npt.NDArray[np.float64] | None: ...
    @property
    def moment_nm(self) -> npt.NDArray[np.float64] | None: ...
    @property
    def center_of_pressure(self) -> npt.NDArray[np.float64] | None: ...
    @property
    def free_moment_nm(self) -> npt.NDArray[np.float64] | None: ...
    @property
    def cop_corrected(self) -> bool: ...

@final
class C3dReader:
    def __new__(cls, source: Source, *, policy: Policy = "lenient", dtype: Depth = "float64", memory_map: bool = False) -> C3dReader: ...
    @property
    def point_labels(self) -> list[str]: ...
    @property
    def point_names(self) -> list[str]: ...
    @property
    def point_units(self) -> str: ...
    @property
    def point_rate(self) -> float: ...
    @property
    def frames(self) -> int: ...
    @property
    def first_frame(self) -> int: ...
    @property
    def samples_per_frame(self) -> int: ...
    @property
    def analog_labels(self) -> list[str]: ...
    @property
    def analog_names(self) -> list[str]: ...
    @property
    def analog_units(self) -> list[str]: ...
    @property
    def analog_rate(self) -> float: ...
    @property
    def force_platform_channels(self) -> list[int]: ...
    @property
    def processor(self) -> str: ...
    @property
    def storage(self) -> str: ...
    @property
    def parameters(self) -> dict[str, dict[str, Any]]: ...
    @property
    def events(self) -> list[Event]: ...
    @property
    def warnings(self) -> list[Warning]: ...
    def read(
        self,
        *,
        points: Sequence[str] | Sequence[int] | None = None,
        channels: Sequence[str] | Sequence[int] | None = None,
        frames: tuple[int, int] | None = None,
    ) -> C3dPart: ...
    def blocks(
        self,
        frames_per_block: int = 1024,
        *,
        points: Sequence[str] | Sequence[int] | None = None,
        channels: Sequence[str] | Sequence[int] | None = None,
        frames: tuple[int, int] | None = None,
    ) -> C3dBlocks: ...

@final
class C3dBlocks:
    def __iter__(self) -> C3dBlocks: ...
    def __next__(self) -> C3dPart: ...

@final
class C3dPart:
    @property
    def points(self) -> npt.NDArray[np.floating[Any]]: ...
    @property
    def residuals(self) -> npt.NDArray[np.floating[Any]]: ...
    @property
    def camera_masks(self) -> npt.NDArray[np.uint8]: ...
    @property
    def analog(self) -> npt.NDArray[np.floating[Any]]: ...
    @property
    def point_names(self) -> list[str]: ...
    @property
    def analog_names(self) -> list[str]: ...
    @property
    def frames(self) -> tuple[int, int]: ...
    @property
    def warnings(self) -> list[Warning]: ...

@final
class WavRecording:
    @property
    def sample_rate(self) -> int: ...
    @property
    def samples(self) -> npt.NDArray[np.floating[Any]]: ...
    @property
    def duration_s(self) -> float: ...
    @property
    def coding(self) -> str: ...
    @property
    def container(self) -> str: ...
    @property
    def bits(self) -> int: ...
    @property
    def valid_bits(self) -> int: ...
    @property
    def channel_mask(self) -> int | None: ...
    @property
    def chunks(self) -> list[ChunkInfo]: ...
    @property
    def metadata(self) -> WavMetadata: ...
    @property
    def warnings(self) -> list[Warning]: ...

def read_c3d(source: Source, *, policy: Policy = "lenient") -> C3dRecording: ...
def read_wav(
    source: Source,
    *,
    policy: Policy = "lenient",
    raw: str | None = None,
    dtype: Depth = "float64",
    out: npt.NDArray[Any] | None = None,
    channels: Sequence[int] | None = None,
    frames: tuple[int, int] | None = None,
    memory_map: bool = False,
) -> WavRecording: ...
def write_c3d(
    path: str | os.PathLike[str],
    *,
    rate: float,
    points: npt.NDArray[np.float64] | None = None,
    point_labels: list[str] | None = None,
    point_units: str = "mm",
    residuals: npt.NDArray[np.float64] | None = None,
    analog: npt.NDArray[np.float64] | None = None,
    analog_labels: list[str] | None = None,
    analog_units: list[str] | None = None,
    first_frame: int = 1,
    events: list[tuple[str, str, float]] | None = None,
    processor: str = "intel",
    storage: str = "float",
) -> list[Warning]: ...
def write_wav(
    path: str | os.PathLike[str],
    samples: npt.NDArray[np.float64],
    sample_rate: int,
    *,
    coding: str = "pcm16",
    policy: str = "lenient",
) -> list[Warning]: ...
def analyze_html(
    source: Source, *, name: str | None = None, config: ConfigLike | None = None, session: SessionLike | None = None
) -> str: ...
def analyze_json(
    source: Source, *, name: str | None = None, config: ConfigLike | None = None, session: SessionLike | None = None
) -> str: ...
def analyze_many_json(
    paths: Sequence[str | os.PathLike[str]],
    *,
    config: ConfigLike | None = None,
    session: SessionLike | None = None,
    threads: int = 0,
) -> list[str | Error]: ...
def report_schema_json() -> str: ...
def session_schema_json() -> str: ...
def run_command(arguments: list[str]) -> int: ...
def simd_level() -> str: ...
def _panic(words: str) -> None: ...
def design_sos(
    family: str,
    order: int,
    edges_hz: Sequence[float],
    btype: str,
    rate: float,
    ripple_db: float,
    attenuation_db: float,
    norm: str,
) -> npt.NDArray[np.float64]: ...
def notch_sos(f0_hz: float, q: float, rate: float, last: int) -> npt.NDArray[np.float64]: ...
def comb_sos(f0_hz: float, q: float, rate: float, shape: str, teeth: str) -> npt.NDArray[np.float64]: ...
def sosfiltfilt(
    sos: npt.NDArray[np.float64],
    x: npt.NDArray[np.float64],
    out: npt.NDArray[np.float64],
    padtype: str,
    padlen: int | None,
) -> None: ...
def sosfilt(
    sos: npt.NDArray[np.float64],
    x: npt.NDArray[np.float64],
    out: npt.NDArray[np.float64],
    state: npt.NDArray[np.float64],
) -> None: ...
def hilbert(x: npt.NDArray[np.float64], out: npt.NDArray[np.float64], padding: int) -> None: ...
def tkeo(x: npt.NDArray[np.float64], out: npt.NDArray[np.float64], edge: str) -> None: ...
def resample_poly(x: npt.NDArray[np.float64], up: int, down: int) -> npt.NDArray[np.float64]: ...
def moving(statistic: str, x: npt.NDArray[np.float64], out: npt.NDArray[np.float64], window: int, edges: str) -> None: ...
def min_max(x: npt.NDArray[np.float64], buckets: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]: ...
def whiten(x: npt.NDArray[np.float64], out: npt.NDArray[np.float64], coefficients: Sequence[float]) -> None: ...
def burg(x: npt.NDArray[np.float64], order: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]: ...
def welch(
    x: npt.NDArray[np.float64],
    rate: float,
    nperseg: int,
    noverlap: int | None,
    nfft: int | None,
    window: str,
    detrend: str,
    scaling: str,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]: ...
def emg_envelope(
    x: npt.NDArray[np.float64], out: npt.NDArray[np.float64], rate: float, config: Mapping[str, Any]
) -> str | None: ...
def emg_channels_json(
    x: npt.NDArray[np.float64],
    rate: float,
    config: ConfigLike | None,
    rest: Sequence[tuple[float, float]],
    mvc: Sequence[float | None],
    detector: str | Mapping[str, Any] | None,
) -> str: ...
def emg_normalise(
    out: npt.NDArray[np.float64],
    rate: float,
    to: str,
    mvc: Sequence[float],
    recording: npt.NDArray[np.float64] | None,
) -> tuple[list[float], str, list[str]]: ...
def emg_quality_json(
    x: npt.NDArray[np.float64],
    rate: float,
    config: ConfigLike | None,
    rest: Sequence[tuple[float, float]],
    mvc: Sequence[float | None],
) -> str: ...
def emg_remove_hum(x: npt.NDArray[np.float64], out: npt.NDArray[np.float64], rate: float, config: Mapping[str, Any]) -> str: ...
def emg_remove_ecg(x: npt.NDArray[np.float64], out: npt.NDArray[np.float64], rate: float, config: Mapping[str, Any]) -> str: ...
def emg_features_json(
    x: npt.NDArray[np.float64],
    rate: float,
    config: Mapping[str, Any],
    baseline: Sequence[float | None],
    spans: Sequence[tuple[int, int]] | None,
) -> str: ...
def emg_session_json(
    x: npt.NDArray[np.float64],
    rate: float,
    labels: Sequence[str],
    units: Sequence[str],
    platform_channels: Sequence[int],
    config: ConfigLike | None,
    session: SessionLike | None,
) -> str: ...
def emg_score_json(facts: Mapping[str, Any]) -> str: ...
def emg_fatigue_json(
    x: npt.NDArray[np.float64],
    rate: float,
    config: ConfigLike | None,
    fatigue: Mapping[str, Any],
    rest: Sequence[tuple[float, float]],
    spans: Sequence[tuple[int, int]] | None,
    force: str,
) -> str: ...
def emg_cocontraction_json(
    agonist: npt.NDArray[np.float64], antagonist: npt.NDArray[np.float64], normalisation: tuple[str, str]
) -> str: ...
def emg_synergies(
    envelopes: npt.NDArray[np.float64], config: dict[str, Any]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], str]: ...

@final
class EmgStream:
    def __new__(
        cls, rate: float, channels: int, config: ConfigLike | None, mvc: Sequence[float | None]
    ) -> EmgStream: ...
    def push(self, x: npt.NDArray[np.float64], envelope: npt.NDArray[np.float64]) -> str: ...
    def finish(self) -> str: ...
    def plan(self) -> str: ...
    def state(self) -> str: ...
    def restore(self, state: str) -> None: ...
