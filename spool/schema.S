/* SPDX-License-Identifier: MIT
 *
 * schema.S - schema.sql as a string in the program.
 */
	.section .rodata
	.globl store_schema
	.type store_schema, @object
store_schema:
	.incbin "schema.sql"
	.byte 0
	.size store_schema, . - store_schema
	.section .note.GNU-stack, "", @progbits
