/* SPDX-License-Identifier: MIT
 *
 * qmp.h - the little of QEMU's monitor that a lab needs.
 */
#ifndef VM370_LAB_QMP_H
#define VM370_LAB_QMP_H

#include <stdint.h>

/* Greet a QEMU that has just been started on the socket fd, and wait until it
 * runs: at most ms milliseconds.  -1 with errno (ECONNRESET: it ended). */
int qmp_open(int fd, int ms);

/* The port of the host that QEMU forwards to `port` of the lab, or 0. */
uint16_t qmp_forwarded(int fd, uint16_t port, int ms);

/* The same from the text of "info usernet"; apart, so that it is tested. */
uint16_t qmp_parse_usernet(const char *text, uint16_t port);

/* After QEMU's end: did its guest ask for a reset?  A kernel's panic does. */
int qmp_was_reset(int fd);

#endif
