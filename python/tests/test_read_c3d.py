"""C3D recordings as Python sees them: values, shapes, types, and every way to hand one over."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path

import numpy as np
import pytest
from conftest import FIXTURES, ROOT, c3d_bytes

import myovox

MARKERS = sorted(FIXTURES.glob("markers_*.c3d"))


@pytest.mark.parametrize("path", MARKERS, ids=lambda path: path.stem)
def test_values_are_the_truth_of_the_fixture(path: Path) -> None:
    truth = json.loads(path.with_suffix(".truth.json").read_text())
    recording = myovox.read_c3d(path)
    assert recording.point_labels == truth["point_labels"]
    assert (recording.point_rate, recording.analog_rate) == (truth["point_rate_hz"], truth["analog_rate_hz"])
    assert (recording.analog_labels, recording.analog_units) == (truth["analog_labels"], truth["analog_units"])
    points = np.array(truth["points_mm"], dtype=float)
    assert recording.points.shape == points.shape == (4, 3, 20)
    np.testing.assert_array_equal(recording.points, points)
    np.testing.assert_array_equal(np.isnan(recording.points).any(axis=1), recording.residuals < 0)
    storage = {"int": "integer", "float": "float"}[truth["storage"]]
    assert (recording.processor, recording.storage) == (truth["processor"], storage)
    assert recording.warnings == []


def test_arrays_are_float64_and_own_what_they_show() -> None:
    path = MARKERS[0]
    recording = myovox.read_c3d(path)
    arrays = (recording.points, recording.residuals, recording.analog)
    assert [array.dtype for array in arrays] == [np.dtype("float64")] * 3
    assert recording.camera_masks.dtype == np.dtype("uint8")
    # No copy of the memory that Rust decoded into: the array's base is the object that will free it.
    assert all(array.base is not None and array.flags.writeable for array in arrays)
    points, before = recording.points, recording.points.copy()
    del recording
    np.testing.assert_array_equal(points, before)
    points[:] = 0.0
    np.testing.assert_array_equal(myovox.read_c3d(path).points, before)


def test_every_way_to_hand_over_a_recording_gives_the_same(tmp_path: Path) -> None:
    path = MARKERS[0]
    content = path.read_bytes()
    wanted = myovox.read_c3d(path).points
    every_other = memoryview(bytes(byte for value in content for byte in (value, 0)))[::2]
    with path.open("rb") as file:
        for source in (str(path), content, bytearray(content), memoryview(content), every_other, io.BytesIO(content), file):
            np.testing.assert_array_equal(myovox.read_c3d(source).points, wanted)


@pytest.mark.parametrize("wrong", [None, 3, ["a.c3d"], io.StringIO("text"), object()])
def test_what_is_no_recording_is_a_type_error(wrong: object) -> None:
    with pytest.raises(TypeError, match="bytes|path"):
        myovox.read_c3d(wrong)  # type: ignore[arg-type]


def test_an_error_of_a_file_object_passes_through() -> None:
    class Broken:
        def read(self) -> bytes:
            raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError, match="gone"):
        myovox.read_c3d(Broken())


def test_parameters_have_the_type_and_shape_of_the_file() -> None:
    parameters = myovox.read_c3d(FIXTURES / "markers_intel_float.c3d").parameters
    assert parameters["POINT"]["USED"] == 4 and type(parameters["POINT"]["USED"]) is int
    assert parameters["POINT"]["RATE"] == 100.0 and type(parameters["POINT"]["RATE"]) is float
    assert parameters["POINT"]["UNITS"] == "mm"
    assert parameters["POINT"]["LABELS"] == ["LASI", "RASI", "LKNE", "RKNE"]
    offset, times = parameters["ANALOG"]["OFFSET"], parameters["EVENT"]["TIMES"]
    assert offset.dtype == np.dtype("int64") and offset.tolist() == [0, 2048, -100]
    # TIMES is declared (2, events), the first running fastest: minutes above, seconds below.
    assert times.dtype == np.dtype("float64") and times.tolist() == [[1.0, 1.0], [0.1875, 0.25]]


def test_corners_of_a_force_platform_are_in_the_order_of_the_file() -> None:
    recording = myovox.read_c3d(FIXTURES / "platform_type2.c3d")
    corners = recording.parameters["FORCE_PLATFORM"]["CORNERS"]
    assert corners.shape[:2] == (3, 4)
    assert len(set(map(tuple, corners[:, :, 0].T))) == 4, "four different corners, coordinates first"
    assert recording.force_platform_channels == list(range(6))


def test_events_have_label_context_and_time() -> None:
    events = myovox.read_c3d(FIXTURES / "markers_intel_float.c3d").events
    assert [(event.label, event.context) for event in events][2:] == [("Foot Strike", "Left"), ("Foot Off", "Right")]
    assert events[0].time_s == 0.0625 and events[0].source == "header"


def test_what_is_not_known_is_nan_and_warned() -> None:
    recording = myovox.read_c3d(FIXTURES / "rate_zero.c3d")
    assert math.isnan(recording.point_rate)
    assert "c3d.rate-missing" in [warning.code for warning in recording.warnings]
    assert math.isnan(myovox.read_c3d(FIXTURES / "no_analog.c3d").analog_rate)


def test_the_policy_decides_about_guesses() -> None:
    path = FIXTURES / "truncated_data.c3d"
    (warning,) = [warning for warning in myovox.read_c3d(path).warnings if warning.code == "c3d.data-truncated"]
    assert warning.message and warning.field == "POINT:FRAMES" and warning.channel is None and warning.span_s is None
    assert repr(warning).startswith("Warning(c3d.data-truncated: ")
    with pytest.raises(myovox.DataError) as caught:
        myovox.read_c3d(path, policy="strict")
    assert caught.value.code == warning.code
    with pytest.raises(myovox.ConfigError, match="lenient.*strict.*recover"):
        myovox.read_c3d(path, policy="loose")  # type: ignore[arg-type]


def test_results_are_frozen_and_show_their_shapes() -> None:
    recording = myovox.read_c3d(c3d_bytes(2, [0.5, -0.25, 1.0]))
    assert repr(recording) == "C3dRecording(points=(0, 3, 3) at 1000 Hz, analog=(2, 3) at 1000 Hz, 0 events, " + (
        f"{len(recording.warnings)} warnings)"
    )
    assert recording.analog.tolist() == [[0.5, -0.25, 1.0]] * 2
    with pytest.raises(AttributeError):
        recording.points = np.zeros((1, 3, 1))  # type: ignore[misc]


def test_markers_that_the_file_does_not_name_have_names_all_the_same() -> None:
    path = ROOT.parent / "shared/data/c3d/c3d.org/sample20/phasespace_sample.c3d"
    if not path.exists():
        print("skipped: shared recordings are absent")
        return
    recording = myovox.read_c3d(path)
    assert recording.point_labels == []
    assert recording.point_names[:2] == ["*1", "*2"]
    assert len(recording.point_names) == len(recording.points)
