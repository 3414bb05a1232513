"""The framing of records in a TFRecord file: length, its checksum, data, its checksum."""

from __future__ import annotations

import struct

import google_crc32c


def frame(record: bytes) -> bytes:
    """Frames a record for a TFRecord file: length, its checksum, data, its checksum.

    Source: tensorflow/core/lib/io/record_writer.h (masked CRC-32C).
    """
    length = struct.pack("<Q", len(record))
    return b"".join((length, _checksum(length), record, _checksum(record)))


def _checksum(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    return struct.pack("<I", (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)


def unframe(data: bytes) -> list[bytes]:
    """Splits a TFRecord file's bytes into its records.

    Raises:
        ValueError: a checksum does not fit or the file ends early.
    """
    records: list[bytes] = []
    begin = 0
    while begin < len(data):
        head = data[begin : begin + 12]
        if len(head) < 12 or head[8:] != _checksum(head[:8]):
            raise ValueError(f"record {len(records)} has no sound head")
        end = begin + 12 + int(struct.unpack("<Q", head[:8])[0])
        record, check = data[begin + 12 : end], data[end : end + 4]
        if len(check) < 4 or check != _checksum(record):
            raise ValueError(f"record {len(records)} is damaged or cut off")
        records.append(record)
        begin = end + 4
    return records
