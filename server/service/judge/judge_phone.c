/*
 * A phone as the rules see it: its own answers, what a bench saw, how far its
 * erasing is proven, who answers for it. Of a private phone nothing about SIM,
 * number, IMEI or place is asked (DESIGN invariant 9).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/apple/status_facts.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/station/station_facts.h"
#include "server/service/judge/judge_known.h"
#include "server/service/mdm/policy_profile.h"
#include "server/store/store_case.h"
#include "server/store/store_task.h"

struct phone {
	struct txn *txn;
	const struct judge_world *world;
	struct judge_known *known;
	struct device device;
	struct life life;
	struct wipe wipe;           /* newest; id "" */
	struct assignment_row held; /* id "" */
	bool is_supervised;         /* so it says; not known counts as no */
	enum fact_bool is_user_enrolment; /* so it says */
	struct err *err;
};

static bool is_asked(const struct phone *phone, judge_change what)
{
	return phone->world->asked[STORE_SUBJECT_PHONE] & what;
}

#define PASSCODES                                                              \
	(JUDGE_FACT(PACK_FACT_PASSCODE_PRESENT) |                              \
	    JUDGE_FACT(PACK_FACT_PASSCODE_COMPLIANT) |                         \
	    JUDGE_FACT(PACK_FACT_PASSCODE_COMPLIANT_WITH_PROFILES))

/* Rows -------------------------------------------------------------------- */

static int rows_load(struct phone *phone, struct err *err)
{
	struct txn *txn = phone->txn;
	const char *org_id = phone->world->tenant->organisation.id;
	const char *id = phone->known->id;
	int rc = store_device_load_of(txn, org_id, id, &phone->device, NULL);

	if (rc == 0 && phone->device.life_id[0])
		rc = store_life_load(
		    txn, phone->device.life_id, &phone->life, NULL);
	if (rc == 0 || rc == -ERR_NOT_FOUND)
		phone->known->exists = rc == 0 && phone->life.id[0];
	else
		return err_set(
		    err, (enum err_code) - rc, "a phone could not be read");
	if (!phone->known->exists)
		return 0;
	rc = store_wipe_find_device(txn, id, &phone->wipe, NULL);
	if (rc == 0 || rc == -ERR_NOT_FOUND)
		rc = store_assignment_find_phone(
		    txn, org_id, id, 0, &phone->held, NULL);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

/* What the phone said of its passcode -------------------------------------- */

/* The next free answer, everything in it unknown; NULL: full. */
static struct security_facts *answer_add(
    struct judge_known *known, const char *source, int64_t at)
{
	size_t i = known->facts.security_count;

	if (i == KNOWN_SECURITY)
		return NULL;
	security_facts_init(&known->security[i]);
	(void)snprintf(known->answer_sources[i],
	    sizeof(known->answer_sources[i]), "%.36s", source);
	known->answers[i] = (struct security_observation){
	    .facts = &known->security[i],
	    .observed_at_ms = at,
	    .source = known->answer_sources[i],
	};
	known->facts.security_count++;
	return &known->security[i];
}

static int take_security(
    struct phone *phone, const struct facts_row *row, struct err *err)
{
	struct security_facts *facts =
	    answer_add(phone->known, row->source, row->observed_at);
	int rc = facts
	    ? security_facts_parse_json(row->json, row->json_len, facts, err)
	    : 0;

	if (rc == 0 && facts)
		phone->is_user_enrolment = facts->is_user_enrolment;
	return rc;
}

/* A status report of declarative management: it comes by itself. */
static int take_status(
    struct phone *phone, const struct facts_row *row, struct err *err)
{
	struct status_facts status = {0};
	struct security_facts *facts;
	int rc =
	    status_facts_parse_json(row->json, row->json_len, &status, err);

	if (rc < 0 ||
	    (status.passcode_present == FACT_UNKNOWN &&
	        status.passcode_compliant == FACT_UNKNOWN))
		return rc;
	facts = answer_add(phone->known, row->source, row->observed_at);
	if (facts) {
		facts->passcode_present = status.passcode_present;
		facts->passcode_compliant = status.passcode_compliant;
	}
	return 0;
}

static enum fact_bool bench_says(const struct station_fact *fact)
{
	if (fact->value == STATION_YES)
		return FACT_YES;
	/* One-sided: a NO says nothing. */
	return fact->value == STATION_NO && fact->doubt == STATION_DOUBT_NONE
	    ? FACT_NO
	    : FACT_UNKNOWN;
}

static int take_bench(
    struct phone *phone, const struct facts_row *row, struct err *err)
{
	struct station_facts *seen = calloc(1, sizeof(*seen));
	struct security_facts *facts;
	int rc = seen ? station_facts_parse(row->json, row->json_len, seen, err)
	              : err_memory(err);

	facts = rc == 0
	    ? answer_add(phone->known, row->source, row->observed_at)
	    : NULL;
	if (facts) {
		facts->passcode_present = bench_says(&seen->passcode_set);
		facts->passcode_compliant =
		    bench_says(&seen->passcode_compliant);
	}
	free(seen);
	return rc;
}

/* Our profile -------------------------------------------------------------- */

static int take_command(void *arg, const struct command *row)
{
	*(struct command *)arg = *row;
	return 1; /* newest first: one is enough */
}

static int take_install(struct phone *phone, struct err *err)
{
	const struct policy_profile *profile =
	    tenant_profile(phone->world->tenant, phone->is_supervised);
	struct command install = {0};
	/* By device: its commands have an index. */
	struct command_filter filter = {
	    .org_id = phone->device.org_id,
	    .device_id = phone->device.id,
	    .life_id = phone->life.id,
	    .purpose = profile ? profile->purpose : NULL,
	    .limit = 1,
	};
	struct subject_facts *facts = &phone->known->facts;
	int rc;

	if (!profile || !*profile->summary.uuid)
		return 0;
	facts->expected = &profile->summary;
	rc = store_command_each(
	    phone->txn, &filter, take_command, &install, err);
	facts->install_ordered_at_ms = install.created_at;
	if (install.id[0] && install.state == COMMAND_ACKNOWLEDGED)
		facts->install_acknowledged_at_ms = install.closed_at;
	return rc < 0 ? rc : 0;
}

static int take_profiles(
    struct phone *phone, const struct facts_row *row, struct err *err)
{
	struct judge_known *known = phone->known;
	int rc = profile_list_facts_parse_json(
	    row->json, row->json_len, &known->profiles, err);

	if (rc < 0)
		return rc;
	(void)snprintf(known->profiles_source, sizeof(known->profiles_source),
	    "%.36s", row->source);
	known->facts.profiles = (struct profile_observation){
	    .facts = &known->profiles,
	    .observed_at_ms = row->observed_at,
	    .source = known->profiles_source,
	};
	return 0;
}

/* System, backup, activation lock ------------------------------------------- */

static void take_backup(struct judge_known *known,
    const struct device_facts *said, const struct facts_row *row)
{
	struct fact_observation *seen = known_observe(
	    known, PACK_FACT_BACKUP_LAST, row->source, row->observed_at);

	if (!seen)
		return;
	if (said->last_cloud_backup_ms > 0) {
		seen->word = PACK_WORD_YES;
		seen->since_ms = said->last_cloud_backup_ms;
	} else if (said->is_cloud_backup_on == FACT_NO) {
		seen->word = PACK_WORD_NO;
	} else {
		seen->word = PACK_WORD_UNKNOWN; /* it does not say */
	}
}

/* A supervised phone with Apple's default cannot be locked by its user. */
static void take_lock(struct phone *phone, const struct device_facts *said)
{
	known_register(phone->known, phone->world, PACK_FACT_ACTIVATION_LOCK,
	    said->is_supervised == FACT_YES &&
	            said->is_activation_lock_on != FACT_YES
	        ? PACK_WORD_PREVENTED
	        : PACK_WORD_UNKNOWN);
}

static void take_version(struct phone *phone, const struct facts_row *row)
{
	struct judge_known *known = phone->known;
	struct fact_observation *seen = known_observe(
	    known, PACK_FACT_OS_VERSION, row->source, row->observed_at);
	size_t at = known->facts.observation_count - 1;

	if (!seen)
		return;
	(void)snprintf(known->held[at].text, sizeof(known->held[at].text),
	    "%.23s", phone->device.os_version);
	seen->text = known->held[at].text;
}

static int take_device(
    struct phone *phone, const struct facts_row *row, struct err *err)
{
	struct device_facts *said = malloc(sizeof(*said)); /* 40 kB */
	int rc = said
	    ? device_facts_parse_json(row->json, row->json_len, said, err)
	    : err_memory(err);

	if (rc == 0) {
		phone->is_supervised = said->is_supervised == FACT_YES;
		take_version(phone, row);
		take_backup(phone->known, said, row);
		take_lock(phone, said);
	}
	free(said);
	return rc;
}

/* Our registers -------------------------------------------------------------- */

/* Of this life, or of the one before when the phone came back as new. */
static enum pack_word wipe_word(const struct wipe *wipe)
{
	static const enum pack_word words[WIPE_STATE_COUNT] = {
	    [WIPE_ORDERED] = PACK_WORD_ORDERED,
	    [WIPE_ACKNOWLEDGED] = PACK_WORD_ACKNOWLEDGED,
	    [WIPE_SILENT] = PACK_WORD_SILENT,
	    [WIPE_PROVEN] = PACK_WORD_PROVEN,
	    [WIPE_CANCELLED] = PACK_WORD_NO,
	    [WIPE_FAILED] = PACK_WORD_NO,
	};

	return wipe->id[0] ? words[wipe->state] : PACK_WORD_NO;
}

static enum pack_word order_word(struct phone *phone)
{
	struct equipment_order_row order;

	if (!phone->held.order_id[0] ||
	    store_equipment_order_load(phone->txn, phone->device.org_id,
	        phone->held.order_id, &order, NULL) != 0)
		return PACK_WORD_NO;
	return order.state == EQUIPMENT_ORDER_APPROVED ||
	        order.state == EQUIPMENT_ORDER_ORDERED ||
	        order.state == EQUIPMENT_ORDER_LINKED
	    ? PACK_WORD_YES
	    : PACK_WORD_NO;
}

static enum pack_word truth(bool yes)
{
	return yes ? PACK_WORD_YES : PACK_WORD_NO;
}

/* What User Enrolment is known by: the phone says so of itself. */
static enum pack_word enrolment_word(const struct phone *phone)
{
	return phone->is_user_enrolment == FACT_UNKNOWN
	    ? PACK_WORD_UNKNOWN
	    : truth(phone->is_user_enrolment == FACT_YES);
}

static void take_registers(struct phone *phone)
{
	struct judge_known *known = phone->known;
	const struct judge_world *world = phone->world;
	bool held = phone->held.id[0] && known->person.id[0];
	bool works = known->person.is_employed || !known->person.has_employment;

	known_register(
	    known, world, PACK_FACT_DEVICE_WIPE, wipe_word(&phone->wipe));
	known_register(
	    known, world, PACK_FACT_REGISTER_RESPONSIBLE, truth(held && works));
	known_register(
	    known, world, PACK_FACT_REGISTER_TEAM_LEADER, truth(held && works));
	if (is_asked(phone, JUDGE_FACT(PACK_FACT_REGISTER_ORDER_APPROVED)))
		known_register(known, world, PACK_FACT_REGISTER_ORDER_APPROVED,
		    order_word(phone));
	if (is_asked(phone, JUDGE_FACT(PACK_FACT_ENROLMENT_USER)))
		known_register(known, world, PACK_FACT_ENROLMENT_USER,
		    enrolment_word(phone));
}

/* ---- the way back of who has left: VST-07, VST-09 ---- */

static int note_lock(void *arg, const struct return_step_row *row)
{
	static const struct {
		const char *how;
		enum pack_word word;
	} words[] = {{"prevented", PACK_WORD_PREVENTED},
	    {"unlock_accepted", PACK_WORD_UNLOCK_ACCEPTED},
	    {"proved", PACK_WORD_PROVED}};
	size_t i;

	if (row->kind != RETURN_STEP_LOCK_CLEARED)
		return 0;
	/* That its user signed out was said, and is not known. */
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(row->note, words[i].how, strlen(words[i].how)) == 0)
			*(enum pack_word *)arg = words[i].word;
	return 0;
}

static int take_return(struct phone *phone, struct err *err)
{
	const unsigned signatures =
	    RETURN_MARK_SIGNED_HOLDER | RETURN_MARK_SIGNED_RECEIVER;
	enum pack_word lock = PACK_WORD_UNKNOWN;
	struct return_case_row row;
	int rc;

	if (!is_asked(phone,
	        JUDGE_FACT(PACK_FACT_RETURN_CUSTODY) |
	            JUDGE_FACT(PACK_FACT_RETURN_RECEIPT) |
	            JUDGE_FACT(PACK_FACT_ACTIVATION_LOCK)))
		return 0;
	rc = store_return_case_find_device(
	    phone->txn, phone->device.org_id, phone->device.id, &row, err);
	/* A former holder's says nothing about who has it now. */
	if (rc == -ERR_NOT_FOUND ||
	    (rc == 0 &&
	        (row.state == RETURN_CANCELLED ||
	            (phone->held.id[0] &&
	                strcmp(phone->held.id, row.assignment_id) != 0))))
		return 0;
	if (rc < 0)
		return rc;
	known_register(phone->known, phone->world, PACK_FACT_RETURN_CUSTODY,
	    truth(row.marks & RETURN_MARK_CUSTODY));
	known_register(phone->known, phone->world, PACK_FACT_RETURN_RECEIPT,
	    truth((row.marks & signatures) == signatures));
	if (row.marks & RETURN_MARK_LOCK_CLEARED)
		rc = store_return_step_each(
		    phone->txn, row.org_id, row.id, note_lock, &lock, err);
	if (rc == 0 && lock != PACK_WORD_UNKNOWN)
		known_register(phone->known, phone->world,
		    PACK_FACT_ACTIVATION_LOCK, lock);
	return rc;
}

/* The employment that the phone belongs to, if it was told; else the last. */
static int take_holder(struct phone *phone, struct err *err)
{
	struct judge_known *known = phone->known;
	struct employment_row row;
	int rc = known_person_load(phone->txn, phone->world,
	    phone->held.person_id, &known->person, err);

	if (rc < 0)
		return rc;
	known->is_shared = phone->held.is_shared;
	known->facts.roles = known->person.roles;
	known->facts.employment_end_day = known->person.end_day;
	known_again(known, known->person.again_at_ms);
	if (phone->held.employment_id[0] &&
	    store_employment_load(phone->txn, phone->device.org_id,
	        phone->held.employment_id, &row, NULL) == 0 &&
	    row.to_day > 0 && !row.voided_at)
		known->facts.employment_end_day = (int32_t)row.to_day;
	return 0;
}

static bool is_live(const struct phone *phone)
{
	return life_is_open(phone->life.state) &&
	    !(phone->wipe.id[0] &&
	        strcmp(phone->wipe.life_id, phone->life.id) == 0 &&
	        wipe_is_erased(phone->wipe.state));
}

static int take_row(void *arg, const struct facts_row *row)
{
	static const struct {
		const char *kind;
		int (*take)(struct phone *phone, const struct facts_row *row,
		    struct err *err);
		judge_change asked;
	} kinds[] = {
	    /* Tells also which profile the phone is to have. */
	    {"DeviceInformation", take_device, JUDGE_ALL},
	    {"SecurityInfo", take_security,
	        PASSCODES | JUDGE_FACT(PACK_FACT_ENROLMENT_USER)},
	    {STATUS_FACTS_KIND, take_status, PASSCODES},
	    {"BenchFacts", take_bench, PASSCODES},
	    {"ProfileList", take_profiles,
	        JUDGE_FACT(PACK_FACT_PROFILE_INSTALLED)},
	};
	struct phone *phone = arg;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].kind, row->kind) == 0 &&
		    is_asked(phone, kinds[i].asked))
			return kinds[i].take(phone, row, phone->err);
	}
	return 0;
}

static int take_answers(struct phone *phone, struct err *err)
{
	int rc;

	phone->err = err;
	rc = store_facts_each(phone->txn, phone->life.id, take_row, phone, err);
	if (rc == 0 && is_asked(phone, JUDGE_FACT(PACK_FACT_PROFILE_INSTALLED)))
		rc = take_install(phone, err);
	return rc;
}

int known_load_phone(struct txn *txn, const struct judge_world *world,
    struct judge_known *known, struct err *err)
{
	struct phone phone = {.txn = txn, .world = world, .known = known};
	int rc = rows_load(&phone, err);

	if (rc < 0 || !known->exists)
		return rc;
	known->is_live = is_live(&phone);
	known->facts.enrolled_at_ms = phone.life.started_at;
	known->facts.equipment = phone.device.is_private
	    ? PACK_EQUIPMENT_PRIVATE
	    : PACK_EQUIPMENT_ORGANISATION;
	rc = take_holder(&phone, err);
	if (rc == 0 && known->is_live)
		rc = take_answers(&phone, err);
	if (rc == 0)
		rc = take_return(&phone, err);
	if (rc == 0) {
		take_registers(&phone);
		rc = known_load_evidence(txn, world, known, err);
	}
	return rc;
}
