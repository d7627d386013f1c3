/* SPDX-License-Identifier: MIT
 *
 * cms_fake_ur.h - punch, printer and reader for the programs that are tried
 * with cms_fake.h, and CP, which is only written down.
 */
#ifndef CMS_FAKE_UR_H
#define CMS_FAKE_UR_H

#include "cms_fake.h"
#include "spool.h"

#define UR_ROOM 65536

struct fake_ur {
	unsigned char out[UR_ROOM]; /* punched or printed */
	size_t out_len;
	int out_error;
	unsigned char in[UR_ROOM]; /* in the reader */
	size_t in_len, in_at;
	size_t in_bad; /* reading from there on: EIO */
	size_t in_closed; /* somebody closes it there: another comes */
	uint8_t in_device;
	int in_none;
	char cp[1024];
	char at_end[65]; /* what CP is told when the program has ended */
	int cp_rc;
};

static struct fake_ur *ur;

static int
ur_setup(void **state)
{
	ur = mmap(NULL, sizeof *ur, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(ur, MAP_FAILED);
	ur->in_device = SPOOL_ON_PUN;
	ur->in_bad = ur->in_closed = UR_ROOM;
	return fake_setup(state);
}

static int
ur_teardown(void **state)
{
	munmap(ur, sizeof *ur);
	return fake_teardown(state);
}

/* --- libcms --- */

long
cms_cp(const char *command, char *reply, size_t size, int *rc)
{
	size_t n = strlen(ur->cp);

	snprintf(ur->cp + n, sizeof ur->cp - n, "%s\n", command);
	if (reply != NULL && size > 0)
		reply[0] = '\0';
	*rc = ur->cp_rc;
	return 0;
}

int
cms_at_end(const char *commands)
{
	snprintf(ur->at_end, sizeof ur->at_end, "%s", commands);
	return 0;
}

int
cms_disk(char mode, struct cms_disk *disk)
{
	*disk = (struct cms_disk){ .mode = mode, .volume = "CMS191" };
	return 0;
}

static int
ur_write(uint16_t vdev, uint16_t is, const void *records, size_t size,
    size_t *done)
{
	if (vdev != is)
		return fake_error(ENXIO);
	if (ur->out_error != 0)
		return fake_error(ur->out_error);
	assert_true(ur->out_len + size <= UR_ROOM);
	memcpy(ur->out + ur->out_len, records, size);
	ur->out_len += size;
	if (done != NULL)
		*done = 0;
	return 0;
}

int
cms_punch(uint16_t vdev, const void *records, size_t size, size_t *done)
{
	return ur_write(vdev, CMS_PUNCH, records, size, done);
}

int
cms_print(uint16_t vdev, const void *records, size_t size, size_t *done)
{
	return ur_write(vdev, CMS_PRINTER, records, size, done);
}

static size_t
ur_length(const unsigned char *at)
{
	return 2 + ((size_t)at[0] | (size_t)at[1] << 8);
}

/* A few at a time. */
long
cms_cards(uint16_t vdev, void *records, size_t size)
{
	size_t n = 0;

	if (vdev != CMS_READER)
		return fake_error(ENXIO);
	if (ur->in_none)
		return fake_error(ENODATA);
	if (ur->in_at >= ur->in_bad)
		return fake_error(EIO);
	for (int i = 0; i < 3 && ur->in_at + n < ur->in_len; i++) {
		size_t len = ur_length(ur->in + ur->in_at + n);

		if (n + len > size)
			break;
		n += len;
	}
	memcpy(records, ur->in + ur->in_at, n);
	ur->in_at += n;
	return (long)n;
}

int
cms_cards_again(uint16_t vdev)
{
	(void)vdev;
	ur->in_at = 0;
	return 0;
}

/* Number 8, or the one behind it. */
int
cms_spooled(uint16_t vdev, unsigned after, int how, struct spool_file *file)
{
	if (vdev != CMS_READER || after != 0 || how != CMS_SPOOLED_AT_HAND ||
	    ur->in_none)
		return fake_error(ENODATA);
	*file = (struct spool_file){
		.id = 80 + (ur->in_at > ur->in_closed),
		.spoolid = 8 + (ur->in_at > ur->in_closed),
		.active = 1,
		.device = ur->in_device,
	};
	for (size_t at = 0; at < ur->in_len; at += ur_length(ur->in + at)) {
		file->records++;
		file->bytes += ur_length(ur->in + at) - 2;
	}
	return 0;
}

/* --- for the tests --- */

/* A record for the reader, padded with blanks to `pad`. */
static inline void
ur_add(const char *text, size_t len, size_t pad)
{
	size_t n = len > pad ? len : pad;
	unsigned char *at = ur->in + ur->in_len;

	assert_true(ur->in_len + 2 + n <= UR_ROOM);
	at[0] = (unsigned char)n;
	at[1] = (unsigned char)(n >> 8);
	memset(at + 2, ' ', n);
	memcpy(at + 2, text, len);
	ur->in_len += 2 + n;
}

static inline void
ur_card(const char *text, size_t pad)
{
	ur_add(text, strlen(text), pad);
}

/* What was punched is in the reader. */
static inline void
ur_back(void)
{
	memcpy(ur->in, ur->out, ur->out_len);
	ur->in_len = ur->out_len;
	ur->in_at = 0;
}

/* What has been written, a line each record; a line's command in hexadecimal
 * first. */
static inline void
ur_wrote(int lines, const char *text)
{
	char all[UR_ROOM];
	size_t n = 0;

	for (size_t at = 0; at < ur->out_len; at += ur_length(ur->out + at)) {
		const unsigned char *r = ur->out + at + 2;
		size_t len = ur_length(ur->out + at) - 2;

		if (lines) {
			n += (size_t)sprintf(all + n, "%02X ", *r++);
			len--;
		}
		memcpy(all + n, r, len);
		n += len;
		all[n++] = '\n';
	}
	all[n] = '\0';
	assert_string_equal(all, text);
	ur->out_len = 0;
}

static inline void
ur_told_cp(const char *text)
{
	size_t n = strlen(ur->cp);

	if (ur->at_end[0] != '\0')
		snprintf(ur->cp + n, sizeof ur->cp - n, "%s\n", ur->at_end);
	ur->at_end[0] = '\0';
	assert_string_equal(ur->cp, text);
	ur->cp[0] = '\0';
}

#define UR_TEST(name) cmocka_unit_test_setup_teardown(name, ur_setup, \
    ur_teardown)

#endif
