/*
 * store_evidence_questions_test: do the questions about evidence, statements, exceptions and judgements
 * find what they should, as of the time asked for, and only in the organisation
 * asked for?
 */
#include "tests/contract/questions.h"

#include <stdlib.h>

#include "server/store/store_evidence.h"
#include "server/store/store_judgement.h"

DEFINE_NOTE(note_item, evidence_item_row, source)
DEFINE_NOTE(note_report, evidence_report_row, id)
DEFINE_NOTE(note_statement, statement_row, id)
DEFINE_NOTE(note_acknowledgement, acknowledgement_row, id)
DEFINE_NOTE(note_exception, exception_row, id)
DEFINE_NOTE(note_judgement, judgement_row, subject_id)

/* ---- evidence ---- */

static int save_item(struct txn *txn, const char *org, const char *fact,
    const char *source, const char *word, int64_t at, bool *taken,
    struct err *err)
{
	struct evidence_item_row row = {.subject_kind = STORE_SUBJECT_PERSON,
	    .number = 7,
	    .observed_at = at,
	    .valid_until = at + 10};

	PUT(row.org_id, "%s", org);
	PUT(row.subject_id, PERSON);
	PUT(row.fact, "%s", fact);
	PUT(row.source, "%s", source);
	PUT(row.word, "%s", word);
	return store_evidence_item_save(txn, &row, taken, err);
}

static int keep_item(void *arg, const struct evidence_item_row *row)
{
	*(struct evidence_item_row *)arg = *row;
	return 0;
}

static int items(struct txn *txn, void *arg, struct err *err)
{
	const char *fact = "voicemail.greeting";
	struct evidence_item_row row = {.number = 0};
	bool taken = false;

	(void)arg;
	EXPECT(save_item(txn, A, fact, "k1", "default", 100, &taken, err) == 0);
	EXPECT(taken);
	EXPECT(save_item(txn, A, fact, "k1", "personal", 99, &taken, err) == 0);
	EXPECT(!taken);
	EXPECT(save_item(txn, A, fact, "k1", "off", 100, &taken, err) == 0);
	EXPECT(taken);
	EXPECT(save_item(txn, A, fact, "k2", "absence", 50, &taken, err) == 0);
	EXPECT(save_item(txn, A, "backup.last", "mdm", "", 50, NULL, err) == 0);
	EXPECT(save_item(txn, B, fact, "k3", "off", 50, NULL, err) == 0);
	SEEN(store_evidence_item_each(txn, A, STORE_SUBJECT_PERSON, PERSON,
	         NULL, note_item, &seen, err),
	    "mdm k1 k2");
	SEEN(store_evidence_item_each(txn, A, STORE_SUBJECT_PERSON, PERSON,
	         fact, note_item, &seen, err),
	    "k1 k2");
	SEEN(store_evidence_item_each(txn, A, STORE_SUBJECT_PHONE, PERSON, NULL,
	         note_item, &seen, err),
	    "");
	SEEN(store_evidence_item_each(txn, B, STORE_SUBJECT_PERSON, PERSON,
	         NULL, note_item, &seen, err),
	    "k3");
	SEEN(store_evidence_item_each_kind(
	         txn, A, STORE_SUBJECT_PERSON, "", 2, note_item, &seen, err),
	    "mdm k1");
	SEEN(store_evidence_item_each_kind(txn, A, STORE_SUBJECT_PERSON, PERSON,
	         0, note_item, &seen, err),
	    "");
	EXPECT(store_evidence_item_each(txn, A, STORE_SUBJECT_PERSON, PERSON,
	           "backup.last", keep_item, &row, err) == 0);
	EXPECT(row.number == 7 && row.observed_at == 50 &&
	    row.valid_until == 60 && row.word[0] == '\0');
	return 0;
}

static int reports(struct txn *txn, void *arg, struct err *err)
{
	struct evidence_key_row key = {.public_key_len = EVIDENCE_PUBLIC_KEY};
	struct evidence_report_row row = {
	    .seq = 5, .accepted = 1, .signature_len = 64};
	struct evidence_report_row out;
	uint8_t *body = NULL;
	char *answer = NULL;
	bool same;
	size_t len;

	(void)arg;
	PUT(key.id, "0123456789abcdef");
	PUT(key.org_id, A);
	EXPECT(store_evidence_key_save(txn, &key, err) == 0);
	EXPECT(store_evidence_key_find(txn, key.id, &key, err) == 0);
	EXPECT(strcmp(key.org_id, A) == 0);
	PUT(row.id, "r1");
	PUT(row.org_id, A);
	PUT(row.key_id, "%s", key.id);
	memset(row.signature, 0x5a, 64);
	EXPECT(store_evidence_report_insert(txn, &row, (const uint8_t *)"{\0}",
	           3, "{\"accepted\":1}", err) == 0);
	PUT(row.id, "r2");
	EXPECT(store_evidence_report_insert(txn, &row, (const uint8_t *)"x", 1,
	           "", NULL) == -ERR_CONFLICT);
	EXPECT(
	    store_evidence_report_find_seq(txn, A, key.id, 5, &out, err) == 0);
	EXPECT(out.signature_len == 64 && out.signature[63] == 0x5a);
	EXPECT(store_evidence_report_find_seq(txn, B, key.id, 5, &out, NULL) ==
	    -ERR_NOT_FOUND);
	EXPECT(store_evidence_report_load(txn, B, "r1", &out, NULL) ==
	    -ERR_NOT_FOUND);
	EXPECT(store_evidence_report_load(txn, A, "r1", &out, err) == 0);
	EXPECT(store_evidence_report_body(
	           txn, B, "r1", &body, &len, &answer, NULL) == -ERR_NOT_FOUND);
	EXPECT(store_evidence_report_body(
	           txn, A, "r1", &body, &len, &answer, err) == 0);
	same = len == 3 && memcmp(body, "{\0}", 3) == 0 &&
	    strcmp(answer, "{\"accepted\":1}") == 0;
	free(body);
	free(answer);
	EXPECT(same);
	EXPECT(store_evidence_report_body(
	           txn, A, "r1", NULL, NULL, NULL, err) == 0);
	SEEN(store_evidence_report_each(txn, A, "", 0, note_report, &seen, err),
	    "r1");
	SEEN(store_evidence_report_each(txn, B, "", 0, note_report, &seen, err),
	    "");
	return 0;
}

static int shown_texts(struct txn *txn, void *arg, struct err *err)
{
	const char *hash = "aa";
	char *text = NULL;
	bool same;

	(void)arg;
	EXPECT(store_shown_text_save(txn, A, hash, "sv", "Ja", err) == 0);
	EXPECT(store_shown_text_save(txn, A, hash, "sv", "Nej", err) == 0);
	EXPECT(
	    store_shown_text_load(txn, B, hash, &text, NULL) == -ERR_NOT_FOUND);
	EXPECT(store_shown_text_load(txn, A, hash, &text, err) == 0);
	same = strcmp(text, "Ja") == 0;
	free(text);
	EXPECT(same);
	if (!(text = malloc(SHOWN_TEXT_MAX + 2)))
		return err_memory(err);
	memset(text, 'x', SHOWN_TEXT_MAX + 1);
	text[SHOWN_TEXT_MAX + 1] = '\0';
	same =
	    store_shown_text_save(txn, A, "bb", "sv", text, NULL) == -ERR_LIMIT;
	free(text);
	EXPECT(same);
	return 0;
}

static int state(struct txn *txn, const char *id, const char *rule, int64_t at,
    bool yes, struct err *err)
{
	struct statement_row row = {.at = at,
	    .valid_until = at + 5,
	    .is_yes = yes,
	    .subject_kind = STORE_SUBJECT_UNIT};

	PUT(row.id, "%s", id);
	PUT(row.org_id, A);
	PUT(row.person_id, PERSON);
	PUT(row.rule, "%s", rule);
	PUT(row.subject_id, "u1");
	return store_statement_insert(txn, &row, err);
}

static int statements(struct txn *txn, void *arg, struct err *err)
{
	struct statement_row row;

	(void)arg;
	EXPECT(state(txn, "s1", "RON-01", 10, true, err) == 0);
	EXPECT(state(txn, "s2", "RON-01", 20, false, err) == 0);
	EXPECT(state(txn, "s3", "AHL-22", 15, true, err) == 0);
	EXPECT(state(txn, "s3", "AHL-22", 16, true, NULL) == -ERR_CONFLICT);
	EXPECT(state(txn, "s0", "RON-01", 20, true, err) == 0); /* same time */
	EXPECT(store_statement_find(
	           txn, A, STORE_SUBJECT_UNIT, "u1", "RON-01", &row, err) == 0);
	EXPECT(strcmp(row.id, "s2") == 0 && !row.is_yes);
	EXPECT(store_statement_find(txn, B, STORE_SUBJECT_UNIT, "u1", "RON-01",
	           &row, NULL) == -ERR_NOT_FOUND);
	EXPECT(store_statement_find(txn, A, STORE_SUBJECT_PERSON, "u1",
	           "RON-01", &row, NULL) == -ERR_NOT_FOUND);
	SEEN(store_statement_each_subject(
	         txn, A, STORE_SUBJECT_UNIT, "u1", note_statement, &seen, err),
	    "s3 s2");
	SEEN(store_statement_each_subject(
	         txn, B, STORE_SUBJECT_UNIT, "u1", note_statement, &seen, err),
	    "");
	SEEN(store_statement_each_person(
	         txn, A, PERSON, "s1", 0, note_statement, &seen, err),
	    "s2 s3");
	SEEN(store_statement_each_person(
	         txn, B, PERSON, "", 0, note_statement, &seen, err),
	    "");
	return 0;
}

static int acknowledgements(struct txn *txn, void *arg, struct err *err)
{
	struct acknowledgement_row row = {.at = 10};
	struct acknowledgement_row out;

	(void)arg;
	PUT(row.id, "k1");
	PUT(row.org_id, A);
	PUT(row.person_id, PERSON);
	PUT(row.pack, "ronneby");
	EXPECT(store_acknowledgement_insert(txn, &row, err) == 0);
	EXPECT(store_acknowledgement_insert(txn, &row, NULL) == -ERR_CONFLICT);
	PUT(row.id, "k0");
	row.at = 20;
	EXPECT(store_acknowledgement_insert(txn, &row, err) == 0);
	EXPECT(store_acknowledgement_find(txn, A, PERSON, &out, err) == 0);
	EXPECT(strcmp(out.id, "k0") == 0);
	EXPECT(store_acknowledgement_find(txn, B, PERSON, &out, NULL) ==
	    -ERR_NOT_FOUND);
	SEEN(store_acknowledgement_each(
	         txn, A, "", 0, note_acknowledgement, &seen, err),
	    "k0 k1");
	SEEN(store_acknowledgement_each(
	         txn, B, "", 0, note_acknowledgement, &seen, err),
	    "");
	return 0;
}

static int exceptions(struct txn *txn, void *arg, struct err *err)
{
	struct exception_row row = {.until_at = 100};

	(void)arg;
	PUT(row.id, "x1");
	PUT(row.org_id, A);
	PUT(row.rule, "BOT-22");
	PUT(row.subject_id, PERSON);
	EXPECT(store_exception_save(txn, &row, err) == 0);
	SEEN(store_exception_each_subject(txn, A, STORE_SUBJECT_PERSON, PERSON,
	         99, note_exception, &seen, err),
	    "x1");
	SEEN(store_exception_each_subject(txn, A, STORE_SUBJECT_PERSON, PERSON,
	         100, note_exception, &seen, err),
	    "");
	SEEN(store_exception_each_subject(txn, B, STORE_SUBJECT_PERSON, PERSON,
	         99, note_exception, &seen, err),
	    "");
	row.revoked_at = 50;
	EXPECT(store_exception_save(txn, &row, err) == 0);
	SEEN(store_exception_each_subject(txn, A, STORE_SUBJECT_PERSON, PERSON,
	         99, note_exception, &seen, err),
	    "");
	return 0;
}

/* ---- judgements ---- */

static int judge(struct txn *txn, const char *org, const char *id,
    const char *hash, int64_t again_at, struct err *err)
{
	struct judgement_row row = {.subject_kind = STORE_SUBJECT_PERSON,
	    .judged_at = 1,
	    .again_at = again_at,
	    .packed = (const uint8_t *)"a\0b",
	    .packed_len = 3};

	PUT(row.org_id, "%s", org);
	PUT(row.subject_id, "%s", id);
	PUT(row.pack_hash, "%s", hash);
	return store_judgement_save(txn, &row, err);
}

static int judgements(struct txn *txn, void *arg, struct err *err)
{
	struct judgement_row row = {.packed_len = JUDGEMENT_PACKED_MAX + 1};
	bool same;

	(void)arg;
	EXPECT(store_judgement_save(txn, &row, NULL) == -ERR_LIMIT);
	EXPECT(judge(txn, A, "p2", "h1", 50, err) == 0);
	EXPECT(judge(txn, A, "p1", "h1", 0, err) == 0);
	EXPECT(judge(txn, A, "p3", "h2", 40, err) == 0);
	EXPECT(judge(txn, B, "p1", "h2", 45, err) == 0);
	EXPECT(store_judgement_load(
	           txn, A, STORE_SUBJECT_PERSON, "p2", &row, err) == 0);
	same = row.packed_len == 3 && memcmp(row.packed, "a\0b", 3) == 0 &&
	    row.again_at == 50 && strcmp(row.pack_hash, "h1") == 0;
	free((void *)(uintptr_t)row.packed);
	EXPECT(same);
	EXPECT(store_judgement_load(txn, A, STORE_SUBJECT_PHONE, "p2", &row,
	           NULL) == -ERR_NOT_FOUND);
	EXPECT(store_judgement_load(txn, B, STORE_SUBJECT_PERSON, "p2", &row,
	           NULL) == -ERR_NOT_FOUND);
	SEEN(store_judgement_each(txn, A, STORE_SUBJECT_PERSON, "", 0,
	         note_judgement, &seen, err),
	    "p1 p2 p3");
	SEEN(store_judgement_each(txn, A, STORE_SUBJECT_PERSON, "p1", 1,
	         note_judgement, &seen, err),
	    "p2");
	SEEN(
	    store_judgement_each_due(txn, A, 50, 0, note_judgement, &seen, err),
	    "p3 p2");
	SEEN(
	    store_judgement_each_due(txn, B, 50, 0, note_judgement, &seen, err),
	    "p1");
	SEEN(store_judgement_each_other_pack(
	         txn, A, "h1", 0, note_judgement, &seen, err),
	    "p3");
	EXPECT(store_judgement_delete(
	           txn, B, STORE_SUBJECT_PERSON, "p2", err) == 0);
	EXPECT(store_judgement_delete(
	           txn, A, STORE_SUBJECT_PERSON, "p3", err) == 0);
	EXPECT(judge(txn, A, "p2", "h2", 60, err) == 0);
	SEEN(store_judgement_each_other_pack(
	         txn, A, "h1", 0, note_judgement, &seen, err),
	    "p2");
	SEEN(store_judgement_each(txn, A, STORE_SUBJECT_PERSON, "", 0,
	         note_judgement, &seen, err),
	    "p1 p2");
	return 0;
}

DEFINE_TEST(items)
DEFINE_TEST(reports)
DEFINE_TEST(shown_texts)
DEFINE_TEST(statements)
DEFINE_TEST(acknowledgements)
DEFINE_TEST(exceptions)
DEFINE_TEST(judgements)

int main(void)
{
	const struct CMUnitTest tests_all[] = {TEST(items), TEST(reports),
	    TEST(shown_texts), TEST(statements), TEST(acknowledgements),
	    TEST(exceptions), TEST(judgements)};

	return FIXTURE_RUN("store evidence questions", tests_all);
}
