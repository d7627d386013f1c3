/* SPDX-License-Identifier: MIT
 *
 * console.h - the user's console: lines in, text out, and HX.
 */
#ifndef CMS_CONSOLE_H
#define CMS_CONSOLE_H

#include <stddef.h>

#include "channel.h"
#include "stack.h"

/* -1: there is no console. */
int console_init(void);

/*
 * Text of any form, in pieces of any size: each newline ends a line.  It is
 * sure to be shown after console_show(), which many lines share: CMS calls it
 * before it waits, before a program runs and before CP is asked.  What
 * follows the last newline is then a prompt.
 */
void console_text(const char *text, size_t len);
void console_show(void);

/* One line, in print.h's format, on a line of its own. */
void console_line(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/*
 * The next line: from the program stack, else one typed ahead, else waited
 * for.  Its length (at most CON_LINE_MAX; not terminated), or -1 when the
 * program that asks is to be halted, or -2 when the console is gone.
 */
#define CONSOLE_HALTED -1
#define CONSOLE_GONE -2
int console_read(char line[CON_LINE_MAX]);

/* Is there a line that needs no waiting? */
int console_waiting(void);

/*
 * Before DIAGNOSE 58 writes the screen: lines are out, none is read.  When it
 * has, the screen is the program's until a line is written or read.
 * console_attention: has a key been pressed since it was asked last?  With
 * wait it is waited for: 0 is then that the program is to be halted.
 * console_is_typing: a read of a line was started meanwhile.
 * console_type: the user wants to type a line, which is kept.
 */
void console_still(void);
void console_screen(void);
int console_is_screen(void);
int console_is_typing(void);
int console_attention(int wait);
void console_type(void);

/* Look at what the user has typed meanwhile.  Called wherever a program may
 * be interrupted. */
void console_poll(void);

/* Wait until something is done, or the running program is to be halted. */
void console_wait(const volatile int *done);

/* Has the user asked for the running program's end?  Asking does not take
 * the request away. */
int console_halted(void);

/* A program begins (1) or has ended (-1): HX is for programs. */
void console_program(int change);

struct stack *console_stack(void);

/* Lines typed ahead are forgotten. */
void console_clear_typed(void);

/* The nucleus's last words, when nothing else can be relied on. */
void console_panic(const char *text, size_t len);

#endif
