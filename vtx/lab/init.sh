#!/bin/busybox sh
# SPDX-License-Identifier: MIT
#
# init.sh - first process of a lab: file systems, modules, network; then the
# agent takes its place, or, without one, a single command is run.
#
# The kernel command line decides: lab.agent starts the agent, lab.home mounts
# the host's folder, lab.net brings the network up, lab.out=DEVICE is where a
# single command (/lab/cmd) has its output.
export PATH=/vm370/bin:/vm370/libexec/vm370:/bin:/sbin:/usr/bin:/usr/sbin
export HOME=/root

/bin/busybox mkdir -p /proc /sys /dev /tmp /run /root /etc /sbin /vm370/home
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc -o hidepid=invisible proc /proc # arguments may be secret
mount -t sysfs sysfs /sys
chmod 755 /
chmod 1777 /tmp # as all of this in memory, with the files that were carried
mkdir -p /dev/pts /dev/shm
mount -t devpts -o mode=620,ptmxmode=666 pts /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t cgroup2 cgroup /sys/fs/cgroup

say()
{
	echo "lab: $*" >/dev/console
}

for m in $(cat /lab/modules/order); do
	insmod "/lab/modules/$m" || say "module $m cannot be loaded"
done
[ -c /dev/kvm ] && chmod 666 /dev/kvm

ip link set lo up
args=" $(cat /proc/cmdline) "
case $args in
*" lab.net "*)
	ip addr add 10.0.2.15/24 dev eth0
	ip link set eth0 up
	;;
esac
case $args in
*" lab.home "*)
	mount -t virtiofs home /vm370/home || say "the home cannot be mounted"
	# A lab has sockets of its own: the host's run folder stays out of it.
	mkdir -p /run/vm370 /vm370/home/run
	mount --bind /run/vm370 /vm370/home/run
	;;
esac
case $args in
*" lab.agent "*)
	exec /vm370/libexec/vm370/vmlab agent
	;;
esac

out=${args##* lab.out=}
out=/dev/${out%% *}
stty -F "$out" -opost -echo
sh /lab/cmd </dev/null >"$out" 2>&1
say "rc=$?"
sync
poweroff -f
