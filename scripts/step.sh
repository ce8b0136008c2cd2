#!/bin/sh
# Runs one step of a make target and prints how long it took: step.sh NAME COMMAND...
name=$1
shift
start=$(date +%s)
printf '\n== %s\n' "$name"
"$@"
status=$?
seconds=$(($(date +%s) - start))
if [ "$status" -eq 0 ]; then
    printf '== %s: %d s\n' "$name" "$seconds"
else
    printf '== %s: FAILED after %d s\n' "$name" "$seconds" >&2
fi
exit "$status"
