"""Ports of this machine that a test may keep for as long as it runs.

A port asked of the kernel and given back is anybody's again: the next outgoing
connection may take it before the server that it was meant for starts, or while
that server is down. So these lie below the kernel's own range, and each is
claimed by a name that the kernel frees when this process ends, however it ends.
"""

import pathlib
import random
import socket

RANGE = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")
LOWEST = 10000

claims = []  # descriptors: they close with the process


def claimed(port):
    """Whether no other test has this port."""
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind("\0workphone-test-port-%d" % port)
    except OSError:
        claim.close()
        return False
    claims.append(claim.detach())
    return True


def is_silent(port):
    """Whether nobody, test or not, listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port():
    highest = int(RANGE.read_text().split()[0])
    for port in random.sample(range(LOWEST, highest), highest - LOWEST):
        if claimed(port) and is_silent(port):
            return port
    raise AssertionError("no free port between %d and %d" % (LOWEST, highest))
