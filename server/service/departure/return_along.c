#include "server/service/departure/return_along.h"

#include "proto/base/err.h"
#include "proto/base/str.h"

static int note_thing(void *arg, const struct handout_thing_row *row)
{
	struct return_along *along = arg;
	struct return_thing *thing;

	if (row->kind != HANDOUT_ACCESSORY ||
	    along->count == HANDOUT_THINGS_MAX)
		return 0;
	thing = &along->things[along->count++];
	(void)str_copy(thing->id, sizeof(thing->id), row->thing_id);
	(void)str_copy(thing->name, sizeof(thing->name), row->name);
	return 0;
}

int return_along_load(struct txn *txn, const struct return_case_row *row,
    struct return_along *out, struct err *err)
{
	struct handout_row handout;
	int rc = store_handout_find_phone(
	    txn, row->org_id, row->device_id, row->person_id, &handout, err);

	out->count = 0;
	if (rc < 0)
		return rc == -ERR_NOT_FOUND ? 0 : rc;
	return store_handout_thing_each(
	    txn, row->org_id, handout.id, note_thing, out, err);
}
