# make demo   builds the command and analyses one recording of each kind
# make check  the two-minute loop: format, lints, unit tests
# make test   everything, as CI runs it
# make bench  figures for benches/README.md

STEP := @sh scripts/step.sh
TARGET := $(or $(CARGO_TARGET_DIR),target)
export RUSTDOCFLAGS := -D warnings

# cargo-nextest where it is installed, else cargo's own runner.
RUN_TESTS := $(shell cargo nextest --version >/dev/null 2>&1 && echo "nextest run --no-fail-fast" || echo "test --no-fail-fast")

.PHONY: demo check test bench
demo:
	$(STEP) "build the command" cargo build --locked --release --package myovox-cli --no-default-features
	$(STEP) "a muscle recording" $(TARGET)/release/myovox analyze fixtures/files/ghostly_twin.c3d
	$(STEP) "a call" $(TARGET)/release/myovox analyze fixtures/files/call_two_legs_8k.wav

check:
	$(STEP) "format" cargo fmt --all --check
	$(STEP) "lints" cargo clippy --locked --workspace --all-features --all-targets -- -D warnings
	$(STEP) "unit tests" cargo $(RUN_TESTS) --locked --workspace --all-features --lib

test:
	$(STEP) "format" cargo fmt --all --check
	$(STEP) "lints" cargo clippy --locked --workspace --all-features --all-targets -- -D warnings
	$(STEP) "lints without features" cargo clippy --locked --package myovox --no-default-features --all-targets -- -D warnings
	$(STEP) "Rust tests and C programs" cargo $(RUN_TESTS) --locked --workspace --all-features
	$(STEP) "documentation examples" cargo test --locked --doc --workspace --all-features
	$(STEP) "documentation" cargo doc --locked --workspace --all-features --no-deps
	$(STEP) "wheel" sh scripts/wheel.sh
	$(STEP) "Python tests" .venv/bin/python -m pytest --quiet
	$(STEP) "all doors, the same bytes" sh scripts/doors.sh
	@test -d ../shared/data || echo "NOTE: the shared recordings are absent (../shared/data): tests that want them were skipped"

bench:
	$(STEP) "benches" cargo bench --locked --package myovox-benches
