"""`myovox.emg.Stream`: what comes in pieces is what comes at once, in time, through states and gaps."""

from __future__ import annotations

import json
import pickle
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import myovox
from myovox import emg

RATE = 1000.0
NOISE = np.random.default_rng(5).standard_normal((2, 12_000))
X = NOISE * np.where((np.arange(12_000) // 2000) % 2, 1.0, 0.02) * 1e-4


def follow(stream: emg.Stream, x: npt.NDArray[np.float64], size: int) -> tuple[list[emg.StreamEvent], npt.NDArray[np.float64]]:
    events, envelopes = [], []
    for start in range(0, x.shape[-1], size):
        events += stream.push(x[..., start : start + size])
        envelopes.append(stream.envelope)
    return events + stream.finish(), np.concatenate(envelopes, axis=-1)


def test_pieces_of_any_length_give_the_same() -> None:
    x = X.copy()
    x[1, 5000:5300] = np.nan
    events, envelope = follow(emg.Stream(RATE, 2, mvc=1e-4), x, x.shape[-1])
    assert envelope.shape == x.shape and np.isnan(envelope[1, 5000:5300]).all() and not np.isnan(envelope[0]).any()
    for size in (1, 7, 1000):
        pieces = follow(emg.Stream(RATE, channels=2, mvc=[1e-4, 1e-4]), x, size)
        assert pieces[0] == events
        np.testing.assert_array_equal(pieces[1], envelope)
    for channel in range(2):
        alone, _ = follow(emg.Stream(RATE, mvc=1e-4), x[channel], 64)
        assert [(e.event, e.at, e.cause) for e in alone] == [(e.event, e.at, e.cause) for e in events if e.channel == channel]
    assert {e.event for e in events if e.channel == 1} >= {"suspended", "resumed", "contraction_onset"}


def test_events_come_within_the_latency_and_agree_with_the_whole_recording() -> None:
    stream = emg.Stream(RATE)
    events, _ = follow(stream, X[0], 50)
    onsets = [e for e in events if e.event == "activation_onset"]
    assert [round(e.at_s) for e in onsets] == [2, 6, 10] and events[-1].cause == "ends_after"
    for found, whole, truth in zip(onsets, emg.activations(X[0], RATE), (2000, 6000, 10_000), strict=True):
        assert abs(found.at - truth) <= 10 and abs(found.at - whole.onset) <= 20
        assert 0 < 1000 * found.time_s - truth <= stream.latency_ms
    assert stream.latency_ms == stream.plan["activation"]["onset_ms"] < 150
    assert all(not e.event.startswith("contraction") for e in events)


def test_layouts_and_units() -> None:
    expected, _ = follow(emg.Stream(RATE, 2), X, 500)
    fortran, _ = follow(emg.Stream(RATE, 2), np.asfortranarray(X * 1e6), 500)
    assert fortran == expected
    single = emg.Stream(RATE)
    assert single.push(X[0].astype(np.float32)[:10].tolist()) == [] and np.shape(single.envelope) == (10,)
    assert single.push([]) == [] and np.shape(single.envelope) == (0,)
    assert single.push(X[:1, 10:20]) == [] and np.shape(single.envelope) == (1, 10)
    assert repr(single).startswith("Stream(rate=1000.0, channels=1")


def test_a_state_goes_through_json_and_pickle() -> None:
    events, envelope = follow(emg.Stream(RATE, 2), X, 100)
    first = emg.Stream(RATE, 2)
    before = first.push(X[:, :4567])
    state = pickle.loads(pickle.dumps(json.loads(json.dumps(first.state()))))
    second = emg.Stream(RATE, 2)
    second.restore(state)
    after, rest = follow(second, X[:, 4567:], 1000)
    assert before + after == events
    np.testing.assert_array_equal(rest, envelope[:, 4567:])
    for other in (emg.Stream(RATE), emg.Stream(1100.0, 2), emg.Stream(RATE, 2, config={"stream.window_ms": 50})):
        with pytest.raises(myovox.ConfigError) as error:
            other.restore(state)
        assert error.value.code == "emg.stream-state"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"rate": 0.0}, "config.rate"),
        ({"rate": RATE, "channels": 0}, "config.out-of-range"),
        ({"rate": RATE, "mvc": -1.0}, "config.out-of-range"),
        ({"rate": RATE, "channels": 2, "mvc": [1.0]}, "emg.channels-differ"),
        ({"rate": RATE, "config": {"stream.window_ms": 0}}, "config.out-of-range"),
        ({"rate": RATE, "config": {"stream.window": 50}}, "config.unknown-key"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(myovox.ConfigError) as error:
        emg.Stream(**arguments)
    assert error.value.code == code


def test_wrong_shapes_take_nothing_in() -> None:
    stream = emg.Stream(RATE, 2)
    for x in (np.zeros(10), np.zeros((3, 10)), np.zeros((2, 2, 5))):
        with pytest.raises(myovox.ConfigError) as error:
            stream.push(x)
        assert error.value.code == "emg.channels-differ"
    assert stream.state() == emg.Stream(RATE, 2).state()


def test_a_low_rate_says_what_it_costs() -> None:
    with pytest.warns(UserWarning, match="lowered from 450"):
        emg.Stream(500.0)
