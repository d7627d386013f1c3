/* SPDX-License-Identifier: MIT
 *
 * trap.h - codes of the nucleus's disabled waits, as CP shows them.
 */
#ifndef CMS_TRAP_H
#define CMS_TRAP_H

#define WAIT_ABEND 0xAB000000u	   /* + vector: the nucleus went wrong */
#define WAIT_NO_CONSOLE 0x0C05u	   /* there is no console, or none any more */
#define WAIT_NO_STORAGE 0x0570u	   /* storage is too small */

#endif
