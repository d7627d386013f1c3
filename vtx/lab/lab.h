/* SPDX-License-Identifier: MIT
 *
 * lab.h - what the host's half of vmlab and the half inside agree on.
 */
#ifndef VM370_LAB_H
#define VM370_LAB_H

#define LAB_LINE_MAX 512
#define LAB_SERVICE_PORT 3270 /* vmcp's, in the lab */
#define LAB_AGENT_PORT 3271
#define LAB_READER_PORT 3272 /* vmcp's first card reader; the others follow */
#define LAB_READERS_MAX 16
#define LEASH_NO_EXEC 127 /* exit status of `vmlab leash`: no such program */
#define LAB_CONFIG "/lab/config"
#define LAB_PROGRAMS "/vm370/libexec/vm370"
#define LAB_PATH                                                          \
	"/vm370/bin:/vm370/libexec/vm370:/bin:/sbin:/usr/bin:/usr/sbin"

/* What the supervisor tells the agent: key=value lines in LAB_CONFIG. */
struct lab_config {
	int serve;		    /* run vmcp on the home */
	char token[LAB_LINE_MAX];   /* for the host's commands */
	char proxy[LAB_LINE_MAX];   /* for PROXY headers */
	char address[LAB_LINE_MAX]; /* where vmcp listens, */
	char outside[LAB_LINE_MAX]; /* and where the world comes in */
	int plain;		    /* vmcp's --plain */
	char readers[LAB_LINE_MAX]; /* vmcp's --readers */
	char zone[LAB_LINE_MAX];    /* TZ, or empty */
};

/* -1 with errno. */
int lab_config_read(const char *path, struct lab_config *c);

/* As text, in buf; its length. */
int lab_config_text(const struct lab_config *c, char *buf, int size);

/* vmlab's commands: argv[0] is the command's name. */
int agent_main(int argc, char *argv[]);
int exec_main(int argc, char *argv[]);
int leash_main(int argc, char *argv[]);
int pack_main(int argc, char *argv[]);
int run_main(int argc, char *argv[]);
int share_main(int argc, char *argv[]);
int start_main(int argc, char *argv[]);

#endif
