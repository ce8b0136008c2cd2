"""Filters, spectra, moving windows: signal processing on numpy arrays in the habits of `scipy.signal`.

Signals have the shape ``(..., samples)``: time is the last axis, and each signal is worked on by itself. Lists and all real dtypes are taken,
results are float64. Sampling rates and edges are in Hz, outputs in the unit of the input unless their function says otherwise. The
interpreter's lock is released while the library works. What is wrong with an argument is a `myovox.ConfigError`, which is a ``ValueError``.

Examples
--------
>>> import numpy as np
>>> from myovox import dsp
>>> t = np.arange(2000) / 1000.0
>>> x = np.sin(2 * np.pi * 5 * t) + np.sin(2 * np.pi * 100 * t)
>>> slow = dsp.sosfiltfilt(dsp.butter_sos(4, 20.0, "lowpass", 1000.0), x)
>>> bool(np.abs(slow[500:1500] - np.sin(2 * np.pi * 5 * t)[500:1500]).max() < 0.01)
True
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Literal, TypeAlias, overload

import numpy as np
import numpy.typing as npt

from myovox import _native
from myovox._arrays import Array, apart, output, rows, samples
from myovox._errors import ConfigError

__all__ = [
    "SosStream",
    "bessel_sos",
    "burg",
    "butter_sos",
    "cheby1_sos",
    "cheby2_sos",
    "ellip_sos",
    "hilbert",
    "iircomb",
    "iirnotch",
    "min_max",
    "moving_mav",
    "moving_max",
    "moving_mean",
    "moving_median",
    "moving_min",
    "moving_rms",
    "resample_poly",
    "sosfilt",
    "sosfiltfilt",
    "tkeo",
    "welch",
    "whiten",
]

Btype: TypeAlias = Literal["lowpass", "low", "highpass", "high", "bandpass", "band", "bandstop", "stop"]
"""What passes."""

EdgesHz: TypeAlias = float | Sequence[float] | npt.NDArray[np.float64]
"""One edge in Hz, or two for a band."""

Edges: TypeAlias = Literal["shrink", "reflect", "nearest", "zero", "valid"]
"""What a window finds beyond the ends of the signal."""

Padtype: TypeAlias = Literal["odd", "even", "constant", "none"]
"""How a signal is continued beyond its ends."""


def _edges(edges_hz: EdgesHz) -> list[float]:
    edges = np.asarray(edges_hz, dtype=np.float64)
    return [float(edge) for edge in edges.reshape(-1)]


def butter_sos(order: int, edges_hz: EdgesHz, btype: Btype, rate: float) -> Array:
    """Design a Butterworth filter as second-order sections.

    Parameters
    ----------
    order : int
        Order, 1 to 25; band filters have twice as many poles.
    edges_hz : float or pair of float
        Edges in Hz, -3 dB for one pass.
    btype : {"lowpass", "highpass", "bandpass", "bandstop"}
        What passes; SciPy's short names are taken too.
    rate : float
        Sampling rate in Hz.

    Returns
    -------
    numpy.ndarray of float64 [shape=(sections, 6)]
        Rows ``b0 b1 b2 1 a1 a2``: those of ``scipy.signal.butter(..., output="sos", fs=rate)``, to 1e-12.

    Raises
    ------
    ConfigError
        ``dsp.filter-order``, ``dsp.filter-edge``.

    Examples
    --------
    >>> from myovox import dsp
    >>> dsp.butter_sos(4, (20.0, 450.0), "bandpass", 2000.0).shape
    (4, 6)
    """
    return _native.design_sos("butter", order, _edges(edges_hz), btype, rate, 0.0, 0.0, "phase")


def cheby1_sos(order: int, ripple_db: float, edges_hz: EdgesHz, btype: Btype, rate: float) -> Array:
    """Design a Chebyshev filter of the first kind: it ripples where it passes.

    Parameters
    ----------
    order : int
        Order, 1 to 25.
    ripple_db : float
        Ripple in the pass band in dB, whose end the edges are.
    edges_hz, btype, rate
        As for `butter_sos`.

    Returns
    -------
    numpy.ndarray of float64 [shape=(sections, 6)]
        Sections as `butter_sos` gives them.

    Examples
    --------
    >>> from myovox import dsp
    >>> dsp.cheby1_sos(5, 1.0, 100.0, "lowpass", 2000.0).shape
    (3, 6)
    """
    return _native.design_sos("cheby1", order, _edges(edges_hz), btype, rate, ripple_db, 0.0, "phase")


def cheby2_sos(order: int, attenuation_db: float, edges_hz: EdgesHz, btype: Btype, rate: float) -> Array:
    """Design a Chebyshev filter of the second kind: it ripples where it stops.

    Parameters
    ----------
    order : int
        Order, 1 to 25.
    attenuation_db : float
        Least attenuation in the stop band in dB, whose begin the edges are.
    edges_hz, btype, rate
        As for `butter_sos`.

    Returns
    -------
    numpy.ndarray of float64 [shape=(sections, 6)]
        Sections as `butter_sos` gives them.

    Examples
    --------
    >>> from myovox import dsp
    >>> dsp.cheby2_sos(6, 40.0, 20.0, "highpass", 2000.0).shape
    (3, 6)
    """
    return _native.design_sos("cheby2", order, _edges(edges_hz), btype, rate, 0.0, attenuation_db, "phase")


def ellip_sos(order: int, ripple_db: float, attenuation_db: float, edges_hz: EdgesHz, btype: Btype, rate: float) -> Array:
    """Design an elliptic filter: the steepest, with ripples on both sides.

    Parameters
    ----------
    order : int
        Order, 1 to 25.
    ripple_db, attenuation_db : float
        Ripple in the pass band, whose end the edges are, and least attenuation in the stop band, in dB.
    edges_hz, btype, rate
        As for `butter_sos`.

    Returns
    -------
    numpy.ndarray of float64 [shape=(sections, 6)]
        Sections as `butter_sos` gives them.

    Examples
    --------
    >>> from myovox import dsp
    >>> dsp.ellip_sos(4, 0.5, 40.0, (20.0, 450.0), "bandpass", 2000.0).shape
    (4, 6)
    """
    return _native.design_sos("ellip", order, _edges(edges_hz), btype, rate, ripple_db, attenuation_db, "phase")


def bessel_sos(
    order: int, edges_hz: EdgesHz, btype: Btype, rate: float, *, norm: Literal["phase", "delay", "mag"] = "phase"
) -> Array:
    """Design a Bessel filter: a step is smoothed without overshoot.

    Parameters
    ----------
    order : int
        Order, 1 to 25.
    edges_hz, btype, rate
        As for `butter_sos`.
    norm : {"phase", "delay", "mag"}
        What the edge is, as in ``scipy.signal.bessel``.

    Returns
    -------
    numpy.ndarray of float64 [shape=(sections, 6)]
        Sections as `butter_sos` gives them.

    Examples
    --------
    >>> from myovox import dsp
    >>> dsp.bessel_sos(4, 10.0, "lowpass", 1000.0, norm="mag").shape
    (2, 6)
    """
    return _native.design_sos("bessel", order, _edges(edges_hz), btype, rate, 0.0, 0.0, norm)


def iirnotch(frequency_hz: float, q: float, rate: float, *, harmonics: int = 1) -> Array:
    """Design a notch that takes out a frequency, and its harmonics where they are wanted.

    Parameters
    ----------
    frequency_hz : float
        The frequency in Hz.
    q : float
        The frequency over the distance of the two -3 dB points; 30 to 35 for mains hum.
    rate : float
        Sampling rate in Hz.
    harmonics : int
        Number of the last harmonic, 1 being the frequency itself; those from half the rate on are left out. All are equally wide.

    Returns
    -------
    numpy.ndarray of float64 [shape=(notches, 6)]
        Sections, one for each notch; the first is ``scipy.signal.iirnotch``'s ``b, a``.

    Examples
    --------
    >>> from myovox import dsp
    >>> dsp.iirnotch(50.0, 30.0, 990.0, harmonics=20).shape
    (9, 6)
    """
    return _native.notch_sos(frequency_hz, q, rate, harmonics)


def iircomb(
    frequency_hz: float,
    q: float,
    rate: float,
    *,
    ftype: Literal["notch", "peak"] = "notch",
    teeth: Literal["multiples", "odd_halves"] = "multiples",
) -> Array:
    """Design a comb that takes out, or keeps, a frequency and its harmonics.

    Parameters
    ----------
    frequency_hz : float
        The frequency in Hz; the rate is a whole multiple of it.
    q : float
        The frequency over the distance of the two -3 dB points.
    rate : float
        Sampling rate in Hz.
    ftype : {"notch", "peak"}
        Whether the teeth are taken out or kept.
    teeth : {"multiples", "odd_halves"}
        0, f, 2f, ... or f/2, 3f/2, ...

    Returns
    -------
    numpy.ndarray of float64 [shape=(sections, 6)]
        The comb as sections, where ``scipy.signal.iircomb`` gives ``b, a``.

    Raises
    ------
    ConfigError
        ``dsp.comb-not-integer`` when the rate is no whole multiple: take `iirnotch` with `harmonics`.

    Examples
    --------
    >>> from myovox import dsp
    >>> dsp.iircomb(50.0, 30.0, 1000.0).shape
    (10, 6)
    """
    return _native.comb_sos(frequency_hz, q, rate, ftype, teeth)


def sosfiltfilt(
    sos: npt.ArrayLike,
    x: npt.ArrayLike,
    *,
    padtype: Padtype | None = "odd",
    padlen: int | None = None,
    out: Array | None = None,
) -> Array:
    """Filter forward and backward, so that nothing is shifted in time.

    Parameters
    ----------
    sos : array_like [shape=(sections, 6)]
        Second-order sections.
    x : array_like [shape=(..., samples)]
        Signals. A NaN spoils its whole signal.
    padtype : {"odd", "even", "constant", "none"} or None
        How a signal is continued beyond its ends while it is filtered.
    padlen : int, optional
        By how many samples; by default SciPy's number.
    out : numpy.ndarray of float64 [shape=(..., samples)], optional
        Where the result goes; may be `x`.

    Returns
    -------
    numpy.ndarray of float64 [shape=(..., samples)]
        The filtered signals: ``scipy.signal.sosfiltfilt``, to 1e-12 of the largest value.

    Raises
    ------
    ConfigError
        ``dsp.signal-too-short`` for signals that are not longer than the padding; ``dsp.section-row``.

    Examples
    --------
    >>> import numpy as np
    >>> from myovox import dsp
    >>> sos = dsp.butter_sos(4, 6.0, "lowpass", 1000.0)
    >>> bool(np.allclose(dsp.sosfiltfilt(sos, np.ones((2, 500))), 1.0))
    True
    """
    signal = samples(x)
    result = output(signal, signal.shape[-1], out)
    _native.sosfiltfilt(_sections(sos), rows(apart(signal, result)), rows(result), padtype or "none", padlen)
    return result


def _sections(sos: npt.ArrayLike) -> Array:
    sections = samples(sos, "sos")
    if sections.ndim != 2 or sections.shape[1] != 6:
        message = f"sos: not second-order sections: found shape {sections.shape}: expected (sections, 6)"
        raise ConfigError(message, code="dsp.section-row", field="sos")
    return sections


@overload
def sosfilt(sos: npt.ArrayLike, x: npt.ArrayLike, *, zi: None = None, out: Array | None = None) -> Array: ...


@overload
def sosfilt(sos: npt.ArrayLike, x: npt.ArrayLike, *, zi: npt.ArrayLike, out: Array | None = None) -> tuple[Array, Array]: ...


def sosfilt(
    sos: npt.ArrayLike, x: npt.ArrayLike, *, zi: npt.ArrayLike | None = None, out: Array | None = None
) -> Array | tuple[Array, Array]:
    """Filter forward only: causal, and late by the filter's group delay.

    Parameters
    ----------
    sos : array_like [shape=(sections, 6)]
        Second-order sections.
    x : array_like [shape=(..., samples)]
        Signals.
    zi : array_like [shape=(sections, ..., 2)], optional
        State before the first sample, as in ``scipy.signal.sosfilt``; by default rest.
    out : numpy.ndarray of float64 [shape=(..., samples)], optional
        Where the result goes; may be `x`.

    Returns
    -------
    numpy.ndarray of float64 [shape=(..., samples)]
        The filtered signals; with `zi` a pair of them and the state behind the last sample.

    See Also
    --------
    SosStream : Keeps the state between pieces.

    Examples
    --------
    >>> from myovox import dsp
    >>> dsp.sosfilt([[0.5, 0.5, 0.0, 1.0, 0.0, 0.0]], [1.0, 1.0, 3.0])
    array([0.5, 1. , 2. ])
    """
    signal, sections = samples(x), _sections(sos)
    result = output(signal, signal.shape[-1], out)
    shape = (sections.shape[0], *signal.shape[:-1], 2)
    if zi is None:
        state = np.zeros((len(rows(signal)), sections.shape[0], 2))
    else:
        given = samples(zi, "zi")
        if given.shape != shape:
            message = f"zi: state of another filter or number of channels: found shape {given.shape}: expected {shape}"
            raise ConfigError(message, code="dsp.state-differs", field="zi")
        state = np.array(np.moveaxis(given, 0, -2), order="C").reshape(-1, sections.shape[0], 2)
    _native.sosfilt(sections, rows(apart(signal, result)), rows(result), state)
    if zi is None:
        return result
    return result, np.moveaxis(state.reshape(*signal.shape[:-1], sections.shape[0], 2), -2, 0).copy()


class SosStream:
    """A causal filter over pieces of any length: it gives the bits that the whole signal gives.

    Parameters
    ----------
    sos : array_like [shape=(sections, 6)]
        Second-order sections.
    channels : int, optional
        Number of channels; by default one, whose pieces have one axis.

    Examples
    --------
    >>> import numpy as np
    >>> from myovox import dsp
    >>> sos, x = dsp.butter_sos(4, 10.0, "lowpass", 1000.0), np.arange(100.0) % 7
    >>> stream = dsp.SosStream(sos)
    >>> pieces = [stream.push(piece) for piece in np.split(x, [13, 60])]
    >>> bool(np.array_equal(np.concatenate(pieces), dsp.sosfilt(sos, x)))
    True
    """

    def __init__(self, sos: npt.ArrayLike, *, channels: int | None = None) -> None:
        self._sos = _sections(sos).copy()
        self._shape = () if channels is None else (channels,)
        self._state = np.zeros((1 if channels is None else channels, len(self._sos), 2))

    @property
    def sos(self) -> Array:
        """The sections."""
        return self._sos.copy()

    @property
    def state(self) -> Array:
        """What the stream remembers, of shape ``(channels, sections, 2)``: a copy; set it to go on from there."""
        return self._state.copy()

    @state.setter
    def state(self, value: npt.ArrayLike) -> None:
        state = samples(value, "state")
        if state.shape != self._state.shape:
            message = f"state: of another filter: found shape {state.shape}: expected {self._state.shape}"
            raise ConfigError(message, code="dsp.state-differs", field="state")
        self._state = state.copy()

    def push(self, x: npt.ArrayLike) -> Array:
        """Filter the next samples, of shape ``(samples,)`` or ``(channels, samples)``, and give as many."""
        signal = samples(x)
        if signal.shape[:-1] != self._shape:
            message = f"x: samples and filter differ in their channels: found shape {signal.shape}: expected {(*self._shape, 'samples')}"
            raise ConfigError(message, code="dsp.channels-differ", field="x")
        result = np.empty_like(signal)
        _native.sosfilt(self._sos, rows(signal), rows(result), self._state)
        return result

    def reset(self) -> None:
        """Put all channels at rest."""
        self._state.fill(0.0)


def welch(
    x: npt.ArrayLike,
    rate: float,
    *,
    nperseg: int | None = None,
    noverlap: int | None = None,
    nfft: int | None = None,
    window: Literal["hann", "hamming", "boxcar"] = "hann",
    detrend: Literal["constant", "none"] = "constant",
    scaling: Literal["density", "spectrum"] = "density",
) -> tuple[Array, Array]:
    """Estimate the power spectrum by averaging over segments.

    Parameters
    ----------
    x : array_like [shape=(..., samples)]
        Signals. A NaN spoils the spectrum of its signal.
    rate : float
        Sampling rate in Hz.
    nperseg : int, optional
        Samples of a segment; by default 256. A longer one than the signal is shortened to it, with a ``UserWarning``.
    noverlap : int, optional
        Samples that a segment shares with the one before; by default half of them.
    nfft : int, optional
        Samples of the transform; by default those of a segment.
    window : {"hann", "hamming", "boxcar"}
        Weights of a segment's samples.
    detrend : {"constant", "none"}
        What is taken from each segment: its mean or nothing.
    scaling : {"density", "spectrum"}
        The unit of the signal squared per Hz, or squared.

    Returns
    -------
    frequencies : numpy.ndarray of float64 [shape=(bins,)]
        In Hz.
    power : numpy.ndarray of float64 [shape=(..., bins)]
        ``scipy.signal.welch``, to 1e-12 of the largest value.

    Examples
    --------
    >>> import numpy as np
    >>> from myovox import dsp
    >>> frequencies, power = dsp.welch(np.sin(2 * np.pi * 0.125 * np.arange(1000)), 1000.0)
    >>> float(frequencies[power.argmax()])
    125.0
    """
    signal = samples(x)
    length, wanted = signal.shape[-1], 256 if nperseg is None else nperseg
    if 0 < length < wanted:
        warnings.warn(f"nperseg = {wanted} is greater than the {length} samples of the signal and was lowered to them", UserWarning, stacklevel=2)
        wanted = length
    frequencies, power = _native.welch(rows(signal), rate, wanted, noverlap, nfft, window, detrend, scaling)
    return frequencies, power.reshape(*signal.shape[:-1], len(frequencies))


def hilbert(x: npt.ArrayLike, *, padding: int = 0) -> npt.NDArray[np.complex128]:
    """Give the analytic signal, whose length is the amplitude and whose angle the phase.

    Parameters
    ----------
    x : array_like [shape=(..., samples)]
        Signals without an offset. A NaN spoils its whole signal.
    padding : int
        Samples by which the signal is mirrored at its ends meanwhile, so that one end does not show at the other; 0 is SciPy's.

    Returns
    -------
    numpy.ndarray of complex128 [shape=(..., samples)]
        ``scipy.signal.hilbert``, to 1e-12 of the largest value.

    Examples
    --------
    >>> from myovox import dsp
    >>> abs(dsp.hilbert([0.0, 2.0, 0.0, -2.0])).tolist()
    [2.0, 2.0, 2.0, 2.0]
    """
    signal = samples(x)
    quadrature = np.empty_like(signal)
    _native.hilbert(rows(signal), rows(quadrature), padding)
    result = np.empty(signal.shape, dtype=np.complex128)
    result.real, result.imag = signal, quadrature
    return result


def tkeo(x: npt.ArrayLike, *, edge: Literal["nearest", "zero", "drop"] = "nearest", out: Array | None = None) -> Array:
    """Apply the energy operator of Teager and Kaiser, ``x[n]**2 - x[n-1] * x[n+1]``.

    Parameters
    ----------
    x : array_like [shape=(..., samples)]
        Signals.
    edge : {"nearest", "zero", "drop"}
        What stands at the first and last sample: the neighbour's value, 0, or nothing, which makes the result two samples shorter.
    out : numpy.ndarray of float64, optional
        Where the result goes.

    Returns
    -------
    numpy.ndarray of float64 [shape=(..., samples)]
        In the unit of the signal squared.

    Examples
    --------
    >>> from myovox import dsp
    >>> dsp.tkeo([1.0, 2.0, 4.0, 7.0])
    array([0., 0., 2., 2.])
    """
    signal = samples(x)
    length = max(signal.shape[-1] - 2, 0) if edge == "drop" else signal.shape[-1]
    result = output(signal, length, out)
    _native.tkeo(rows(apart(signal, result)), rows(result), edge)
    return result


def resample_poly(x: npt.ArrayLike, up: int, down: int) -> Array:
    """Bring signals to ``up / down`` times their rate.

    Parameters
    ----------
    x : array_like [shape=(..., samples)]
        Signals, which count as 0 beyond their ends.
    up, down : int
        The ratio of the rates.

    Returns
    -------
    numpy.ndarray of float64 [shape=(..., ceil(samples * up / down))]
        ``scipy.signal.resample_poly``, to 1e-12 of the largest value.

    Examples
    --------
    >>> import numpy as np
    >>> from myovox import dsp
    >>> dsp.resample_poly(np.ones((2, 990)), 1000, 990).shape
    (2, 1000)
    """
    signal = samples(x)
    result = _native.resample_poly(rows(signal), up, down)
    return result.reshape(*signal.shape[:-1], result.shape[-1])


def _moving(statistic: str, x: npt.ArrayLike, window: int, edges: Edges, out: Array | None) -> Array:
    signal = samples(x)
    length = signal.shape[-1]
    result = output(signal, max(length + 1 - window, 0) if edges == "valid" else length, out)
    _native.moving(statistic, rows(apart(signal, result)), rows(result), window, edges)
    return result


def moving_rms(x: npt.ArrayLike, window: int, *, edges: Edges = "shrink", out: Array | None = None) -> Array:
    """Root of the mean square within a window that moves along.

    Parameters
    ----------
    x : array_like [shape=(..., samples)]
        Signals. A NaN reaches the windows that hold it and no other.
    window : int
        Samples of the window, around each sample; an even one reaches one further back.
    edges : {"shrink", "reflect", "nearest", "zero", "valid"}
        What a window finds beyond the ends: nothing, the signal mirrored, the end sample, zeros; or there are no such windows.
    out : numpy.ndarray of float64, optional
        Where the result goes; may be `x`.

    Returns
    -------
    numpy.ndarray of float64 [shape=(..., samples)]
        In the unit of the signal; with "valid" shorter by the window less one.

    Examples
    --------
    >>> from myovox import dsp
    >>> dsp.moving_rms([3.0, -3.0, 3.0, -3.0], 3)
    array([3., 3., 3., 3.])
    """
    return _moving("rms", x, window, edges, out)


def moving_mean(x: npt.ArrayLike, window: int, *, edges: Edges = "shrink", out: Array | None = None) -> Array:
    """Mean within a window that moves along.

    Parameters
    ----------
    x, window, edges, out
        As for `moving_rms`.

    Returns
    -------
    numpy.ndarray of float64 [shape=(..., samples)]
        In the unit of the signal.

    Examples
    --------
    >>> from myovox import dsp
    >>> dsp.moving_mean([3.0, -3.0, 3.0, 0.0], 3)
    array([0. , 1. , 0. , 1.5])
    """
    return _moving("mean", x, window, edges, out)


def moving_mav(x: npt.ArrayLike, window: int, *, edges: Edges = "shrink", out: Array | None = None) -> Array:
    """Mean of the magnitudes within a window that moves along.

    Parameters
    ----------
    x, window, edges, out
        As for `moving_rms`.

    Returns
    -------
    numpy.ndarray of float64 [shape=(..., samples)]
        In the unit of the signal.

    Examples
    --------
    >>> from myovox import dsp
    >>> dsp.moving_mav([3.0, -3.0, 3.0, 0.0], 3)
    array([3. , 3. , 2. , 1.5])
    """
    return _moving("mav", x, window, edges, out)


def moving_median(x: npt.ArrayLike, window: int, *, edges: Edges = "shrink", out: Array | None = None) -> Array:
    """Median within a window that moves along.

    Parameters
    ----------
    x, window, edges, out
        As for `moving_rms`.

    Returns
    -------
    numpy.ndarray of float64 [shape=(..., samples)]
        In the unit of the signal.

    Examples
    --------
    >>> from myovox import dsp
    >>> dsp.moving_median([1.0, 9.0, 2.0, 3.0], 3)
    array([5. , 2. , 3. , 2.5])
    """
    return _moving("median", x, window, edges, out)


def moving_min(x: npt.ArrayLike, window: int, *, edges: Edges = "shrink", out: Array | None = None) -> Array:
    """Smallest value within a window that moves along.

    Parameters
    ----------
    x, window, edges, out
        As for `moving_rms`.

    Returns
    -------
    numpy.ndarray of float64 [shape=(..., samples)]
        In the unit of the signal.

    Examples
    --------
    >>> from myovox import dsp
    >>> dsp.moving_min([3.0, 1.0, 2.0, 5.0], 3)
    array([1., 1., 1., 2.])
    """
    return _moving("min", x, window, edges, out)


def moving_max(x: npt.ArrayLike, window: int, *, edges: Edges = "shrink", out: Array | None = None) -> Array:
    """Largest value within a window that moves along.

    Parameters
    ----------
    x, window, edges, out
        As for `moving_rms`.

    Returns
    -------
    numpy.ndarray of float64 [shape=(..., samples)]
        In the unit of the signal.

    Examples
    --------
    >>> from myovox import dsp
    >>> dsp.moving_max([3.0, 1.0, 2.0, 5.0], 3)
    array([3., 3., 5., 5.])
    """
    return _moving("max", x, window, edges, out)


def min_max(x: npt.ArrayLike, buckets: int) -> tuple[npt.NDArray[np.int64], Array]:
    """Keep the smallest and the largest value of each of `buckets` equal parts, for a plot that loses no peak.

    Parameters
    ----------
    x : array_like [shape=(..., samples)]
        Signals; NaN are passed over.
    buckets : int
        Number of parts: the columns of the plot.

    Returns
    -------
    indices : numpy.ndarray of int64 [shape=(..., points)]
        Where the points stand, in order of time; two for each part, or all samples where there are no more.
    values : numpy.ndarray of float64 [shape=(..., points)]
        Their values.

    Examples
    --------
    >>> from myovox import dsp
    >>> indices, values = dsp.min_max([0.0, 5.0, -1.0, 2.0, 7.0, 7.0, 3.0, 4.0], 2)
    >>> indices.tolist(), values.tolist()
    ([1, 2, 4, 6], [5.0, -1.0, 7.0, 3.0])
    """
    signal = samples(x)
    indices, values = _native.min_max(rows(signal), buckets)
    shape = (*signal.shape[:-1], values.shape[-1])
    return indices.reshape(shape), values.reshape(shape)


def burg(x: npt.ArrayLike, order: int) -> tuple[Array, Array]:
    """Fit an autoregressive model, ``x[i] = a[0] x[i-1] + ... + e[i]``, by Burg's method.

    Parameters
    ----------
    x : array_like [shape=(..., samples)]
        Signals without an offset.
    order : int
        Number of coefficients.

    Returns
    -------
    coefficients : numpy.ndarray of float64 [shape=(..., order)]
        Weights of the samples before: MATLAB's ``arburg`` has them with the opposite sign. NaN where there is no model: a signal that is too
        short, silent or not finite.
    variance : numpy.ndarray of float64 [shape=(...)]
        Mean square of what the model does not predict.

    Examples
    --------
    >>> from myovox import dsp
    >>> coefficients, variance = dsp.burg([0.5**k for k in range(40)], 1)
    >>> round(float(coefficients[0]), 12)
    0.8
    """
    signal = samples(x)
    coefficients, variance = _native.burg(rows(signal), order)
    return coefficients.reshape(*signal.shape[:-1], order), variance.reshape(signal.shape[:-1])


def whiten(x: npt.ArrayLike, coefficients: npt.ArrayLike, *, out: Array | None = None) -> Array:
    """Take the colour of an autoregressive model out of signals: ``e[i] = x[i] - (a[0] x[i-1] + ...)``, what the model does not predict.

    Parameters
    ----------
    x : array_like [shape=(..., samples)]
        Signals. What lies before the first sample counts as 0.
    coefficients : array_like [shape=(order,)]
        Of `burg`, fitted to the same signal or to one at rest.
    out : numpy.ndarray of float64 [shape=(..., samples)], optional
        Where the result goes; may be `x`.

    Returns
    -------
    numpy.ndarray of float64 [shape=(..., samples)]
        In the unit of `x`.

    Examples
    --------
    >>> from myovox import dsp
    >>> dsp.whiten([1.0, 0.5, 0.25, 0.125], [0.5]).tolist()
    [1.0, 0.0, 0.0, 0.0]
    """
    signal = samples(x)
    weights = samples(coefficients, "coefficients")
    if weights.ndim != 1:
        message = f"coefficients: not those of one model: found shape {weights.shape}: expected (order,)"
        raise ConfigError(message, code="dsp.axes", field="coefficients")
    result = output(signal, signal.shape[-1], out)
    _native.whiten(rows(apart(signal, result)), rows(result), weights.tolist())
    return result
