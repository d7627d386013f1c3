/* SPDX-License-Identifier: MIT
 *
 * config.h - SYSTEM CONFIG: the system's name, node, clock, logo and messages.
 */
#ifndef VM370_CP_CONFIG_H
#define VM370_CP_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "directory.h"
#include "ipc.h"
#include "vmtypes.h"

/* SAVED system BY userid: who is logged on at the start to save it, when there
 * is none that fits. */
struct config_saved {
	struct vm_name system, by;
};

/* RDEVICE: a real card reader, punch or printer. */
struct config_unit {
	vdev_t raddr;
	enum device_type type;	 /* READER, PUNCH, PRINTER */
	uint16_t port;		 /* reader */
	bool above;		 /* port is so many above the terminals' */
	char folder[64];	 /* punch, printer: below the home directory */
	char classes[UR_CLASSES];
	bool start;		 /* with the system; else it is drained */
};

/* TLS: names as in SYSTEM CONFIG; "": the system's own certificate. */
struct config_tls {
	bool off;
	bool starttls; /* is offered */
	char cert[128], key[128];
};

/* LIMIT: 0 is none.  Of one address, but for this host's own unless
 * `loopback`. */
struct config_limits {
	uint32_t connections; /* at once */
	uint32_t rate;	      /* new ones in a second */
	uint32_t logons;      /* that failed, within */
	uint32_t logons_s;    /* so many seconds */
	uint32_t logo_s;      /* a terminal where nobody is logged on */
	uint32_t idle_s;      /* and one where somebody is and types nothing */
	bool loopback;
};

struct config {
	struct vm_name system;	/* SYSTEM id, default VM370 */
	struct vm_name node;	/* NODE name, default the system's */
	char zone[8];		/* TIMEZONE tz name; "": what localtime says */
	char tz[64];		/* TIMEZONE tz: what TZ is set to; "": the host's */
	char *logo;		/* lines ended by newlines; from LOGO FILE or built in */
	char *logmsg;		/* LOGMSG text lines, ended by newlines; may be "" */
	struct vm_name volumes[64]; /* VOLUME id ...: folders below DIR/volumes */
	size_t nvolumes;
	struct vm_name autolog[16]; /* AUTOLOG userid ...: started with the system */
	size_t nautolog;
	struct config_saved saved[8];
	size_t nsaved;
	struct config_unit units[16];
	size_t nunits;
	uint64_t spool_bytes;	/* SPOOLMAX: what a user may have in the spool */
	uint32_t spool_files;
	struct config_tls tls;
	struct config_limits limits;
	char listen[46];	/* LISTEN address [PLAIN]; "": 127.0.0.1 */
	bool plain;		/* from other machines, too */
	uint64_t tdisk;		/* TDISK n BLK: temporary space a user may have */
	struct vm_name operator_user; /* OPERATOR userid, default OPERATOR */
};

/* Read and check a file; `home` is where LOGO FILE and LOGMSG FILE names are
 * looked up.  NULL: *err says why. */
struct config *config_load(const char *path, const char *home,
    struct dir_error *err);
struct config *config_parse(const char *text, size_t len, const char *home,
    struct dir_error *err);
void config_free(struct config *config);

#endif
