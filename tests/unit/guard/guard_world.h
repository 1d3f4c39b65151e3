/*
 * guard_world: two_towns with several people who order and decide, and phones
 * in people's hands.
 */
#ifndef TESTS_UNIT_GUARD_GUARD_WORLD_H
#define TESTS_UNIT_GUARD_GUARD_WORLD_H

#include "server/service/guard/approval.h"
#include "server/service/guard/guard.h"
#include "server/service/guard/legal_hold.h"
#include "tests/unit/server/two_towns.h"

/* Of the first town, each with a key of their own. */
extern const struct actor eve;
extern const struct actor finn;

/* "SERIAL<n>", enrolled, held by "Person <n>" of Ada's town. */
void world_phone(unsigned number);
/* "device-SERIAL<n>"; a static text for each of the last eight. */
const char *world_device(unsigned number);

struct guard_answer world_ask(const struct actor *actor, unsigned number,
    enum guard_kind kind, enum guard_cause cause);
struct guard_answer world_ask_dry(
    const struct actor *actor, unsigned number, enum guard_cause cause);

/* The answer to ordering the wipe of SERIAL<n>: 0 or the code, with *err. */
int world_wipe(const struct actor *actor, unsigned number, struct err *err);

/* Says yes as this actor to what the request names now: 0 or the code. */
int world_approve(const struct actor *actor, const char *id, struct err *err);

/* The request type of the command that the phone is given now; "": none. */
void world_connect(unsigned number, char *request_type, size_t size);

/* The newest wipe of the phone and its command. */
void world_wipe_of(unsigned number, struct wipe *wipe, struct command *command);

/* Sets a hold and gives its view; fails the test when it is refused. */
struct legal_hold_view world_hold(
    enum legal_hold_kind kind, const char *subject);

#endif
