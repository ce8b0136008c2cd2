"""Compressed sound: `myovox` against libsndfile 1.2.2 (libopus, libvorbis, libmpg123, libFLAC), through soundfile 0.14.0.

`python truth_codecs.py FOLDER` (needs numpy, soundfile, and the wheel) does two things:

- it prints, for the files of FOLDER (the shared `wav/made_by_tools`), the values that `crates/myovox/tests/it/codecs/libsndfile.rs` holds:
  32 frames of the last channel, spread evenly;
- it makes files of many rates, channels and bitrates, reads them by both, and prints how far they differ; `python truth_codecs.py speech` does so for
  Opus with a signal that starts and stops as speech does.

libsndfile decodes Opus at the rate that `OpusHead` gives as that of the input; myovox decodes at 48 kHz, as the codec does. So the rate in the
header is set to 48000 first: the packets stay the same.
"""

import io
import pathlib
import struct
import sys

import numpy as np
import soundfile

NAMES = [
    "opus_48k.opus",
    "opus_voip.ogg",
    "vorbis_16k.ogg",
    "vorbis_44k_2ch.ogg",
    "mp3_16k.mp3",
    "mp3_44k_vbr_2ch.mp3",
    "mp3_8k.mp3",
]


def ogg_crc(page: bytes) -> int:
    """The checksum of a page (RFC 3533)."""
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = ((crc << 1) ^ (0x04C11DB7 if crc & 0x80000000 else 0)) & 0xFFFFFFFF
    return crc


def at_48_khz(file: bytes) -> bytes:
    """The same file with an input rate of 48 kHz in its header; other files as they are."""
    head = file.find(b"OpusHead", 0, 100)
    if head < 0:
        return file
    patched = bytearray(file)
    struct.pack_into("<I", patched, head + 12, 48_000)
    segments = patched[26]
    end = 27 + segments + sum(patched[27 : 27 + segments])
    struct.pack_into("<I", patched, 22, 0)
    struct.pack_into("<I", patched, 22, ogg_crc(bytes(patched[:end])))
    return bytes(patched)


def by_libsndfile(file: bytes) -> tuple[np.ndarray, int]:
    """Samples `(channels, frames)` and their rate."""
    samples, rate = soundfile.read(io.BytesIO(at_48_khz(file)), dtype="float32", always_2d=True)
    return samples.T, rate


def voice(rate: int, channels: int, seconds: float) -> np.ndarray:
    """Tones that swell, and noise."""
    random = np.random.default_rng(1)
    t = np.arange(int(rate * seconds)) / rate
    legs = [
        0.3 * np.sin(440 * np.pi * t) * (0.5 + 0.5 * np.sin(6 * np.pi * t)) + 0.1 * np.sin(2740 * np.pi * t),
        0.25 * np.sin(660 * np.pi * t + 1) * (0.5 + 0.5 * np.cos(4 * np.pi * t)),
    ]
    return np.stack(legs[:channels], axis=1) + 0.02 * random.standard_normal((len(t), channels))


def speech(rate: int, channels: int, seconds: float) -> np.ndarray:
    """Harmonics of a gliding voice with pauses, and bursts of noise."""
    random = np.random.default_rng(3)
    t = np.arange(int(rate * seconds)) / rate
    phase = np.cumsum(2 * np.pi * (120 + 30 * np.sin(np.pi * t)) / rate)
    voiced = 0.15 * sum(np.sin(k * phase) / k for k in range(1, 25)) * (0.6 + 0.4 * np.sin(14 * np.pi * t))
    burst = 0.05 * random.standard_normal(len(t)) * (np.sin(2.6 * np.pi * t) > 0.5)
    return np.stack([voiced * (np.sin(4 * np.pi * t) > -0.3) + burst] * channels, axis=1)


def spoken(rates: list[int], levels: list[float]):
    """Opus of speech: every rate, one or two channels, every level of compression."""
    for rate in rates:
        for channels in (1, 2):
            for level in levels:
                file = io.BytesIO()
                soundfile.write(file, speech(rate, channels, 6.0), rate, format="OGG", subtype="OPUS", compression_level=level)
                yield f"{rate} Hz, {channels} channels, level {level}", file.getvalue()


def made(format: str, subtype: str, rates: list[int], levels: list[float]):
    """Files of every rate, one or two channels, every level of compression and two lengths."""
    for rate in rates:
        for channels in (1, 2):
            for level in levels:
                for seconds in (0.37, 1.9):
                    file = io.BytesIO()
                    keywords = {} if format == "FLAC" else {"compression_level": level}
                    signal = voice(rate, channels, seconds)
                    soundfile.write(file, signal, rate, format=format, subtype=subtype, **keywords)
                    yield f"{rate} Hz, {channels} channels, level {level}, {seconds} s", file.getvalue()


def compare(what: str, files) -> None:
    import myovox

    differences = []
    for name, file in files:
        theirs, rate = by_libsndfile(file)
        ours = myovox.read_wav(file)
        assert (ours.sample_rate, ours.samples.shape) == (rate, theirs.shape), f"{what} {name}: another length"
        differences.append((float(np.abs(ours.samples - theirs).max()), name))
    differences.sort()
    far = [f"{name}: {value:.1e}" for value, name in differences if value > 1e-4]
    print(f"{what}: {len(differences)} files of equal length, median difference {differences[len(differences) // 2][0]:.1e}, ")
    print(f"    largest of those within 1e-4 {max(value for value, _ in differences if value <= 1e-4):.1e}; beyond: {far}")


def main(folder: pathlib.Path) -> None:
    for name in NAMES:
        samples, rate = by_libsndfile((folder / name).read_bytes())
        channel = samples[-1]
        step = (len(channel) - 1) // 31
        values = ", ".join(f"{value:.9g}" for value in channel[: 31 * step + 1 : step])
        print(f'("{name}", {rate}, {samples.shape[0]}, {samples.shape[1]}, [{values}]),')
    compare("Opus", made("OGG", "OPUS", [8000, 12000, 16000, 24000, 48000], [0.0, 0.5, 0.95]))
    compare("Vorbis", made("OGG", "VORBIS", [8000, 16000, 22050, 44100, 48000], [0.1, 0.9]))
    compare("MP3", made("MP3", "MPEG_LAYER_III", [8000, 16000, 22050, 44100, 48000], [0.1, 0.9]))
    for subtype in ("PCM_S8", "PCM_16", "PCM_24"):
        compare(f"FLAC {subtype}", made("FLAC", subtype, [8000, 44100, 96000], [0.0]))


if __name__ == "__main__":
    if sys.argv[1] == "speech":
        compare("Opus", spoken([8000, 16000, 24000, 48000], [0.0, 0.6, 0.9, 0.95, 0.97, 1.0]))
    else:
        main(pathlib.Path(sys.argv[1]))
