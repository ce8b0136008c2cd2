#!/bin/sh
# Builds the C programs against the static library and runs them plainly and under a memory checker: valgrind where it is installed, else the
# compiler's AddressSanitizer. Usage: run.sh [FOLDER_OF_THE_LIBRARY]; without it the library is built first.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
files="$root/fixtures/files"
target=${CARGO_TARGET_DIR:-$root/target}
library=${1:-$target/debug}
if [ $# -eq 0 ]; then
    (cd "$root" && cargo build --quiet --package myovox-capi)
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
build() {
    program=$1
    shift
    # Leaks and overruns must show up in what we ship, so the programs are built as a user would build them, and every warning is an error.
    ${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Werror -g -O1 "$@" \
        -I "$here/../../include" "$here/$program.c" "$library/libmyovox_capi.a" -lpthread -ldl -lm -o "$work/$program"
}
build analyze
build abuse
build recordings
build stream

run_all() {
    rm -rf "$work/written"
    mkdir "$work/written"
    "$@" "$work/recordings" "$files/platform_type2.c3d" "$work/written"
    "$@" "$work/stream"
    "$@" "$work/abuse" "$files/ghostly_twin.c3d" "$files/call_two_legs_8k.wav"
    "$@" "$work/analyze" "$files/ghostly_twin.c3d" ghostly_twin.c3d >"$work/report.json"
    head -c 1 "$work/report.json" | grep -q '{'
    if "$@" "$work/analyze" "$files/jpeg_renamed.c3d" >"$work/refused.json" 2>"$work/refused.txt"; then
        echo "a picture was analysed" >&2
        exit 1
    fi
    test ! -s "$work/refused.json"
    grep -q '\[recording\.' "$work/refused.txt"
}

run_all env
echo "plain: passed"
if command -v valgrind >/dev/null; then
    run_all valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect
    echo "valgrind: passed"
else
    build analyze -fsanitize=address,undefined
    build abuse -fsanitize=address,undefined
    build recordings -fsanitize=address,undefined
    build stream -fsanitize=address,undefined
    run_all env
    echo "AddressSanitizer: passed"
fi
