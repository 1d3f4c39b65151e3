/*
 * ledger_gate: what is refused before it is so: by the rules in force, and then
 * the refusal begins with the id of its rule, or by a return that is not over.
 * It says what to do instead.
 */
#ifndef SERVER_SERVICE_LEDGER_LEDGER_GATE_H
#define SERVER_SERVICE_LEDGER_LEDGER_GATE_H

#include "server/service/ledger/ledger.h"

/*
 * May the person hold this phone from now on? held: who does now, id "" for
 * nobody. -ERR_CONFLICT: another one is personally responsible for it (AHL-18),
 * or its return from somebody else is not over, or disputed;
 * -ERR_DENIED: it is shared and the person leads no unit (AHL-19).
 */
int ledger_gate_holder(struct txn *txn, const struct ledger *ledger,
    const struct device *device, const struct assignment_row *held,
    const struct assignment_row *wanted, const struct person_row *person,
    struct err *err);

/*
 * May a link enrol this phone for the person? -ERR_CONFLICT: it is a private one
 * (BOT-22), the register has it as lost, gone, or of a kind that is never
 * managed, or its return from somebody else is not over, unless enrolling is
 * what proves that it was erased. A serial number that is not known yet may.
 */
int ledger_gate_link(struct txn *txn, const struct ledger *ledger,
    const char *serial, const char *person_id, struct err *err);

#endif
