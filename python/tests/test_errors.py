"""Exceptions: one base, stable codes and places, the same after a trip between processes; no panic crosses."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest
from conftest import FIXTURES, wav_bytes

import myovox
from myovox import _native


def test_every_class_stands_under_the_base() -> None:
    for kind in (myovox.IoError, myovox.DataError, myovox.UnsupportedError, myovox.LimitError, myovox.ConfigError, myovox.InternalError):
        assert issubclass(kind, myovox.Error)
    assert issubclass(myovox.IoError, OSError) and issubclass(myovox.ConfigError, ValueError)


def test_what_the_system_refuses(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no such file") as caught:
        myovox.read_c3d(tmp_path / "missing.c3d")
    assert isinstance(caught.value, myovox.IoError)
    assert caught.value.code == "io.not-found" and str(tmp_path / "missing.c3d") in str(caught.value)
    with pytest.raises(myovox.IoError) as caught_directory:
        myovox.analyze(tmp_path)
    assert caught_directory.value.code == "io.is-a-directory"


def test_what_the_bytes_are_not() -> None:
    with pytest.raises(myovox.DataError, match="JPEG") as caught:
        myovox.read_c3d(FIXTURES / "jpeg_renamed.c3d")
    assert caught.value.code == "c3d.not-c3d" and caught.value.byte is not None
    assert str(FIXTURES) in str(caught.value)
    with pytest.raises(myovox.DataError):
        myovox.read_wav(b"")
    with pytest.raises(myovox.UnsupportedError) as other:
        myovox.analyze(b"\xff\xd8\xff\xe0" + bytes(600))
    assert other.value.code == "recording.other-kind"


def test_what_a_limit_forbids() -> None:
    with pytest.raises(myovox.LimitError) as caught:
        myovox.analyze(wav_bytes([0] * 5000), config={"limits.max_memory_bytes": 1000})
    assert caught.value.code == "limit.memory-bytes"
    path = FIXTURES / "silence.wav"
    for source in (path, path.read_bytes()):
        with pytest.raises(myovox.LimitError) as too_large:
            myovox.analyze(source, config={"limits.max_input_bytes": 1000})
        assert too_large.value.code == "limit.input-bytes"


def test_a_panic_is_an_internal_error() -> None:
    with pytest.raises(myovox.InternalError, match="index out of luck") as caught:
        _native._panic("index out of luck")
    assert caught.value.code == "internal.panic"
    # The module goes on afterwards.
    assert myovox.read_wav(wav_bytes([1])).samples.shape == (1, 1)


@pytest.mark.parametrize("kind", [myovox.DataError, myovox.IoError, myovox.ConfigError])
def test_between_processes_an_error_keeps_class_text_and_place(kind: type[myovox.Error]) -> None:
    error = kind("a.c3d: byte 7: wrong", code="c3d.wrong", byte=7, field="POINT:RATE", channel="EMG1")
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is kind and str(again) == "a.c3d: byte 7: wrong"
        assert (again.code, again.byte, again.field, again.channel) == ("c3d.wrong", 7, "POINT:RATE", "EMG1")
