/* SPDX-License-Identifier: MIT
 *
 * edf_check.c - look at everything a disk has, and say in words what is
 * wrong.  Nothing is changed, and nothing that is wrong stops the rest.
 */
#include "edf_internal.h"

/* Blocks with the same thing wrong are told of together. */
struct trouble {
	const char *text;
	uint32_t first, last;
};

struct check {
	struct edf *edf;
	edf_complaint *say;
	void *arg;
	int count;
	struct edf_bits seen; /* blocks that belong to something */
	struct edf_tree *tree; /* that is looked at, */
	char what[24];	      /* of what: "NAME TYPE" */
	uint32_t data;	      /* blocks of it */
	struct trouble trouble;
};

/* --- words --- */

struct line {
	char text[120];
	size_t len;
};

static void
put(struct line *line, const char *text)
{
	while (*text != '\0' && line->len < sizeof line->text - 1)
		line->text[line->len++] = *text++;
	line->text[line->len] = '\0';
}

static void
put_number(struct line *line, uint64_t value)
{
	char digits[21];
	size_t i = sizeof digits - 1;

	digits[i] = '\0';
	do {
		digits[--i] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	put(line, digits + i);
}

static void
complain(struct check *c, const struct line *line)
{
	c->count++;
	c->say(c->arg, line->text);
}

/* "NAME TYPE: text" */
static void
about(struct check *c, const char *text)
{
	struct line line = { .len = 0 };

	put(&line, c->what);
	put(&line, ": ");
	put(&line, text);
	complain(c, &line);
}

/* "NAME TYPE: text A, not B" */
static void
differs(struct check *c, const char *text, uint64_t found, uint64_t expected)
{
	struct line line = { .len = 0 };

	put(&line, c->what);
	put(&line, ": ");
	put(&line, text);
	put(&line, " ");
	put_number(&line, found);
	put(&line, ", not ");
	put_number(&line, expected);
	complain(c, &line);
}

/* --- blocks --- */

static void
tell_trouble(struct check *c)
{
	const struct trouble *t = &c->trouble;
	struct line line = { .len = 0 };

	if (t->text == NULL)
		return;
	put(&line, c->what);
	put(&line, t->first == t->last ? ": block " : ": blocks ");
	put_number(&line, t->first);
	if (t->first != t->last) {
		put(&line, "-");
		put_number(&line, t->last);
	}
	put(&line, " ");
	put(&line, t->text);
	complain(c, &line);
	c->trouble.text = NULL;
}

static void
blame(struct check *c, uint32_t block, const char *text)
{
	struct trouble *t = &c->trouble;

	if (t->text == text && t->last + 1 == block) {
		t->last = block;
		return;
	}
	tell_trouble(c);
	*t = (struct trouble){ text, block, block };
}

static void
name(struct check *c, const char *what)
{
	size_t n = strlen(what);

	tell_trouble(c);
	if (n > sizeof c->what - 1)
		n = sizeof c->what - 1;
	memcpy(c->what, what, n);
	c->what[n] = '\0';
}

/* The last pointer of a pointer block of V is where the block says. */
static int
see_last(struct check *c, uint32_t level, uint64_t index)
{
	uint32_t is, should;
	int error = edf_tree_last(c->tree, level, index, &is, &should);

	if (error == 0 && is != should)
		differs(c, "the last pointer of a block is at", is, should);
	return error;
}

static int
see(void *arg, uint32_t level, uint64_t index, uint32_t block)
{
	struct check *c = arg;

	c->data += level == 0;
	/* The first block of the directory has been seen. */
	if (block < EDF_FIRST_FREE)
		return 0;
	if (edf_bits_test(&c->seen, block)) {
		blame(c, block, "also belongs to something else");
		return level > 0 ? EDF_DAMAGED : 0;
	}
	if (level > 0 && c->tree->size == EDF_POINTER_V) {
		int error = see_last(c, level, index);

		if (error != 0)
			return error;
	}
	return edf_bits_set(c->edf, &c->seen, block);
}

/* All blocks of a tree; what is damaged is told of here. */
static int
see_tree(struct check *c, struct edf_tree *tree)
{
	int error;

	c->data = 0;
	c->tree = tree;
	error = edf_tree_walk(tree, 0, see, c);
	tell_trouble(c);
	if (error == EDF_DAMAGED) {
		about(c, "its pointers make no sense");
		error = 1;
	}
	return error;
}

/* --- V files --- */

struct block_spot {
	uint64_t k;
	uint32_t high, disp;
};

static int
compare_spot(struct check *c, struct edf_file *file,
    const struct block_spot *b)
{
	struct edf_pointer p;
	struct edf_spot spot;
	int error = edf_tree_get(&file->tree, b->k, &p);

	if (error != 0)
		return error;
	if (file->tree.levels == 0)
		return 0;
	if (p.high != b->high)
		differs(c, "a pointer has highest record", p.high, b->high);
	if (p.disp != b->disp)
		differs(c, "a pointer has displacement", p.disp, b->disp);
	error = edf_tree_seek(&file->tree, b->high, 0, &spot);
	if (error == 0 && (spot.k > b->k || spot.pointer.high < b->high))
		about(c, "the pointers above do not lead to every record");
	return error;
}

/* The blocks that the record at hand has bytes in. */
static int
follow_record(struct check *c, struct edf_file *file, struct block_spot *b)
{
	const struct edf_position *p = &file->position;
	uint32_t size = c->edf->block_size;
	uint64_t end = p->at + EDF_HEADER + p->len, first = p->at / size;

	for (uint64_t k = first; k <= (end - 1) / size; k++) {
		if (k != b->k) {
			int error = compare_spot(c, file, b);

			if (error != 0)
				return error;
			*b = (struct block_spot){ k, 0, k == first ?
				EDF_SPANNED :
				edf_record_behind(file, k, end) };
		}
		if (k == first && b->disp == EDF_SPANNED)
			b->disp = (uint32_t)(p->at % size);
		b->high = p->record;
	}
	return 0;
}

static int
follow_records(struct check *c, struct edf_file *file)
{
	struct block_spot b = { 0, 0, EDF_SPANNED };
	int error = edf_record_seek(file, 1);

	while (error == 0) {
		error = follow_record(c, file, &b);
		if (error == 0)
			error = edf_record_next(file);
	}
	if (error == EDF_END)
		error = compare_spot(c, file, &b);
	if (error == 0)
		error = edf_record_end(file);
	return error;
}

/* Others look for the end of the last record there. */
static int
check_padding(struct check *c, struct edf_file *file)
{
	uint32_t size = c->edf->block_size;
	uint32_t used = (uint32_t)(file->end % size);
	const uint8_t *at;
	size_t len;
	int error;

	if (used == 0)
		return 0;
	error = edf_data_peek(file, file->end, size - used, &at, &len);
	for (uint32_t i = 0; error == 0 && i < size - used; i++)
		if (at[i] != 0) {
			about(c, "something lies behind its last record");
			break;
		}
	return error;
}

static int
check_records(struct check *c, const struct edf_stat *st)
{
	struct edf_stat opened = *st;
	struct edf_file *file;
	int error = edf_open(c->edf, EDF_READ, &opened, &file);

	if (error == 0) {
		if (st->records > 0)
			error = follow_records(c, file);
		if (error == 0)
			error = check_padding(c, file);
		edf_close(file);
	}
	if (error == EDF_DAMAGED) {
		about(c, "its records make no sense");
		error = 0;
	}
	return error;
}

/* --- files --- */

static void
name_file(struct check *c, const struct edf_stat *st)
{
	char text[2 * EDF_NAME + 2];
	size_t n = 0;

	for (int i = 0; i < EDF_NAME && st->name[i] != ' '; i++)
		text[n++] = st->name[i];
	text[n++] = ' ';
	for (int i = 0; i < EDF_NAME && st->type[i] != ' '; i++)
		text[n++] = st->type[i];
	text[n] = '\0';
	name(c, text);
}

static int
check_tree(struct check *c, const struct edf_fst *fst)
{
	int v = fst->st.recfm == 'V';
	struct edf_tree tree;
	int error;

	edf_tree_init(&tree, c->edf, v ? EDF_POINTER_V : EDF_POINTER_F);
	error = edf_tree_root(&tree, fst->fop, fst->levels,
	    edf_dir_count(c->edf, fst));
	if (error != 0) {
		about(c, "its origin pointer or levels make no sense");
		return 1;
	}
	error = see_tree(c, &tree);
	/* V: with those that are not there. */
	if (error == 0 && !v && c->data != fst->st.blocks)
		differs(c, "the directory counts data blocks",
		    fst->st.blocks, c->data);
	edf_tree_forget(&tree);
	return error;
}

static int
check_file(struct check *c, uint32_t slot)
{
	const uint8_t *at = c->edf->dir.fst + (size_t)slot * EDF_FST;
	struct edf_fst fst;
	int error = edf_fst_get(at, &fst);

	if (error != 0) {
		struct line line = { .len = 0 };

		put(&line, "directory entry ");
		put_number(&line, slot + 1);
		name(c, line.text);
		about(c, "makes no sense");
		return 0;
	}
	name_file(c, &fst.st);
	if (edf_fst_get_date(at, &fst.st.date) == -1)
		about(c, "its date makes no sense");
	if (edf_dir_find(c->edf, at) != at) {
		about(c, "is in the directory twice");
		return check_tree(c, &fst);
	}
	error = check_tree(c, &fst);
	if (error == 0 && fst.st.recfm == 'V')
		error = check_records(c, &fst.st);
	return error;
}

/* --- directory and map --- */

static int
check_own(struct check *c, const char *what, unsigned slot,
    struct edf_tree *tree, const struct edf_own *expected)
{
	const uint8_t *at = c->edf->dir.fst + slot * EDF_FST;
	struct edf_own own;
	int error;

	name(c, what);
	edf_fst_get_own(at, slot == 0 ? edf_fst_directory : edf_fst_map,
	    &own);
	if (own.lrecl != expected->lrecl)
		differs(c, "record length is", own.lrecl, expected->lrecl);
	if (own.records != expected->records)
		differs(c, "records are", own.records, expected->records);
	if (own.blocks != expected->blocks)
		differs(c, "blocks are", own.blocks, expected->blocks);
	error = see_tree(c, tree);
	if (error == 0 && c->data != expected->blocks)
		differs(c, "blocks found are", c->data, expected->blocks);
	return error;
}

static int
check_owns(struct check *c)
{
	struct edf *edf = c->edf;
	uint32_t leaves = edf_dir_leaves(edf, edf->dir.records);
	uint32_t pages = edf_map_leaves(edf);
	struct edf_own dir = { .lrecl = EDF_FST, .records = edf->dir.records,
		.blocks = leaves };
	struct edf_own map = { .lrecl = edf->block_size, .records = pages,
		.blocks = pages };
	int error = check_own(c, "directory", 0, &edf->dir_tree, &dir);

	if (error < 0)
		return error;
	for (size_t at = (size_t)dir.records * EDF_FST;
	    at % edf->block_size != 0; at++)
		if (edf->dir.fst[at] != 0) {
			about(c, "something lies behind its last entry");
			break;
		}
	return check_own(c, "map", 1, &edf->map_tree, &map);
}

/* Eight blocks as the map has them and as they have been seen. */
static void
compare_byte(struct check *c, uint32_t first, uint8_t map, uint8_t seen)
{
	for (unsigned i = 0; i < 8; i++) {
		int is = (map & 0x80 >> i) != 0;
		int should = (seen & 0x80 >> i) != 0;

		if (is != should)
			blame(c, first + i, is ?
			    "in use, but of no file: lost" :
			    "free, but in use");
	}
}

/* One page of the map, without what is behind the end of the disk. */
static int
compare_page(struct check *c, uint32_t n, uint32_t *used)
{
	struct edf *edf = c->edf;
	uint32_t left = (edf->blocks - n * edf->block_size * 8 + 7) / 8;
	const struct edf_chunk *chunk = NULL;
	struct edf_chunk *page;
	int error = edf_map_page(edf, n, &page);

	for (uint32_t i = 0; i < edf->block_size && i < left && error == 0;
	    i++) {
		uint32_t at = n * edf->block_size + i;
		uint8_t map = page->at[i], seen;

		if (at % EDF_CHUNK == 0)
			chunk = edf_bits_find(&c->seen, at / EDF_CHUNK);
		seen = chunk == NULL ? 0 : chunk->at[at % EDF_CHUNK];
		if (i == left - 1 && edf->blocks % 8 != 0)
			map &= (uint8_t)(0xFF00 >> edf->blocks % 8);
		*used += edf_bits_count(&map, 1);
		if (map != seen)
			compare_byte(c, at * 8 + 1, map, seen);
	}
	return error;
}

/* What of the label is for others only. */
static void
check_label(struct check *c)
{
	uint32_t fsts = edf_label_fsts(c->edf);
	struct edf_date date;

	name(c, "label");
	if (edf_label_created(c->edf, &date) == -1)
		about(c, "its date makes no sense");
	if (fsts != c->edf->block_size / EDF_FST)
		differs(c, "directory entries to a block are", fsts,
		    c->edf->block_size / EDF_FST);
}

static int
compare_map(struct check *c)
{
	uint32_t used = 0;
	int error = 0;

	name(c, "map");
	for (uint32_t n = 0; n < edf_map_leaves(c->edf) && error == 0; n++)
		error = compare_page(c, n, &used);
	if (error == EDF_DAMAGED) {
		about(c, "a part of it cannot be found");
		return 0;
	}
	name(c, "label");
	if (error == 0 && used != c->edf->used)
		differs(c, "blocks in use are", c->edf->used, used);
	return error;
}

static int
check_all(struct check *c)
{
	struct edf *edf = c->edf;
	int error = 0;

	check_label(c);
	for (uint32_t block = 1; block < EDF_FIRST_FREE && error == 0;
	    block++)
		error = edf_bits_set(edf, &c->seen, block);
	if (error == 0)
		error = check_owns(c);
	for (uint32_t i = 2; i < edf->dir.records && error >= 0; i++)
		error = check_file(c, i);
	tell_trouble(c);
	return error >= 0 ? compare_map(c) : error;
}

int
edf_check(const struct edf_device *dev, edf_complaint *say, void *arg)
{
	struct edf_device device = *dev;
	struct check c = { .say = say, .arg = arg, .seen.bytes = EDF_CHUNK };
	int error;

	device.read_only = 1;
	error = edf_mount(&device, &c.edf);
	if (error == EDF_DAMAGED) {
		say(arg, "the label or the directory makes no sense");
		return 1;
	}
	if (error != 0)
		return error;
	error = check_all(&c);
	tell_trouble(&c);
	edf_bits_free(c.edf, &c.seen);
	edf_unmount(c.edf);
	return error < 0 ? error : c.count;
}
