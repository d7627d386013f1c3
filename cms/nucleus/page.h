/* SPDX-License-Identifier: MIT
 *
 * page.h - bits of a page table entry.
 */
#ifndef CMS_PAGE_H
#define CMS_PAGE_H

#define PAGE_PRESENT 0x1ull
#define PAGE_WRITE 0x2ull
#define PAGE_USER 0x4ull
#define PAGE_HUGE 0x80ull
#define PAGE_NX (1ull << 63)
#define PAGE_ADDRESS 0x000FFFFFFFFFF000ull

/* A #PF's error code */
#define FAULT_WRITE 0x2
#define FAULT_USER 0x4
#define FAULT_FETCH 0x10

#endif
