/* SPDX-License-Identifier: MIT
 *
 * save.c - the file of a saved machine:
 *
 *   header | sections | numbers of the pages | gap | pages | checksum
 *
 * A section is a struct save_section and its bytes.  Pages that are all zero
 * are left out; those that are there lie on page boundaries, so that a later
 * reader can map them.  A file is written once and then only read.
 */
#include "save.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checksum.h"
#include "diagnose.h"
#include "subchan.h"

#define SAVE_VERSION 6
#define SAVE_ROUND(n, to) (((n) + (to) - 1) / (to) * (to))

static const char save_magic[8] = { 'V', 'M', '3', '7', '0', 'S', 'A', 'V' };

struct save_header {
	char magic[8];
	uint32_t version;
	uint32_t sections;
	uint64_t build; /* of the contracts in include/ */
	uint64_t model; /* of the processor */
	uint64_t storage;
	uint32_t mode;
	uint32_t cpus;
	uint64_t index_at; /* page numbers, u32 each, ascending */
	uint64_t pages_at;
	uint64_t pages;
};

enum save_kind { SAVE_MACHINE = 1, SAVE_CPU, SAVE_DEVICE };

struct save_section {
	uint32_t kind; /* enum save_kind */
	uint32_t id;   /* of the CPU, or vdev */
	uint32_t type; /* enum device_type */
	uint32_t len;
};

/* Sequential access to the file, with the sum of what went by. */
struct save_file {
	int fd;
	uint64_t at, sum;
	int error;
};

static void
save_file_put(struct save_file *f, const void *bytes, size_t len)
{
	const char *p = bytes;

	f->sum = checksum_add(f->sum, bytes, len);
	while (len > 0 && f->error == 0) {
		ssize_t n = pwrite(f->fd, p, len, (off_t)f->at);

		if (n < 0) {
			f->error = errno == EINTR ? 0 : errno;
			continue;
		}
		p += n;
		len -= (size_t)n;
		f->at += (uint64_t)n;
	}
}

static void
save_file_get(struct save_file *f, void *bytes, size_t len)
{
	char *p = bytes;
	size_t left = len;

	while (left > 0 && f->error == 0) {
		ssize_t n = pread(f->fd, p, left, (off_t)f->at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			f->error = n < 0 ? errno : EPROTO;
			break;
		}
		p += n;
		left -= (size_t)n;
		f->at += (uint64_t)n;
	}
	if (f->error != 0)
		memset(bytes, 0, len);
	f->sum = checksum_add(f->sum, bytes, len);
}

/* --- the sections' contents --- */

void
save_cpu(struct vcpu *v, struct section *s)
{
	uint8_t state[KVM_STATE_MAX];
	size_t len = kvm_cpu_save(&v->kvm, state);

	section_put_u8(s, v->lost);
	section_put_u8(s, v->wait == WAIT_INTERRUPT);
	section_put_u32(s, (uint32_t)len);
	section_put(s, state, len);
	if (len == 0)
		s->bad = true;
}

int
save_load_cpu(struct vcpu *v, struct section *s)
{
	uint8_t state[KVM_STATE_MAX];
	bool lost = section_get_u8(s) != 0;
	bool waits = section_get_u8(s) != 0;
	uint32_t len = section_get_u32(s);

	if (len > sizeof state)
		return -1;
	section_get(s, state, len);
	if (!section_whole(s) || kvm_cpu_load(&v->kvm, state, len) < 0)
		return -1;
	pthread_mutex_lock(&v->vm->lock);
	v->lost = lost;
	v->wait = waits ? WAIT_INTERRUPT : WAIT_NONE;
	pthread_mutex_unlock(&v->vm->lock);
	return 0;
}

static void
save_device(struct device *d, struct section *s)
{
	channel_save(d, s);
	d->ops->save(d, s);
}

static int
load_device(struct device *d, struct section *s)
{
	if (channel_load(d, s) < 0 || d->ops->load(d, s) < 0 ||
	    !section_whole(s))
		return -1;
	/* What it waited for is asked again: a console read shows as one. */
	channel_ready(d);
	return 0;
}

/* --- writing --- */

static void
save_put_section(struct save_file *f, struct save_section head,
    const struct section *s)
{
	static const uint8_t zeros[8];

	if (s->bad) {
		f->error = EIO;
		return;
	}
	head.len = (uint32_t)s->len;
	save_file_put(f, &head, sizeof head);
	save_file_put(f, s->bytes, s->len);
	save_file_put(f, zeros, SAVE_ROUND(s->len, 8) - s->len);
}

static void
save_put_sections(struct vm *vm, struct save_file *f, struct section *s)
{
	machine_save(vm, s);
	save_put_section(f, (struct save_section){ .kind = SAVE_MACHINE }, s);
	for (unsigned i = 0; i < vm->ncpus; i++) {
		*s = (struct section){ .bytes = s->bytes };
		save_cpu(&vm->cpu[i], s);
		save_put_section(f, (struct save_section){ .kind = SAVE_CPU,
		    .id = i }, s);
	}
	for (unsigned i = 0; i < vm->ndevices; i++) {
		struct device *d = vm->device[i];

		*s = (struct section){ .bytes = s->bytes };
		save_device(d, s);
		save_put_section(f, (struct save_section){ .kind = SAVE_DEVICE,
		    .id = d->vdev, .type = (uint32_t)d->ops->type }, s);
	}
}

static bool
save_page_is_zero(const uint64_t page[MEM_PAGE / 8])
{
	for (size_t i = 0; i < MEM_PAGE / 8; i++)
		if (page[i] != 0)
			return false;
	return true;
}

uint32_t *
save_find_pages(const struct vm *vm, uint64_t *count)
{
	uint64_t pages = vm->mem.size / MEM_PAGE;
	uint64_t page[MEM_PAGE / 8];
	uint32_t *list = malloc((pages + 1) * sizeof *list);

	*count = 0;
	for (uint64_t i = 0; list != NULL && i < pages; i++) {
		mem_read(&vm->mem, GPA(i * MEM_PAGE), page, sizeof page);
		if (!save_page_is_zero(page))
			list[(*count)++] = (uint32_t)i;
	}
	return list;
}

static void
save_put_pages(const struct vm *vm, struct save_file *f, uint32_t *list,
    uint64_t count, uint64_t pages_at)
{
	static const uint8_t zeros[MEM_PAGE];
	uint8_t page[MEM_PAGE];

	list[count] = 0;
	save_file_put(f, list, SAVE_ROUND(count * sizeof *list, 8));
	save_file_put(f, zeros, pages_at - f->at);
	for (uint64_t i = 0; i < count; i++) {
		mem_read(&vm->mem, GPA((uint64_t)list[i] * MEM_PAGE), page,
		    sizeof page);
		save_file_put(f, page, sizeof page);
	}
}

/* The header says where things lie, so it is written when they do. */
static void
save_put_header(struct vm *vm, struct save_file *f, struct save_header *h)
{
	uint64_t end = f->at;

	memcpy(h->magic, save_magic, sizeof h->magic);
	h->version = SAVE_VERSION;
	h->sections = 1 + vm->ncpus + vm->ndevices;
	h->build = VM370_BUILD_ID;
	h->model = vm->kvm.model;
	h->storage = vm->mem.size;
	h->mode = vm->config.mode;
	h->cpus = vm->ncpus;
	f->at = 0;
	save_file_put(f, h, sizeof *h);
	f->at = end;
	save_file_put(f, &(uint64_t){ f->sum }, sizeof f->sum);
}

int
save_write(struct vm *vm, int fd)
{
	struct save_file f = { .fd = fd, .at = sizeof(struct save_header),
		.sum = CHECKSUM_START };
	struct save_header h = { 0 };
	struct section s = { .bytes = malloc(SECTION_MAX) };
	uint32_t *list;

	if (vm->ipl.device != NULL) {
		free(s.bytes);
		return EBUSY;
	}
	for (unsigned i = 0; i < vm->ncpus; i++)
		diag_settle(&vm->cpu[i], 0);
	list = save_find_pages(vm, &h.pages);
	if (list == NULL || s.bytes == NULL) {
		free(list);
		free(s.bytes);
		return ENOMEM;
	}
	save_put_sections(vm, &f, &s);
	h.index_at = f.at;
	h.pages_at = SAVE_ROUND(h.index_at + SAVE_ROUND(h.pages *
	    sizeof *list, 8), MEM_PAGE);
	save_put_pages(vm, &f, list, h.pages, h.pages_at);
	save_put_header(vm, &f, &h);
	free(list);
	free(s.bytes);
	if (f.error == 0 && fsync(fd) < 0)
		f.error = errno;
	return f.error;
}

/* --- reading --- */

static int
save_check_header(const struct vm *vm, const struct save_header *h)
{
	uint64_t pages = vm->mem.size / MEM_PAGE;

	if (memcmp(h->magic, save_magic, sizeof h->magic) != 0 ||
	    h->version != SAVE_VERSION || h->build != VM370_BUILD_ID)
		return EPROTO;
	if (h->model != vm->kvm.model || h->storage != vm->mem.size ||
	    h->mode != vm->config.mode || h->cpus != vm->ncpus ||
	    h->sections != 1 + vm->ncpus + vm->ndevices)
		return ENODEV;
	if (h->pages > pages || h->index_at < sizeof *h ||
	    h->pages_at % MEM_PAGE != 0 || h->pages_at < h->index_at +
	    SAVE_ROUND(h->pages * sizeof(uint32_t), 8) ||
	    h->pages_at - h->index_at > (pages + 2048) * sizeof(uint32_t))
		return EPROTO;
	return 0;
}

/* Give one section to whom it belongs.  apply: or only see whether anybody
 * is there. */
static int
save_give_section(struct vm *vm, const struct save_section *head,
    struct section *s, bool apply)
{
	struct device *d;

	switch (head->kind) {
	case SAVE_MACHINE:
		return apply && machine_load(vm, s) < 0 ? EPROTO : 0;
	case SAVE_CPU:
		if (head->id >= vm->ncpus)
			return ENODEV;
		return apply && save_load_cpu(&vm->cpu[head->id], s) < 0 ?
		    EPROTO : 0;
	case SAVE_DEVICE:
		d = machine_device(vm, head->id);
		if (d == NULL || (uint32_t)d->ops->type != head->type)
			return ENODEV;
		return apply && load_device(d, s) < 0 ? ENODEV : 0;
	default:
		return EPROTO;
	}
}

static int
save_get_sections(struct vm *vm, struct save_file *f, uint32_t count,
    uint8_t *bytes, bool apply)
{
	for (uint32_t i = 0; i < count; i++) {
		struct save_section head;
		struct section s = { .bytes = bytes };
		uint8_t pad[8];
		int error;

		save_file_get(f, &head, sizeof head);
		if (f->error == 0 && head.len > SECTION_MAX)
			f->error = EPROTO;
		if (f->error != 0)
			return f->error;
		s.len = head.len;
		save_file_get(f, bytes, s.len);
		save_file_get(f, pad, SAVE_ROUND(s.len, 8) - s.len);
		if (f->error != 0)
			return f->error;
		error = save_give_section(vm, &head, &s, apply);
		if (error != 0)
			return error;
	}
	return 0;
}

/* The page numbers, in order and inside storage; NULL with *error. */
static uint32_t *
save_get_index(const struct vm *vm, struct save_file *f,
    const struct save_header *h, int *error)
{
	size_t len = SAVE_ROUND(h->pages * sizeof(uint32_t), 8);
	uint32_t *list = malloc(len + sizeof *list);

	*error = list == NULL ? ENOMEM : 0;
	if (list == NULL)
		return NULL;
	save_file_get(f, list, len);
	*error = f->error;
	for (uint64_t i = 0; i < h->pages && *error == 0; i++)
		if (list[i] >= vm->mem.size / MEM_PAGE ||
		    (i > 0 && list[i] <= list[i - 1]))
			*error = EPROTO;
	if (*error == 0)
		return list;
	free(list);
	return NULL;
}

static int
save_get_pages(struct vm *vm, struct save_file *f,
    const struct save_header *h, bool apply)
{
	uint8_t page[MEM_PAGE];
	uint64_t gap;
	uint32_t *list;
	int error;

	if (f->at != h->index_at)
		return EPROTO;
	list = save_get_index(vm, f, h, &error);
	if (list == NULL)
		return error;
	gap = h->pages_at - f->at;
	if (gap < MEM_PAGE)
		save_file_get(f, page, gap);
	else
		f->error = EPROTO;
	for (uint64_t i = 0; i < h->pages && f->error == 0; i++) {
		save_file_get(f, page, sizeof page);
		if (apply)
			mem_write(&vm->mem, GPA((uint64_t)list[i] * MEM_PAGE),
			    page, sizeof page);
	}
	free(list);
	return f->error;
}

/* Once over the whole file: to look, then to load. */
static int
save_pass(struct vm *vm, int fd, uint8_t *bytes, bool apply)
{
	struct save_file f = { .fd = fd, .sum = CHECKSUM_START };
	struct save_header h;
	uint64_t sum, stored;
	int error;

	save_file_get(&f, &h, sizeof h);
	if (f.error != 0)
		return f.error;
	error = save_check_header(vm, &h);
	f.sum = CHECKSUM_START;
	if (error == 0)
		error = save_get_sections(vm, &f, h.sections, bytes, apply);
	if (error == 0)
		error = save_get_pages(vm, &f, &h, apply);
	if (error != 0)
		return error;
	sum = checksum_add(f.sum, &h, sizeof h);
	save_file_get(&f, &stored, sizeof stored);
	if (f.error != 0)
		return f.error;
	return sum == stored ? 0 : EPROTO;
}

int
save_read(struct vm *vm, int fd)
{
	uint8_t *bytes = malloc(SECTION_MAX);
	int error;

	if (bytes == NULL)
		return ENOMEM;
	error = save_pass(vm, fd, bytes, false);
	if (error == 0) {
		machine_reset(vm, true);
		error = save_pass(vm, fd, bytes, true);
		if (error != 0)
			machine_reset(vm, true);
	}
	free(bytes);
	return error;
}
