#include "tests/fuzz/people/roster_check.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/roster/roster_inside.h"

static void check_text(const char *text)
{
	if (text && !str_is_utf8(text, strlen(text)))
		abort();
}

static void check_employments(const struct roster_person *person)
{
	size_t i;

	if (person->employment_count > ROSTER_EMPLOYMENTS_MAX)
		abort();
	for (i = 0; i < person->employment_count; i++) {
		const struct roster_employment *row = &person->employments[i];

		check_text(row->key);
		check_text(row->unit);
		check_text(row->from);
		check_text(row->to);
		if ((row->key && strlen(row->key) >= STORE_EXTERNAL_ID) ||
		    row->roles < 0)
			abort();
	}
}

static void check_leaves(const struct roster_person *person)
{
	size_t i;

	if (person->leave_count > ROSTER_LEAVES_MAX ||
	    (person->leave_count > 0 && !person->leaves))
		abort();
	for (i = 0; i < person->leave_count; i++) {
		check_text(person->leaves[i].from);
		check_text(person->leaves[i].until);
		check_text(person->leaves[i].deputy);
	}
}

static void check_person(const struct roster *roster, size_t i)
{
	const struct roster_person *person = &roster->people[i];

	/* Nobody stands twice, and each is found. */
	if (!person->key || !*person->key ||
	    strlen(person->key) >= STORE_EXTERNAL_ID ||
	    roster_index_get(&roster->by_key, person->key) != i)
		abort();
	check_text(person->key);
	check_text(person->external_id);
	check_text(person->name);
	check_text(person->first_name);
	check_text(person->last_name);
	check_text(person->mail);
	check_text(person->number);
	check_text(person->language);
	check_text(person->manager);
	check_employments(person);
	check_leaves(person);
}

static void check_faults(const struct roster *roster)
{
	size_t i;

	if (roster->fault_count > roster->fault_total ||
	    roster->fault_count > ROSTER_FAULTS_MAX)
		abort();
	for (i = 0; i < roster->fault_count; i++) {
		const struct roster_fault *fault = &roster->faults[i];

		if (!fault->field || !fault->sentence || !*fault->sentence)
			abort();
		check_text(fault->sentence);
	}
}

void roster_check(const struct roster *roster)
{
	size_t i;

	for (i = 0; i < roster->people_count; i++)
		check_person(roster, i);
	for (i = 0; i < roster->unit_count; i++)
		if (!roster->units[i].name || !*roster->units[i].name)
			abort();
	check_faults(roster);
}

void roster_check_refusal(int rc, const struct err *err)
{
	if (err->code == ERR_NONE || -(int)err->code != rc || !*err->text)
		abort();
	check_text(err->text);
}
