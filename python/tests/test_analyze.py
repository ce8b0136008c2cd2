"""Reports: as text, as a dictionary, of many files, with settings in every form."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from conftest import FIXTURES, ROOT, wav_bytes

import myovox

GHOSTLY = FIXTURES / "ghostly_named.c3d"
CALL = FIXTURES / "call_two_legs_8k.wav"


@pytest.mark.parametrize("path", [GHOSTLY, CALL], ids=lambda path: path.stem)
def test_a_report_is_the_text_of_the_library_and_fits_its_schema(path: Path) -> None:
    text = myovox.analyze_json(path)
    report = myovox.analyze(path)
    assert report == json.loads(text)
    jsonschema.Draft202012Validator(myovox.report_schema()).validate(report)


def test_the_schema_is_the_one_that_is_checked_in() -> None:
    assert myovox.report_schema() == json.loads((ROOT / "schemas" / "report.schema.json").read_text())


def test_the_name_is_the_file_name_or_the_given_one_or_none() -> None:
    content = GHOSTLY.read_bytes()
    assert myovox.analyze(GHOSTLY)["recording"]["name"] == "ghostly_named.c3d"
    assert myovox.analyze(GHOSTLY, name="trial 7")["recording"]["name"] == "trial 7"
    assert myovox.analyze(content)["recording"]["name"] is None
    assert myovox.analyze_json(content, name=GHOSTLY.name) == myovox.analyze_json(GHOSTLY)


def test_settings_come_in_every_form(tmp_path: Path) -> None:
    toml, upper, nameless = tmp_path / "settings.toml", tmp_path / "settings.JSON", tmp_path / "settings"
    nameless.write_text('\ufeff{"emg": {"band": {"low_hz": 25}}}')
    toml.write_text("[emg.band]\nlow_hz = 25\n")
    upper.write_text('{"emg": {"band": {"low_hz": 25}}}')
    forms: list[myovox.ConfigLike] = [
        {"emg": {"band": {"low_hz": 25}}},
        {"emg.band.low_hz": 25.0},
        {"emg": {"band.low_hz": np.float32(25)}},
        {"emg.band.low_hz": np.int64(25), "emg": {"band": {"order": 4}}},
        toml,
        str(upper),
        nameless,
    ]
    texts = {myovox.analyze_json(GHOSTLY, config=form) for form in forms}
    assert len(texts) == 1 and '"low_hz": 25.0' in texts.pop()
    assert myovox.analyze_json(GHOSTLY, config={}) == myovox.analyze_json(GHOSTLY)


def test_the_settings_of_a_report_make_the_same_report() -> None:
    text = myovox.analyze_json(GHOSTLY, config={"emg.band.low_hz": 25, "emg.channels": ["EMG Left Quad"]})
    assert myovox.analyze_json(GHOSTLY, config=json.loads(text)["config"]) == text


def nested(levels: int) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for _ in range(levels):
        table = {"emg": table}
    return table


HOLDS_ITSELF: dict[str, Any] = {}
HOLDS_ITSELF["emg"] = HOLDS_ITSELF


@pytest.mark.parametrize(
    ("config", "code", "field"),
    [
        ({"emg.band.low": 1}, "config.unknown-key", "emg.band.low"),
        ({"emg..band": 1}, "config.unknown-key", "emg."),
        ({"emg.band.low_hz": "loud"}, "config.bad-value", "emg.band.low_hz"),
        ({"emg.band.low_hz": float("nan")}, "config.bad-value", "emg.band.low_hz"),
        ({"emg.band.order": 2**70}, "config.bad-value", "emg.band.order"),
        ({"emg.band.low_hz": object()}, "config.bad-value", "emg.band.low_hz"),
        ({"emg.band.low_hz": 1, "emg": {"band": {"low_hz": 2}}}, "config.given-twice", "emg.band.low_hz"),
        ({"emg": {3: 1}}, "config.bad-value", "emg"),
        (nested(100), "config.bad-value", ".".join(["emg"] * 17)),
        (HOLDS_ITSELF, "config.bad-value", ".".join(["emg"] * 17)),
        ("missing.toml", "io.not-found", None),
    ],
)
def test_wrong_settings_are_named(config: Mapping[Any, Any] | str, code: str, field: str | None) -> None:
    with pytest.raises(myovox.Error) as caught:
        myovox.analyze(GHOSTLY, config=config)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert isinstance(caught.value, OSError if code.startswith("io.") else ValueError)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"[emg.band]\nlow = 1", "config.unknown-key"), (b"[emg", "config.not-toml"), (b"{", "config.not-json"), (b"\xff", "config.not-utf-8")],
)
def test_a_wrong_settings_file_is_named(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.txt"
    path.write_bytes(content)
    with pytest.raises(myovox.ConfigError, match="settings.txt: ") as caught:
        myovox.analyze(GHOSTLY, config=path)
    assert caught.value.code == code


def test_settings_of_another_type_are_a_type_error() -> None:
    with pytest.raises(TypeError, match="config is a dict"):
        myovox.analyze(GHOSTLY, config=3)  # type: ignore[arg-type]


TARGETS = {"side": "left", "target_contractions": 4, "mvc_value": 200.0, "mvc_unit": "uV"}


def test_a_session_comes_in_every_form_and_that_of_a_report_makes_the_same_report(tmp_path: Path) -> None:
    toml, text = tmp_path / "session.toml", tmp_path / "session.json"
    toml.write_text('rpe = 5\n[channels."EMG Left Quad"]\nside = "left"\ntarget_contractions = 4\nmvc_value = 200\nmvc_unit = "uV"\n')
    session = {"rpe": np.float32(5), "channels": {"EMG Left Quad": TARGETS}}
    text.write_text(json.dumps({"rpe": 5, "channels": {"EMG Left Quad": TARGETS}}))
    forms: list[myovox.SessionLike] = [session, toml, str(text)]
    reports = {myovox.analyze_json(GHOSTLY, session=form) for form in forms}
    assert len(reports) == 1
    report = json.loads(reports.pop())
    assert report["emg"]["session"]["scores"]["effort"] == 100.0
    assert myovox.analyze(GHOSTLY, config=report["config"], session=report["session"]) == report
    assert myovox.analyze_many([GHOSTLY], session=session) == [report]
    jsonschema.Draft202012Validator(myovox.session_schema()).validate(report["session"])


@pytest.mark.parametrize(
    ("session", "code", "field"),
    [
        ({"rpe": 4.5}, "session.bad-value", "rpe"),
        ({"rep": 4}, "session.bad-value", "rep"),
        ({"channels": {"L. Quad": {"side": "lft"}}}, "session.bad-value", "channels.L. Quad.side"),
        ({"channels": {"CH9": {"side": "left"}}}, "emg.channel-unknown", "channels.CH9"),
        ({"calibration_recording": "missing.c3d"}, "io.not-found", None),
        ("missing.toml", "io.not-found", None),
    ],
)
def test_a_wrong_session_is_named(session: Mapping[Any, Any] | str, code: str, field: str | None) -> None:
    with pytest.raises(myovox.Error) as caught:
        myovox.analyze(GHOSTLY, session=session)
    assert (caught.value.code, caught.value.field) == (code, field)


def test_a_session_of_another_type_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="session is a dict"):
        myovox.analyze(GHOSTLY, session=3)  # type: ignore[arg-type]


def test_many_files_are_reports_and_errors_in_their_order(tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(wav_bytes([1, 2, 3])[:20])
    paths: list[str | Path] = [GHOSTLY, tmp_path / "missing.c3d", str(CALL), broken]
    for threads in (0, 1, 3, 10**9):
        results = myovox.analyze_many(paths, threads=threads)
        assert results[0] == myovox.analyze(GHOSTLY) and results[2] == myovox.analyze(CALL)
        missing, truncated = results[1], results[3]
        assert isinstance(missing, myovox.IoError) and missing.code == "io.not-found"
        assert str(tmp_path) in str(missing)
        assert isinstance(truncated, myovox.DataError)
    assert myovox.analyze_many([]) == []
    assert myovox.analyze_many(iter([GHOSTLY]), config={"emg.band.low_hz": 25}) == [
        myovox.analyze(GHOSTLY, config={"emg.band.low_hz": 25})
    ]


def test_many_files_are_not_one_path_and_threads_are_counted() -> None:
    with pytest.raises(TypeError, match="list of paths"):
        myovox.analyze_many(str(GHOSTLY))
    with pytest.raises(myovox.ConfigError) as caught:
        myovox.analyze_many([GHOSTLY], threads=-1)
    assert caught.value.field == "threads"


def with_simd(level: str, script: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MYOVOX_SIMD": level}
    return subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)


def test_the_instruction_set_is_read_at_import_and_changes_no_bit() -> None:
    script = f"import myovox, sys; sys.stdout.write(myovox._native.simd_level() + '\\n' + myovox.analyze_json({str(GHOSTLY)!r}))"
    level, _, text = with_simd("scalar", script).stdout.partition("\n")
    assert level == "scalar"
    assert text == myovox.analyze_json(GHOSTLY)
    refused = with_simd("mmx", "import myovox")
    assert refused.returncode != 0
    assert "ConfigError: MYOVOX_SIMD: this processor has no such instruction set: found `mmx`, expected one of scalar" in refused.stderr
