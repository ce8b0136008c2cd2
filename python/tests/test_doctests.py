"""The examples of every docstring run, from the repository's root, on its fixtures."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import types

import pytest
from conftest import ROOT

import myovox

MODULES = ["myovox", *(f"myovox.{module.name}" for module in pkgutil.iter_modules(myovox.__path__) if module.name != "_native")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    results = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert results.failed == 0, f"{results.failed} of {results.attempted} examples in {name}"


@pytest.mark.parametrize("module", [myovox, myovox.dsp, myovox.emg], ids=["myovox", "dsp", "emg"])
def test_everything_public_is_documented_and_functions_have_an_example(module: types.ModuleType) -> None:
    for name in module.__all__:
        item = getattr(module, name)
        if inspect.isfunction(item):
            text = inspect.getdoc(item) or ""
            for section in ("Returns", "Examples"):
                assert f"\n{section}\n---" in text, f"{name} has no {section}"
        elif inspect.isclass(item):
            assert inspect.getdoc(item), name
            if item.__module__ == "myovox":
                members = [member for member in vars(item) if not member.startswith("_")]
                assert members and all(member in (item.__doc__ or "") for member in members), name
