"""Commands written straight into the database of a server that rests.

The benchmark needs thousands of commands due at once and long histories; no
one orders those by hand. The rows are those that the server would have written.
"""

import contextlib
import plistlib
import sqlite3
import time
import uuid

ACKNOWLEDGED = 3
QUEUED = 0
ENROLLED = 1

COLUMNS = ("id", "org_id", "device_id", "life_id", "request_type", "purpose",
           "state", "priority", "place", "ordered_by", "reason", "result",
           "created_at", "not_before", "expires_at", "sent_at", "not_now_at",
           "closed_at", "sent_count", "not_now_count")

QUERIES = ["UDID", "DeviceName", "OSVersion", "BuildVersion", "ModelName",
           "Model", "ProductName", "SerialNumber", "IMEI", "MEID",
           "DeviceCapacity", "BatteryLevel", "IsSupervised",
           "ServiceSubscriptions"]

QUESTIONS = ("SecurityInfo", "ProfileList", "DeviceInformation")

COMMANDS = {
    # About as long as a signed profile of one rule.
    "InstallProfile": {"RequestType": "InstallProfile", "Payload": b"x" * 5000},
    "SecurityInfo": {"RequestType": "SecurityInfo"},
    "ProfileList": {"RequestType": "ProfileList", "ManagedOnly": False},
    "DeviceInformation": {"RequestType": "DeviceInformation",
                          "Queries": QUERIES},
}


def payload(kind, command_id):
    return plistlib.dumps({"Command": COMMANDS[kind], "CommandUUID": command_id})


def ordered_id(at, count=[0]):
    """UUIDv7 as the server makes them: ids sort as they were made."""
    count[0] = (count[0] + 1) % 4096
    bits = (at & (1 << 48) - 1) << 80 | 7 << 76 | count[0] << 64
    bits |= 2 << 62 | uuid.uuid4().int & (1 << 62) - 1
    return str(uuid.UUID(int=bits))


def now_ms():
    return int(time.time() * 1000)


@contextlib.contextmanager
def opened(server):
    db = sqlite3.connect(server.data / "workphone.db", isolation_level=None,
                         timeout=30)
    try:
        db.execute("PRAGMA wal_autocheckpoint = 0")  # that is the server's
        db.execute("BEGIN IMMEDIATE")
        yield db
        db.execute("COMMIT")
    finally:
        db.close()


def lives(db, udids):
    found = {udid: life for udid, *life in db.execute(
        "SELECT udid, lives.org_id, device_id, lives.id FROM lives"
        " JOIN devices ON devices.id = device_id WHERE lives.state = ?",
        (ENROLLED,))}
    return [found[udid] for udid in udids]


def insert(db, life, kind, place, state, at):
    org_id, device_id, life_id = life
    command_id = ordered_id(at)
    closed = at + 4000 if state == ACKNOWLEDGED else 0
    sent = at + 3000 if state == ACKNOWLEDGED else 0
    purpose = "query:" + kind if kind in QUESTIONS else "bench"
    row = (command_id, org_id, device_id, life_id, kind, purpose, state, 10,
           place, "bench", "load of the benchmark", "", at, 0, 0, sent, 0,
           closed, 1 if sent else 0, 0)
    db.execute("INSERT INTO commands (%s) VALUES (%s)"
               % (", ".join(COLUMNS), ", ".join("?" * len(COLUMNS))), row)
    db.execute("INSERT INTO command_payloads VALUES (?, ?)",
               (command_id, payload(kind, command_id)))
    return command_id


def queue_commands(server, udids, each=1, kinds=QUESTIONS):
    """`each` commands for each of these phones, of the kinds in turn."""
    with opened(server) as db:
        for number, life in enumerate(lives(db, udids)):
            for place in range(each):
                insert(db, life, kinds[(number + place) % len(kinds)],
                       place + 1, QUEUED, now_ms())


def add_history(server, udids, each):
    """`each` answered queries for each of these phones, oldest first."""
    kinds = QUESTIONS
    body = b"<plist><dict>" + b" " * 700 + b"</dict></plist>"
    with opened(server) as db:
        found = lives(db, udids)
        for place in range(each):
            at = now_ms() - (each - place) * 3600 * 1000
            for number, life in enumerate(found):
                command_id = insert(db, life,
                                    kinds[(number + place) % len(kinds)],
                                    0, ACKNOWLEDGED, at)
                db.execute("INSERT INTO answers (command_id, number, life_id,"
                           " status, received_at, body)"
                           " VALUES (?, 1, ?, 'Acknowledged', ?, ?)",
                           (command_id, life[2], at + 4000, body))
