#!/usr/bin/env python3
"""Makes those files of `mpegts` that ffmpeg does not write, out of those that it does. Called by make-mpegts.sh."""

from pathlib import Path

PACKET = 188


def packets(name):
    data = Path(name).read_bytes()
    return [data[at : at + PACKET] for at in range(0, len(data), PACKET)]


def write(name, parts):
    Path(name).write_bytes(b"".join(parts))


# Protected packets; the parity is counted, not computed: nothing reads it.
write("av.204.ts", (packet + bytes((number + at) % 256 for at in range(16)) for number, packet in enumerate(packets("av.ts"))))

# Damage: packets that are lost, repeated, shortened, marked as wrong and as scrambled, and bytes in between.
damaged = []
for number, packet in enumerate(packets("av.ts")):
    if number == 60:
        continue
    if number == 90:
        packet = packet[:1] + bytes([packet[1] | 0x80]) + packet[2:]
    if number == 110:
        packet = packet[:3] + bytes([packet[3] | 0x80]) + packet[4:]
    if number == 130:
        packet = packet[:100]
    damaged.append(packet)
    if number == 40:
        damaged.append(packet)
    if number == 150:
        damaged.append(b"between packets")
write("damaged.ts", damaged)
