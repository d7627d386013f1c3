/* SPDX-License-Identifier: MIT
 *
 * main.c - CMS: make ready, then read commands and run them, for ever.
 */
#include "access.h"
#include "clock.h"
#include "command.h"
#include "console.h"
#include "cpu.h"
#include "heap.h"
#include "ipl.h"
#include "main.h"
#include "print.h"
#include "storage.h"
#include "trap.h"

static char *main_line; /* what is typed */
static struct diag_time main_before; /* at the last Ready; */

static void
main_no_console(void)
{
	cpu_disabled_wait(WAIT_NO_CONSOLE);
}

static int
main_room(void)
{
	if (storage_init() == -1)
		return -1;
	heap_init();
	main_line = heap_take(CON_LINE_MAX + 1);
	return main_line != NULL ? 0 : -1;
}

static void
main_storage(void)
{
	if (main_room() == 0)
		return;
	if (console_init() == -1)
		main_no_console();
	console_line("DMSINI400W %luK OF STORAGE IS TOO LITTLE FOR CMS - "
	    "DEFINE STORAGE AND IPL AGAIN",
	    (unsigned long)(storage_size() / 1024));
	console_show();
	cpu_disabled_wait(WAIT_NO_STORAGE);
}

/* mm/dd/yyyy becomes mm/dd/yy, hh:mm:ss hh:mm. */
static void
main_banner(void)
{
	const struct diag_time *now = &main_before;

	console_line(CMS_LEVEL " - %.*s/%.*s %.*s", 5, now->date, 2,
	    now->date[0] != '\0' ? now->date + 8 : "", 5, now->time);
}

/* Microseconds as seconds and hundredths. */
static const char *
main_seconds(char *buf, size_t size, uint64_t from, uint64_t to)
{
	unsigned long hundredths = to > from ? (to - from + 5000) / 10000 : 0;

	print_into(buf, size, "%lu.%02lu", hundredths / 100, hundredths % 100);
	return buf;
}

/*
 * A command has ended, and so has what came with it.  Times are counted from
 * the last Ready;, so the clock is read once for each.
 */
static void
main_ready(int rc)
{
	char code[16] = "", virt[24], total[24];
	struct diag_time now;

	if (access_sweep())
		ipl_system();
	heap_trim();
	if (rc != 0)
		print_into(code, sizeof code, "(%05d)", rc);
	if (!command_settings.ready_long) {
		console_line("Ready%s;", code);
		return;
	}
	clock_read(&now);
	console_line("Ready%s; T=%s/%s %.*s", code,
	    main_seconds(virt, sizeof virt, main_before.virt_us, now.virt_us),
	    main_seconds(total, sizeof total, main_before.total_us,
	    now.total_us), (int)sizeof now.time, now.time);
	main_before = now;
}

static void
main_command(void)
{
	int n = console_read(main_line);

	if (n < 0)
		main_no_console();
	main_line[n] = '\0';
	for (int i = 0; i < n; i++)
		if (main_line[i] != ' ' && main_line[i] != '\0') {
			access_command();
			main_ready(command_typed(main_line));
			return;
		}
	console_line("CMS"); /* it is CMS who listens */
}

void
nucleus_main(void)
{
	int rc = 0;

	cpu_init();
	ipl_save();
	ipl_units();
	main_storage();
	if (console_init() == -1)
		main_no_console();
	clock_init(&main_before);
	main_banner();
	ipl_disks();
	if (ipl_begin(main_line, &rc) == -1)
		main_no_console();
	main_ready(rc);
	for (;;)
		main_command();
}
