/* SPDX-License-Identifier: MIT
 *
 * schema.S - schema.sql and the upgrades as strings in the program.
 */
	.macro text name file
	.globl \name
	.type \name, @object
\name:
	.incbin "\file"
	.byte 0
	.size \name, . - \name
	.endm

	.section .rodata
	text store_schema schema.sql
	text store_upgrade2 upgrade2.sql
	.section .note.GNU-stack, "", @progbits
