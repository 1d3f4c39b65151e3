/* What a source says, copied and kept until it is planned. */
#include "server/service/roster/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/roster/roster_inside.h"

/* "hr", "entra-scim": it stands in commands, addresses and the audit log. */
static bool is_source_word(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_.");

	return len > 0 && len < STORE_SOURCE && !text[len];
}

int roster_new(const char *source, enum roster_kind kind, struct roster **out,
    struct err *err)
{
	struct roster *roster;

	if (!is_source_word(source))
		return err_set(err, ERR_INVALID,
		    "\"%.70s\" is no name of a source; write up to %d of a-z, "
		    "0-9, dot, dash",
		    source, STORE_SOURCE - 1);
	roster = calloc(1, sizeof(*roster));
	if (!roster)
		return err_memory(err);
	roster->kind = kind;
	(void)str_copy(roster->source, sizeof(roster->source), source);
	*out = roster;
	return 0;
}

void roster_free(struct roster *roster)
{
	if (!roster)
		return;
	roster_index_clear(&roster->by_key);
	roster_arena_clear(&roster->arena);
	free(roster->people);
	free(roster->units);
	free(roster->faults);
	free(roster);
}

int roster_set_map(struct roster *roster, const char *map, struct err *err)
{
	if (strlen(map) >= STORE_SOURCE_MAP)
		return err_set(err, ERR_LIMIT, "the map is too long");
	roster->map = roster_arena_text(&roster->arena, map);
	return roster->map ? 0 : err_memory(err);
}

size_t roster_people_count(const struct roster *roster)
{
	return roster->people_count;
}

/* Room for one more; NULL: out of memory. */
static void *grow(void *rows, size_t count, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap * 2 : 16;

	if (count < *cap)
		return rows;
	rows = realloc(rows, more * size);
	if (rows)
		*cap = more;
	return rows;
}

/* ---- copying ---- */

static bool copy_text(struct roster *roster, const char **text)
{
	if (*text)
		*text = roster_arena_text(&roster->arena, *text);
	return true;
}

/* Texts at these offsets of a struct become our own; false: no memory. */
static bool copy_texts(
    struct roster *roster, void *row, const size_t *offsets, size_t count)
{
	const char **text;
	bool was;
	size_t i;

	for (i = 0; i < count; i++) {
		text = (const char **)(void *)((char *)row + offsets[i]);
		was = *text != NULL;
		(void)copy_text(roster, text);
		if (was && !*text)
			return false;
	}
	return true;
}
#define COPY_TEXTS(roster, row, offsets)                                       \
	copy_texts(roster, row, offsets, sizeof(offsets) / sizeof((offsets)[0]))

/* Sources count the employments of each person anew, the ledger does not.
 * That it fits is checked before. */
static bool make_key(struct roster *roster, const struct roster_person *person,
    struct roster_employment *row)
{
	char key[STORE_EXTERNAL_ID];

	if (!row->key)
		return true;
	(void)snprintf(key, sizeof(key), "%s/%s", person->key, row->key);
	row->key = roster_arena_text(&roster->arena, key);
	return row->key != NULL;
}

static bool copy_employments(
    struct roster *roster, struct roster_person *person)
{
	static const size_t texts[] = {
	    offsetof(struct roster_employment, key),
	    offsetof(struct roster_employment, unit),
	    offsetof(struct roster_employment, from),
	    offsetof(struct roster_employment, to),
	};
	struct roster_employment *rows;
	size_t i;

	if (person->employment_count == 0)
		return true;
	rows = roster_arena_take(
	    &roster->arena, person->employment_count * sizeof(*rows));
	if (!rows)
		return false;
	memcpy(rows, person->employments,
	    person->employment_count * sizeof(*rows));
	person->employments = rows;
	for (i = 0; i < person->employment_count; i++)
		if (!COPY_TEXTS(roster, &rows[i], texts) ||
		    !make_key(roster, person, &rows[i]))
			return false;
	return true;
}

/* That none are said is told from that nothing is said. */
static bool copy_leaves(struct roster *roster, struct roster_person *person)
{
	static const size_t texts[] = {
	    offsetof(struct roster_leave, from),
	    offsetof(struct roster_leave, until),
	    offsetof(struct roster_leave, deputy),
	};
	struct roster_leave *rows;
	size_t i;

	if (!person->leaves)
		return true;
	rows = roster_arena_take(
	    &roster->arena, (person->leave_count + 1) * sizeof(*rows));
	if (!rows)
		return false;
	if (person->leave_count > 0)
		memcpy(
		    rows, person->leaves, person->leave_count * sizeof(*rows));
	person->leaves = rows;
	for (i = 0; i < person->leave_count; i++)
		if (!COPY_TEXTS(roster, &rows[i], texts))
			return false;
	return true;
}

static bool copy_person(struct roster *roster, struct roster_person *person)
{
	static const size_t texts[] = {
	    offsetof(struct roster_person, key),
	    offsetof(struct roster_person, external_id),
	    offsetof(struct roster_person, name),
	    offsetof(struct roster_person, first_name),
	    offsetof(struct roster_person, last_name),
	    offsetof(struct roster_person, mail),
	    offsetof(struct roster_person, number),
	    offsetof(struct roster_person, language),
	    offsetof(struct roster_person, manager),
	};

	return COPY_TEXTS(roster, person, texts) &&
	    copy_employments(roster, person) && copy_leaves(roster, person);
}

/* ---- adding ---- */

/* Cut, one employment would be taken for another. */
static int check_keys(const struct roster_person *said, struct err *err)
{
	const char *key;
	size_t i;

	for (i = 0; i < said->employment_count; i++) {
		key = said->employments[i].key;
		if (key &&
		    strlen(said->key) + 1 + strlen(key) >= STORE_EXTERNAL_ID)
			return err_set(err, ERR_LIMIT,
			    "the id \"%.40s\" and the number of the employment "
			    "\"%.40s\" are longer than %d bytes together",
			    said->key, key, STORE_EXTERNAL_ID - 2);
	}
	return 0;
}

static int check_person(const struct roster *roster,
    const struct roster_person *said, struct err *err)
{
	size_t before;

	if (!said->key || !*said->key)
		return err_set(err, ERR_INVALID,
		    "the person has no key of the source's own");
	if (strlen(said->key) >= STORE_EXTERNAL_ID)
		return err_set(err, ERR_LIMIT, "a key is at most %d bytes long",
		    STORE_EXTERNAL_ID - 1);
	if (roster->people_count >= ROSTER_PEOPLE_MAX ||
	    said->employment_count > ROSTER_EMPLOYMENTS_MAX ||
	    said->leave_count > ROSTER_LEAVES_MAX)
		return err_set(err, ERR_LIMIT,
		    "more than %d people, or more than %d employments or %d "
		    "leaves of one person",
		    ROSTER_PEOPLE_MAX, ROSTER_EMPLOYMENTS_MAX,
		    ROSTER_LEAVES_MAX);
	before = roster_index_get(&roster->by_key, said->key);
	if (before == ROSTER_INDEX_NONE)
		return check_keys(said, err);
	return err_set(err, ERR_CONFLICT,
	    "the id \"%.60s\" stands on line %lu, too; an id belongs to one "
	    "person",
	    said->key, roster->people[before].line);
}

int roster_add_person(
    struct roster *roster, const struct roster_person *said, struct err *err)
{
	struct roster_person *people;
	struct roster_person person = *said;
	int rc = check_person(roster, said, err);

	if (rc < 0)
		return rc;
	people = grow(roster->people, roster->people_count, &roster->people_cap,
	    sizeof(*people));
	if (!people)
		return err_memory(err);
	roster->people = people;
	if (!copy_person(roster, &person))
		return err_memory(err);
	rc = roster_index_put(
	    &roster->by_key, person.key, roster->people_count, err);
	if (rc == 0)
		roster->people[roster->people_count++] = person;
	return rc;
}

int roster_add_unit(
    struct roster *roster, const struct roster_unit *said, struct err *err)
{
	static const size_t texts[] = {
	    offsetof(struct roster_unit, external_id),
	    offsetof(struct roster_unit, name),
	    offsetof(struct roster_unit, parent),
	    offsetof(struct roster_unit, manager),
	    offsetof(struct roster_unit, number),
	};
	struct roster_unit unit = *said;
	struct roster_unit *units;

	if (!said->name || !*said->name)
		return err_set(err, ERR_INVALID, "the unit has no name");
	if (roster->unit_count >= ROSTER_UNITS_MAX)
		return err_set(
		    err, ERR_LIMIT, "more than %d units", ROSTER_UNITS_MAX);
	units = grow(roster->units, roster->unit_count, &roster->unit_cap,
	    sizeof(*units));
	if (!units)
		return err_memory(err);
	roster->units = units;
	if (!COPY_TEXTS(roster, &unit, texts))
		return err_memory(err);
	roster->units[roster->unit_count++] = unit;
	return 0;
}

int roster_add_fault(struct roster *roster, unsigned long line, unsigned column,
    const char *field, const char *sentence, struct err *err)
{
	struct roster_fault *faults;
	struct roster_fault fault = {.line = line, .column = column};
	struct err said;

	roster->fault_total++;
	if (roster->fault_count >= ROSTER_FAULTS_MAX)
		return 0;
	faults = grow(roster->faults, roster->fault_count, &roster->fault_cap,
	    sizeof(*faults));
	if (!faults)
		return err_memory(err);
	roster->faults = faults;
	fault.field = roster_arena_text(&roster->arena, field ? field : "");
	/* Cut or quoted, it is one line of letters then. */
	(void)err_set(&said, ERR_INVALID, "%s", sentence);
	fault.sentence = roster_arena_text(&roster->arena, said.text);
	if (!fault.field || !fault.sentence)
		return err_memory(err);
	roster->faults[roster->fault_count++] = fault;
	return 0;
}
