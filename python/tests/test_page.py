"""The page of a report in a browser: it is drawn, asks nothing of a network, and follows light and dark."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from conftest import ROOT

import myovox

TWIN = ROOT / "fixtures/files/ghostly_twin.c3d"
SESSION = ROOT / "examples/session.toml"
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
WIDTH, HEIGHT = 1200, 1600
ITS_OWN = (".google.com", ".googleapis.com", ".gvt1.com")
"""Hosts that the browser asks for itself, whatever the page (none can be reached here)."""


class Outline(HTMLParser):
    """Tags in order, attributes, heads, ids."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src"):
                self.links.append(value or "")
            assert not name.startswith("on"), f"{tag} {name}"


@pytest.fixture(scope="module")
def page() -> str:
    return myovox.analyze_html(TWIN, session=SESSION)


def outline(page: str) -> Outline:
    parsed = Outline()
    parsed.feed(page)
    return parsed


def test_the_page_is_one_document_without_scripts_or_addresses(page: str) -> None:
    seen = outline(page)
    assert not {"script", "iframe", "object", "embed", "img", "audio", "video", "form", "base"} & set(seen.tags)
    assert all(link == "data:," or link.startswith("#") for link in seen.links), seen.links
    assert re.search(r"https?:|//[a-z]|@import|url\((?!#)", page) is None
    assert len(page.encode()) < 600_000
    assert "default-src 'none'" in page


def test_heads_follow_one_another_and_ids_stand_once(page: str) -> None:
    two = page.count("<svg viewBox")
    assert two >= 2, "a figure for each muscle"
    seen = outline(page)
    levels = [int(tag[1]) for tag in seen.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in zip(levels, levels[1:], strict=False)), levels
    assert len(seen.ids) == len(set(seen.ids)), seen.ids
    referred = set(re.findall(r'aria-labelledby="([^"]+)"', page)) | set(re.findall(r"url\(#([^)]+)\)", page))
    assert referred <= set(seen.ids), referred - set(seen.ids)


def test_what_a_recording_says_cannot_become_markup(tmp_path: Path) -> None:
    rate, n = 1000.0, 12_000
    noise = np.random.default_rng(3).standard_normal(n)
    signal = 1e-4 * noise * np.where((np.arange(n) // 2000) % 2, 1.0, 0.02)
    label = "<script>alert(1)</script>"
    path = tmp_path / "label.c3d"
    myovox.write_c3d(path, rate=rate, analog=signal[None, :], analog_labels=[label], analog_units=["V"])
    muscle = "\"><img src=x onerror='alert(2)'>"
    session = {"subject": {"code": "<b>&amp;"}, "channels": {label: {"muscle": muscle, "side": "left"}}}
    config = {"emg": {"channels": [label]}}
    page = myovox.analyze_html(path, name="<i>name</i>\u202e", config=config, session=session)
    seen = outline(page)
    assert not {"script", "img", "b"} & set(seen.tags)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "&lt;b&gt;&amp;amp;" in page
    assert "\u202e" not in page


def test_pages_of_calls_and_of_movement_say_what_they_hold() -> None:
    call = myovox.analyze_html(ROOT / "fixtures/files/call_two_legs_8k.wav")
    assert "channel 2" in call and "F0 median, Hz" in call and call.count("<figure>") == 2
    movement = myovox.analyze_html(ROOT / "fixtures/files/no_analog.c3d")
    assert "marker" in movement and "No channel of this recording was taken for a muscle." in movement


def browse(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    assert BROWSER is not None
    profile = path.with_suffix(".profile")
    command = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
        "--no-first-run", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--user-data-dir={profile}",
        "--virtual-time-budget=2000", "--enable-logging=stderr", "--v=0", *options, path.as_uri(),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


def pixels(path: Path) -> npt.NDArray[np.uint8]:
    """Rows, columns and the three colours of a picture."""
    image = pytest.importorskip("matplotlib.image")
    drawn: npt.NDArray[np.uint8] = np.round(255 * image.imread(path)[:, :, :3]).astype(np.uint8)
    return drawn


@pytest.mark.skipif(BROWSER is None, reason="no chromium here: the page was not opened in a browser")
def test_a_browser_draws_the_page_light_and_dark(page: str, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    shots = {}
    for scheme, number in [("light", "1"), ("dark", "0")]:
        shot = tmp_path / f"{scheme}.png"
        done = browse(
            path,
            f"--screenshot={shot}",
            f"--window-size={WIDTH},{HEIGHT}",
            f"--blink-settings=preferredColorScheme={number}",
        )
        assert "CONSOLE" not in done.stderr, done.stderr
        shots[scheme] = pixels(shot)
    light, dark = shots["light"], shots["dark"]
    assert light.shape == dark.shape == (HEIGHT, WIDTH, 3)
    for drawn in (light, dark):
        assert len(np.unique(drawn.reshape(-1, 3), axis=0)) > 50, "a blank page"
    assert light.mean() > 200 > 80 > dark.mean()
    # Something is drawn across the width, and down to the lower edge.
    ink = (np.abs(light.astype(int) - light[2, 2]) > 40).any(axis=2)
    assert ink.any(axis=0).mean() > 0.7 and ink[-200:].any()


@pytest.mark.skipif(BROWSER is None, reason="no chromium here: the page was not opened in a browser")
def test_a_browser_finds_nothing_to_ask_for_or_to_complain_of(page: str, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    log = tmp_path / "net.json"
    done = browse(path, "--dump-dom", f"--log-net-log={log}")
    assert "CONSOLE" not in done.stderr, done.stderr
    dom = outline(done.stdout)
    assert dom.tags.count("svg") == outline(page).tags.count("svg") and "script" not in dom.tags
    assert dom.tags.count("h3") == page.count("<h3>")
    asked = re.findall(r'"url":"(?:https?|wss?)://([^/"]+)', log.read_text(encoding="utf-8", errors="replace"))
    assert not {host for host in asked if not host.endswith(ITS_OWN)}, set(asked)
