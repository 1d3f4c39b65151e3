/* What a source says of leaves, against those that are there: days, never why. */
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/ledger/ledger_text.h"
#include "server/service/roster/roster_inside.h"

static void say_day(struct buf *words, const char *what, int64_t day)
{
	char text[CALENDAR_DATE_TEXT_MAX];

	calendar_day_text((int32_t)day, text);
	WORDS_AND(words);
	buf_printf(words, "%s %s", what, text);
}

struct leaving {
	const struct roster *roster;
	struct absence_row rows[ROSTER_LEAVES_MAX];
	size_t count;
	bool is_used[ROSTER_LEAVES_MAX];
};

static int note_leave(void *arg, const struct absence_row *row)
{
	struct leaving *leaving = arg;

	if (leaving->count == ROSTER_LEAVES_MAX) {
		memmove(leaving->rows, leaving->rows + 1,
		    (ROSTER_LEAVES_MAX - 1) * sizeof(*row));
		leaving->count--;
	}
	leaving->rows[leaving->count++] = *row;
	return 0;
}

static struct absence_row *leave_find(struct leaving *leaving, int64_t from)
{
	size_t i;

	for (i = 0; i < leaving->count; i++)
		if (leaving->rows[i].from_day == from) {
			leaving->is_used[i] = true;
			return &leaving->rows[i];
		}
	return NULL;
}

static int look_at_leave(struct roster_look *look, struct plan_person *person,
    struct leaving *leaving, const struct roster_leave *said, struct buf *words)
{
	struct plan_step *step;
	struct absence_row *row;
	struct err why = {0};
	int64_t from = 0;
	int64_t until = 0;

	if (ledger_day_take(&from, said->from ? said->from : "",
	        "the first day away", &why) < 0 ||
	    ledger_day_take(&until, said->until ? said->until : "",
	        "the last day away", &why) < 0 ||
	    (from == 0 &&
	        err_set(&why, ERR_INVALID, "a leave has no first day") < 0) ||
	    (until && until < from &&
	        err_set(&why, ERR_INVALID,
	            "the leave would end before it begins") < 0))
		return plan_fault(look->plan, person->said->line, "away",
		    why.text, look->err);
	row = leave_find(leaving, from);
	if ((row && row->until_day == until) ||
	    (!row && until && until < look->ledger->today))
		return 0; /* as it is, or over before it was known */
	say_day(words, "away from", from);
	step = plan_step_add(look, person, STEP_LEAVE);
	if (!step)
		return -ERR_MEMORY;
	step->from = (int32_t)from;
	step->to = (int32_t)until;
	step->deputy = said->deputy;
	return 0;
}

/* Taken back by the source that said it: it did not begin, or ends. */
static int take_back(struct roster_look *look, struct plan_person *person,
    const struct absence_row *row, struct buf *words)
{
	int64_t today = look->ledger->today;
	struct plan_step *step;

	if (row->until_day && row->until_day < today)
		return 0;
	say_day(words, "not away any more from", row->from_day);
	step = plan_step_add(look, person,
	    row->from_day >= today ? STEP_LEAVE_VOID : STEP_LEAVE);
	if (!step)
		return -ERR_MEMORY;
	(void)str_copy(step->id, sizeof(step->id), row->id);
	step->from = (int32_t)row->from_day;
	step->to = (int32_t)today - 1;
	return 0;
}

int roster_leaves_look(
    struct roster_look *look, struct plan_person *person, struct buf *words)
{
	const struct roster_person *said = person->said;
	struct leaving leaving = {.roster = look->plan->roster};
	size_t i;
	int rc = 0;

	if (!said || !said->leaves)
		return 0;
	if (person->person_id[0])
		rc = store_absence_each_person(look->txn, look->ledger->org_id,
		    person->person_id, note_leave, &leaving, look->err);
	for (i = 0; rc == 0 && i < said->leave_count; i++)
		rc = look_at_leave(
		    look, person, &leaving, &said->leaves[i], words);
	for (i = 0; rc == 0 && i < leaving.count; i++)
		if (!leaving.is_used[i] &&
		    strcmp(leaving.rows[i].source, leaving.roster->source) == 0)
			rc = take_back(look, person, &leaving.rows[i], words);
	return rc;
}
