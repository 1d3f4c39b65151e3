#!/usr/bin/env bash
# fuzz-long: every fuzz target for SECONDS, from new random seeds, two at a time.
# Usage: tests/bench/fuzz-long/run.sh [SECONDS (default 600)] [TARGET …]
# What it finds lies in build/fuzz-long/TARGET; the way on is in tests/fuzz/README.md.
set -euo pipefail

root=$(cd "$(dirname "$0")/../../.." && pwd)
seconds=600
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
	seconds=$1
	shift
fi

cmake --preset fuzz -S "$root" >/dev/null
cmake --build "$root/build/fuzz"

if [[ $# -gt 0 ]]; then
	targets=("$@")
else
	mapfile -t targets < <(find "$root/build/fuzz/tests/fuzz" -type f \
		-name '*_fuzz' -perm -u+x -printf '%f\n' | sort)
fi

program_of() { # TARGET
	find "$root/build/fuzz/tests/fuzz" -type f -name "$1" -perm -u+x
}

for target in "${targets[@]}"; do
	[[ -n $(program_of "$target") ]] || {
		echo "no fuzz target is called $target: see tests/fuzz" >&2
		exit 2
	}
done

fuzz_one() { # TARGET
	local target=$1 work=$root/build/fuzz-long/$1
	local program
	program=$(program_of "$target")
	mkdir -p "$work/corpus"
	echo "$target: $seconds s from now; the log is $work/log"
	if timeout $((seconds + 60)) "$program" \
		-max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
		-artifact_prefix="$work/" "$work/corpus" \
		"$root/tests/fuzz/seeds/$target" >"$work/log" 2>&1; then
		echo "$target: nothing found in $seconds s"
	else
		echo "$target: a finding, kept in $work"
		return 1
	fi
}
export -f fuzz_one program_of
export root seconds

# shellcheck disable=SC2016 # the inner shell expands it
printf '%s\0' "${targets[@]}" |
	xargs -0 -n 1 -P 2 bash -c 'fuzz_one "$1"' fuzz_one
