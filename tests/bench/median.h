/* SPDX-License-Identifier: MIT
 *
 * median.h - of what a bench measured: a noisy machine moves the mean.
 */
#ifndef VM370_TESTS_BENCH_MEDIAN_H
#define VM370_TESTS_BENCH_MEDIAN_H

#include <stdlib.h>

static inline int
median_order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts v. */
static inline double
median(double *v, size_t n)
{
	qsort(v, n, sizeof *v, median_order);
	return (v[n / 2] + v[(n - 1) / 2]) / 2;
}

#endif
