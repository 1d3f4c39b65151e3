#include "server/lifecycle/return_case.h"

#include <stddef.h>
#include <string.h>

#include "proto/base/err.h"

#define MARK(name) RETURN_MARK_##name

/* What each event sets and takes back, wherever it is allowed. */
static const struct {
	unsigned set;
	unsigned clear;
} effects[RETURN_EVENT_COUNT] = {
    [RETURN_EVENT_ASK] = {.set = MARK(ASKED)},
    [RETURN_EVENT_CUSTODY] = {.set = MARK(CUSTODY)},
    [RETURN_EVENT_LOCK_CLEARED] = {.set = MARK(LOCK_CLEARED)},
    [RETURN_EVENT_LOCK_OPEN] = {.clear = MARK(LOCK_CLEARED)},
    [RETURN_EVENT_WIPE_ACKNOWLEDGED] = {.set = MARK(WIPE_ACKNOWLEDGED)},
    [RETURN_EVENT_PROOF] = {.set = MARK(PROVEN)},
    /* Who speaks under the old identity was not erased, whatever was said. */
    [RETURN_EVENT_CONTACT] = {.clear = MARK(WIPE_ACKNOWLEDGED) | MARK(PROVEN)},
    [RETURN_EVENT_REFUTED] = {.clear = MARK(WIPE_ACKNOWLEDGED) | MARK(PROVEN)},
    [RETURN_EVENT_SIGN_HOLDER] = {.set = MARK(SIGNED_HOLDER)},
    [RETURN_EVENT_SIGN_RECEIVER] = {.set = MARK(SIGNED_RECEIVER)},
    [RETURN_EVENT_CODES_STATED] = {.set = MARK(CODES_STATED)},
    [RETURN_EVENT_CODES_OPEN] = {.clear = MARK(CODES_STATED)},
    [RETURN_EVENT_SIM_DECIDED] = {.set = MARK(SIM_DECIDED)},
    [RETURN_EVENT_SIM_OPEN] = {.clear = MARK(SIM_DECIDED)},
    [RETURN_EVENT_DATA_REMOVED] = {.set = MARK(DATA_REMOVED)},
    [RETURN_EVENT_DATA_OPEN] = {.clear = MARK(DATA_REMOVED)},
    [RETURN_EVENT_PUT_BACK] = {.clear = MARK(ASKED)},
};

/* Where an event leads: nowhere, by the marks, to itself, or to a state. */
#define REFUSED 0
#define BY_MARKS 1
#define STAYS 2
#define TO(state) ((unsigned char)(RETURN_##state + 3))
#define ON(event) [RETURN_EVENT_##event]

/* Things that are done, in any order: the marks say where that leads. */
#define DONE(where)                                                            \
	ON(LOCK_CLEARED) = (where), ON(LOCK_OPEN) = (where),                   \
	ON(SIGN_HOLDER) = (where), ON(SIGN_RECEIVER) = (where),                \
	ON(CODES_STATED) = (where), ON(CODES_OPEN) = (where),                  \
	ON(SIM_DECIDED) = (where), ON(SIM_OPEN) = (where),                     \
	ON(DATA_REMOVED) = (where), ON(DATA_OPEN) = (where),                   \
	ON(PHONE_CHANGED) = (where)
#define ENDS ON(CANCEL) = TO(CANCELLED), ON(WRITE_OFF) = TO(WRITTEN_OFF)
/* A phone that is on its way. */
#define ON_ITS_WAY                                                             \
	DONE(BY_MARKS), ON(CUSTODY) = BY_MARKS,                                \
	                ON(WIPE_ACKNOWLEDGED) = BY_MARKS,                      \
	                ON(PROOF) = BY_MARKS, ON(CONTACT) = TO(DISPUTED),      \
	                ON(REFUTED) = TO(DISPUTED), ON(LOST) = TO(LOST),       \
	                ON(HEARD) = STAYS, ENDS

static const unsigned char steps[RETURN_STATE_COUNT][RETURN_EVENT_COUNT] = {
    [RETURN_PLANNED] = {ON_ITS_WAY, ON(ASK) = BY_MARKS},
    [RETURN_ASKED] = {ON_ITS_WAY, ON(OFFLINE) = TO(OFFLINE),
        ON(PUT_BACK) = BY_MARKS},
    /* Handed in before the last day: asked for when it is over. */
    [RETURN_IN_CUSTODY] = {ON_ITS_WAY, ON(ASK) = BY_MARKS,
        ON(PUT_BACK) = BY_MARKS},
    [RETURN_LOCK_CLEARED] = {ON_ITS_WAY, ON(ASK) = BY_MARKS,
        ON(PUT_BACK) = BY_MARKS},
    /* An erase cannot be put back; the phone needs proof all the same. */
    [RETURN_WIPED] = {ON_ITS_WAY, ON(ASK) = BY_MARKS},
    [RETURN_PROVEN] = {ON_ITS_WAY, ON(ASK) = BY_MARKS},
    [RETURN_OFFLINE] = {DONE(STAYS), ON(CUSTODY) = BY_MARKS,
        ON(WIPE_ACKNOWLEDGED) = BY_MARKS, ON(PROOF) = BY_MARKS,
        ON(CONTACT) = TO(DISPUTED), ON(REFUTED) = TO(DISPUTED),
        ON(LOST) = TO(LOST), ON(HEARD) = BY_MARKS, ON(PUT_BACK) = BY_MARKS,
        ENDS},
    /* Lost stays lost until somebody has it: an erase that it acknowledges,
     * even a new life that it begins, brings nothing back. */
    [RETURN_LOST] = {DONE(STAYS), ON(ASK) = STAYS, ON(CUSTODY) = BY_MARKS,
        ON(WIPE_ACKNOWLEDGED) = STAYS, ON(PROOF) = STAYS, ON(CONTACT) = STAYS,
        ON(REFUTED) = STAYS, ON(HEARD) = STAYS, ON(FOUND) = BY_MARKS, ENDS},
    /* Only another proof ends a dispute, or a person with a reason. */
    [RETURN_DISPUTED] = {DONE(STAYS), ON(ASK) = STAYS, ON(CUSTODY) = STAYS,
        ON(WIPE_ACKNOWLEDGED) = STAYS, ON(PROOF) = BY_MARKS,
        ON(CONTACT) = STAYS, ON(REFUTED) = STAYS, ON(HEARD) = STAYS,
        ON(LOST) = TO(LOST), ENDS},
    /* What was released on a proof that turns out wrong is open again. */
    [RETURN_RELEASED] = {ON(CONTACT) = TO(DISPUTED),
        ON(REFUTED) = TO(DISPUTED)},
    /* It turned up after all: the way goes on where it was. What it does
     * meanwhile brings nothing back, but it is known by then. */
    [RETURN_WRITTEN_OFF] = {ON(FOUND) = BY_MARKS, ON(CUSTODY) = BY_MARKS,
        ON(WIPE_ACKNOWLEDGED) = STAYS, ON(PROOF) = STAYS, ON(CONTACT) = STAYS,
        ON(REFUTED) = STAYS, ON(SIM_DECIDED) = STAYS, ON(SIM_OPEN) = STAYS,
        ON(LOCK_OPEN) = STAYS, ON(DATA_OPEN) = STAYS},
    /* Cancelled has no row: nothing leaves it. */
};

static const unsigned kind_needs[RETURN_KIND_COUNT] = {
    [RETURN_KIND_MANAGED] = MARK(ASKED) | MARK(CUSTODY) | MARK(LOCK_CLEARED) |
        MARK(PROVEN) | MARK(SIGNED_HOLDER) | MARK(SIGNED_RECEIVER) |
        MARK(CODES_STATED) | MARK(SIM_DECIDED),
    [RETURN_KIND_UNSUPERVISED] = MARK(ASKED) | MARK(CUSTODY) |
        MARK(LOCK_CLEARED) | MARK(PROVEN) | MARK(SIGNED_HOLDER) |
        MARK(SIGNED_RECEIVER) | MARK(CODES_STATED) | MARK(SIM_DECIDED),
    [RETURN_KIND_UNMANAGED] = MARK(ASKED) | MARK(CUSTODY) | MARK(PROVEN) |
        MARK(SIGNED_HOLDER) | MARK(SIGNED_RECEIVER) | MARK(CODES_STATED) |
        MARK(SIM_DECIDED),
    [RETURN_KIND_PRIVATE] =
        MARK(ASKED) | MARK(DATA_REMOVED) | MARK(SIM_DECIDED),
    [RETURN_KIND_SHARED] =
        MARK(ASKED) | MARK(SIGNED_HOLDER) | MARK(SIGNED_RECEIVER),
};

static const char *const state_names[RETURN_STATE_COUNT] = {
    [RETURN_PLANNED] = "planned",
    [RETURN_ASKED] = "asked",
    [RETURN_IN_CUSTODY] = "in_custody",
    [RETURN_LOCK_CLEARED] = "lock_cleared",
    [RETURN_WIPED] = "wiped",
    [RETURN_PROVEN] = "proven",
    [RETURN_OFFLINE] = "offline",
    [RETURN_LOST] = "lost",
    [RETURN_DISPUTED] = "disputed",
    [RETURN_RELEASED] = "released",
    [RETURN_WRITTEN_OFF] = "written_off",
    [RETURN_CANCELLED] = "cancelled",
};

static const char *const kind_names[RETURN_KIND_COUNT] = {
    [RETURN_KIND_MANAGED] = "managed",
    [RETURN_KIND_UNSUPERVISED] = "unsupervised",
    [RETURN_KIND_UNMANAGED] = "unmanaged",
    [RETURN_KIND_PRIVATE] = "private",
    [RETURN_KIND_SHARED] = "shared",
};

static const char *const event_names[RETURN_EVENT_COUNT] = {
    [RETURN_EVENT_ASK] = "ask",
    [RETURN_EVENT_CUSTODY] = "custody",
    [RETURN_EVENT_LOCK_CLEARED] = "lock_cleared",
    [RETURN_EVENT_LOCK_OPEN] = "lock_open",
    [RETURN_EVENT_WIPE_ACKNOWLEDGED] = "wipe_acknowledged",
    [RETURN_EVENT_PROOF] = "proof",
    [RETURN_EVENT_CONTACT] = "contact",
    [RETURN_EVENT_REFUTED] = "refuted",
    [RETURN_EVENT_SIGN_HOLDER] = "sign_holder",
    [RETURN_EVENT_SIGN_RECEIVER] = "sign_receiver",
    [RETURN_EVENT_CODES_STATED] = "codes_stated",
    [RETURN_EVENT_CODES_OPEN] = "codes_open",
    [RETURN_EVENT_SIM_DECIDED] = "sim_decided",
    [RETURN_EVENT_SIM_OPEN] = "sim_open",
    [RETURN_EVENT_DATA_REMOVED] = "data_removed",
    [RETURN_EVENT_DATA_OPEN] = "data_open",
    [RETURN_EVENT_PHONE_CHANGED] = "phone_changed",
    [RETURN_EVENT_OFFLINE] = "offline",
    [RETURN_EVENT_HEARD] = "heard",
    [RETURN_EVENT_LOST] = "lost",
    [RETURN_EVENT_FOUND] = "found",
    [RETURN_EVENT_PUT_BACK] = "put_back",
    [RETURN_EVENT_CANCEL] = "cancel",
    [RETURN_EVENT_WRITE_OFF] = "write_off",
};

static const char *const mark_names[RETURN_MARK_COUNT] = {"asked", "custody",
    "lock_cleared", "wipe_acknowledged", "proven", "signed_holder",
    "signed_receiver", "codes_stated", "sim_decided", "data_removed"};

unsigned return_case_needs(enum return_kind kind)
{
	/* What is not known needs everything. */
	return (unsigned)kind < RETURN_KIND_COUNT ? kind_needs[kind]
	                                          : RETURN_MARKS_ALL;
}

enum return_state return_case_of_marks(unsigned marks, unsigned needs)
{
	if ((marks & needs) == needs && needs != 0)
		return RETURN_RELEASED;
	if (marks & MARK(PROVEN))
		return RETURN_PROVEN;
	if (marks & MARK(WIPE_ACKNOWLEDGED))
		return RETURN_WIPED;
	if (marks & MARK(CUSTODY))
		return marks & MARK(LOCK_CLEARED) ? RETURN_LOCK_CLEARED
		                                  : RETURN_IN_CUSTODY;
	return marks & MARK(ASKED) ? RETURN_ASKED : RETURN_PLANNED;
}

int return_case_next(enum return_state state, unsigned marks, unsigned needs,
    enum return_event event, enum return_state *next, unsigned *next_marks)
{
	unsigned char where;

	if ((unsigned)state >= RETURN_STATE_COUNT ||
	    (unsigned)event >= RETURN_EVENT_COUNT)
		return -(int)ERR_CONFLICT;
	where = steps[state][event];
	if (where == REFUSED)
		return -(int)ERR_CONFLICT;
	marks = (marks | effects[event].set) & ~effects[event].clear;
	if (where == BY_MARKS)
		state = return_case_of_marks(marks, needs);
	else if (where != STAYS)
		state = (enum return_state)(where - TO(PLANNED));
	*next = state;
	*next_marks = marks;
	return 0;
}

bool return_case_is_open(enum return_state state)
{
	return (unsigned)state <= RETURN_DISPUTED;
}

bool return_case_wants_wipe(
    enum return_kind kind, enum return_state state, unsigned marks)
{
	return (kind == RETURN_KIND_MANAGED ||
	           kind == RETURN_KIND_UNSUPERVISED) &&
	    return_case_is_open(state) && state != RETURN_LOST &&
	    (marks & MARK(ASKED)) &&
	    !(marks & (MARK(WIPE_ACKNOWLEDGED) | MARK(PROVEN)));
}

const char *return_state_name(enum return_state state)
{
	return (unsigned)state < RETURN_STATE_COUNT ? state_names[state]
	                                            : "unknown";
}

int return_state_parse(const char *name, enum return_state *out)
{
	int i;

	for (i = 0; i < RETURN_STATE_COUNT; i++) {
		if (strcmp(name, state_names[i]) == 0) {
			*out = (enum return_state)i;
			return 0;
		}
	}
	return -(int)ERR_INVALID;
}

const char *return_kind_name(enum return_kind kind)
{
	return (unsigned)kind < RETURN_KIND_COUNT ? kind_names[kind]
	                                          : "unknown";
}

const char *return_event_name(enum return_event event)
{
	return (unsigned)event < RETURN_EVENT_COUNT ? event_names[event]
	                                            : "unknown";
}

const char *return_mark_name(unsigned bit)
{
	return bit < RETURN_MARK_COUNT ? mark_names[bit] : "unknown";
}
