/* SPDX-License-Identifier: MIT
 *
 * main.h - what this CMS calls itself.
 */
#ifndef CMS_MAIN_H
#define CMS_MAIN_H

#define CMS_LEVEL "CMS for x86-64 VERSION 1 LEVEL 0"

_Noreturn void nucleus_main(void);

#endif
