/*
 * Question: is what a mail server writes read as IMAP means it, and never as
 * more than it says?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/connector/imap_answer.h"
#include "proto/base/err.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ENTRY "/private/vendor/vendor.alu/messaging/GreetingType"
#define HEADER "BODY[HEADER.FIELDS (X-CNS-GREETING-TYPE)] "

static void folders(void **state)
{
	static const struct {
		const char *wire;
		const char *found; /* NULL: none */
	} samples[] = {
	    {"* LIST (\\HasNoChildren) \"/\" Greetings\r\nA1 OK\r\n",
	        "Greetings"},
	    {"* OK hello {5}\r\n* LIST () \"/\" \"GREETINGS\"\r\n",
	        "GREETINGS"},
	    {"* LIST () NIL {9}\r\ngreetings\r\n", "greetings"},
	    {"* LIST () \".\" INBOX.Greetings\r\n", "INBOX.Greetings"},
	    {"* LIST () \"/\" Inbox/GREETINGS\r\n", "Inbox/GREETINGS"},
	    {"* list () \"/\" Greetings\r\n", "Greetings"},
	    {"* LIST () \"/\" INBOX\r\n* LIST () \"/\" Greetings\r\n",
	        "Greetings"},
	    {"", NULL},
	    {"* LIST () \"/\" MyGreetings\r\n", NULL},
	    {"* LIST () \"/\" a/b/Greetings\r\n", NULL},
	    {"* LIST () \"/\" \"Greetings\\\"\"\r\n", NULL},
	    {"* LIST () \"/\" {14}\r\nGreetings\r\nA 1\r\n", NULL},
	    {"* OK LIST () \"/\" Greetings\r\n", NULL},
	    {"A1 LIST () \"/\" Greetings\r\n", NULL},
	};
	char found[IMAP_FOLDER_MAX];
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		int rc = imap_folder_find(samples[i].wire,
		    strlen(samples[i].wire), "Greetings", found, &err);

		if ((rc == 0) != (samples[i].found != NULL))
			fail_msg("%s: %d", samples[i].wire, rc);
		if (rc == 0)
			assert_string_equal(found, samples[i].found);
		else
			assert_int_equal(rc, -ERR_NOT_FOUND);
	}
}

#define ONE(kind, flags)                                                       \
	"* 1 FETCH (UID 1 FLAGS (" flags ") " HEADER                           \
	"\"X-CNS-Greeting-Type: " kind "\")\r\n"
#define ON "\\Seen $CNS-Greeting-On"

static void greetings(void **state)
{
	static const struct {
		const char *wire;
		enum evidence_word word;
	} samples[] = {
	    {"A1 OK\r\n", EVIDENCE_WORD_DEFAULT},
	    {ONE("normal-greeting", ON), EVIDENCE_WORD_PERSONAL},
	    {ONE("normal-greeting", "$cns-greeting-on"),
	        EVIDENCE_WORD_PERSONAL},
	    {ONE("Normal-Greeting ", ON), EVIDENCE_WORD_PERSONAL},
	    {ONE("normal-greeting", ""), EVIDENCE_WORD_DEFAULT},
	    {ONE("voice-signature", ON), EVIDENCE_WORD_NAME_ONLY},
	    {ONE("extended-absence-greeting", ON) ONE("normal-greeting", ON),
	        EVIDENCE_WORD_ABSENCE},
	    {ONE("voice-signature", ON) ONE("normal-greeting", ON),
	        EVIDENCE_WORD_PERSONAL},
	    {ONE("busy-greeting", ON), EVIDENCE_WORD_UNKNOWN},
	    {ONE("fun-greeting", ON), EVIDENCE_WORD_UNKNOWN},
	    {"* 1 FETCH (FLAGS (" ON ") UID 1)\r\n", EVIDENCE_WORD_UNKNOWN},
	    {"* 1 FETCH (BODY[HEADER.FIELDS (X)] {37}\r\n"
	     "x: y\r\nX-CNS-Greeting-Type: normal-g\r\n FLAGS (" ON "))\r\n",
	        EVIDENCE_WORD_UNKNOWN},
	    {"* 1 FETCH (FLAGS (" ON ") " HEADER "{40}\r\n"
	     "X-CNS-Greeting-Type: normal-greeting\r\n\r\n)\r\nA1 OK\r\n",
	        EVIDENCE_WORD_PERSONAL},
	    /* A line within a literal is none. */
	    {"* 1 FETCH (FLAGS () " HEADER "{43}\r\n"
	     "x: y\r\n* 2 FETCH (FLAGS ($CNS-Greeting-On)\r\n)\r\n",
	        EVIDENCE_WORD_DEFAULT},
	    /* Nor is the same within a status text. */
	    {"* OK 1 FETCH (FLAGS (" ON "))\r\n", EVIDENCE_WORD_DEFAULT},
	};
	struct imap_greetings found;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		if (imap_greetings_parse(samples[i].wire,
		        strlen(samples[i].wire), &found, &err) != 0)
			fail_msg("%s: %s", samples[i].wire, err.text);
		if (imap_greetings_word(&found) != samples[i].word)
			fail_msg("%s: %s", samples[i].wire,
			    evidence_word_name(imap_greetings_word(&found)));
	}
}

static void malformed(void **state)
{
	static const char *const wires[] = {
	    "* 1 FETCH\r\n",
	    "* 1 FETCH (\r\n",
	    "* 1 FETCH (UID 1\r\n",
	    "* 1 FETCH (FLAGS (a b)\r\n",
	    "* 1 FETCH (FLAGS x)\r\n",
	    "* 1 FETCH (BODY[ {99}\r\nx)\r\n",
	    "* 1 FETCH (BODY[X] {99}\r\nx)\r\n",
	    "* 1 FETCH (BODY[X] {}\r\n)\r\n",
	    "* 1 FETCH (BODY[X] {99999999999999999999}\r\n)\r\n",
	    "* 1 FETCH (BODY[X] {3}abc)\r\n",
	    "* 1 FETCH (BODY[X] \"a\r\n\")\r\n",
	    "* 1 FETCH (BODY[X] \"a\\",
	    "* 1 FETCH (X ((((((((((1))))))))))\r\n",
	    "* 1 FETCH (UID",
	};
	struct imap_greetings found = {.count = 77};

	(void)state;
	for (size_t i = 0; i < COUNT(wires); i++) {
		if (imap_greetings_parse(
		        wires[i], strlen(wires[i]), &found, NULL) == 0)
			fail_msg("%s was taken", wires[i]);
		assert_int_equal(found.count, 77);
	}
}

static void metadata(void **state)
{
	static const struct {
		const char *wire;
		const char *value; /* NULL: refused */
	} samples[] = {
	    {"* METADATA INBOX (" ENTRY " {8}\r\nPersonal)\r\nA1 OK\r\n",
	        "Personal"},
	    {"* METADATA \"INBOX\" (" ENTRY " \"StandardWithName\")\r\n",
	        "StandardWithName"},
	    {"* METADATA INBOX (/x y /private/vendor/vendor.alu/messaging/"
	     "greetingtype Personal)\r\n",
	        "Personal"},
	    {"* METADATA INBOX (" ENTRY " NIL)\r\n", NULL},
	    {"* METADATA INBOX " ENTRY "\r\n", NULL},
	    {"* METADATA INBOX (" ENTRY ")\r\n", NULL},
	    {"* METADATA INBOX (" ENTRY " {70}\r\n0123456789012345678901234567"
	     "890123456789012345678901234567890123456789)\r\n",
	        NULL},
	    {"* METADATA INBOX (" ENTRY " \"a\\\"b\")\r\n", NULL},
	    {"A1 OK\r\n", NULL},
	};
	char value[64];
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		int rc = imap_metadata_find(samples[i].wire,
		    strlen(samples[i].wire), ENTRY, value, sizeof(value), &err);

		if ((rc == 0) != (samples[i].value != NULL))
			fail_msg("%s: %d", samples[i].wire, rc);
		if (rc == 0)
			assert_string_equal(value, samples[i].value);
	}
	assert_int_equal(imap_alu_word("personal"), EVIDENCE_WORD_PERSONAL);
	assert_int_equal(
	    imap_alu_word("StandardWithNumber"), EVIDENCE_WORD_DEFAULT);
	assert_int_equal(imap_alu_word("Mood"), EVIDENCE_WORD_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(folders),
	    cmocka_unit_test(greetings),
	    cmocka_unit_test(malformed),
	    cmocka_unit_test(metadata),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
