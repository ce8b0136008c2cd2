#!/bin/sh
# One recording of each kind through Rust, command line, Python and C: the same report, byte for byte. Then with one thread and with four, and with
# vector instructions switched off while the platform's fused ones are masked. Needs .venv (scripts/wheel.sh).
set -eu
cd "$(dirname "$0")/.."

# What the tests were built with: a build of single packages would choose other features and compile everything once more.
cargo test --quiet --locked --workspace --all-features --no-run
target=${CARGO_TARGET_DIR:-target}/debug
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
${CC:-cc} -std=c11 -O1 -I crates/myovox-capi/include crates/myovox-capi/tests/c/analyze.c "$target/deps/libmyovox_capi.a" \
    -lpthread -ldl -lm -o "$work/c"

same() {
    cmp "$work/rust.json" "$work/other.json" || { echo "$1: another report of $2" >&2; exit 1; }
}

for file in ghostly_twin.c3d nan_gap.c3d call_two_legs_8k.wav voice_a_16k.wav; do
    path=fixtures/files/$file
    "$target/examples/service" "$path" >"$work/rust.json"
    "$target/myovox" analyze --format json "$path" >"$work/other.json"
    same "command line" $file
    .venv/bin/myovox analyze --format json "$path" >"$work/other.json"
    same "the wheel's command" $file
    .venv/bin/python -c 'import sys, myovox; print(myovox.analyze_json(sys.argv[1]))' "$path" >"$work/other.json"
    same Python $file
    { "$work/c" "$path" "$file" && echo; } >"$work/other.json"
    same C $file
    for threads in 1 4; do
        "$target/myovox" analyze --format json --threads $threads "$path" >"$work/other.json"
        same "$threads threads" $file
    done
    case $file in
    *.c3d) # behind an FFT (voices) values are within a tolerance when instructions change
        GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA MYOVOX_SIMD=scalar "$target/myovox" analyze --format json "$path" >"$work/other.json"
        same "scalar, fused instructions masked" $file
        ;;
    esac
    echo "$file: the same $(wc -c <"$work/rust.json") bytes through every door"
done
