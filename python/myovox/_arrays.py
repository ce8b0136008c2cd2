"""Arrays on their way in and out: any leading axes, time last, float64 row by row for the library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from myovox._errors import ConfigError

Array: TypeAlias = npt.NDArray[np.float64]


def samples(x: npt.ArrayLike, name: str = "x") -> Array:
    """`x` as float64 in C order, without a copy where it is that already; at least one axis."""
    array = np.asarray(x)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} holds real numbers, not {array.dtype}")
    if array.ndim == 0:
        raise ConfigError(f"{name}: an array without axes: expected time on the last axis", code="dsp.no-axis", field=name)
    return np.ascontiguousarray(array, dtype=np.float64)


def rows(x: Array) -> Array:
    """`x` as ``(channels, samples)``, a view."""
    count = int(np.prod(x.shape[:-1], dtype=np.int64))
    return x.reshape(count, x.shape[-1])


def output(x: Array, length: int, out: Array | None) -> Array:
    """`out` where it is given and fits, else a new array, of the shape of `x` with `length` samples."""
    shape = (*x.shape[:-1], length)
    if out is None:
        return np.empty(shape, dtype=np.float64)
    if not isinstance(out, np.ndarray):
        raise TypeError("out is a numpy array")
    if out.shape != shape or out.dtype != np.float64 or not out.flags.c_contiguous or not out.flags.writeable:
        found = f"{out.dtype} of shape {out.shape}"
        message = f"out: not an array to write to: found {found}: expected contiguous, writeable float64 of shape {shape}"
        raise ConfigError(message, code="dsp.out", field="out")
    return out


def apart(x: Array, out: Array) -> Array:
    """`x`, copied where `out` lies in the same memory."""
    return x.copy() if np.may_share_memory(x, out) else x


def nested(items: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """The items of all channels in lists as nested as the leading axes; a single item where there are none."""
    if not shape:
        return items[0]
    if len(shape) == 1:
        return list(items)
    step = len(items) // shape[0] if shape[0] else 0
    return [nested(items[k * step : (k + 1) * step], shape[1:]) for k in range(shape[0])]
