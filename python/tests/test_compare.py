"""`myovox compare`: the wheel's verb that shows where two readers differ."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from conftest import FIXTURES, shared, wav_bytes

from myovox import _compare, _peers


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("reader", ["soundfile", "scipy"])
def test_readers_that_agree_are_said_to(reader: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(wav_bytes([0, 1, -32768, 32767], channels=2))
    assert _compare.main([str(path), "--with", reader]) == 0
    assert lines(capsys)[-1] == "  no difference"


def test_a_field_that_differs_is_shown_with_its_first_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # 24 bits right-justified in 4 bytes: soundfile takes them as 3 bytes each.
    header = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 32000, 4, 24)
    samples = struct.pack("<100i", *range(100))
    content = header + b"data" + struct.pack("<I", len(samples)) + samples
    path = tmp_path / "wide.wav"
    path.write_bytes(b"RIFF" + struct.pack("<I", len(content)) + content)
    assert _compare.main([str(path), "--with", "soundfile"]) == 1
    printed = lines(capsys)
    assert any(line.startswith("  samples per channel  100") and "DIFFERS: 100 against 133" in line for line in printed)
    assert printed[-1] == "  2 fields differ"


def test_a_reader_that_refuses_is_quoted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "call.wav"
    mulaw = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 40, b"WAVE", b"fmt ", 16, 7, 1, 8000, 8000, 1, 8, b"data", 4)
    path.write_bytes(mulaw + bytes(4))
    assert _compare.main([str(path), "--with", "scipy"]) == 1
    assert lines(capsys)[1:] == [
        "  myovox: reads it",
        "  scipy: refused: ValueError: Unknown wave file format: MULAW. Supported formats: PCM, IEEE_FLOAT",
    ]


def test_a_c3d_recording_is_compared_field_by_field(capsys: pytest.CaptureFixture[str]) -> None:
    assert _compare.main([str(FIXTURES / "ghostly_named.c3d"), "--with", "ezc3d"]) == 0
    assert any(line.startswith("  analog samples") and line.endswith("equal") for line in lines(capsys))


def test_a_fault_of_the_other_reader_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    path = shared("data/c3d/c3d.org/sample27/kyowadengyo.c3d")  # POINT:USED lies; the size of the file tells
    assert _compare.main([str(path), "--with", "ezc3d"]) == 1
    assert any("DIFFERS: 11 against 12" in line for line in lines(capsys))


def test_a_recording_without_channels_has_no_rate_to_differ_in() -> None:
    path = str(FIXTURES / "no_analog.c3d")
    ours, _ = _compare.fields_of(path, "c3d")
    theirs = _compare.fields_of_peer(path, "c3d")
    assert isinstance(theirs, dict) and set(ours) == set(theirs) and "analog rate, Hz" not in ours


def test_a_file_that_is_not_there_is_no_agreement(capsys: pytest.CaptureFixture[str]) -> None:
    assert _compare.main(["missing.c3d", "--with", "ezc3d"]) == 1
    assert capsys.readouterr().err == "myovox: missing.c3d: cannot open: found no such file\n"


def test_values_differ_where_they_do_and_nowhere_else() -> None:
    values = np.array([[1.0, np.nan, 1e-9], [4.0, 5.0, 6.0]])
    assert _compare.difference(values, values + 1e-7, []) is None
    other = values.copy()
    other[1, 2] = 7
    found = _compare.difference(values, other, ["EMG1", "EMG2"])
    assert found == "1 of 6 differ by up to 1, first in EMG2 at 2: 6.0 against 7.0"
    assert _compare.difference(np.array(3), np.array(4), []) == "3 against 4"
    assert _compare.difference(np.array(["a", "b"]), np.array(["a", "c"]), []) == "1 differ, first number 2: 'b' against 'c'"


def test_a_reader_that_is_not_installed_is_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(_peers.READERS, "c3d_of_nobody", _peers.read_c3d)
    assert _compare.main(["x.c3d", "--with", "c3d_of_nobody"]) == 2
    assert "not installed" in capsys.readouterr().err
