/* SPDX-License-Identifier: MIT
 *
 * example.c - libcms at work: ask CP, stack lines, run commands.
 */
#include <stdio.h>

#include "cms.h"

int
main(void)
{
	char reply[512], line[80];
	int rc = 0;

	if (cms_cp("QUERY USERID", reply, sizeof reply, &rc) == -1) {
		perror("not in CMS");
		return 1;
	}
	printf("CP says (%d): %s", rc, reply); /* ends with a newline */

	cms_queue("second");
	cms_push("first");
	printf("%ld lines are stacked\n", cms_queued());
	while (cms_queued() > 0 && fgets(line, sizeof line, stdin) != NULL)
		printf("stacked: %s", line);

	printf("now a command:\n");
	fflush(stdout); /* it writes to the same console */
	cms_command("QUERY CMSLEVEL", &rc);
	printf("it returned %d\n", rc);
	return 0;
}
