# SPDX-License-Identifier: MIT
#
# packages.sh - the Debian packages that run and check need, and how they are
# installed.  Sourced by both; does nothing by itself.

packages_build="gcc libc6-dev cmake ninja-build pkg-config libevent-dev
	libtelnet-dev libsqlite3-dev libcrypt-dev
	libseccomp-dev libncurses-dev ncurses-bin libssl-dev musl-tools"
packages_lab="qemu-system-x86 qemu-system-common busybox-static kmod lz4"
packages_tests="clang libcmocka-dev s3270 c3270
	inetutils-telnet tmux openssl python3 bochs bochsbios vgabios"

say()
{
	printf '%s\n' "$*"
}

fail()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# clang's sanitizers are a package named after its version.
packages_sanitizers()
{
	clang -dumpversion | sed 's/^\([0-9]*\).*/libclang-rt-\1-dev/'
}

packages_missing()
{
	local package

	for package; do
		case $(dpkg-query -W -f '${db:Status-Status}' "$package" \
		    2>/dev/null) in
		installed) ;;
		*) echo "$package" ;;
		esac
	done
}

packages_apt()
{
	local sudo=

	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null ||
		    fail "packages are installed by root: run this as root," \
			"or install sudo"
		sudo=sudo
	fi
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q \
	    -o DPkg::Lock::Timeout=300 "$@"
}

# packages_install WHY PACKAGE...: install what of them is missing.
packages_install()
{
	local why=$1 missing log

	shift
	missing=$(packages_missing "$@")
	[ -n "$missing" ] || return 0
	command -v apt-get >/dev/null ||
	    fail "$why needs packages, and this is no Debian:" $missing
	say "Installing what $why needs:" $missing
	log=$(mktemp)
	if ! packages_apt install -y --no-install-recommends $missing \
	    >"$log" 2>&1 </dev/null; then
		say "Asking the package archive for its newest lists"
		if ! { packages_apt update && packages_apt install -y \
		    --no-install-recommends $missing; } >"$log" 2>&1 </dev/null
		then
			missing=$(grep -E '^(E|W|Err)' "$log" | head -n 1)
			rm -f "$log"
			fail "no packages can be installed (no network?):" \
			    "$missing"
		fi
	fi
	rm -f "$log"
}

# as_owner FILE COMMAND...: as the owner of FILE when that is not who we are,
# so that root leaves no files behind in somebody's clone.
as_owner()
{
	local owner

	owner=$(stat -c %u "$1")
	shift
	if [ "$(id -u)" = 0 ] && [ "$owner" != 0 ]; then
		setpriv --reuid="$owner" --regid="$(id -g "$owner" \
		    2>/dev/null || echo "$owner")" --clear-groups "$@"
	else
		"$@"
	fi
}

# room DIR MIB WHAT: is there so much room where DIR is, or will be?
room()
{
	local dir=$1 free

	while [ ! -e "$dir" ]; do
		dir=$(dirname "$dir")
	done
	free=$(df -Pm "$dir" | awk 'NR == 2 { print $4 }')
	[ "$free" -ge "$2" ] ||
	    fail "the disk is full: $3 needs $2 MiB in $dir, $free are free"
}
