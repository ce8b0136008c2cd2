#!/bin/sh
# Builds the wheel in the development profile and installs it into .venv (made when absent), for python/tests and the examples.
# It shares target/ with `cargo test`; .cargo/config.toml sees to it that both ask for the same build of PyO3.
set -eu
cd "$(dirname "$0")/.."

if [ ! -x .venv/bin/python ]; then
    python3 -m venv .venv
fi
if ! cmp -s python/requirements-test.txt .venv/requirements-test.txt; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement python/requirements-test.txt
    cp python/requirements-test.txt .venv/requirements-test.txt
fi

rm -rf target/wheel
.venv/bin/maturin build --quiet --profile dev --interpreter .venv/bin/python --out target/wheel
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall target/wheel/*.whl
