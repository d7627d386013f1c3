/* SPDX-License-Identifier: MIT
 *
 * error.c - what EDF's errors are called by Linux (cms.h tells programs).
 */
#include "access.h"
#include "error.h"

int
error_of(int edf)
{
	static const signed char of[] = {
		[-EDF_NOT_FOUND] = E_NOENT,
		[-EDF_EXISTS] = E_EXIST,
		[-EDF_IO] = E_IO,
		[-EDF_FULL] = E_NOSPC,
		[-EDF_READ_ONLY] = E_ROFS,
		[-EDF_NO_STORAGE] = E_NOMEM,
		[-EDF_DAMAGED] = E_UCLEAN,
		[-EDF_NOT_FORMATTED] = E_UCLEAN,
		[-EDF_INVALID] = E_INVAL,
		[-EDF_END] = E_NODATA,
		[-EDF_CHANGED] = E_STALE,
		[-EDF_BUSY] = E_BUSY,
		[-ACCESS_NO_DISK] = E_NXIO,
		[-ACCESS_NO_DEVICE] = E_NXIO,
	};
	unsigned n = (unsigned)-edf;

	if (edf >= 0)
		return 0;
	return n < sizeof of && of[n] != 0 ? of[n] : E_IO;
}
