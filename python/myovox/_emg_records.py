"""What `myovox.emg` finds, as records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

EdgeModel: TypeAlias = Literal["step", "ramp"]
"""Whether the variance jumps at an edge or the amplitude rises linearly."""


@dataclass(frozen=True, slots=True)
class Edge:
    """How an edge was placed.

    Attributes
    ----------
    sample : int
        The first sample of an activation, or the one after its last.
    low_s, high_s : float
        The interval that holds 95 % of what is probable, in seconds.
    rise_ms : float
        How long the amplitude rises (at an offset: falls), in ms; 0 for a step.
    model : str
        Which model says more of it: "step" or "ramp".
    within_20_ms : float
        Probability that the true edge lies within 20 ms.
    """

    sample: int
    low_s: float
    high_s: float
    rise_ms: float
    model: EdgeModel
    within_20_ms: float


@dataclass(frozen=True, slots=True)
class Activation:
    """A stretch in which a muscle is more than at rest.

    Attributes
    ----------
    onset, offset : int
        First sample, and the one after the last.
    onset_s, offset_s : float
        The same in seconds.
    onset_edge, offset_edge : Edge or None
        How they were placed; ``None`` where the recording or a gap begins or ends there.
    confidence : float or None
        Probability that each edge that was placed lies within 20 ms of the true one; ``None`` where none was placed.
    flags : tuple of str
        ``starts_before`` and ``ends_after`` the recording, ``touches_gap``.
    """

    onset: int
    offset: int
    onset_s: float
    offset_s: float
    onset_edge: Edge | None
    offset_edge: Edge | None
    confidence: float | None
    flags: tuple[str, ...]

    def row(self) -> dict[str, Any]:
        """Give the values as one row of a table, those of edges under names of their own."""
        return _row(self)


@dataclass(frozen=True, slots=True)
class Contraction:
    """An effort that a therapist counts. Amplitudes are in the unit of the samples.

    Attributes
    ----------
    onset, offset : int
        First sample, and the one after the last.
    onset_s, offset_s, duration_s : float
        The same, and the duration, in seconds.
    mean, peak : float
        Mean and maximum of the envelope.
    rms : float
        Root mean square of the band-passed signal.
    iemg : float
        Integral of the rectified band-passed signal, in the unit times seconds.
    time_to_peak_s : float
        From the onset to the maximum of the envelope, in seconds.
    rise_s, fall_s : float or None
        From a tenth to nine tenths of the way from rest to the level inside (75 % quantile of the envelope), and back; ``None`` where the
        envelope does not come from, or return to, a tenth beside the contraction.
    mnf_hz, mdf_hz : float or None
        Mean and median frequency inside; ``None`` where it is too short or holds too much of gaps.
    snr_db : float or None
        `rms` above that of rest, in dB; ``None`` without rest.
    mvc_pct : float or None
        `peak` in percent of a maximal contraction; ``None`` without one.
    meets_intensity, meets_duration : bool or None
        Whether the targets were reached; ``None`` where there is none.
    onset_edge, offset_edge : Edge or None
        How the edges were placed; ``None`` where nothing beyond tells them from rest.
    confidence : float or None
        Probability that each edge that was placed lies within 20 ms of the true one; ``None`` where none was placed.
    flags : tuple of str
        ``starts_before`` and ``ends_after`` the recording, ``touches_gap``, ``long``.
    """

    onset: int
    offset: int
    onset_s: float
    offset_s: float
    duration_s: float
    mean: float
    peak: float
    rms: float
    iemg: float
    time_to_peak_s: float
    rise_s: float | None
    fall_s: float | None
    mnf_hz: float | None
    mdf_hz: float | None
    snr_db: float | None
    mvc_pct: float | None
    meets_intensity: bool | None
    meets_duration: bool | None
    onset_edge: Edge | None
    offset_edge: Edge | None
    confidence: float | None
    flags: tuple[str, ...]

    def row(self) -> dict[str, Any]:
        """Give the values as one row of a table, those of edges under names of their own."""
        return _row(self)


def _row(record: Activation | Contraction) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if field.name.endswith("_edge"):
            for part in fields(Edge)[1:]:
                row[f"{field.name}_{part.name}"] = None if value is None else getattr(value, part.name)
        else:
            row[field.name] = " ".join(value) if field.name == "flags" else value
    return row


def _read(found: dict[str, Any]) -> dict[str, Any]:
    edges = {name: None if found[name] is None else Edge(**found[name]) for name in ("onset_edge", "offset_edge")}
    return {**found, **edges, "flags": tuple(found["flags"])}


def activation(found: dict[str, Any]) -> Activation:
    """The record of what the library wrote."""
    return Activation(**_read(found))


def contraction(found: dict[str, Any]) -> Contraction:
    """The record of what the library wrote."""
    return Contraction(**_read(found))


T = TypeVar("T", bound=Activation | Contraction)


class Records(list[T]):
    """A list of records of one channel, in order of time, with what decided.

    Attributes
    ----------
    warnings : list of dict
        What is doubtful, with ``code`` and ``message``.
    thresholds : dict or None
        The levels of the envelope that decided over contractions; ``None`` where there is no signal.
    gaps : list of dict
        Stretches that were cut out, with their ``cause``.
    bridged_samples : int
        Samples in gaps that were bridged.
    parameters : dict
        Summary of the channel's contractions.
    """

    def __init__(self, records: Iterable[T] = (), channel: dict[str, Any] | None = None, warnings: list[dict[str, Any]] | None = None) -> None:
        super().__init__(records)
        of = channel or {}
        self.warnings: list[dict[str, Any]] = warnings or []
        self.thresholds: dict[str, float | None] | None = of.get("thresholds")
        self.gaps: list[dict[str, Any]] = of.get("gaps", [])
        self.bridged_samples: int = of.get("bridged_samples", 0)
        self.parameters: dict[str, Any] = of.get("parameters", {})

    def to_pandas(self) -> pd.DataFrame:
        """Give the records as a table of pandas, which must be installed."""
        from myovox.emg import to_frame  # noqa: PLC0415 -- it stands above this module

        return to_frame(self)


class Features(dict[str, Any]):
    """Features by name, with why some are not known.

    Attributes
    ----------
    missing : dict
        For each name that is NaN somewhere the reason of the first, such as ``too_short``.
    spans : list of tuple of int
        The stretches in samples, ends exclusive.
    summary : dict
        What was done: bands, windows, all numbers fixed.
    """

    missing: dict[str, str]
    spans: list[tuple[int, int]]
    summary: dict[str, Any]

    @classmethod
    def collected(cls, found: dict[str, Any], shape: tuple[int, ...], *, whole: bool) -> Features:
        """What the library wrote, as arrays."""
        features = cls()
        channels = found["channels"]
        features.summary = found["summary"]
        features.spans = [(one["start"], one["end"]) for one in channels[0]] if channels else []
        stretches = [one["features"] for channel in channels for one in channel]
        features.missing = {}
        names: list[str] = found["names"]
        for one in stretches:
            for missing in one.get("missing", []):
                name = missing["path"].removeprefix("values").removeprefix(".")
                for of in [name] if name else names:
                    features.missing.setdefault(of, missing["reason"])
        axes = shape if whole else (*shape, len(features.spans))
        for name in names:
            values = [(one["values"] or {}).get(name) for one in stretches]
            width = max((len(value) for value in values if isinstance(value, list)), default=None)
            absent: Any = float("nan") if width is None else [float("nan")] * width
            array = np.array([absent if value is None else value for value in values], dtype=np.float64)
            array = array.reshape(axes if width is None else (*axes, width))
            features[name] = float(array) if array.ndim == 0 else array
        return features

    def to_pandas(self) -> pd.DataFrame:
        """Give the features of one channel as a table of pandas, which must be installed: a row for each stretch, a column for each number."""
        import pandas as pd  # noqa: PLC0415 -- an extra

        columns: dict[str, Any] = {}
        for name, value in self.items():
            table = np.asarray(value)
            if len(self.spans) == 1 and (table.ndim == 0 or table.shape[0] != 1):
                table = table[np.newaxis]
            if table.ndim == 1:
                columns[name] = table
            else:
                columns.update({f"{name}_{k + 1}": table[:, k] for k in range(table.shape[1])})
        return pd.DataFrame(columns)

