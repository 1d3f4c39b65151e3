/*
 * Authenticate: a new life of a phone begins, and the former ends with
 * everything that was queued in it (DESIGN invariant 3).
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/audit/audit.h"
#include "server/service/ledger/ledger.h"
#include "server/service/phone/phone_state.h"
#include "server/store/store_bench.h"
#include "server/service/mdm/visit.h"

#define COPY(to, from) (void)snprintf((to), sizeof(to), "%s", (from))

static void fill_device(struct device *device,
    const struct checkin_authenticate *said, const struct link *link)
{
	COPY(device->person, link->person);
	COPY(device->serial, said->serial_number);
	COPY(device->model,
	    said->model_name[0] ? said->model_name : said->model);
	COPY(device->product_name, said->product_name);
	COPY(device->os_version, said->os_version);
	COPY(device->build_version, said->build_version);
	if (strncmp(said->product_name, "iPad", 4) == 0)
		device->kind = PHONE_KIND_IPAD;
	/* DESIGN invariant 9. */
	if (device->is_private)
		return;
	COPY(device->name, said->device_name);
	(void)str_copy(device->imei, sizeof(device->imei), said->imei);
}

/* In the register already, by hand or from an order: it has no UDID yet. */
static int find_registered(struct txn *txn, const char *org_id,
    const char *serial, struct device *out, struct err *err)
{
	struct device device;
	int rc = store_device_find_serial(txn, org_id, serial, &device, NULL);

	if (rc == -ERR_NOT_FOUND || rc == -ERR_CONFLICT ||
	    (rc == 0 && device.udid[0]))
		return -ERR_NOT_FOUND;
	if (rc < 0)
		return err_set(err, ERR_IO, "cannot read the register");
	*out = device;
	return 0;
}

static int find_or_make_device(struct txn *txn, const struct visit *visit,
    const struct link *link, struct device *device, struct err *err)
{
	const struct checkin_authenticate *said = &visit->checkin->authenticate;
	const char *udid = checkin_device_id(visit->checkin);
	int rc = store_device_find_udid(txn, link->org_id, udid, device, err);

	if (rc == -ERR_NOT_FOUND)
		rc = find_registered(
		    txn, link->org_id, said->serial_number, device, err);
	if (rc == -ERR_NOT_FOUND) {
		*device = (struct device){.created_at = visit->now,
		    .state = PHONE_IN_STOCK,
		    .state_at = visit->now};
		COPY(device->id, visit->new_device_id);
		COPY(device->org_id, link->org_id);
		COPY(device->udid, udid);
	} else if (rc == 0 && !device->udid[0]) {
		COPY(device->udid, udid);
	} else if (rc < 0) {
		return rc;
	} else if (strcmp(device->serial, said->serial_number) != 0) {
		return err_set(err, ERR_DENIED,
		    "another serial number is known for this UDID");
	}
	fill_device(device, said, link);
	return 0;
}

static void fill_life(struct life *life, const struct visit *visit,
    const struct device *device, const struct link *link)
{
	*life = (struct life){
	    .state = LIFE_AUTHENTICATED,
	    .started_at = visit->now,
	    .last_seen_at = visit->now,
	};
	COPY(life->id, visit->new_life_id);
	COPY(life->org_id, device->org_id);
	COPY(life->device_id, device->id);
	COPY(life->link_id, link->id);
	COPY(life->topic, visit->checkin->topic);
}

/* Links made before there was a ledger name a person by name alone. */
static int find_person(struct txn *txn, const struct ledger *ledger,
    const struct link *link, struct person_row *out, struct err *err)
{
	if (link->person_id[0])
		return store_person_load(
		    txn, link->org_id, link->person_id, out, err);
	return ledger_person_meet(txn, ledger, link->person, out, err);
}

/* From here on the person of the link holds the phone. */
static int hand_to_person(struct txn *txn, const struct visit *visit,
    const struct link *link, struct device *device, struct err *err)
{
	struct actor actor = {.name = "enrolment"};
	struct person_row person;
	struct ledger ledger;
	int rc;

	COPY(actor.org_id, link->org_id);
	rc = ledger_init(&ledger, visit->service, &actor, err);
	if (rc == 0)
		rc = find_person(txn, &ledger, link, &person, err);
	if (rc == -ERR_CONFLICT && !link->person_id[0])
		return 0; /* several of that name: nobody is guessed */
	if (rc < 0)
		return rc;
	return holder_open(
	    txn, &ledger, device, &person, visit->new_life_id, err);
}

/* The register says that it is managed. */
static int step_phone(struct txn *txn, const struct visit *visit,
    struct device *device, struct err *err)
{
	struct actor actor = {.name = "enrolment"};
	struct ledger ledger;
	int rc;

	COPY(actor.org_id, device->org_id);
	rc = ledger_init(&ledger, visit->service, &actor, err);
	return rc < 0 ? rc
	              : phone_follow(txn, &ledger, device, PHONE_EVENT_ENROL,
	                    "the phone enrolled", err);
}

static int note_life(struct txn *txn, const struct visit *visit,
    const struct device *device, const struct life *life, struct err *err)
{
	char by[STORE_ID + 8];
	const struct audit_note note = {
	    .action = AUDIT_PHONE_ENROLLED,
	    .org_id = device->org_id,
	    .by = by,
	    .subject_kind = "life",
	    .subject_id = life->id,
	    .person_id = device->person_id,
	    .device_id = device->id,
	    .params = {{"serial", device->serial},
	        {"private", device->is_private ? "yes" : NULL}},
	};

	(void)snprintf(by, sizeof(by), "link:%s", life->link_id);
	return audit_write(txn, visit->service, &note, err);
}

static int begin_life(struct txn *txn, struct visit *visit,
    struct certificate *certificate, struct link *link, struct err *err)
{
	struct device device;
	struct life life;
	int rc = find_or_make_device(txn, visit, link, &device, err);

	if (rc < 0)
		return rc;
	if (device.life_id[0] &&
	    (rc = life_end(txn, visit->service, device.life_id,
	         LIFE_EVENT_REPLACE, "the phone enrolled again", visit->now,
	         err)) < 0)
		return rc;
	fill_life(&life, visit, &device, link);
	COPY(device.life_id, life.id);
	COPY(certificate->life_id, life.id);
	certificate->state = CERTIFICATE_CURRENT;
	link->enrolled_at = visit->now;
	if ((rc = store_device_save(txn, &device, err)) < 0 ||
	    (rc = store_life_save(txn, &life, err)) < 0 ||
	    (rc = hand_to_person(txn, visit, link, &device, err)) < 0 ||
	    (rc = store_device_save(txn, &device, err)) < 0 ||
	    (rc = step_phone(txn, visit, &device, err)) < 0 ||
	    (rc = store_certificate_save(txn, certificate, err)) < 0)
		return rc;
	COPY(visit->device_id, device.id);
	COPY(visit->life_id, life.id);
	rc = store_link_save(txn, link, err);
	return rc < 0 ? rc : note_life(txn, visit, &device, &life, err);
}

/* A repeated Authenticate, its answer having been lost: nothing new begins. */
static int is_repeat_of(struct txn *txn, const struct certificate *certificate,
    const char *udid, bool *is_repeat, struct err *err)
{
	struct life life;
	struct device device;
	int rc;

	*is_repeat = false;
	if (!certificate->life_id[0])
		return 0;
	if ((rc = store_life_load(txn, certificate->life_id, &life, err)) < 0 ||
	    (rc = store_device_load(txn, life.device_id, &device, err)) < 0)
		return rc;
	if (strcmp(device.udid, udid) != 0)
		return err_set(
		    err, ERR_DENIED, "certificate belongs to another phone");
	*is_repeat = life.state == LIFE_AUTHENTICATED;
	return 0;
}

static int authenticate(struct txn *txn, void *arg, struct err *err)
{
	struct visit *visit = arg;
	const char *udid = checkin_device_id(visit->checkin);
	struct certificate certificate;
	struct link link;
	int rc = store_certificate_load(
	    txn, visit->certificate_sha256, &certificate, err);

	if (rc < 0)
		return rc;
	if (certificate.state == CERTIFICATE_DEAD)
		return err_set(err, ERR_DENIED, "certificate is dead");
	rc = is_repeat_of(txn, &certificate, udid, &visit->is_repeat, err);
	if (rc < 0 || visit->is_repeat)
		return rc;
	if ((rc = store_link_load(txn, certificate.link_id, &link, err)) < 0)
		return rc;
	if (strcmp(link.serial, visit->checkin->authenticate.serial_number) !=
	    0)
		return err_set(err, ERR_DENIED,
		    "the enrolment was made for another serial number");
	return begin_life(txn, visit, &certificate, &link, err);
}

int visit_authenticate(struct visit *visit, struct err *err)
{
	struct service *service = visit->service;
	const char *serial = visit->checkin->authenticate.serial_number;
	const struct tenant *tenant =
	    service_tenant_find(service, visit->identity->org_id);
	int rc;

	if (!tenant)
		return err_set(err, ERR_DENIED,
		    "the organisation of this phone is not served here");
	if (strcmp(visit->checkin->topic, tenant->organisation.topic) != 0)
		return err_set(err, ERR_DENIED, "topic is not ours");
	uuid_make(visit->now, service->rng, visit->new_life_id);
	uuid_make(visit->now, service->rng, visit->new_device_id);
	rc = store_write(service->store, authenticate, visit, err);
	if (rc < 0 || visit->is_repeat)
		return rc;
	service_count(service, SERVICE_AUTHENTICATES);
	log_info(service->log, "life_began", LOG_DEVICE, visit->device_id,
	    LOG_LIFE, visit->life_id, LOG_SERIAL, serial, NULL);
	return 0;
}
