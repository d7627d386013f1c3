#!/bin/sh
# all.sh - run every guest test in this Linux, which must have KVM: one line
# each, then "N passed, N failed".  Needs only a POSIX shell and the files
# beside it (rig, vmguest, *.deck, *.disk).  all.sh NAME... runs those alone.
cd "$(dirname "$0")" || exit 2
passed=0
failed=0
only=" $* "

# check NAME ARGUMENTS: rig must return 0.
check() {
	name=$1
	shift
	case $only in
	"  ") ;;
	*" $name "*) ;;
	*) return ;;
	esac
	if out=$(./rig -g ./vmguest -T "${GUEST_TIMEOUT:-20}" "$@" 2>&1); then
		echo "ok     $name"
		passed=$((passed + 1))
	else
		echo "FAILED $name, status $?"
		echo "$out" | sed 's/^/       /' | tail -n 12
		failed=$((failed + 1))
	fi
}

# deck NAME [OPTIONS]: IPL the deck; its result must be 0.
deck() {
	name=$1
	shift
	check "$name" -r "00C=$name.deck" "$@" ipl=00C rc=0
}

deck hello

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
