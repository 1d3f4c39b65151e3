/*
 * receipt_fuzz: is whatever is given as a receipt refused or taken without a
 * fault: the whole file, and behind the signature the JSON and what is attached
 * to a PDF? What is taken is written again and is the same.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/receipts/receipt_embed.h"
#include "server/receipts/receipt_verify.h"

/* A CA that signed nothing: made for this, its key thrown away. */
static const char ca[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBeTCCAR+gAwIBAgIUPrsS1XN3nWTDX4eOmpb4Mf2wLZowCgYIKoZIzj0EAwIw\n"
    "EjEQMA4GA1UEAwwHRnV6eiBDQTAeFw0yNjExMjIxNTM4NDRaFw0zNjExMTkxNTM4\n"
    "NDRaMBIxEDAOBgNVBAMMB0Z1enogQ0EwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\n"
    "AARNtV+SRdP8JTkbA4nGK+CdUx01dV+6POIqRFwhEf5qE8HNlRgmYny0aRg4Rvo/\n"
    "TkMmbwcx/UcUj0js6F1pYLiVo1MwUTAdBgNVHQ4EFgQUYW52jhYbC7mjc/NiYvc+\n"
    "oRgcLX8wHwYDVR0jBBgwFoAUYW52jhYbC7mjc/NiYvc+oRgcLX8wDwYDVR0TAQH/\n"
    "BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiAWWlV09L45c86LxBQBBfsG9cUGRPqg\n"
    "aSvklA7XMfUuYwIhAMTyjvMUVbO9xRkQOq9EapmDguM8CM/zfHHRW0m9YOnP\n"
    "-----END CERTIFICATE-----\n";

static void parse(const uint8_t *data, size_t size)
{
	static struct receipt receipt;
	static struct receipt again;
	struct buf json = {0};

	if (receipt_parse(data, size, &receipt, NULL) != 0)
		return;
	/* Texts of ours are short enough, whatever escapes made of them. */
	if (receipt_encode(&receipt, &json, NULL) != 0)
		abort();
	if (receipt_parse(json.data, json.len, &again, NULL) != 0 ||
	    strcmp(again.id, receipt.id) != 0 ||
	    again.thing_count != receipt.thing_count)
		abort();
	buf_clear(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct receipt_verdict verdict;
	const uint8_t *json = NULL;
	size_t len = 0;

	if (size == 0)
		return 0;
	if (receipt_verify(data, size, ca, sizeof(ca) - 1, &verdict, NULL) == 0)
		abort(); /* nobody has the key */
	(void)receipt_is_one(data, size);
	if (receipt_embed_find(data, size, &json, &len, NULL) == 0) {
		if (json < data || json + len > data + size)
			abort();
		parse(json, len);
	}
	parse(data, size);
	return 0;
}
