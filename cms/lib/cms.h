/* SPDX-License-Identifier: MIT
 *
 * cms.h - what a program can ask of CMS beyond its C library.  Link with
 * libcms.a, and statically: cc -static hello.c -lcms
 *
 * Elsewhere than in CMS each of these fails with ENOSYS.
 */
#ifndef CMS_H
#define CMS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Run a command as if it had been typed: a CMS command, a program, or a CP
 * command.  Its return code is stored.  0, or -1 with errno.
 */
int cms_command(const char *command, int *rc);

/*
 * Give CP a command.  Its answer, lines ended by newlines, goes to reply as a
 * string, cut to size - 1 bytes; with reply NULL CP answers on the console.
 * Returns the length of the whole answer, or -1 with errno.  The number of
 * CP's message, 0 when all is well, is stored in *rc.
 */
long cms_cp(const char *command, char *reply, size_t size, int *rc);

/*
 * What CP is told when this program has ended, by HX or an abend too; its
 * answer is not shown.  Commands, newlines between them, of 64 bytes in all;
 * these take the place of those before, "": none.  0, or -1 with errno.
 */
int cms_at_end(const char *commands);

/*
 * Put a line on the program stack, to be read before what is typed: behind
 * the others, or before them.  0, or -1 with errno.
 */
int cms_queue(const char *line);
int cms_push(const char *line);

/* How many lines are on the program stack. */
long cms_queued(void);

/*
 * Files, by record.  A fileid is "FN FT FM", with the mode left out: on the
 * first disk in the order of search that has it (to create: on A); "fn.ft" and
 * "fn.ft.fm" mean the same, so what open() and fopen() take, these take too.
 * Each returns -1 with errno when it fails:
 *
 *   ENOENT   no such file, or (ENXIO) no such disk is accessed
 *   EEXIST   there is one     EROFS    the disk is read-only
 *   EINVAL   a bad fileid, length or record     ENODATA  no such record
 *   ENOSPC   the disk is full  EIO     it cannot be read or written
 *   EBUSY    the file is open  ESTALE  another user has changed the disk
 *   EUCLEAN  what the disk says makes no sense
 */
struct cms_stat {
	char name[9], type[9];
	char mode[3];	  /* "A1" */
	char recfm;	  /* 'F' or 'V' */
	uint32_t lrecl;	  /* V: of the longest record */
	uint32_t records; /* at most 2147483647 */
	uint32_t blocks;  /* of data */
	uint16_t year;
	uint8_t month, day, hour, minute, second;
	uint8_t read_only; /* the disk is */
	uint32_t block_size;
	uint64_t size;	  /* bytes, as open() and read() see it */
};

int cms_state(const char *fileid, struct cms_stat *st);

enum cms_how {
	CMS_READ = 0,	 /* must be there */
	CMS_UPDATE = 1,	 /* must be there: read, write, append */
	CMS_CREATE = 2,	 /* must not be there */
	CMS_REPLACE = 3, /* the old one is replaced when this one is closed */
};

/*
 * A file descriptor, for cms_read and its like as well as read(), lseek() and
 * close().  CREATE and REPLACE take recfm, lrecl and mode's number from *st;
 * all fill it in unless it is NULL (then V, and mode number 1).
 */
int cms_open(const char *fileid, enum cms_how how, struct cms_stat *st);

/* Record `record`, from 1; 0: the one after the last that was read.  Its
 * length; at most size bytes of it are stored. */
long cms_read(int fd, uint32_t record, void *to, size_t size);

/* 0: at the end.  An F file's records are all lrecl long. */
int cms_write(int fd, uint32_t record, const void *from, size_t len);

int cms_truncate(int fd, uint32_t records);

/* Close, and it is on the disk for good; or as if it had not been opened. */
int cms_close(int fd);
int cms_abandon(int fd);

int cms_erase(const char *fileid);
int cms_rename(const char *from, const char *to);

/* The file's date and time become st's. */
int cms_date(const char *fileid, const struct cms_stat *st);

/*
 * The files that match a pattern such as "* EXEC A", in the order of search:
 * 1, or 0 when there are no more.  *cursor begins with 0.
 */
int cms_next(const char *pattern, uint64_t *cursor, struct cms_stat *st);

struct cms_disk {
	char mode;
	char parent; /* read-only extension of it, or ' ' */
	char volume[7];
	uint8_t read_only;
	uint16_t vdev;
	uint32_t block_size, blocks, used, files;
};

/* An accessed disk: errno ENXIO when there is none of that letter. */
int cms_disk(char mode, struct cms_disk *disk);

/*
 * Blocks of 512 bytes of a disk of the machine, for programs that make or mend
 * CMS disks.  `at` is on a boundary of 512 bytes.  What is read and written
 * names the attachment that SIZE has stored.  errno ENXIO: there is no such
 * disk, or another one by now; EBUSY: it is accessed, and only its size can be
 * asked for.
 */
enum cms_block_op {
	CMS_BLOCK_SIZE, /* stores count, read_only and attachment */
	CMS_BLOCK_READ,
	CMS_BLOCK_WRITE,
	CMS_BLOCK_FLUSH, /* what has been written is durable */
};

struct cms_block_io {
	uint16_t vdev;
	uint8_t op;
	uint8_t read_only;
	uint32_t block, count; /* from 0 */
	uint32_t attachment;
	uint64_t at;
};

int cms_block_io(struct cms_block_io *io);

/*
 * Cards and printed lines.  A buffer of records is what spool.h says of a
 * block: each record two bytes of length, little-endian, and its bytes; a
 * printed line begins with its channel command (CMS_PRINT_*).
 *
 * cms_punch and cms_print write all records of a buffer to the device: 0, or
 * -1 with errno ENXIO there is no such device, EINVAL a record that it does
 * not take, EIO it cannot write.  Those before it are written: *done says how
 * many (done may be NULL).  A device that is not ready is waited for.  Who gets
 * the cards, and when, is CP's: SPOOL and CLOSE.
 *
 * cms_cards reads as many whole records as fit from the reader: bytes stored,
 * 0 at the end of the file; errno ENXIO, ENODATA nothing waits in the reader,
 * EAGAIN it is not ready, EIO the file is damaged, EMSGSIZE the buffer is
 * smaller than the next record.  The file leaves the reader by CP CLOSE, or
 * by the cms_cards after the one that returned 0; cms_cards_again begins with
 * its first record again.
 *
 * cms_spooled describes (and takes nothing) the file behind number `after` in
 * the reader, 0: the first.  How: 0, or the number's own file is meant, or the
 * one that is being read.  errno ENODATA: none.
 */
#define CMS_READER 0x00C
#define CMS_PUNCH 0x00D
#define CMS_PRINTER 0x00E
#define CMS_PRINT_OVER 0x01 /* the next line prints over it */
#define CMS_PRINT_1 0x09    /* then space 1, 2, 3 lines */
#define CMS_PRINT_2 0x11
#define CMS_PRINT_3 0x19
#define CMS_PRINT_PAGE 0x8B /* skip to channel 1 now; no text */
#define CMS_RECORD_MAX 32768
#define CMS_SPOOLED_EXACT 1
#define CMS_SPOOLED_AT_HAND 2

struct spool_file; /* spool.h */

int cms_punch(uint16_t vdev, const void *records, size_t size, size_t *done);
int cms_print(uint16_t vdev, const void *records, size_t size, size_t *done);
long cms_cards(uint16_t vdev, void *records, size_t size);
int cms_cards_again(uint16_t vdev);
int cms_spooled(uint16_t vdev, unsigned after, int how,
    struct spool_file *file);

/*
 * The console's screen, whole: 3270 data streams (panel.h makes them).  The
 * first write must erase; the screen is then the program's until a line is
 * written or read.  errno of all three:
 *
 *   ENOTTY  the terminal can show no screens
 *   EAGAIN  what was shown is gone: ask cms_screen and paint it all again
 *   EINVAL  no such command, or the display does not take the data
 *   EMSGSIZE  more than CMS_SCREEN_DATA bytes
 *
 * cms_screen says how large it is after ERASE_ALTERNATE; while nobody is at
 * the console, 24 by 80: a write then waits for somebody.
 *
 * cms_screen_read's READ_MODIFIED waits for a key, the others ask the display
 * at once.  Stores at most size bytes of the record, and returns its length.
 * HX is typed after PA1 and CP's REQUEST and BEGIN.
 */
#define CMS_SCREEN_WRITE 0x01
#define CMS_SCREEN_ERASE 0x05		/* 24 by 80 */
#define CMS_SCREEN_ERASE_ALTERNATE 0x0D
#define CMS_SCREEN_ERASE_UNPROTECTED 0x0F
#define CMS_SCREEN_STRUCTURED 0x11
#define CMS_SCREEN_READ_BUFFER 0x02
#define CMS_SCREEN_READ_MODIFIED 0x06
#define CMS_SCREEN_READ_MODIFIED_ALL 0x0E
#define CMS_SCREEN_DATA 57343

struct cms_screen {
	uint16_t rows, cols;
	uint8_t color, highlight; /* extended ones can be shown */
	uint16_t zero;
};

int cms_screen(struct cms_screen *screen);
int cms_screen_write(int command, const void *data, size_t len);
long cms_screen_read(int command, void *record, size_t size);

#ifdef __cplusplus
}
#endif

#endif
