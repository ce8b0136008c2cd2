"""The console command: the same program and the same bytes as the module gives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from conftest import FIXTURES

import myovox

COMMAND = Path(sys.executable).with_name("myovox")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False)


def test_the_command_writes_the_report_of_the_module() -> None:
    path = FIXTURES / "ghostly_named.c3d"
    done = run("analyze", "--format", "json", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.rstrip("\n") == myovox.analyze_json(path)


def test_the_status_says_how_it_ended() -> None:
    failed = run("analyze", "missing.c3d")
    assert failed.returncode == 1 and "missing.c3d: cannot open: found no such file" in failed.stderr
    wrong = run("analyse")
    assert wrong.returncode == 2 and "Traceback" not in wrong.stderr
    assert "myovox" in run("--version").stdout
