/* SPDX-License-Identifier: MIT
 *
 * vtx_savesys.c - the file of a saved system that somebody made up, with sums
 * that are right: refused, or mapped inside storage.  No processor is there to
 * take its state, so that it never runs.
 */
#include <stddef.h>
#include <stdint.h>

#include "../unit/vtx_machine.h"
#include "checksum.h"
#include "savesys.h"
#include "saved.h"

#define SIZE (256u << 10)
#define FILE_MAX (64u << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the header must say before anything else of it is looked at; the
 * file's length by its pages. */
static size_t
fuzz_seal(uint8_t *file)
{
	struct saved_header *h = (void *)file;
	struct checksum sum = CHECKSUM_PAGES;

	memcpy(h->magic, SAVED_MAGIC, sizeof h->magic);
	h->format = SAVED_FORMAT;
	h->build = VM370_BUILD_ID;
	h->model = 0;
	h->mode = VM_MODE_370;
	h->storage %= SIZE + 1;
	h->processor %= 256;
	h->runs %= SAVED_RUNS_MAX + 1;
	h->pages %= FILE_MAX / 4096;
	h->pages_at = 4096;
	h->state_sum = checksum_add(CHECKSUM_START, file + sizeof *h,
	    h->processor + h->runs * sizeof(struct saved_run));
	checksum_pages(&sum, file + 4096, h->pages * 4096);
	h->pages_sum = checksum_end(&sum);
	h->sum = checksum_add(CHECKSUM_START, h,
	    offsetof(struct saved_header, sum));
	return 4096 + h->pages * 4096;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static _Alignas(4096) uint8_t file[FILE_MAX];
	static struct fake f;
	struct ipc_vm_ipl msg = { 0 };
	size_t whole;
	int fd;

	if (size < sizeof(struct saved_header) || size > sizeof file)
		return 0;
	memset(file, 0, sizeof file);
	memcpy(file, data, size);
	whole = fuzz_seal(file);
	if ((data[8] & 1) != 0) /* else cut, or too long */
		size = whole;
	fd = memfd_create("system", MFD_CLOEXEC);
	fake_open(&f, SIZE);
	if (write(fd, file, size) == (ssize_t)size &&
	    savesys_ipl(&f.vm, fd, &msg) == 0)
		abort(); /* nobody could take its processor */
	close(fd);
	fake_drain(&f);
	fake_close(&f);
	return 0;
}
