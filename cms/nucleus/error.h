/* SPDX-License-Identifier: MIT
 *
 * error.h - Linux's error numbers, as system calls return them: negative.
 */
#ifndef CMS_ERROR_H
#define CMS_ERROR_H

enum { E_PERM = -1, E_NOENT = -2, E_SRCH = -3, E_IO = -5, E_NXIO = -6,
	E_BADF = -9, E_AGAIN = -11, E_NOMEM = -12, E_ACCES = -13,
	E_FAULT = -14, E_BUSY = -16, E_EXIST = -17, E_XDEV = -18,
	E_NODEV = -19, E_NOTDIR = -20, E_ISDIR = -21, E_INVAL = -22,
	E_MFILE = -24, E_NOTTY = -25, E_FBIG = -27, E_NOSPC = -28,
	E_SPIPE = -29, E_ROFS = -30, E_RANGE = -34, E_NAMETOOLONG = -36,
	E_NOSYS = -38, E_NODATA = -61, E_MSGSIZE = -90, E_OPNOTSUPP = -95,
	E_STALE = -116, E_UCLEAN = -117 };

/* For an error of EDF's (edf.h) or of access.h; 0 for 0. */
int error_of(int edf);

#endif
