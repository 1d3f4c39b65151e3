#include "tests/unit/departures/leaver_world.h"

#include <stdlib.h>

#include "policies/calendar.h"
#include "proto/apple/answer.h"
#include "proto/apple/facts.h"
#include "proto/apple/mdm_command.h"
#include "proto/base/str.h"
#include "server/service/mdm/order_command.h"
#include "server/service/mdm/visit.h"
#include "server/store/store_bench.h"
#include "server/store/store_outbox.h"
#include "server/store/store_task.h"

struct err leaver_err;

void leaver_people(void)
{
	say("{\"unit\": {\"name\": \"Staden\"}}\n"
	    "{\"unit\": {\"name\": \"Skolan\", \"parent\": \"Staden\"}}\n"
	    "{\"person\": {\"name\": \"Topp Lund\", \"mail\": "
	    "\"topp@town.example\"}}\n"
	    "{\"person\": {\"name\": \"Chef Ek\", \"mail\": "
	    "\"chef@town.example\"}}\n"
	    "{\"employment\": {\"person\": \"Topp Lund\", \"unit\": "
	    "\"Staden\", \"from\": \"2020-01-01\"}}\n"
	    "{\"employment\": {\"person\": \"Chef Ek\", \"unit\": "
	    "\"Skolan\", \"from\": \"2020-01-01\"}}\n"
	    "{\"unit\": {\"name\": \"Staden\", \"manager\": "
	    "\"Topp Lund\"}}\n"
	    "{\"unit\": {\"name\": \"Skolan\", \"manager\": \"Chef Ek\"}}");
}

int leaver_begin(void **state)
{
	int rc = towns_begin(state);

	if (rc < 0)
		return rc;
	towns.guard.departures_per_day = 100000;
	towns.guard.destructive_per_hour = 100000;
	leaver_people();
	return 0;
}

void say(const char *format, ...)
{
	char lines[4096];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(lines, sizeof(lines), format, args);
	va_end(args);
	towns_apply(ada, lines);
}

void hire(const char *name, const char *to)
{
	say("{\"person\": {\"name\": \"%s\"}}\n"
	    "{\"employment\": {\"person\": \"%s\", \"unit\": \"Skolan\", "
	    "\"from\": \"2026-01-01\"%s%s%s}}",
	    name, name, to ? ", \"to\": \"" : "", to ? to : "", to ? "\"" : "");
}

/* ---- phones ---- */

static int save_facts(struct txn *txn, void *arg, struct err *err)
{
	struct device_facts *facts = calloc(1, sizeof(*facts));
	struct buf json = {0};
	int rc;

	device_facts_init(facts);
	facts->is_supervised = FACT_YES;
	rc = device_facts_encode(facts, &json, err);
	if (rc == 0)
		rc = store_facts_save(txn, arg, "DeviceInformation", "mdm",
		    towns_now, (const char *)json.data, json.len, err);
	buf_clear(&json);
	free(facts);
	return rc;
}

void phone(const char *serial, const char *name, bool is_supervised)
{
	towns_phone(ada, serial, false);
	if (is_supervised)
		supervise(serial);
	if (name)
		say("{\"assignment\": {\"person\": \"%s\", \"phone\": "
		    "\"%s\"}}",
		    name, serial);
}

void sim(
    const char *number, const char *name, const char *serial, const char *eid)
{
	say("{\"subscription\": {\"number\": \"%s\", \"operator\": "
	    "\"telia\"%s%s%s}}\n"
	    "{\"assignment\": {\"person\": \"%s\", \"subscription\": \"%s\", "
	    "\"in_phone\": \"%s\"}}",
	    number, eid ? ", \"eid\": \"" : "", eid ? eid : "", eid ? "\"" : "",
	    name, number, serial);
}

struct living {
	const char *serial;
	const char *name;
	bool in_setup;
	struct device device;
	struct life life;
};

static int load_living(struct txn *txn, void *arg, struct err *err)
{
	struct living *living = arg;
	int rc = ledger_phone_find(
	    txn, ada->org_id, living->serial, &living->device, err);

	return rc < 0 || !living->device.life_id[0]
	    ? rc
	    : store_life_load(txn, living->device.life_id, &living->life, err);
}

static struct living living_of(const char *serial)
{
	struct living living = {.serial = serial};

	towns_read(load_living, &living);
	return living;
}

const char *life_of(const char *serial)
{
	static char id[STORE_ID];

	memcpy(id, living_of(serial).device.life_id, STORE_ID);
	return id;
}

void supervise(const char *serial)
{
	char life[STORE_ID];

	memcpy(life, life_of(serial), STORE_ID);
	towns_write(save_facts, life);
}

bool is_enrolled(const char *serial)
{
	struct living living = living_of(serial);

	return living.device.life_id[0] && life_is_open(living.life.state);
}

/* As begin_life.c and check_in.c do it, without the certificates. */
static int enrol(struct txn *txn, void *arg, struct err *err)
{
	struct living *living = arg;
	struct person_row person;
	struct ledger ledger;
	int rc = load_living(txn, living, err);

	if (rc == 0)
		rc = ledger_init(&ledger, &towns, ada, err);
	if (rc == 0)
		rc = ledger_person_find(
		    txn, ada->org_id, living->name, &person, err);
	if (rc == 0)
		rc = life_end(txn, &towns, living->device.life_id,
		    LIFE_EVENT_REPLACE, "the phone enrolled again", towns_now,
		    err);
	if (rc < 0)
		return rc;
	uuid_make(towns_now, towns.rng, living->life.id);
	living->life.state = LIFE_ENROLLED;
	living->life.started_at = living->life.enrolled_at = towns_now;
	living->life.ended_at = 0;
	memcpy(living->device.life_id, living->life.id, STORE_ID);
	if ((rc = store_device_save(txn, &living->device, err)) < 0 ||
	    (rc = store_life_save(txn, &living->life, err)) < 0 ||
	    (rc = holder_open(txn, &ledger, &living->device, &person,
	         living->life.id, err)) < 0 ||
	    (rc = store_device_save(txn, &living->device, err)) < 0)
		return rc;
	return return_life_began(txn, &towns, ada->org_id, living->device.id,
	    living->in_setup, towns_now, err);
}

void enrols(const char *serial, const char *name, bool in_setup)
{
	struct living living = {
	    .serial = serial, .name = name, .in_setup = in_setup};

	towns_write(enrol, &living);
}

static int check_out(struct txn *txn, void *arg, struct err *err)
{
	struct living *living = arg;
	int rc = load_living(txn, living, err);

	if (rc == 0)
		rc = life_end(txn, &towns, living->device.life_id,
		    LIFE_EVENT_CHECK_OUT, "the phone left management",
		    towns_now, err);
	return rc < 0 ? rc
	              : return_life_ended(txn, &towns, ada->org_id,
	                    living->device.id, towns_now, err);
}

void checks_out(const char *serial)
{
	struct living living = {.serial = serial};

	towns_write(check_out, &living);
}

static char sent_id[STORE_ID];
static char sent_type[64];
static char sent_xml[8192];

static void hear(
    const char *serial, enum answer_status status, const char *command_id)
{
	struct answer answer = {.status = status};
	struct identity identity = {.certificate_state = CERTIFICATE_CURRENT,
	    .life_state = LIFE_ENROLLED};
	struct mdm_command command = {.uuid = ""};
	struct buf xml = {0};
	struct err err = {0};

	(void)snprintf(answer.udid, sizeof(answer.udid), "udid-%.20s", serial);
	(void)snprintf(
	    answer.command_uuid, sizeof(answer.command_uuid), "%s", command_id);
	memcpy(identity.udid, answer.udid, sizeof(identity.udid));
	memcpy(identity.org_id, ada->org_id, STORE_ID);
	memcpy(identity.life_id, life_of(serial), STORE_ID);
	(void)snprintf(identity.device_id, STORE_ID, "device-%.20s", serial);
	(void)snprintf(identity.link_id, STORE_ID, "link-%.20s", serial);
	if (service_connect(&towns, &identity, &answer, (const uint8_t *)"raw",
	        3, &xml, &err) < 0)
		fail_msg("connect: %s", err.text);
	sent_id[0] = sent_type[0] = '\0';
	(void)snprintf(sent_xml, sizeof(sent_xml), "%.*s", (int)xml.len,
	    xml.len ? (const char *)xml.data : "");
	if (xml.len > 0 &&
	    mdm_command_parse(xml.data, xml.len, &command, &err) < 0)
		fail_msg("command: %s", err.text);
	if (xml.len > 0) {
		(void)snprintf(sent_id, sizeof(sent_id), "%.36s", command.uuid);
		(void)snprintf(sent_type, sizeof(sent_type), "%.60s",
		    command.request_type);
		mdm_command_clear(&command);
	}
	buf_clear(&xml);
}

const char *takes(const char *serial)
{
	hear(serial, ANSWER_IDLE, "");
	return sent_type;
}

void answers(const char *serial, bool acknowledges)
{
	char id[STORE_ID];

	memcpy(id, sent_id, sizeof(id));
	hear(serial, acknowledges ? ANSWER_ACKNOWLEDGED : ANSWER_ERROR, id);
}

const char *given_xml(void)
{
	return sent_xml;
}

const char *given_type(void)
{
	return sent_type;
}

const char *given_id(void)
{
	return sent_id;
}

const char *connects(const char *serial, bool acknowledges)
{
	static char type[64];
	char id[STORE_ID];

	hear(serial, ANSWER_IDLE, "");
	memcpy(type, sent_type, sizeof(type));
	memcpy(id, sent_id, sizeof(id));
	if (type[0])
		hear(serial, acknowledges ? ANSWER_ACKNOWLEDGED : ANSWER_ERROR,
		    id);
	return type;
}

/* ---- time ---- */

void tick(void)
{
	struct err err = {0};
	int i;

	/* What one look causes may be due at the next. */
	for (i = 0; i < 3; i++)
		if (service_departures_keep_going(&towns, &err) < 0)
			fail_msg("keep going: %s", err.text);
}

void at(const char *day_and_hour)
{
	struct calendar_local local;
	char day[11];
	int hour;
	int minute;
	int32_t number;

	(void)snprintf(day, sizeof(day), "%.10s", day_and_hour);
	assert_int_equal(calendar_day_parse(day, &number, NULL), 0);
	assert_int_equal(sscanf(day_and_hour + 11, "%d:%d", &hour, &minute), 2);
	local.day = number;
	local.ms = (hour * 60 + minute) * (int)TIME_MINUTE_MS;
	towns_now = calendar_utc_of(CALENDAR_STOCKHOLM, &local);
	tick();
}

/* ---- looking ---- */

struct return_view the_case(const char *serial)
{
	struct return_view view;
	struct err err = {0};

	if (service_return_view(&towns, ada, serial, &view, NULL, NULL, &err) <
	    0)
		fail_msg("%s: %s", serial, err.text);
	return view;
}

bool has_case(const char *serial)
{
	struct return_view view;

	return service_return_view(
	           &towns, ada, serial, &view, NULL, NULL, NULL) == 0;
}

enum return_state state_of(const char *serial)
{
	return the_case(serial).row.state;
}

struct departures_seen {
	struct departure_view last;
	unsigned count;
};

static int note_departure(void *arg, const struct departure_view *view)
{
	struct departures_seen *seen = arg;

	seen->last = *view;
	seen->count++;
	return 0;
}

static struct departures_seen see_departures(const char *name)
{
	struct departures_seen seen = {.count = 0};
	struct err err = {0};

	if (service_departure_each(&towns, ada, name, false, NULL, 0,
	        note_departure, &seen, &err) < 0)
		fail_msg("%s: %s", name, err.text);
	return seen;
}

struct departure_view the_departure(const char *name)
{
	struct departures_seen seen = see_departures(name);

	assert_int_not_equal(seen.count, 0);
	return seen.last;
}

unsigned departures_of(const char *name)
{
	return see_departures(name).count;
}

struct erases {
	const char *serial;
	unsigned ordered;
	unsigned standing;
};

static int note_erase(void *arg, const struct command *row)
{
	struct erases *erases = arg;

	if (strcmp(row->request_type, "EraseDevice") != 0)
		return 0;
	erases->ordered++;
	if (row->state != COMMAND_CANCELLED && row->state != COMMAND_FAILED)
		erases->standing++;
	return 0;
}

static int count_erases(struct txn *txn, void *arg, struct err *err)
{
	struct erases *erases = arg;
	char device[STORE_ID];
	struct command_filter filter = {
	    .org_id = ada->org_id, .device_id = device};

	(void)snprintf(device, sizeof(device), "device-%.20s", erases->serial);
	return store_command_each(txn, &filter, note_erase, erases, err);
}

unsigned erases_ordered(const char *serial)
{
	struct erases erases = {.serial = serial};

	towns_read(count_erases, &erases);
	return erases.ordered;
}

unsigned erases_standing(const char *serial)
{
	struct erases erases = {.serial = serial};

	towns_read(count_erases, &erases);
	return erases.standing;
}

struct task_look {
	const char *departure_id;
	int kind;
	struct task_row row;
};

static int note_task(void *arg, const struct task_row *row)
{
	struct task_look *look = arg;

	if ((int)row->kind == look->kind)
		look->row = *row;
	return 0;
}

static int look_tasks(struct txn *txn, void *arg, struct err *err)
{
	struct task_look *look = arg;

	return store_task_each_case(
	    txn, ada->org_id, look->departure_id, true, note_task, look, err);
}

struct task_row task_of(const char *departure_id, int kind)
{
	struct task_look look = {departure_id, kind, {.id = ""}};

	towns_read(look_tasks, &look);
	return look.row;
}

struct notices_look {
	const char *name;
	int kind;
	unsigned count;
};

static int note_notice(void *arg, const struct notice_row *row)
{
	struct notices_look *look = arg;

	look->count += row->kind == look->kind;
	return 0;
}

static int look_notices(struct txn *txn, void *arg, struct err *err)
{
	struct notices_look *look = arg;
	struct person_row person;
	int rc = ledger_person_find(txn, ada->org_id, look->name, &person, err);

	return rc < 0 ? rc
	              : store_notice_each_waiting(txn, ada->org_id, person.id,
	                    1000, note_notice, look, err);
}

unsigned notices_of(const char *name, int kind)
{
	struct notices_look look = {name, kind, 0};

	towns_read(look_notices, &look);
	return look.count;
}

/* ---- the bench, as bench_proof.c does it ---- */

struct bench {
	const char *serial;
	bool is_proof;
};

static int weigh(struct txn *txn, void *arg, struct err *err)
{
	struct bench *bench = arg;
	char device[STORE_ID];
	struct wipe wipe;
	int rc;

	(void)snprintf(device, sizeof(device), "device-%.20s", bench->serial);
	rc = store_wipe_find_device(txn, device, &wipe, err);
	if (rc < 0)
		return rc;
	if (wipe_next(wipe.state,
	        bench->is_proof ? WIPE_EVENT_PROOF : WIPE_EVENT_CONTACT,
	        &wipe.state) < 0 &&
	    bench->is_proof)
		return err_set(err, ERR_CONFLICT, "it cannot be proven");
	if (bench->is_proof) {
		wipe.proven_at = towns_now;
	} else {
		wipe.caught_at = towns_now;
		(void)snprintf(wipe.warning, sizeof(wipe.warning),
		    "seen at the bench: it did not erase itself");
	}
	rc = store_wipe_update(txn, &wipe, err);
	return rc < 0
	    ? rc
	    : return_wipe_changed(txn, &towns, &wipe,
	          bench->is_proof ? WIPE_EVENT_PROOF : WIPE_EVENT_CONTACT,
	          towns_now, err);
}

void bench_proves(const char *serial)
{
	struct bench bench = {serial, true};

	towns_write(weigh, &bench);
	tick();
}

void bench_catches(const char *serial)
{
	struct bench bench = {serial, false};

	towns_write(weigh, &bench);
	tick();
}

/* ---- steps ---- */

int perform_by(const struct actor *actor, const struct return_request *request)
{
	struct return_view view;
	int rc;

	memset(&leaver_err, 0, sizeof(leaver_err));
	rc = service_return_do(&towns, actor, request, &view, &leaver_err);
	tick();
	return rc;
}

static int perform(const struct return_request *request)
{
	return perform_by(ada, request);
}

int custody(const char *serial, const char *receiver)
{
	const struct return_request request = {
	    .act = RETURN_ACT_CUSTODY, .what = serial, .person = receiver};

	return perform(&request);
}

int sign_by(const struct actor *actor, const char *serial,
    enum return_signer who, const char *person, const char *name,
    enum return_codes codes, const char *note)
{
	const struct return_request request = {.act = RETURN_ACT_SIGN,
	    .what = serial,
	    .signer = who,
	    .person = person,
	    .typed_name = name,
	    .codes = codes,
	    .note = note};

	return perform_by(actor, &request);
}

int sign(const char *serial, enum return_signer who, const char *person,
    const char *name, enum return_codes codes, const char *note)
{
	struct actor receiver = *ada;

	(void)snprintf(receiver.name, sizeof(receiver.name), "token:receiver");
	return sign_by(who == RETURN_SIGNER_RECEIVER ? &receiver : ada, serial,
	    who, person, name, codes, note);
}

int decide_sim(
    const char *serial, const char *number, enum sim_decision decision)
{
	const struct return_request request = {.act = RETURN_ACT_SIM,
	    .what = serial,
	    .subscription = number,
	    .decision = decision};

	return perform(&request);
}

int state_codes(const char *serial, enum return_codes codes)
{
	const struct return_request request = {
	    .act = RETURN_ACT_CODES, .what = serial, .codes = codes};

	return perform(&request);
}

int act(const char *serial, enum return_act what, const char *note)
{
	const struct return_request request = {
	    .act = what, .what = serial, .how = "signed_out", .note = note};

	return perform(&request);
}

void all_signed(const char *serial, const char *leaver)
{
	assert_int_equal(sign(serial, RETURN_SIGNER_HOLDER, leaver, leaver,
	                     RETURN_CODES_HANDED_OVER, NULL),
	    0);
	assert_int_equal(sign(serial, RETURN_SIGNER_RECEIVER, "Chef Ek",
	                     "Chef Ek", RETURN_CODES_UNSAID, NULL),
	    0);
}
