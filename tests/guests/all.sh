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
	if out=$(./rig -g ./vmguest -S ./vmspool -T "${GUEST_TIMEOUT:-60}" "$@" 2>&1); then
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

# talk NAME SCRIPT: what CMS says must be as the script has it.
talk() {
	case $only in
	"  ") ;;
	*" $1 "*) ;;
	*) return ;;
	esac
	if out=$(cms/cms_session -g ./vmguest -S ./vmspool -d cms/cms190test.img "$2" 2>&1)
	then
		echo "ok     $1"
		passed=$((passed + 1))
	else
		echo "FAILED $1"
		echo "$out" | sed 's/^/       /' | tail -n 70
		failed=$((failed + 1))
	fi
}

# Is this Linux's processor Bochs?  Its VMX never leaves a guest that loops
# disabled, not even for the host's own timer.
bochs() {
	grep -q '^flags.* vmx' /proc/cpuinfo &&
		! grep -q '^flags.* hypervisor' /proc/cpuinfo &&
		grep -q BOCHS /sys/firmware/acpi/tables/FACP 2>/dev/null
}

# Three cards of their numbers; disks of 64 blocks, zeros and numbered.
for digit in 1 2 3; do
	printf '%080d' 0 | tr 0 $digit
done >cards.data
: >none.data
dd if=/dev/zero of=zeros.data bs=512 count=64 2>/dev/null
block=0
while [ $block -lt 64 ]; do
	printf "\\$(printf %03o $block)"
	dd if=/dev/zero bs=511 count=1 2>/dev/null
	block=$((block + 1))
done >numbers.data

deck hello
check hello-disk -D 190=hello.disk ipl=190 rc=0
check hello-clear -r 00C=hello.deck ipl=00C,clear rc=0
check start -r 00C=start.deck ipl=00C,parm="HELLO WORLD" rc=0
check start-disk -D 190=start.disk ipl=190,parm="HELLO WORLD" rc=0
check start-large -s 3145728 -r 00C=start.deck \
	ipl=00C,clear,parm="HELLO WORLD" rc=0
check start-small -s 256 -r 00C=start.deck ipl=00C,parm="HELLO WORLD" rc=0
deck channel
deck console
deck full
screen="-r 00C=full.deck -r 01C=hello.deck"
answer="full=ANSWER 9"
check full-stop $screen ipl=00C,parm=WAIT asked=9 sleep=80 asked=9 stop \
	state=asked word=40000:0 begin running attention "$answer" rc=0
check full-stopped $screen ipl=00C,parm=WAIT asked=9 sleep=80 asked=9 stop \
	state=asked attention "$answer" sleep=50 word=40000:0 begin rc=0
check full-hold $screen ipl=00C,parm=WAIT asked=9 sleep=80 asked=9 hold=1 \
	held=1 attention "$answer" sleep=50 word=40000:0 hold=0 rc=0
check full-save $screen ipl=00C,parm=WAIT asked=9 sleep=80 asked=9 nosave=16 \
	attention "$answer" rc=0
check full-reset $screen ipl=00C,parm=WAIT asked=9 sleep=80 asked=9 reset \
	state=asked "$answer" sleep=50 word=40000:0 ipl=01C rc=0
check full-ipl $screen ipl=00C,parm=WAIT asked=9 sleep=80 asked=9 \
	ipl=00C,parm=WAIT sleep=200 attention "$answer" rc=0
check full-gone $screen ipl=00C,parm=GONE asked=9 detach=009 detached=009 rc=0
check full-kill $screen ipl=00C,parm=WAIT asked=9
deck display -3 020 -3 021
check display-console -3 9 -r 00C=display.deck ipl=00C,parm=CONSOLE rc=0
deck fba -d 200=zeros.data -D 201=numbers.data
deck blocks -d 200=zeros.data -D 201=numbers.data

# Files that are not what their disks should be, and a host that fails.
dd if=numbers.data of=short.data bs=512 count=8 2>/dev/null
dd if=numbers.data of=cut.data bs=4196 count=1 2>/dev/null
mkdir -p small
mount -t tmpfs -o size=16k small small
: >small/full.data
deck faults -F -d 200=zeros.data -d 202=short.data:64 -d 203=cut.data:64 \
	-d 204=small/full.data:64 -X 205=numbers.data
umount small
# A host that hangs, and what the user can do then.
hang="-F -r 00C=hang.deck -r 01C=hello.deck -d 200=zeros.data -D 201=numbers.data"
check hang $hang ipl=00C rc=0
for how in A4 A8; do
	check hang-stop-$how $hang ipl=00C,parm=$how hung stop state=asked \
		word=40000:0 begin running go rc=0
	check hang-stopped-$how $hang ipl=00C,parm=$how hung stop state=asked \
		go sleep=50 word=40000:5 begin rc=0
done
for how in A4 A8 250; do
	check hang-reset-$how $hang ipl=00C,parm=$how hung reset state=asked \
		word=FFC:0 ipl=01C,clear sleep=100 word=0:0 word=40000:0 go \
		rc=0 word=40000:0
	check hang-clear-$how $hang ipl=00C,parm=$how hung clear state=asked \
		begin=1000 sleep=50 go sleep=50 word=40000:0 ipl=00C \
		rc=0
	check hang-detach-$how $hang ipl=00C,parm=$how hung detach=201 \
		sleep=50 word=40000:0 go detached=201
	check hang-hold-$how $hang ipl=00C,parm=$how hung hold=1 sleep=50 \
		held=0 go held=1 word=40000:5 hold=0 rc=0
	check hang-kill-$how $hang ipl=00C,parm=$how hung
done
check hang-save $hang ipl=00C,parm=A8 hung nosave=16 go rc=0
check hang-read $hang ipl=00C,parm=READ say=1 sleep=50 nosave=16 stop \
	state=asked begin running detach=009 detached=009 rc=0
check hang-write $hang ipl=00C,parm=WRITE hung reset state=asked go sleep=50 \
	ipl=01C rc=0
deck reader -r 01C=cards.data -r 01D=none.data -R 01E
cards="-D 190=cards.disk -R 01C -p 00D -P 00E"
check cards $cards ipl=190 rc=0
check cards-reset $cards ipl=190,parm=HALF rc=0 state=disabled reset state=asked \
	ipl=190,parm=REST rc=0
deck timer
deck diag
spool="-D 190=spoolin.disk -D 191=hello.disk -R 01C -p 00D -P 00E"
check spoolin $spool ipl=190 rc=0
check spoolin-stop $spool ipl=190,parm=AWAY say=1 sleep=50 nosave=16 stop \
	state=asked word=40000:1 begin running spool=UP rc=0
check spoolin-stopped $spool ipl=190,parm=AWAY say=1 sleep=50 stop \
	state=asked spool=UP sleep=200 word=40010:77770050 begin rc=0
check spoolin-detach $spool ipl=190,parm=AWAY say=1 sleep=50 detach=01C \
	rc=101
check spoolin-reset $spool ipl=190,parm=AWAY say=1 sleep=50 clear \
	state=asked spool=UP sleep=200 word=40010:0 ipl=191 rc=0 word=40010:0
check spoolin-gone $spool ipl=190,parm=GONE rc=0
deck refused
deck ports
deck mmio
deck cpuid
deck wait
deck loop
if bochs; then
	echo "skip   spin: Bochs takes no interrupt while its guest has IF=0"
else
	deck spin
fi
deck save -s 512 -r 01C=cards.data -p 00D -D 201=numbers.data

# A saved system, in machines that are larger; and all that must not start,
# to a machine that goes on as if nothing had been asked.
system="-r 00C=saved.deck -D 190=numbers.data"
check saved $system ipl=00C rc=0 storage=2048 saved="A PARM 1" rc=0 \
	word=40088:0 saved="A PARM 1" rc=0 saved="A PARM 1" rc=0 \
	storage=65536 saved="A PARM 1" rc=0 state=disabled clear state=asked \
	word=FFFFC:0 saved="A PARM 1" rc=0 state=disabled ipl=00C,clear,stop \
	state=asked word=50008:0
check saved-refused $system ipl=00C,parm=REFUSED \
	sleep=200 forged=cut=0:1 forged=cut=1:1 forged=cut=119:1 \
	forged=cut=120:1 forged=cut=500:1 forged=cut=4096:1 \
	forged=cut=-4096:1 forged=cut=-1:1 forged=long=1:1 forged=long=4096:1 \
	forged=flip=0:1 forged=flip=8:2 forged=flip=12:1 forged=flip=16:1 \
	forged=flip=24:1 forged=flip=32:1 forged=flip=40:1 forged=flip=44:1 \
	forged=flip=48:1 forged=flip=52:1 forged=flip=56:1 forged=flip=64:1 \
	forged=flip=72:1 forged=flip=88:1 forged=flip=96:1 forged=flip=104:1 \
	forged=flip=112:1 forged=flip=120:1 forged=flip=1200:1 forged=flip=1400:1 \
	forged=flip=-1:1 forged=page=0:1 forged=page=5:1 forged=page=-1:1 \
	forged=magic:1 forged=format:2 forged=build:2 forged=model:3 \
	forged=mode:3 forged=storage:4 forged=small:1 forged=runs:1 \
	forged=norun:1 forged=pages:1 forged=processor:1 forged=at:1 \
	forged=order:1 forged=folder:5 external=40 rc=0
check saved-small $system ipl=00C rc=0 state=disabled storage=512 \
	forged=flip=4000:4 ipl=00C,stop state=asked

# How a machine ends, and that its vmguest is there for the next one.
check disabled -r 00C=disabled.deck ipl=00C state=disabled:DEAD0451 \
	begin rc=0
check triple -r 00C=triple.deck ipl=00C state=shutdown begin state=shutdown \
	ipl=00C state=shutdown reset state=asked
check again -r 00C=hello.deck -r 01C=triple.deck -r 02C=disabled.deck \
	ipl=01C state=shutdown ipl=00C rc=0 ipl=02C,clear \
	state=disabled:DEAD0451 ipl=00C rc=0 state=disabled \
	ipl=00C rc=0
check stopped -r 00C=hello.deck ipl=00C,stop state=asked begin rc=0
check system-reset -r 00C=hello.deck ipl=00C rc=0 state=disabled \
	reset state=asked word=0:1000 clear state=asked word=0:0 \
	ipl=00C rc=0

# IPL that fails, and why.
check ipl-no-device -r 00C=hello.deck ipl=190 state=nodevice:190 \
	ipl=00C rc=0
check ipl-no-deck -R 00C ipl=00C state=ioerror:C
check ipl-no-cards -r 00C=none.data ipl=00C state=ioerror:C
check ipl-spool -r 00C=hello.deck spool="NOTREADY 00C" ipl=00C \
	state=ioerror:C spool="READY 00C" spool="SPOOL 00C CONT" ipl=00C rc=0 \
	spool=KILL ipl=00C rc=0
check ipl-console ipl=009 state=ioerror:9
check ipl-display -3 020 full="SCREEN 020 24 80 7" ipl=020 state=ioerror:20
check ipl-cut -r 00C=cards.data ipl=00C state=ioerror:C
check ipl-version -r 00C=version.deck ipl=00C state=version:2
check ipl-entry -r 00C=entry.deck ipl=00C state=entry:FFFFFFF0
check ipl-flags -r 00C=flags.deck ipl=00C state=version:101
check ipl-endless -r 00C=endless.deck -r 01C=hello.deck ipl=00C sleep=20 \
	stop state=asked ipl=00C sleep=20 reset state=asked \
	ipl=00C sleep=20 ipl=01C rc=0

# CMS: a machine and a conversation each.
for script in cms/cms_*.session; do
	[ -e "$script" ] || continue
	name=${script#cms/}
	talk "${name%.session}" "$script"
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
