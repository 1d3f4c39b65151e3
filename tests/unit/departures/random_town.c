#include "tests/unit/departures/random_town.h"

#include "policies/calendar.h"

/* As no policy says otherwise (policies/leaving_terms). */
#define REHIRE_DAYS 30
#define OVERLAP_DAYS 31
#define TOLD_MAX 64 /* more are never open at a time */

struct citizen citizens[PEOPLE];
struct handset handsets[PHONES];
unsigned long event_number;
const char *event_name = "the beginning";
struct town_count town;

static uint64_t state;
static unsigned names;
static unsigned serials;

/* ---- dice ---- */

void dice_seed(uint64_t seed)
{
	state = seed;
}

unsigned dice(unsigned below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33) % below;
}

struct citizen *anybody(void)
{
	return &citizens[dice(PEOPLE)];
}

struct handset *any_phone(void)
{
	return &handsets[dice(PHONES)];
}

struct handset *phone_at_hand(void)
{
	struct handset *handset = any_phone();
	int i;

	for (i = 0; handset->is_away && i < 4; i++)
		handset = any_phone();
	return handset;
}

void trouble(const struct handset *handset, const char *what)
{
	fail_msg("event %lu (%s), phone %s: %s", event_number, event_name,
	    handset->serial, what);
	__builtin_unreachable();
}

/* ---- jobs ---- */

int32_t today(void)
{
	return calendar_day_at(CALENDAR_STOCKHOLM, towns_now);
}

static bool is_in_force(const struct job *job, int32_t day)
{
	return job->from <= day && (job->to == 0 || job->to > day);
}

unsigned jobs_in_force(const struct citizen *citizen)
{
	unsigned count = 0;
	unsigned i;

	for (i = 0; i < citizen->count; i++)
		count += is_in_force(&citizen->jobs[i], today());
	return count;
}

static bool goes_on(const struct job *job, const struct job *next)
{
	return next->from > job->from &&
	    (next->to == 0 || next->to > today()) &&
	    next->from >= job->to - OVERLAP_DAYS &&
	    next->from <= job->to + REHIRE_DAYS;
}

static bool is_followed(const struct citizen *citizen, const struct job *job)
{
	unsigned i;

	for (i = 0; i < citizen->count; i++)
		if (goes_on(job, &citizen->jobs[i]))
			return true;
	return false;
}

bool has_left(const struct citizen *citizen, int64_t last_day)
{
	const struct job *job;
	unsigned i;

	for (i = 0; i < citizen->count; i++) {
		job = &citizen->jobs[i];
		if (job->to > last_day && job->to <= today() &&
		    !is_followed(citizen, job))
			return true;
	}
	return false;
}

bool has_gone(const struct citizen *citizen)
{
	unsigned i;

	for (i = 0; i < citizen->count; i++)
		if (citizen->jobs[i].to == 0 || citizen->jobs[i].to > today())
			return false;
	return true;
}

/* ---- phones ---- */

/* A hold on who had it before is one, too: of the phone's data, that is. */
bool is_held(const struct handset *handset)
{
	return handset->hold_id[0] ||
	    (handset->holder >= 0 && citizens[handset->holder].hold_id[0]);
}

void is_with(struct handset *handset, const struct citizen *citizen)
{
	handset->holder = (int)(citizen - citizens);
	handset->had |= 1U << handset->holder;
}

/* ---- departures ---- */

struct told *told_of(const char *departure_id)
{
	static struct told told[TOLD_MAX];
	static unsigned next;
	struct told *made;
	unsigned i;

	for (i = 0; i < TOLD_MAX; i++)
		if (strcmp(told[i].id, departure_id) == 0)
			return &told[i];
	made = &told[next++ % TOLD_MAX];
	*made = (struct told){.paused_until = 0};
	(void)snprintf(made->id, sizeof(made->id), "%s", departure_id);
	return made;
}

bool is_paused(const char *departure_id)
{
	return told_of(departure_id)->paused_until > today();
}

/* ---- the ledger ---- */

bool try_say(const char *format, ...)
{
	struct ledger_report report;
	char lines[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(lines, sizeof(lines), format, args);
	va_end(args);
	return service_ledger_apply(&towns, ada, lines, strlen(lines), false,
	           NULL, NULL, &report, NULL) == 0;
}

void new_citizen(struct citizen *citizen)
{
	char from[CALENDAR_DATE_TEXT_MAX];

	memset(citizen, 0, sizeof(*citizen));
	(void)snprintf(
	    citizen->name, sizeof(citizen->name), "Person %u", ++names);
	citizen->jobs[0].from = today() - 100;
	citizen->count = 1;
	calendar_day_text(citizen->jobs[0].from, from);
	say("{\"person\": {\"name\": \"%s\"}}\n{\"employment\": {\"person\": "
	    "\"%s\", \"unit\": \"Skolan\", \"external_id\": \"%s/0\", "
	    "\"from\": \"%s\"}}",
	    citizen->name, citizen->name, citizen->name, from);
}

void new_handset(struct handset *handset)
{
	/* Nobody sees the former any more: else its guard would count them as a
	 * town that grows. */
	if (handset->serial[0] && is_enrolled(handset->serial))
		checks_out(handset->serial);
	memset(handset, 0, sizeof(*handset));
	handset->holder = -1;
	(void)snprintf(
	    handset->serial, sizeof(handset->serial), "S%u", ++serials);
	(void)snprintf(
	    handset->number, sizeof(handset->number), "+4670%07u", serials);
	phone(handset->serial, NULL, dice(8) != 0);
	say("{\"subscription\": {\"number\": \"%s\"}}", handset->number);
}
