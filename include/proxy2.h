/* SPDX-License-Identifier: MIT
 *
 * proxy2.h - the PROXY protocol's version 2 header (HAProxy's proxy-protocol
 * text, section 2.2), as vmlab's forwarder writes it and vmterm reads it.
 * vmcp answers each connection that it has accepted with PROXY_TAKEN, whatever
 * then becomes of it: the forwarder waits for it, and keeps it to itself.
 *
 * 12 bytes of signature, command, family, two bytes of length in network
 * order; then addresses and ports, then TLVs: type, two bytes of length, value.
 */
#ifndef VM370_PROXY2_H
#define VM370_PROXY2_H

#define PROXY_SIGNATURE                                                 \
	{ 0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49,   \
	  0x54, 0x0A }
#define PROXY_V2_PROXY 0x21 /* version 2, command PROXY */
#define PROXY_UNKNOWN 0x00  /* families */
#define PROXY_TCP4 0x11
#define PROXY_TCP6 0x21
#define PROXY_FIXED 16	    /* signature, command, family, length */
#define PROXY_TLV_HEAD 3    /* type, length */
#define PROXY_TAKEN 0x06    /* ASCII's ACK */
#define PROXY_TLV_TOKEN 0xE0 /* ours: the first type left to applications */

#endif
