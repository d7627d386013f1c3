/* SPDX-License-Identifier: MIT
 *
 * float.c - floating point through the C library, SSE and x87.
 */
#include <math.h>
#include <stdio.h>

int
main(void)
{
	volatile double two = 2.0;
	volatile long double third = 1.0L / 3.0L;

	printf("%.6f %.3e %.10Lf\n", sqrt(two), two * 1e100, third);
	return 0;
}
