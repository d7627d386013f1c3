/* SPDX-License-Identifier: MIT
 *
 * cert.c - PEM files to a server's context and back.
 *
 * The key is read into libcrypto's locked heap and wiped when its context is
 * freed.  An encrypted key is refused: nobody is there to type its password.
 */
#include "cert.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#define CERT_FILE_MAX (1u << 20)
#define CERT_DAYS 3650
#define CERT_CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES"
#define CERT_STEPS 16 /* of a handshake with oneself */

/* --- why not --- */

/* "WHAT: why" with libcrypto's last reason, or errno's when it has none. */
static void
cert_why(char why[CERT_WHY_MAX], const char *what)
{
	int saved = errno;
	unsigned long error = ERR_peek_last_error();
	const char *reason = error != 0 ? ERR_reason_error_string(error) :
	    NULL;

	if (error != 0 && ERR_SYSTEM_ERROR(error))
		reason = strerror(ERR_GET_REASON(error));
	else if (error == 0)
		reason = strerror(saved);
	snprintf(why, CERT_WHY_MAX, "%s: %s", what, reason != NULL ? reason :
	    "error");
	ERR_clear_error();
}

/* --- files --- */

/* The file's bytes, in memory that is wiped when it is freed. */
static BIO *
cert_read(const char *path, bool secret, char why[CERT_WHY_MAX])
{
	BIO *bio = BIO_new(secret ? BIO_s_secmem() : BIO_s_mem());
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char buf[4096];
	struct stat st;
	size_t total = 0;
	ssize_t n = -1;

	if (fd >= 0 && bio != NULL && fstat(fd, &st) == 0) {
		if (secret && (st.st_mode & (S_IROTH | S_IWOTH)) != 0) {
			snprintf(why, CERT_WHY_MAX,
			    "%s: anybody may read it; chmod 600", path);
			close(fd);
			BIO_free(bio);
			return NULL;
		}
		while (total < CERT_FILE_MAX &&
		    (n = read(fd, buf, sizeof buf)) > 0 &&
		    BIO_write(bio, buf, (int)n) == n)
			total += (size_t)n;
	}
	if (n != 0) {
		if (total >= CERT_FILE_MAX)
			errno = EFBIG;
		snprintf(why, CERT_WHY_MAX, "%s: %s", path, strerror(errno));
		BIO_free(bio);
		bio = NULL;
	}
	OPENSSL_cleanse(buf, sizeof buf);
	if (fd >= 0)
		close(fd);
	return bio;
}

/* A new file with these bytes, on disk when this returns. */
static bool
cert_write(const char *path, BIO *bio)
{
	char temp[4096];
	char *bytes;
	long n = BIO_get_mem_data(bio, &bytes);
	int fd;

	if ((size_t)snprintf(temp, sizeof temp, "%s.new", path) >=
	    sizeof temp)
		return false;
	unlink(temp);
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	if (write(fd, bytes, (size_t)n) != n || fsync(fd) < 0 ||
	    rename(temp, path) < 0) {
		close(fd);
		unlink(temp);
		return false;
	}
	close(fd);
	return true;
}

bool
cert_missing(const char *cert, const char *key)
{
	return access(cert, F_OK) < 0 && errno == ENOENT &&
	    access(key, F_OK) < 0 && errno == ENOENT;
}

/* --- made --- */

/* May a client check it as a name of DNS? */
static bool
cert_is_dns(const char *name)
{
	for (const char *s = name; *s != '\0'; s++)
		if (!isalnum((unsigned char)*s) &&
		    (*s != '-' || s == name || s[1] == '\0'))
			return false;
	return name[0] != '\0';
}

static bool
cert_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;
	bool added;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	added = ext != NULL && X509_add_ext(x, ext, -1) == 1;
	X509_EXTENSION_free(ext);
	return added;
}

static bool
cert_extensions(X509 *x, const char *name)
{
	char names[128];
	int n = 0;

	if (cert_is_dns(name))
		n = snprintf(names, sizeof names, "DNS:%s,", name);
	for (int i = 0; i < n; i++)
		if (i > 3)
			names[i] = (char)tolower((unsigned char)names[i]);
	snprintf(names + n, sizeof names - (size_t)n, "%s",
	    "DNS:localhost,IP:127.0.0.1,IP:::1");
	return cert_extension(x, NID_basic_constraints, "critical,CA:FALSE") &&
	    cert_extension(x, NID_key_usage, "critical,digitalSignature") &&
	    cert_extension(x, NID_ext_key_usage, "serverAuth") &&
	    cert_extension(x, NID_subject_key_identifier, "hash") &&
	    cert_extension(x, NID_subject_alt_name, names);
}

/* A number that no other certificate of this name has. */
static bool
cert_serial(X509 *x)
{
	unsigned char bytes[16];
	BIGNUM *bn;
	bool set;

	if (RAND_bytes(bytes, sizeof bytes) != 1)
		return false;
	bytes[0] &= 0x7F;
	bn = BN_bin2bn(bytes, sizeof bytes, NULL);
	set = bn != NULL &&
	    BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(x)) != NULL;
	BN_free(bn);
	return set;
}

/* From yesterday: a client's clock may be behind ours. */
static X509 *
cert_sign(EVP_PKEY *pkey, const char *name)
{
	X509 *x = X509_new();
	X509_NAME *subject = x != NULL ? X509_get_subject_name(x) : NULL;

	if (x != NULL && X509_set_version(x, X509_VERSION_3) == 1 &&
	    cert_serial(x) && X509_NAME_add_entry_by_txt(subject, "CN",
	    MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0) == 1 &&
	    X509_set_issuer_name(x, subject) == 1 &&
	    X509_time_adj_ex(X509_getm_notBefore(x), -1, 0, NULL) != NULL &&
	    X509_time_adj_ex(X509_getm_notAfter(x), CERT_DAYS, 0, NULL) !=
	    NULL && X509_set_pubkey(x, pkey) == 1 &&
	    cert_extensions(x, name) && X509_sign(x, pkey, EVP_sha256()) > 0)
		return x;
	X509_free(x);
	return NULL;
}

/* The key first: a certificate that is there has one. */
static bool
cert_store(const char *cert, const char *key, X509 *x, EVP_PKEY *pkey)
{
	BIO *c = BIO_new(BIO_s_mem()), *k = BIO_new(BIO_s_secmem());
	bool stored = c != NULL && k != NULL &&
	    PEM_write_bio_PrivateKey(k, pkey, NULL, NULL, 0, NULL, NULL) == 1 &&
	    PEM_write_bio_X509(c, x) == 1 &&
	    cert_write(key, k) && cert_write(cert, c);

	BIO_free(c);
	BIO_free(k);
	return stored;
}

/* The folder that a file is to be in. */
static bool
cert_folder(const char *path)
{
	char dir[4096];
	char *slash;

	if ((size_t)snprintf(dir, sizeof dir, "%s", path) >= sizeof dir ||
	    (slash = strrchr(dir, '/')) == NULL)
		return false;
	*slash = '\0';
	return mkdir(dir, 0700) == 0 || errno == EEXIST;
}

bool
cert_make(const char *cert, const char *key, const char *name,
    char why[CERT_WHY_MAX])
{
	EVP_PKEY *pkey;
	X509 *x;
	bool made;

	if (access(cert, F_OK) == 0)
		return true;
	errno = 0;
	pkey = EVP_EC_gen("P-256");
	x = pkey != NULL ? cert_sign(pkey, name) : NULL;
	made = x != NULL && cert_folder(cert) &&
	    cert_store(cert, key, x, pkey);
	if (!made)
		cert_why(why, cert);
	X509_free(x);
	EVP_PKEY_free(pkey);
	return made;
}

/* --- told --- */

static void
cert_time(const ASN1_TIME *time, char text[32])
{
	struct tm tm = { 0 };

	ASN1_TIME_to_tm(time, &tm);
	snprintf(text, 32, "%04d-%02d-%02d %02d:%02d:%02d",
	    (tm.tm_year + 1900) % 10000, (tm.tm_mon + 1) % 100,
	    tm.tm_mday % 100, tm.tm_hour % 100, tm.tm_min % 100,
	    tm.tm_sec % 100);
}

/* One name that it is for, behind those before it; printable ones only. */
static void
cert_add_name(struct cert_text *text, const GENERAL_NAME *name)
{
	size_t at = strlen(text->names);
	char buf[INET6_ADDRSTRLEN];
	const unsigned char *s;
	int type, n;
	const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);

	s = ASN1_STRING_get0_data(value);
	n = ASN1_STRING_length(value);
	if (type == GEN_IPADD && (n == 4 || n == 16)) {
		inet_ntop(n == 4 ? AF_INET : AF_INET6, s, buf, sizeof buf);
		snprintf(text->names + at, sizeof text->names - at, "%s%s",
		    at > 0 ? " " : "", buf);
	} else if (type == GEN_DNS) {
		for (int i = 0; i < n; i++)
			if (!isgraph(s[i]))
				return;
		snprintf(text->names + at, sizeof text->names - at, "%s%.*s",
		    at > 0 ? " " : "", n, (const char *)s);
	}
}

static void
cert_names(X509 *x, struct cert_text *text)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL,
	    NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
		cert_add_name(text, sk_GENERAL_NAME_value(names, i));
	GENERAL_NAMES_free(names);
}

static void
cert_describe(X509 *x, struct cert_text *text)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	*text = (struct cert_text){ 0 };
	X509_digest(x, EVP_sha256(), digest, &n);
	for (unsigned i = 0; i < n && 3 * i < sizeof text->fingerprint; i++)
		snprintf(text->fingerprint + 3 * i - (i > 0), 4, "%s%02X",
		    i > 0 ? ":" : "", digest[i]);
	X509_NAME_oneline(X509_get_subject_name(x), text->subject,
	    sizeof text->subject);
	cert_names(x, text);
	cert_time(X509_get0_notBefore(x), text->from);
	cert_time(X509_get0_notAfter(x), text->to);
}

bool
cert_tell(const char *cert, struct cert_text *text, char why[CERT_WHY_MAX])
{
	BIO *bio = cert_read(cert, false, why);
	X509 *x;

	if (bio == NULL)
		return false;
	x = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	if (x != NULL)
		cert_describe(x, text);
	else
		cert_why(why, cert);
	BIO_free(bio);
	X509_free(x);
	return x != NULL;
}

/* --- loaded --- */

static int
cert_no_password(char *buf, int size, int rw, void *arg)
{
	(void)buf;
	(void)size;
	(void)rw;
	(void)arg;
	return -1;
}

static bool
cert_use(SSL_CTX *ctx, const char *path, char why[CERT_WHY_MAX])
{
	BIO *bio = cert_read(path, false, why);
	X509 *x = NULL;
	bool used;

	if (bio == NULL)
		return false;
	x = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	used = x != NULL && SSL_CTX_use_certificate(ctx, x) == 1;
	X509_free(x);
	while (used && (x = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL)
		if (SSL_CTX_add0_chain_cert(ctx, x) != 1) {
			X509_free(x);
			used = false;
		}
	if (!used)
		cert_why(why, path);
	ERR_clear_error(); /* the end of the file is one */
	BIO_free(bio);
	return used;
}

static bool
cert_use_key(SSL_CTX *ctx, const char *path, char why[CERT_WHY_MAX])
{
	BIO *bio = cert_read(path, true, why);
	EVP_PKEY *pkey;
	bool used;

	if (bio == NULL)
		return false;
	pkey = PEM_read_bio_PrivateKey(bio, NULL, cert_no_password, NULL);
	used = pkey != NULL && SSL_CTX_use_PrivateKey(ctx, pkey) == 1 &&
	    SSL_CTX_check_private_key(ctx) == 1;
	if (pkey == NULL)
		snprintf(why, CERT_WHY_MAX, "%s: no key in PEM that needs no "
		    "password", path);
	else if (!used)
		cert_why(why, path);
	ERR_clear_error();
	EVP_PKEY_free(pkey);
	BIO_free(bio);
	return used;
}

static bool
cert_in_time(SSL_CTX *ctx, const char *path, struct cert_text *text,
    char why[CERT_WHY_MAX])
{
	X509 *x = SSL_CTX_get0_certificate(ctx);

	cert_describe(x, text);
	if (X509_cmp_current_time(X509_get0_notAfter(x)) < 0)
		snprintf(why, CERT_WHY_MAX, "%s: expired on %s", path,
		    text->to);
	else if (X509_cmp_current_time(X509_get0_notBefore(x)) > 0)
		snprintf(why, CERT_WHY_MAX, "%s: not valid before %s", path,
		    text->from);
	else
		return true;
	return false;
}

static SSL_CTX *
cert_context(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL || SSL_CTX_set_min_proto_version(ctx,
	    TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, CERT_CIPHERS) != 1) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	/* A terminal that breaks off without a word has ended all the same. */
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION |
	    SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF |
	    SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS |
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	return ctx;
}

/* Both sides of a handshake, a pipe between them. */
static bool
cert_shake(SSL *server, SSL *client)
{
	BIO *s, *c;

	if (BIO_new_bio_pair(&s, 0, &c, 0) != 1)
		return false;
	SSL_set_bio(server, s, s);
	SSL_set_bio(client, c, c);
	SSL_set_accept_state(server);
	SSL_set_connect_state(client);
	for (int i = 0; i < CERT_STEPS; i++) {
		int a = SSL_do_handshake(client), b = SSL_do_handshake(server);

		if (a == 1 && b == 1)
			return true;
	}
	return false;
}

static bool
cert_try(SSL_CTX *ctx, const char *path, char why[CERT_WHY_MAX])
{
	SSL_CTX *other = SSL_CTX_new(TLS_client_method());
	SSL *server = SSL_new(ctx);
	SSL *client = other != NULL ? SSL_new(other) : NULL;
	bool good = server != NULL && client != NULL &&
	    cert_shake(server, client);

	if (!good)
		cert_why(why, path);
	ERR_clear_error();
	SSL_free(server);
	SSL_free(client);
	SSL_CTX_free(other);
	return good;
}

SSL_CTX *
cert_load(const char *cert, const char *key, struct cert_text *text,
    char why[CERT_WHY_MAX])
{
	SSL_CTX *ctx = cert_context();

	if (ctx == NULL) {
		cert_why(why, "TLS");
		return NULL;
	}
	if (cert_use(ctx, cert, why) && cert_use_key(ctx, key, why) &&
	    cert_in_time(ctx, cert, text, why) && cert_try(ctx, cert, why))
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}
