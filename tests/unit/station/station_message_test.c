/*
 * station_message_test: do the lists, receipts, joining and challenges between bench and
 * server come back whole, and are too large and wrongly signed ones refused?
 */
#include "tests/unit/station/station_message.h"

#include <openssl/ec.h>
#include <openssl/rsa.h>

#include "proto/station/station_report.h"
#include "proto/station/station_sign.h"
#include "proto/station/work_order.h"

static void lists_come_back_whole(void **state)
{
	struct station_signed items[2] = {0};
	struct station_signed_list in = {items, 2};
	struct station_signed_list out = {0};
	struct buf json = {0};
	struct err err = {0};

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    station_bytes_set(&items[i].body, "{}", 2, NULL), 0);
		assert_int_equal(
		    station_bytes_set(&items[i].signature, "s\0g", 3, NULL), 0);
	}
	assert_int_equal(station_reports_encode(&in, &json, NULL), 0);
	assert_int_equal(station_reports_parse(
	                     (const char *)json.data, json.len, &out, NULL),
	    0);
	assert_int_equal(out.count, 2);
	assert_memory_equal(out.items[1].signature.data, "s\0g", 3);
	/* Reports are no orders. */
	station_signed_list_clear(&out);
	assert_int_equal(
	    station_orders_parse((const char *)json.data, json.len, &out, &err),
	    -ERR_INVALID);
	buf_clear(&json);
	for (int i = 0; i < 2; i++)
		station_signed_clear(&items[i]);
}

/* Orders and whose the phones are, in one answer; either side may be older. */
static void work_comes_with_owners(void **state)
{
	static const char odd[][96] = {
	    "{\"orders\":[],\"phones\":{}}",
	    "{\"orders\":[],\"phones\":[7]}",
	    "{\"orders\":[],\"phones\":[{\"person\":\"A\"}]}",
	    "{\"orders\":[],\"phones\":[{\"udid\":\"U\",\"person\":7}]}",
	    "{\"phones\":[]}",
	};
	struct station_owner owners[2] = {{"UDID-1",
	                                      "\xc3\x85sa \xc3\x96"
	                                      "berg",
	                                      "Car 7"},
	    {"UDID-2", "", ""}};
	struct station_work in = {.owners = owners, .owner_count = 2};
	struct station_work out = {.owners = NULL};
	struct station_signed_list old = {0};
	struct buf json = {0};

	(void)state;
	assert_int_equal(station_work_encode(&in, &json, NULL), 0);
	assert_int_equal(
	    station_work_parse((const char *)json.data, json.len, &out, NULL),
	    0);
	assert_int_equal(out.owner_count, 2);
	assert_string_equal(out.owners[0].person, owners[0].person);
	assert_string_equal(out.owners[0].label, "Car 7");
	assert_string_equal(out.owners[1].udid, "UDID-2");
	station_work_clear(&out);
	/* An older station reads the orders and nothing else. */
	assert_int_equal(
	    station_orders_parse((const char *)json.data, json.len, &old, NULL),
	    0);
	station_signed_list_clear(&old);
	buf_clear(&json);
	/* An older server names nobody. */
	assert_int_equal(
	    station_work_parse("{\"orders\":[]}", 13, &out, NULL), 0);
	assert_int_equal(out.owner_count, 0);
	station_work_clear(&out);
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		assert_int_equal(
		    station_work_parse(odd[i], strlen(odd[i]), &out, NULL),
		    -ERR_INVALID);
	assert_null(out.owners);
}

static void lists_have_a_largest_size(void **state)
{
	struct station_signed_list out = {0};
	struct buf json = {0};

	(void)state;
	buf_append_str(&json, "{\"reports\":[");
	for (int i = 0; i <= STATION_REPORTS_MAX; i++)
		buf_printf(&json,
		    "%s{\"body\":\"e30=\",\"signature\":\"AA==\"}",
		    i ? "," : "");
	buf_append_str(&json, "]}");
	assert_int_equal(station_reports_parse(
	                     (const char *)json.data, json.len, &out, NULL),
	    -ERR_LIMIT);
	buf_clear(&json);
	buf_append_str(
	    &json, "{\"reports\":[{\"signature\":\"AA==\",\"body\":\"");
	for (int i = 0; i < STATION_REPORT_MAX / 3 + 10; i++)
		buf_append_str(&json, "AAAA");
	buf_append_str(&json, "\"}]}");
	assert_int_equal(station_reports_parse(
	                     (const char *)json.data, json.len, &out, NULL),
	    -ERR_LIMIT);
	buf_clear(&json);
	/* A failure half way frees what came before it. */
	buf_append_str(&json,
	    "{\"reports\":[{\"body\":\"e30=\",\"signature\":"
	    "\"AA==\"},{\"body\":\"e30=\"}]}");
	assert_int_equal(station_reports_parse(
	                     (const char *)json.data, json.len, &out, NULL),
	    -ERR_INVALID);
	assert_null(out.items);
	buf_clear(&json);
}

static void receipts_come_back_whole(void **state)
{
	char accepted[1][UUID_TEXT_MAX] = {ID};
	struct station_refused_report refused = {"", "no signature"};
	struct station_receipt in = {accepted, 1, &refused, 1};
	struct station_receipt out = {0};
	struct buf json = {0};

	(void)state;
	assert_int_equal(station_receipt_encode(&in, &json, NULL), 0);
	assert_int_equal(station_receipt_parse(
	                     (const char *)json.data, json.len, &out, NULL),
	    0);
	assert_int_equal(out.accepted_count, 1);
	assert_string_equal(out.accepted[0], ID);
	assert_string_equal(out.refused[0].reason, "no signature");
	assert_string_equal(out.refused[0].id, "");
	station_receipt_clear(&out);
	assert_int_equal(
	    station_receipt_parse(
	        "{\"accepted\":[\"x\"],\"refused\":[]}", 32, &out, NULL),
	    -ERR_INVALID);
	buf_clear(&json);
}

static void joining_comes_back_whole(void **state)
{
	static struct station_renew_request renew[2];
	struct station_join_request *ask = calloc(2, sizeof(*ask));
	struct station_join_answer *answer = calloc(2, sizeof(*answer));
	struct buf json = {0};

	(void)state;
	PUT(ask[0].code, "AAAAA-BBBBB");
	PUT(ask[0].csr, "-----BEGIN\nx\n-----END\n");
	assert_int_equal(station_join_request_encode(&ask[0], &json, NULL), 0);
	assert_int_equal(station_join_request_parse(
	                     (const char *)json.data, json.len, &ask[1], NULL),
	    0);
	assert_memory_equal(&ask[0], &ask[1], sizeof(ask[0]));
	buf_reset(&json);
	PUT(renew[0].csr, "-----BEGIN\nx\n-----END\n");
	assert_int_equal(
	    station_renew_request_encode(&renew[0], &json, NULL), 0);
	assert_int_equal(station_renew_request_parse((const char *)json.data,
	                     json.len, &renew[1], NULL),
	    0);
	assert_string_equal(renew[0].csr, renew[1].csr);
	buf_reset(&json);
	PUT(answer[0].station_id, ID);
	PUT(answer[0].name, "Bench A");
	PUT(answer[0].certificate, "c\n");
	PUT(answer[0].ca, "a\n");
	PUT(answer[0].orders_key, "k\n");
	answer[0].server_time_ms = 5000;
	assert_int_equal(
	    station_join_answer_encode(&answer[0], &json, NULL), 0);
	assert_int_equal(station_join_answer_parse((const char *)json.data,
	                     json.len, &answer[1], NULL),
	    0);
	assert_memory_equal(&answer[0], &answer[1], sizeof(answer[0]));
	answer[0].name[0] = '\0';
	assert_int_equal(
	    station_join_answer_encode(&answer[0], &json, NULL), -ERR_INVALID);
	buf_clear(&json);
	free(ask);
	free(answer);
}

static void challenges_come_back_whole(void **state)
{
	static const char empty[] = "{\"order_id\":\"" ID "\",\"udid\":\"U\","
	                            "\"serial\":\"S\",\"challenge\":\"\"}";
	struct station_challenge in = {0};
	struct station_challenge out = {0};
	struct station_bytes cms = {0};
	struct buf json = {0};
	char text[STATION_SENTENCE_MAX];

	(void)state;
	PUT(in.order_id, ID);
	PUT(in.udid, "U");
	PUT(in.serial, "S");
	assert_int_equal(
	    station_bytes_set(&in.challenge, "\n\r\0\n1234", 8, NULL), 0);
	assert_int_equal(station_challenge_encode(&in, &json, NULL), 0);
	assert_int_equal(station_challenge_parse(
	                     (const char *)json.data, json.len, &out, NULL),
	    0);
	assert_memory_equal(out.challenge.data, "\n\r\0\n1234", 8);
	assert_int_equal(out.certificate.len, 0);
	station_challenge_clear(&in);
	station_challenge_clear(&out);
	assert_int_equal(
	    station_challenge_parse(empty, strlen(empty), &out, NULL),
	    -ERR_INVALID);
	buf_reset(&json);
	assert_int_equal(station_challenge_answer_encode(
	                     (const uint8_t *)"\x30\x80", 2, &json, NULL),
	    0);
	assert_int_equal(station_challenge_answer_parse(
	                     (const char *)json.data, json.len, &cms, NULL),
	    0);
	assert_int_equal(cms.len, 2);
	station_bytes_clear(&cms);
	buf_reset(&json);
	station_error_encode("no \"such\" order", &json);
	station_error_parse((const char *)json.data, json.len, text);
	assert_string_equal(text, "no \"such\" order");
	station_error_parse("<html>", 6, text);
	assert_string_equal(text, "");
	buf_clear(&json);
}

static void only_p256_signs(void **state)
{
	static const uint8_t body[] = "x";
	EVP_PKEY *other = EVP_EC_gen("P-384");
	EVP_PKEY *rsa = EVP_RSA_gen(2048);
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct station_signed one = {0};
	EVP_PKEY *none = NULL;

	(void)state;
	assert_int_equal(
	    station_sign(other, STATION_REPORT_CONTEXT, body, 1, &one, NULL),
	    -ERR_CRYPTO);
	assert_int_equal(
	    station_sign(rsa, STATION_REPORT_CONTEXT, body, 1, &one, NULL),
	    -ERR_CRYPTO);
	assert_int_equal(
	    station_sign(key, STATION_REPORT_CONTEXT, body, 1, &one, NULL), 0);
	assert_int_equal(
	    station_verify(key, STATION_REPORT_CONTEXT, &one, NULL), 0);
	assert_int_equal(
	    station_verify(other, STATION_REPORT_CONTEXT, &one, NULL),
	    -ERR_CRYPTO);
	one.signature.len = 0;
	assert_int_equal(
	    station_verify(key, STATION_REPORT_CONTEXT, &one, NULL),
	    -ERR_CRYPTO);
	assert_int_equal(
	    station_key_parse("-----BEGIN nothing", &none, NULL), -ERR_CRYPTO);
	assert_int_equal(
	    station_key_of_certificate(body, 1, &none, NULL), -ERR_CRYPTO);
	assert_null(none);
	station_signed_clear(&one);
	EVP_PKEY_free(other);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lists_come_back_whole),
	    cmocka_unit_test(work_comes_with_owners),
	    cmocka_unit_test(lists_have_a_largest_size),
	    cmocka_unit_test(receipts_come_back_whole),
	    cmocka_unit_test(joining_comes_back_whole),
	    cmocka_unit_test(challenges_come_back_whole),
	    cmocka_unit_test(only_p256_signs),
	};

	return cmocka_run_group_tests_name(
	    "station messages", tests, NULL, NULL);
}
