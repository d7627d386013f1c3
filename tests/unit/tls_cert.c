/* SPDX-License-Identifier: MIT
 *
 * tls_cert.c - certificates and keys: made, loaded, and each way in which
 * they can be of no use.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "cert.h"

static char dir[] = "/tmp/vm370_tls_XXXXXX";
static char cert[128], key[128], why[CERT_WHY_MAX];
static struct cert_text text;

static void
forget(void)
{
	char folder[128];

	unlink(cert);
	unlink(key);
	snprintf(folder, sizeof folder, "%s/tls", dir);
	rmdir(folder);
	memset(why, 0, sizeof why);
}

static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(cert, sizeof cert, "%s/tls/cert.pem", dir);
	snprintf(key, sizeof key, "%s/tls/key.pem", dir);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	forget();
	return rmdir(dir);
}

static SSL_CTX *
load(void)
{
	why[0] = '\0';
	return cert_load(cert, key, &text, why);
}

static void
refused(const char *expected)
{
	assert_null(load());
	if (strstr(why, expected) == NULL)
		fail_msg("said: %s; not: %s", why, expected);
}

static void
put(const char *path, const char *bytes)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(bytes, f);
	fclose(f);
	chmod(path, 0600);
}

/* A certificate for pkey, from and to so many seconds from now. */
static void
put_cert(EVP_PKEY *pkey, long from, long to)
{
	X509 *x = X509_new();
	FILE *f = fopen(cert, "w");

	assert_non_null(f);
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN",
	    MBSTRING_ASC, (const unsigned char *)"TEST", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_gmtime_adj(X509_getm_notBefore(x), from);
	X509_gmtime_adj(X509_getm_notAfter(x), to);
	X509_set_pubkey(x, pkey);
	assert_true(X509_sign(x, pkey, EVP_sha256()) > 0);
	PEM_write_X509(f, x);
	fclose(f);
	X509_free(x);
}

static void
put_key(EVP_PKEY *pkey, const char *password)
{
	FILE *f = fopen(key, "w");

	assert_non_null(f);
	PEM_write_PrivateKey(f, pkey, password != NULL ? EVP_aes_128_cbc() :
	    NULL, (const unsigned char *)password, password != NULL ?
	    (int)strlen(password) : 0, NULL, NULL);
	fclose(f);
	chmod(key, 0600);
}

static void
make(void)
{
	forget();
	assert_true(cert_missing(cert, key));
	assert_true(cert_make(cert, key, "VM370", why));
	assert_false(cert_missing(cert, key));
}

static void
made(void **state)
{
	char before[96];
	struct stat st;
	SSL_CTX *ctx;

	(void)state;
	make();
	ctx = load();
	assert_non_null(ctx);
	SSL_CTX_free(ctx);
	assert_int_equal(strlen(text.fingerprint), 95);
	assert_string_equal(text.subject, "/CN=VM370");
	assert_string_equal(text.names, "vm370 localhost 127.0.0.1 ::1");
	assert_int_equal(atoi(text.to), atoi(text.from) + 10);
	assert_int_equal(stat(key, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(cert, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	strcpy(before, text.fingerprint);
	assert_true(cert_make(cert, key, "OTHER", why));
	assert_true(cert_tell(cert, &text, why));
	assert_string_equal(text.fingerprint, before);
}

/* A name that is none of DNS is the subject all the same. */
static void
odd_name(void **state)
{
	SSL_CTX *ctx;

	(void)state;
	forget();
	assert_true(cert_make(cert, key, "VM$#@_", why));
	ctx = load();
	assert_non_null(ctx);
	SSL_CTX_free(ctx);
	assert_string_equal(text.subject, "/CN=VM$#@_");
	assert_string_equal(text.names, "localhost 127.0.0.1 ::1");
}

static void
not_there(void **state)
{
	(void)state;
	make();
	unlink(key);
	assert_false(cert_missing(cert, key));
	refused("key.pem: No such file");
	make();
	unlink(cert);
	refused("cert.pem: No such file");
	assert_false(cert_tell(cert, &text, why));
	/* Made of what is there: the key of nobody is replaced. */
	assert_true(cert_make(cert, key, "VM370", why));
	SSL_CTX_free(load());
	assert_string_equal(why, "");
}

static void
no_folder(void **state)
{
	char nowhere[160];

	(void)state;
	snprintf(nowhere, sizeof nowhere, "%s/none/tls/cert.pem", dir);
	assert_false(cert_make(nowhere, nowhere, "VM370", why));
	assert_non_null(strstr(why, "No such file"));
}

static void
garbage(void **state)
{
	(void)state;
	make();
	put(cert, "-----BEGIN CERTIFICATE-----\nAAAA\n");
	refused("cert.pem: ");
	make();
	put(key, "this is no key\n");
	refused("key.pem: no key");
	make();
	put(cert, "");
	refused("cert.pem: no start line");
}

static void
of_another(void **state)
{
	EVP_PKEY *other = EVP_EC_gen("P-256");

	(void)state;
	make();
	put_key(other, NULL);
	refused("key.pem: key values mismatch");
	EVP_PKEY_free(other);
}

static void
encrypted(void **state)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");

	(void)state;
	make();
	put_cert(pkey, -60, 3600);
	put_key(pkey, "secret");
	refused("key.pem: no key in PEM that needs no password");
	EVP_PKEY_free(pkey);
}

static void
for_all_to_read(void **state)
{
	(void)state;
	make();
	chmod(key, 0644);
	refused("anybody may read it");
	chmod(key, 0640); /* a group that certificates have */
	SSL_CTX_free(load());
	assert_string_equal(why, "");
}

static void
not_now(void **state)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");

	(void)state;
	make();
	put_key(pkey, NULL);
	put_cert(pkey, -7200, -3600);
	refused("cert.pem: expired on 20");
	put_cert(pkey, 3600, 7200);
	refused("cert.pem: not valid before 20");
	EVP_PKEY_free(pkey);
}

/* One that somebody else signed is of any kind: RSA, with its chain. */
static void
rsa_and_chain(void **state)
{
	EVP_PKEY *pkey = EVP_RSA_gen(2048);
	STACK_OF(X509) *chain = NULL;
	char two[16384];
	size_t n;
	FILE *f;
	SSL_CTX *ctx;

	(void)state;
	make();
	put_key(pkey, NULL);
	put_cert(pkey, -60, 3600);
	f = fopen(cert, "r");
	n = fread(two, 1, sizeof two / 2 - 1, f);
	fclose(f);
	memcpy(two + n, two, n);
	two[2 * n] = '\0';
	put(cert, two);
	ctx = load();
	assert_non_null(ctx);
	SSL_CTX_get0_chain_certs(ctx, &chain);
	assert_int_equal(sk_X509_num(chain), 1);
	SSL_CTX_free(ctx);
	EVP_PKEY_free(pkey);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made),
		cmocka_unit_test(odd_name),
		cmocka_unit_test(not_there),
		cmocka_unit_test(no_folder),
		cmocka_unit_test(garbage),
		cmocka_unit_test(of_another),
		cmocka_unit_test(encrypted),
		cmocka_unit_test(for_all_to_read),
		cmocka_unit_test(not_now),
		cmocka_unit_test(rsa_and_chain),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
