/*
 * random_events: the parts of a random town's events that stand in two files:
 * random_events.c, which picks them, and random_returns.c.
 */
#ifndef TESTS_UNIT_DEPARTURES_RANDOM_EVENTS_H
#define TESTS_UNIT_DEPARTURES_RANDOM_EVENTS_H

#include "tests/unit/departures/random_town.h"

struct handset *phone_under_way(void);
const struct actor *any_account(void);
void connect_now(struct handset *handset);
void lift_hold(char hold_id[STORE_ID]);

void event_prove(void);
void event_catch(void);
void event_custody(void);
void event_sign(void);
void event_codes(void);
void event_lock(void);
void event_state(void);
void event_sim(void);
void event_lost(void);
void event_manager_locks(void);
void event_found(void);
void event_write_off(void);

#endif
