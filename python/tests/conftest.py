"""Inputs that tests make themselves, and where recordings are."""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures" / "files"
SHARED = ROOT.parent / "shared"


def shared(path: str) -> Path:
    """A file of the shared recordings that stand beside a checkout; the test is skipped where they are absent."""
    full = SHARED / path
    if not full.exists():
        pytest.skip(f"shared recordings are absent ({path})")
    return full


def wav_bytes(samples: list[int], *, rate: int = 8000, channels: int = 1) -> bytes:
    """A WAV file of interleaved 16-bit samples, written by the standard library."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return target.getvalue()


def c3d_bytes(channels: int, samples: list[float], *, rate: float = 1000.0) -> bytes:
    """A C3D file (Intel, floats) without markers, whose analog channels all hold `samples`, one sample a frame.

    Its parameter section is empty, so that header and defaults alone say what the data are; at most 65535 samples.
    """
    header = bytearray(512)
    struct.pack_into("<BBHHHHHfHHf", header, 0, 2, 0x50, 0, channels, 1, len(samples), 0, -1.0, 3, 1, rate)
    parameters = bytearray(512)
    parameters[:4] = bytes([1, 0x50, 1, 84])
    data = b"".join(struct.pack("<f", value) * channels for value in samples)
    return bytes(header) + bytes(parameters) + data + bytes(-len(data) % 512)
