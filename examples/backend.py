"""A Python backend: recordings arrive as bytes, one row of each result is what a database would keep.

    python examples/backend.py session.c3d call.wav

A recording that cannot be read ends in a row with the stable code of its error, for the sender to act on; the service goes on.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import myovox

# What one upload may cost. The defaults suit a researcher's own files, not strangers'.
CONFIG = {"limits.max_input_bytes": 256 << 20, "limits.max_memory_bytes": 1 << 30}


def row(name: str, content: bytes) -> dict[str, Any]:
    """The row of an upload."""
    try:
        report = myovox.analyze(content, name=name, config=CONFIG)
    except myovox.Error as error:
        return {"name": name, "error": error.code, "message": str(error)}
    recording = report["recording"]
    return {
        "name": name,
        "sha256": recording["sha256"],
        "kind": recording["kind"],
        "duration_s": recording["duration_s"],
        "channels": len(recording["channels"]),
        "warnings": [warning["code"] for warning in report["warnings"]],
    }


def main() -> None:
    """Handle the files of the command line as if they were uploads, several at once: threads are enough, the interpreter's lock is released."""
    uploads = [(path.name, path.read_bytes()) for path in map(Path, sys.argv[1:])]
    with ThreadPoolExecutor() as pool:
        for result in pool.map(lambda upload: row(*upload), uploads):
            print(result)


if __name__ == "__main__":
    main()
