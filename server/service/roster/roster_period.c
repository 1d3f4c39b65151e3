/* The periods of one person, and what a source says of one employment. */
#include "server/service/roster/roster_period.h"

#include <stdio.h>
#include <string.h>

#include "policies/pack.h"
#include "proto/base/err.h"
#include "server/service/ledger/ledger_text.h"

int roster_period_note(void *arg, const struct employment_row *row)
{
	struct roster_periods *periods = arg;

	if (periods->count == ROSTER_PERIODS_MAX) {
		memmove(periods->rows, periods->rows + 1,
		    (ROSTER_PERIODS_MAX - 1) * sizeof(*row));
		periods->count--;
	}
	periods->rows[periods->count++] = *row;
	return 0;
}

bool roster_period_is_over(const struct employment_row *row, int32_t today)
{
	return row->to_day > 0 && row->to_day <= today;
}

/* ---- one employment as said ---- */

static int say_fault(
    struct roster_employing *at, const char *field, const char *sentence)
{
	return plan_fault(at->look->plan, at->person->said->line, field,
	    sentence, at->look->err);
}

/* 1: cannot be read, which is noted. */
static int take_days(struct roster_employing *at, struct roster_wanted *wanted)
{
	struct err why = {0};
	char a[CALENDAR_DATE_TEXT_MAX];
	char b[CALENDAR_DATE_TEXT_MAX];
	char sentence[ERR_TEXT_MAX];
	int rc;

	if (ledger_day_take(&wanted->from, wanted->said->from, "from", &why) <
	        0 ||
	    ledger_day_take(&wanted->to, wanted->said->to, "to", &why) < 0) {
		rc = say_fault(at, "", why.text);
		return rc < 0 ? rc : 1;
	}
	wanted->says_to = wanted->said->to != NULL;
	if (!wanted->from || !wanted->to || wanted->to >= wanted->from)
		return 0;
	calendar_day_text((int32_t)wanted->from, a);
	calendar_day_text((int32_t)wanted->to, b);
	(void)snprintf(sentence, sizeof(sentence),
	    "the employment would end before it begins: from %s, and from %s "
	    "on no more",
	    a, b);
	rc = say_fault(at, "to", sentence);
	return rc < 0 ? rc : 1;
}

int roster_wanted_take(struct roster_employing *at,
    const struct roster_employment *said, struct roster_wanted *out)
{
	int rc;

	*out = (struct roster_wanted){.said = said, .unit = ROSTER_INDEX_NONE};
	if ((rc = take_days(at, out)) != 0)
		return rc;
	if (said->roles < 0 || said->roles >= 1 << PACK_ROLE_COUNT)
		return err_set(
		    at->look->err, ERR_INVALID, "there is no such role");
	out->says_unit = said->unit != NULL;
	if (!said->unit || !*said->unit)
		return 0;
	return roster_unit_meet(
	    at->look, said->unit, at->person->said->line, &out->unit);
}

/* ---- the chain that is meant ---- */

static bool is_of(const struct roster_employing *at,
    const struct employment_row *row, const struct roster_employment *said)
{
	return strcmp(row->source, at->look->plan->roster->source) == 0 &&
	    (!said->key || strcmp(row->external_id, said->key) == 0);
}

/* By hand before the source was there: the same first day, else the only one
 * in force. */
static size_t find_claim(
    struct roster_employing *at, const struct roster_wanted *wanted)
{
	size_t found = ROSTER_INDEX_NONE;
	size_t fits = 0;
	size_t i;

	for (i = 0; i < at->periods.count; i++) {
		const struct employment_row *row = &at->periods.rows[i];

		if (row->source[0] || at->periods.is_used[i])
			continue;
		if (wanted->from && row->from_day == wanted->from)
			return i;
		if (roster_period_is_over(row, at->today))
			continue;
		found = i;
		fits++;
	}
	return fits == 1 ? found : ROSTER_INDEX_NONE;
}

void roster_chain_find(struct roster_employing *at,
    const struct roster_wanted *wanted, struct roster_chain *out)
{
	size_t claim;
	size_t i;

	out->count = 0;
	for (i = 0; i < at->periods.count; i++)
		if (is_of(at, &at->periods.rows[i], wanted->said)) {
			out->at[out->count++] = i;
			at->periods.is_used[i] = true;
		}
	if (out->count > 0 ||
	    (claim = find_claim(at, wanted)) == ROSTER_INDEX_NONE)
		return;
	out->at[out->count++] = claim;
	at->periods.is_used[claim] = true;
}
