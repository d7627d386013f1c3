/* SPDX-License-Identifier: MIT
 *
 * main.c - CMS: make ready, then read commands and run them, for ever.
 */
#include "clock.h"
#include "command.h"
#include "console.h"
#include "cpu.h"
#include "disk.h"
#include "main.h"
#include "print.h"
#include "storage.h"
#include "toc.h"
#include "trap.h"

static struct disk main_disk;
static struct toc main_toc;
static char main_line[CON_LINE_MAX + 1];

static void
main_no_console(void)
{
	cpu_disabled_wait(WAIT_NO_CONSOLE);
}

static void
main_storage(void)
{
	if (storage_init() == 0)
		return;
	if (console_init() == -1)
		main_no_console();
	console_line("DMSINI400W %luK OF STORAGE IS TOO LITTLE FOR CMS - "
	    "DEFINE STORAGE AND IPL AGAIN",
	    (unsigned long)(storage_size() / 1024));
	console_show();
	cpu_disabled_wait(WAIT_NO_STORAGE);
}

/* Without its disk CMS has no programs, but commands and CP. */
static void
main_mount(void)
{
	uint32_t vdev = storage_lowcore()->ipl_vdev;

	if (disk_open(&main_disk, vdev) == -1 ||
	    toc_open(&main_toc, 'S', disk_read, &main_disk) == -1) {
		console_line("DMSINI401W NO SYSTEM DISK ON %03X - THERE ARE NO "
		    "PROGRAMS", vdev);
		return;
	}
	main_toc.fs.vdev = vdev;
	fs_mount(&main_toc.fs);
}

/* mm/dd/yyyy becomes mm/dd/yy, hh:mm:ss hh:mm. */
static void
main_banner(void)
{
	struct diag_time now;

	clock_read(&now);
	console_line(CMS_LEVEL " - %.*s/%.*s %.*s", 5, now.date, 2,
	    now.date[0] != '\0' ? now.date + 8 : "", 5, now.time);
}

/* Microseconds as seconds and hundredths. */
static const char *
main_seconds(char *buf, size_t size, uint64_t from, uint64_t to)
{
	unsigned long hundredths = to > from ? (to - from + 5000) / 10000 : 0;

	print_into(buf, size, "%lu.%02lu", hundredths / 100, hundredths % 100);
	return buf;
}

static void
main_ready(int rc, const struct diag_time *before)
{
	char code[16] = "", virt[24], total[24];
	struct diag_time now;

	if (rc != 0)
		print_into(code, sizeof code, "(%05d)", rc);
	if (!command_settings.ready_long) {
		console_line("Ready%s;", code);
		return;
	}
	clock_read(&now);
	console_line("Ready%s; T=%s/%s %.*s", code,
	    main_seconds(virt, sizeof virt, before->virt_us, now.virt_us),
	    main_seconds(total, sizeof total, before->total_us, now.total_us),
	    (int)sizeof now.time, now.time);
}

static void
main_command(void)
{
	struct diag_time before;
	int n = console_read(main_line);

	if (n < 0)
		main_no_console();
	main_line[n] = '\0';
	for (int i = 0; i < n; i++)
		if (main_line[i] != ' ' && main_line[i] != '\0') {
			clock_read(&before);
			main_ready(command_run(main_line), &before);
			return;
		}
	console_line("CMS"); /* it is CMS who listens */
}

void
nucleus_main(void)
{
	struct diag_time start;

	cpu_init();
	main_storage();
	if (console_init() == -1)
		main_no_console();
	clock_init();
	clock_read(&start);
	main_mount();
	main_banner();
	main_ready(0, &start);
	for (;;)
		main_command();
}
