/*
 * The enrolment profile behind a link. The first full GET uses the link up: the
 * profile carries a one-time SCEP challenge that exists only in it.
 */
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "proto/apple/profile_payload.h"
#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/keeper/keeper.h"
#include "server/service/audit/audit.h"
#include "server/service/digest.h"
#include "server/service/service.h"

#define CHALLENGE_BYTES 24

/*
 * Asked for once and for all: rights cannot grow after enrolment. Left out:
 * provisioning profiles and the list of installed apps, which no rule needs.
 */
#define ACCESS_RIGHTS                                                          \
	(PROFILE_ACCESS_ALL &                                                  \
	    ~(PROFILE_ACCESS_PROVISIONING_INSPECT |                            \
	        PROFILE_ACCESS_PROVISIONING_INSTALL |                          \
	        PROFILE_ACCESS_APPLICATION_INSPECT))

struct find_link {
	char token_sha256[STORE_SHA256];
	int64_t now;
	struct link link;
};

static int check_link(const struct link *link, int64_t now, struct err *err)
{
	char when[TIME_TEXT_MAX];

	if (link->profile_at) {
		time_rfc3339(link->profile_at, when);
		return err_set(err, ERR_EXPIRED,
		    "this enrolment link was used at %s; ask IT for a new one",
		    when);
	}
	if (link->expires_at <= now) {
		time_rfc3339(link->expires_at, when);
		return err_set(err, ERR_EXPIRED,
		    "this enrolment link expired at %s; ask IT for a new one",
		    when);
	}
	return 0;
}

static int find_link(struct txn *txn, void *arg, struct err *err)
{
	struct find_link *find = arg;
	int rc =
	    store_link_find_token(txn, find->token_sha256, &find->link, err);

	if (rc < 0)
		return rc;
	return check_link(&find->link, find->now, err);
}

struct use_link {
	struct service *service;
	struct find_link find;
	char challenge_sha256[STORE_SHA256];
};

static int note_use(
    struct txn *txn, const struct use_link *use, struct err *err)
{
	const struct link *link = &use->find.link;
	char by[STORE_ID + 8];
	struct audit_note note = {
	    .action = AUDIT_PROFILE_GIVEN,
	    .org_id = link->org_id,
	    .by = by,
	    .subject_kind = "link",
	    .subject_id = link->id,
	    .person_id = link->person_id,
	};

	/* Whoever has the address: nobody has signed in. */
	(void)snprintf(by, sizeof(by), "link:%s", link->id);
	return audit_write(txn, use->service, &note, err);
}

static int use_link(struct txn *txn, void *arg, struct err *err)
{
	struct use_link *use = arg;
	int rc = find_link(txn, &use->find, err);

	if (rc < 0)
		return rc;
	use->find.link.profile_at = use->find.now;
	memcpy(use->find.link.challenge_sha256, use->challenge_sha256,
	    STORE_SHA256);
	rc = store_link_save(txn, &use->find.link, err);
	return rc < 0 ? rc : note_use(txn, use, err);
}

static int encode_profile(struct service *service, const struct link *link,
    const char *challenge, int64_t now, struct buf *xml, struct err *err)
{
	const struct tenant *tenant =
	    service_tenant_find(service, link->org_id);
	static const char *const capabilities[] = {
	    "com.apple.mdm.bootstraptoken", NULL};
	char uuids[4][UUID_TEXT_MAX];
	char urls[3][320];
	struct enrolment_profile profile = {
	    .identifier = "workphone.enrolment",
	    .organisation = tenant ? tenant->organisation.name : "",
	    .display_name = "Workphone",
	    .description = "Connects this work phone to its employer's "
	                   "management.",
	    .profile_uuid = uuids[0],
	    .root_uuid = uuids[1],
	    .scep_uuid = uuids[2],
	    .mdm_uuid = uuids[3],
	    .ca_certificate = service->ca,
	    .ca_certificate_len = service->ca_len,
	    .scep_url = urls[0],
	    .scep_challenge = challenge,
	    .scep_subject_cn = link->id,
	    .key_size = 2048,
	    .server_url = urls[1],
	    .checkin_url = urls[2],
	    .topic = tenant ? tenant->organisation.topic : "",
	    .access_rights = ACCESS_RIGHTS,
	    .sign_message = true,
	    .check_out_when_removed = true,
	    .server_capabilities = capabilities,
	};
	static const char *const paths[] = {
	    "/scep", "/mdm/connect", "/mdm/checkin"};
	size_t i;

	if (!tenant)
		return err_set(err, ERR_NOT_FOUND,
		    "the organisation of this link is not served here");
	for (i = 0; i < 4; i++)
		uuid_make(now, service->rng, uuids[i]);
	for (i = 0; i < 3; i++)
		(void)snprintf(urls[i], sizeof(urls[i]), "%s%s",
		    service->phones_url, paths[i]);
	(void)SHA256(service->ca, service->ca_len, profile.ca_fingerprint);
	return enrolment_profile_encode(&profile, xml, err);
}

static int make_signed(struct service *service, struct use_link *use,
    struct buf *cms, struct err *err)
{
	uint8_t random[CHALLENGE_BYTES];
	char challenge[2 * CHALLENGE_BYTES + 1];
	struct buf xml = {0};
	int rc;

	rng_fill(service->rng, random, sizeof(random));
	str_hex(challenge, random, sizeof(random));
	digest_sha256(challenge, strlen(challenge), use->challenge_sha256);
	rc = encode_profile(
	    service, &use->find.link, challenge, use->find.now, &xml, err);
	if (rc == 0)
		rc = keeper_sign_profile(
		    service->keeper, xml.data, xml.len, cms, err);
	explicit_bzero(challenge, sizeof(challenge));
	buf_clear(&xml);
	return rc;
}

int service_link_profile(struct service *service, const char *token, bool peek,
    struct buf *cms, struct err *err)
{
	struct use_link use = {
	    .service = service, .find = {.now = clock_now(service->clock)}};
	struct buf profile = {0};
	int rc;

	digest_sha256(token, strlen(token), use.find.token_sha256);
	rc = store_read(service->store, find_link, &use.find, err);
	if (rc < 0 || peek)
		return rc;
	rc = make_signed(service, &use, &profile, err);
	if (rc == 0)
		rc = store_write(service->store, use_link, &use, err);
	if (rc < 0) {
		buf_clear(&profile);
		return rc;
	}
	buf_append(cms, profile.data, profile.len);
	buf_clear(&profile);
	service_count(service, SERVICE_PROFILES_GIVEN);
	log_info(service->log, "enrolment_profile_given", LOG_LINK,
	    use.find.link.id, LOG_SERIAL, use.find.link.serial, NULL);
	return buf_check(cms, err);
}
