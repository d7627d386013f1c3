/* SPDX-License-Identifier: MIT
 *
 * demo.S - the demonstration system's two text files, in the program.
 */
	.section .rodata
	.globl demo_user_direct, demo_system_config
	.type demo_user_direct, @object
	.type demo_system_config, @object
demo_user_direct:
	.incbin "user.direct"
	.byte 0
	.size demo_user_direct, . - demo_user_direct
demo_system_config:
	.incbin "system.config"
	.byte 0
	.size demo_system_config, . - demo_system_config
	.section .note.GNU-stack, "", @progbits
