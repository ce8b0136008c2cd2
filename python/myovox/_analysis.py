"""Analysing: a recording becomes a report."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from myovox import _native
from myovox._errors import Error
from myovox._recordings import Source
from myovox._report import Report

ConfigLike: TypeAlias = Mapping[str, Any] | str | os.PathLike[str]
"""Settings: nested or dotted keys, or the path of a TOML or JSON file."""


def analyze(path_or_bytes: Source, *, name: str | None = None, config: ConfigLike | None = None) -> Report:
    """Analyse a recording: muscles of a C3D file, voices of a WAV file.

    Parameters
    ----------
    path_or_bytes : str, os.PathLike, bytes, bytearray, memoryview or binary file object
        The recording; its kind is found from its bytes.
    name : str, optional
        What the report calls the recording. By default the file name of a path, and ``None`` for bytes.
    config : dict, str or os.PathLike, optional
        Settings that differ from the defaults: a dictionary with nested or dotted keys (``{"emg.band.low_hz": 30}``), or the path of a TOML or
        JSON file. The ``config`` of a report, given back, makes the same report.

    Returns
    -------
    dict
        The report. Every ``None`` in it has an entry in ``missing`` that says why; what is doubtful stands in ``warnings``.

    Raises
    ------
    Error
        One of its subclasses: `IoError`, `DataError`, `UnsupportedError`, `LimitError`, `ConfigError`, `InternalError`.

    See Also
    --------
    analyze_json : The same as text.
    analyze_many : Many files, side by side.

    Notes
    -----
    The interpreter's lock is released, so that threads of Python analyse side by side.

    Examples
    --------
    >>> import myovox
    >>> report = myovox.analyze("fixtures/files/ghostly_named.c3d", config={"emg.band.low_hz": 25})
    >>> report["recording"]["kind"], report["config"]["emg"]["band"]["low_hz"]
    ('c3d', 25.0)
    """
    report: Report = json.loads(analyze_json(path_or_bytes, name=name, config=config))
    return report


def analyze_json(path_or_bytes: Source, *, name: str | None = None, config: ConfigLike | None = None) -> str:
    """Analyse a recording and give the report as JSON, byte for byte as the library writes it.

    Parameters
    ----------
    path_or_bytes, name, config
        As for `analyze`.

    Returns
    -------
    str
        Indented JSON without a final line break. The same recording and settings give the same text.

    Raises
    ------
    Error
        As for `analyze`.

    Examples
    --------
    >>> import myovox
    >>> print(myovox.analyze_json("fixtures/files/ghostly_named.c3d")[:35])
    {
      "schema": "myovox/report/1",
    """
    return _native.analyze_json(path_or_bytes, name=name, config=config)


def analyze_many(
    paths: Iterable[str | os.PathLike[str]], *, config: ConfigLike | None = None, threads: int = 0
) -> list[Report | Error]:
    """Analyse many files side by side; one that fails does not stop the others.

    Parameters
    ----------
    paths : iterable of str or os.PathLike
        The files.
    config : dict, str or os.PathLike, optional
        As for `analyze`, for all of them.
    threads : int
        Files that are analysed at once. By default 0: as many as there are processors. Reports do not depend on it.

    Returns
    -------
    list of dict or Error
        For each path its report, or the exception that `analyze` would raise, which is returned and not raised.

    Raises
    ------
    ConfigError
        The settings or the number of threads are wrong.
    TypeError
        `paths` is a single path.

    Examples
    --------
    >>> import myovox
    >>> good, bad = myovox.analyze_many(["fixtures/files/ghostly_named.c3d", "missing.c3d"])
    >>> good["recording"]["name"], bad.code
    ('ghostly_named.c3d', 'io.not-found')
    """
    if isinstance(paths, str | bytes | os.PathLike):
        raise TypeError("paths is a list of paths, not one path")
    results = _native.analyze_many_json([os.fspath(path) for path in paths], config=config, threads=threads)
    return [result if isinstance(result, Error) else json.loads(result) for result in results]


def report_schema() -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of a report.

    Returns
    -------
    dict
        The schema, with the meaning and unit of every key.

    Examples
    --------
    >>> import myovox
    >>> myovox.report_schema()["title"]
    'Report'
    """
    schema: dict[str, Any] = json.loads(_native.report_schema_json())
    return schema
