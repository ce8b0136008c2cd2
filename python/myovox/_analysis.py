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

SessionLike: TypeAlias = Mapping[str, Any] | str | os.PathLike[str]
"""What a recording cannot know: a dictionary as `session_schema` describes it, or the path of a TOML or JSON file."""


def analyze(
    path_or_bytes: Source,
    *,
    name: str | None = None,
    config: ConfigLike | None = None,
    session: SessionLike | None = None,
) -> Report:
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
    session : dict, str or os.PathLike, optional
        What the recording cannot know: sides, maximal voluntary contractions, targets, exertion, cuff pressure. A nested dictionary, or the path
        of a TOML or JSON file; keys as `session_schema` has them. The ``session`` of a report, given back, makes the same report. A
        ``calibration_recording`` is looked for beside the session file, for a dictionary in the working directory.

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
    session_schema : The keys of a session.

    Notes
    -----
    The interpreter's lock is released, so that threads of Python analyse side by side.

    Examples
    --------
    >>> import myovox
    >>> report = myovox.analyze("fixtures/files/ghostly_named.c3d", config={"emg.band.low_hz": 25})
    >>> report["recording"]["kind"], report["config"]["emg"]["band"]["low_hz"]
    ('c3d', 25.0)

    With targets, and seven of ten on the scale of exertion:

    >>> targets = {"side": "left", "target_contractions": 3, "target_duration_s": 0.4}
    >>> session = {"rpe": 7, "channels": {"EMG Left Quad": targets}}
    >>> report = myovox.analyze("fixtures/files/ghostly_named.c3d", session=session)
    >>> scores = report["emg"]["session"]["scores"]
    >>> scores["effort"], scores["symmetry"], "symmetry" in scores["missing"]
    (80.0, None, True)
    """
    report: Report = json.loads(analyze_json(path_or_bytes, name=name, config=config, session=session))
    return report


def analyze_json(
    path_or_bytes: Source,
    *,
    name: str | None = None,
    config: ConfigLike | None = None,
    session: SessionLike | None = None,
) -> str:
    """Analyse a recording and give the report as JSON, byte for byte as the library writes it.

    Parameters
    ----------
    path_or_bytes, name, config, session
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
    return _native.analyze_json(path_or_bytes, name=name, config=config, session=session)


def analyze_html(
    path_or_bytes: Source,
    *,
    name: str | None = None,
    config: ConfigLike | None = None,
    session: SessionLike | None = None,
) -> str:
    """Analyse a recording and give a page to read: plots, tables, scores, every warning and what is missing.

    Parameters
    ----------
    path_or_bytes, name, config, session
        As for `analyze`.

    Returns
    -------
    str
        One self-contained HTML document, light or dark as its reader has it, fit for paper. It holds no script and asks nothing of a network.

    Raises
    ------
    Error
        As for `analyze`.

    Examples
    --------
    >>> import myovox
    >>> page = myovox.analyze_html("fixtures/files/ghostly_named.c3d")
    >>> page[:15], "EMG Left Quad" in page
    ('<!doctype html>', True)
    """
    return _native.analyze_html(path_or_bytes, name=name, config=config, session=session)


def analyze_many(
    paths: Iterable[str | os.PathLike[str]],
    *,
    config: ConfigLike | None = None,
    session: SessionLike | None = None,
    threads: int = 0,
) -> list[Report | Error]:
    """Analyse many files side by side; one that fails does not stop the others.

    Parameters
    ----------
    paths : iterable of str or os.PathLike
        The files.
    config, session : dict, str or os.PathLike, optional
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
    files = [os.fspath(path) for path in paths]
    results = _native.analyze_many_json(files, config=config, session=session, threads=threads)
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


def session_schema() -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of a session file.

    Returns
    -------
    dict
        The schema, with the meaning and unit of every key.

    Examples
    --------
    >>> import myovox
    >>> "rpe" in myovox.session_schema()["properties"]
    True
    """
    schema: dict[str, Any] = json.loads(_native.session_schema_json())
    return schema
