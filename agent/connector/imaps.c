#include "agent/connector/imaps.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "agent/connector/https.h"
#include "agent/connector/imap_answer.h"
#include "agent/connector/input.h"
#include "proto/base/err.h"

#define CA_MAX (1024 * 1024)
#define CONNECT_MS 10000L
#define URL_TEXT_MAX 600

struct imaps {
	CURL *curl;
	struct buf ca;
	bool is_first; /* no command has gone over this connection */
};

struct lines {
	struct buf *wire;
	bool is_too_long;
};

int imaps_new(struct imaps **out, const char *ca_file, struct err *err)
{
	struct imaps *imaps = calloc(1, sizeof(*imaps));
	int rc = imaps ? 0 : err_memory(err);

	if (rc == 0 && ca_file)
		rc = input_read(ca_file, CA_MAX, &imaps->ca, err);
	if (rc < 0) {
		imaps_free(imaps);
		return rc;
	}
	*out = imaps;
	return 0;
}

void imaps_free(struct imaps *imaps)
{
	if (!imaps)
		return;
	curl_easy_cleanup(imaps->curl);
	buf_clear(&imaps->ca);
	free(imaps);
}

/*
 * Every line on the wire comes here; the write callback sees neither literals
 * nor METADATA (lib/imap.c passes on a fixed list of commands).
 */
static size_t on_line(char *data, size_t size, size_t count, void *arg)
{
	struct lines *lines = arg;
	size_t len = size * count;

	if (len > IMAP_ANSWER_MAX - lines->wire->len) {
		lines->is_too_long = true;
		return 0;
	}
	buf_append(lines->wire, data, len);
	return lines->wire->failed ? 0 : len;
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	(void)data;
	(void)arg;
	return size * count;
}

static void set_trust(struct imaps *imaps)
{
	struct curl_blob blob = {
	    imaps->ca.data, imaps->ca.len, CURL_BLOB_NOCOPY};

	/* Without this a typing mistake would send the password in clear. */
	(void)curl_easy_setopt(imaps->curl, CURLOPT_PROTOCOLS_STR, "imaps");
	(void)curl_easy_setopt(imaps->curl, CURLOPT_SSL_VERIFYPEER, 1L);
	(void)curl_easy_setopt(imaps->curl, CURLOPT_SSL_VERIFYHOST, 2L);
	(void)curl_easy_setopt(
	    imaps->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (!imaps->ca.data)
		return;
	(void)curl_easy_setopt(imaps->curl, CURLOPT_CAINFO_BLOB, &blob);
	(void)curl_easy_setopt(imaps->curl, CURLOPT_CAPATH, NULL);
}

void imaps_login(struct imaps *imaps, const struct imaps_login *login)
{
	char url[URL_TEXT_MAX] = "";
	CURL *curl;

	/* A handle of its own: no connection of another user is taken again. */
	curl_easy_cleanup(imaps->curl);
	imaps->curl = curl = curl_easy_init();
	imaps->is_first = true;
	if (!curl)
		return;
	(void)strncat(url, login->server, sizeof(url) - 2);
	(void)strncat(url, "/", 2);
	set_trust(imaps);
	(void)curl_easy_setopt(curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(curl, CURLOPT_USERNAME, login->user);
	(void)curl_easy_setopt(
	    curl, CURLOPT_PASSWORD, (const char *)login->password->data);
	if (login->act_for)
		(void)curl_easy_setopt(
		    curl, CURLOPT_SASL_AUTHZID, login->act_for);
	/* libcurl gives up on the DIGEST-MD5 that Dovecot writes. */
	(void)curl_easy_setopt(curl, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN");
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	(void)curl_easy_setopt(
	    curl, CURLOPT_TIMEOUT_MS, (long)login->timeout_ms);
	(void)curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT,
	    (long)(login->timeout_ms + 999) / 1000);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_line);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
}

/* 67 is wrong password, refused command and missing folder alike. */
static int judge(struct imaps *imaps, CURLcode code, struct err *err)
{
	if (code == CURLE_LOGIN_DENIED && imaps->is_first)
		return err_set(err, ERR_DENIED,
		    "the mail server refuses this user or password");
	if (code == CURLE_LOGIN_DENIED || code == CURLE_QUOTE_ERROR)
		return err_set(
		    err, ERR_UNSUPPORTED, "the mail server refuses to say");
	if (code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_RECV_ERROR ||
	    code == CURLE_GOT_NOTHING || code == CURLE_SEND_ERROR)
		return err_set(err, ERR_CONFLICT,
		    "the mail server closed or broke the connection");
	return https_fail((int)code, "the mail server", err);
}

int imaps_command(
    struct imaps *imaps, const char *command, struct buf *wire, struct err *err)
{
	struct lines lines = {wire, false};
	long connects = 0;
	CURLcode code;
	int rc = 0;

	if (!imaps->curl)
		return err_memory(err);
	(void)curl_easy_setopt(imaps->curl, CURLOPT_HEADERDATA, &lines);
	(void)curl_easy_setopt(imaps->curl, CURLOPT_CUSTOMREQUEST, command);
	code = curl_easy_perform(imaps->curl);
	(void)curl_easy_getinfo(imaps->curl, CURLINFO_NUM_CONNECTS, &connects);
	(void)curl_easy_setopt(imaps->curl, CURLOPT_HEADERDATA, NULL);
	if (lines.is_too_long)
		rc = err_set(err, ERR_LIMIT, "the mail server says too much");
	else if (code != CURLE_OK)
		rc = judge(imaps, code, err);
	else if (!imaps->is_first && connects > 0)
		rc = err_set(
		    err, ERR_CONFLICT, "the mail server closed the connection");
	else
		rc = buf_check(wire, err);
	imaps->is_first = false;
	return rc;
}
