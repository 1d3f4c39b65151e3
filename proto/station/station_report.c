#include "proto/station/station_report.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/station/codec.h"
#include "proto/station/facts_table.h"
#include "proto/station/order_names.h"

#define WHAT "a report"
#define NAMES(array) .names = array, .max = sizeof(array) / sizeof(array[0])

static const char *const kind_names[STATION_REPORT_KIND_COUNT] = {
    [STATION_REPORT_ATTACHED] = "attached",
    [STATION_REPORT_DETACHED] = "detached",
    [STATION_REPORT_FACTS] = "facts",
    [STATION_REPORT_ORDER_RESULT] = "order_result",
    [STATION_REPORT_PROOF] = "proof",
    [STATION_REPORT_REFUSED] = "refused",
};

static const char *const mode_names[] = {
    [STATION_MODE_UNKNOWN] = "unknown",
    [STATION_MODE_NORMAL] = "normal",
    [STATION_MODE_RECOVERY] = "recovery",
    [STATION_MODE_DFU] = "dfu",
    [STATION_MODE_RESTORE] = "restore",
    [STATION_MODE_HIDDEN] = "hidden",
    [STATION_MODE_NOT_MANAGED] = "not_managed",
};

static const char *const result_names[] = {
    [STATION_RESULT_STARTED] = "started",
    [STATION_RESULT_OK] = "ok",
    [STATION_RESULT_WAITING] = "waiting",
    [STATION_RESULT_FAILED] = "failed",
};

static const struct codec_field attached_fields[] = {
    {CODEC_AT(struct station_report, mode), .kind = CODEC_ENUM,
        NAMES(mode_names)},
    CODEC_END,
};

#define RESULT struct station_order_result
static const struct codec_field result_fields[] = {
    {CODEC_AT(RESULT, order_id), .kind = CODEC_UUID, .is_required = true},
    {CODEC_AT(RESULT, kind), .kind = CODEC_ENUM, .is_required = true,
        NAMES(work_order_kind_names)},
    {CODEC_AT(RESULT, result), .kind = CODEC_ENUM, .is_required = true,
        NAMES(result_names)},
    {CODEC_AT(RESULT, code)},
    {CODEC_AT(RESULT, lockdown_error), .kind = CODEC_INTEGER},
    {CODEC_AT(RESULT, sentence)},
    CODEC_END,
};

#define PROOF struct station_proof
#define PROOF_TRI(member)                                                      \
	{                                                                      \
		CODEC_AT(PROOF, member), .kind = CODEC_ENUM,                   \
		                         NAMES(station_tri_names)              \
	}
static const struct codec_field proof_fields[] = {
    {CODEC_AT(PROOF, order_id), .kind = CODEC_UUID, .is_required = true},
    {CODEC_AT(PROOF, wipe_id), .kind = CODEC_UUID, .is_required = true},
    PROOF_TRI(had_old_pair_record),
    {.name = "pair_worked_at",
        .offset = offsetof(PROOF, pair_worked_at_ms),
        .kind = CODEC_TIME},
    {.name = "pair_since",
        .offset = offsetof(PROOF, pair_since_ms),
        .kind = CODEC_TIME},
    PROOF_TRI(is_old_pair_refused),
    {CODEC_AT(PROOF, activation), .kind = CODEC_ENUM,
        NAMES(station_activation_names)},
    PROOF_TRI(is_setup_done),
    {CODEC_AT(PROOF, cloud), .kind = CODEC_ENUM, NAMES(station_cloud_names)},
    {.name = "checked_at",
        .offset = offsetof(PROOF, checked_at_ms),
        .kind = CODEC_TIME,
        .is_required = true},
    CODEC_END,
};

static const struct codec_field refusal_fields[] = {
    {CODEC_AT(struct station_refusal, order_id), .kind = CODEC_UUID},
    {CODEC_AT(struct station_refusal, reason), .kind = CODEC_ENUM,
        .is_required = true, NAMES(work_order_refusal_names)},
    {CODEC_AT(struct station_refusal, sentence)},
    CODEC_END,
};

#define R struct station_report
static const struct codec_field report_fields[] = {
    {CODEC_AT(R, id), .kind = CODEC_UUID, .is_required = true},
    {CODEC_AT(R, sequence), .kind = CODEC_NUMBER, .is_required = true},
    {.name = "at",
        .offset = offsetof(R, at_ms),
        .kind = CODEC_TIME,
        .is_required = true},
    {CODEC_AT(R, port)},
    {CODEC_AT(R, kind), .kind = CODEC_ENUM, .is_required = true,
        NAMES(kind_names)},
    {CODEC_AT(R, udid)},
    {CODEC_AT(R, serial)},
    CODEC_END,
};

/* The member that carries what is special to a kind; a table of one each. */
static const struct codec_field body_fields[STATION_REPORT_KIND_COUNT][2] = {
    [STATION_REPORT_ATTACHED] = {{.name = "attached",
                                     .kind = CODEC_OBJECT,
                                     .members = attached_fields},
        CODEC_END},
    [STATION_REPORT_DETACHED] = {CODEC_END},
    [STATION_REPORT_FACTS] = {{.name = "facts",
                                  .kind = CODEC_OBJECT,
                                  .is_required = true,
                                  .offset = offsetof(R, facts),
                                  .members = station_fact_fields},
        CODEC_END},
    [STATION_REPORT_ORDER_RESULT] = {{.name = "order_result",
                                         .kind = CODEC_OBJECT,
                                         .is_required = true,
                                         .offset = offsetof(R, order_result),
                                         .members = result_fields},
        CODEC_END},
    [STATION_REPORT_PROOF] = {{.name = "proof",
                                  .kind = CODEC_OBJECT,
                                  .is_required = true,
                                  .offset = offsetof(R, proof),
                                  .members = proof_fields},
        CODEC_END},
    [STATION_REPORT_REFUSED] = {{.name = "refused",
                                    .kind = CODEC_OBJECT,
                                    .is_required = true,
                                    .offset = offsetof(R, refusal),
                                    .members = refusal_fields},
        CODEC_END},
};

const char *station_report_kind_name(enum station_report_kind kind)
{
	return (unsigned)kind < STATION_REPORT_KIND_COUNT ? kind_names[kind]
	                                                  : "unknown";
}

const char *station_mode_name(enum station_mode mode)
{
	return mode_names[(unsigned)mode <= STATION_MODE_NOT_MANAGED ? mode
	                                                             : 0];
}

const char *station_result_name(enum station_result result)
{
	return (unsigned)result <= STATION_RESULT_FAILED ? result_names[result]
	                                                 : "unknown";
}

void station_report_init(
    struct station_report *report, enum station_report_kind kind)
{
	memset(report, 0, sizeof(*report));
	station_facts_init(&report->facts);
	report->kind = kind;
}

/* "" agrees with everything: the phone did not say. */
static bool agrees(const char *a, const char *b)
{
	return !*a || !*b || strcmp(a, b) == 0;
}

static int check_facts(const struct station_report *report, struct err *err)
{
	const struct station_facts *facts = &report->facts;

	if (!agrees(facts->udid, report->udid) ||
	    !agrees(facts->serial, report->serial))
		return err_set(err, ERR_INVALID,
		    WHAT " carries facts of another phone than its own");
	return station_facts_check(facts, err);
}

/* Which kinds speak of one certain phone. */
static bool needs_phone(enum station_report_kind kind)
{
	return kind == STATION_REPORT_ORDER_RESULT ||
	    kind == STATION_REPORT_PROOF;
}

static int check(const struct station_report *report, struct err *err)
{
	if (report->sequence < 1)
		return err_set(
		    err, ERR_INVALID, WHAT ": \"sequence\" is wrong");
	if (report->kind == STATION_REPORT_FACTS && !report->udid[0])
		return err_set(err, ERR_INVALID, WHAT " of facts needs a UDID");
	if (needs_phone(report->kind) &&
	    (!report->udid[0] || !report->serial[0]))
		return err_set(err, ERR_INVALID,
		    WHAT " of an order needs UDID and serial number");
	if (report->kind == STATION_REPORT_REFUSED &&
	    report->refusal.reason == WORK_ORDER_FINE)
		return err_set(err, ERR_INVALID, WHAT ": refused for nothing");
	return report->kind == STATION_REPORT_FACTS ? check_facts(report, err)
	                                            : 0;
}

static json_t *report_object(
    const struct station_report *report, struct err *err)
{
	json_t *root = codec_object(report_fields, report, err);
	json_t *body = NULL;

	if (root)
		body = codec_object(body_fields[report->kind], report, err);
	if (!body || json_object_update(root, body) != 0) {
		json_decref(root);
		root = NULL;
	}
	json_decref(body);
	return root;
}

int station_report_encode(
    const struct station_report *report, struct buf *json, struct err *err)
{
	struct err why = {0};
	int rc;

	if ((unsigned)report->kind >= STATION_REPORT_KIND_COUNT)
		return err_set(err, ERR_INVALID, WHAT " of no kind");
	rc = check(report, &why);
	if (rc == 0)
		rc = codec_dump(report_object(report, &why), json, &why);
	if (rc != 0 && err)
		*err = why;
	return rc;
}

int station_report_parse(
    const char *json, size_t len, struct station_report *out, struct err *err)
{
	CLEANUP(json) json_t *root = NULL;
	struct station_report *report = malloc(sizeof(*report));
	int rc;

	if (!report)
		return err_memory(err);
	station_report_init(report, STATION_REPORT_ATTACHED);
	rc = codec_parse(json, len, STATION_REPORT_MAX, WHAT, &root, err);
	if (rc == 0)
		rc = codec_load(report_fields, root, WHAT, report, err);
	if (rc == 0)
		rc = codec_load(
		    body_fields[report->kind], root, WHAT, report, err);
	if (rc == 0)
		rc = check(report, err);
	if (rc == 0)
		*out = *report;
	free(report);
	return rc;
}

/* One member alone, of a report whose rest may be wrong. */
static int load_one(
    const char *json, size_t len, const struct codec_field *fields, void *out)
{
	CLEANUP(json) json_t *root = NULL;

	if (codec_parse(json, len, STATION_REPORT_MAX, WHAT, &root, NULL) < 0 ||
	    codec_load(fields, root, WHAT, out, NULL) < 0)
		return -(int)ERR_INVALID;
	return 0;
}

int station_report_parse_id(
    const char *json, size_t len, char out[UUID_TEXT_MAX])
{
	static const struct codec_field id_only[] = {
	    {.name = "id",
	        .kind = CODEC_UUID,
	        .is_required = true,
	        .size = UUID_TEXT_MAX},
	    CODEC_END,
	};
	char id[UUID_TEXT_MAX] = "";

	if (load_one(json, len, id_only, id) < 0 || !id[0])
		return -(int)ERR_INVALID;
	memcpy(out, id, sizeof(id));
	return 0;
}

int station_report_parse_sequence(const char *json, size_t len, int64_t *out)
{
	static const struct codec_field sequence_only[] = {
	    {.name = "sequence",
	        .kind = CODEC_NUMBER,
	        .is_required = true,
	        .size = sizeof(int64_t)},
	    CODEC_END,
	};
	int64_t sequence = 0;

	if (load_one(json, len, sequence_only, &sequence) < 0 || sequence < 1)
		return -(int)ERR_INVALID;
	*out = sequence;
	return 0;
}
