/* SPDX-License-Identifier: MIT
 *
 * edf_internal.h - what the files of the file system share.
 *
 *   edf_fst.c     EBCDIC, dates, directory entries
 *   edf_io.c      lists of blocks to and from the device
 *   edf_bits.c    sparse sets of blocks
 *   edf_map.c     which blocks are free
 *   edf_tree.c    pointer blocks
 *   edf_dir.c     the directory in storage
 *   edf_label.c   the label
 *   edf_mount.c   mount and refresh
 *   edf_format.c  a new disk, or one of another size
 *   edf_commit.c  making it real
 *   edf_data.c    a file's bytes
 *   edf_record.c  records
 *   edf_stream.c  the same as a stream
 *   edf_file.c    open and close
 *   edf_check.c   looking at everything
 *
 * A disk, in blocks counted from 1: 1 to 3 belong to IPL (the label is the
 * second sector of the disk whatever the block size), 4 and 5 are the two
 * homes of the directory's first block; what is free begins at 6.
 */
#ifndef CMS_EDF_INTERNAL_H
#define CMS_EDF_INTERNAL_H

#include "edf.h"
#include "str.h"

#define EDF_FIRST_FREE 6u
#define EDF_BLOCKS_MIN 8u
#define EDF_LABEL_AT 1u /* sector */
#define EDF_FST 64u
#define EDF_LEVELS_MAX 6u
#define EDF_SPANNED 0xFFFFFFFFu
#define EDF_HEADER 2u /* of a V record: its length */

/* --- numbers --- */

static inline uint32_t
edf_get16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

static inline uint32_t
edf_get32(const uint8_t *at)
{
	return edf_get16(at) << 16 | edf_get16(at + 2);
}

static inline uint64_t
edf_get64(const uint8_t *at)
{
	return (uint64_t)edf_get32(at) << 32 | edf_get32(at + 4);
}

static inline void
edf_put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline void
edf_put32(uint8_t *at, uint32_t value)
{
	edf_put16(at, value >> 16);
	edf_put16(at + 2, value);
}

static inline uint64_t
edf_ceil(uint64_t bytes, uint64_t unit)
{
	return bytes / unit + (bytes % unit != 0);
}

/* --- directory entries (edf_fst.c) --- */

/* What of a directory entry the file system needs. */
struct edf_fst {
	struct edf_stat st;
	uint32_t fop; /* file origin pointer: the top of the tree */
	uint8_t levels;
	uint16_t commit; /* which one wrote it, as far as 16 bits tell */
};

extern const uint8_t edf_fst_directory[16], edf_fst_map[16];

/* Name and type, 8 and 8: 0, or -1 when a character is none of a name's. */
int edf_fst_key(uint8_t key[16], const char *name, const char *type);
int edf_fst_unkey(const uint8_t key[16], char *name, char *type);

/* A volume's name, printable in ASCII, anything on a disk. */
int edf_fst_volume(uint8_t to[EDF_VOLUME], const char *volume);
void edf_fst_unvolume(const uint8_t *from, char *volume);

void edf_fst_pack(uint8_t to[6], const struct edf_date *date);
/* -1 when it is no date. */
int edf_fst_unpack(const uint8_t from[6], int century, struct edf_date *date);
int edf_fst_date_ok(const struct edf_date *date);
extern const struct edf_date edf_fst_no_date;
struct edf_date edf_fst_now(const struct edf_device *dev);

/* 0, or EDF_DAMAGED when the entry makes no sense. */
int edf_fst_get(const uint8_t *at, struct edf_fst *fst);

/* When it was written; -1 when that is no date. */
int edf_fst_get_date(const uint8_t *at, struct edf_date *date);

/* Bytes of no meaning here stay as they are. */
void edf_fst_put(uint8_t *at, const struct edf_fst *fst);
void edf_fst_put_date(uint8_t *at, const struct edf_date *date);
void edf_fst_put_mode(uint8_t *at, char mode);

/* The entries of directory and map themselves. */
struct edf_own {
	uint32_t lrecl, records, fop, blocks;
	uint8_t levels;
};

int edf_fst_get_own(const uint8_t *at, const uint8_t key[16],
    struct edf_own *own);
/* date NULL: it stays what it is. */
void edf_fst_put_own(uint8_t *at, const uint8_t key[16],
    const struct edf_own *own, const struct edf_date *date);

/* --- input and output (edf_io.c) --- */

#define EDF_BATCH 16

/* Blocks on their way; one place is kept for the label. */
struct edf_batch {
	struct edf_extent list[EDF_BATCH + 1];
	unsigned n;
	int write;
};

int edf_io_add(struct edf *edf, struct edf_batch *batch, uint32_t block,
    uint32_t count, void *at);
int edf_io_end(struct edf *edf, struct edf_batch *batch, int flush);
int edf_io_read(struct edf *edf, uint32_t block, uint32_t count, void *at);
int edf_io_write(struct edf *edf, uint32_t block, uint32_t count, void *at);
void *edf_io_take(struct edf *edf, size_t bytes);
void edf_io_give(struct edf *edf, void *at, size_t bytes);

/* --- sets of blocks (edf_bits.c) --- */

#define EDF_CHUNK 512u		/* bytes */
#define EDF_CHUNK_BITS 4096u

struct edf_chunk {
	uint32_t n;
	uint8_t dirty, placed; /* of the map: edf_map.c */
	uint8_t *at;
};

/* Chunks of a set that have been touched, in order. */
struct edf_bits {
	struct edf_chunk *list;
	uint32_t n, max;
	uint32_t bytes; /* of a chunk */
	uint32_t set;	/* bits that are 1, as counted by whoever sets them */
};

struct edf_chunk *edf_bits_find(const struct edf_bits *bits, uint32_t n);
/* Made if need be, with zeros: NULL when there is no storage. */
struct edf_chunk *edf_bits_make(struct edf *edf, struct edf_bits *bits,
    uint32_t n);
void edf_bits_remove(struct edf *edf, struct edf_bits *bits,
    struct edf_chunk *chunk);
int edf_bits_test(const struct edf_bits *bits, uint32_t block);
int edf_bits_set(struct edf *edf, struct edf_bits *bits, uint32_t block);
void edf_bits_clear(struct edf_bits *bits, uint32_t block);
void edf_bits_free(struct edf *edf, struct edf_bits *bits);
uint32_t edf_bits_count(const uint8_t *at, size_t bytes);

/* --- allocation (edf_map.c) --- */

/*
 * What somebody is about to change: blocks that are his, but not yet the
 * disk's, and blocks that he gives up.  To forget the change is to forget
 * these two sets.
 */
struct edf_change {
	struct edf_change *next;
	struct edf_bits mine, drop;
	int last; /* the commit itself: it may use the reserve */
};

void edf_map_begin(struct edf *edf, struct edf_change *change);
void edf_map_forget(struct edf *edf, struct edf_change *change);

/* Up to want blocks in one piece, if possible at near. */
int edf_map_take(struct edf *edf, struct edf_change *change, uint32_t near,
    uint32_t want, uint32_t *first, uint32_t *got);
int edf_map_drop(struct edf *edf, struct edf_change *change, uint32_t block);

/* Get ready for edf_map_flip, which cannot fail and undoes itself. */
int edf_map_prepare(struct edf *edf, const struct edf_change *change,
    int reuse_later);
void edf_map_flip(struct edf *edf, const struct edf_change *change);
void edf_map_count(struct edf *edf, const struct edf_change *change);
void edf_map_committed(struct edf *edf);
/* A closed file's change becomes part of the next commit. */
void edf_map_apply(struct edf *edf, struct edf_change *change);

uint32_t edf_map_free(const struct edf *edf);
/* Blocks that a new directory and map would need, with files more files. */
uint32_t edf_map_reserve(const struct edf *edf, uint32_t files);
uint32_t edf_map_leaves(const struct edf *edf);
int edf_map_page(struct edf *edf, uint32_t n, struct edf_chunk **page);
/* A block between 6 and the end of the disk? */
int edf_map_valid(const struct edf *edf, uint32_t block);

/* --- trees of pointers (edf_tree.c) --- */

struct edf_pointer {
	uint32_t block; /* 0: a hole */
	uint32_t high;	/* V: highest record that has a byte in it */
	uint32_t disp;	/* V: where the first that begins in it does */
};

/* A pointer block in storage. */
struct edf_node {
	uint8_t *at;
	uint64_t index; /* among those of its level */
	uint64_t used;	/* when, by the tree's clock */
	uint32_t block;
	uint8_t level, dirty, fresh;
};

#define EDF_NODES 8

struct edf_tree {
	struct edf *edf;
	struct edf_change *change; /* NULL: to read only */
	struct edf_pointer root;
	uint64_t count; /* of data blocks, with holes */
	uint32_t data;	/* without */
	uint32_t per;	/* pointers to a block */
	uint32_t near;	/* where to look for a free block */
	uint32_t pool, pooled; /* blocks put by for pointers: from, how many */
	uint64_t clock;
	uint8_t levels, size, lowest;
	uint64_t span[EDF_LEVELS_MAX + 1];
	struct edf_node node[EDF_NODES];
};

#define EDF_POINTER_F 4
#define EDF_POINTER_V 12

/* Where the search for a record led. */
struct edf_spot {
	uint64_t k;
	struct edf_pointer pointer;
	uint32_t before; /* the highest record of the block before */
};

typedef int edf_tree_visit(void *arg, uint32_t level, uint64_t index,
    uint32_t block);

void edf_tree_init(struct edf_tree *tree, struct edf *edf, unsigned size);
/* EDF_DAMAGED when so few levels do not hold so many blocks. */
int edf_tree_root(struct edf_tree *tree, uint32_t fop, uint8_t levels,
    uint64_t count);
int edf_tree_get(struct edf_tree *tree, uint64_t k, struct edf_pointer *p);
/* The piece of at most max blocks that lies together (or is missing). */
int edf_tree_run(struct edf_tree *tree, uint64_t k, uint32_t max,
    uint32_t *block, uint32_t *n);
int edf_tree_grow(struct edf_tree *tree, uint64_t count);
int edf_tree_place(struct edf_tree *tree, uint64_t k, uint32_t block);
int edf_tree_mark(struct edf_tree *tree, uint64_t k, uint32_t high,
    uint32_t disp);
int edf_tree_cut(struct edf_tree *tree, uint64_t count);
int edf_tree_walk(struct edf_tree *tree, uint64_t from, edf_tree_visit *visit,
    void *arg);
/* V: what a pointer block says of where its last pointer is, and should. */
int edf_tree_last(struct edf_tree *tree, uint32_t level, uint64_t index,
    uint32_t *is, uint32_t *should);
int edf_tree_seek(struct edf_tree *tree, uint64_t key, int by_offset,
    struct edf_spot *spot);
/* Dirty pointer blocks to the device, or into a batch. */
int edf_tree_flush(struct edf_tree *tree, struct edf_batch *batch);
void edf_tree_forget(struct edf_tree *tree);
uint32_t edf_tree_nodes(uint64_t blocks, uint32_t per);
/* Pointer blocks that n more data blocks from k on need; put such by; what
 * was put by and not needed is free again. */
uint32_t edf_tree_needs(const struct edf_tree *tree, uint64_t k, uint32_t n);
void edf_tree_put_by(struct edf_tree *tree, uint32_t first, uint32_t n);
void edf_tree_give_back(struct edf_tree *tree);

/* --- directory (edf_dir.c) --- */

/* Entries as on the disk, in one piece; order sorts those that have names. */
struct edf_dir {
	uint8_t *fst, *dirty; /* dirty: a byte for each block of entries */
	uint32_t room;	      /* blocks of entries that fit */
	uint32_t records;     /* entries, with directory and map */
	uint32_t *order;
	uint32_t files, order_room;
};

int edf_dir_load(struct edf *edf, struct edf_dir *dir);
void edf_dir_free(struct edf *edf, struct edf_dir *dir);
uint8_t *edf_dir_find(struct edf *edf, const uint8_t key[16]);
/* Room for one more, so that edf_dir_add cannot fail. */
int edf_dir_prepare(struct edf *edf);
uint8_t *edf_dir_add(struct edf *edf, const uint8_t key[16]);
void edf_dir_remove(struct edf *edf, uint8_t *fst);
void edf_dir_rename(struct edf *edf, uint8_t *fst, const uint8_t key[16]);
/* How many data blocks a file has, with holes. */
uint64_t edf_dir_count(const struct edf *edf, const struct edf_fst *fst);
void edf_dir_touch(struct edf *edf, const uint8_t *fst);
uint32_t edf_dir_leaves(const struct edf *edf, uint32_t records);
/* Blocks of a file that nobody needs any more. */
int edf_dir_drop(struct edf *edf, const uint8_t *fst,
    struct edf_change *change);

/* --- a disk --- */

/* How far an edf_next has come. */
struct edf_walk {
	uint32_t serial;
	uint8_t key[16];
};

#define EDF_WALKS 8

struct edf {
	struct edf_device dev;
	uint32_t block_size, sectors; /* of a block */
	uint32_t blocks, used;	      /* as the next commit will have them */
	uint32_t origin;	      /* 4 or 5 */
	uint32_t low;		      /* no block below is free */
	uint32_t hand;		      /* the page of the map to go next */
	uint8_t label[EDF_SECTOR];    /* as on the disk */
	uint8_t probe[EDF_SECTOR];    /* as found with other blocks */
	uint8_t volume[EDF_VOLUME];
	uint8_t pending;   /* there is something to commit */
	uint8_t relabel;   /* the label, if nothing else */
	uint8_t unsettled; /* which label the disk has is not known */
	struct edf_dir dir;
	struct edf_tree dir_tree, map_tree; /* of the last commit */
	struct edf_bits now, freed;
	struct edf_change *changes;
	struct edf_change own; /* of a commit, until its label is settled */
	struct edf_file *files;
	struct edf_walk walk[EDF_WALKS];
	uint32_t walks;
};

/* Does somebody write this file?  To write: or read it?  (edf_file.c) */
int edf_file_busy(const struct edf *edf, const uint8_t key[16], int to_write);

/* A device of which nothing is known yet (edf_mount.c); NULL: no storage. */
struct edf *edf_mount_new(const struct edf_device *dev);

/* --- the label (edf_label.c) --- */

/* -1 when it is no date. */
int edf_label_created(const struct edf *edf, struct edf_date *date);
uint32_t edf_label_fsts(const struct edf *edf); /* to a block */
/* The number of the next commit. */
uint64_t edf_label_commit(const struct edf *edf);
/* At once, and durable. */
int edf_label_write(struct edf *edf, uint8_t label[EDF_SECTOR]);
/* The same label with the next number. */
void edf_label_again(const struct edf *edf, uint8_t label[EDF_SECTOR]);
/* The label of the next commit, with its directory at origin. */
void edf_label_next(const struct edf *edf, uint8_t label[EDF_SECTOR],
    uint32_t origin);
/* An empty one for a disk of this size; 0, or EDF_INVALID. */
int edf_label_new(const struct edf_device *dev, uint32_t block_size,
    uint32_t blocks, const char volume[EDF_VOLUME],
    uint8_t label[EDF_SECTOR]);
/* What a label says about a disk: 0, or why it is none. */
int edf_label_parse(struct edf *edf, const uint8_t label[EDF_SECTOR]);

/* --- a file's bytes (edf_data.c) --- */

#define EDF_WINDOW 65536u

/* A part of a file in storage: n blocks from the first on. */
struct edf_window {
	uint8_t *at;
	uint32_t bytes; /* taken */
	uint32_t n;
	uint64_t first;
	uint64_t dirty[EDF_WINDOW / EDF_SECTOR / 64];
};

/* The record that was looked at last. */
struct edf_position {
	uint32_t record; /* 0: none */
	uint32_t len;
	uint64_t at;
};

/* The pointer of the block that grows, ahead of the tree. */
struct edf_tail {
	uint64_t k;
	uint32_t high, disp;
	uint8_t valid, dirty;
};

struct edf_file {
	struct edf_file *next;
	struct edf *edf;
	struct edf_stat st;
	uint8_t key[16];
	uint8_t fst[EDF_FST]; /* as it was when opened */
	uint8_t how;
	uint8_t modified;
	int dead;	   /* why nothing more can be done with it, or 0 */
	uint8_t in_place;  /* filemode 6 */
	uint8_t ragged;	   /* there may be something behind the end */
	uint8_t end_known; /* V: end is right */
	uint8_t line_open; /* a stream's last line has no newline yet */
	uint32_t line;	   /* its bytes so far */
	uint64_t end;	   /* bytes of data, as on the disk */
	uint64_t expected; /* where the next stream write may be, too */
	struct edf_tree tree;
	struct edf_change change;
	struct edf_window window;
	struct edf_position position;
	struct edf_tail tail;
};

static inline int
edf_is_v(const struct edf_file *file)
{
	return file->st.recfm == 'V';
}

/* Where the bytes of a stream's last line are: behind its header. */
static inline uint64_t
edf_line_at(const struct edf_file *file)
{
	return file->end + (edf_is_v(file) ? EDF_HEADER : 0);
}

int edf_data_peek(struct edf_file *file, uint64_t offset, size_t want,
    const uint8_t **at, size_t *len);
int edf_data_read(struct edf_file *file, uint64_t offset, void *to,
    size_t len);
int edf_data_write(struct edf_file *file, uint64_t offset, const void *from,
    size_t len);
/* Zeros behind the end as far as this, or to the end of its block. */
int edf_data_gap(struct edf_file *file, uint64_t to);
/* What a failure has left in blocks behind the end is no part of the file. */
void edf_data_trim(struct edf_file *file);
int edf_data_flush(struct edf_file *file);
/* Only so many blocks count any more: those are flushed, the window empty. */
int edf_data_cut(struct edf_file *file, uint64_t count);
void edf_data_forget(struct edf_file *file);

/* --- records (edf_record.c) --- */

/* May it be read, written? */
int edf_record_ready(const struct edf_file *file, int write);
int edf_record_end(struct edf_file *file);
int edf_record_seek(struct edf_file *file, uint32_t record);
int edf_record_seek_offset(struct edf_file *file, uint64_t offset);
int edf_record_next(struct edf_file *file);
int edf_record_append(struct edf_file *file, const void *from, size_t len);
/* A record is made behind the end: its length; its data is two bytes further
 * on; and it is one. */
int edf_record_header(struct edf_file *file, size_t len);
int edf_record_added(struct edf_file *file, size_t len);
/* What the pointer of block k says when a record that began before it ends
 * there, or does not. */
uint32_t edf_record_behind(const struct edf_file *file, uint64_t k,
    uint64_t end);
/* The pointer of the last block says which record is the last; so do those
 * above it when they need not know it yet. */
int edf_record_settle(struct edf_file *file, int above);

/* Where the record begins in the stream: each has a byte less there. */
uint64_t edf_record_stream_at(const struct edf_position *p);

/* A stream's last line becomes a record (edf_stream.c). */
int edf_stream_finish(struct edf_file *file);

#endif
