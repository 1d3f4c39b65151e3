#!/bin/bash
# Builds Workphone and starts it here, with or without a dozen phones made of
# software. Run it again at any time: what is there already is kept.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=cmake/setup.sh
source "$root/cmake/setup.sh"

readonly build=$root/build/release
readonly bin=$build/bin
var=${WORKPHONE_VAR:-$root/var}
readonly pids_file=$var/pids
readonly run_file=$var/run.json

usage() {
	cat <<'USAGE'
Usage: ./start.sh [demo] [--background]   build and start
       ./start.sh status                  what runs, and where
       ./start.sh stop                    stop all that was started

  demo          seven municipalities side by side on one server: their
                policies, people who do not exist, phones made of software,
                a bench where one more phone enrols by itself, somebody who
                has left and somebody who has yet to sign for a phone
  --background  return when everything is up; var/run.json says where it is

Without --background it stays in the foreground; Ctrl-C stops everything.
Data lies in ./var (another folder: WORKPHONE_VAR=FOLDER).
USAGE
}

# ---- processes -----------------------------------------------------------
# var/pids holds a line "name pid program" for each process we started. A pid
# counts only while /proc says it is still that program: numbers are reused.

process_is_ours() { # PID PROGRAM
	local exe
	exe=$(readlink "/proc/$1/exe" 2>/dev/null) || return 1
	[[ ${exe% (deleted)} == "$2" ]]
}

process_find() { # NAME → pid
	local name pid program
	[[ -f $pids_file ]] || return 1
	while read -r name pid program; do
		if [[ $name == "$1" ]] && process_is_ours "$pid" "$program"; then
			printf '%s\n' "$pid"
			return 0
		fi
	done <"$pids_file"
	return 1
}

process_wait_end() { # PID PROGRAM TENTHS
	local left=$3
	while process_is_ours "$1" "$2"; do
		((left-- > 0)) || return 1
		sleep 0.1
	done
}

process_stop() { # NAME PID PROGRAM
	process_is_ours "$2" "$3" || return 0
	kill -TERM "$2" 2>/dev/null || true
	if ! process_wait_end "$2" "$3" 200; then
		say "$1 ($2) does not end; killing it"
		kill -KILL "$2" 2>/dev/null || true
		process_wait_end "$2" "$3" 50 || true
	fi
	say "stopped $1 ($2)"
}

# Phones before their server: the later line first.
stop_all() {
	local line name pid program
	[[ -f $pids_file ]] || return 0
	while read -r line; do
		read -r name pid program <<<"$line"
		process_stop "$name" "$pid" "$program"
	done < <(tac "$pids_file")
	rm -f "$pids_file" "$run_file"
}

# process_start NAME LOG PROGRAM ARG…: in the foreground mode the kernel ends
# it together with this script, however the script ends.
process_start() {
	local name=$1 log=$2 program=$3 real
	shift 3
	real=$(readlink -f "$program")
	# 9 is our lock: it must not live on in what we start.
	if $background; then
		setsid "$real" "$@" >>"$log" 2>&1 </dev/null 9>&- &
	else
		setpriv --pdeathsig TERM "$real" "$@" >>"$log" 2>&1 \
			</dev/null 9>&- &
	fi
	started_pid=$!
	printf '%s %s %s\n' "$name" "$started_pid" "$real" >>"$pids_file"
}

fail_with_log() { # SENTENCE LOG
	say ""
	tail -n 20 "$2" >&2 || true
	die "$1; the log is $2"
}

# ---- addresses -----------------------------------------------------------

port_is_taken() {
	(: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# next_port FROM: the first one nobody listens on.
next_port() {
	local port=$1
	while port_is_taken "$port"; do
		((++port < 65536)) || die "no free port from $1 on"
	done
	printf '%s\n' "$port"
}

# A unix socket's path has room for 107 bytes; a deep folder does not fit.
socket_folder() {
	local wanted=$data sum
	if (($(printf '%s' "$wanted/agent/agent.sock" | wc -c) > 100)); then
		sum=$(printf '%s' "$data" | sha256sum)
		wanted=${XDG_RUNTIME_DIR:-/tmp}/workphone-$EUID-${sum:0:12}
		[[ -d $wanted ]] || mkdir -m 0700 "$wanted"
		[[ -O $wanted && ! -L $wanted ]] || die "$wanted belongs to somebody else"
	fi
	printf '%s\n' "$wanted"
}

# ops_get PATH: the body of the answer, 0 only for a 200.
ops_get() {
	local line status body=""
	{ exec 8<>"/dev/tcp/127.0.0.1/$ops_port"; } 2>/dev/null || return 1
	printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' \
		"$1" "$ops_port" >&8
	IFS= read -r -t 5 status <&8 || status=""
	while IFS= read -r -t 5 line <&8; do
		body+=$line$'\n'
	done
	exec 8>&-
	printf '%s' "${body#*$'\r\n'}"
	[[ $status == *" 200 "* || $status == *" 200"$'\r' ]]
}

# ---- configuration -------------------------------------------------------

yaml_quoted() {
	local text=${1//\\/\\\\}
	printf '"%s"' "${text//\"/\\\"}"
}

config_organisations() {
	local slug name pack
	if [[ $mode != demo ]]; then
		printf 'organisation_name: "%s"\n' "Västerviks kommun"
		printf 'policy: %s\n' \
			"$(yaml_quoted "$root/policies/packs/vastervik")"
		return
	fi
	printf 'organisation_name: "Workphone demo"\norganisations:\n'
	while IFS='|' read -r slug name pack; do
		printf '  - id: "%s"\n    name: "%s"\n    policy: %s\n' \
			"$slug" "$name" \
			"$(yaml_quoted "$root/policies/packs/$pack")"
	done < <(demo_organisations)
}

# Written once; from then on the file is the user's. Ports are kept because
# enrolled phones know them.
config_write() {
	local tls ops proxy office
	tls=$(next_port 8444)
	ops=$(next_port $((tls + 1)))
	proxy=$(next_port $((ops + 1)))
	office=$(next_port $((proxy + 1)))
	cat >"$config.new" <<YAML
# Written by start.sh at the first start; yours from then on.
# Every key: docs/configuration.md
$(config_organisations)
data: $(yaml_quoted "$data/data")
keys: $(yaml_quoted "$data/keys")
# The phones are there already: they are brought in without orders.
order_gate: open
phones_url: "https://127.0.0.1:$tls"
listeners:
  phones: "127.0.0.1:$tls"
  phones_proxy: "127.0.0.1:$proxy"
  office: "127.0.0.1:$office"
  ops: "127.0.0.1:$ops"
  admin: $(yaml_quoted "unix:$sockets/admin.sock")
YAML
	[[ $mode != demo ]] || cat >>"$config.new" <<'YAML'
times: # a demo has no patience; the defaults are 12h and 10m
  refresh: 15s
  silence: 1m
YAML
	mv "$config.new" "$config"
}

# config_port KEY: the port of a listener as the file has it.
config_port() {
	sed -n "s/^  $1: *\"127\\.0\\.0\\.1:\\([0-9]*\\)\".*/\\1/p" "$config"
}

config_use() {
	phones_port=$(config_port phones)
	proxy_port=$(config_port phones_proxy)
	office_port=$(config_port office)
	ops_port=$(config_port ops)
	[[ -n $phones_port && -n $ops_port ]] ||
		die "$config: listeners phones and ops need a port on 127.0.0.1"
}

# ---- what start does -----------------------------------------------------

build_programs() {
	step "building (build/release)"
	build_preset release workphone-server workphone workphone-agent \
		workphone-connector virtual-phones || die "the build failed, see above"
	mkdir -p "$bin"
	ln -sfn ../server/workphone-server "$bin/workphone-server"
	ln -sfn ../server/cli/workphone "$bin/workphone"
	ln -sfn ../agent/workphone-agent "$bin/workphone-agent"
	ln -sfn ../agent/connector/workphone-connector "$bin/workphone-connector"
	ln -sfn ../tests/phones/virtual-phones "$bin/virtual-phones"
}

start_server() {
	local port tries=300
	step "preparing $data"
	mkdir -p "$data/data" "$data/log"
	[[ -f $config ]] || config_write
	config_use
	"$bin/workphone-server" init --config "$config" \
		--host 127.0.0.1 --host localhost ||
		die "workphone-server init failed"
	for port in "$phones_port" "$ops_port" ${proxy_port:+"$proxy_port"} \
		${office_port:+"$office_port"}; do
		! port_is_taken "$port" ||
			die "port $port is taken by another program; free it, or" \
				"remove $data and start afresh on other ports"
	done
	step "starting workphone-server"
	process_start workphone-server "$data/log/server.log" \
		"$bin/workphone-server" serve --config "$config"
	server_pid=$started_pid
	until ops_get /readyz >/dev/null 2>&1; do
		process_is_ours "$server_pid" \
			"$(readlink -f "$bin/workphone-server")" ||
			kill -0 "$server_pid" 2>/dev/null ||
			fail_with_log "the server ended at once" "$data/log/server.log"
		((tries-- > 0)) || fail_with_log "the server is not ready" \
			"$data/log/server.log"
		sleep 0.1
	done
	say "ready: https://127.0.0.1:$phones_port for phones," \
		"${office_port:+https://127.0.0.1:$office_port for people and programs,}" \
		"http://127.0.0.1:$ops_port for /healthz, /readyz and /metrics"
}

json_string() {
	local text=${1//\\/\\\\}
	printf '"%s"' "${text//\"/\\\"}"
}

run_file_write() {
	local proxy=null control=null usbmuxd=null office=null
	local pids="\"workphone-server\": $server_pid"
	[[ -z $office_port ]] || office="\"https://127.0.0.1:$office_port\""
	[[ -z $proxy_port ]] || proxy="\"http://127.0.0.1:$proxy_port\""
	if [[ -n $phones_pid ]]; then
		control=$(json_string "$sockets/phones.sock")
		usbmuxd=$(json_string "$sockets/usbmuxd.sock")
		pids+=", \"virtual-phones\": $phones_pid"
	fi
	[[ -z $agent_pid ]] || pids+=", \"workphone-agent\": $agent_pid"
	cat >"$run_file.new" <<JSON
{
  "bin": $(json_string "$bin"),
  "phones_url": "https://127.0.0.1:$phones_port",
  "phones_proxy_url": $proxy,
  "office_url": $office,
  "organisation": $([[ $mode == demo ]] && json_string "$demo_default" ||
		echo null),
  "ops_url": "http://127.0.0.1:$ops_port",
  "ca_file": $(json_string "$data/keys/ca.crt"),
  "admin_socket": $(json_string "$sockets/admin.sock"),
  "phones_control": $control,
  "usbmuxd_socket": $usbmuxd,
  "agent_config": $([[ $mode == demo ]] && json_string "$agent_config" ||
		echo null),
  "pids": {$pids}
}
JSON
	mv "$run_file.new" "$run_file"
}

# ---- the demo ------------------------------------------------------------

# short name | name | folder of its policy
demo_organisations() {
	cat <<'ORGANISATIONS'
ronneby|Ronneby kommun|ronneby
vastervik|Västerviks kommun|vastervik
askersund|Askersunds kommun|askersund-hallsberg-laxa
hallsberg|Hallsbergs kommun|askersund-hallsberg-laxa
laxa|Laxå kommun|askersund-hallsberg-laxa
botkyrka|Botkyrka kommun|botkyrka
albertslund|Albertslund Kommune|albertslund
ORGANISATIONS
}

# The one that is meant when nobody names another.
readonly demo_default=vastervik

# organisation | serial | person | phone's name | model | options of
# enrolment | settings afterwards. The first of each is in the same state: the
# policies differ, not the phones. So is the second.
demo_phones() {
	cat <<'PHONES'
ronneby|RONDEMO00001|alva.brinkmark@ronneby.example|Hemtjänst|iPhone14,7|--pin|
ronneby|RONDEMO00002|nils.sandahl@ronneby.example|iPhone|iPhone14,5|--no-pin|
vastervik|VVKDEMO00001|astrid.lindqvist@vastervik.example|Hemtjänst|iPhone14,7|--pin|
vastervik|VVKDEMO00003|carljohan.akesson@vastervik.example|iPhone|iPhone14,5|--no-pin|
vastervik|VVKDEMO00008|henrik.wahlin@vastervik.example|Gatukontoret|iPhone14,5|--pin --sims 3|not_now=1
vastervik|VVKDEMO00012|leila.rahimi@vastervik.example|Leilas iPhone|iPhone13,2|--pin|
askersund|ASKDEMO00001|selma.vidkvist@askersund.example|Hemtjänst|iPhone14,7|--pin|
askersund|ASKDEMO00002|gosta.lovmark@askersund.example|iPhone|iPhone14,5|--no-pin|
hallsberg|HALDEMO00001|vera.akermo@hallsberg.example|Hemtjänst|iPhone14,7|--pin|
hallsberg|HALDEMO00002|ahmed.lindroos@hallsberg.example|iPhone|iPhone14,5|--no-pin|
laxa|LAXDEMO00001|tyra.engvall@laxa.example|Hemtjänst|iPhone14,7|--pin|
laxa|LAXDEMO00002|milan.ostgren@laxa.example|iPhone|iPhone14,5|--no-pin|
botkyrka|BOTDEMO00001|zara.nyholt@botkyrka.example|Hemtjänst|iPhone14,7|--pin|
botkyrka|BOTDEMO00002|love.ringdahl@botkyrka.example|iPhone|iPhone14,5|--no-pin|
albertslund|ALBDEMO00001|freja.lyngstrand@albertslund.example|Hjemmeplejen|iPhone14,7|--pin|
albertslund|ALBDEMO00002|oskar.bogelund@albertslund.example|iPhone|iPhone14,5|--no-pin|
PHONES
}

workphone() { # VERB ARG… for $demo_organisation, else the demo's own
	local verb=$1
	shift
	"$bin/workphone" "$verb" --socket "$sockets/admin.sock" \
		--organisation "${demo_organisation:-$demo_default}" "$@"
}

phone_is_enrolled() {
	grep -q "\"serial\": *\"$1\"" <<<"$known_phones"
}

enrol_phone() { # SERIAL PERSON NAME MODEL OPTIONS SETTINGS
	local link url options
	read -r -a options <<<"$5"
	# One with settings does its first work with them, once it runs.
	[[ -z $6 ]] || options+=(--no-poll)
	link=$(workphone enrol-link --json --person "$2" --serial "$1") ||
		die "no enrolment link for $1"
	[[ $link =~ \"url\":\ *\"([^\"]+)\" ]] ||
		die "no url in the answer: $link"
	url=${BASH_REMATCH[1]}
	"$bin/virtual-phones" enrol --state "$phones" \
		--ca-file "$data/keys/ca.crt" --serial "$1" --name "$3" \
		--model "$4" "${options[@]}" "$url" \
		>>"$data/log/phones.log" 2>&1 ||
		fail_with_log "$1 did not enrol" "$data/log/phones.log"
	if [[ -n $6 ]]; then
		read -r -a options <<<"$6"
		"$bin/virtual-phones" set --state "$phones" "$1" "${options[@]}" \
			>>"$data/log/phones.log" 2>&1 ||
			fail_with_log "cannot set up $1" "$data/log/phones.log"
	fi
}

# The dates in a ledger file are days from the first start: @-2@ is the day
# before yesterday. Written once, so that a later start changes nothing.
ledger_file() { # SLUG → path
	local text day file=$data/ledger/$1.jsonl
	if [[ ! -f $file ]]; then
		text=$(<"$root/tests/phones/demo/$1.jsonl")
		while [[ $text =~ @(-|\+)([0-9]+)@ ]]; do
			day=$(date -d "${BASH_REMATCH[1]}${BASH_REMATCH[2]} days" +%F)
			text=${text//"${BASH_REMATCH[0]}"/$day}
		done
		mkdir -p "$data/ledger"
		printf '%s\n' "$text" >"$file"
	fi
	printf '%s\n' "$file"
}

# The SIM that the phone was bought with belongs to its person.
sim_lines() { # SERIAL PERSON
	local state=$phones/$1.json iccid number
	iccid=$(sed -n 's/.*"iccid": *"\([0-9]*\)".*/\1/p' "$state" | head -n 1)
	number=$(sed -n 's/.*"number": *"\(+[0-9]*\)".*/\1/p' "$state" | head -n 1)
	[[ -n $iccid ]] || return 0
	printf '{"subscription": {"iccid": "%s", "operator": "Demotel"%s}}\n' \
		"$iccid" "${number:+, \"number\": \"$number\"}"
	printf '{"assignment": {"person": "%s", "subscription": "%s", "in_phone": "%s"}}\n' \
		"$2" "$iccid" "$1"
}

ledger_apply() { # FILE
	workphone ledger apply "$1" --yes >>"$data/log/ledger.log" 2>&1 ||
		fail_with_log "the ledger of $demo_organisation was not applied" \
			"$data/log/ledger.log"
}

# People first, then their phones, then the SIMs in them.
organisation_fill() { # SLUG NAME
	local organisation serial person name model options settings sims
	local demo_organisation=$1
	ledger_apply "$(ledger_file "$1")"
	known_phones=$(workphone devices --json) || die "the server does not answer"
	sims=$data/ledger/$1-sims.jsonl
	: >"$sims"
	while IFS='|' read -r organisation serial person name model options \
		settings; do
		[[ $organisation == "$1" ]] || continue
		phone_is_enrolled "$serial" || enrol_phone "$serial" "$person" \
			"$name" "$model" "$options" "$settings"
		sim_lines "$serial" "$person" >>"$sims"
	done < <(demo_phones)
	ledger_apply "$sims"
	workphone push-policy --yes >/dev/null || die "$2: the policy was not pushed"
	say "  $2: people, phones and SIMs are there, the policy is pushed"
}

fill_organisations() {
	local slug name pack
	grep -q '^organisations:' "$config" ||
		die "$data is of an older demo: ./start.sh stop, then remove it"
	step "filling seven municipalities with people and phones"
	mkdir -p "$phones"
	while IFS='|' read -r slug name pack; do
		organisation_fill "$slug" "$name"
	done < <(demo_organisations)
}

# ---- the demo's leaver, and what was handed out --------------------------

readonly leaver=ingrid.solberg@vastervik.example leaver_serial=VVKDEMO00014

# Employed until yesterday, which we are told today: the phone is asked back,
# and not erased before tomorrow.
somebody_leaves() {
	local told found
	found=$(workphone departures --json) || die "the server does not answer"
	[[ $found != *"Ingrid Solberg"* ]] || return 0
	told=$(ledger_file vastervik-leaver)
	known_phones=$(workphone devices --json)
	if ! phone_is_enrolled "$leaver_serial"; then
		sed 's/, "to": "[^"]*"//' "$told" >"$told.before"
		ledger_apply "$told.before"
		enrol_phone "$leaver_serial" "$leaver" iPhone iPhone14,5 --pin ""
		sim_lines "$leaver_serial" "$leaver" >"$told.sim"
		ledger_apply "$told.sim"
	fi
	ledger_apply "$told"
	say "  Ingrid Solberg has left and still has $leaver_serial"
}

# id_in JSON: the first id.
id_in() {
	[[ $1 =~ \"id\":\ *\"([^\"]+)\" ]] || die "no id in the answer: $1"
	printf '%s\n' "${BASH_REMATCH[1]}"
}

# One hand-out is signed for, another waits for its person.
phones_are_handed_out() {
	local found handout
	found=$(workphone handouts --json) || die "the server does not answer"
	if [[ $found != *VVKDEMO00001* ]]; then
		found=$(workphone handout give astrid.lindqvist@vastervik.example \
			--phone VVKDEMO00001 --with "Laddare, Skal" --json) ||
			die "VVKDEMO00001 was not handed out"
		handout=$(id_in "$found")
		workphone handout accept "$handout" --signed "Astrid Lindqvist" \
			>/dev/null || die "the hand-out $handout was not signed for"
		say "  Astrid Lindqvist has signed for VVKDEMO00001"
	fi
	[[ $found != *VVKDEMO00012* ]] || return 0
	workphone handout give leila.rahimi@vastervik.example \
		--phone VVKDEMO00012 --with "Laddare" >/dev/null ||
		die "VVKDEMO00012 was not handed out"
	say "  Leila Rahimi has been handed VVKDEMO00012 and has yet to sign"
}

people_come_and_go() {
	step "somebody leaves, somebody is handed a phone"
	somebody_leaves
	phones_are_handed_out
}

# task_page KIND: a one-time link to the page of an open task of this kind,
# as its person gets it by mail; nothing when there is none.
task_page() {
	local task
	task=$(workphone tasks --open --json |
		grep -B 1 "\"kind\": *\"$1\"" | head -n 1) || return 0
	workphone task-link "$(id_in "$task")" | grep -o 'https://.*'
}

# What each role sees, without a mail server.
print_pages() {
	local kind what link
	step "what people get by mail: open in a browser, it warns of our CA"
	while IFS='|' read -r kind what; do
		link=$(task_page "$kind")
		[[ -z $link ]] || printf '  %-28s %s\n' "$what" "$link"
	done <<'PAGES'
accept_handout|an employee, handed a phone
return_phone|an employee who has left
confirm_return|the manager, who receives it
PAGES
}

run_phones() {
	local tries=300
	process_start virtual-phones "$data/log/phones.log" \
		"$bin/virtual-phones" run --state "$phones" \
		--ca-file "$data/keys/ca.crt" --poll 2 \
		--control "$sockets/phones.sock" \
		--usbmuxd "$sockets/usbmuxd.sock"
	phones_pid=$started_pid
	until phones_do state >/dev/null 2>&1; do
		if ! kill -0 "$phones_pid" 2>/dev/null || ((tries-- == 0)); then
			fail_with_log "the phones do not run" \
				"$data/log/phones.log"
		fi
		sleep 0.1
	done
	say "the phones run and ask for work every two seconds"
}

# ---- the demo's bench ----------------------------------------------------

# port | serial | what the phone is and does on the cable
bench_phones() {
	cat <<'PHONES'
A1|VVKDEMO00013|
A2|VVKDEMO00001|"trust":"yes"
A3|VVKDEMO00003|"trust":"ask"
A4|VVKDEMO00008|"trust":"ask","locked":true
PHONES
}

readonly bench_serial=VVKDEMO00013
readonly bench_person="maja.ekstrom@vastervik.example"

phones_do() {
	"$bin/virtual-phones" "do" --control "$sockets/phones.sock" "$@"
}

agent() { # VERB ARG…
	local verb=$1
	shift
	"$bin/workphone-agent" "$verb" --config "$agent_config" "$@"
}

agent_config_write() {
	local port serial settings number=0
	cat >"$agent_config.new" <<YAML
# Written by start.sh; every key: workphone-agent(8)
state: $(yaml_quoted "$sockets/agent")
usbmuxd: $(yaml_quoted "UNIX:$sockets/usbmuxd.sock")
usb: "$(command -v umockdev-run >/dev/null && echo on || echo off)"
poll: 2s
ports:
YAML
	while IFS='|' read -r port serial settings; do
		number=$((number + 1))
		printf '  - path: "1-4.%s"\n    label: "%s"\n' "$number" "$port" \
			>>"$agent_config.new"
	done < <(bench_phones)
	mv "$agent_config.new" "$agent_config"
}

# A new phone, as it comes out of its box: its order waits for it at the bench.
box_open() {
	[[ $(phones_do '{"do":"usb"}') == *\"$bench_serial\"* ]] ||
		phones_do "{\"do\":\"new\",\"serial\":\"$bench_serial\",
			\"name\":\"iPhone\",\"pin\":true,\"setup\":true}" >/dev/null
	phones_do "{\"do\":\"usb_set\",\"phone\":\"$bench_serial\",
		\"set\":{\"activation\":\"Activated\"}}" >/dev/null
	workphone enrol-link --bench --person "$bench_person" \
		--serial "$bench_serial" --json >/dev/null
}

station_join() {
	local answer
	[[ ! -f $sockets/agent/station/station.json ]] || return 0
	answer=$(workphone station-code --name "Bench A" --json) ||
		die "no code for the station"
	[[ $answer =~ \"code\":\ *\"([^\"]+)\" ]] || die "no code: $answer"
	agent join --server "https://127.0.0.1:$phones_port" \
		--ca-file "$data/keys/ca.crt" --code "${BASH_REMATCH[1]}" \
		--name "Bench A" >>"$data/log/agent.log" 2>&1 ||
		fail_with_log "the station cannot join" "$data/log/agent.log"
}

# Plugs the phones in and describes the hub they hang on.
plug_in() {
	local port serial settings state udids=()
	while IFS='|' read -r port serial settings; do
		[[ -z $settings ]] || phones_do "{\"do\":\"usb_set\",
			\"phone\":\"$serial\",\"set\":{$settings}}" >/dev/null
		phones_do "$serial" attach >/dev/null
		state=$(phones_do "$serial" usb)
		[[ $state =~ \"udid\":\ *\"([^\"]+)\" ]] ||
			die "$serial has no UDID: $state"
		udids+=("${BASH_REMATCH[1]}")
		say "  $port $serial is plugged in"
	done < <(bench_phones)
	"$root/tests/phones/usb/describe_hub.sh" "${udids[@]}" \
		>"$data/hub.umockdev"
}

# child_of PID: the one process that it started.
child_of() {
	local file line
	for file in /proc/[0-9]*/stat; do
		read -r line 2>/dev/null <"$file" || continue
		line=${line##*) ? } # behind the name, which may hold anything
		[[ ${line%% *} != "$1" ]] || basename "${file%/stat}"
	done
}

# With umockdev the agent sees ports, and is a child of what shows them to it.
agent_start() {
	local program tries=100
	program=$(readlink -f "$bin/workphone-agent")
	if grep -q '^usb: "on"' "$agent_config"; then
		process_start umockdev-run "$data/log/agent.log" \
			"$(command -v umockdev-run)" -d "$data/hub.umockdev" -- \
			"$program" run --config "$agent_config"
	else
		process_start workphone-agent "$data/log/agent.log" \
			"$program" run --config "$agent_config"
	fi
	agent_pid=$started_pid
	until [[ -S $sockets/agent/agent.sock ]]; do
		if ! kill -0 "$agent_pid" 2>/dev/null || ((tries-- == 0)); then
			fail_with_log "the agent does not run" \
				"$data/log/agent.log"
		fi
		sleep 0.1
	done
	process_is_ours "$agent_pid" "$program" && return
	agent_pid=$(child_of "$agent_pid")
	printf 'workphone-agent %s %s\n' "$agent_pid" "$program" >>"$pids_file"
}

wait_bench_enrolled() {
	local tries
	for ((tries = 0; tries < 60; tries++)); do
		known_phones=$(workphone devices --json)
		if phone_is_enrolled "$bench_serial"; then
			say "  $bench_serial $bench_person: enrolled at the bench"
			return
		fi
		sleep 1
	done
	fail_with_log "$bench_serial did not enrol at the bench" \
		"$data/log/agent.log"
}

run_bench() {
	step "plugging phones into a bench made of software"
	rm -f "$sockets/agent/agent.sock"
	agent_config_write
	station_join
	known_phones=$(workphone devices --json)
	phone_is_enrolled "$bench_serial" || box_open
	plug_in
	agent_start
	run_file_write
	wait_bench_enrolled
}

# Quiet: no command waits, or nothing has moved for a while: a phone that was
# wiped answers no more.
wait_until_quiet() {
	local before="" now="" same=0 tries
	for ((tries = 0; tries < 60 && same < 15; tries++)); do
		now=$(ops_get /metrics | sed -n 's/^workphone_commands_open \([0-9]*\).*/\1/p')
		if [[ $now == 0 ]]; then
			say "  everything is answered"
			return
		fi
		[[ $now == "$before" ]] || say "  $now commands waiting"
		same=$([[ $now == "$before" ]] && echo $((same + 1)) || echo 0)
		before=$now
		sleep 1
	done
	say "  the rest waits for phones that do not answer now"
}

# The same phone everywhere: what each policy says of it. A policy that demands
# no code finds nothing wrong with a phone that has none.
compare_organisations() {
	local organisation serial rest slug name pack
	while IFS='|' read -r slug name pack; do
		while IFS='|' read -r organisation serial rest; do
			[[ $organisation == "$slug" && $serial == *DEMO0000[23] ]] ||
				continue
			say ""
			say "$name, a phone without a code: $serial"
			demo_organisation=$slug workphone verdicts "$serial"
			break
		done < <(demo_phones)
	done < <(demo_organisations)
}

run_demo() {
	fill_organisations
	people_come_and_go
	run_phones
	run_file_write
	run_bench
	wait_until_quiet
	step "the bench"
	agent once
	step "seven policies, one kind of phone"
	compare_organisations
	print_pages
}

print_next() {
	local tool
	tool=$(printf '%q' "$bin/workphone")
	step "next, try"
	if [[ $mode == demo ]]; then
		cat <<TEXT
  $tool devices
  $tool verdicts
  $tool devices --organisation botkyrka
  $tool people
  $tool holders VVKDEMO00003
  $tool rules VST-33
  $tool tasks --open
  $tool device VVKDEMO00003
  $(printf '%q' "$bin/virtual-phones") do --control $(printf '%q' "$sockets/phones.sock") VVKDEMO00003 set_pin
  $tool wipe VVKDEMO00012 --dry-run
  $tool departures
  $tool return show $leaver_serial
  $tool everything "Ingrid Solberg"
  $tool receipts
  $tool audit verify
  $(printf '%q' "$bin/workphone-agent") watch --config $(printf '%q' "$agent_config")
  $(printf '%q' "$bin/virtual-phones") do --control $(printf '%q' "$sockets/phones.sock") VVKDEMO00003 tap trust
TEXT
	else
		cat <<TEXT
  $tool status
  $tool push-policy --dry-run
TEXT
	fi
	cat <<TEXT
  $tool enrol-link --person "Your Name" --serial ABC123
  $(printf '%q' "$root/start.sh") status
TEXT
	[[ $mode == demo ]] || say "Only this machine reaches it yet; to let" \
		"phones in, see docs/configuration.md and $config"
}

already_running() {
	local pid
	pid=$(process_find workphone-server) || return 1
	[[ ! -f $run_file ]] || grep -qF "$data/" "$run_file" ||
		die "here runs $([[ $mode == demo ]] && echo a server without \
demo data || echo the demo) already; ./start.sh stop ends it"
	[[ $mode != demo ]] || {
		process_find virtual-phones && process_find workphone-agent
	} >/dev/null || return 1
	[[ -f $run_file && -f $config ]] || return 1
	config_use
	ops_get /readyz >/dev/null 2>&1 || return 1
	say "already running (workphone-server is process $pid)."
	say "./start.sh status says where; ./start.sh stop stops it."
}

# What a killed start left behind is stopped before anything new starts.
clear_remains() {
	[[ -f $pids_file ]] || return 0
	say "stopping what an earlier start left"
	stop_all
}

stay() {
	say ""
	say "Running. Ctrl-C stops everything. Logs: $data/log"
	local pid
	# wait ends at a signal, or when one of ours ends by itself
	wait -n || true
	if [[ ! -f $pids_file ]]; then
		say "stopped from elsewhere"
		return
	fi
	for pid in "$server_pid" ${phones_pid:+"$phones_pid"} \
		${agent_pid:+"$agent_pid"}; do
		kill -0 "$pid" 2>/dev/null ||
			fail_with_log "process $pid ended by itself" \
				"$data/log/server.log"
	done
}

on_exit() {
	local status=$?
	trap - EXIT INT TERM HUP
	if ! $background || ! $up; then
		stop_all
	fi
	exit "$status"
}

start() {
	mkdir -p "$var"
	exec 9>"$var/lock"
	flock -n 9 || die "another start.sh is at work on $var"
	packages_install build ${also:+"$also"}
	build_programs
	mkdir -p "$data"
	sockets=$(socket_folder)
	if already_running; then
		return
	fi
	clear_remains
	trap on_exit EXIT
	trap 'say ""; exit 130' INT
	trap 'exit 143' TERM HUP
	start_server
	run_file_write
	[[ $mode != demo ]] || run_demo
	print_next
	up=true
	exec 9>&-
	if $background; then
		say ""
		say "Running in the background: ./start.sh status, ./start.sh stop"
	else
		stay
	fi
}

status() {
	local name pid program running=false
	if [[ -f $pids_file ]]; then
		while read -r name pid program; do
			if process_is_ours "$pid" "$program"; then
				say "$name runs, process $pid"
				running=true
			else
				say "$name has ended (was process $pid)"
			fi
		done <"$pids_file"
	fi
	if ! $running; then
		say "nothing runs here; ./start.sh or ./start.sh demo starts it"
		return 3
	fi
	[[ ! -f $run_file ]] || cat "$run_file"
}

mode=plain
verb=start
background=false
up=false
for word in "$@"; do
	case $word in
	demo) mode=demo ;;
	status | stop) verb=$word ;;
	--background) background=true ;;
	-h | --help) verb=usage ;;
	*)
		usage >&2
		exit 2
		;;
	esac
done
# Demo data and a server of your own never share a database.
data=$var/$([[ $mode == demo ]] && echo demo || echo server)
readonly data config=$data/workphone.yaml phones=$data/phones
readonly agent_config=$data/agent.yaml
phones_pid="" agent_pid="" also=""
[[ $mode != demo ]] || also=demo

case $verb in
start) start ;;
stop)
	if [[ -f $pids_file ]]; then stop_all; else say "nothing runs here"; fi
	;;
status) status ;;
usage) usage ;;
esac
