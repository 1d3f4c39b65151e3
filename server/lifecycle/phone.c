#include "server/lifecycle/phone.h"

#include <string.h>

#include "proto/base/err.h"

/* The next state plus one: a pair nobody wrote down reads as 0: refused. */
#define TO(state) ((unsigned char)(PHONE_##state + 1))
/* Where it belongs when nothing is the matter: phone_rest(). */
#define REST ((unsigned char)(PHONE_STATE_COUNT + 1))
#define ON(event) [PHONE_EVENT_##event]

#define MAY_GO_MISSING                                                         \
	ON(REPORT_LOST) = TO(LOST), ON(REPORT_STOLEN) = TO(STOLEN),            \
	ON(WRITE_OFF) = TO(WRITTEN_OFF)

static const unsigned char steps[PHONE_STATE_COUNT][PHONE_EVENT_COUNT] = {
    [PHONE_ORDERED] =
        {
            ON(RECEIVE) = TO(IN_STOCK),
            /* Sent straight to the person. */
            ON(ASSIGN) = TO(ASSIGNED),
            ON(ENROL) = TO(ENROLLED),
            MAY_GO_MISSING,
        },
    [PHONE_IN_STOCK] =
        {
            ON(ASSIGN) = TO(ASSIGNED),
            ON(UNASSIGN) = TO(IN_STOCK),
            ON(ENROL) = TO(ENROLLED),
            ON(SEND_TO_REPAIR) = TO(IN_REPAIR),
            /* What had proven it empty was wrong. */
            ON(BEGIN_RETURN) = TO(RETURNING),
            ON(PROVE_WIPED) = TO(WIPED_PROVEN),
            ON(RETIRE) = TO(RETIRED),
            MAY_GO_MISSING,
        },
    [PHONE_ASSIGNED] =
        {
            ON(ASSIGN) = TO(ASSIGNED), /* to another */
            ON(UNASSIGN) = REST,
            ON(ENROL) = TO(ENROLLED),
            ON(SEND_TO_REPAIR) = TO(IN_REPAIR),
            ON(BEGIN_RETURN) = TO(RETURNING),
            ON(PROVE_WIPED) = TO(WIPED_PROVEN),
            ON(RESTOCK) = REST, /* left management, then handed in */
            ON(RETIRE) = TO(RETIRED),
            MAY_GO_MISSING,
        },
    /* Managed, and it stays so whoever holds it. */
    [PHONE_ENROLLED] =
        {
            ON(ASSIGN) = TO(ENROLLED),
            ON(UNASSIGN) = REST,
            ON(ENROL) = TO(ENROLLED),
            /* In whose pocket is not known by that. */
            ON(LEAVE) = TO(ASSIGNED),
            ON(SEND_TO_REPAIR) = TO(IN_REPAIR),
            ON(BEGIN_RETURN) = TO(RETURNING),
            ON(PROVE_WIPED) = TO(WIPED_PROVEN),
            MAY_GO_MISSING,
        },
    [PHONE_IN_REPAIR] =
        {
            ON(UNASSIGN) = TO(IN_REPAIR),
            ON(ENROL) = TO(IN_REPAIR),
            ON(LEAVE) = TO(IN_REPAIR),
            ON(REPAIRED) = REST,
            /* What was on it stays with the repairer: nothing is proven. */
            ON(REPLACE) = TO(WRITTEN_OFF),
            ON(BEGIN_RETURN) = TO(RETURNING),
            ON(PROVE_WIPED) = TO(WIPED_PROVEN),
            MAY_GO_MISSING,
        },
    /*
     * What a person said of it, a person takes back: a phone that a thief
     * erased and that enrols again is no less stolen. For the same reason an
     * erase of it is never proven while nobody has it.
     */
    [PHONE_LOST] =
        {
            ON(UNASSIGN) = TO(LOST),
            ON(ENROL) = TO(LOST),
            ON(LEAVE) = TO(LOST),
            ON(REPORT_STOLEN) = TO(STOLEN),
            ON(FIND) = REST,
            ON(WRITE_OFF) = TO(WRITTEN_OFF),
        },
    [PHONE_STOLEN] =
        {
            ON(UNASSIGN) = TO(STOLEN),
            ON(ENROL) = TO(STOLEN),
            ON(LEAVE) = TO(STOLEN),
            ON(FIND) = REST,
            ON(WRITE_OFF) = TO(WRITTEN_OFF),
        },
    /* Nobody else is handed it before it is proven empty. */
    [PHONE_RETURNING] =
        {
            ON(UNASSIGN) = TO(RETURNING),
            ON(ENROL) = TO(RETURNING),
            ON(LEAVE) = TO(RETURNING),
            ON(CANCEL_RETURN) = REST,
            ON(PROVE_WIPED) = TO(WIPED_PROVEN),
            MAY_GO_MISSING,
        },
    [PHONE_WIPED_PROVEN] =
        {
            ON(ASSIGN) = TO(ASSIGNED),
            ON(UNASSIGN) = TO(WIPED_PROVEN),
            ON(ENROL) = TO(ENROLLED),
            ON(LEAVE) = TO(WIPED_PROVEN),
            ON(SEND_TO_REPAIR) = TO(IN_REPAIR),
            ON(BEGIN_RETURN) = TO(RETURNING),
            ON(RESTOCK) = TO(IN_STOCK),
            ON(RETIRE) = TO(RETIRED),
            MAY_GO_MISSING,
        },
    [PHONE_RETIRED] =
        {
            ON(UNASSIGN) = TO(RETIRED), ON(ENROL) = TO(RETIRED),
            ON(LEAVE) = TO(RETIRED),
            ON(RESTOCK) = TO(IN_STOCK), /* it was a mistake */
        },
    [PHONE_WRITTEN_OFF] =
        {
            ON(UNASSIGN) = TO(WRITTEN_OFF), ON(ENROL) = TO(WRITTEN_OFF),
            ON(LEAVE) = TO(WRITTEN_OFF), ON(FIND) = REST, /* it came to light */
        },
};

static const char *const state_names[PHONE_STATE_COUNT] = {
    [PHONE_ORDERED] = "ordered",
    [PHONE_IN_STOCK] = "in_stock",
    [PHONE_ASSIGNED] = "assigned",
    [PHONE_ENROLLED] = "enrolled",
    [PHONE_IN_REPAIR] = "in_repair",
    [PHONE_LOST] = "lost",
    [PHONE_STOLEN] = "stolen",
    [PHONE_RETURNING] = "returning",
    [PHONE_WIPED_PROVEN] = "wiped_proven",
    [PHONE_RETIRED] = "retired",
    [PHONE_WRITTEN_OFF] = "written_off",
};

static const char *const event_names[PHONE_EVENT_COUNT] = {
    [PHONE_EVENT_RECEIVE] = "receive",
    [PHONE_EVENT_ASSIGN] = "assign",
    [PHONE_EVENT_UNASSIGN] = "unassign",
    [PHONE_EVENT_ENROL] = "enrol",
    [PHONE_EVENT_LEAVE] = "leave",
    [PHONE_EVENT_SEND_TO_REPAIR] = "send_to_repair",
    [PHONE_EVENT_REPAIRED] = "repaired",
    [PHONE_EVENT_REPLACE] = "replace",
    [PHONE_EVENT_REPORT_LOST] = "report_lost",
    [PHONE_EVENT_REPORT_STOLEN] = "report_stolen",
    [PHONE_EVENT_FIND] = "find",
    [PHONE_EVENT_BEGIN_RETURN] = "begin_return",
    [PHONE_EVENT_CANCEL_RETURN] = "cancel_return",
    [PHONE_EVENT_PROVE_WIPED] = "prove_wiped",
    [PHONE_EVENT_RESTOCK] = "restock",
    [PHONE_EVENT_RETIRE] = "retire",
    [PHONE_EVENT_WRITE_OFF] = "write_off",
};

static const char *const kind_names[PHONE_KIND_COUNT] = {
    [PHONE_KIND_IPHONE] = "iphone",
    [PHONE_KIND_IPAD] = "ipad",
    [PHONE_KIND_ANDROID] = "android",
    [PHONE_KIND_SIMPLE] = "simple",
};

enum phone_state phone_rest(const struct phone_is *is)
{
	if (is->managed)
		return PHONE_ENROLLED;
	if (is->held)
		return PHONE_ASSIGNED;
	return is->own ? PHONE_RETIRED : PHONE_IN_STOCK;
}

int phone_next(enum phone_state state, enum phone_event event,
    const struct phone_is *is, enum phone_state *next)
{
	unsigned char to;

	if ((unsigned)state >= PHONE_STATE_COUNT ||
	    (unsigned)event >= PHONE_EVENT_COUNT)
		return -(int)ERR_CONFLICT;
	to = steps[state][event];
	if (to == 0)
		return -(int)ERR_CONFLICT;
	*next = to == REST ? phone_rest(is) : (enum phone_state)(to - 1);
	return 0;
}

bool phone_is_missing(enum phone_state state)
{
	return state == PHONE_LOST || state == PHONE_STOLEN;
}

bool phone_is_gone(enum phone_state state)
{
	return state == PHONE_RETIRED || state == PHONE_WRITTEN_OFF;
}

bool phone_event_wants_reason(enum phone_event event)
{
	return event == PHONE_EVENT_REPORT_LOST ||
	    event == PHONE_EVENT_REPORT_STOLEN || event == PHONE_EVENT_FIND ||
	    event == PHONE_EVENT_REPLACE || event == PHONE_EVENT_RETIRE ||
	    event == PHONE_EVENT_WRITE_OFF || event == PHONE_EVENT_PROVE_WIPED;
}

bool phone_kind_is_managed(enum phone_kind kind)
{
	return kind == PHONE_KIND_IPHONE || kind == PHONE_KIND_IPAD;
}

static int name_find(
    const char *const *names, int count, const char *name, int *out)
{
	for (int i = 0; i < count; i++) {
		if (strcmp(name, names[i]) == 0) {
			*out = i;
			return 0;
		}
	}
	return -(int)ERR_INVALID;
}

const char *phone_state_name(enum phone_state state)
{
	return (unsigned)state < PHONE_STATE_COUNT ? state_names[state]
	                                           : "unknown";
}

int phone_state_parse(const char *name, enum phone_state *out)
{
	int i;

	if (name_find(state_names, PHONE_STATE_COUNT, name, &i) < 0)
		return -(int)ERR_INVALID;
	*out = (enum phone_state)i;
	return 0;
}

const char *phone_event_name(enum phone_event event)
{
	return (unsigned)event < PHONE_EVENT_COUNT ? event_names[event]
	                                           : "unknown";
}

int phone_event_parse(const char *name, enum phone_event *out)
{
	int i;

	if (name_find(event_names, PHONE_EVENT_COUNT, name, &i) < 0)
		return -(int)ERR_INVALID;
	*out = (enum phone_event)i;
	return 0;
}

const char *phone_kind_name(enum phone_kind kind)
{
	return (unsigned)kind < PHONE_KIND_COUNT ? kind_names[kind] : "unknown";
}

int phone_kind_parse(const char *name, enum phone_kind *out)
{
	int i;

	if (name_find(kind_names, PHONE_KIND_COUNT, name, &i) < 0)
		return -(int)ERR_INVALID;
	*out = (enum phone_kind)i;
	return 0;
}
