#!/bin/sh
# SPDX-License-Identifier: MIT
#
# terminfo.sh TYPE...: descriptions of terminals as rows of a C table, from
# this machine's terminfo database.  A sandboxed vmterm can read no file.
set -eu
for type; do
	hex=$(infocmp -Q1 "$type" | sed -n '/^hex:/,$p' | tr -d '\n')
	case $hex in
	hex:1[AE]*) ;;
	*) echo "terminfo.sh: no description of $type" >&2; exit 1 ;;
	esac
	printf '{ "%s",\n  "%s" },\n' "$type" "$hex"
done
