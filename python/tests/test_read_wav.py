"""WAV recordings as Python sees them."""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path

import numpy as np
import pytest
from conftest import FIXTURES, wav_bytes
from hypothesis import given, settings
from hypothesis import strategies as st

import myovox


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-32768, 32767), min_size=1, max_size=40), st.integers(1, 4), st.integers(1, 192_000))
def test_what_the_standard_library_writes_is_read_to_the_bit(values: list[int], channels: int, rate: int) -> None:
    interleaved = [value for value in values for _ in range(channels)]
    recording = myovox.read_wav(wav_bytes(interleaved, rate=rate, channels=channels))
    assert recording.sample_rate == rate
    assert recording.samples.dtype == np.dtype("float64")
    np.testing.assert_array_equal(recording.samples, np.tile(np.array(values) / 32768, (channels, 1)))
    assert recording.duration_s == len(values) / rate


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_files_give_a_recording_or_one_of_our_errors(data: st.DataObject) -> None:
    content = bytearray(wav_bytes(list(range(60))))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        recording = myovox.read_wav(content[: data.draw(st.integers(0, len(content)))])
    except myovox.Error as error:
        assert error.code and "\n" not in str(error)
    else:
        assert np.isfinite(recording.samples).all()


def sounds() -> list[Path]:
    """The fixtures whose samples are known: those without NaN."""
    truths = [path for path in sorted(FIXTURES.glob("*.truth.json")) if json.loads(path.read_text()).get("samples_sha256")]
    return [path.with_name(path.name.replace(".truth.json", ".wav")) for path in truths]


@pytest.mark.parametrize("path", sounds(), ids=lambda path: path.stem)
def test_samples_are_the_truth_of_the_fixture(path: Path) -> None:
    truth = json.loads(path.with_suffix(".truth.json").read_text())
    recording = myovox.read_wav(path)
    assert recording.samples.shape == (truth["channels"], truth["frames"])
    assert recording.sample_rate == truth["rate_hz"]
    interleaved = recording.samples.T.astype("<f8").tobytes()
    assert hashlib.sha256(interleaved).hexdigest() == truth["samples_sha256"]


def test_samples_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(myovox.DataError) as caught:
        myovox.read_wav(FIXTURES / "nan_f32.wav")
    assert caught.value.code == "wav.non-finite"


def test_the_header_is_not_needed_when_the_caller_knows() -> None:
    recording = myovox.read_wav(struct.pack(">4h", 0, 16384, -32768, 1), raw="s16be:16000:2")
    assert recording.samples.tolist() == [[0.0, -1.0], [0.5, 1 / 32768]]
    assert (recording.container, recording.coding, recording.bits) == ("raw", "pcm16", 16)
    with pytest.raises(myovox.ConfigError, match="speex") as caught:
        myovox.read_wav(b"", raw="speex:8000")
    assert (caught.value.code, caught.value.field) == ("config.raw", "raw")


def test_what_stands_beside_the_samples_is_kept() -> None:
    text = b"INFOINAM\x06\0\0\0Call 7"
    plain = wav_bytes([1, 2, 3])
    tagged = plain + b"LIST" + struct.pack("<I", len(text)) + text
    content = tagged[:4] + struct.pack("<I", len(tagged) - 8) + tagged[8:]
    recording = myovox.read_wav(content)
    assert recording.metadata["info"] == [{"id": "INAM", "text": "Call 7"}]
    assert recording.metadata["broadcast"] is None
    assert [chunk["id"] for chunk in recording.chunks] == ["fmt ", "data", "LIST"]


def test_results_show_what_they_are() -> None:
    recording = myovox.read_wav(FIXTURES / "call_two_legs_8k.wav")
    assert repr(recording) == "WavRecording(samples=(2, 48000) at 8000 Hz, 6.000 s, mulaw in riff, 0 warnings)"
    assert (recording.valid_bits, recording.channel_mask) == (14, None)


def test_a_guess_is_a_warning_with_a_place() -> None:
    warnings = myovox.read_wav(FIXTURES / "truncated_data.wav").warnings
    assert warnings and all(warning.code.startswith("wav.") and warning.byte is not None for warning in warnings)
