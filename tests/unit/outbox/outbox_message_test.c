/* Question: is a mail well-formed bytes, whatever the names in it hold? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/outbox/mail_message.h"

static struct mail_message sample(void)
{
	return (struct mail_message){
	    .id = "0192c2a0-5b7e-7c3d-9f00-0123456789ab",
	    .host = "kommun.example",
	    .from = "telefoni@kommun.example",
	    .from_name = "Ronneby kommun",
	    .to = "astrid@kommun.example",
	    .to_name = "Astrid Lindqvist",
	    .reply_to = "",
	    .subject = "Att göra",
	    .language = "sv",
	    .text = "Hej\n.\nslut",
	    .html = "<p>Hej</p>",
	    .at = 1774746000000,
	};
}

static char *encode(const struct mail_message *message)
{
	struct buf out = {0};
	size_t len;

	assert_int_equal(mail_message_encode(message, &out, NULL), 0);
	return (char *)buf_take(&out, &len);
}

/* The header fields of a message, unfolded lines counted. */
static size_t count_fields(const char *mail)
{
	const char *end = strstr(mail, "\r\n\r\n");
	size_t fields = 1;

	assert_non_null(end);
	for (; mail < end; mail++) {
		if (mail[0] != '\r' || mail[1] != '\n')
			continue;
		if (mail[2] != ' ' && mail[2] != '\t' && mail + 2 < end)
			fields++;
	}
	return fields;
}

static void no_line_is_long_or_bare(const char *mail)
{
	const char *line = mail;
	const char *at;

	for (at = mail; *at; at++) {
		assert_in_range((unsigned char)*at, 1, 0x7e);
		if (*at == '\n') {
			assert_true(at > mail && at[-1] == '\r');
			assert_in_range(at - line, 0, 78);
			line = at + 1;
		} else if (*at == '\r') {
			assert_int_equal(at[1], '\n');
		}
	}
}

static void test_header(void **state)
{
	struct mail_message message = sample();
	char *mail = encode(&message);

	(void)state;
	assert_non_null(
	    strstr(mail, "Date: Sun, 29 Mar 2026 01:00:00 +0000\r\n"));
	assert_non_null(strstr(
	    mail, "From: Ronneby kommun\r\n <telefoni@kommun.example>\r\n"));
	assert_non_null(strstr(mail, "Subject: =?UTF-8?B?QXR0IGfDtnJh?=\r\n"));
	assert_non_null(strstr(mail,
	    "Message-ID: <0192c2a0-5b7e-7c3d-9f00-0123456789ab@kommun.example>"
	    "\r\n"));
	assert_int_equal(count_fields(mail), 9);
	no_line_is_long_or_bare(mail);
	/* A dot alone would end the mail. */
	assert_non_null(strstr(mail, "Hej\r\n=2E\r\nslut\r\n"));
	free(mail);
}

static void test_no_name_begins_a_header(void **state)
{
	static const char *const names[] = {"Eva\r\nBcc: x@evil.example",
	    "Eva\nSubject: ja", "Eva\rX: y", "a\x0b\x0c\x7f\x01", "\r\n\r\n<p>",
	    "x\xe2\x80\xa8y: z", "Bcc: z",
	    "=?utf-8?q?a=0D=0ABcc:_x?=", "\xc2\x85Y: z", "\xff\xfe", "", " ",
	    "\"\\<a@b>,", "ÅÄÖ"};
	struct mail_message message = sample();
	char *mail;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		message.to_name = message.from_name = message.subject =
		    names[i];
		mail = encode(&message);
		assert_int_equal(count_fields(mail), 9);
		no_line_is_long_or_bare(mail);
		free(mail);
	}
}

static void test_long_text_is_folded(void **state)
{
	char text[4000];
	struct mail_message message = sample();
	char *mail;
	size_t i;

	(void)state;
	for (i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, i % 40 == 0 ? " ." : "ö", 2);
	text[i] = '\0';
	message.text = message.html = message.subject = message.to_name = text;
	mail = encode(&message);
	no_line_is_long_or_bare(mail);
	free(mail);
	memset(text, ' ', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	mail = encode(&message);
	no_line_is_long_or_bare(mail);
	assert_null(strstr(mail, " \r\n\r\n "));
	free(mail);
}

static void test_addresses(void **state)
{
	static const char *const good[] = {"a@b.se", "first.last@sub.kommun.se",
	    "o'hara+tag@x-y.example", "a_b@c", "x@[", "1@2.3"};
	static const char *const bad[] = {"", "a", "@b.se", "a@", "a@b@c",
	    "a b@c.se", "a@b..se", ".a@b.se", "a.@b.se", "a..b@c.se",
	    "a@b.se\r\nRCPT TO:<x@y.z>", "a@b.se\n", "<a@b.se>", "a@-b.se",
	    "a@b-.se", "å@b.se", "a@å.se", "a@b.se ", "a,b@c.se", "a@b.se>"};
	char address[300];
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++)
		assert_true(mail_address_is_valid(good[i]));
	assert_false(mail_address_is_valid(good[4]));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(mail_address_is_valid(bad[i]));
	memset(address, 'a', sizeof(address));
	memcpy(address + 60, "@b.se", 6);
	assert_true(mail_address_is_valid(address));
	memset(address, 'a', sizeof(address));
	memcpy(address + 65, "@b.se", 6);
	assert_false(mail_address_is_valid(address));
}

static void test_bad_settings_are_refused(void **state)
{
	struct mail_message message = sample();
	struct buf out = {0};

	(void)state;
	message.to = "a@b.se\r\nX: y";
	assert_int_equal(
	    mail_message_encode(&message, &out, NULL), -ERR_INVALID);
	message = sample();
	message.reply_to = "nobody";
	assert_int_equal(
	    mail_message_encode(&message, &out, NULL), -ERR_INVALID);
	message = sample();
	message.id = "a\r\nX: y";
	assert_int_equal(
	    mail_message_encode(&message, &out, NULL), -ERR_INTERNAL);
	buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_header),
	    cmocka_unit_test(test_no_name_begins_a_header),
	    cmocka_unit_test(test_long_text_is_folded),
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_bad_settings_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
