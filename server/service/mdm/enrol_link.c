/* An enrolment link: who may enrol which phone, until when, once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/digest.h"
#include "server/service/equipment/equipment_order.h"
#include "server/service/ledger/ledger_gate.h"
#include "server/service/service.h"

#define TOKEN_BYTES 20 /* 160 bits: not to be guessed, short in a QR code */
#define LINK_VALID_MAX_MS (90 * TIME_DAY_MS)

struct create {
	struct ledger ledger;
	const char *person;
	struct link link;
};

/* RON-27, VST-05: no phone without an approved order. The order is used up when
 * the phone enrols; a link alone uses up nothing. */
static int check_order(
    struct txn *txn, const struct create *create, struct err *err)
{
	const struct equipment_gate gate = {.org_id = create->link.org_id,
	    .what = EQUIPMENT_PHONE,
	    .person = create->link.person_id,
	    .linked_to = create->link.serial,
	    .only_look = true};

	return service_equipment_order_gate(
	    create->ledger.service, txn, &gate, NULL, err);
}

static int note_link(
    struct txn *txn, const struct create *create, struct err *err)
{
	const struct link *link = &create->link;
	char until[TIME_TEXT_MAX];
	struct audit_note note = {
	    .action = AUDIT_LINK_CREATED,
	    .org_id = link->org_id,
	    .by = link->created_by,
	    .subject_kind = "link",
	    .subject_id = link->id,
	    .person_id = link->person_id,
	    .params = {{"serial", link->serial}, {"valid_until", until}},
	};

	time_rfc3339(link->expires_at, until);
	return audit_write(txn, create->ledger.service, &note, err);
}

/* The link is for a person of the ledger, who is added when new to it. */
static int save_link(struct txn *txn, void *arg, struct err *err)
{
	struct create *create = arg;
	struct person_row person;
	int rc = ledger_person_meet(
	    txn, &create->ledger, create->person, &person, err);

	if (rc == 0)
		rc = ledger_gate_link(
		    txn, &create->ledger, create->link.serial, person.id, err);
	if (rc < 0)
		return rc;
	(void)str_copy(
	    create->link.person, sizeof(create->link.person), person.name);
	(void)str_copy(
	    create->link.person_id, sizeof(create->link.person_id), person.id);
	rc = check_order(txn, create, err);
	if (rc == 0)
		rc = store_link_save(txn, &create->link, err);
	return rc < 0 ? rc : note_link(txn, create, err);
}

/* One line of text that may be shown and compared; empty is refused. */
static int take_text(
    char *out, size_t size, const char *text, const char *what, struct err *err)
{
	const char *at;

	if (!text || !*text)
		return err_set(err, ERR_INVALID, "%s is missing", what);
	if (!str_is_utf8(text, strlen(text)))
		return err_set(err, ERR_INVALID, "%s is not UTF-8 text", what);
	for (at = text; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return err_set(err, ERR_INVALID,
			    "%s holds a control character", what);
	if (str_copy(out, size, text) < 0)
		return err_set(err, ERR_LIMIT, "%s is longer than %zu bytes",
		    what, size - 1);
	return 0;
}

static int check_validity(const struct link_request *request, struct err *err)
{
	if (request->valid_ms < 0 || request->valid_ms > LINK_VALID_MAX_MS)
		return err_set(
		    err, ERR_INVALID, "a link is valid for at most 90 days");
	return 0;
}

int service_link_create(struct service *service, const struct actor *actor,
    const struct link_request *request, struct link *out, char **url,
    struct err *err)
{
	struct create create = {.link = {.id = ""}};
	struct link link = {.id = ""};
	uint8_t random[TOKEN_BYTES];
	char token[2 * TOKEN_BYTES + 1];
	char *text = NULL;
	int rc;

	if ((rc = take_text(link.person, sizeof(link.person), request->person,
	         "person", err)) < 0 ||
	    (rc = take_text(link.serial, sizeof(link.serial), request->serial,
	         "serial", err)) < 0 ||
	    (rc = check_validity(request, err)) < 0)
		return rc;
	link.created_at = clock_now(service->clock);
	link.expires_at = link.created_at +
	    (request->valid_ms ? request->valid_ms : service->link_valid_ms);
	uuid_make(link.created_at, service->rng, link.id);
	(void)str_copy(link.org_id, sizeof(link.org_id), actor->org_id);
	(void)str_copy(link.created_by, sizeof(link.created_by), actor->name);
	rng_fill(service->rng, random, sizeof(random));
	str_hex(token, random, sizeof(random));
	digest_sha256(token, strlen(token), link.token_sha256);
	if ((rc = ledger_init(&create.ledger, service, actor, err)) < 0)
		return rc;
	if (asprintf(&text, "%s/enrol/%s", service->phones_url, token) < 0)
		return err_memory(err);
	create.link = link;
	create.person = link.person;
	if ((rc = store_write(service->store, save_link, &create, err)) < 0) {
		free(text);
		return rc;
	}
	link = create.link;
	service_count(service, SERVICE_LINKS_CREATED);
	log_info(service->log, "enrolment_link_created", LOG_LINK, link.id,
	    LOG_SERIAL, link.serial, LOG_USER, actor->name, NULL);
	*out = link;
	*url = text;
	return 0;
}
