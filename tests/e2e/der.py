"""Just enough DER to write a SCEP message and to read one (X.690).

Ours alone, so that what the server encodes is read by something that shares no
code with it.
"""

SEQUENCE, SET, INTEGER, OCTETS, NULL, OID = 0x30, 0x31, 2, 4, 5, 6
PRINTABLE = 0x13


def wrap(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def oid(dotted):
    arcs = [int(arc) for arc in dotted.split(".")]
    out = bytearray([arcs[0] * 40 + arcs[1]])
    for arc in arcs[2:]:
        groups = [arc & 0x7F]
        arc >>= 7
        while arc:
            groups.append(0x80 | (arc & 0x7F))
            arc >>= 7
        out += bytes(reversed(groups))
    return wrap(OID, bytes(out))


def integer(number):
    size = number.bit_length() // 8 + 1
    return wrap(INTEGER, number.to_bytes(size, "big"))


def split(data):
    """The elements standing side by side: (tag, whole, content)."""
    at, found = 0, []
    while at < len(data):
        start, tag, size = at, data[at], data[at + 1]
        at += 2
        if size == 0x80:
            raise ValueError("indefinite length")
        if size & 0x80:
            count = size & 0x7F
            size = int.from_bytes(data[at:at + count], "big")
            at += count
        if at + size > len(data):
            raise ValueError("element runs over its end")
        found.append((tag, data[start:at + size], data[at:at + size]))
        at += size
    return found


def children(element):
    return split(split(element)[0][2])
