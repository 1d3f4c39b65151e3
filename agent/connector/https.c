#include "agent/connector/https.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "agent/connector/input.h"
#include "proto/base/err.h"
#include "proto/base/str.h"

#define CA_MAX (1024 * 1024)
#define CONNECT_MS 10000L
#define RETRY_AFTER_MAX 3600

struct https {
	CURL *curl;
	struct buf ca;
	int64_t timeout_ms;
};

struct transfer {
	struct https_answer *answer;
	size_t max;
	bool is_too_long;
};

int https_new(const char *ca_file, int64_t timeout_ms, struct https **out,
    struct err *err)
{
	struct https *https = calloc(1, sizeof(*https));
	int rc = https ? 0 : err_memory(err);

	if (rc == 0 && ca_file)
		rc = input_read(ca_file, CA_MAX, &https->ca, err);
	if (rc == 0 && !(https->curl = curl_easy_init()))
		rc = err_memory(err);
	if (rc < 0) {
		https_free(https);
		return rc;
	}
	https->timeout_ms = timeout_ms;
	*out = https;
	return 0;
}

void https_free(struct https *https)
{
	if (!https)
		return;
	curl_easy_cleanup(https->curl);
	buf_clear(&https->ca);
	free(https);
}

void https_answer_clear(struct https_answer *answer)
{
	buf_clear(&answer->body);
	memset(answer, 0, sizeof(*answer));
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct transfer *transfer = arg;
	size_t len = size * count;

	if (len > transfer->max - transfer->answer->body.len) {
		transfer->is_too_long = true;
		return 0;
	}
	buf_append(&transfer->answer->body, data, len);
	return transfer->answer->body.failed ? 0 : len;
}

/* <https://…>; rel="next", among others. */
static void take_link(struct https_answer *answer, const char *value)
{
	const char *end;
	const char *stop;

	for (; (value = strchr(value, '<')); value = stop) {
		end = strchr(value, '>');
		if (!end)
			return;
		stop = strchr(end, ',') ? strchr(end, ',') : end + strlen(end);
		if (memmem(end, (size_t)(stop - end), "rel=\"next\"", 10) &&
		    (size_t)(end - value) < sizeof(answer->next)) {
			memcpy(
			    answer->next, value + 1, (size_t)(end - value) - 1);
			answer->next[end - value - 1] = '\0';
			return;
		}
	}
}

static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
	struct transfer *transfer = arg;
	size_t len = size * count;
	char line[2048];
	uint64_t seconds;

	if (len >= sizeof(line) || memchr(data, 0, len))
		return len; /* none that is looked at */
	memcpy(line, data, len);
	line[len] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	if (strncasecmp(line, "Retry-After: ", 13) == 0 &&
	    str_number_parse(line + 13, RETRY_AFTER_MAX, &seconds) == 0)
		transfer->answer->retry_after_s = (long)seconds;
	else if (strncasecmp(line, "Link: ", 6) == 0)
		take_link(transfer->answer, line + 6);
	return len;
}

static bool is_tls(CURLcode code)
{
	return code == CURLE_PEER_FAILED_VERIFICATION ||
	    code == CURLE_SSL_CONNECT_ERROR || code == CURLE_SSL_CIPHER ||
	    code == CURLE_USE_SSL_FAILED || code == CURLE_SSL_CERTPROBLEM ||
	    code == CURLE_SSL_CACERT_BADFILE ||
	    code == CURLE_SSL_ISSUER_ERROR ||
	    code == CURLE_SSL_INVALIDCERTSTATUS;
}

int https_fail(int code, const char *where, struct err *err)
{
	CURLcode curl = (CURLcode)code;

	if (curl == CURLE_PEER_FAILED_VERIFICATION)
		return err_set(err, ERR_CRYPTO,
		    "the certificate of %s is not trusted (%s)", where,
		    curl_easy_strerror(curl));
	if (is_tls(curl))
		return err_set(err, ERR_CRYPTO, "TLS with %s failed (%s)",
		    where, curl_easy_strerror(curl));
	if (curl == CURLE_OPERATION_TIMEDOUT)
		return err_set(
		    err, ERR_TIMEOUT, "%s did not answer in time", where);
	if (curl == CURLE_OUT_OF_MEMORY)
		return err_memory(err);
	return err_set(err, ERR_IO, "%s was not reached (%s)", where,
	    curl_easy_strerror(curl));
}

static void set_body(CURL *curl, const struct https_request *request)
{
	if (!request->body) {
		(void)curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
		return;
	}
	(void)curl_easy_setopt(curl, CURLOPT_POST, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
	(void)curl_easy_setopt(
	    curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
}

static void set_credentials(CURL *curl, const struct https_request *request)
{
	if (request->bearer) {
		(void)curl_easy_setopt(
		    curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		(void)curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER,
		    (const char *)request->bearer->data);
	} else if (request->basic) {
		(void)curl_easy_setopt(
		    curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		(void)curl_easy_setopt(
		    curl, CURLOPT_USERPWD, (const char *)request->basic->data);
	}
}

static void set_trust(struct https *https)
{
	struct curl_blob blob = {
	    https->ca.data, https->ca.len, CURL_BLOB_NOCOPY};

	(void)curl_easy_setopt(https->curl, CURLOPT_PROTOCOLS_STR, "https");
	(void)curl_easy_setopt(https->curl, CURLOPT_SSL_VERIFYPEER, 1L);
	(void)curl_easy_setopt(https->curl, CURLOPT_SSL_VERIFYHOST, 2L);
	(void)curl_easy_setopt(
	    https->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (!https->ca.data)
		return;
	(void)curl_easy_setopt(https->curl, CURLOPT_CAINFO_BLOB, &blob);
	(void)curl_easy_setopt(https->curl, CURLOPT_CAPATH, NULL);
}

static void set_transfer(struct https *https,
    const struct https_request *request, struct transfer *transfer,
    struct curl_slist *headers)
{
	CURL *curl = https->curl;

	curl_easy_reset(curl); /* keeps the connection */
	set_trust(https);
	(void)curl_easy_setopt(curl, CURLOPT_URL, request->url);
	(void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	(void)curl_easy_setopt(
	    curl, CURLOPT_TIMEOUT_MS, (long)https->timeout_ms);
	(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	(void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "workphone-connector");
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
	set_body(curl, request);
	set_credentials(curl, request);
}

static int make_headers(const struct https_request *request,
    struct curl_slist **out, struct err *err)
{
	/* No "100 Continue": it costs a second where it is not known. */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	struct curl_slist *more;

	for (size_t i = 0; list && request->headers && request->headers[i];
	     i++) {
		more = curl_slist_append(list, request->headers[i]);
		if (!more) {
			curl_slist_free_all(list);
			return err_memory(err);
		}
		list = more;
	}
	*out = list;
	return list ? 0 : err_memory(err);
}

int https_run(struct https *https, const struct https_request *request,
    struct https_answer *out, struct err *err)
{
	struct https_answer answer = {0};
	struct transfer transfer = {&answer, request->answer_max, false};
	struct curl_slist *headers = NULL;
	int rc = make_headers(request, &headers, err);
	CURLcode code;

	if (rc < 0)
		return rc;
	set_transfer(https, request, &transfer, headers);
	code = curl_easy_perform(https->curl);
	(void)curl_easy_getinfo(
	    https->curl, CURLINFO_RESPONSE_CODE, &answer.status);
	if (transfer.is_too_long)
		rc = err_set(err, ERR_LIMIT,
		    "the other side's answer is longer than %zu bytes",
		    request->answer_max);
	else if (code != CURLE_OK)
		rc = https_fail((int)code, "the other side", err);
	curl_easy_reset(https->curl); /* forgets credentials */
	curl_slist_free_all(headers);
	if (rc == 0)
		*out = answer;
	else
		https_answer_clear(&answer);
	return rc;
}
