"""Muscles followed while their samples come, for live feedback."""

from __future__ import annotations

import json
import warnings as _warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from myovox import _native
from myovox._analysis import ConfigLike
from myovox._arrays import Array, samples
from myovox._errors import ConfigError

EventKind: TypeAlias = Literal[
    "rest_known",
    "activation_onset",
    "activation_offset",
    "contraction_onset",
    "contraction_offset",
    "suspended",
    "resumed",
]
"""What became known."""

Cause: TypeAlias = Literal["signal", "starts_before", "ends_after", "touches_gap", "not_finite", "plateau", "flat"]
"""What placed an event where the signal itself did not, and why a stream is suspended."""


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One thing that became known.

    Attributes
    ----------
    event : str
        "rest_known": from here on activations are told; "activation_onset", "activation_offset"; "contraction_onset", "contraction_offset" where
        a maximal contraction is given; "suspended", "resumed".
    channel : int
        The channel, from 0.
    sample, time_s : int, float
        The sample with which it became known, and the same in seconds.
    at, at_s : int, float
        Where it was, estimated backwards: the first sample of an activity or of signal, the one after the last of them at an end.
    cause : str
        "signal", or what placed it instead: "starts_before" the first sample, "ends_after" the last, "touches_gap"; of a suspension
        "not_finite", "plateau", "flat".
    """

    event: EventKind
    channel: int
    sample: int
    time_s: float
    at: int
    at_s: float
    cause: Cause


class Stream:
    """Follow muscles while their samples come: the envelope, and onsets and offsets as soon as they are known.

    Nothing looks ahead, so all of it is late, at most by `latency_ms`. Until rest has been seen (a second of it, by default) nothing can be told from
    activity: the event "rest_known" says when it is. Pieces of any length give the same numbers and events. One thread at a time.

    Parameters
    ----------
    rate : float
        Sampling rate in Hz.
    channels : int
        Number of channels.
    config : dict, str or os.PathLike, optional
        Settings of the muscle analysis that differ from the defaults, ``{"stream.minimum_on_ms": 40}``, or the path of a file with all settings.
    mvc : float or sequence of float, optional
        Envelope in a maximal contraction, in the unit of the samples: one for all or one for each channel, ``None`` or NaN where it is not known.
        With it, contractions are told beside activations.

    Attributes
    ----------
    envelope : numpy.ndarray of float64
        The envelope of the samples of the last `push`, in their shape; NaN where there is no signal.
    latency_ms : float
        Longest time between an onset and its event, in ms.
    plan : dict
        All numbers: filters, windows, and under "activation" and "contraction" the latencies of onsets and offsets.
    channels : int
        Number of channels.

    Raises
    ------
    ConfigError
        Settings, levels or the rate are wrong.

    Examples
    --------
    >>> import numpy as np
    >>> from myovox import emg
    >>> noise = np.random.default_rng(1).standard_normal(6000)
    >>> x = noise * np.where(np.arange(6000) // 1000 == 3, 1.0, 0.05)  # active from 3 to 4 s
    >>> stream = emg.Stream(1000.0)
    >>> stream.latency_ms < 150
    True
    >>> for piece in np.split(x, 60):  # 100 ms each
    ...     for event in stream.push(piece):
    ...         print(f"{event.event} at {event.at_s:.1f} s")
    rest_known at 1.1 s
    activation_onset at 3.0 s
    activation_offset at 4.0 s
    """

    __slots__ = ("_native", "channels", "envelope", "latency_ms", "plan")

    def __init__(
        self,
        rate: float,
        channels: int = 1,
        *,
        config: ConfigLike | None = None,
        mvc: float | Sequence[float | None] | Array | None = None,
    ) -> None:
        if channels < 1:
            raise ConfigError(f"channels: found {channels}: expected at least 1", code="config.out-of-range", field="channels")
        levels: list[float | None] = []
        if mvc is not None:
            given = [mvc] * channels if isinstance(mvc, int | float) else list(np.asarray(mvc, dtype=object).reshape(-1))
            levels = [None if level is None or level != level else float(level) for level in given]
        self._native = _native.EmgStream(rate, channels, config, levels)
        self.channels = channels
        numbers = json.loads(self._native.plan())
        for doubt in numbers["warnings"]:
            _warnings.warn(doubt["message"], UserWarning, stacklevel=2)
        self.plan: dict[str, Any] = numbers["plan"]
        self.latency_ms = float(self.plan["activation"]["onset_ms"])
        self.envelope: Array = np.empty((channels, 0) if channels > 1 else 0)

    def push(self, x: npt.ArrayLike) -> list[StreamEvent]:
        """Take the next samples and give what became known with them.

        Parameters
        ----------
        x : array_like [shape=(samples,) or (channels, samples)]
            The next samples of all channels, of any number; NaN are missing samples. One axis only for one channel.

        Returns
        -------
        list of StreamEvent
            In the order in which they became known. `envelope` is then that of `x`.

        Raises
        ------
        ConfigError
            ``emg.channels-differ``; nothing was taken in then.
        """
        piece = samples(x)
        rows = piece.reshape(1, -1) if piece.ndim == 1 else piece
        if rows.ndim != 2:
            raise ConfigError(f"x: found {piece.ndim} axes: expected (channels, samples)", code="emg.channels-differ", field="x")
        envelope = np.empty_like(rows)
        told = json.loads(self._native.push(rows, envelope))
        self.envelope = envelope.reshape(piece.shape)
        return [StreamEvent(**event) for event in told]

    def finish(self) -> list[StreamEvent]:
        """End what is active, as the stream ends, with the cause "ends_after". Samples may come all the same.

        Returns
        -------
        list of StreamEvent
            The ends of what was active.
        """
        return [StreamEvent(**event) for event in json.loads(self._native.finish())]

    def state(self) -> dict[str, Any]:
        """Give all that is remembered, as plain data that can be written as JSON or pickled.

        Returns
        -------
        dict
            For `restore` of a stream of the same rate, channels and settings.
        """
        state: dict[str, Any] = json.loads(self._native.state())
        return state

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on, to the bit, from what `state` gave.

        Parameters
        ----------
        state : dict
            The state of a stream of the same rate, channels and settings.

        Raises
        ------
        ConfigError
            ``emg.stream-state``: not a state of such a stream, which stays as it is.
        """
        self._native.restore(json.dumps(dict(state)))

    def __repr__(self) -> str:
        """Rate, channels and latency."""
        return f"Stream(rate={self.plan['rate_hz']}, channels={self.channels}, latency_ms={self.latency_ms:.0f})"
