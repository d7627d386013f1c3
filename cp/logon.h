/* SPDX-License-Identifier: MIT
 *
 * logon.h - the dialogue at the logo, and how a user comes to his console.
 */
#ifndef VM370_CP_LOGON_H
#define VM370_CP_LOGON_H

#include <stdbool.h>

#include "cp.h"
#include "ipc.h"

struct dir_user;
struct logon;
struct request;
struct session;
struct term;
struct vmblok;

/* A session begins (again) at the logo.  -1: no memory. */
int logon_begin(struct session *s);
void logon_free(struct logon *lg);

/* May a typed line be taken now?  Not while a password is being checked. */
bool logon_ready(const struct session *s);
bool logon_hidden(const struct session *s);

/* Attention at the logo: no password after all. */
void logon_attention(struct session *s);

/* A line typed at the logo. */
void logon_line(struct session *s, const char *text, size_t len);

/* The LOGON command, when its words are right. */
void logon_ask(struct session *s, struct vm_name user, bool here, bool noipl,
    const char *password);

/* A user leaves his console; `by` is added to the line that says so. */
void logon_disconnect(struct vmblok *vm, const char *by);

/* "FILES: 002 RDR, NO  PRT, NO  PUN" */
void logon_print_files(const struct ipc_spool_counts *counts, char *line,
    size_t size);

/* The IPL command of a directory entry; 0: it has none. */
size_t logon_print_ipl(const struct dir_user *user, char *line, size_t size);

/* The system's owner sits down: the operator, without a password.  His console
 * is CP's, so no system is loaded for him. */
void logon_operator(struct term *t);

/* Log a user on with no terminal (AUTOLOG, XAUTOLOG), and IPL what his
 * directory entry says; 0 or -1 with errno as vmblok_new. */
int logon_auto(struct cp *cp, struct vm_name user, bool noipl);

#endif
