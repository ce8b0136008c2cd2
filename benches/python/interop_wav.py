"""Files written by `myovox::formats::wav::write`, read by scipy and soundfile with equal samples.

The test `files_for_other_readers_are_made_by_a_formula` writes them to `target/tmp/interop_wav`, a folder that this script is then given
(`python interop_wav.py target/tmp/interop_wav`; needs numpy, scipy, soundfile). Each file `CODING_CHANNELS.wav` holds, in frame f and channel c, the integer `(7919 * (channels * f + c) * 2**(bits - 16)) wrapped to its bits`
(`float32`: the 16-bit integer of that formula over 32768).
"""

import pathlib
import sys
import warnings

import numpy as np
import scipy.io.wavfile
import soundfile

FRAMES = 333


def expected(bits: int, channels: int) -> np.ndarray:
    """The samples in [-1, 1), `(frames, channels)`."""
    counted = 7919 * np.arange(FRAMES * channels, dtype=np.int64)
    scaled = counted if bits == 8 else counted << max(bits - 16, 0)
    half = 1 << (bits - 1)
    return ((scaled + half) % (2 * half) - half).reshape(FRAMES, channels) / half


def by_scipy(path: pathlib.Path) -> np.ndarray:
    """Samples in [-1, 1) as scipy reads them; 24 bits stand high in 32."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, data = scipy.io.wavfile.read(path)
    data = data.reshape(FRAMES, -1)
    if data.dtype == np.uint8:
        return (data.astype(np.float64) - 128) / 128
    if np.issubdtype(data.dtype, np.integer):
        return data / -float(np.iinfo(data.dtype).min)
    return data.astype(np.float64)


def main(folder: pathlib.Path) -> None:
    paths = sorted(folder.glob("*.wav"))
    assert paths, f"no files in {folder}"
    for path in paths:
        coding, channels = path.stem.split("_")
        bits = 16 if coding == "float32" else int(coding.removeprefix("pcm"))
        truth = expected(bits, int(channels))
        of_soundfile, _ = soundfile.read(path, always_2d=True)
        assert np.array_equal(of_soundfile, truth), f"{path.name}: soundfile reads other samples"
        assert np.array_equal(by_scipy(path), truth), f"{path.name}: scipy reads other samples"
    print(f"{len(paths)} files: equal samples by soundfile {soundfile.__version__} and scipy {scipy.__version__}")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
