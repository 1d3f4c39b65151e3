/*
 * Check-in: the messages by which a life begins, is kept reachable and ends.
 * Authenticate starts a new life and ends the former one with everything that
 * was queued in it (DESIGN invariant 3).
 */
#include "proto/apple/checkin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/apple/xplist.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/keeper/keeper.h"
#include "server/service/last_seen.h"
#include "server/service/policy_profile.h"
#include "server/service/service.h"

#define SECRET_UNLOCK "unlock_token"
#define SECRET_BOOTSTRAP "bootstrap_token"

struct visit {
	struct service *service;
	const char *certificate_sha256;
	const struct identity *identity;
	const struct checkin *checkin;
	int64_t now;
	/* Prepared before the transaction. */
	char new_life_id[STORE_ID];
	char new_device_id[STORE_ID];
	struct buf sealed;
	struct policy_orders orders;
	/* Found out in it. */
	bool is_repeat;
	bool is_first_token;
	char device_id[STORE_ID];
	char life_id[STORE_ID];
};

#define COPY(to, from) (void)snprintf((to), sizeof(to), "%s", (from))

/* ---- Authenticate ---- */

static int end_wipe_of_life(struct txn *txn, const char *life_id,
    const char *why, int64_t now, struct err *err)
{
	struct wipe wipe;
	char when[TIME_TEXT_MAX];
	int rc = store_wipe_find_open(txn, life_id, &wipe, err);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	time_rfc3339(now, when);
	if (wipe_next(wipe.state, WIPE_EVENT_CANCEL, &wipe.state) == 0) {
		wipe.closed_at = now;
		(void)snprintf(wipe.warning, sizeof(wipe.warning),
		    "not wiped: %s at %s before it answered", why, when);
	} else {
		(void)snprintf(wipe.warning, sizeof(wipe.warning),
		    "%s at %s; by itself no proof of the wipe", why, when);
	}
	return store_wipe_update(txn, &wipe, err);
}

static int end_life(struct txn *txn, const char *life_id, enum life_event event,
    const char *why, int64_t now, struct err *err)
{
	struct life life;
	int rc = store_life_load(txn, life_id, &life, err);

	if (rc < 0)
		return rc;
	if (life_next(life.state, event, &life.state) < 0)
		return 0; /* ended before */
	life.ended_at = now;
	if ((rc = store_life_save(txn, &life, err)) < 0 ||
	    (rc = order_close_all(txn, life.org_id, life.id,
	         COMMAND_EVENT_LIFE_ENDED, why, NULL, now, err)) < 0 ||
	    (rc = store_certificate_retire(txn, life.id, NULL, err)) < 0 ||
	    (rc = store_secret_delete(txn, life.id, SECRET_UNLOCK, err)) < 0 ||
	    (rc = store_secret_delete(txn, life.id, SECRET_BOOTSTRAP, err)) < 0)
		return rc;
	return end_wipe_of_life(txn, life.id, why, now, err);
}

static void fill_device(struct device *device,
    const struct checkin_authenticate *said, const struct link *link)
{
	COPY(device->person, link->person);
	COPY(device->serial, said->serial_number);
	COPY(device->name, said->device_name);
	COPY(device->model,
	    said->model_name[0] ? said->model_name : said->model);
	COPY(device->product_name, said->product_name);
	COPY(device->os_version, said->os_version);
	COPY(device->build_version, said->build_version);
	(void)str_copy(device->imei, sizeof(device->imei), said->imei);
}

static int find_or_make_device(struct txn *txn, const struct visit *visit,
    const struct link *link, struct device *device, struct err *err)
{
	const struct checkin_authenticate *said = &visit->checkin->authenticate;
	const char *udid = checkin_device_id(visit->checkin);
	int rc = store_device_find_udid(txn, link->org_id, udid, device, err);

	if (rc == -ERR_NOT_FOUND) {
		*device = (struct device){.created_at = visit->now};
		COPY(device->id, visit->new_device_id);
		COPY(device->org_id, link->org_id);
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

static int begin_life(struct txn *txn, struct visit *visit,
    struct certificate *certificate, struct link *link, struct err *err)
{
	struct device device;
	struct life life;
	int rc = find_or_make_device(txn, visit, link, &device, err);

	if (rc < 0)
		return rc;
	if (device.life_id[0] &&
	    (rc = end_life(txn, device.life_id, LIFE_EVENT_REPLACE,
	         "the phone enrolled again", visit->now, err)) < 0)
		return rc;
	fill_life(&life, visit, &device, link);
	COPY(device.life_id, life.id);
	COPY(certificate->life_id, life.id);
	certificate->state = CERTIFICATE_CURRENT;
	link->enrolled_at = visit->now;
	if ((rc = store_device_save(txn, &device, err)) < 0 ||
	    (rc = store_life_save(txn, &life, err)) < 0 ||
	    (rc = store_certificate_save(txn, certificate, err)) < 0)
		return rc;
	COPY(visit->device_id, device.id);
	COPY(visit->life_id, life.id);
	return store_link_save(txn, link, err);
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

static int on_authenticate(struct visit *visit, struct err *err)
{
	struct service *service = visit->service;
	const char *serial = visit->checkin->authenticate.serial_number;
	int rc;

	if (strcmp(visit->checkin->topic, service->organisation.topic) != 0)
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

/* ---- TokenUpdate ---- */

static int token_update(struct txn *txn, void *arg, struct err *err)
{
	struct visit *visit = arg;
	const struct checkin_token_update *said = &visit->checkin->token_update;
	struct life life;
	int rc = store_life_load(txn, visit->identity->life_id, &life, err);

	if (rc < 0)
		return rc;
	if (life_next(life.state, LIFE_EVENT_TOKEN_UPDATE, &life.state) < 0)
		return err_set(err, ERR_DENIED, "this enrolment has ended");
	visit->is_first_token = life.enrolled_at == 0;
	if (visit->is_first_token)
		life.enrolled_at = visit->now;
	memcpy(life.push_token, said->push_token, said->push_token_len);
	life.push_token_len = said->push_token_len;
	COPY(life.push_magic, said->push_magic);
	COPY(life.topic, visit->checkin->topic);
	life.awaiting_configuration = said->awaiting_configuration;
	life.last_seen_at = visit->now;
	if ((rc = store_life_save(txn, &life, err)) < 0)
		return rc;
	/* Quirk 9: a message without a token keeps the stored one. */
	if (visit->sealed.len > 0 &&
	    (rc = store_secret_save(txn, life.id, SECRET_UNLOCK,
	         visit->sealed.data, visit->sealed.len, visit->now, err)) < 0)
		return rc;
	return policy_orders_queue(
	    txn, &visit->orders, life.org_id, life.device_id, life.id, err);
}

static int seal(struct visit *visit, const char *kind,
    const struct secret *secret, struct err *err)
{
	char context[128];

	if (secret->len == 0)
		return 0;
	(void)snprintf(
	    context, sizeof(context), "%s:%s", kind, visit->identity->life_id);
	return keeper_seal(visit->service->keeper, context, secret->data,
	    secret->len, &visit->sealed, err);
}

/*
 * A new life gets the policy. Later, an unlock token comes when somebody set or
 * changed the passcode: a good moment to ask about it.
 */
static int make_orders(struct visit *visit, struct err *err)
{
	const struct checkin_token_update *said = &visit->checkin->token_update;
	unsigned what = POLICY_ORDERS_PROFILE | POLICY_ORDERS_QUERIES;
	const char *reason = "the phone has enrolled";

	if (visit->identity->life_state != LIFE_AUTHENTICATED) {
		if (said->unlock_token.len == 0)
			return 0;
		what = POLICY_ORDERS_SECURITY;
		reason = "the passcode may have changed";
	} else if (said->awaiting_configuration) {
		what |= POLICY_ORDERS_CONFIGURED;
	}
	return policy_orders_make(
	    visit->service, what, "policy", reason, &visit->orders, err);
}

static int on_token_update(struct visit *visit, struct err *err)
{
	const struct checkin_token_update *said = &visit->checkin->token_update;
	struct service *service = visit->service;
	int rc = seal(visit, SECRET_UNLOCK, &said->unlock_token, err);

	if (rc == 0)
		rc = make_orders(visit, err);
	if (rc == 0)
		rc = store_write(service->store, token_update, visit, err);
	if (rc < 0)
		return rc;
	service_count(service, SERVICE_TOKEN_UPDATES);
	if (visit->is_first_token)
		log_info(service->log, "phone_enrolled", LOG_DEVICE,
		    visit->identity->device_id, LOG_LIFE,
		    visit->identity->life_id, NULL);
	return 0;
}

/* ---- CheckOut ---- */

static int check_out(struct txn *txn, void *arg, struct err *err)
{
	struct visit *visit = arg;

	return end_life(txn, visit->identity->life_id, LIFE_EVENT_CHECK_OUT,
	    "the phone left management", visit->now, err);
}

static int on_check_out(struct visit *visit, struct err *err)
{
	struct service *service = visit->service;
	int rc = store_write(service->store, check_out, visit, err);

	if (rc < 0)
		return rc;
	service_count(service, SERVICE_CHECK_OUTS);
	log_warning(service->log, "phone_checked_out", LOG_DEVICE,
	    visit->identity->device_id, LOG_LIFE, visit->identity->life_id,
	    NULL);
	return 0;
}

/* ---- bootstrap token ---- */

static int save_bootstrap(struct txn *txn, void *arg, struct err *err)
{
	struct visit *visit = arg;
	const char *life_id = visit->identity->life_id;

	if (visit->sealed.len == 0) /* Apple: none means remove */
		return store_secret_delete(txn, life_id, SECRET_BOOTSTRAP, err);
	return store_secret_save(txn, life_id, SECRET_BOOTSTRAP,
	    visit->sealed.data, visit->sealed.len, visit->now, err);
}

static int on_set_bootstrap(struct visit *visit, struct err *err)
{
	int rc = seal(
	    visit, SECRET_BOOTSTRAP, &visit->checkin->bootstrap.token, err);

	if (rc < 0)
		return rc;
	return store_write(visit->service->store, save_bootstrap, visit, err);
}

static int load_bootstrap(struct txn *txn, void *arg, struct err *err)
{
	struct visit *visit = arg;
	uint8_t *sealed = NULL;
	size_t len = 0;
	int rc = store_secret_load(txn, visit->identity->life_id,
	    SECRET_BOOTSTRAP, &sealed, &len, err);

	if (rc == -ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	buf_reset(&visit->sealed);
	buf_append(&visit->sealed, sealed, len);
	free(sealed);
	return buf_check(&visit->sealed, err);
}

static int encode_bootstrap(
    const struct secret *token, struct buf *reply, struct err *err)
{
	plist_t root = plist_new_dict();
	int rc = xplist_set_data(
	    root, "BootstrapToken", token->data, token->len, err);

	if (rc == 0)
		rc = xplist_encode(root, reply, err);
	xplist_wipe_data(root, "BootstrapToken");
	plist_free(root);
	return rc;
}

static int on_get_bootstrap(
    struct visit *visit, struct buf *reply, struct err *err)
{
	struct secret token = {0};
	char context[128];
	int rc = store_read(visit->service->store, load_bootstrap, visit, err);

	if (rc < 0 || visit->sealed.len == 0)
		return rc;
	(void)snprintf(context, sizeof(context), "%s:%s", SECRET_BOOTSTRAP,
	    visit->identity->life_id);
	rc = keeper_unseal(visit->service->keeper, context, visit->sealed.data,
	    visit->sealed.len, &token, err);
	if (rc == 0)
		rc = encode_bootstrap(&token, reply, err);
	secret_clear(&token);
	return rc;
}

/* ---- which message may come from whom ---- */

static int check_identity(const struct visit *visit, struct err *err)
{
	const struct identity *identity = visit->identity;

	if (visit->checkin->type == CHECKIN_AUTHENTICATE)
		return 0; /* checked against link and device */
	if (!identity->life_id[0])
		return err_set(
		    err, ERR_DENIED, "this certificate has not enrolled yet");
	if (identity->certificate_state == CERTIFICATE_DEAD ||
	    !life_is_open(identity->life_state))
		return err_set(err, ERR_DENIED,
		    "certificate of an enrolment that has ended");
	if (strcmp(identity->udid, checkin_device_id(visit->checkin)) != 0)
		return err_set(
		    err, ERR_DENIED, "certificate belongs to another phone");
	return 0;
}

static int dispatch(struct visit *visit, struct buf *reply, struct err *err)
{
	switch (visit->checkin->type) {
	case CHECKIN_AUTHENTICATE:
		return on_authenticate(visit, err);
	case CHECKIN_TOKEN_UPDATE:
		return on_token_update(visit, err);
	case CHECKIN_CHECK_OUT:
		return on_check_out(visit, err);
	case CHECKIN_SET_BOOTSTRAP_TOKEN:
		return on_set_bootstrap(visit, err);
	case CHECKIN_GET_BOOTSTRAP_TOKEN:
		return on_get_bootstrap(visit, reply, err);
	case CHECKIN_USER_AUTHENTICATE:
	case CHECKIN_DECLARATIVE_MANAGEMENT:
	case CHECKIN_GET_TOKEN:
	case CHECKIN_TYPE_COUNT:
		break;
	}
	return err_set(err, ERR_UNSUPPORTED, "%s is not offered here",
	    checkin_type_name(visit->checkin->type));
}

/* One person, one phone: what users' channels report is not kept. */
static bool is_of_user(const struct checkin *checkin)
{
	return checkin_is_user_channel(checkin) &&
	    checkin->type != CHECKIN_USER_AUTHENTICATE;
}

int service_check_in(struct service *service, const char *certificate_sha256,
    const struct identity *identity, const struct checkin *checkin,
    struct buf *reply, struct err *err)
{
	struct visit visit = {
	    .service = service,
	    .certificate_sha256 = certificate_sha256,
	    .identity = identity,
	    .checkin = checkin,
	    .now = clock_now(service->clock),
	};
	int rc = check_identity(&visit, err);

	if (rc == 0 && !is_of_user(checkin))
		rc = dispatch(&visit, reply, err);
	if (rc == 0 && identity->life_id[0])
		last_seen_touch(
		    service->last_seen, identity->life_id, visit.now);
	policy_orders_clear(&visit.orders);
	if (visit.sealed.data)
		explicit_bzero(visit.sealed.data, visit.sealed.len);
	buf_clear(&visit.sealed);
	return rc;
}
