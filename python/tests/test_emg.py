"""`myovox.emg`: the numbers of `analyze` for plain arrays, in any unit and shape, with what is not known said."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any, get_args

import numpy as np
import pytest
from conftest import FIXTURES

import myovox
from myovox import dsp, emg

RATE = 1000.0
NOISE = np.random.default_rng(3).standard_normal((2, 12_000))
X = NOISE * np.where((np.arange(12_000) // 2000) % 2, 1.0, 0.02) * 1e-4
NAMED = FIXTURES / "ghostly_named.c3d"


def test_contractions_and_activations_are_those_of_a_report() -> None:
    recording = myovox.read_c3d(NAMED)
    report: Any = myovox.analyze(NAMED)
    for channel in report["emg"]["channels"]:
        x = recording.analog[channel["index"]]
        for find, key in ((emg.contractions, "contractions"), (emg.activations, "activations")):
            found, expected = find(x, recording.analog_rate), channel[key]
            assert len(found) == len(expected) > 0
            for ours, theirs in zip(found, expected, strict=True):
                assert dataclasses.asdict(ours) == {**theirs, "flags": tuple(theirs["flags"])}
        assert found.thresholds == channel["thresholds"] and found.gaps == channel["gaps"]


def test_shapes_units_and_layouts() -> None:
    found = emg.contractions(X, RATE)
    spans = [[(c.onset, c.offset) for c in of] for of in found]
    assert [len(of) for of in spans] == [3, 3]
    for scale in (1.0, 1e3, 1e6):
        assert [[(c.onset, c.offset) for c in of] for of in emg.contractions(X * scale, RATE)] == spans
    assert [(c.onset, c.offset) for c in emg.contractions(X[1].tolist(), RATE)] == spans[1]
    nested = emg.contractions(np.stack([X, X])[:, :, ::1], RATE)
    assert len(nested) == 2 and nested[1][0] == found[0]
    assert emg.activations(np.empty((0, 100)), RATE) == []
    assert all(0.0 <= c.confidence <= 1.0 and c.onset_edge.low_s <= c.onset_s <= c.onset_edge.high_s for c in found[0])


def test_what_the_caller_knows() -> None:
    (first, *_) = emg.contractions(X[0], RATE, rest=[(0.0, 1.5)], mvc=1e-4, config={"contraction.merge_ms": 100})
    assert first.mvc_pct is not None and first.meets_intensity is not None
    levels = emg.contractions(X, RATE, mvc=[1e-4, None])
    assert levels[0][0].mvc_pct is not None and levels[1][0].mvc_pct is None
    merged = emg.contractions(X[0], RATE, config={"emg": {"contraction": {"merge_ms": 2500}}})
    assert len(merged) == 1


def test_detectors_of_the_literature_go_by_their_names() -> None:
    for method in get_args(emg.Method):
        found = emg.activations(X[0], RATE, method=method)
        assert len(found) >= 3 or method == "compat", method
        assert method == "default" or all(a.confidence is None and a.onset_edge is None for a in found)
    own = emg.contractions(X[0], RATE)
    named = emg.contractions(X[0], RATE, method={"method": "tkeo", "deviations": 8.0})
    assert len(named) == len(own) == 3
    assert all(abs(a.onset - b.onset) < 50 and a.peak > 0 for a, b in zip(named, own, strict=True))
    assert named == emg.contractions(X[0], RATE, config={"detector": {"method": "tkeo", "deviations": 8.0}})
    with pytest.raises(myovox.ConfigError, match="lanshammar"):
        emg.activations(X[0], RATE, method="lanshammar")  # type: ignore[arg-type]
    with pytest.raises(myovox.ConfigError, match="rest"):
        emg.activations(X[0], RATE, rest=[(0.0, 1e6)])


def test_envelopes_are_normalised_by_a_reference_with_a_name() -> None:
    envelope = emg.envelope(X, RATE)
    peak = emg.normalise(envelope, RATE, to="peak")
    np.testing.assert_allclose(peak.percent.max(axis=-1), 100.0)
    np.testing.assert_allclose(peak.value, envelope.max(axis=-1))
    with pytest.warns(UserWarning, match="not maximal"):
        mvc = emg.normalise(envelope, RATE, mvc=[peak.value[0], peak.value[1] / 2])
    np.testing.assert_allclose(mvc.percent[1].max(), 200.0)
    reference = emg.normalise(envelope, RATE, reference=np.full((2, 2000), 2.0))
    np.testing.assert_allclose(reference.percent, 50 * envelope)
    assert (peak.unit, mvc.unit, reference.unit) == ("%peak", "%MVC", "%reference")
    with pytest.raises(myovox.DataError, match="no-reference|nothing to normalise"):
        emg.normalise(envelope, RATE, mvc=0.0)
    with pytest.raises(TypeError):
        emg.normalise(envelope, RATE)


def test_gaps_are_empty_and_said() -> None:
    x = X[0].copy()
    x[9000:9400] = np.nan
    found = emg.contractions(x, RATE)
    assert [gap["cause"] for gap in found.gaps] == ["not_finite"]
    assert found.warnings and all(warning["code"] for warning in found.warnings)
    assert np.isnan(emg.envelope(x, RATE)[9000:9400]).all()
    silent = emg.contractions(np.full(3000, np.nan), RATE)
    assert silent == [] and silent.thresholds is None


def test_envelopes_follow_the_amplitude() -> None:
    sine = np.sin(0.6113 * np.arange(4000)) * 1e-6
    level = {"rms": np.sqrt(0.5), "mav": 2 / np.pi, "arv": 2 / np.pi, "linear": 2 / np.pi, "hilbert": 1.0, "tkeo": np.sin(0.6113) ** 2}
    for method, expected in level.items():
        envelope = emg.envelope(sine, RATE, method=method)  # type: ignore[arg-type]
        unit = 1e-12 if method == "tkeo" else 1e-6
        assert envelope.shape == sine.shape and (envelope >= 0).all()
        assert envelope[2000] == pytest.approx(expected * unit, rel=0.02), method
    plain = emg.envelope(sine, RATE, band=None)
    assert np.array_equal(plain, dsp.moving_rms(sine, 101))
    same = sine.copy()
    assert emg.envelope(same, RATE, band=None, out=same) is same and np.array_equal(same, plain)
    with pytest.warns(UserWarning, match="lowered"):
        emg.envelope(sine, 500.0)


def test_quality_is_that_of_a_report() -> None:
    report: Any = myovox.analyze(NAMED)
    recording = myovox.read_c3d(NAMED)
    for channel in report["emg"]["channels"]:
        found = emg.quality(recording.analog[channel["index"]], recording.analog_rate)
        said = {key: value for key, value in found.items() if key not in ("warnings", "missing")}
        # What the file states of its duration no array knows.
        said["duration_rate_hz"] = channel["quality"]["duration_rate_hz"]
        said["flags"] = [*said["flags"], *(flag for flag in channel["quality"]["flags"] if flag["flag"] == "rate_doubtful")]
        assert said == channel["quality"]
        absent = {key for key, value in found.items() if value is None}
        assert absent == {entry["path"] for entry in found["missing"]}


def test_flags_do_not_depend_on_the_unit() -> None:
    x = X.copy()
    x[:, 1000] = 1.0
    x[1] += 1e-3 * np.sin(2 * np.pi * 50.0 * np.arange(12_000) / RATE)
    of = [[(flag["flag"], flag["count"], flag["intervals"]) for flag in one["flags"]] for one in emg.quality(x, RATE)]
    assert "spikes" in [name for name, *_ in of[0]] and "hum" in [name for name, *_ in of[1]]
    for scale in (1e3, 1e6):
        scaled = emg.quality(x * scale, RATE)
        assert [[(flag["flag"], flag["count"], flag["intervals"]) for flag in one["flags"]] for one in scaled] == of
    levels = emg.quality(X, RATE, mvc=[1e-5, None])
    assert [[flag["flag"] for flag in one["flags"]] for one in levels] == [["mvc_exceeded"], []]


def test_hum_and_beats_are_taken_away() -> None:
    hum = 1e-4 * np.sin(2 * np.pi * 50.0 * np.arange(12_000) / RATE)
    cleaned, removed = emg.remove_hum(X + hum, RATE)
    assert [one["method"] for one in removed] == ["fit", "fit"] and float(np.std(cleaned - X)) < 5e-6
    same, nothing = emg.remove_hum(X, RATE)
    assert np.array_equal(same, X) and nothing == [None, None]
    notched, how = emg.remove_hum(X[0] + hum, RATE, method="notch", frequency_hz=50.0, settings={"hum.q": 35})
    assert how["method"] == "notch" and how["harmonics"][-1] == 9 and notched.shape == (12_000,)
    with pytest.raises(myovox.ConfigError) as caught:
        emg.remove_hum(X, 990.0, method="comb", frequency_hz=50.0)
    assert caught.value.code == "dsp.comb-not-integer"
    out = X.copy()
    kept, beats = emg.remove_ecg(out, RATE, out=out)
    assert kept is out and beats == [None, None] and np.array_equal(out, X)


def test_features_of_everything() -> None:
    x = X[0]
    whole = emg.features(x, RATE)
    assert len(whole) > 40 and whole["rms"] == pytest.approx(np.sqrt(np.mean(x * x)), rel=1e-12)
    assert np.isnan(whole["sampen"]) and whole.missing["sampen"] == "too_long"
    windows = emg.features(X, RATE, windows=(500.0, 0.5), config={"features": ["rms", "mdf_hz", "ar"]})
    assert set(windows) == {"rms", "mdf_hz", "ar"} and windows["rms"].shape == (2, 47) and windows["ar"].shape == (2, 47, 4)
    assert windows["rms"][1, 2] == pytest.approx(np.sqrt(np.mean(X[1, 500:1000] ** 2)), rel=1e-12)
    efforts = emg.contractions(x, RATE)
    spans = emg.features(x, RATE, spans=efforts)
    assert spans["mdf_hz"].shape == (3,) and spans.spans == [(c.onset, c.offset) for c in efforts]
    empty = emg.features(np.full(500, np.nan), RATE)
    assert np.isnan(empty["rms"]) and empty.missing["rms"] == "too_many_gaps"


def test_fatigue_cocontraction_synergies() -> None:
    found = emg.fatigue(X, RATE, settings={"minimum_span_s": 1.0, "window_ms": 500})
    assert len(found) == 2 and found[0]["mdf"] is not None and len(found[0]["points"]) >= 9
    assert emg.fatigue(X[0], RATE, spans=[(2000, 4000)])["finding"] is None
    envelopes = emg.envelope(X, RATE)
    raw = emg.cocontraction(*envelopes)
    assert 0 < raw["falconer_winter_percent"] <= 100 and raw["warnings"][0]["code"] == "emg.normalisation-differs"
    assert emg.cocontraction(*envelopes / envelopes.max(axis=-1, keepdims=True), normalisation="peak")["warnings"] == []
    patterns = emg.synergies(envelopes, number=1)
    assert patterns["weights"].shape == (2, 1) and patterns["activations"].shape == (1, 12_000)
    with pytest.raises(myovox.DataError) as caught:
        emg.synergies(-envelopes)
    assert caught.value.code == "emg.synergy-envelopes"


def test_sessions_are_those_of_a_report() -> None:
    session = {"rpe": 7, "channels": {"EMG Left Quad": {"side": "left", "target_contractions": 3}}}
    report: Any = myovox.analyze(NAMED, session=session)
    by_path = emg.session(NAMED, session=session)
    assert by_path["emg"] == report["emg"] and by_path["missing"] == report["missing"]
    recording = myovox.read_c3d(NAMED)
    of_recording = emg.session(recording, session=session)
    for channel in report["emg"]["channels"]:
        channel["quality"]["duration_rate_hz"] = None  # the duration that the file states is not in its arrays
    assert of_recording["emg"]["channels"] == report["emg"]["channels"]
    of_arrays = emg.session(X, RATE)
    assert [channel["parameters"]["contractions"] for channel in of_arrays["emg"]["channels"]] == [3, 3]
    assert of_arrays["emg"]["channels"][0]["unit"] is None
    named = emg.session(X, RATE, labels=["a", "b"], units="mV", config={"contraction.merge_ms": 2500}, session={"channels": {"b": {"role": "derived"}}})
    (muscle,) = named["emg"]["channels"]
    assert (muscle["label"], muscle["unit"], muscle["parameters"]["contractions"]) == ("a", "mV", 1)
    with pytest.raises(TypeError):
        emg.session(NAMED, 1000.0)


def test_scores() -> None:
    done = {"contractions": 12, "reached_intensity": 12, "reached_duration": 12, "target_contractions": 12}
    half = {"contractions": 6, "reached_intensity": 6, "reached_duration": 6, "target_contractions": 12}
    found = emg.score([{"name": "left", "side": "left", **done}, {"name": "right", "side": "right", **half}])
    assert round(found["scores"]["compliance"]) == 92 and found["scores"]["missing"] == ["adherence", "effort", "game"]
    assert emg.score([], protocol_day=7, sessions_completed=13)["scores"]["adherence"] == pytest.approx(86.667, abs=1e-3)
    with pytest.raises(myovox.ConfigError) as caught:
        emg.score([{"name": "left", **done}], rpe=11)
    assert caught.value.code == "session.bad-value"


def test_errors_have_names() -> None:
    cases: list[tuple[str, dict[str, Any]]] = [
        ("config.bad-value", {"method": "oracle"}),
        ("config.unknown-key", {"config": {"contraction.merge": 1}}),
        ("emg.channels-differ", {"mvc": [1.0, 2.0]}),
        ("config.not-for-arrays", {"config": {"channels": ["a"]}}),
    ]
    for code, arguments in cases:
        with pytest.raises(myovox.ConfigError) as caught:
            emg.contractions(X[0], RATE, **arguments)
        assert caught.value.code == code
    with pytest.raises(myovox.ConfigError) as outside:
        emg.features(X[0], RATE, spans=[(0, 20_000)])
    assert outside.value.code == "emg.span-outside"


def test_tables_of_pandas() -> None:
    pandas = pytest.importorskip("pandas")
    found = emg.contractions(X[0], RATE)
    frame = found.to_pandas()
    assert isinstance(frame, pandas.DataFrame) and list(frame["onset"]) == [c.onset for c in found]
    assert {"onset_edge_low_s", "offset_edge_model", "mvc_pct"} <= set(frame.columns)
    table = emg.features(X[0], RATE, windows=500.0, config={"features": ["rms", "ar"]}).to_pandas()
    assert list(table.columns) == ["rms", "ar_1", "ar_2", "ar_3", "ar_4"] and len(table) == 24
    assert emg.to_frame([]).empty


def test_pictures() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    axes = emg.plot(X[0], RATE, emg.contractions(X[0], RATE))
    assert len(axes.patches) == 3 and len(axes.lines) == 1


def test_extras_are_imported_late() -> None:
    import subprocess

    script = "import sys, myovox.emg, myovox.dsp; print('pandas' in sys.modules, 'matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
