/* SPDX-License-Identifier: MIT
 *
 * xedit_lines.c - any lines typed at the editor, with files to read and
 * write.  Storage ends at a bound, so that commands which copy without end
 * find one.
 */
#include <malloc.h>
#include <stdint.h>

#include "session.h"

#include "../unit/xedit_rig.h"

#define STORAGE (24u << 20)
#define STEPS 400

static size_t taken;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *at, size_t size);
void *__wrap_realloc(void *at, size_t size);
void __real_free(void *at);
void __wrap_free(void *at);

void *
__wrap_malloc(size_t size)
{
	void *at = taken + size <= STORAGE ? __real_malloc(size) : NULL;

	if (at != NULL)
		taken += malloc_usable_size(at);
	return at;
}

void *
__wrap_calloc(size_t count, size_t size)
{
	void *at = __real_calloc(count, size);

	if (at != NULL)
		taken += malloc_usable_size(at);
	return at;
}

void *
__wrap_realloc(void *at, size_t size)
{
	size_t had = at != NULL ? malloc_usable_size(at) : 0;
	void *to = taken + size <= STORAGE ? __real_realloc(at, size) : NULL;

	if (to != NULL)
		taken += malloc_usable_size(to) - had;
	return to;
}

void
__wrap_free(void *at)
{
	if (at != NULL)
		taken -= malloc_usable_size(at);
	__real_free(at);
}

static void
fuzz_file(struct rig *r, const char *id, char recfm, uint32_t lrecl,
    const char *text)
{
	struct rig_file *f = rig_make(r, id, recfm, lrecl);

	for (unsigned i = 0; i < 4; i++)
		rig_put(f, text, recfm == 'F' ? lrecl : strlen(text) - i);
}

/* What must be true at any time. */
static void
fuzz_check(struct rig *r)
{
	const struct session_settings *set = &r->x->set;
	const struct buffer *b = &r->x->buffer;

	if (b->current > b->lines + 1 || b->lines > b->room ||
	    b->gap > b->lines || r->x->next.len != 0)
		abort();
	if (set->trunc > set->lrecl || set->zone_right > set->trunc ||
	    set->zone_left > set->zone_right || set->zone_left == 0 ||
	    set->lrecl > XEDIT_LRECL_MAX)
		abort();
	for (size_t n = 1; n <= b->lines && n <= 100; n++)
		if (buffer_text(b, n).len > XEDIT_LRECL_MAX)
			abort();
	r->said_len = r->looked = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rig r;
	const char *at = (const char *)data, *end = at + size;
	int rc;

	memset(&r, 0, sizeof r);
	taken = 0;
	fuzz_file(&r, "TEST FILE A", 'V', 0, "alpha beta \xC3\xA9 gamma");
	fuzz_file(&r, "CARDS DECK A", 'F', 8, "card    ");
	fuzz_file(&r, "TEST FILE S", 'V', 0, "a file that is only read");
	if (rig_begin(&r, size > 0 && data[0] & 1 ? "test file" : "cards deck",
	    NULL) != 0)
		abort();
	for (unsigned i = 0; i < STEPS && at < end &&
	    !xedit_ended(r.x, &rc); i++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((newline != NULL ? newline : end) - at);

		xedit_line(r.x, (struct span){ at, n });
		fuzz_check(&r);
		at += n + 1;
	}
	rig_end(&r);
	if (taken != 0)
		abort();
	return 0;
}
