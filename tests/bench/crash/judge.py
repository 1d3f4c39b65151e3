"""Is every promise in the database? Read from a copy, so that the server's own
start is what mends its database, not this look at it.
"""

import shutil
import sqlite3

from fleet import Broken, count_of

QUEUED, SENT, NOT_NOW, ACKNOWLEDGED, FAILED, CANCELLED, SUPERSEDED = range(7)
# Closed by the server's side before the phone's word came.
WITHDRAWN = (CANCELLED, SUPERSEDED)
CLOSED_AS = {"Acknowledged": ACKNOWLEDGED, "Error": FAILED}
WIPE_ACKNOWLEDGED, WIPE_CANCELLED = 1, 4


class Judge:
    def __init__(self, server, folder):
        self.server = server
        self.copy = folder / "copy"
        self.closed = {}  # command → state, once closed for ever
        self.looks = 0

    def open_copy(self):
        shutil.rmtree(self.copy, ignore_errors=True)
        self.copy.mkdir()
        for name in ("workphone.db", "workphone.db-wal"):
            source = self.server.data / name
            if source.exists():
                shutil.copy(source, self.copy / name)
        return sqlite3.connect(self.copy / "workphone.db")

    def look(self, fleet):
        """The server is not running."""
        db = self.open_copy()
        db.row_factory = sqlite3.Row
        try:
            found = db.execute("PRAGMA integrity_check").fetchone()[0]
            if found != "ok":
                raise Broken("integrity_check: " + found)
            if db.execute("PRAGMA foreign_key_check").fetchall():
                raise Broken("foreign_key_check finds orphans")
            self.commands = {row["id"]: row for row in db.execute(
                "SELECT * FROM commands")}
            self.check_history()
            for phone in fleet.phones:
                self.check_phone(db, phone)
            self.check_orders(db, fleet)
        finally:
            db.close()
        self.looks += 1

    # ---- what was closed stays closed ----

    def check_history(self):
        for uuid, state in self.closed.items():
            row = self.commands.get(uuid)
            if row is None or row["state"] != state:
                raise Broken(f"command {uuid} was {state}, and is now "
                             f"{row and row['state']}")
        self.closed = {uuid: row["state"] for uuid, row in
                       self.commands.items() if row["state"] > NOT_NOW}

    # ---- one phone's promises ----

    def check_phone(self, db, phone):
        life = db.execute(
            "SELECT lives.* FROM lives JOIN devices ON devices.life_id ="
            " lives.id WHERE serial = ?", (phone.serial,)).fetchone()
        if life is None:
            raise Broken(f"{phone.serial}: its enrolment is lost")
        if phone.tokens_kept:
            count = count_of(life["push_token"])
            if not phone.tokens_kept <= count <= phone.tokens_sent:
                raise Broken(
                    f"{phone.serial}: token {count} is kept, {phone.tokens_kept}"
                    f" was answered, {phone.tokens_sent} sent")
        if phone.unlock_kept:
            secret = db.execute(
                "SELECT stored_at FROM secrets WHERE life_id = ? AND kind ="
                " 'unlock_token'", (life["id"],)).fetchone()
            if secret is None or secret["stored_at"] < phone.unlock_kept:
                raise Broken(f"{phone.serial}: its unlock token is lost")
        for uuid, command in phone.commands.items():
            self.check_command(db, phone, uuid, command)

    def check_command(self, db, phone, uuid, command):
        row = self.commands.get(uuid)
        name = f"{phone.serial}: {command.request_type} {uuid}"
        if row is None:
            raise Broken(name + " was delivered and is not there")
        state = row["state"]
        if command.delivered and state == QUEUED:
            raise Broken(name + " was delivered and is queued as if not")
        if row["sent_count"] < command.delivered:
            raise Broken(f"{name}: delivered {command.delivered} times, "
                         f"{row['sent_count']} are known")
        if state in WITHDRAWN:
            return
        if row["not_now_count"] < command.not_now:
            raise Broken(f"{name}: a NotNow is forgotten")
        if command.closed is None:
            if state in (ACKNOWLEDGED, FAILED) and not command.closing:
                raise Broken(f"{name} is closed, its phone never said so")
            return
        if state != CLOSED_AS[command.closed]:
            raise Broken(f"{name}: {command.closed} was answered 200, its "
                         f"state is {state}")
        if command.request_type == "ActivationLockBypassCode":
            # Never the answer, which is a secret: the code, sealed.
            kept = command.closed != "Acknowledged" or db.execute(
                "SELECT 1 FROM escrow WHERE serial = ? AND kind = 0",
                (phone.serial,)).fetchone()
        else:
            kept = db.execute("SELECT 1 FROM answers WHERE command_id = ?",
                              (uuid,)).fetchone()
        if not kept:
            raise Broken(f"{name}: the answer itself is not kept")

    # ---- the operator's promises ----

    def check_orders(self, db, fleet):
        operator = fleet.operator
        by_serial = {phone.serial: phone for phone in fleet.phones}
        for serial, begun in operator.pushes_kept.items():
            if serial in operator.wiped:
                continue
            device = operator.devices[serial]
            if not any(row["device_id"] == device and
                       row["request_type"] == "InstallProfile" and
                       row["created_at"] >= begun
                       for row in self.commands.values()):
                raise Broken(f"{serial}: a push answered 202 is lost")
        for serial in operator.wiped:
            self.check_wipe(db, operator, by_serial[serial])

    def check_wipe(self, db, operator, phone):
        wipes = db.execute(
            "SELECT * FROM wipes WHERE device_id = ? AND state < ?",
            (operator.devices[phone.serial], WIPE_CANCELLED)).fetchall()
        if phone.serial in operator.wipes_kept and len(wipes) != 1:
            raise Broken(f"{phone.serial}: {len(wipes)} wipes, 1 was ordered")
        erases = [command for command in phone.commands.values()
                  if command.request_type == "EraseDevice"]
        if len(erases) > 1:
            raise Broken(f"{phone.serial}: {len(erases)} erases were delivered")
        if erases and erases[0].closed and (
                not wipes or wipes[0]["state"] < WIPE_ACKNOWLEDGED):
            raise Broken(f"{phone.serial}: the erase was acknowledged, the "
                         "wipe does not know")
