#!/bin/bash
# SPDX-License-Identifier: MIT
#
# kernel.sh - make ready the Linux kernel that a lab boots.
#
# Prints the folder that holds it: vmlinux, modules/*.ko, and for each kind of
# lab the modules in the order in which they are loaded (order.amd-v,
# order.vt-x).  Debian's cloud kernel is downloaded and unpacked, never
# installed.  Nothing is done when it is there already.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin # depmod, modprobe: a user's shell may not look there

cache=${XDG_CACHE_HOME:-$HOME/.cache}/vm370
kernel=$cache/kernel
fail()
{
	echo "kernel.sh: $*" >&2
	exit 1
}

if [ -s "$kernel/vmlinux" ]; then
	echo "$kernel"
	exit 0
fi

mkdir -p "$cache" 2>/dev/null || fail "$cache cannot be made"
work=$(mktemp -d "$cache/new.XXXXXX") || fail "$cache cannot be written"
trap 'rm -rf "$work"' EXIT

pkg=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null |
    awk '/Depends:/ { print $2; exit }')
[ -n "$pkg" ] || fail "apt knows no linux-image-cloud-amd64: run apt-get update"
echo "Downloading $pkg, the kernel that the lab boots" >&2
(cd "$work" && apt-get download "$pkg" >apt.log 2>&1) ||
    fail "$pkg cannot be downloaded (no network?):" \
	"$(grep -m 1 '^E:' "$work/apt.log")"
dpkg -x "$work/$pkg"_*.deb "$work/root"
version=${pkg#linux-image-}
depmod -b "$work/root" "$version"

# modules_for KIND MODULE...: copy what they need, in load order.
modules_for()
{
	local kind=$1 module path name

	shift
	mkdir -p "$work/kernel/modules"
	: >"$work/order"
	for module; do
		modprobe -d "$work/root" -S "$version" --show-depends \
		    "$module" | awk '$1 == "insmod" { print $2 }' >>"$work/order"
	done
	awk '!seen[$0]++' "$work/order" | while read -r path; do
		name=${path##*/}
		cp "$path" "$work/kernel/modules/$name"
		echo "$name"
	done >"$work/kernel/order.$kind"
}

modules_for amd-v virtio_pci virtio_net virtiofs kvm-amd
modules_for vt-x kvm-intel

# The kernel proper is compressed inside of bzImage; unpacked it boots faster.
image=$work/root/boot/vmlinuz-$version
field()
{
	od -An -v -j "$1" -N "$2" -t "u$2" "$image" | tr -d ' '
}
start=$((($(field $((0x1f1)) 1) + 1) * 512 + $(field $((0x248)) 4)))
length=$(field $((0x24c)) 4)
tail -c +$((start + 1)) "$image" | head -c "$length" >"$work/payload" || :
case $(od -An -N 4 -t x1 "$work/payload" | tr -d ' ') in
02214c18) unpack="lz4 -dc" ;;
28b52ffd) unpack="zstd -dc" ;;
fd377a58) unpack="xz -dc" ;;
1f8b*) unpack="gzip -dc" ;;
*) fail "$pkg is compressed in an unknown way" ;;
esac
# Four bytes (its size) follow the data: the unpacker complains about them.
$unpack <"$work/payload" >"$work/kernel/vmlinux" 2>/dev/null || :
[ "$(od -An -N 4 -c "$work/kernel/vmlinux" | tr -d ' ')" = '177ELF' ] ||
    fail "$pkg cannot be unpacked"
echo "$version" >"$work/kernel/version"
chmod -R u=rwX,go=rX "$work/kernel"

# Two may do this at once: the second finds the first's work.
mv -T "$work/kernel" "$kernel" 2>/dev/null || [ -s "$kernel/vmlinux" ] ||
    fail "$kernel cannot be made"
echo "$kernel"
