/* SPDX-License-Identifier: MIT
 *
 * console.h - what vmcp's messages do to the machine's console, if it has one.
 */
#ifndef VM370_VTX_DEV_CONSOLE_H
#define VM370_VTX_DEV_CONSOLE_H

#include <stddef.h>
#include <stdint.h>

struct vm;

/* A line was typed.  Without a console, or with too much that the guest has
 * not read, it is dropped. */
void console_input(struct vm *vm, const char *text, size_t len);

/* vmcp takes n more lines. */
void console_credit(struct vm *vm, uint32_t n);

/* The attention key, of device vdev, or of the console for 0. */
void console_attention(struct vm *vm, uint32_t vdev);

#endif
