"""`myovox.dsp`: SciPy's numbers where SciPy has them, any leading axes, any real dtype, errors by name."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import myovox
from myovox import dsp

RATE = 2000.0
X = np.random.default_rng(7).standard_normal((2, 3, 5000)).cumsum(axis=-1) * 1e-5

Filter = Callable[[npt.ArrayLike], Any]
FILTERS: dict[str, Filter] = {
    "sosfiltfilt": lambda x: dsp.sosfiltfilt(dsp.butter_sos(4, (20.0, 450.0), "bandpass", RATE), x),
    "sosfilt": lambda x: dsp.sosfilt(dsp.butter_sos(4, 450.0, "low", RATE), x),
    "hilbert": dsp.hilbert,
    "tkeo": dsp.tkeo,
    "resample_poly": lambda x: dsp.resample_poly(x, 1, 2),
    "moving_rms": lambda x: dsp.moving_rms(x, 101),
    "moving_mean": lambda x: dsp.moving_mean(x, 101, edges="reflect"),
    "moving_mav": lambda x: dsp.moving_mav(x, 101, edges="valid"),
    "moving_median": lambda x: dsp.moving_median(x, 21),
    "moving_min": lambda x: dsp.moving_min(x, 21),
    "moving_max": lambda x: dsp.moving_max(x, 21),
    "welch": lambda x: dsp.welch(x, RATE)[1],
    "min_max": lambda x: dsp.min_max(x, 50)[1],
    "burg": lambda x: dsp.burg(x, 4)[0],
}


@pytest.fixture
def signal() -> Any:
    try:
        import scipy.signal
    except ImportError:
        print("scipy is absent: no comparison with it")
        pytest.skip("scipy is absent")
    return scipy.signal


def close(ours: npt.ArrayLike, theirs: npt.ArrayLike, share: float = 1e-12) -> None:
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() <= share * np.abs(theirs).max()


@pytest.mark.parametrize(("btype", "edges"), [("lowpass", 6.0), ("highpass", 20.0), ("bandpass", (20.0, 450.0)), ("bandstop", (48.0, 52.0))])
def test_designs_are_those_of_scipy(signal: Any, btype: dsp.Btype, edges: dsp.EdgesHz) -> None:
    for order in (1, 2, 4, 5):
        theirs = signal.butter(order, edges, btype, output="sos", fs=RATE)
        close(dsp.butter_sos(order, edges, btype, RATE), theirs)
    close(dsp.cheby1_sos(4, 1.0, edges, btype, RATE), signal.cheby1(4, 1.0, edges, btype, output="sos", fs=RATE), 1e-10)
    close(dsp.cheby2_sos(4, 40.0, edges, btype, RATE), signal.cheby2(4, 40.0, edges, btype, output="sos", fs=RATE), 1e-10)
    close(dsp.ellip_sos(4, 0.5, 40.0, edges, btype, RATE), signal.ellip(4, 0.5, 40.0, edges, btype, output="sos", fs=RATE), 1e-10)
    close(dsp.bessel_sos(4, edges, btype, RATE), signal.bessel(4, edges, btype, output="sos", fs=RATE), 1e-10)


def test_notches_and_combs_have_scipys_response(signal: Any) -> None:
    frequencies = np.linspace(1.0, 900.0, 400)

    def response(sos: npt.NDArray[np.float64]) -> Any:
        return signal.sosfreqz(sos, frequencies, fs=1900.0)[1]

    close(response(dsp.iirnotch(50.0, 30.0, 1900.0)), signal.freqz(*signal.iirnotch(50.0, 30.0, fs=1900.0), frequencies, fs=1900.0)[1], 1e-10)
    close(response(dsp.iircomb(50.0, 30.0, 1900.0)), signal.freqz(*signal.iircomb(50.0, 30.0, fs=1900.0), frequencies, fs=1900.0)[1], 1e-9)


def test_filters_and_spectra_are_those_of_scipy(signal: Any) -> None:
    sos = dsp.butter_sos(4, (20.0, 450.0), "bandpass", RATE)
    for padtype in ("odd", "even", "constant", None):
        close(dsp.sosfiltfilt(sos, X, padtype=padtype), signal.sosfiltfilt(sos, X, padtype=padtype))
    close(dsp.sosfiltfilt(sos, X, padlen=100), signal.sosfiltfilt(sos, X, padlen=100))
    zi = np.random.default_rng(1).standard_normal((4, 2, 3, 2))
    ours, theirs = dsp.sosfilt(sos, X, zi=zi), signal.sosfilt(sos, X, zi=zi)
    close(ours[0], theirs[0])
    close(ours[1], theirs[1])
    close(dsp.hilbert(X), signal.hilbert(X))
    close(dsp.resample_poly(X, 1000, 990), signal.resample_poly(X, 1000, 990, axis=-1))
    options: list[dict[str, Any]] = [{}, {"nperseg": 500, "noverlap": 100, "nfft": 1024}, {"window": "hamming", "scaling": "spectrum"}]
    for option in options:
        (frequencies, power), (their_frequencies, their_power) = dsp.welch(X, RATE, **option), signal.welch(X, RATE, **option)
        close(frequencies, their_frequencies)
        close(power, their_power)


@pytest.mark.parametrize("name", FILTERS)
def test_leading_axes_dtypes_and_layouts(name: str) -> None:
    run = FILTERS[name]
    result = run(X)
    assert result.shape[:2] == (2, 3) and result.dtype in (np.float64, np.complex128)
    alone = run(X[1, 2])
    assert alone.ndim == 1 and np.array_equal(alone, result[1, 2])
    assert np.array_equal(run(X[1, 2].tolist()), alone)
    assert np.array_equal(run(np.asfortranarray(X)), result)
    assert np.array_equal(run(np.repeat(X, 2, axis=-1)[..., ::2]), result)
    single = X.astype(np.float32)
    assert np.array_equal(run(single), run(single.astype(np.float64)))
    assert run(np.empty((0, 5000))).shape[0] == 0


def test_another_unit_gives_the_same_digits() -> None:
    for name in ("sosfiltfilt", "moving_rms", "resample_poly"):
        assert np.array_equal(FILTERS[name](X * 1024.0), FILTERS[name](X) * 1024.0), name


def test_out_takes_the_result_and_may_be_the_input() -> None:
    sos, expected = dsp.butter_sos(2, 6.0, "lowpass", RATE), FILTERS["moving_rms"](X)
    out = np.empty_like(X)
    assert dsp.moving_rms(X, 101, out=out) is out and np.array_equal(out, expected)
    same = X.copy()
    assert dsp.sosfiltfilt(sos, same, out=same) is same and np.array_equal(same, dsp.sosfiltfilt(sos, X))
    for wrong in (np.empty(5000), np.empty(X.shape, dtype=np.float32), np.empty(X.shape, order="F")):
        with pytest.raises(myovox.ConfigError) as caught:
            dsp.moving_rms(X, 101, out=wrong)  # type: ignore[arg-type]
        assert caught.value.code == "dsp.out"


def test_a_stream_gives_the_bits_of_the_whole() -> None:
    sos, x = dsp.butter_sos(4, (20.0, 450.0), "bandpass", RATE), X[0]
    whole = dsp.sosfilt(sos, x)
    stream = dsp.SosStream(sos, channels=3)
    first = stream.push(x[:, :777])
    state = stream.state
    again = pickle.loads(pickle.dumps(stream))
    assert np.array_equal(np.concatenate([first, stream.push(x[:, 777:])], axis=-1), whole)
    assert np.array_equal(again.push(x[:, 777:]), whole[:, 777:])
    stream.state = state
    assert np.array_equal(stream.push(x[:, 777:]), whole[:, 777:])
    stream.reset()
    assert np.array_equal(stream.push(x), whole)
    with pytest.raises(myovox.ConfigError) as caught:
        stream.push(x[0])
    assert caught.value.code == "dsp.channels-differ"


def test_errors_have_names() -> None:
    def code(run: Callable[[], object]) -> str:
        with pytest.raises(myovox.ConfigError) as caught:
            run()
        return caught.value.code

    sos = dsp.butter_sos(2, 6.0, "lowpass", RATE)
    assert code(lambda: dsp.butter_sos(0, 6.0, "lowpass", RATE)) == "dsp.filter-order"
    assert code(lambda: dsp.butter_sos(2, 1000.0, "lowpass", RATE)) == "dsp.filter-edge"
    assert code(lambda: dsp.butter_sos(2, 6.0, "bandpass", RATE)) == "dsp.filter-edge"
    assert code(lambda: dsp.butter_sos(2, 6.0, "wide", RATE)) == "config.bad-value"  # type: ignore[arg-type]
    assert code(lambda: dsp.iircomb(50.0, 30.0, 990.0)) == "dsp.comb-not-integer"
    assert code(lambda: dsp.sosfiltfilt(sos, np.ones(5))) == "dsp.signal-too-short"
    assert code(lambda: dsp.sosfiltfilt(sos[:, :5], np.ones(50))) == "dsp.section-row"
    assert code(lambda: dsp.sosfilt(sos, np.ones(50), zi=np.zeros((2, 2)))) == "dsp.state-differs"
    assert code(lambda: dsp.moving_rms(np.ones(5), 0)) == "dsp.window-empty"
    assert code(lambda: dsp.tkeo(1.0)) == "dsp.no-axis"
    with pytest.raises(TypeError, match="real"):
        dsp.tkeo(np.ones(5, dtype=np.complex128))


def test_a_short_signal_lowers_the_segment_and_says_so() -> None:
    with pytest.warns(UserWarning, match="nperseg = 256"):
        frequencies, _ = dsp.welch(np.ones(100), 100.0)
    assert len(frequencies) == 51


def test_what_a_model_does_not_predict_is_white(signal: Any) -> None:
    noise = np.random.default_rng(3).standard_normal(4000)
    coloured = signal.lfilter([1.0], [1.0, -1.5, 0.8], noise)
    coefficients, variance = dsp.burg(coloured, 2)
    white = dsp.whiten(np.stack([coloured, -coloured]), coefficients)
    np.testing.assert_allclose(white[0, 2:], noise[2:], atol=0.5)
    np.testing.assert_array_equal(white[1], -white[0])
    np.testing.assert_allclose(white[0].var(), variance, rtol=0.05)
