/* SPDX-License-Identifier: MIT
 *
 * times.c - dates, times and processor times as VM prints them.
 */
#include "times.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "vmblok.h"

#define TIMES_ZONE_MAX 7 /* letters of a zone that are shown */

void
times_zone_set(const struct config *config)
{
	if (config->tz[0] != '\0')
		setenv("TZ", config->tz, 1);
	tzset();
}

static struct times_text
times_zone_of(const struct config *config, const struct tm *tm)
{
	struct times_text text = { 0 };

	if (config->zone[0] != '\0')
		memcpy(text.s, config->zone, sizeof config->zone);
	else
		strncpy(text.s, tm->tm_zone, sizeof text.s - 1);
	return text;
}

struct times_text
times_zone(const struct config *config, time_t when)
{
	struct tm tm;

	localtime_r(&when, &tm);
	return times_zone_of(config, &tm);
}

/*
 * A number of at least `width` digits, then `end`.  Printf's way to it is some
 * thirty times as long, and an answer of QUERY TIME has fourteen of them.
 */
static char *
times_number(char *p, uint64_t value, int width, char end)
{
	char digits[24];
	int n = 0;

	do {
		digits[n++] = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0 || n < width);
	while (n > 0)
		*p++ = digits[--n];
	*p++ = end;
	return p;
}

static char *
times_hms(char *p, const struct tm *tm, char end)
{
	p = times_number(p, (unsigned)tm->tm_hour, 2, ':');
	p = times_number(p, (unsigned)tm->tm_min, 2, ':');
	return times_number(p, (unsigned)tm->tm_sec, 2, end);
}

struct times_text
times_stamp(const struct config *config, time_t when)
{
	static const char *const days[] = { " SUNDAY ", " MONDAY ",
		" TUESDAY ", " WEDNESDAY ", " THURSDAY ", " FRIDAY ",
		" SATURDAY " };
	struct times_text text, zone;
	struct tm tm;
	char *p;

	localtime_r(&when, &tm);
	zone = times_zone_of(config, &tm);
	zone.s[TIMES_ZONE_MAX] = '\0';
	p = times_hms(text.s, &tm, ' ');
	p = stpcpy(p, zone.s);
	p = stpcpy(p, days[tm.tm_wday % 7]);
	p = times_number(p, (unsigned)tm.tm_mon + 1, 2, '/');
	p = times_number(p, (unsigned)tm.tm_mday, 2, '/');
	times_number(p, (unsigned)tm.tm_year % 100, 2, '\0');
	return text;
}

struct times_text
times_clock(time_t when)
{
	struct times_text text;
	struct tm tm;

	localtime_r(&when, &tm);
	times_hms(text.s, &tm, '\0');
	return text;
}

int32_t
times_offset(time_t when)
{
	struct tm tm;

	localtime_r(&when, &tm);
	return (int32_t)tm.tm_gmtoff;
}

/* Fields of /proc/PID/stat after the name, which may hold anything. */
#define STAT_UTIME 11
#define STAT_STIME 12
#define STAT_GUEST 40

static void
times_parse(char *stat, uint64_t *virt, uint64_t *total)
{
	uint64_t field[STAT_GUEST + 1] = { 0 };
	char *p = strrchr(stat, ')');

	if (p == NULL)
		return;
	for (unsigned i = 0; i <= STAT_GUEST && p != NULL; i++) {
		p = strchr(p, ' ');
		if (p != NULL)
			field[i] = strtoull(++p, NULL, 10);
	}
	*virt = field[STAT_GUEST];
	*total = field[STAT_UTIME] + field[STAT_STIME];
}

void
times_process(int pid, uint64_t *virt_us, uint64_t *total_us)
{
	uint64_t tick = 1000000 / (uint64_t)sysconf(_SC_CLK_TCK);
	uint64_t virt = 0, total = 0;
	char path[32], stat[1024];
	ssize_t n;
	int fd;

	*virt_us = *total_us = 0;
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = read(fd, stat, sizeof stat - 1);
	close(fd);
	if (n <= 0)
		return;
	stat[n] = '\0';
	times_parse(stat, &virt, &total);
	*virt_us = virt * tick;
	*total_us = total * tick;
}

/* "000:00.10": minutes, seconds, hundredths. */
static char *
times_minutes(char *p, uint64_t us, char end)
{
	uint64_t hundredths = us / 10000;

	p = times_number(p, hundredths / 6000, 3, ':');
	p = times_number(p, hundredths / 100 % 60, 2, '.');
	return times_number(p, hundredths % 100, 2, end);
}

struct times_line
times_connect(const struct vmblok *vm)
{
	uint64_t virt = 0, total = 0;
	struct times_line line;
	unsigned long sec = vmblok_connected(vm);
	char *p;

	if (vm->guest != NULL)
		times_process(guest_pid(vm->guest), &virt, &total);
	p = stpcpy(line.s, "CONNECT= ");
	p = times_number(p, sec / 3600, 2, ':');
	p = times_number(p, sec / 60 % 60, 2, ':');
	p = times_number(p, sec % 60, 2, ' ');
	p = stpcpy(p, "VIRTCPU= ");
	p = times_minutes(p, virt + vm->virt_us, ' ');
	p = stpcpy(p, "TOTCPU= ");
	times_minutes(p, total + vm->total_us, '\0');
	return line;
}

uint64_t
times_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
