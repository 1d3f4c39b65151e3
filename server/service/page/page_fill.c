#include "server/service/page/page_fill.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/page/day_words.h"
#include "server/store/store_equipment.h"

struct sims {
	struct txn *txn;
	struct page_reader *reader;
	struct err *err;
};

static int note_sim(void *arg, const struct assignment_row *row)
{
	struct sims *sims = arg;
	struct page_reader *reader = sims->reader;
	struct subscription_row sim;
	int rc;

	if (row->kind != ASSIGNMENT_SUBSCRIPTION || *reader->operator)
		return 0;
	rc = store_subscription_load(sims->txn, reader->world->org_id,
	    row->subscription_id, &sim, sims->err);
	if (rc < 0)
		return rc;
	if (sim.flags)
		return 0; /* a watch or a tablet has no mailbox of its own */
	(void)str_copy(
	    reader->operator, sizeof(reader->operator), sim.operator);
	if (!*reader->number)
		(void)str_copy(
		    reader->number, sizeof(reader->number), sim.number);
	return 0;
}

static int load_sim(
    struct txn *txn, struct page_reader *reader, struct err *err)
{
	struct sims sims = {txn, reader, err};
	int rc = store_assignment_each_person(txn, reader->world->org_id,
	    reader->person->row.id, true, note_sim, &sims, err);

	return rc < 0 ? rc : 0;
}

static int load_deputy(
    struct txn *txn, struct page_reader *reader, struct err *err)
{
	const char *id = reader->person->absence.deputy_id;
	struct person_row deputy;
	int rc;

	if (!*reader->person->absence.id || !*id)
		return 0;
	rc = store_person_load(txn, reader->world->org_id, id, &deputy, err);
	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	(void)str_copy(reader->deputy, sizeof(reader->deputy), deputy.name);
	(void)str_copy(reader->deputy_number, sizeof(reader->deputy_number),
	    deputy.number);
	return 0;
}

int page_reader_load(struct txn *txn, const struct task_world *world,
    const struct task_person *person, struct page_reader *out, struct err *err)
{
	struct unit_row unit;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	out->world = world;
	out->person = person;
	(void)str_copy(out->number, sizeof(out->number), person->row.number);
	if (*person->unit_id) {
		rc = store_unit_load(
		    txn, world->org_id, person->unit_id, &unit, err);
		if (rc == 0)
			(void)str_copy(
			    out->unit_name, sizeof(out->unit_name), unit.name);
		if (rc == -ERR_NOT_FOUND)
			rc = 0;
	}
	if (rc == 0)
		rc = load_sim(txn, out, err);
	if (rc == 0)
		rc = load_deputy(txn, out, err);
	return rc;
}

void page_reader_fill(
    struct page_reader *reader, const char *language, struct pack_fill *fill)
{
	const struct task_world *world = reader->world;
	const struct absence_row *absence = &reader->person->absence;
	char day[DAY_WORDS_MAX];

	pack_fill_init(fill, world->pack, language);
	reader->until[0] = '\0';
	if (*absence->id && absence->until_day) {
		/* Read out is the day somebody is back, not the last away. */
		day_words(calendar_next_working_day(world->place.country,
		              (int32_t)absence->until_day),
		    language, false, day);
		(void)str_copy(reader->until, sizeof(reader->until), day);
	}
	fill->first_name = reader->person->row.first_name;
	fill->last_name = reader->person->row.last_name;
	fill->organisation = world->organisation;
	fill->unit = reader->unit_name;
	fill->number = reader->number;
	fill->mail = reader->person->row.mail;
	fill->until = reader->until;
	fill->deputy = reader->deputy;
	fill->deputy_number = reader->deputy_number;
}

static int name_person(struct txn *txn, const struct task_world *world,
    const char *id, char *out, struct err *err)
{
	struct person_row row;
	int rc = store_person_load(txn, world->org_id, id, &row, err);

	if (rc == 0)
		(void)str_copy(out, LIMIT_NAME + 1, row.name);
	return rc;
}

static int name_phone(struct txn *txn, const struct task_world *world,
    const char *id, char *out, struct err *err)
{
	struct device row;
	int rc = store_device_load_of(txn, world->org_id, id, &row, err);

	if (rc == 0)
		(void)snprintf(out, LIMIT_NAME + 1, "%.150s %s",
		    *row.product_name ? row.product_name : row.model,
		    row.serial);
	return rc;
}

static int name_subscription(struct txn *txn, const struct task_world *world,
    const char *id, char *out, struct err *err)
{
	struct subscription_row row;
	int rc = store_subscription_load(txn, world->org_id, id, &row, err);

	if (rc == 0)
		(void)str_copy(out, LIMIT_NAME + 1, row.number);
	return rc;
}

static int name_unit(struct txn *txn, const struct task_world *world,
    const char *id, char *out, struct err *err)
{
	struct unit_row row;
	int rc = store_unit_load(txn, world->org_id, id, &row, err);

	if (rc == 0)
		(void)str_copy(out, LIMIT_NAME + 1, row.name);
	return rc;
}

static int name_organisation(struct txn *txn, const struct task_world *world,
    const char *id, char *out, struct err *err)
{
	(void)txn;
	(void)id;
	(void)err;
	(void)str_copy(out, LIMIT_NAME + 1, world->organisation);
	return 0;
}

int page_subject_name(struct txn *txn, const struct task_world *world,
    const struct task_person *person, const struct task_row *task,
    char out[LIMIT_NAME + 1], struct err *err)
{
	static int (*const names[STORE_SUBJECT_COUNT])(struct txn *,
	    const struct task_world *, const char *, char *, struct err *) = {
	    [STORE_SUBJECT_PERSON] = name_person,
	    [STORE_SUBJECT_PHONE] = name_phone,
	    [STORE_SUBJECT_SUBSCRIPTION] = name_subscription,
	    [STORE_SUBJECT_UNIT] = name_unit,
	    [STORE_SUBJECT_ORGANISATION] = name_organisation,
	};
	int rc;

	out[0] = '\0';
	if (!*task->subject_id ||
	    (task->subject_kind == STORE_SUBJECT_PERSON &&
	        strcmp(task->subject_id, person->row.id) == 0))
		return 0;
	if ((unsigned)task->subject_kind >= STORE_SUBJECT_COUNT)
		return 0;
	rc = names[task->subject_kind](txn, world, task->subject_id, out, err);
	/* Gone since: the task is about to be withdrawn. */
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}
