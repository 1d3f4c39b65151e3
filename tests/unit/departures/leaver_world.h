/*
 * leaver_world: a town with people, phones that answer, and a clock, for tests
 * of departures. Over two_towns.
 */
#ifndef TESTS_UNIT_DEPARTURES_LEAVER_WORLD_H
#define TESTS_UNIT_DEPARTURES_LEAVER_WORLD_H

#include <stdio.h>
#include <string.h>

#include "server/service/departure/departure.h"
#include "server/store/store_task.h"
#include "server/service/departure/return_case.h"
#include "tests/unit/server/two_towns.h"

/* The unit "Skolan" below "Staden", led by "Chef Ek" and "Topp Lund". */
int leaver_begin(void **state);
void leaver_people(void);
#define LEAVER_TEST(name)                                                      \
	cmocka_unit_test_setup_teardown(name, leaver_begin, towns_end)

/* Lines of the ledger, as printf(). */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Employed in Skolan from 2026-01-01, until the day before `to` (NULL: on). */
void hire(const char *name, const char *to);
/* Enrolled, and `name` holds it (NULL: nobody). */
void phone(const char *serial, const char *name, bool is_supervised);
/* A SIM in the phone; eid NULL: a plastic one. */
void sim(
    const char *number, const char *name, const char *serial, const char *eid);

/* Local time in Stockholm, "2026-11-30 08:00"; then all that time causes. */
void at(const char *day_and_hour);
void tick(void);

/* The phone connects and says Idle: the type of what it is given, "" nothing.
 * It then answers with acknowledge or error. */
const char *connects(const char *serial, bool acknowledges);
/* The answer to what it was given last; more is given to it meanwhile. */
void answers(const char *serial, bool acknowledges);
/* A Saturday: 2026-11-27 is a Friday, and no holiday is near. */
#define LAST_DAY_OVER "2026-11-28" /* the first day no longer employed */

/* It enrols again for a person, from Setup Assistant or not; it leaves. */
void enrols(const char *serial, const char *name, bool in_setup);
void checks_out(const char *serial);
/* In its life of now; phone() does it in the first one. */
void supervise(const char *serial);
bool is_enrolled(const char *serial);
/* The life it is in now. */
const char *life_of(const char *serial);
/* Given it, and nothing is heard any more. */
const char *takes(const char *serial);
/* The last command that a phone was given, as it was sent; "" nothing. */
const char *given_xml(void);
/* Its type and id. */
const char *given_type(void);
const char *given_id(void);

/* The newest case of a phone. */
struct return_view the_case(const char *serial);
enum return_state state_of(const char *serial);
bool has_case(const char *serial);
/* The only departure of a person, or the newest. */
struct departure_view the_departure(const char *name);
unsigned departures_of(const char *name);

/* How many erases were ever ordered of it, and are not cancelled or failed. */
unsigned erases_ordered(const char *serial);
unsigned erases_standing(const char *serial);

/* The bench proves, or catches, the newest erase of a phone. */
void bench_proves(const char *serial);
void bench_catches(const char *serial);

/* Steps; answers are codes. */
int custody(const char *serial, const char *receiver);
int perform_by(const struct actor *actor, const struct return_request *request);
int sign_by(const struct actor *actor, const char *serial,
    enum return_signer who, const char *person, const char *name,
    enum return_codes codes, const char *note);
/* The receiver on an account of their own. */
int sign(const char *serial, enum return_signer who, const char *person,
    const char *name, enum return_codes codes, const char *note);
/* Both, and the codes handed over; the receiver is Chef Ek. */
void all_signed(const char *serial, const char *leaver);
int decide_sim(
    const char *serial, const char *number, enum sim_decision decision);
int state_codes(const char *serial, enum return_codes codes);
int act(const char *serial, enum return_act act, const char *note);
/* Why the last of them was refused. */
extern struct err leaver_err;

/* How many notices of a kind wait for somebody. */
unsigned notices_of(const char *name, int kind);
/* The open task of a kind about a departure; id "" when there is none. */
struct task_row task_of(const char *departure_id, int kind);

#endif
