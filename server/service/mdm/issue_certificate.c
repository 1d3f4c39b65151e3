/*
 * SCEP: a certificate against the one-time challenge of an enrolment profile,
 * or a renewal signed with the certificate that is to be replaced (RFC 8894).
 * A challenge is bound to its link: the request must carry the link's id as
 * its name, and the challenge works once.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/scep/scep.h"
#include "server/keeper/keeper.h"
#include "server/service/audit/audit.h"
#include "server/service/digest.h"
#include "server/service/service.h"

struct issue {
	int64_t now;
	char challenge_sha256[STORE_SHA256]; /* PKCSReq */
	char common_name[LIMIT_NAME + 1];
	char signer_sha256[STORE_SHA256]; /* RenewalReq */
	struct link link;
	struct identity identity; /* RenewalReq: who asks */
	struct certificate row;
	struct service *service;
};

static int note_issued(
    struct txn *txn, const struct issue *issue, struct err *err)
{
	const struct certificate *row = &issue->row;
	char by[STORE_ID + 8];
	char until[TIME_TEXT_MAX];
	struct audit_note note = {
	    .action = AUDIT_CERTIFICATE_ISSUED,
	    .org_id = row->org_id,
	    .by = by,
	    .subject_kind = "certificate",
	    .subject_id = row->sha256,
	    .person_id = issue->link.person_id,
	    .device_id = issue->identity.device_id,
	    .params = {{"not_after", until}},
	};

	time_rfc3339(row->not_after, until);
	(void)snprintf(by, sizeof(by), "link:%s", row->link_id);
	return audit_write(txn, issue->service, &note, err);
}

static int check_challenge(struct txn *txn, void *arg, struct err *err)
{
	struct issue *issue = arg;
	struct link *link = &issue->link;
	int rc =
	    store_link_find_challenge(txn, issue->challenge_sha256, link, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_DENIED, "unknown challenge");
	if (rc < 0)
		return rc;
	if (link->certificate_at)
		return err_set(err, ERR_DENIED, "challenge was used before");
	if (link->expires_at <= issue->now)
		return err_set(err, ERR_DENIED, "challenge has expired");
	if (strcmp(link->id, issue->common_name) != 0)
		return err_set(
		    err, ERR_DENIED, "challenge belongs to another enrolment");
	return 0;
}

static int save_enrolment(struct txn *txn, void *arg, struct err *err)
{
	struct issue *issue = arg;
	int rc = check_challenge(txn, issue, err);

	if (rc < 0)
		return rc;
	issue->link.certificate_at = issue->now;
	if ((rc = store_link_save(txn, &issue->link, err)) < 0 ||
	    (rc = store_certificate_save(txn, &issue->row, err)) < 0)
		return rc;
	return note_issued(txn, issue, err);
}

static int check_renewal(struct txn *txn, void *arg, struct err *err)
{
	struct issue *issue = arg;
	int rc = store_identity_find(
	    txn, issue->signer_sha256, &issue->identity, err);

	if (rc == -ERR_NOT_FOUND)
		return err_set(err, ERR_DENIED, "certificate is not known");
	if (rc < 0)
		return rc;
	if (issue->identity.certificate_state != CERTIFICATE_CURRENT ||
	    !life_is_open(issue->identity.life_state))
		return err_set(err, ERR_DENIED,
		    "only the newest certificate of a phone renews itself");
	return 0;
}

static int save_renewal(struct txn *txn, void *arg, struct err *err)
{
	struct issue *issue = arg;
	int rc = check_renewal(txn, issue, err);

	if (rc == 0)
		rc = store_certificate_save(txn, &issue->row, err);
	return rc < 0 ? rc : note_issued(txn, issue, err);
}

static void fill_row(struct issue *issue, const struct service *service,
    const struct buf *certificate, bool is_renewal)
{
	struct certificate *row = &issue->row;

	digest_sha256(certificate->data, certificate->len, row->sha256);
	(void)str_copy(row->org_id, sizeof(row->org_id),
	    is_renewal ? issue->identity.org_id : issue->link.org_id);
	(void)str_copy(row->link_id, sizeof(row->link_id),
	    is_renewal ? issue->identity.link_id : issue->link.id);
	(void)str_copy(row->life_id, sizeof(row->life_id),
	    is_renewal ? issue->identity.life_id : "");
	row->state = is_renewal ? CERTIFICATE_RENEWAL : CERTIFICATE_ISSUED;
	row->issued_at = issue->now;
	row->not_after = issue->now + service->certificate_valid_ms;
}

/* Who may have this certificate, before any key is used for it. */
static int decide(struct service *service, const struct scep_request *request,
    const struct scep_csr *csr, struct issue *issue, struct err *err)
{
	int rc;

	if (request->type == SCEP_RENEWAL_REQ) {
		rc = scep_request_check_issued(
		    request, service->ca, service->ca_len, issue->now, err);
		if (rc < 0)
			return rc;
		str_hex(issue->signer_sha256, request->signer_sha256,
		    sizeof(request->signer_sha256));
		return store_read(service->store, check_renewal, issue, err);
	}
	if (!csr->challenge.data)
		return err_set(err, ERR_DENIED, "request has no challenge");
	digest_sha256(
	    csr->challenge.data, csr->challenge.len, issue->challenge_sha256);
	if (str_copy(issue->common_name, sizeof(issue->common_name),
	        csr->common_name) < 0)
		return err_set(err, ERR_LIMIT, "common name is too long");
	return store_read(service->store, check_challenge, issue, err);
}

static int issue_for(struct service *service,
    const struct scep_request *request, const struct buf *csr_der,
    struct buf *certificate, struct err *err)
{
	struct issue issue = {
	    .service = service, .now = clock_now(service->clock)};
	struct scep_csr csr = {0};
	bool is_renewal = request->type == SCEP_RENEWAL_REQ;
	int rc;

	if ((rc = scep_csr_parse(csr_der->data, csr_der->len, &csr, err)) < 0 ||
	    (rc = scep_request_check_csr(request, &csr, err)) < 0 ||
	    (rc = decide(service, request, &csr, &issue, err)) < 0)
		goto out;
	rc = keeper_issue_certificate(service->keeper, csr_der->data,
	    csr_der->len, is_renewal ? issue.identity.link_id : issue.link.id,
	    issue.now, service->certificate_valid_ms, certificate, err);
	if (rc < 0)
		goto out;
	fill_row(&issue, service, certificate, is_renewal);
	rc = store_write(service->store,
	    is_renewal ? save_renewal : save_enrolment, &issue, err);
	if (rc < 0)
		goto out;
	service_count(service, SERVICE_CERTIFICATES_ISSUED);
	log_info(service->log, "certificate_issued", LOG_LINK,
	    issue.row.link_id, LOG_KIND, is_renewal ? "renewal" : "enrolment",
	    NULL);
out:
	scep_csr_clear(&csr);
	return rc;
}

/* True for our own faults, which the phone may try again after: no CertRep. */
static bool is_fault(int rc)
{
	return rc == -ERR_IO || rc == -ERR_FULL || rc == -ERR_BUSY ||
	    rc == -ERR_MEMORY || rc == -ERR_INTERNAL;
}

static int answer_failure(struct service *service,
    const struct scep_request *request, int rc, const struct err *cause,
    struct buf *reply, struct err *err)
{
	int fail_info =
	    rc == -ERR_DENIED ? SCEP_BAD_REQUEST : (int)scep_fail_info_of(rc);

	service_count(service, SERVICE_SCEP_REFUSED);
	log_warning(
	    service->log, "scep_request_refused", LOG_ERROR, cause->text, NULL);
	return keeper_scep_failure(
	    service->keeper, request, fail_info, reply, err);
}

int service_scep(struct service *service, const uint8_t *message, size_t len,
    struct buf *reply, struct err *err)
{
	struct scep_request request = {0};
	struct buf csr = {0};
	struct buf certificate = {0};
	struct err cause = {0};
	int rc = scep_request_parse(message, len, &request, err);

	if (rc < 0) {
		service_count(service, SERVICE_SCEP_REFUSED);
		return rc;
	}
	rc = scep_request_check(&request, &cause);
	if (rc == 0)
		rc = keeper_open_envelope(service->keeper, request.envelope,
		    request.envelope_len, &csr, &cause);
	if (rc == 0)
		rc = issue_for(service, &request, &csr, &certificate, &cause);
	if (rc == 0) {
		rc = keeper_scep_success(service->keeper, &request,
		    certificate.data, certificate.len, reply, err);
	} else if (is_fault(rc)) {
		if (err)
			*err = cause;
	} else {
		rc = answer_failure(service, &request, rc, &cause, reply, err);
	}
	scep_request_clear(&request);
	if (csr.data) /* holds the challenge */
		explicit_bzero(csr.data, csr.len);
	buf_clear(&csr);
	buf_clear(&certificate);
	return rc;
}
