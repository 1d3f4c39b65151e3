#!/bin/bash
# Runs the tests, all of them or the parts named, and says what came out.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=cmake/setup.sh
source "$root/cmake/setup.sh"

readonly logs=$root/build/test-logs
readonly fuzz_seconds=${WORKPHONE_FUZZ_SECONDS:-30}

# Every part in its order: name | in --quick | what it asks.
parts_listed() {
	cat <<'PARTS'
layers|yes|do includes and calls keep to their layer, does each folder say what it asks
lint|yes|do the scripts, manual pages and sources pass their checkers
unit|yes|gcc with sanitizers: does each piece do what its header says
e2e|no|does the built server do it all, seen from outside
web|no|are the pages good, judged in a browser; do SCIM libraries agree
clang|no|the same pieces through the second compiler
tsan|no|do threads touch the same memory at once
long|no|do a leaver's case, a town of leavers and an HR file hold at full length
fuzz|no|does a minute of hostile bytes find anything, each parser
docs|no|does every command in the documents work
demo|no|does ./start.sh demo come up, answer and go away
PARTS
}

usage() {
	say "Usage: ./test.sh [--quick | PART…]"
	say ""
	say "Installs what tests need, builds, and runs all parts:"
	parts_listed | while IFS='|' read -r name quick what; do
		printf '  %-7s %s%s\n' "$name" "$what" \
			"$([[ $quick == yes ]] && echo ' (--quick)')"
	done
	say ""
	say "Exits 0 only when nothing failed. Logs: build/test-logs"
}

# ---- counting ------------------------------------------------------------
# Each part appends "passed failed skipped" lines to its .count file.

count() { # PASSED FAILED SKIPPED
	printf '%s %s %s\n' "$1" "$2" "$3" >>"$logs/$part.count"
}

# check NAME COMMAND…: one pass or one failure.
check() {
	local name=$1
	shift
	if "$@"; then
		say "ok: $name"
		count 1 0 0
	else
		say "FAILED: $name"
		count 0 1 0
	fi
}

# skip NAME REASON: never silently.
skip() {
	say "SKIP: $1: $2"
	count 0 0 1
}

# Reports of a test run are counted case by case, not program by program.
run_ctest() { # PRESET ARG…
	local preset=$1
	shift
	local report=$logs/$part.$preset.xml
	rm -f "$report"
	ctest --test-dir "$root/build/$preset" -j"${jobs:-3}" --output-on-failure \
		--no-tests=error --test-output-size-passed 4000000 \
		--test-output-size-failed 4000000 \
		--output-junit "$report" "$@"
	python3 "$root/tests/count_results.py" "$report" \
		>>"$logs/$part.count" || count 0 1 0
}

build() { # PRESET TARGET…
	say "building $1"
	build_preset "$@" || {
		say "FAILED: building $1"
		count 0 1 0
		return 1
	}
}

# ---- the parts -----------------------------------------------------------

part_layers() {
	python3 "$root/tests/layers/layers_test.py" -v >"$logs/layers.out" 2>&1
	cat "$logs/layers.out"
	python3 "$root/tests/count_results.py" "$logs/layers.out" \
		>>"$logs/$part.count" || count 0 1 0
}

scripts_listed() {
	find "$root" \( -name build -o -name var -o -name .git \) -prune -o \
		-type f \( -name '*.sh' -o -path "$root/.ci/run" \) -print
}

sources_listed() {
	local folder
	for folder in proto policies program server agent tests; do
		[[ ! -d $root/$folder ]] ||
			find "$root/$folder" -name '*.[ch]' -print0
	done
}

format_is_ours() {
	sources_listed | xargs -0 -r clang-format --dry-run -Werror
}

# All that mandoc has to say, but for manuals that this machine has not got.
manual_is_well_formed() { # PAGE
	local said
	said=$(mandoc -T lint -W style "$1" 2>/dev/null |
		grep -v 'referenced manual not found')
	[[ -z $said ]] || { say "$said"; false; }
}

part_lint() {
	local page scripts
	mapfile -t scripts < <(scripts_listed)
	check "shellcheck, ${#scripts[@]} scripts" \
		shellcheck -x "${scripts[@]}"
	check "clang-format, $(sources_listed | tr -cd '\0' | wc -c) sources" format_is_ours
	for page in "$root"/docs/man/*.[1-8]; do
		[[ -f $page ]] || continue
		check "mandoc ${page##*/}" manual_is_well_formed "$page"
	done
}

part_unit() {
	build dev || return
	run_ctest dev -LE 'e2e|web|docs|layers'
}

part_e2e() {
	build dev || return
	# They wait more than they work.
	jobs=4 run_ctest dev -L e2e
}

# The judges come from the lock file; no browser is downloaded.
part_web() {
	local folder
	for folder in tests/web tests/scim; do
		(cd "$folder" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 \
			npm ci --no-audit --no-fund) || return
	done
	build dev || return
	run_ctest dev -L web
}

part_clang() {
	build dev-clang || return
	# What is driven from outside was, by gcc's.
	run_ctest dev-clang -LE 'e2e|web|docs|layers' \
		-E 'agent_bench|agent_failure|usb_cable'
}

part_tsan() {
	build tsan || return
	TSAN_OPTIONS="suppressions=\"$root/cmake/tsan.supp\"" run_ctest tsan \
		-R 'http|store|keeper|service|contract|last_seen|outbox|audit' \
		-E 'e2e_outbox|outbox_hooks'
}

# What sanitizers make too slow: the release build, everything at full length.
part_long() {
	build release random_test crash_test leavers_bench roster_bench || return
	run_ctest release -L long
}

fuzz_one() { # TARGET → log and exit status of 30 seconds from its seeds
	local name=${1##*/} work
	work=$logs/fuzz/$name
	rm -rf "$work"
	mkdir -p "$work/corpus"
	# Every run begins alike; new ground is for tests/bench/fuzz-long.
	timeout $((fuzz_seconds + 60)) "$1" -max_total_time="$fuzz_seconds" \
		-seed=1 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
		-artifact_prefix="$work/" "$work/corpus" \
		"$root/tests/fuzz/seeds/$name" >"$work/log" 2>&1
}

fuzz_report() { # TARGET STATUS
	local name=${1##*/} runs
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' \
		"$logs/fuzz/$name/log")
	if [[ $2 -eq 0 ]]; then
		say "ok: $name, ${runs:-?} inputs in $fuzz_seconds s"
		count 1 0 0
	else
		say "FAILED: $name (exit $2), input kept in $logs/fuzz/$name"
		tail -n 30 "$logs/fuzz/$name/log"
		count 0 1 0
	fi
}

part_fuzz() {
	local targets target index pids=()
	build fuzz tests/fuzz/all || return
	mapfile -t targets < <(find "$root/build/fuzz/tests/fuzz" -type f \
		-name '*_fuzz' -perm -u+x | sort)
	if [[ ${#targets[@]} -eq 0 ]]; then
		say "FAILED: no fuzz target was built"
		count 0 1 0
		return
	fi
	for target in "${targets[@]}"; do
		if [[ ! -d $root/tests/fuzz/seeds/${target##*/} ]]; then
			say "FAILED: no seeds in tests/fuzz/seeds/${target##*/}"
			count 0 1 0
			mkdir -p "$root/tests/fuzz/seeds/${target##*/}"
		fi
	done
	# Two at a time, in pairs: the machine has two cores.
	for ((index = 0; index < ${#targets[@]}; index += 2)); do
		pids=()
		for target in "${targets[@]:index:2}"; do
			fuzz_one "$target" &
			pids+=($!)
		done
		for target in "${targets[@]:index:2}"; do
			wait "${pids[0]}"
			fuzz_report "$target" $?
			pids=("${pids[@]:1}")
		done
	done
}

part_docs() {
	build dev || return
	build release workphone-server workphone workphone-agent \
		workphone-connector virtual-phones || return
	run_ctest dev -L docs
}

# The data in a folder with blanks, called from elsewhere: as users do.
demo() {
	(cd / && "$root/start.sh" "$@")
}

part_demo() {
	local scratch
	scratch=$(mktemp -d) || return
	export WORKPHONE_VAR="$scratch/var with blanks"
	check "start.sh demo --background" demo demo --background
	check "run.json is JSON" python3 -m json.tool \
		"$WORKPHONE_VAR/run.json" /dev/null
	check "status" demo status
	check "its processes can be seen" processes_are_seen
	check "a second start finds it running" demo demo --background
	check "phones of seven municipalities are enrolled" all_are_enrolled
	check "each has its own policy and people" towns_are_apart
	check "one phone, seven verdicts, each with its line" policies_differ
	check "people are asked, each behind a link" people_are_asked
	check "the connector is there" test -x "$root/build/release/bin/workphone-connector"
	check "four phones hang at the bench" bench_is_seen
	check "the one that came from its box is judged" newcomer_is_judged
	check "who has left is asked for the phone, nothing is erased" leaver_is_asked
	check "one hand-out is signed for, one waits" handouts_are_there
	check "the receipt verifies offline, another byte does not" receipt_verifies
	check "each role's page opens" roles_have_pages
	check "the audit log is whole" cli vastervik audit verify
	check "after kill -9 of the server it starts again" kill_and_start
	check "stop" demo stop
	check "status after stop is 3" status_is_stopped
	check "no process is left" nothing_runs
	check "in the foreground, a signal stops all" foreground INT
	check "kill -9 of start.sh leaves no process" foreground KILL
	rm -rf "$scratch"
	unset WORKPHONE_VAR
}

run_value() { # KEY of run.json
	python3 -c 'import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("."):
    value = value[key]
print(value)' "$WORKPHONE_VAR/run.json" "$1"
}

# cli ORGANISATION VERB ARG…
cli() {
	local organisation=$1 verb=$2
	shift 2
	"$root/build/release/bin/workphone" "$verb" \
		--socket "$(run_value admin_socket)" \
		--organisation "$organisation" "$@"
}

readonly demo_towns=(ronneby vastervik askersund hallsberg laxa botkyrka
	albertslund)

all_are_enrolled() {
	local town wanted found
	for town in "${demo_towns[@]}"; do
		wanted=2
		[[ $town != vastervik ]] || wanted=6
		found=$(cli "$town" devices --json |
			grep -o '"state": *"enrolled"' | wc -l)
		[[ $found -eq $wanted ]] || return 1
	done
}

# One's phones and people are not found from another; VST rules judge
# Västerviks phones, BOT rules Botkyrkas.
towns_are_apart() {
	local town
	for town in "${demo_towns[@]}"; do
		[[ $(cli "$town" people --json | grep -c "@$town.example") -ge 4 ]] ||
			return 1
		[[ $town == vastervik ]] ||
			! cli "$town" device VVKDEMO00003 >/dev/null 2>&1 || return 1
	done
	[[ $(cli vastervik verdicts VVKDEMO00003 --rule VST-33 --json) == \
	*broken* ]] &&
		[[ $(cli botkyrka verdicts BOTDEMO00002 --rule BOT-21 --json) == \
		*broken* ]] &&
		! cli botkyrka verdicts BOTDEMO00002 --json | grep -q VST-
}

# policy_says TOWN RULE VERDICT LINE: of the phone without a code.
policy_says() {
	local serial found
	serial=$(cli "$1" devices --json | sed -n \
		's/.*"serial": *"\([A-Z]*DEMO0000[23]\)".*/\1/p' | head -n 1)
	found=$(cli "$1" verdicts "$serial" --rule "$2")
	[[ $found == *"$2  line $4 "*"$3"*.* ]] || {
		say "$1, $2: $found"
		return 1
	}
}

policies_differ() {
	policy_says vastervik VST-33 broken 66 &&
		policy_says botkyrka BOT-21 broken 52 &&
		policy_says ronneby RON-27 broken 99 &&
		policy_says askersund AHL-18 met 67 &&
		policy_says hallsberg AHL-18 met 67 &&
		policy_says laxa AHL-18 met 67 &&
		[[ $(cli albertslund verdicts ALBDEMO00002 --json) == "[]" ]]
}

people_are_asked() {
	local town task
	for town in "${demo_towns[@]}"; do
		task=$(cli "$town" tasks --open --json | sed -n \
			's/^    "id": *"\([^"]*\)".*/\1/p' | head -n 1)
		[[ -n $task ]] || return 1
		curl --silent --fail --cacert "$(run_value ca_file)" \
			"$(cli "$town" task-link "$task" | grep -o 'https://.*')" |
			grep -q '<form' || return 1
	done
}

# By the agent, each on its labelled port where umockdev is there.
bench_is_seen() {
	local config seen
	config=$(run_value agent_config) || return 1
	seen=$("$root/build/release/bin/workphone-agent" once --json \
		--config "$config") || return 1
	python3 -c 'import json, sys
ports = json.load(sys.stdin)["ports"]
labels = sorted(row["port"] for row in ports)
assert len(ports) == 4, ports
assert labels == ["A1", "A2", "A3", "A4"] or sys.argv[1] == "off", labels
assert any(row.get("code") == "waiting_trust" for row in ports), ports' \
		"$(sed -n 's/^usb: "\(.*\)"/\1/p' "$config")" <<<"$seen"
}

newcomer_is_judged() {
	cli vastervik verdicts VVKDEMO00013 --rule VST-33 --json | python3 -c \
		'import json, sys
found = [row["verdict"] for row in json.load(sys.stdin)]
assert found and set(found) <= {"met", "broken"}, found'
}

leaver_is_asked() {
	local departure
	departure=$(cli vastervik departures --open --json) || return 1
	[[ $departure == *"Ingrid Solberg"* &&
		$departure == *'"state": "open"'* ]] &&
		[[ $(cli vastervik returns --json) == *VVKDEMO00014* ]] &&
		! cli vastervik commands VVKDEMO00014 --json | grep -q EraseDevice
}

handouts_are_there() {
	[[ $(cli vastervik handouts --json | grep -c '"state": "accepted"') -eq 1 &&
		$(cli vastervik handouts --open --json |
			grep -c '"state": "offered"') -eq 1 ]]
}

receipt_verifies() {
	local number file=$WORKPHONE_VAR/receipt.pdf
	local server=$root/build/release/bin/workphone-server
	number=$(cli vastervik receipts --json |
		sed -n 's/.*"number": *"\([^"]*\)".*/\1/p' | head -n 1)
	rm -f "$file"
	cli vastervik receipt get "$number" --output "$file" &&
		"$server" verify "$file" --ca "$(run_value ca_file)" || return 1
	printf 'x' | dd of="$file" bs=1 seek=1000 conv=notrunc status=none
	! "$server" verify "$file" --ca "$(run_value ca_file)"
}

# By the links that start.sh shows.
roles_have_pages() {
	local kind task
	for kind in accept_handout return_phone confirm_return; do
		task=$(cli vastervik tasks --open --json |
			grep -B 1 "\"kind\": *\"$kind\"" |
			sed -n 's/.*"id": *"\([^"]*\)".*/\1/p' | head -n 1)
		curl --silent --fail --cacert "$(run_value ca_file)" \
			"$(cli vastervik task-link "$task" | grep -o 'https://.*')" |
			grep -q '<form' || return 1
	done
}

kill_and_start() {
	kill -KILL "$(run_value pids.workphone-server)" &&
		demo demo --background && all_are_enrolled
}

status_is_stopped() {
	demo status
	[[ $? -eq 3 ]]
}

# Processes with our data folder on their command line.
nothing_runs() {
	local found
	# The pattern goes by a file: grep's own command line lacks it. Its exit
	# status is 2 when a process ended while it looked.
	found=$(grep -lsaF -f <(printf '%s\n' "$WORKPHONE_VAR/demo") \
		/proc/[0-9]*/cmdline)
	[[ -z $found ]]
}

# Else "no process is left" would say nothing.
processes_are_seen() {
	! nothing_runs
}

wait_nothing_runs() {
	local tries=200
	until nothing_runs; do
		((tries-- > 0)) || return 1
		sleep 0.1
	done
}

foreground() { # SIGNAL that ends it
	local pid tries=1200
	rm -f "$WORKPHONE_VAR/run.json"
	# A shell's child ignores INT in the background; env does not.
	(cd / && exec env --default-signal=INT "$root/start.sh" demo) \
		>"$logs/demo.out" 2>&1 &
	pid=$!
	until grep -q '^Running' "$logs/demo.out"; do
		if ! kill -0 "$pid" || ((tries-- == 0)); then
			tail -n 20 "$logs/demo.out"
			return 1
		fi
		sleep 0.1
	done
	kill -"$1" "$pid"
	wait "$pid"
	wait_nothing_runs
}

# ---- running and summing up ----------------------------------------------

sum() { # FILE… → "passed failed skipped"
	cat "$@" 2>/dev/null | awk '{ p += $1; f += $2; s += $3 }
		END { print p + 0, f + 0, s + 0 }'
}

# What went wrong first, then how it ended; without what was built.
show_failure() { # LOG
	say "  --- what failed, in $1:"
	grep -E '^(FAILED|FAIL|ERROR)\b|\[  (ERROR|FAILED) |\[   LINE   \]|: error: |\*\*\*|Sanitizer: |runtime error: ' \
		"$1" | head -n 30 | sed 's/^/  | /'
	say "  --- its end:"
	grep -vE '^\[[0-9]+/[0-9]+\] ' "$1" | tail -n 60 | sed 's/^/  | /'
}

run_part() {
	local began=$SECONDS passed failed skipped verdict=ok
	part=$1
	rm -f "$logs/$part.count"
	printf '%s\n' "$part: $(parts_listed | sed -n "s/^$part|[^|]*|//p")"
	"part_$part" >"$logs/$part.log" 2>&1
	# A part that counted nothing did not run: that is a failure.
	[[ -s $logs/$part.count ]] || count 0 1 0
	read -r passed failed skipped <<<"$(sum "$logs/$part.count")"
	[[ $failed -eq 0 ]] || verdict=FAILED
	printf '  %-6s %4d s  %5d passed, %d failed, %d skipped\n' "$verdict" \
		$((SECONDS - began)) "$passed" "$failed" "$skipped"
	grep -h 'SKIP: ' "$logs/$part.log" | sort | uniq -c | sort -rn |
		head -n 5 | sed 's/^ */          /'
	if [[ $failed -ne 0 ]]; then
		show_failure "$logs/$part.log"
	fi
	say "$part|$verdict|$((SECONDS - began))|$passed|$failed|$skipped" \
		>>"$logs/summary"
}

print_summary() {
	local passed failed skipped
	step "summary"
	printf '%-8s %-7s %7s %7s %7s %8s\n' part result seconds passed failed \
		skipped
	while IFS='|' read -r name verdict seconds p f s; do
		printf '%-8s %-7s %7s %7s %7s %8s\n' "$name" "$verdict" \
			"$seconds" "$p" "$f" "$s"
	done <"$logs/summary"
	read -r passed failed skipped <<<"$(awk -F'|' '{ p += $4; f += $5
		s += $6 } END { print p + 0, f + 0, s + 0 }' "$logs/summary")"
	say "$passed passed, $failed failed, $skipped skipped"
	[[ $failed -eq 0 ]]
}

chosen=()
for word in "$@"; do
	case $word in
	--quick)
		while IFS='|' read -r name quick _; do
			[[ $quick != yes ]] || chosen+=("$name")
		done < <(parts_listed)
		;;
	-h | --help)
		usage
		exit 0
		;;
	*)
		parts_listed | grep -q "^$word|" || {
			usage >&2
			exit 2
		}
		chosen+=("$word")
		;;
	esac
done
if [[ ${#chosen[@]} -eq 0 ]]; then
	mapfile -t chosen < <(parts_listed | cut -d'|' -f1)
fi

mkdir -p "$logs"
: >"$logs/summary"
packages_install build demo test
[[ -n ${WORKPHONE_APPLE_SCHEMA:-} ]] ||
	say "WORKPHONE_APPLE_SCHEMA is not set: checks against Apple's schema are skipped"
[[ -n ${WORKPHONE_SAMPLES:-} ]] ||
	say "WORKPHONE_SAMPLES is not set: tests over real messages are skipped"
for name in "${chosen[@]}"; do
	run_part "$name"
done
print_summary
