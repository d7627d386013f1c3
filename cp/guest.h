/* SPDX-License-Identifier: MIT
 *
 * guest.h - vmcp's end of a vmguest: start it, ask it, believe little of it.
 *
 * A vmguest that says what it may not, or does not answer, is killed: its
 * user reads DMKDSP450W, and nobody else notices.
 */
#ifndef VM370_CP_GUEST_H
#define VM370_CP_GUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "guestask.h"
#include "ipc.h"

struct cp;
struct guest;
struct request;
struct saved_header;
struct vdev;
struct vmblok;

/* The user's vmguest, started if there is none.  NULL: *why says why. */
struct guest *guest_need(struct vmblok *vm, const char **why);

/* End the process, free what is its.  Pending requests are answered. */
void guest_kill(struct vmblok *vm);

pid_t guest_pid(const struct guest *g);

/* Orders.  The machine's state follows at once in vm->running. */
void guest_ipl(struct vmblok *vm, vdev_t vdev, unsigned flags,
    const char *parm);
void guest_begin(struct vmblok *vm, const uint64_t *addr);
void guest_stop(struct vmblok *vm);
void guest_reset(struct vmblok *vm, enum ipc_vm_reset how);
void guest_attention(struct vmblok *vm);
void guest_external(struct vmblok *vm, unsigned code);

/* Attention: a CP command that the machine gave ends as soon as it can. */
void guest_interrupt(struct vmblok *vm);

/* A typed line.  false: it has enough unread; try when it reads again. */
bool guest_input(struct vmblok *vm, const char *text, size_t len);

/* n lines of output are out. */
void guest_credit(struct vmblok *vm, unsigned n);

/* Questions are guestask.h's. */
struct guestask *guest_asks(struct vmblok *vm);

/* A saved system was started: only then is what the machine waited for before
 * gone. */
void guest_started(struct vmblok *vm, const struct saved_header *h,
    unsigned flags);

/* A device that the machine, if there is one, has from now on, and one that
 * has another address. */
void guest_attach(struct vmblok *vm, const struct vdev *d);
void guest_renumber(struct vmblok *vm, vdev_t from, vdev_t to);

/* The machine lets go of a device; fn is called when it has, or has died.
 * -1: too many questions at once. */
int guest_detach(struct vmblok *vm, vdev_t vdev, struct request *rq,
    guestask_fn *fn);

/* An order about a device (VM_UR, VM_UR_STATUS, VM_SPOOL); a machine that is
 * not there is told when it is made. */
void guest_order(struct vmblok *vm, enum ipc_type type, const void *payload,
    size_t len, int fd);

/* Of a display (fullscreen.c). */
void guest_full(struct vmblok *vm, struct ipc_full *in, const char *text,
    size_t len);

/* false: so much waits for the machine that no terminal may add to it. */
bool guest_room(const struct vmblok *vm);

/* vmspool is back: channels for the machines. */
void guest_spool(struct cp *cp);

/* Stand still whatever CP orders, or go on; does it? */
void guest_hold(struct vmblok *vm, bool hold);
bool guest_still(const struct vmblok *vm);

/* SIGCHLD found this pid, not yet reaped: is it a guest's? */
bool guest_exited(struct cp *cp, pid_t pid);

#endif
