# shellcheck shell=bash
# What start.sh and test.sh share: Debian packages and builds. To be sourced
# with $root set to the project's folder. It starts nothing.
: "${root:?}"

say() {
	printf '%s\n' "$*"
}

step() {
	printf '\n==> %s\n' "$*"
}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# packages_listed KIND…: the names of these kinds in packages.txt, without those
# whose program is there in another way.
packages_listed() {
	local kind name program
	while read -r kind name program; do
		[[ $kind != "#"* && " $* " == *" $kind "* ]] || continue
		[[ -n $program ]] && command -v "$program" >/dev/null && continue
		printf '%s\n' "$name"
	done <"$root/cmake/packages.txt"
}

# packages_missing KIND…: those that no installed package is or provides: a
# nodejs from elsewhere, for instance, brings npm with it and conflicts with
# Debian's own.
packages_missing() {
	local names installed name
	mapfile -t names < <(packages_listed "$@")
	installed=$(dpkg-query -W \
		-f='${db:Status-Status}, ${Package}, ${Provides}\n' |
		sed -n 's/^installed, //p' | tr ',' '\n' | awk '{ print $1 }')
	for name in "${names[@]}"; do
		grep -qxF "$name" <<<"$installed" || printf '%s\n' "$name"
	done
}

# as_root COMMAND…: with sudo when we are somebody else.
as_root() {
	if [[ $EUID -eq 0 ]]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo -- "$@"
	else
		die "needs root for: $* (run as root or install sudo)"
	fi
}

# packages_install KIND…: asks apt only for what is missing.
packages_install() {
	local missing
	if ! command -v dpkg-query >/dev/null; then
		say "not Debian: taking for granted what cmake/packages.txt lists"
		return
	fi
	mapfile -t missing < <(packages_missing "$@")
	if [[ ${#missing[@]} -eq 0 ]]; then
		say "packages: all there"
		return
	fi
	step "installing ${#missing[@]} packages: ${missing[*]}"
	# Tests run their own dovecot; the system shall get no mail server of it.
	if [[ " ${missing[*]} " == *" dovecot-core "* ]]; then
		step "masking dovecot.service: it is needed as a program only"
		as_root mkdir -p /etc/systemd/system
		as_root ln -sf /dev/null /etc/systemd/system/dovecot.service
		as_root ln -sf /dev/null /etc/systemd/system/dovecot.socket
	fi
	as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q ||
		say "apt-get update failed; trying with the lists that are there"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y \
		--no-install-recommends "${missing[@]}" ||
		die "apt could not install: ${missing[*]}"
}

# build_preset PRESET [TARGET…]: configures at the first time only; ninja
# itself notices changed CMake files.
build_preset() {
	local preset=$1
	shift
	if [[ ! -f $root/build/$preset/build.ninja ]]; then
		(cd "$root" && cmake --preset "$preset") || return 1
	fi
	ninja -C "$root/build/$preset" "$@"
}
