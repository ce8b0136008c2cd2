"""The console command ``myovox``: the command line's own program, run in this process."""

from __future__ import annotations

import signal
import sys

from myovox import _native


def main() -> None:
    """Run the command with the arguments of this process and exit with its status: 0 all done, 1 some recordings failed, 2 wrong usage."""
    # The program knows nothing of Python's handler, which would wait for it to end: Ctrl-C ends it at once, as it ends any other.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.argv[1:2] == ["compare"]:
        # Other readers are packages of Python, so this verb lives here; numpy and they are loaded only for it.
        from myovox import _compare

        sys.exit(_compare.main(sys.argv[2:]))
    sys.exit(_native.run_command(["myovox", *sys.argv[1:]]))
