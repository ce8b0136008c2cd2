"""Muscles in numpy arrays: envelopes, activations and contractions, features, fatigue, co-contraction, synergies, sessions; live streams.

Signals have the shape ``(..., samples)``: time is the last axis, and each channel is worked on by itself. Amplitudes are in the unit of the input,
and nothing depends on which unit that is: volts and microvolts give the same samples. NaN are gaps: short ones are bridged, long ones cut out.
What cannot be known is ``None`` in records and NaN in arrays, with a reason beside it; what is doubtful is in ``warnings``.

Examples
--------
>>> import numpy as np
>>> from myovox import emg
>>> noise = np.random.default_rng(1).standard_normal(12_000)
>>> x = noise * np.where((np.arange(12_000) // 2000) % 2, 1.0, 0.02)  # 2 s of rest, 2 s of effort, ...
>>> for contraction in emg.contractions(x, 1000.0):
...     print(f"{contraction.onset_s:.1f} to {contraction.offset_s:.1f} s")
2.0 to 4.0 s
6.0 to 8.0 s
10.0 to 12.0 s
"""

from __future__ import annotations

import json
import os
import warnings as _warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from myovox import _native
from myovox._analysis import ConfigLike, SessionLike, analyze
from myovox._arrays import Array, apart, nested, output, rows, samples
from myovox._emg_records import Activation, Contraction, Edge, EdgeModel, Features, Records, activation, contraction
from myovox._emg_stream import Stream, StreamEvent
from myovox._errors import ConfigError
from myovox._native import C3dRecording

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas as pd

__all__ = [
    "Activation",
    "Contraction",
    "Edge",
    "EdgeModel",
    "Features",
    "Normalised",
    "Records",
    "Stream",
    "StreamEvent",
    "activations",
    "cocontraction",
    "contractions",
    "envelope",
    "fatigue",
    "features",
    "normalise",
    "plot",
    "quality",
    "remove_ecg",
    "remove_hum",
    "score",
    "session",
    "synergies",
    "to_frame",
]

Spans: TypeAlias = Iterable[Activation | Contraction | tuple[int, int]]
"""Stretches of samples, ends exclusive."""

Rest: TypeAlias = Iterable[tuple[float, float]]
"""Stretches of rest in seconds."""

Method: TypeAlias = Literal[
    "default",
    "ksigma",
    "hodges_bui",
    "lidierth",
    "bonato",
    "tkeo",
    "abbink",
    "silva",
    "londral",
    "aglr_step",
    "aglr_ramp",
    "change_point",
    "pelt",
    "mixture",
    "sample_entropy",
    "compat",
]
"""How activations and contractions are found: the library's own way, or a detector of the literature by its name."""


def envelope(
    x: npt.ArrayLike,
    rate: float,
    *,
    method: Literal["rms", "mav", "arv", "linear", "hilbert", "tkeo"] = "rms",
    window_ms: float = 100.0,
    low_pass_hz: float = 6.0,
    low_pass_order: int = 4,
    band: tuple[float, float | None] | None = (20.0, None),
    out: Array | None = None,
) -> Array:
    """Follow the amplitude of muscle signals.

    Parameters
    ----------
    x : array_like [shape=(..., samples)]
        Signals, raw or band-passed.
    rate : float
        Sampling rate in Hz.
    method : {"rms", "mav", "arv", "linear", "hilbert", "tkeo"}
        Root of the mean square or mean of the magnitudes over a centred window; rectified and low-passed; length of the analytic signal and
        low-passed; energy operator of Teager and Kaiser, rectified and low-passed.
    window_ms : float
        Window of "rms", "mav" and "arv" in ms; at the ends of the samples that exist.
    low_pass_hz, low_pass_order : float, int
        Edge in Hz (-3 dB for one pass) and order of the other methods' low-pass, which runs forward and backward.
    band : pair of float, or None
        Edges in Hz of the Butterworth band-pass of order 4 that runs before, forward and backward; ``None`` above is 450 Hz, not above 0.45 of the
        rate, with a ``UserWarning`` where that lowers it. ``band=None`` takes samples as they are.
    out : numpy.ndarray of float64 [shape=(..., samples)], optional
        Where the result goes; may be `x`.

    Returns
    -------
    numpy.ndarray of float64 [shape=(..., samples)]
        Never below 0, in the unit of `x` ("tkeo": squared); NaN inside gaps.

    Raises
    ------
    ConfigError
        ``config.out-of-range``, ``dsp.filter-edge``.

    Examples
    --------
    >>> import numpy as np
    >>> from myovox import emg
    >>> sine = np.sin(2 * np.pi * 97.3 * np.arange(2000) / 1000.0)
    >>> float(emg.envelope(sine, 1000.0, band=None)[1000].round(1))
    0.7
    """
    signal = samples(x)
    result = output(signal, signal.shape[-1], out)
    settings: dict[str, Any] = {
        "method": method,
        "window_ms": window_ms,
        "low_pass_hz": low_pass_hz,
        "low_pass_order": low_pass_order,
        "band": None if band is None else {"low_hz": band[0], "high_hz": "auto" if band[1] is None else band[1]},
    }
    doubt = _native.emg_envelope(rows(apart(signal, result)), rows(result), rate, settings)
    if doubt is not None:
        _warnings.warn(doubt, UserWarning, stacklevel=2)
    return result


@dataclass(frozen=True, slots=True)
class Normalised:
    """Envelopes in percent.

    Attributes
    ----------
    percent : numpy.ndarray of float64 [shape=(..., samples)]
        The envelopes; NaN inside gaps.
    unit : str
        What 100 % is: "%MVC", "%reference", "%peak" or "%mean". It belongs to every value that is shown.
    value : numpy.ndarray of float64 [shape=(...)]
        The value of 100 % for each channel, in the unit that the envelope had.
    """

    percent: Array
    unit: str
    value: Array


def normalise(
    envelope: npt.ArrayLike,
    rate: float,
    *,
    mvc: float | Sequence[float] | Array | None = None,
    reference: npt.ArrayLike | None = None,
    to: Literal["peak", "mean"] | None = None,
) -> Normalised:
    """Express envelopes in percent of something that is named; exactly one of `mvc`, `reference` and `to`.

    Parameters
    ----------
    envelope : array_like [shape=(..., samples)]
        As `envelope` gives it.
    rate : float
        Sampling rate in Hz.
    mvc : float or array_like [shape=(...)], optional
        Level of the envelope in a maximal voluntary contraction: the one to prefer between people and muscles. A ``UserWarning`` says where the
        envelope exceeds 150 % of it.
    reference : array_like [shape=(..., samples)], optional
        Envelopes of a reference recording with the same channels; their best mean over 500 ms is 100 %.
    to : {"peak", "mean"}, optional
        The envelope's own peak or mean: within one session only, never to compare people.

    Returns
    -------
    Normalised

    Raises
    ------
    DataError
        ``emg.no-reference`` where 100 % would not be above 0.
    ConfigError
        ``emg.channels-differ``.

    Examples
    --------
    >>> from myovox import emg
    >>> found = emg.normalise([0.1, 0.4, 0.2], 1000.0, to="peak")
    >>> found.percent.tolist(), found.unit, float(found.value)
    ([25.0, 100.0, 50.0], '%peak', 0.4)
    """
    if sum(given is not None for given in (mvc, reference, to)) != 1:
        raise TypeError("one of mvc, reference and to")
    percent = samples(envelope, "envelope").copy()
    count = rows(percent).shape[0]
    levels: list[float] = []
    if mvc is not None:
        given = np.asarray(mvc, dtype=np.float64)
        levels = [float(given)] * count if given.ndim == 0 else given.reshape(-1).tolist()
    recording = None if reference is None else rows(samples(reference, "reference"))
    name = to or ("mvc" if reference is None else "reference")
    value, unit, doubts = _native.emg_normalise(rows(percent), rate, name, levels, recording)
    for doubt in doubts:
        _warnings.warn(doubt, UserWarning, stacklevel=2)
    return Normalised(percent, unit, np.array(value).reshape(percent.shape[:-1]))


def _channels(
    x: npt.ArrayLike,
    rate: float,
    method: Method | Mapping[str, Any],
    rest: Rest | None,
    mvc: float | Sequence[float | None] | Array | None,
    config: ConfigLike | None,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], tuple[int, ...]]:
    """Channels and warnings as the library writes them, and the leading axes."""
    signal = samples(x)
    channels = rows(signal)
    detector = None if method == "default" else method
    levels = _levels(mvc, len(channels))
    found = json.loads(_native.emg_channels_json(channels, rate, config, _rest(rest), levels, detector))
    return found["channels"], found["warnings"], signal.shape[:-1]


def _levels(mvc: float | Sequence[float | None] | Array | None, channels: int) -> list[float | None]:
    """One for each channel; none where nothing is known."""
    if mvc is None:
        return []
    given = [mvc] * channels if isinstance(mvc, int | float) else list(np.asarray(mvc, dtype=object).reshape(-1))
    return [None if level is None or level != level else float(level) for level in given]


def _rest(rest: Rest | None) -> list[tuple[float, float]]:
    return [(float(start), float(end)) for start, end in rest or ()]


def _of_channel(warnings: list[dict[str, Any]], label: str) -> list[dict[str, Any]]:
    """The warnings about one channel and about all, without the name that an array's channel does not have."""
    about = (warning for warning in warnings if warning.get("channel") in (None, label))
    return [{key: value for key, value in warning.items() if key != "channel"} for warning in about]


def activations(
    x: npt.ArrayLike,
    rate: float,
    *,
    method: Method | Mapping[str, Any] = "default",
    rest: Rest | None = None,
    mvc: float | Sequence[float | None] | Array | None = None,
    config: ConfigLike | None = None,
) -> Any:
    """Find every stretch in which a muscle is more than at rest.

    Parameters
    ----------
    x : array_like [shape=(..., samples)]
        Raw signals; the band-pass and the treatment of gaps are part of it.
    rate : float
        Sampling rate in Hz.
    method : str or dict
        How they are found. "default": levels of chi-square noise with hysteresis, then edges by likelihood. Else a detector of the literature with
        its published settings, "tkeo" (see `Method`), or with others, ``{"method": "tkeo", "deviations": 8.0}``: to compare with, not to rely
        on. These place no edge by likelihood and have no confidence.
    rest : iterable of pair of float, optional
        Stretches in seconds in which the muscles rest; by default rest is found.
    mvc : float or sequence of float, optional
        Levels of maximal contractions, as for `contractions`; activations do not depend on them.
    config : dict, str or os.PathLike, optional
        Settings of the muscle analysis that differ from the defaults, ``{"activation.on_deviates": 6}``, or the path of a file with all settings.

    Returns
    -------
    Records of Activation, or lists of them
        For one axis the records; for more a list for each channel, nested as the leading axes. ``confidence`` is the probability that each edge
        that was placed lies within 20 ms of the true one, if rises are such as the method knows.

    Raises
    ------
    ConfigError
        Settings, rest or the rate are wrong.

    Examples
    --------
    >>> import numpy as np
    >>> from myovox import emg
    >>> noise = np.random.default_rng(1).standard_normal(6000)
    >>> x = noise * np.where((np.arange(6000) // 2000) == 1, 1.0, 0.02)
    >>> (burst,) = emg.activations(x, 1000.0)
    >>> abs(burst.onset - 2000) < 5, abs(burst.offset - 4000) < 5, burst.onset_edge.model in ("step", "ramp")
    (True, True, True)
    """
    channels, warnings, shape = _channels(x, rate, method, rest, mvc, config)
    found = [Records((activation(one) for one in of["activations"]), of, _of_channel(warnings, of["label"])) for of in channels]
    return nested(found, shape)


def contractions(
    x: npt.ArrayLike,
    rate: float,
    *,
    method: Method | Mapping[str, Any] = "default",
    rest: Rest | None = None,
    mvc: float | Sequence[float | None] | Array | None = None,
    config: ConfigLike | None = None,
) -> Any:
    """Find the contractions that a therapist counts: the efforts among the activations.

    Parameters
    ----------
    x : array_like [shape=(..., samples)]
        Raw signals; the band-pass and the treatment of gaps are part of it.
    rate : float
        Sampling rate in Hz.
    method : str or dict
        How they are found. "default": levels of the RMS envelope with hysteresis, then edges by likelihood. Else, as for `activations`, a detector
        of the literature; each stretch that it finds is then a contraction.
    rest : iterable of pair of float, optional
        Stretches in seconds in which the muscles rest; by default rest is found.
    mvc : float or sequence of float, optional
        Level of the envelope in a maximal contraction, in the unit of `x`: one for all or one for each channel, ``None`` or NaN where it is
        not known. With it, contractions have ``mvc_pct`` and ``meets_intensity``.
    config : dict, str or os.PathLike, optional
        Settings of the muscle analysis that differ from the defaults, ``{"contraction.merge_ms": 300}``, or the path of a file with all
        settings.

    Returns
    -------
    Records of Contraction, or lists of them
        For one axis the records; for more a list for each channel, nested as the leading axes. They are those of `myovox.analyze`.

    Raises
    ------
    ConfigError
        Settings, rest, levels or the rate are wrong.

    Examples
    --------
    >>> import numpy as np
    >>> from myovox import emg
    >>> noise = np.random.default_rng(1).standard_normal(6000)
    >>> x = noise * np.where((np.arange(6000) // 2000) == 1, 1.0, 0.02)
    >>> (effort,) = emg.contractions(x, 1000.0, rest=[(0.0, 1.5)], mvc=2.0)
    >>> abs(effort.onset - 2000) < 5, effort.meets_intensity, effort.flags
    (True, False, ())
    """
    channels, warnings, shape = _channels(x, rate, method, rest, mvc, config)
    found = [Records((contraction(one) for one in of["contractions"]), of, _of_channel(warnings, of["label"])) for of in channels]
    return nested(found, shape)


def _spans(spans: Spans) -> list[tuple[int, int]]:
    return [span if isinstance(span, tuple) else (span.onset, span.offset) for span in spans]


def quality(
    x: npt.ArrayLike,
    rate: float,
    *,
    rest: Rest | None = None,
    mvc: float | Sequence[float | None] | Array | None = None,
    config: ConfigLike | None = None,
) -> Any:
    """Measure how good raw signals are, and flag what is wrong with them.

    Parameters
    ----------
    x : array_like [shape=(..., samples)]
        Raw signals.
    rate : float
        Sampling rate in Hz.
    rest : iterable of pair of float, optional
        Stretches in seconds in which the muscles rest; by default rest is found.
    mvc : float or sequence of float, optional
        Levels of maximal contractions, as for `contractions`.
    config : dict, str or os.PathLike, optional
        Settings of the muscle analysis that differ from the defaults, ``{"quality.hum_share": 0.02}``, or the path of a file with all settings.

    Returns
    -------
    dict, or lists of dict
        ``flags``, each with its name (``flag``: "clipping", "lead_off", "flat", "dropout", "spikes", "hum", "movement", "ecg", "low_snr",
        "rate_doubtful", "dc", "quantised", "saturation_of_derived", "mvc_exceeded"), its ``measure``, which is a share, a ratio or decibels, and its
        ``intervals``; the measures themselves, such as ``hum``, ``movement_share``, ``ecg``, ``suggested_rate_hz``; ``warnings``, the same in words;
        ``missing`` with a reason for every ``None``. The measures and flags are those of `myovox.analyze`.

    Raises
    ------
    ConfigError
        Settings, rest, levels or the rate are wrong.

    Examples
    --------
    >>> import numpy as np
    >>> from myovox import emg
    >>> x = np.random.default_rng(1).standard_normal(10_000) + 5 * np.sin(2 * np.pi * 50 * np.arange(10_000) / 1000.0)
    >>> found = emg.quality(x, 1000.0)
    >>> [flag["flag"] for flag in found["flags"]], round(found["hum"]["frequency_hz"], 1), found["hum"]["above_db"] > 20
    (['hum'], 50.0, True)
    """
    signal = samples(x)
    channels = rows(signal)
    found = json.loads(_native.emg_quality_json(channels, rate, config, _rest(rest), _levels(mvc, len(channels))))
    label = "channel 0"
    records = [{**one["quality"], "warnings": _of_channel(one["warnings"], label), "missing": one["missing"]} for one in found]
    return nested(records, signal.shape[:-1])


def remove_hum(
    x: npt.ArrayLike,
    rate: float,
    *,
    method: Literal["auto", "fit", "notch", "comb", "off"] = "auto",
    frequency_hz: float | None = None,
    settings: Mapping[str, Any] | None = None,
    out: Array | None = None,
) -> tuple[Array, Any]:
    """Take the hum of the mains away.

    Parameters
    ----------
    x : array_like [shape=(..., samples)]
        Raw signals.
    rate : float
        Sampling rate in Hz.
    method : {"auto", "fit", "notch", "comb", "off"}
        Fitted sinusoids where `quality` flags the hum, and else nothing: such a signal keeps its bits; fitted sinusoids; notches or a comb, forward
        and backward.
    frequency_hz : float, optional
        Frequency of the mains; by default as measured, and without a line that stands out nothing is taken away.
    settings : dict, optional
        Other settings of the muscle analysis: ``{"hum.q": 35, "hum.window_s": 1}``.
    out : numpy.ndarray of float64 [shape=(..., samples)], optional
        Where the result goes; may be `x`.

    Returns
    -------
    cleaned : numpy.ndarray of float64 [shape=(..., samples)]
        The signals without hum; samples in gaps as they were.
    removed : dict or None, or lists of them
        ``method``, ``frequency_hz``, ``harmonics`` and ``power_share``, the power of what was taken away over that of the signal; ``None`` where
        nothing was.

    Raises
    ------
    ConfigError
        ``dsp.comb-not-integer`` where the rate is no whole multiple of the frequency; settings are wrong.

    Examples
    --------
    >>> import numpy as np
    >>> from myovox import emg
    >>> noise = np.random.default_rng(1).standard_normal(10_000)
    >>> cleaned, removed = emg.remove_hum(noise + 5 * np.sin(2 * np.pi * 50 * np.arange(10_000) / 1000.0), 1000.0)
    >>> removed["harmonics"], round(removed["frequency_hz"], 2), bool(np.std(cleaned - noise) < 0.1)
    ([1], 50.0, True)
    """
    options: dict[str, Any] = {**(settings or {}), "hum.method": method}
    if frequency_hz is not None:
        options["hum.frequency_hz"] = frequency_hz
    return _cleaned(_native.emg_remove_hum, x, rate, options, out)


def remove_ecg(
    x: npt.ArrayLike,
    rate: float,
    *,
    method: Literal["template", "gate", "high_pass", "off"] = "template",
    settings: Mapping[str, Any] | None = None,
    out: Array | None = None,
) -> tuple[Array, Any]:
    """Take heart beats away.

    Parameters
    ----------
    x : array_like [shape=(..., samples)]
        Raw signals.
    rate : float
        Sampling rate in Hz.
    method : {"template", "gate", "high_pass", "off"}
        Subtract the beats' own shape, fitted to each (under a working muscle only where the fit shows a beat); put the mirror image of what lies
        beside a beat in its place; a high-pass at 30 Hz.
    settings : dict, optional
        Other settings of the muscle analysis: ``{"ecg.least_beats": 20, "ecg.gate_ms": 60}``.
    out : numpy.ndarray of float64 [shape=(..., samples)], optional
        Where the result goes; may be `x`.

    Returns
    -------
    cleaned : numpy.ndarray of float64 [shape=(..., samples)]
        The signals without beats; what lies outside the band of the muscle analysis stays.
    removed : dict or None, or lists of them
        ``method``, ``beats`` and ``energy_share``, the energy of the change over that of the band-passed signal; ``None`` where nothing was taken
        away: `quality` says whether a heart was heard.

    Raises
    ------
    ConfigError
        Settings or the rate are wrong.

    Examples
    --------
    >>> import numpy as np
    >>> from myovox import emg
    >>> noise = np.random.default_rng(1).standard_normal(30_000)
    >>> t = (np.arange(30_000) % 800 - 400) / 1000.0  # 75 beats a minute
    >>> x = noise - 15 * t / 0.012 * np.exp(0.5 - (t / 0.012) ** 2 / 2)
    >>> cleaned, removed = emg.remove_ecg(x, 1000.0)
    >>> removed["beats"] > 30, removed["energy_share"] > 0.4
    (True, True)
    """
    return _cleaned(_native.emg_remove_ecg, x, rate, {**(settings or {}), "ecg.method": method}, out)


def _cleaned(
    native: Callable[[Array, Array, float, Mapping[str, Any]], str],
    x: npt.ArrayLike,
    rate: float,
    options: Mapping[str, Any],
    out: Array | None,
) -> tuple[Array, Any]:
    signal = samples(x)
    result = output(signal, signal.shape[-1], out)
    removed = json.loads(native(rows(apart(signal, result)), rows(result), rate, options))
    return result, nested(removed, signal.shape[:-1])


def features(
    x: npt.ArrayLike,
    rate: float,
    *,
    windows: float | tuple[float, float] | None = None,
    spans: Spans | None = None,
    baseline: float | Sequence[float | None] | Array | None = None,
    config: Mapping[str, Any] | None = None,
) -> Features:
    """Compute the features of whole signals, of windows along them, or of stretches such as contractions.

    Parameters
    ----------
    x : array_like [shape=(..., samples)]
        Band-passed signals: nothing is filtered here.
    rate : float
        Sampling rate in Hz.
    windows : float or pair of float, optional
        Length of windows in ms, or that and the share that each repeats of the one before, 0 to 0.99.
    spans : iterable of Contraction, Activation or pair of int, optional
        Stretches of samples, the same for all channels.
    baseline : float or sequence of float, optional
        Standard deviation at rest in the unit of `x`, which the thresholds of counts are multiples of.
    config : dict, optional
        How they are computed: ``{"features": ["rms", "mdf_hz"], "low_hz": 10}``; by default all of them, with the library's settings.

    Returns
    -------
    Features
        A dictionary by name. Each value is a float for one signal, else an array of shape ``(...)``, with `windows` or `spans` of shape
        ``(..., windows)``; coefficients ("ar", "cc") have one axis more. NaN where a feature is not known, ``missing`` says why.

    Raises
    ------
    ConfigError
        Settings are wrong, or a span lies outside the samples.

    Examples
    --------
    >>> from myovox import emg
    >>> found = emg.features([1.0, -2.0, 3.0, -4.0], 1000.0)
    >>> found["mav"], found["zc"], found["mdf_hz"], found.missing["mdf_hz"]
    (2.5, 3.0, nan, 'too_short')
    """
    signal = samples(x)
    channels = rows(signal)
    settings = dict(config or {})
    stretches: list[tuple[int, int]] | None = [(0, channels.shape[-1])]
    if windows is not None and spans is not None:
        raise TypeError("windows or spans, not both")
    if windows is not None:
        length, overlap = windows if isinstance(windows, tuple) else (windows, 0.0)
        settings.update(window_ms=length, overlap=overlap)
        stretches = None
    elif spans is not None:
        stretches = _spans(spans)
    levels: list[float | None] = []
    if baseline is not None:
        given = [baseline] * len(channels) if isinstance(baseline, int | float) else list(np.asarray(baseline, dtype=object).reshape(-1))
        levels = [None if level is None or level != level else float(level) for level in given]
        if len(levels) != len(channels):
            message = f"baseline: levels and channels differ in number: found {len(levels)}: expected {len(channels)}"
            raise ConfigError(message, code="emg.channels-differ", field="baseline")
    found = json.loads(_native.emg_features_json(channels, rate, settings, levels, stretches))
    whole = windows is None and spans is None
    return Features.collected(found, signal.shape[:-1], whole=whole)


def fatigue(
    x: npt.ArrayLike,
    rate: float,
    *,
    spans: Spans | None = None,
    force: Literal["unknown", "constant"] = "unknown",
    rest: Rest | None = None,
    settings: Mapping[str, Any] | None = None,
    config: ConfigLike | None = None,
) -> Any:
    """Tell how spectrum and amplitude change over contractions, and what that says of fatigue.

    Parameters
    ----------
    x : array_like [shape=(..., samples)]
        Raw signals.
    rate : float
        Sampling rate in Hz.
    spans : iterable of Contraction, Activation or pair of int, optional
        The contractions in samples; by default those that `contractions` finds.
    force : {"unknown", "constant"}
        What is known of the force: nothing, or constant and isometric by the protocol.
    rest : iterable of pair of float, optional
        Stretches of rest in seconds.
    settings : dict, optional
        When a recording can tell, and how it is measured: ``{"minimum_span_s": 20}``.
    config : dict, str or os.PathLike, optional
        Settings of the muscle analysis, as for `contractions`.

    Returns
    -------
    dict, or lists of dict
        ``points``; the trends ``mdf``, ``mnf``, ``rms`` with their intervals; ``mdf_percent_per_min`` ...; ``jasa``; ``finding``
        ("fatigue", "no_evidence"). ``None`` where the recording cannot tell; ``missing`` says why.

    Examples
    --------
    >>> import numpy as np
    >>> from myovox import emg
    >>> noise = np.random.default_rng(1).standard_normal(6000)
    >>> found = emg.fatigue(noise * np.where((np.arange(6000) // 2000) == 1, 1.0, 0.02), 1000.0)
    >>> found["finding"], found["missing"][-1]["reason"]
    (None, 'too_few_points')
    """
    signal = samples(x)
    stretches = None if spans is None else _spans(spans)
    text = _native.emg_fatigue_json(rows(signal), rate, config, dict(settings or {}), _rest(rest), stretches, force)
    found = json.loads(text)
    for one in found:
        one.setdefault("missing", [])
    return nested(found, signal.shape[:-1])


def cocontraction(
    agonist: npt.ArrayLike,
    antagonist: npt.ArrayLike,
    *,
    normalisation: Literal["mvc", "peak", "mean", "none"] | tuple[str, str] = "none",
) -> Any:
    """Tell how much of the activity of two opposing muscles is common.

    Parameters
    ----------
    agonist, antagonist : array_like [shape=(..., samples)]
        Envelopes of one shape, divided by what `normalisation` names; samples that are NaN in either are left out.
    normalisation : {"mvc", "peak", "mean", "none"}, or a pair of these
        What the envelopes were divided by. Raw amplitudes compare electrodes, which is a warning.

    Returns
    -------
    dict, or lists of dict
        ``falconer_winter_percent``, ``winter``, ``rudolph``, ``frost``, ``ratio``: the indices by their authors; ``None`` where there is none,
        with the reason in ``missing``; ``warnings``.

    Examples
    --------
    >>> from myovox import emg
    >>> found = emg.cocontraction([0.5, 0.5, 0.0], [0.5, 0.25, 0.25], normalisation="mvc")
    >>> found["falconer_winter_percent"], found["frost"]
    (75.0, 0.25)
    """
    first, second = samples(agonist, "agonist"), samples(antagonist, "antagonist")
    if first.shape != second.shape:
        message = f"antagonist: envelopes of different shapes: found {second.shape}: expected {first.shape}"
        raise ConfigError(message, code="emg.lengths-differ", field="antagonist")
    pair = (normalisation, normalisation) if isinstance(normalisation, str) else normalisation
    found = json.loads(_native.emg_cocontraction_json(rows(first), rows(second), pair))
    indices = [{"missing": [], **one["found"], "warnings": one["warnings"]} for one in found]
    return nested(indices, first.shape[:-1])


def synergies(envelopes: npt.ArrayLike, *, number: int | None = None, settings: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Find a few patterns of muscles whose weighted sum explains all envelopes.

    Parameters
    ----------
    envelopes : array_like [shape=(muscles, samples)]
        Normalised envelopes, finite and none below 0.
    number : int, optional
        Number of synergies; by default the smallest that accounts for enough.
    settings : dict, optional
        How they are sought: ``{"vaf": 0.95, "restarts": 50, "seed": 2}``.

    Returns
    -------
    dict
        ``weights`` of shape (muscles, synergies), ``activations`` of shape (synergies, samples), the variance accounted for (``vaf``,
        ``vaf_muscles``, ``vaf_synergies``, ``vaf_by_number``), ``r_squared``, ``sufficient`` and ``seed``.

    Raises
    ------
    DataError
        ``emg.synergy-envelopes`` for envelopes that are empty, silent, negative or not finite.

    Examples
    --------
    >>> from myovox import emg
    >>> found = emg.synergies([[1.0, 0.5, 0.0, 0.0], [2.0, 1.0, 0.0, 0.0], [0.0, 0.0, 3.0, 1.0]])
    >>> found["weights"].shape, found["vaf"] > 0.9999
    ((3, 2), True)
    """
    signal = samples(envelopes, "envelopes")
    if signal.ndim != 2:
        message = f"envelopes: not muscles by samples: found shape {signal.shape}: expected two axes"
        raise ConfigError(message, code="dsp.axes", field="envelopes")
    options = dict(settings or {})
    if number is not None:
        options["number"] = number
    weights, courses, rest = _native.emg_synergies(signal, options)
    return {"weights": weights, "activations": courses, **json.loads(rest)}


def session(
    recording: C3dRecording | str | os.PathLike[str] | bytes | npt.ArrayLike,
    rate: float | None = None,
    *,
    labels: Sequence[str] | None = None,
    units: Sequence[str] | str | None = None,
    session: SessionLike | None = None,
    config: ConfigLike | None = None,
) -> dict[str, Any]:
    """Sum up a session: per muscle its contractions and parameters, and the scores of all.

    Parameters
    ----------
    recording : str, os.PathLike, bytes, C3dRecording or array_like [shape=(..., samples)]
        A C3D file, what `myovox.read_c3d` gave, or signals with one or two axes.
    rate : float, optional
        Sampling rate in Hz: for arrays, and only for them.
    labels, units : sequence of str, optional
        For arrays: names of the channels, by default "CH1", "CH2", ..., which a session calls them by, and their units, by default not stated. All
        channels are muscles, unless the settings or the session say otherwise.
    session : dict, str or os.PathLike, optional
        What the recording cannot know: sides, maximal contractions, targets, exertion, as `myovox.session_schema` describes it.
    config : dict, str or os.PathLike, optional
        Settings of the muscle analysis that differ from the defaults, or of everything under ``emg``.

    Returns
    -------
    dict
        ``emg``, the muscle part of a report; ``warnings``, and ``missing`` with a reason for every ``None``. For a path or bytes these are the
        report's; for a C3dRecording and arrays nothing is known of what else the file states, such as a game's points.

    Raises
    ------
    Error
        As for `myovox.analyze`.

    Examples
    --------
    >>> from myovox import emg
    >>> found = emg.session("fixtures/files/ghostly_named.c3d", session={"rpe": 7})
    >>> [channel["parameters"]["contractions"] for channel in found["emg"]["channels"]], found["emg"]["session"]["scores"]["effort"]
    ([5, 6], 80.0)
    """
    if isinstance(recording, str | os.PathLike | bytes):
        if rate is not None or labels is not None or units is not None:
            raise TypeError("rate, labels and units belong to arrays; a file states its own")
        whole = {"emg": dict(config)} if isinstance(config, Mapping) and "emg" not in config else config
        report = analyze(recording, config=whole, session=session)
        return {key: report[key] for key in ("emg", "warnings", "missing")}
    platforms: list[int] = []
    if isinstance(recording, C3dRecording):
        if rate is not None or labels is not None or units is not None:
            raise TypeError("rate, labels and units belong to arrays; a recording states its own")
        signal, hz = samples(recording.analog), recording.analog_rate
        names, of = recording.analog_names, recording.analog_units
        platforms = recording.force_platform_channels
    else:
        if rate is None:
            raise TypeError("arrays have a rate")
        signal, hz = np.atleast_2d(samples(recording)), rate
        if signal.ndim != 2:
            message = f"recording: more axes than channels and samples: found shape {signal.shape}: expected one or two axes"
            raise ConfigError(message, code="dsp.axes", field="recording")
        names = list(labels) if labels is not None else [f"CH{k + 1}" for k in range(len(signal))]
        of = [units or ""] * len(signal) if units is None or isinstance(units, str) else list(units)
        if config is None or (isinstance(config, Mapping) and not {"channels", "emg"} & set(config)):
            config = {**(config or {}), "channels": names}
    found: dict[str, Any] = json.loads(_native.emg_session_json(signal, hz, names, of, platforms, config, session))
    return found


def score(
    muscles: Iterable[Mapping[str, Any]],
    *,
    rpe: float | None = None,
    rpe_map: Literal["document", "database"] = "document",
    bfr: Literal["none", "prescribed"] = "none",
    bfr_pressure_pct: float | None = None,
    bfr_window: tuple[float, float] = (45.0, 55.0),
    game_points: float | None = None,
    game_max: float | None = None,
    weights: Mapping[str, float] | None = None,
    protocol_day: int | None = None,
    sessions_completed: float | None = None,
) -> dict[str, Any]:
    """Score a session from the counts of its muscles.

    Parameters
    ----------
    muscles : iterable of dict
        Each with ``name`` and ``contractions``, and as far as known ``side`` ("left", "right", "none"), ``target_contractions``,
        ``reached_intensity``, ``reached_duration`` (contractions that reached the target).
    rpe : float, optional
        Rating of perceived exertion, Borg CR-10: a whole number from 0 to 10.
    rpe_map : {"document", "database"}
        Which points it gives.
    bfr : {"none", "prescribed"}
        Whether the protocol restricts blood flow.
    bfr_pressure_pct : float, optional
        Pressure of the cuff in percent of the arterial occlusion pressure.
    bfr_window : pair of float
        Pressures that pass, bounds included, in percent.
    game_points, game_max : float, optional
        Points of the game, and those that could be had.
    weights : dict, optional
        Weights that differ from the protocol's: "compliance", "symmetry", "effort", "game"; "completion", "intensity", "duration".
    protocol_day, sessions_completed : int, float, optional
        Day of the protocol and sessions completed up to it, for the adherence.

    Returns
    -------
    dict
        ``scores`` 0 to 100 with the weights that were applied, ``muscles`` with their rates in their order, ``missing`` with the reason for
        every ``None``.

    Raises
    ------
    ConfigError
        ``session.bad-value``, ``session.count-exceeds-total``, ``config.weights``.

    Examples
    --------
    >>> from myovox import emg
    >>> reached = {"reached_intensity": 6, "reached_duration": 6, "target_contractions": 12}
    >>> found = emg.score([{"name": "left", "contractions": 6, **reached}], rpe=5)
    >>> round(found["scores"]["compliance"], 1), found["scores"]["symmetry"], found["scores"]["missing"]
    (83.3, None, ['adherence', 'game', 'symmetry'])
    """
    facts = {
        "muscles": [dict(muscle) for muscle in muscles],
        "rpe": rpe,
        "rpe_map": rpe_map,
        "bfr": bfr,
        "bfr_pressure_pct": bfr_pressure_pct,
        "bfr_window": list(bfr_window),
        "game_points": game_points,
        "game_max": game_max,
        "weights": dict(weights or {}),
        "protocol_day": protocol_day,
        "sessions_completed": sessions_completed,
    }
    found: dict[str, Any] = json.loads(_native.emg_score_json(facts))
    return found


def to_frame(records: Iterable[Activation | Contraction]) -> pd.DataFrame:
    """Give records as a table of pandas, which must be installed.

    Parameters
    ----------
    records : iterable of Activation or Contraction
        What `activations` or `contractions` found in one channel.

    Returns
    -------
    pandas.DataFrame
        A row for each record; what is known of an edge stands in columns such as ``onset_edge_low_s``.

    Examples
    --------
    >>> from myovox import emg
    >>> callable(emg.to_frame)
    True
    """
    import pandas as pd  # noqa: PLC0415 -- an extra

    return pd.DataFrame.from_records([record.row() for record in records])


def plot(
    x: npt.ArrayLike,
    rate: float,
    contractions: Iterable[Activation | Contraction],
    *,
    ax: matplotlib.axes.Axes | None = None,
    columns: int = 2000,
) -> matplotlib.axes.Axes:
    """Draw one channel with its contractions shaded; matplotlib must be installed.

    Parameters
    ----------
    x : array_like [shape=(samples,)]
        The signal, or its envelope.
    rate : float
        Sampling rate in Hz.
    contractions : iterable of Contraction or Activation
        What is shaded.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default new axes.
    columns : int
        Columns of the picture; the extremes of the samples in each are kept.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, with time in seconds.

    Examples
    --------
    >>> from myovox import emg
    >>> callable(emg.plot)
    True
    """
    signal = samples(x)
    if signal.ndim != 1:
        message = f"x: more than one channel: found shape {signal.shape}: expected one axis"
        raise ConfigError(message, code="dsp.axes", field="x")
    if ax is None:
        import matplotlib.pyplot as plt  # noqa: PLC0415 -- an extra

        _, ax = plt.subplots()
    indices, values = _native.min_max(rows(signal), columns)
    ax.plot(indices[0] / rate, values[0], linewidth=0.6)
    for span in contractions:
        ax.axvspan(span.onset_s, span.offset_s, alpha=0.25)
    ax.set_xlabel("time (s)")
    return ax
