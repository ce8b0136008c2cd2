"""Recordings in parts, written again, and the forces on the plates."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from conftest import FIXTURES, c3d_bytes, shared, wav_bytes

import myovox

TRIAL = FIXTURES / "markers_intel_float.c3d"


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("markers_*.c3d")), ids=lambda path: path.stem)
def test_a_part_is_the_slice_of_the_whole(path: Path) -> None:
    whole, reader = myovox.read_c3d(path), myovox.C3dReader(path)
    per_frame = reader.samples_per_frame
    part = reader.read(points=[2, 0], channels=whole.analog_names[1:2], frames=(3, 9))
    np.testing.assert_array_equal(part.points, whole.points[[2, 0], :, 3:9])
    np.testing.assert_array_equal(part.residuals, whole.residuals[[2, 0], 3:9])
    np.testing.assert_array_equal(part.analog, whole.analog[1:2, 3 * per_frame : 9 * per_frame])
    assert (part.frames, part.point_names) == ((3, 9), [whole.point_names[2], whole.point_names[0]])


def test_single_precision_is_the_nearest() -> None:
    whole, part = myovox.read_c3d(TRIAL), myovox.C3dReader(TRIAL.read_bytes(), dtype="float32").read()
    assert part.points.dtype == part.analog.dtype == np.float32
    np.testing.assert_array_equal(part.points, whole.points.astype(np.float32))
    np.testing.assert_array_equal(part.analog, whole.analog.astype(np.float32))


def test_a_mapped_file_gives_the_same_numbers(tmp_path: Path) -> None:
    read, mapped = myovox.C3dReader(TRIAL), myovox.C3dReader(TRIAL, memory_map=True)
    np.testing.assert_array_equal(mapped.read(frames=(3, 9)).points, read.read(frames=(3, 9)).points)
    np.testing.assert_array_equal(mapped.read().analog, read.read().analog)
    path = tmp_path / "call.wav"
    path.write_bytes(wav_bytes(list(range(-500, 500))))
    out = np.zeros((1, 1000), np.float32)
    assert myovox.read_wav(path, memory_map=True, out=out).samples is out
    np.testing.assert_array_equal(out, myovox.read_wav(path).samples)
    with pytest.raises(myovox.ConfigError, match="memory_map"):
        myovox.read_wav(path.read_bytes(), memory_map=True)
    with pytest.raises(myovox.IoError, match="absent"):
        myovox.C3dReader(tmp_path / "absent.c3d", memory_map=True)


def test_blocks_are_the_whole_one_after_the_other() -> None:
    whole, reader = myovox.read_c3d(TRIAL), myovox.C3dReader(TRIAL)
    blocks = list(reader.blocks(7))
    assert [block.frames for block in blocks] == [(0, 7), (7, 14), (14, 20)]
    np.testing.assert_array_equal(np.concatenate([block.points for block in blocks], axis=2), whole.points)
    np.testing.assert_array_equal(np.concatenate([block.analog for block in blocks], axis=1), whole.analog)


def test_what_is_not_in_the_recording_is_named() -> None:
    reader = myovox.C3dReader(TRIAL)
    with pytest.raises(myovox.ConfigError, match="NOSE"):
        reader.read(points=["NOSE"])
    with pytest.raises(myovox.ConfigError, match="markers_intel_float.c3d"):
        reader.read(frames=(0, 10**6))
    with pytest.raises(myovox.ConfigError, match="float16"):
        myovox.C3dReader(TRIAL, dtype="float16")  # type: ignore[arg-type]


def test_one_channel_takes_the_memory_of_one_channel(tmp_path: Path) -> None:
    path = tmp_path / "long.c3d"
    path.write_bytes(c3d_bytes(64, list(np.linspace(-1, 1, 20000))))
    reader = myovox.C3dReader(path, dtype="float32")
    tracemalloc.start()
    part = reader.read(channels=[5])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert part.analog.shape == (1, 20000) and peak < 2 * part.analog.nbytes + 100_000


@pytest.mark.parametrize("processor", ["intel", "dec", "mips"])
def test_what_is_written_reads_back(processor: str, tmp_path: Path) -> None:
    whole, path = myovox.read_c3d(TRIAL), tmp_path / "again.c3d"
    assert whole.write(path, processor=processor) == []
    again = myovox.read_c3d(path)
    assert (again.processor, again.point_labels, again.analog_units) == (
        processor,
        whole.point_labels,
        whole.analog_units,
    )
    np.testing.assert_array_equal(again.points, whole.points)
    np.testing.assert_array_equal(again.analog, whole.analog)
    assert [event.time_s for event in again.events] == pytest.approx([event.time_s for event in whole.events])


def test_changed_arrays_are_what_is_written(tmp_path: Path) -> None:
    whole, path = myovox.read_c3d(TRIAL), tmp_path / "moved.c3d"
    whole.points[:] += 1
    whole.write(path)
    np.testing.assert_allclose(myovox.read_c3d(path).points, whole.points, rtol=1e-6)


def test_a_recording_is_made_of_arrays(tmp_path: Path) -> None:
    path = tmp_path / "made.c3d"
    points = np.arange(24, dtype=float).reshape(2, 3, 4)
    points[1, :, 2] = np.nan
    emg = np.linspace(-1, 1, 40, dtype=np.float32).reshape(1, 40)
    events = [("Foot Strike", "Left", 0.02)]
    myovox.write_c3d(
        path, rate=100.0, points=points, point_labels=["A", "B"], analog=emg, analog_labels=["EMG"], events=events
    )
    made = myovox.read_c3d(path)
    np.testing.assert_array_equal(made.points, points)
    np.testing.assert_array_equal(made.analog, emg)
    assert (made.point_rate, made.analog_rate, made.events[0].label) == (100.0, 1000.0, "Foot Strike")
    with pytest.raises(myovox.Error, match="label"):
        myovox.write_c3d(path, rate=100.0, points=points, point_labels=["A"])
    np.testing.assert_array_equal(myovox.read_c3d(path).points, points)


def test_samples_are_decoded_into_the_array_that_is_given() -> None:
    sound = wav_bytes([1, -2, 3, -4, 5, -6], channels=2)
    out = np.full((2, 3), 9, dtype=np.float32)
    recording = myovox.read_wav(sound, out=out)
    assert recording.samples is out
    np.testing.assert_array_equal(out * 32768, [[1, 3, 5], [-2, -4, -6]])
    part = myovox.read_wav(sound, dtype="float32", channels=[1], frames=(1, 3))
    np.testing.assert_array_equal(part.samples * 32768, [[-4, -6]])
    for wrong in (np.zeros((1, 3)), np.zeros((2, 3), dtype=np.int16)):
        with pytest.raises(myovox.ConfigError, match="out"):
            myovox.read_wav(sound, out=wrong)  # type: ignore[arg-type]
    out.flags.writeable = False
    with pytest.raises(myovox.ConfigError, match="written"):
        myovox.read_wav(sound, out=out)


def test_a_large_file_is_read_in_blocks_to_the_same_samples(tmp_path: Path) -> None:
    samples = np.random.default_rng(1).integers(-32768, 32768, 800_000)
    sound, path = wav_bytes(samples.tolist(), channels=2), tmp_path / "long.wav"
    path.write_bytes(sound)
    np.testing.assert_array_equal(myovox.read_wav(path).samples, myovox.read_wav(sound).samples)
    np.testing.assert_array_equal(myovox.read_wav(path).samples * 32768, samples.reshape(-1, 2).T)


def test_sound_is_written_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    samples = np.round(np.sin(np.arange(500)) * 30000) / 32768
    assert myovox.write_wav(path, samples, 16000) == []
    np.testing.assert_array_equal(myovox.read_wav(path).samples[0], samples)
    (clipped,) = myovox.write_wav(path, [[2.0, -3.0, 0.5]], 16000, coding="pcm24")
    assert clipped.code == "wav.clipped"
    with pytest.raises(myovox.DataError, match="frame"):
        myovox.write_wav(path, [[np.nan]], 16000)


def test_the_forces_on_the_plates_of_a_real_trial() -> None:
    recording = myovox.read_c3d(shared("data/c3d/c3d.org/sample10/TYPE-2.C3D"))
    found = recording.force_platforms()
    assert found.rate == recording.analog_rate
    for plate in found.platforms:
        assert plate.kind == 2 and plate.force_n is not None and plate.force_n.shape == (3, recording.analog.shape[1])
    up = recording.force_platforms(sign="ground_reaction").platforms[0].force_n
    first = found.platforms[0].force_n
    assert up is not None and first is not None
    np.testing.assert_array_equal(up, -first)
