"""What the Python benches share: the same work by several readers in one process, alternating, the least of n as the figure."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

Work = Callable[[], object]


def race(readers: Mapping[str, Work], rounds: int) -> dict[str, float]:
    """Seconds of each reader: the least of `rounds`, after one round that is not counted."""
    best = dict.fromkeys(readers, float("inf"))
    for round_number in range(rounds + 1):
        for name, work in readers.items():
            start = time.perf_counter()
            result = work()
            taken = time.perf_counter() - start
            del result
            if round_number > 0:
                best[name] = min(best[name], taken)
    return best


def row(file: str, size: int, best: Mapping[str, float], notes: Mapping[str, str], columns: list[str]) -> str:
    """A line of the table: milliseconds, and how many times ours is faster; a note where a reader has no time or other numbers."""
    ours = best["myovox"]
    cells = []
    for name in columns:
        note = f" ({notes[name]})" if name in notes else ""
        if name not in best:
            cells.append(notes.get(name, "-"))
        elif name == "myovox":
            cells.append(f"{1e3 * ours:.2f}")
        else:
            cells.append(f"{1e3 * best[name]:.2f}, {best[name] / ours:.1f}x{note}")
    return f"| {file} | {size:,} | " + " | ".join(cells) + " |"


def head(columns: list[str]) -> str:
    """The head of the table."""
    names = " | ".join(f"{name}, ms" for name in columns)
    return f"| file | bytes | {names} |\n|" + " --- |" * (len(columns) + 2)
