#include "tests/unit/server/towns_look.h"

#include <string.h>

#include "policies/calendar.h"

/* Each row goes where there is room, and is counted. */
#define KEEP(rows, count, row)                                                 \
	do {                                                                   \
		if ((count) < TOWNS_LOOK_MAX)                                  \
			(rows)[count] = *(row);                                \
		(count)++;                                                     \
	} while (0)

static int on_employment(void *arg, const struct employment_view *view)
{
	struct towns_look *look = arg;

	KEEP(look->employments, look->employed, &view->row);
	return 0;
}

static int on_absence(void *arg, const struct absence_row *row)
{
	struct towns_look *look = arg;

	KEEP(look->absences, look->away, row);
	return 0;
}

static int on_assignment(void *arg, const struct assignment_row *row)
{
	struct towns_look *look = arg;

	KEEP(look->assignments, look->held, row);
	return 0;
}

struct person_view towns_person(const char *text, struct towns_look *look)
{
	struct person_parts parts = {
	    on_employment, on_absence, on_assignment, look};
	struct person_view view;
	struct err err = {0};

	memset(look, 0, sizeof(*look));
	if (service_person_view(&towns, ada, text, &view, &parts, &err) < 0)
		fail_msg("%s", err.text);
	return view;
}

static int on_person(void *arg, const struct person_row *row)
{
	(void)row;
	++*(int *)arg;
	return 0;
}

int towns_count_people(void)
{
	int count = 0;

	assert_int_equal(service_person_each(
	                     &towns, ada, NULL, "", 0, on_person, &count, NULL),
	    0);
	return count;
}

int32_t towns_day(const char *text)
{
	int32_t out = 0;

	assert_int_equal(calendar_day_parse(text, &out, NULL), 0);
	return out;
}
