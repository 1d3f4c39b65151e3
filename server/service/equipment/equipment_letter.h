/*
 * equipment_letter: the text that goes to the operator when a SIM is to be
 * blocked or replaced. A human sends it; nothing here does. Private to orders.
 */
#ifndef SERVER_SERVICE_EQUIPMENT_EQUIPMENT_LETTER_H
#define SERVER_SERVICE_EQUIPMENT_EQUIPMENT_LETTER_H

#include "server/service/task/task_world.h"

/* *letter stays NULL for other orders; the caller's to free(). */
int equipment_letter_write(struct txn *txn, const struct task_world *world,
    const struct equipment_order_row *order, char **letter, struct err *err);

#endif
