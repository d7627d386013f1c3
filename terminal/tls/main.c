/* SPDX-License-Identifier: MIT
 *
 * vmtls - encrypts for the terminals: the only program that has the key.
 *
 *   vmtls [--make NAME] CERT KEY   fd 2 the log, fd 3 the channel to vmcp
 *   vmtls --show CERT KEY          tell of them on standard output, and end
 *
 * The order is: read certificate and key, try them, shed privileges, load the
 * filter; only then does a stranger's byte come.  Clients' sockets and the
 * plain ends of their terminals come from vmcp.  When vmcp closes the channel
 * no more do, and this program ends with its last connection.
 */
#include <malloc.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "cert.h"
#include "ipcchan.h"
#include "log.h"
#include "loop.h"
#include "relay.h"
#include "sandbox.h"

#define MAIN_UID 65529	     /* when started by root; not vmterm's 65530 */
#define MAIN_CONNS 2048	     /* as many as vmcp has terminals */
#define MAIN_OTHER_FDS 32    /* beside two a connection */
#define MAIN_SECRET (1 << 16) /* bytes of locked memory for the key */
#define MAIN_FUTEX_WAKE 129  /* FUTEX_WAKE | FUTEX_PRIVATE_FLAG */

static const struct sandbox_rule main_rules[] = {
	SANDBOX(recvfrom, "clients' and vmterms' bytes"),
	SANDBOX(sendto, "clients' and vmterms' bytes"),
	SANDBOX_ARG(recvmsg, 0, IPCCHAN_FD,
	    "the channel to CP, and new descriptors by it"),
	SANDBOX_ARG(sendmsg, 0, IPCCHAN_FD, "the channel to CP"),
	SANDBOX(write, "the log"),
	SANDBOX_ARG(shutdown, 1, SHUT_WR, "one side hears the other's end"),
	SANDBOX(epoll_wait, "the event loop"),
	SANDBOX(epoll_pwait, "the event loop, as other libcs call it"),
	SANDBOX(epoll_ctl, "the event loop"),
	SANDBOX(close, "a connection's end"),
	SANDBOX(clock_gettime, "timers, where the vDSO has no clock"),
	SANDBOX(gettimeofday, "timers, where the vDSO has no clock"),
	SANDBOX(time, "libssl's tickets, where the vDSO has no clock"),
	SANDBOX(getrandom, "libcrypto's generator seeds itself again"),
	SANDBOX_ARG(futex, 1, MAIN_FUTEX_WAKE,
	    "pthread_once in libcrypto; nobody waits"),
	SANDBOX(brk, "malloc"),
	SANDBOX_ARG(mmap, 2, PROT_READ | PROT_WRITE, "malloc; never code"),
	SANDBOX(munmap, "malloc; the locked memory's end"),
	SANDBOX(mremap, "malloc"),
	SANDBOX(madvise, "malloc"),
	SANDBOX(getpid, "the log names us; libcrypto looks for a fork"),
	SANDBOX(restart_syscall, "waiting goes on after a stop"),
	SANDBOX(exit_group, "the end"),
};

struct main_state {
	struct event_base *base;
	struct loopchan cp;
	SSL_CTX *ctx;
	struct relay *relay;
	bool last; /* no more clients come */
};

/* --- what vmcp says, and hears --- */

static void
main_say(struct main_state *m, uint32_t id, enum ipc_tls_what what,
    const char *text)
{
	struct ipc_tls_state state = { .id = id, .what = what };

	loopchan_send_text(&m->cp, IPC_TLS_STATE, &state, sizeof state, text,
	    strlen(text), -1);
}

/* Of a connection. */
static void
main_state(void *arg, uint32_t id, enum ipc_tls_what what, const char *text)
{
	struct main_state *m = arg;

	if (!m->last)
		main_say(m, id, what, text);
	else if (relay_count(m->relay) == 0)
		event_base_loopbreak(m->base);
}

static void
main_message(struct loopchan *lc, const struct ipcchan_message *msg, void *arg)
{
	const struct ipc_tls_client *client;
	struct main_state *m = arg;

	(void)lc;
	if (msg == NULL) {
		loopchan_close(&m->cp);
		m->last = true;
		if (relay_count(m->relay) == 0)
			event_base_loopbreak(m->base);
		return;
	}
	if (msg->type == IPC_TLS_PLAIN) {
		relay_plain(m->relay,
		    ((const struct ipc_value *)msg->payload)->value, msg->fd);
		return;
	}
	client = msg->payload; /* TLS_CLIENT: the table has no other for us */
	relay_client(m->relay, client->id, msg->fd, client->text,
	    client->text_len);
}

/* --- the beginning --- */

/* Descriptors for all connections, or as many connections as descriptors. */
static unsigned
main_limit(void)
{
	struct rlimit files = { 2 * MAIN_CONNS + MAIN_OTHER_FDS,
		2 * MAIN_CONNS + MAIN_OTHER_FDS }, had;

	if (getrlimit(RLIMIT_NOFILE, &had) < 0)
		fatal("descriptors");
	if (had.rlim_max < files.rlim_max)
		files.rlim_cur = files.rlim_max = had.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		fatal("descriptors");
	if (files.rlim_cur <= MAIN_OTHER_FDS)
		fatalx("too few descriptors");
	return (unsigned)(files.rlim_cur - MAIN_OTHER_FDS) / 2;
}

static void
main_sandbox(void)
{
	if (sandbox_shed(MAIN_UID) < 0)
		fatal("cannot shed privileges");
	malloc_trim(0);
#ifdef VM370_NO_SANDBOX /* a sanitizer's run time needs more than these */
	(void)main_rules;
#else
	if (sandbox_enter(main_rules,
	    sizeof main_rules / sizeof main_rules[0]) < 0)
		fatal("cannot load the system call filter");
#endif
}

/* vmcp hears why there is no TLS; then this program ends. */
static int
main_refuse(struct main_state *m, const char *why)
{
	struct ipc_tls_state state = { .what = TLS_REFUSED };

	log_warnx("%s", why);
	ipcchan_send_text(&m->cp.ch, IPC_TLS_STATE, &state, sizeof state, why,
	    strlen(why), -1);
	return 1;
}

static int
main_serve(const char *make, const char *cert, const char *key)
{
	static struct main_state m;
	struct ipc_text ready = { 0 };
	struct cert_text text;
	char why[CERT_WHY_MAX] = "";
	unsigned max = main_limit();

	m.base = loop_new();
	if (m.base == NULL || loopchan_open(&m.cp, m.base, IPCCHAN_FD, IPC_TLS,
	    IPC_CP, main_message, &m) < 0)
		fatal("no channel");
	if (make != NULL && cert_missing(cert, key) &&
	    !cert_make(cert, key, make, why))
		return main_refuse(&m, why);
	m.ctx = cert_load(cert, key, &text, why);
	if (m.ctx == NULL)
		return main_refuse(&m, why);
	m.relay = relay_new(m.base, m.ctx, max, main_state, &m);
	if (m.relay == NULL)
		fatal("no memory");
	main_sandbox();
	loopchan_send_text(&m.cp, IPC_TLS_READY, &ready, sizeof ready,
	    text.fingerprint, strlen(text.fingerprint), -1);
	event_base_dispatch(m.base);
	relay_free(m.relay);
	SSL_CTX_free(m.ctx); /* wipes the key */
	return 0;
}

static int
main_show(const char *cert, const char *key)
{
	char why[CERT_WHY_MAX] = "";
	struct cert_text text;
	SSL_CTX *ctx;

	if (!cert_tell(cert, &text, why)) {
		printf("%s\n", why);
		return 1;
	}
	printf("SHA-256     %s\n", text.fingerprint);
	printf("Subject     %s\n", text.subject);
	printf("Names       %s\n", text.names);
	printf("Valid       %s to %s UTC\n", text.from, text.to);
	ctx = cert_load(cert, key, &text, why);
	if (ctx == NULL)
		printf("Of no use:  %s\n", why);
	SSL_CTX_free(ctx);
	return ctx == NULL;
}

int
main(int argc, char **argv)
{
	const char *make = NULL;
	bool show = argc == 4 && strcmp(argv[1], "--show") == 0;
	int rc;

	log_init("vmtls");
	signal(SIGPIPE, SIG_IGN);
	umask(077);
	tzset(); /* reads a file */
	/* Our own settings are the only ones: no file says others. */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
	    OPENSSL_INIT_NO_ATEXIT, NULL);
	CRYPTO_secure_malloc_init(MAIN_SECRET, 32);
	if (argc == 5 && strcmp(argv[1], "--make") == 0)
		make = argv[2];
	else if (!show && argc != 3)
		fatalx("usage: vmtls [--make NAME | --show] CERT KEY");
	rc = show ? main_show(argv[2], argv[3]) :
	    main_serve(make, argv[argc - 2], argv[argc - 1]);
	OPENSSL_cleanup(); /* wipes what libcrypto had, too */
	return rc;
}
