/* SPDX-License-Identifier: MIT
 *
 * main.c - vmunit: one real card reader, punch or printer.  vmcp starts it
 * with a channel as descriptor 3, says what it is and what to do, and gives it
 * all that it may touch: a listening socket or a folder, and a channel to
 * vmspool.
 */
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#include "log.h"
#include "unit.h"

int
main(void)
{
	umask(077);
	signal(SIGPIPE, SIG_IGN);
	tzset(); /* before no file can be opened any more */
	log_init("vmunit");
	unit_run();
	return 0;
}
