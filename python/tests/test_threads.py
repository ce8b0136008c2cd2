"""Many threads at once: the same results, and the interpreter's lock is really released."""

from __future__ import annotations

import _thread
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from conftest import FIXTURES, c3d_bytes, wav_bytes

import myovox


def test_threads_with_the_same_bytes_get_the_same_results() -> None:
    content = (FIXTURES / "ghostly_named.c3d").read_bytes()
    sound = wav_bytes(list(range(2000)))
    text, samples = myovox.analyze_json(content), myovox.read_wav(sound).samples

    def job(_: int) -> bool:
        return myovox.analyze_json(content) == text and np.array_equal(myovox.read_wav(sound).samples, samples)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(job, range(40)))


def longest_wait(work: Callable[[], object]) -> tuple[float, float]:
    """Duration of `work` in another thread, and the longest time meanwhile in which this thread, which asks for the lock all the time, had none."""
    waits: list[float] = []
    worker = threading.Thread(target=work)
    start = last = time.perf_counter()
    worker.start()
    while worker.is_alive():
        time.sleep(0)
        now = time.perf_counter()
        waits.append(now - last)
        last = now
    worker.join()
    return time.perf_counter() - start, max(waits)


BIG_SOUND = bytes(range(256)) * 80_000
BIG_ARRAY = np.random.default_rng(0).standard_normal((8, 600_000))
BAND = myovox.dsp.butter_sos(4, (20.0, 450.0), "bandpass", 2000.0)
BIG_TRIAL = c3d_bytes(16, [float(np.sin(i / 7.0)) for i in range(60_000)])


@pytest.mark.parametrize(
    "work",
    [
        lambda: myovox.read_wav(BIG_SOUND, raw="mulaw:8000"),
        lambda: myovox.analyze_json(BIG_TRIAL),
        lambda: myovox.dsp.sosfiltfilt(BAND, BIG_ARRAY),
        lambda: myovox.emg.envelope(BIG_ARRAY, 2000.0, method="hilbert"),
    ],
    ids=["read_wav", "analyze", "dsp", "emg"],
)
def test_other_threads_go_on_meanwhile(work: Callable[[], object]) -> None:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    try:
        # Three attempts: on a busy machine this thread may be the one that the system lets wait.
        attempts = [longest_wait(work) for _ in range(3)]
    finally:
        sys.setswitchinterval(interval)
    assert any(wait < duration / 2 for duration, wait in attempts), attempts


def test_ctrl_c_ends_a_run_of_many() -> None:
    path = FIXTURES / "ghostly_named.c3d"
    start = time.perf_counter()
    myovox.analyze_json(path)
    one = time.perf_counter() - start
    timer = threading.Timer(5 * one, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        myovox.analyze_many([path] * 2000)
    assert time.perf_counter() - start < 1000 * one


def test_memory_that_can_change_is_copied_before_the_lock_is_released() -> None:
    content = bytearray(wav_bytes([100] * 200_000))
    wanted = myovox.read_wav(bytes(content)).samples
    stop = threading.Event()

    def scribble() -> None:
        at = len(content) - 1000
        while not stop.is_set():
            kept, content[at:] = content[at:], bytes(1000)
            content[at:] = kept

    writer = threading.Thread(target=scribble)
    writer.start()
    try:
        for _ in range(20):
            samples = myovox.read_wav(content).samples
            # The copy is of one moment: the end is whole or blanked, never a mixture.
            end = samples[0, -500:]
            assert np.array_equal(end, wanted[0, -500:]) or not end.any()
    finally:
        stop.set()
        writer.join()
