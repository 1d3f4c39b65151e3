/*
 * One mail as a libcurl transfer: SMTP with STARTTLS (RFC 3207) or TLS, AUTH,
 * one reader. Told apart afterwards: refused, server unusable, or handed over
 * without an answer, which must not be called either.
 */
#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "server/outbox/mail_message.h"
#include "server/outbox/transfer.h"
#include "server/service/service.h"

#define CONNECT_MS (20 * TIME_SECOND_MS)
#define WHOLE_MS (120 * TIME_SECOND_MS)
/* A server that closes idle connections does so after a minute or more. */
#define REUSE_SECONDS 30L

#define SMTP_DATA_GO 354 /* "start mail input": sent before our bytes */
#define SMTP_SHUTTING 421
#define SMTP_REFUSALS 400

static size_t give(char *out, size_t size, size_t count, void *arg)
{
	struct transfer *transfer = arg;
	size_t rest = transfer->body.len - transfer->given;
	size_t len = size * count < rest ? size * count : rest;

	if (len > 0)
		memcpy(out, transfer->body.data + transfer->given, len);
	transfer->given += len;
	return len;
}

static bool is_host_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':' ||
	    c == '[' || c == ']';
}

static bool is_host_text(const char *text)
{
	for (; *text; text++)
		if (!is_host_char(*text))
			return false;
	return true;
}

static bool is_loopback(const char *server)
{
	return strncmp(server, "127.", 4) == 0 ||
	    strncmp(server, "[::1]", 5) == 0 ||
	    strncmp(server, "localhost:", 10) == 0 ||
	    strcmp(server, "localhost") == 0;
}

int mail_send_check(struct outbox *outbox, struct err *err)
{
	const struct outbox_config *config = &outbox->config;
	const char *hello = config->mail.hello;

	if (!*config->mail.server)
		return 0;
	if (!is_host_text(config->mail.server))
		return err_set(err, ERR_INVALID,
		    "mail.server: \"%s\" is no host and port; write for "
		    "example smtp.example.org:587",
		    config->mail.server);
	if (!mail_address_is_valid(config->mail.from))
		return err_set(err, ERR_INVALID,
		    "mail.from: \"%s\" is no mail address; write for example "
		    "workphone@example.org",
		    config->mail.from);
	if (*config->mail.reply_to &&
	    !mail_address_is_valid(config->mail.reply_to))
		return err_set(err, ERR_INVALID,
		    "mail.reply_to: \"%s\" is no mail address",
		    config->mail.reply_to);
	if (config->mail.security == MAIL_PLAIN &&
	    !is_loopback(config->mail.server))
		return err_set(err, ERR_INVALID,
		    "mail.security: none is for a server on loopback only; "
		    "write starttls or tls");
	if (!*hello)
		hello = strchr(config->mail.from, '@') + 1;
	if (!is_host_text(hello) ||
	    str_copy(outbox->hello, sizeof(outbox->hello), hello) < 0)
		return err_set(err, ERR_INVALID,
		    "mail.hello: \"%s\" is no host name", hello);
	return 0;
}

/* ---- before ---- */

static int make_body(struct transfer *transfer, struct err *err)
{
	struct mail_try *mail = transfer->mail;
	struct outbox *outbox = transfer->outbox;
	struct mail_letter letter = {
	    .organisation = mail->tenant->organisation.name,
	    .name = mail->name,
	    .language = mail->language,
	    .items = mail->items,
	    .count = mail->count,
	};
	struct mail_message message = {
	    .id = mail->mail.id,
	    .host = strchr(outbox->config.mail.from, '@') + 1,
	    .from = outbox->config.mail.from,
	    .from_name = mail->tenant->organisation.name,
	    .to = mail->address,
	    .to_name = mail->name,
	    .reply_to = outbox->config.mail.reply_to,
	    .language = notice_language_name(mail->language),
	    .at = clock_now(outbox->service->clock),
	};
	struct buf subject = {0};
	struct buf text = {0};
	struct buf html = {0};
	int rc = mail_text_make(&letter, &subject, &text, &html, err);

	if (rc == 0) {
		message.subject = (const char *)subject.data;
		message.text = (const char *)text.data;
		message.html = (const char *)html.data;
		rc = mail_message_encode(&message, &transfer->body, err);
	}
	buf_clear(&subject);
	buf_clear(&text);
	buf_clear(&html);
	return rc;
}

static void set_tls(CURL *easy, const struct outbox_config *config)
{
	struct curl_blob ca = {.data = config->mail.ca.data,
	    .len = config->mail.ca.len,
	    .flags = CURL_BLOB_NOCOPY};

	(void)curl_easy_setopt(easy, CURLOPT_USE_SSL,
	    config->mail.security == MAIL_PLAIN ? (long)CURLUSESSL_NONE
	                                        : (long)CURLUSESSL_ALL);
	(void)curl_easy_setopt(
	    easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (ca.len > 0)
		(void)curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &ca);
}

static int set_address(struct transfer *transfer)
{
	const struct outbox_config *config = &transfer->outbox->config;
	char url[600];
	char from[LIMIT_NAME + 3];
	char to[LIMIT_NAME + 3];

	(void)snprintf(url, sizeof(url), "%s://%s/%s",
	    config->mail.security == MAIL_TLS ? "smtps" : "smtp",
	    config->mail.server, transfer->outbox->hello);
	(void)snprintf(from, sizeof(from), "<%s>", config->mail.from);
	(void)snprintf(to, sizeof(to), "<%s>", transfer->mail->address);
	transfer->list = curl_slist_append(NULL, to);
	if (!transfer->list)
		return -(int)ERR_MEMORY;
	(void)curl_easy_setopt(transfer->easy, CURLOPT_URL, url);
	(void)curl_easy_setopt(transfer->easy, CURLOPT_MAIL_FROM, from);
	(void)curl_easy_setopt(
	    transfer->easy, CURLOPT_MAIL_RCPT, transfer->list);
	return 0;
}

int mail_send_prepare(struct transfer *transfer, struct err *err)
{
	const struct outbox_config *config = &transfer->outbox->config;
	CURL *easy = transfer->easy;
	int rc = make_body(transfer, err);

	if (rc < 0)
		return rc;
	if (set_address(transfer) < 0)
		return err_memory(err);
	set_tls(easy, config);
	if (*config->mail.user) {
		(void)curl_easy_setopt(
		    easy, CURLOPT_USERNAME, config->mail.user);
		(void)curl_easy_setopt(easy, CURLOPT_PASSWORD,
		    (const char *)config->mail.password.data);
	}
	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	(void)curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	(void)curl_easy_setopt(
	    easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)transfer->body.len);
	(void)curl_easy_setopt(easy, CURLOPT_READFUNCTION, give);
	(void)curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
	(void)curl_easy_setopt(
	    easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	(void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)WHOLE_MS);
	(void)curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, REUSE_SECONDS);
	transfer->is_fresh = transfer->outbox->mail_server.wants_fresh;
	(void)curl_easy_setopt(
	    easy, CURLOPT_FRESH_CONNECT, transfer->is_fresh ? 1L : 0L);
	return 0;
}

/* ---- afterwards ---- */

static enum outcome outcome_of(const struct transfer *transfer, CURLcode code)
{
	long connects = 1;
	bool all_given = transfer->given == transfer->body.len;

	if (code == CURLE_OK)
		return OUTCOME_SENT;
	if (code == CURLE_LOGIN_DENIED)
		return OUTCOME_DOWN; /* of us, not of this mail */
	if (transfer->status == SMTP_SHUTTING)
		return OUTCOME_DOWN;
	/* "Weird" is a refusal of the greeting, and of the data as well. */
	if (transfer->status >= SMTP_REFUSALS &&
	    (all_given ||
	        (code != CURLE_USE_SSL_FAILED &&
	            code != CURLE_WEIRD_SERVER_REPLY)))
		return OUTCOME_REFUSED;
	/* The bytes are over there, perhaps with the dot that ends them. */
	if (transfer->status == SMTP_DATA_GO && all_given)
		return OUTCOME_UNKNOWN;
	if (code != CURLE_SEND_ERROR && code != CURLE_RECV_ERROR)
		return OUTCOME_DOWN;
	(void)curl_easy_getinfo(
	    transfer->easy, CURLINFO_NUM_CONNECTS, &connects);
	return connects == 0 && !transfer->is_fresh ? OUTCOME_AGAIN
	                                            : OUTCOME_DOWN;
}

/* curl's own words: they hold host and code, never the password. */
static void say(struct transfer *transfer, CURLcode code)
{
	const char *words = *transfer->curl_error ? transfer->curl_error
	                                          : curl_easy_strerror(code);

	if (transfer->outcome == OUTCOME_SENT)
		(void)snprintf(transfer->sentence, sizeof(transfer->sentence),
		    "the mail server took it");
	else if (transfer->outcome == OUTCOME_UNKNOWN)
		(void)snprintf(transfer->sentence, sizeof(transfer->sentence),
		    "handed over, but the mail server did not answer");
	else if (transfer->status >= SMTP_REFUSALS)
		(void)snprintf(transfer->sentence, sizeof(transfer->sentence),
		    "the mail server answered %ld: %.200s", transfer->status,
		    words);
	else
		(void)snprintf(transfer->sentence, sizeof(transfer->sentence),
		    "%.240s", words);
}

void mail_send_ended(struct transfer *transfer, CURLcode code)
{
	(void)curl_easy_getinfo(
	    transfer->easy, CURLINFO_RESPONSE_CODE, &transfer->status);
	transfer->outcome = outcome_of(transfer, code);
	transfer->outbox->mail_server.wants_fresh =
	    transfer->outcome == OUTCOME_AGAIN;
	say(transfer, code);
}
