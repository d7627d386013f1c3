# SPDX-License-Identifier: MIT
#
# images.py - minidisks that are IPLed: a few bytes of 32-bit code each.
#
# Block 0 begins with the IPL record of machine.h; its first CCW reads the
# whole image to ORIGIN, where the code follows the record.

import struct

ORIGIN = 0x1000
VERSION = 1
READ_IPL = 0x02
NOP, TIC, WRITE = 0x03, 0x08, 0x01
CC, SLI = 0x40, 0x20

PORT_DIAG, PORT_CHANNEL = 0x370, 0x374


def ccw(command, flags, count, address):
    return struct.pack("<BBHI", command, flags, count, address)


def image(code, entry=ORIGIN + 24, flags=VERSION, data=b""):
    """code runs at ORIGIN + 24; data is found at ORIGIN + 0x400."""
    body = code.ljust(0x400 - 24, b"\0") + data
    size = (24 + len(body) + 511) // 512 * 512
    record = struct.pack("<II", entry, flags)
    record += ccw(READ_IPL, SLI, size, ORIGIN) + ccw(0, 0, 0, 0)
    return (record + body).ljust(max(size, 4096), b"\0")


DATA = ORIGIN + 0x400


def load_eax(value):
    return b"\xb8" + struct.pack("<I", value & 0xFFFFFFFF)


def out(port):
    """OUT DX,EAX"""
    return b"\x66\xba" + struct.pack("<H", port) + b"\xef"


CLI_HLT = b"\xfa\xf4"
LOOP = b"\xeb\xfe"


def start_io(program, vdev=0x009):
    """SIO; then EAX = its condition code."""
    request = struct.pack("<IIII8x", 1, vdev, program, 0)
    code = load_eax(DATA) + out(PORT_CHANNEL)
    code += b"\xa1" + struct.pack("<I", DATA + 12)
    return code, request


def triple_fault():
    """UD2 without an interrupt table."""
    return image(b"\x0f\x0b")


def disabled_wait():
    return image(load_eax(0x1234) + CLI_HLT)


def disabled_loop():
    return image(b"\xfa" + LOOP)


def ccw_loop():
    """A legal chain that never ends: NOP, and TIC back to it; the processor
    meanwhile loops, disabled."""
    code, request = start_io(DATA + 32)
    chain = ccw(NOP, CC | SLI, 1, 0) + ccw(TIC, 0, 1, DATA + 32)
    return image(code + LOOP, data=request.ljust(32, b"\0") + chain)


def ccw_tic_to_tic():
    code, request = start_io(DATA + 32)
    chain = ccw(NOP, CC | SLI, 1, 0) + ccw(TIC, 0, 1, DATA + 48)
    chain += ccw(TIC, 0, 1, DATA + 40)
    return image(code + CLI_HLT, data=request.ljust(32, b"\0") + chain)


def ccw_outside():
    """A channel program beyond the end of storage."""
    code, request = start_io(0xF0000000)
    return image(code + CLI_HLT, data=request)


def data_outside():
    """A console write whose data is beyond the end of storage."""
    code, request = start_io(DATA + 32)
    chain = ccw(WRITE, SLI, 80, 0xFFFFFF00)
    return image(code + CLI_HLT, data=request.ljust(32, b"\0") + chain)


def block_outside():
    """A channel request beyond the end of storage, with no table for the
    program interruption: a triple fault."""
    return image(load_eax(0xFFFFFFF8) + out(PORT_CHANNEL) + CLI_HLT)


def every_port():
    """IN and OUT of one, two and four bytes at every thirteenth port but our
    three; EAX = 600D when all came back."""
    body = (b"\xec\xee"          # in al,dx; out dx,al
            b"\x66\xed\x66\xef"  # in ax,dx; out dx,ax
            b"\xed\xef")         # in eax,dx; out dx,eax
    test = b"\x66\x81\xfa" + struct.pack("<H", PORT_DIAG)
    # cmp dx,370 / jb body / cmp dx,37C / jb next
    head = b"\x31\xd2"           # xor edx,edx
    last = b"\x66\x81\xfa" + struct.pack("<H", 0x37C)
    loop = test + b"\x72\x07" + last + bytes([0x72, len(body)]) + body
    step = b"\x83\xc2\x0d"       # add edx,13
    limit = b"\x81\xfa" + struct.pack("<I", 0x10000)
    back = bytes([0x72, 256 - (len(loop) + len(step) + len(limit) + 2)])
    return image(head + loop + step + limit + back + load_eax(0x600D)
                 + CLI_HLT)


def output_flood():
    """Lines to the console without end, as fast as the device takes them."""
    chain = ccw(0x09, CC | SLI, 16, DATA + 64)
    chain += ccw(TIC, 0, 1, DATA + 32)
    code, request = start_io(DATA + 32)
    data = request.ljust(32, b"\0") + chain.ljust(32, b"\0")
    return image(code + LOOP, data=data + b"FLOOD OF OUTPUT ")


IMAGES = {
    "201": triple_fault(),
    "202": disabled_wait(),
    "203": disabled_loop(),
    "204": ccw_loop(),
    "205": ccw_tic_to_tic(),
    "206": ccw_outside(),
    "207": data_outside(),
    "208": block_outside(),
    "209": every_port(),
    "20A": output_flood(),
    "20B": image(CLI_HLT, entry=0xFFFFFFF0),
    "20C": image(CLI_HLT, flags=99),
    "20D": bytes(4096),
}
