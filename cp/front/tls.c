/* SPDX-License-Identifier: MIT
 *
 * tls.c - vm370 tls: the certificate, whether the system that runs uses it,
 * and what clients type.
 */
#include "tls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"
#include "engine.h"
#include "home.h"
#include "host.h"

#define TLS_SHA "SHA-256     " /* how vmtls begins its line */

/* --- vmtls --- */

static void
tls_exec(const struct front *front, const struct config *config, int out)
{
	const char *cert = config->tls.cert, *key = config->tls.key;
	char program[PATH_MAX], c[PATH_MAX], k[PATH_MAX];

	if (front_program("vmtls", program, sizeof program) &&
	    front_path(front, cert[0] != '\0' ? cert : "tls/cert.pem", c,
	    sizeof c) &&
	    front_path(front, key[0] != '\0' ? key : "tls/key.pem", k,
	    sizeof k) && dup2(out, STDOUT_FILENO) >= 0)
		execl(program, program, "--show", c, k, (char *)NULL);
	_exit(127);
}

static size_t
tls_read(int fd, char *buf, size_t size)
{
	size_t got = 0;
	ssize_t n;

	while (got < size - 1 && (n = read(fd, buf + got, size - 1 - got)) > 0)
		got += (size_t)n;
	buf[got] = '\0';
	return got;
}

int
tls_look(const struct front *front, const struct config *config,
    char shown[TLS_SHOWN_MAX])
{
	int out[2], status = 0;
	pid_t pid;

	if (config->tls.off) {
		strcpy(shown, "SYSTEM CONFIG says TLS OFF\n");
		return 1;
	}
	if (pipe(out) < 0)
		return front_fail("pipe: %s", strerror(errno));
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		tls_exec(front, config, out[1]);
	close(out[1]);
	tls_read(out[0], shown, TLS_SHOWN_MAX);
	close(out[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) <= 1)
		return WEXITSTATUS(status);
	strcpy(shown, "vmtls cannot be run\n");
	return 1;
}

void
tls_fingerprint(const char *shown, char *buf, size_t size)
{
	size_t n = sizeof TLS_SHA - 1;

	buf[0] = '\0';
	if (strncmp(shown, TLS_SHA, n) == 0)
		snprintf(buf, size, "%.*s", (int)strcspn(shown + n, "\n"),
		    shown + n);
}

/* --- a system that runs --- */

/* vmcp's answer: its line in text, to be freed. */
static int
tls_ask(const struct front *front, bool again, char **text)
{
	size_t size = 0;
	FILE *out;
	int rc;

	*text = NULL;
	out = open_memstream(text, &size);
	if (out == NULL) {
		front_fail("%s", strerror(errno));
		return HOST_NO_ANSWER;
	}
	rc = host_tls(front, again, out);
	fclose(out);
	(*text)[strcspn(*text, "\n")] = '\0';
	return rc;
}

static int
tls_reload(const struct front *front)
{
	char *text;
	int rc = tls_ask(front, true, &text);

	if (rc == 0)
		printf("Terminals that come now are shown the certificate "
		    "with SHA-256\n%s\n", text);
	else if (rc != HOST_NO_ANSWER)
		front_fail("not read: %s", text);
	free(text);
	return rc != 0;
}

/* Which it uses, beside the one that was shown. */
static int
tls_running(const struct front *front, const char *shown)
{
	char *text;
	int rc = tls_ask(front, false, &text);

	if (rc != 0 && rc != HOST_NO_ANSWER)
		printf("In use      no: %s\n", text);
	else if (rc == 0 && strcmp(text, shown) == 0)
		printf("In use      yes\n");
	else if (rc == 0)
		printf("In use      no; it is\n            %s\n            "
		    "vm370 tls reload puts the one above into use\n", text);
	free(text);
	return rc != 0;
}

/* The words of the command again, inside. */
static int
tls_inside(const struct front *front, const char *word, const char *operand)
{
	char w[16], o[128];
	char *argv[] = { (char[]){ "tls" }, w, o };
	int status;
	pid_t pid;

	snprintf(w, sizeof w, "%s", word);
	snprintf(o, sizeof o, "%s", operand);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(engine_exec_inside(front, o[0] != '\0' ? 3 : 2, argv));
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* --- the command --- */

void
tls_host(const char *address, char *buf, size_t size)
{
	if (strcmp(address, "0.0.0.0") == 0)
		address = "127.0.0.1";
	else if (strcmp(address, "::") == 0)
		address = "::1";
	snprintf(buf, size, strchr(address, ':') != NULL ? "[%s]" : "%s",
	    address);
}

static void
tls_clients(const struct front *front, const struct config *config,
    const struct home_state *state)
{
	char host[64], name[64] = "localhost";
	int port = state->port != 0 ? state->port : FRONT_PORT;

	tls_host(state->address, host, sizeof host);
	if (strcmp(host, "127.0.0.1") != 0 && strcmp(host, "[::1]") != 0)
		snprintf(name, sizeof name, "%s", host);
	printf("Clients     c3270 L:Y:%s:%d\n", host, port);
	if (config->tls.starttls)
		printf("            c3270 Y:%s:%d   (encrypts by STARTTLS)\n",
		    host, port);
	printf("            openssl s_client -quiet -connect %s:%d\n", host,
	    port);
	printf("            Y: trusts whatever comes; to be sure compare the "
	    "fingerprint, or\n            c3270 -cafile %s/%s L:%s:%d\n",
	    front->home, config->tls.cert[0] != '\0' ? config->tls.cert :
	    "tls/cert.pem", name, port);
}

static int
tls_show(const struct front *front)
{
	struct home_state state = { .address = "127.0.0.1" };
	bool runs = home_running(front, &state) && state.port != 0;
	char path[PATH_MAX], shown[TLS_SHOWN_MAX], sha[128], why[256];
	struct config *config;
	struct dir_error err;
	int rc;

	if (!front_path(front, "system.config", path, sizeof path))
		return 1;
	config = config_load(path, front->home, &err);
	if (config == NULL) {
		dir_error_print(&err, why, sizeof why);
		return front_fail("%s", why);
	}
	if (state.address[0] == '\0')
		snprintf(state.address, sizeof state.address, "%s",
		    config->listen[0] != '\0' ? config->listen : "127.0.0.1");
	rc = tls_look(front, config, shown);
	tls_fingerprint(shown, sha, sizeof sha);
	fputs(shown, stdout);
	if (sha[0] == '\0' && !config->tls.off && config->tls.cert[0] == '\0' &&
	    !runs)
		printf("The next start makes a certificate where there is "
		    "none.\n");
	if (runs && strcmp(state.engine, "lab") == 0)
		tls_inside(front, "running", sha);
	else if (runs)
		tls_running(front, sha);
	if (rc == 0)
		tls_clients(front, config, &state);
	config_free(config);
	return rc;
}

int
tls_command(struct front *front, int argc, char *argv[])
{
	bool reload = argc == 2 && strcmp(argv[1], "reload") == 0;
	struct home_state state;

	if (front->inside && argc > 1 && strcmp(argv[1], "running") == 0)
		return tls_running(front, argc > 2 ? argv[2] : "");
	if (argc == 1)
		return tls_show(front);
	if (!reload)
		return front_fail("usage: vm370 tls [reload]");
	if (!front->inside) {
		if (!home_must_run(front, &state))
			return 1;
		if (strcmp(state.engine, "lab") == 0)
			return tls_inside(front, "reload", "");
	}
	return tls_reload(front);
}
