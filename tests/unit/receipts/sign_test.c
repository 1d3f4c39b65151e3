/*
 * sign_test: do independent programs take our signed receipts (qpdf, pdfsig,
 * pdftotext, openssl), in each language and kind; and does our own check take
 * them, and refuse each that was touched or is somebody else's?
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/keeper/keeper.h"
#include "server/receipts/receipt_draw.h"
#include "server/receipts/receipt_make.h"
#include "server/receipts/receipt_verify.h"
#include "tests/unit/receipts/example.h"

#define PATH_LEN 512

static struct {
	char folder[64];
	struct keeper *keeper;
	struct keeper *stranger;
	struct buf ca; /* PEM */
} world;

static struct receipt receipt;
static struct receipt_verdict verdict;
static struct receipt_verdict other;

static const char *path_of(const char *name)
{
	static char paths[4][PATH_LEN];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	(void)snprintf(path, PATH_LEN, "%s/%s", world.folder, name);
	return path;
}

static void file_write(const char *path, const struct buf *data)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(data->data, 1, data->len, file), data->len);
	assert_int_equal(fclose(file), 0);
}

static void file_read(const char *path, struct buf *out)
{
	char chunk[4096];
	size_t got;
	FILE *file = fopen(path, "rb");

	assert_non_null(file);
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_append(out, chunk, got);
	(void)fclose(file);
}

/* The exit status; what it printed, both ways, is appended to out. */
static int run(struct buf *out, const char *const argv[])
{
	int ends[2];
	int status = 0;
	char chunk[1024];
	ssize_t got;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)dup2(ends[1], STDERR_FILENO);
		(void)close(ends[0]);
		(void)close(ends[1]);
		(void)execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	(void)close(ends[1]);
	while ((got = read(ends[0], chunk, sizeof(chunk))) > 0)
		buf_append(out, chunk, (size_t)got);
	(void)close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
#define RUN(out, ...) run((out), (const char *const[]){__VA_ARGS__, NULL})

static bool holds(const struct buf *text, const char *word)
{
	return text->data && strstr((const char *)text->data, word);
}

static int keeper_of(const char *name, struct keeper **out)
{
	static const char *const hosts[] = {"localhost"};
	char folder[PATH_LEN];
	struct err err = {0};

	(void)snprintf(folder, sizeof(folder), "%s/%s", world.folder, name);
	assert_int_equal(keeper_init(folder, "Västerviks kommun", hosts, 1,
	                     EXAMPLE_AT - 86400000, &err),
	    0);
	return keeper_start(folder, out, &err);
}

static int setup(void **state)
{
	(void)state;
	(void)snprintf(
	    world.folder, sizeof(world.folder), "/tmp/receipts-XXXXXX");
	assert_non_null(mkdtemp(world.folder));
	assert_int_equal(keeper_of("keys", &world.keeper), 0);
	assert_int_equal(keeper_of("stranger", &world.stranger), 0);
	file_read(path_of("keys/ca.crt"), &world.ca);
	return 0;
}

static int teardown(void **state)
{
	struct buf out = {0};

	(void)state;
	keeper_stop(world.keeper);
	keeper_stop(world.stranger);
	(void)RUN(&out, "rm", "-rf", world.folder);
	buf_clear(&out);
	buf_clear(&world.ca);
	return 0;
}

/* Signed an hour after it was issued. */
static void make(struct keeper *keeper, struct buf *pdf, struct buf *twin)
{
	struct err err = {0};
	struct buf json = {0};

	assert_int_equal(receipt_encode(&receipt, &json, &err), 0);
	if (receipt_make(
	        keeper, &json, EXAMPLE_AT + 3600000, pdf, twin, &err) != 0)
		fail_msg("%s", err.text);
	buf_clear(&json);
}

static int check(const struct buf *file)
{
	struct err err = {0};
	int rc = receipt_verify(
	    file->data, file->len, world.ca.data, world.ca.len, &verdict, &err);

	if (rc != 0 && !err.text[0])
		fail_msg("refused without a sentence");
	return rc;
}

struct sample {
	const char *language;
	const char *titles[RECEIPT_KIND_COUNT];
};
static const struct sample samples[] = {
    {"sv",
        {"Kvitto på utlämnad utrustning", "Kvitto på återlämnad utrustning",
            "Raderingsintyg"}},
    {"da",
        {"Kvittering for udleveret udstyr", "Kvittering for afleveret udstyr",
            "Attest for sletning"}},
    {"en",
        {"Receipt for equipment handed out", "Receipt for equipment returned",
            "Certificate of erasure"}},
};

/* Signature by NSS, which knows no CA of ours: the bytes hold. */
static void judge_pdf(const char *path, const char *title)
{
	struct buf out = {0};

	assert_int_equal(RUN(&out, "qpdf", "--check", path), 0);
	buf_reset(&out);
	(void)RUN(&out, "pdfsig", "-nocert", path);
	if (!holds(&out, "Signature is Valid.") ||
	    !holds(&out, "Total document signed"))
		fail_msg("pdfsig: %s", (const char *)out.data);
	assert_true(holds(&out, "Västerviks kommun receipts"));
	buf_reset(&out);
	assert_int_equal(RUN(&out, "pdftotext", path, "-"), 0);
	assert_true(holds(&out, title));
	assert_true(holds(&out, "Västerviks kommun"));
	assert_true(holds(&out, "Åsa Nordström"));
	assert_true(holds(&out, "VVKDEMO00003"));
	buf_reset(&out);
	assert_int_equal(RUN(&out, "pdfinfo", path), 0);
	assert_true(holds(&out, "Tagged:          yes"));
	buf_reset(&out);
	assert_int_equal(RUN(&out, "pdffonts", path), 0);
	assert_true(holds(&out, "LiberationSans"));
	assert_false(holds(&out, "no  yes"));
	buf_clear(&out);
}

/* The attached JSON as others take it out, and the twin's content. */
static void judge_twin(const char *pdf, const char *twin)
{
	struct buf attached = {0};
	struct buf out = {0};
	struct buf inside = {0};

	assert_int_equal(
	    RUN(&attached, "qpdf", "--show-attachment=receipt.json", pdf), 0);
	assert_int_equal(
	    RUN(&out, "openssl", "cms", "-verify", "-inform", "DER", "-in",
	        twin, "-CAfile", path_of("keys/ca.crt"), "-attime",
	        "1795362100", "-out", path_of("inside.json")),
	    0);
	file_read(path_of("inside.json"), &inside);
	assert_true(inside.len > 0);
	assert_int_equal(attached.len, inside.len);
	assert_memory_equal(attached.data, inside.data, inside.len);
	buf_clear(&attached);
	buf_clear(&out);
	buf_clear(&inside);
}

static void test_judges(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		for (int kind = 0; kind < RECEIPT_KIND_COUNT; kind++) {
			struct buf pdf = {0};
			struct buf twin = {0};
			struct err err = {0};

			example_make(&receipt, (enum receipt_kind)kind,
			    samples[i].language);
			make(world.keeper, &pdf, &twin);
			file_write(path_of("a.pdf"), &pdf);
			file_write(path_of("a.p7m"), &twin);
			judge_pdf(path_of("a.pdf"), samples[i].titles[kind]);
			judge_twin(path_of("a.pdf"), path_of("a.p7m"));
			assert_int_equal(check(&pdf), 0);
			assert_int_equal(verdict.shape, RECEIPT_IS_PDF);
			assert_memory_equal(
			    &verdict.receipt, &receipt, sizeof(receipt));
			other = verdict;
			assert_int_equal(check(&twin), 0);
			assert_int_equal(verdict.shape, RECEIPT_IS_CMS);
			assert_int_equal(
			    verdict.signed_at, EXAMPLE_AT + 3600000);
			assert_string_equal(
			    verdict.signer, "Västerviks kommun receipts");
			assert_int_equal(
			    receipt_verdict_compare(&other, &verdict, &err), 0);
			buf_clear(&pdf);
			buf_clear(&twin);
		}
	}
}

static void test_file(void **state)
{
	struct buf pdf = {0};
	struct buf twin = {0};
	struct buf text = {0};
	struct err err = {0};

	(void)state;
	example_make(&receipt, RECEIPT_ERASURE, "sv");
	EXAMPLE_SET(receipt.person, "Eva \x1b[31mRöd");
	make(world.keeper, &pdf, &twin);
	file_write(path_of("b.pdf"), &pdf);
	assert_int_equal(receipt_verify_file(path_of("b.pdf"),
	                     path_of("keys/ca.crt"), &verdict, &err),
	    0);
	assert_int_equal(receipt_verdict_explain(&verdict, &text, &err), 0);
	assert_true(holds(&text, "The receipt holds"));
	assert_true(holds(&text, "VVKDEMO00003"));
	assert_true(holds(&text, "Eva ?[31mRöd"));
	assert_false(holds(&text, "\x1b"));
	assert_int_equal(receipt_verify_file(path_of("b.pdf"),
	                     path_of("stranger/ca.crt"), &verdict, &err),
	    -ERR_CRYPTO);
	assert_int_equal(receipt_verify_file(path_of("none.pdf"),
	                     path_of("keys/ca.crt"), &verdict, &err),
	    -ERR_NOT_FOUND);
	assert_int_equal(receipt_verify_file(world.folder,
	                     path_of("keys/ca.crt"), &verdict, &err),
	    -ERR_INVALID);
	buf_clear(&pdf);
	buf_clear(&twin);
	buf_clear(&text);
}

/* A bit anywhere in the file: each is refused. */
static void test_tampered(void **state)
{
	struct buf pdf = {0};
	struct buf twin = {0};
	size_t step;

	(void)state;
	example_make(&receipt, RECEIPT_RETURN, "da");
	make(world.keeper, &pdf, &twin);
	step = pdf.len / 300;
	for (size_t at = 0; at < pdf.len; at += step) {
		uint8_t was = pdf.data[at];

		pdf.data[at] ^= 0x01;
		assert_int_not_equal(check(&pdf), 0);
		pdf.data[at] = was;
	}
	assert_int_equal(check(&pdf), 0);
	for (size_t at = 0; at < twin.len; at += twin.len / 100) {
		uint8_t was = twin.data[at];

		twin.data[at] ^= 0x01;
		assert_int_not_equal(check(&twin), 0);
		twin.data[at] = was;
	}
	buf_clear(&pdf);
	buf_clear(&twin);
}

/* Bytes behind the signed ones: another revision that hides the first. */
static void test_appended(void **state)
{
	struct buf pdf = {0};
	struct buf twin = {0};

	(void)state;
	example_make(&receipt, RECEIPT_RETURN, "en");
	make(world.keeper, &pdf, &twin);
	buf_append_str(&pdf, "\n% more\n");
	assert_int_equal(check(&pdf), -ERR_CRYPTO);
	buf_append_str(&twin, "more");
	assert_int_not_equal(check(&twin), 0);
	pdf.len -= 100;
	assert_int_equal(check(&pdf), -ERR_CRYPTO);
	buf_clear(&pdf);
	buf_clear(&twin);
}

static void test_stranger(void **state)
{
	struct buf pdf = {0};
	struct buf twin = {0};
	struct buf cms = {0};
	struct err err = {0};
	struct buf json = {0};

	(void)state;
	example_make(&receipt, RECEIPT_HAND_OUT, "sv");
	make(world.stranger, &pdf, &twin);
	assert_int_equal(check(&pdf), -ERR_CRYPTO);
	assert_int_equal(check(&twin), -ERR_CRYPTO);
	/* Our own CA's certificate for profiles signs no receipt. */
	assert_int_equal(receipt_encode(&receipt, &json, &err), 0);
	assert_int_equal(
	    keeper_sign_profile(world.keeper, json.data, json.len, &cms, &err),
	    0);
	assert_int_equal(receipt_verify(cms.data, cms.len, world.ca.data,
	                     world.ca.len, &verdict, &err),
	    -ERR_CRYPTO);
	buf_clear(&pdf);
	buf_clear(&twin);
	buf_clear(&cms);
	buf_clear(&json);
}

/* The twin of another receipt is no twin. */
static void test_not_twins(void **state)
{
	struct buf pdf = {0};
	struct buf twin = {0};
	struct err err = {0};

	(void)state;
	example_make(&receipt, RECEIPT_HAND_OUT, "sv");
	make(world.keeper, &pdf, &twin);
	assert_int_equal(check(&pdf), 0);
	other = verdict;
	buf_reset(&pdf);
	buf_reset(&twin);
	EXAMPLE_SET(receipt.number, "2026-18");
	make(world.keeper, &pdf, &twin);
	assert_int_equal(check(&twin), 0);
	assert_int_equal(
	    receipt_verdict_compare(&other, &verdict, &err), -ERR_CONFLICT);
	buf_clear(&pdf);
	buf_clear(&twin);
}

/* The keeper's key for receipts signs nothing else. */
static void test_keeper_refuses(void **state)
{
	static const char other_text[] = "<?xml version=\"1.0\"?><plist/>";
	struct buf cms = {0};
	struct err err = {0};

	(void)state;
	for (int kind = 0; kind <= 1; kind++)
		assert_int_equal(
		    keeper_sign_document(world.keeper,
		        (enum keeper_document)kind, (const uint8_t *)other_text,
		        sizeof(other_text) - 1, EXAMPLE_AT, &cms, &err),
		    -ERR_INVALID);
	assert_int_equal(
	    keeper_sign_document(world.keeper, (enum keeper_document)7,
	        (const uint8_t *)"{\"a\":1}", 7, EXAMPLE_AT, &cms, &err),
	    -ERR_INVALID);
	assert_int_equal(cms.len, 0);
}

/* As a person reads the page: what was done, in whole sentences, and no word of
 * our programs. pdftotext breaks lines where the page does. */
static void page_text(struct buf *out)
{
	struct buf pdf = {0};
	struct buf twin = {0};
	size_t used = 0;

	make(world.keeper, &pdf, &twin);
	file_write(path_of("d.pdf"), &pdf);
	buf_reset(out);
	assert_int_equal(
	    RUN(out, "pdftotext", "-raw", path_of("d.pdf"), "-"), 0);
	for (size_t i = 0; i < out->len; i++)
		if (!strchr("\r\n\f ", out->data[i]))
			out->data[used++] = out->data[i];
		else if (used > 0 && out->data[used - 1] != ' ')
			out->data[used++] = ' ';
	out->data[used] = '\0';
	buf_clear(&pdf);
	buf_clear(&twin);
}

static void test_words_of_the_page(void **state)
{
	static const struct {
		const char *language;
		const char *seen;
		const char *signed_with;
	} pages[] = {
	    {"sv", "Enheten var inte aktiverad; en enhet i bruk är det.",
	        "antecknat genom API:et med token \"Kassan\""},
	    {"da", "Enheden var ikke aktiveret; en enhed i brug er det.",
	        "noteret gennem API'et med token \"Kassan\""},
	    {"en", "The device was not activated; one that is in use is.",
	        "recorded through the API with token \"Kassan\""},
	};
	struct buf out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		example_make(&receipt, RECEIPT_ERASURE, pages[i].language);
		page_text(&out);
		if (!holds(&out, pages[i].seen))
			fail_msg("%s", (const char *)out.data);
		assert_false(holds(&out, "no longer supervised"));
		assert_false(holds(&out, "the former pairing is gone"));
		example_make(&receipt, RECEIPT_HAND_OUT, pages[i].language);
		receipt.signatures[0].way = RECEIPT_BY_API;
		EXAMPLE_SET(receipt.signatures[0].recorded_by, "token:Kassan");
		page_text(&out);
		if (!holds(&out, pages[i].signed_with))
			fail_msg("%s", (const char *)out.data);
		assert_false(holds(&out, "token:"));
	}
	buf_clear(&out);
}

/* Long names and many things: pages break, nothing is lost. */
static void test_many(void **state)
{
	char name[24];
	struct buf pdf = {0};
	struct buf twin = {0};
	struct buf out = {0};

	(void)state;
	example_make(&receipt, RECEIPT_RETURN, "sv");
	for (size_t i = 3; i < RECEIPT_THINGS_MAX; i++) {
		receipt.things[i].kind = RECEIPT_ACCESSORY;
		(void)snprintf(receipt.things[i].name,
		    sizeof(receipt.things[i].name), "Laddare %zu %0150d", i, 7);
	}
	receipt.thing_count = RECEIPT_THINGS_MAX;
	receipt.things_more = 31;
	make(world.keeper, &pdf, &twin);
	file_write(path_of("c.pdf"), &pdf);
	assert_int_equal(check(&pdf), 0);
	assert_int_equal(
	    RUN(&out, "pdftotext", "-layout", path_of("c.pdf"), "-"), 0);
	for (size_t i = 3; i < RECEIPT_THINGS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "Laddare %zu\n", i);
		assert_true(holds(&out, name));
	}
	assert_true(holds(&out, "31 till, som inte ryms här"));
	assert_true(holds(&out, "Karin Lindqvist"));
	assert_true(holds(&out, "Sida 2 av "));
	buf_clear(&out);
	buf_clear(&pdf);
	buf_clear(&twin);
}

static void test_same_bytes(void **state)
{
	struct buf once = {0};
	struct buf again = {0};
	struct err err = {0};

	(void)state;
	example_make(&receipt, RECEIPT_ERASURE, "da");
	assert_int_equal(receipt_draw(&receipt, &once, &err), 0);
	assert_int_equal(receipt_draw(&receipt, &again, &err), 0);
	assert_int_equal(once.len, again.len);
	assert_memory_equal(once.data, again.data, once.len);
	buf_clear(&once);
	buf_clear(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_judges),
	    cmocka_unit_test(test_file),
	    cmocka_unit_test(test_tampered),
	    cmocka_unit_test(test_appended),
	    cmocka_unit_test(test_stranger),
	    cmocka_unit_test(test_not_twins),
	    cmocka_unit_test(test_keeper_refuses),
	    cmocka_unit_test(test_words_of_the_page),
	    cmocka_unit_test(test_many),
	    cmocka_unit_test(test_same_bytes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
