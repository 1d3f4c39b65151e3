#include "tests/phones/usb/pairing.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "tests/phones/pem.h"
#include "tests/phones/property.h"
#include "tests/phones/usb/usb_state.h"

#define PAIRINGS "pairings"
#define PAIRINGS_MAX 64 /* the oldest falls out */

void pairing_clear(struct pairing *pairing)
{
	X509_free(pairing->root);
	X509_free(pairing->host);
	X509_free(pairing->device);
	memset(pairing, 0, sizeof(*pairing));
}

static int parse_pem(
    const char *text, size_t len, const char *key, X509 **out, struct err *err)
{
	STACK_OF(X509) *all = sk_X509_new_null();
	int rc = err_memory(err);

	if (all)
		rc = pem_parse_certificates(text, len, all, err);
	if (rc == 0)
		*out = sk_X509_shift(all);
	else
		(void)err_prefix(err, "%s", key);
	sk_X509_pop_free(all, X509_free);
	return rc;
}

static int parse_certificate(
    plist_t record, const char *key, X509 **out, struct err *err)
{
	const uint8_t *pem;
	size_t len;

	pem = property_data(record, key, &len);
	if (!pem)
		return err_set(err, ERR_INVALID, "%s is missing", key);
	return parse_pem((const char *)pem, len, key, out, err);
}

int pairing_parse(
    plist_t record, EVP_PKEY *device_key, struct pairing *out, struct err *err)
{
	struct pairing pairing = {0};
	int rc;

	rc = property_copy(
	    record, "HostID", pairing.host_id, sizeof(pairing.host_id), err);
	if (rc == 0)
		rc = parse_certificate(
		    record, "RootCertificate", &pairing.root, err);
	if (rc == 0)
		rc = parse_certificate(
		    record, "HostCertificate", &pairing.host, err);
	if (rc == 0)
		rc = parse_certificate(
		    record, "DeviceCertificate", &pairing.device, err);
	if (rc == 0 &&
	    EVP_PKEY_eq(X509_get0_pubkey(pairing.device), device_key) != 1)
		rc = err_set(
		    err, ERR_CRYPTO, "DeviceCertificate is over another key");
	if (rc == 0 &&
	    X509_verify(pairing.device, X509_get0_pubkey(pairing.root)) != 1)
		rc = err_set(err, ERR_CRYPTO,
		    "DeviceCertificate is not signed by the root");
	if (rc < 0) {
		pairing_clear(&pairing);
		return rc;
	}
	*out = pairing;
	return 0;
}

static int load_certificate(
    const json_t *kept, const char *key, X509 **out, struct err *err)
{
	const json_t *text = json_object_get(kept, key);

	return parse_pem(
	    json_string_value(text), json_string_length(text), key, out, err);
}

int pairing_load(const struct phone *phone, const char *host_id,
    struct pairing *out, struct err *err)
{
	const json_t *kept = json_object_get(pairing_list(phone), host_id);
	struct pairing pairing = {0};
	const json_t *escrow = json_object_get(kept, "escrow");
	size_t len = 0;
	int rc;

	if (!kept ||
	    str_copy(pairing.host_id, sizeof(pairing.host_id), host_id) < 0)
		return err_set(err, ERR_NOT_FOUND, "no such host");
	rc = load_certificate(kept, "root", &pairing.root, err);
	if (rc == 0)
		rc = load_certificate(kept, "host", &pairing.host, err);
	if (rc == 0)
		rc = load_certificate(kept, "device", &pairing.device, err);
	if (rc == 0)
		rc = str_hex_parse(json_string_value(escrow),
		    json_string_length(escrow), pairing.escrow,
		    sizeof(pairing.escrow), &len);
	if (rc < 0) {
		pairing_clear(&pairing);
		return rc;
	}
	*out = pairing;
	return 0;
}

static int keep_certificate(
    json_t *kept, const char *key, X509 *certificate, struct err *err)
{
	struct buf pem = {0};
	int rc;

	rc = pem_append_certificate(&pem, certificate, err);
	if (rc == 0)
		(void)json_object_set_new(
		    kept, key, json_string((char *)pem.data));
	buf_clear(&pem);
	return rc;
}

static json_t *all_pairings(struct phone *phone)
{
	json_t *all = json_object_get(phone->usb, PAIRINGS);

	if (all)
		return all;
	all = json_object();
	(void)json_object_set_new(phone->usb, PAIRINGS, all);
	return all;
}

int pairing_save(struct phone *phone, struct pairing *pairing,
    const struct rng *rng, struct err *err)
{
	char escrow[2 * PAIRING_ESCROW_BYTES + 1];
	json_t *all = all_pairings(phone);
	json_t *kept = json_object();
	int rc;

	rng_fill(rng, pairing->escrow, sizeof(pairing->escrow));
	str_hex(escrow, pairing->escrow, sizeof(pairing->escrow));
	(void)json_object_set_new(kept, "escrow", json_string(escrow));
	rc = keep_certificate(kept, "root", pairing->root, err);
	if (rc == 0)
		rc = keep_certificate(kept, "host", pairing->host, err);
	if (rc == 0)
		rc = keep_certificate(kept, "device", pairing->device, err);
	if (rc < 0) {
		json_decref(kept);
		return rc;
	}
	(void)json_object_del(all, pairing->host_id);
	if (json_object_size(all) >= PAIRINGS_MAX)
		(void)json_object_del(
		    all, json_object_iter_key(json_object_iter(all)));
	(void)json_object_set_new(all, pairing->host_id, kept);
	phone->changed = true;
	return 0;
}

bool pairing_remove(struct phone *phone, const char *host_id)
{
	phone->changed = true;
	return json_object_del(all_pairings(phone), host_id) == 0;
}

void pairing_remove_all(struct phone *phone)
{
	(void)json_object_del(phone->usb, PAIRINGS);
	phone->changed = true;
}

const json_t *pairing_list(const struct phone *phone)
{
	return json_object_get(phone->usb, PAIRINGS);
}
