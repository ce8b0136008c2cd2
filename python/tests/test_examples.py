"""Each example runs as its head says."""

from __future__ import annotations

import ast
import subprocess
import sys

from conftest import FIXTURES, ROOT


def run(example: str, *arguments: str) -> list[str]:
    command = [sys.executable, str(ROOT / "examples" / example), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_a_backend_makes_a_row_of_every_upload() -> None:
    files = [str(FIXTURES / name) for name in ("ghostly_named.c3d", "call_two_legs_8k.wav", "truncated.wav")]
    session, call, broken = (ast.literal_eval(line) for line in run("backend.py", *files))
    assert session["kind"] == "c3d" and session["channels"] == 2
    assert call["kind"] == "wav" and call["duration_s"] == 6.0
    assert broken["error"].startswith("wav.") and "truncated.wav" in broken["message"]


def test_research_prints_labels_and_numbers() -> None:
    lines = run("research.py", str(FIXTURES / "markers_intel_float.c3d"))
    assert lines[0].startswith("C3dRecording(points=(4, 3, 20)")
    assert any(line.startswith("RASI: moved ") and line.endswith("seen in 17 frames") for line in lines)
    assert any(line.startswith("EMG1: 80 samples, rms ") and line.endswith(" V") for line in lines)
