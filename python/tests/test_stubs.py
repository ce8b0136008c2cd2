"""What type checkers are told is what the built module has, and our own Python passes the strictest check."""

from __future__ import annotations

import subprocess
import sys

import pytest
from conftest import ROOT


def run(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("target", ["python/myovox", "python/tests", "examples"])
def test_types_are_complete(target: str) -> None:
    run("mypy", "--strict", target)


def test_the_typed_border_is_the_built_one() -> None:
    run("mypy.stubtest", "myovox._native")
