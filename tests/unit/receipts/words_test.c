/*
 * words_test: does a receipt say in each language how it was signed and by whose
 * hand, and what was seen of an erased phone, in sentences and never in a word
 * of our programs?
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/lifecycle/wipe_proof.h"
#include "server/receipts/receipt_verify.h"
#include "server/receipts/receipt_words.h"
#include "tests/unit/receipts/example.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const languages[] = {"sv", "da", "en"};

static const struct {
	enum receipt_way way;
	const char *recorded_by;
	const char *said[COUNT(languages)];
} ways[] = {
    {RECEIPT_BY_LINK, "",
        {"på sidan bakom en personlig engångslänk",
            "på siden bag et personligt engangslink",
            "on the page of a personal one-time link"}},
    {RECEIPT_BY_API, "token:Kassan",
        {"antecknat genom API:et med token \"Kassan\"",
            "noteret gennem API'et med token \"Kassan\"",
            "recorded through the API with token \"Kassan\""}},
    {RECEIPT_BY_COMMAND_LINE, "local",
        {"på plats hos IT, antecknat på servern",
            "på stedet hos IT, noteret på serveren",
            "at IT's counter, recorded on the server"}},
    {RECEIPT_BY_COMMAND_LINE, "local:eva",
        {"på plats hos IT, antecknat på servern av \"eva\"",
            "på stedet hos IT, noteret på serveren af \"eva\"",
            "at IT's counter, recorded on the server by \"eva\""}},
};

static void test_ways(void **state)
{
	char said[RECEIPT_SAID_MAX];
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < COUNT(ways); i++)
		for (j = 0; j < COUNT(languages); j++) {
			struct receipt_signature signature = {
			    .way = ways[i].way};

			EXAMPLE_SET(signature.recorded_by, ways[i].recorded_by);
			receipt_say_way(
			    languages[j], &signature, said, sizeof(said));
			assert_string_equal(said, ways[i].said[j]);
		}
}

static void test_actors(void **state)
{
	static const struct {
		const char *actor;
		const char *said;
	} actors[] = {
	    {"Eva Ek", "Eva Ek"},
	    {"Token: Eva", "Token: Eva"},
	    {"localhost", "localhost"},
	    {"token:Kassan", "token \"Kassan\""},
	    {"local", "IT, på servern"},
	    {"local:eva", "IT, på servern: \"eva\""},
	    {"page:0192c2a0", "den som fick engångslänken"},
	    {"station:0192c2a0", "bänken"},
	};
	char said[RECEIPT_SAID_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(actors); i++) {
		receipt_say_actor("sv", actors[i].actor, said, sizeof(said));
		assert_string_equal(said, actors[i].said);
	}
}

/* A sentence of its own in each language. */
static void check_observation(const char *word)
{
	const char *said[COUNT(languages)];
	size_t i;

	for (i = 0; i < COUNT(languages); i++) {
		said[i] = receipt_say_observation(languages[i], word);
		if (strstr(said[i], "receipt.json"))
			fail_msg("no sentence for \"%s\"", word);
		assert_true(isupper((unsigned char)said[i][0]));
		assert_int_equal(said[i][strlen(said[i]) - 1], '.');
		assert_string_not_equal(said[i], word);
	}
	assert_string_not_equal(said[0], said[1]);
	assert_string_not_equal(said[0], said[2]);
}

static void check_explained(const struct wipe_evidence *evidence)
{
	char text[256];
	char *rest = NULL;
	char *word;

	wipe_proof_explain(evidence, text, sizeof(text));
	for (word = strtok_r(text, ",", &rest); word;
	     word = strtok_r(NULL, ",", &rest))
		check_observation(word + strspn(word, " "));
}

/* Whatever the bench may find, beyond the last value of each, too. */
static void test_observations(void **state)
{
	struct wipe_evidence seen;
	unsigned n[4];

	(void)state;
	for (n[0] = 0; n[0] <= PROOF_PAIR_COUNT; n[0]++)
		for (n[1] = 0; n[1] <= PROOF_ACTIVATION_COUNT; n[1]++)
			for (n[2] = 0; n[2] <= PROOF_SETUP_COUNT; n[2]++)
				for (n[3] = 0; n[3] <= PROOF_CLOUD_COUNT;
				     n[3]++) {
					seen.pair = (enum proof_pair)n[0];
					seen.activation =
					    (enum proof_activation)n[1];
					seen.setup = (enum proof_setup)n[2];
					seen.cloud = (enum proof_cloud)n[3];
					check_explained(&seen);
				}
	check_observation("seen erased at the bench");
	check_observation("acknowledged its erase");
	check_observation("enrolled anew from Setup Assistant");
	/* What nobody here has a sentence for is not shown either. */
	assert_null(
	    strstr(receipt_say_observation("en", "chip_id=0x8101"), "chip_id"));
}

/* The text of `verify` says what the document says. */
static void test_explain(void **state)
{
	static struct receipt_verdict verdict;
	struct receipt_signature *signature = verdict.receipt.signatures;
	struct buf text = {0};
	struct err err = {0};

	(void)state;
	example_make(&verdict.receipt, RECEIPT_ERASURE, "sv");
	assert_int_equal(receipt_verdict_explain(&verdict, &text, &err), 0);
	assert_non_null(strstr((const char *)text.data,
	    "observed     The device was in Setup Assistant, like one that is "
	    "new or was reset. · Bänk 2 · 2026-11-22T13:41:00Z"));
	assert_null(strstr((const char *)text.data, "basis"));
	buf_reset(&text);
	example_make(&verdict.receipt, RECEIPT_HAND_OUT, "sv");
	signature->way = RECEIPT_BY_API;
	EXAMPLE_SET(signature->recorded_by, "token:Kassan");
	assert_int_equal(receipt_verdict_explain(&verdict, &text, &err), 0);
	assert_non_null(strstr((const char *)text.data,
	    "recorded through the API with token \"Kassan\""));
	buf_reset(&text);
	example_make(&verdict.receipt, RECEIPT_ERASURE, "sv");
	verdict.receipt.fact_count = 0;
	verdict.receipt.erasure = RECEIPT_ERASURE_STATED;
	EXAMPLE_SET(verdict.receipt.erasure_by, "local");
	assert_int_equal(receipt_verdict_explain(&verdict, &text, &err), 0);
	assert_non_null(
	    strstr((const char *)text.data, "stated by    IT, on the server"));
	buf_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ways),
	    cmocka_unit_test(test_actors),
	    cmocka_unit_test(test_observations),
	    cmocka_unit_test(test_explain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
