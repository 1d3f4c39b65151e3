/*
 * action: what people and scripts do to a phone: set a PIN, make it say NotNow,
 * enrol it again. One table, used over the control socket and on state files.
 */
#ifndef TESTS_PHONES_ACTION_H
#define TESTS_PHONES_ACTION_H

#include "tests/phones/session.h"

struct action {
	const char *name;
	const char *argument; /* for the usage; "" when it takes none */
	const char *help;
	bool needs_network;
	int (*run)(struct session *session, const struct action *action,
	    const char *argument, struct err *err);
	size_t offset; /* of a counter or switch in struct phone_behaviour */
};

/* NULL behind the last. */
const struct action *action_at(size_t index);
const struct action *action_find(const char *name);

/*
 * argument: NULL or text. ERR_UNSUPPORTED for an unknown name, ERR_INVALID for
 * an argument it does not take.
 */
int action_run(struct session *session, const char *name, const char *argument,
    struct err *err);

#endif
