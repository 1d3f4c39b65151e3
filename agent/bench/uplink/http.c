#include "agent/bench/uplink/http.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/station/station.h"

#define CONNECT_MS 5000L

static size_t on_bytes(char *data, size_t size, size_t count, void *arg)
{
	struct http_call *call = arg;
	size_t len = size * count;

	if (len > call->answer_max - call->answer.len)
		return 0; /* libcurl ends it */
	buf_append(&call->answer, data, len);
	return call->answer.failed ? 0 : len;
}

static int set_url(
    struct http_call *call, const struct http_target *target, const char *path)
{
	struct buf url = {0};
	CURLcode code = CURLE_OUT_OF_MEMORY;

	buf_printf(&url, "%s%s", target->server, path);
	if (!url.failed)
		code = curl_easy_setopt(
		    call->handle, CURLOPT_URL, (char *)url.data);
	buf_clear(&url);
	return code == CURLE_OK ? 0 : -1;
}

static void set_trust(struct http_call *call, const struct http_target *target)
{
	CURL *handle = call->handle;

	(void)curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "https");
	(void)curl_easy_setopt(
	    handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (target->ca_file) {
		(void)curl_easy_setopt(handle, CURLOPT_CAINFO, target->ca_file);
		(void)curl_easy_setopt(handle, CURLOPT_CAPATH, NULL);
	}
	if (target->certificate_file) {
		(void)curl_easy_setopt(
		    handle, CURLOPT_SSLCERT, target->certificate_file);
		(void)curl_easy_setopt(
		    handle, CURLOPT_SSLKEY, target->key_file);
	}
}

static void set_body(struct http_call *call)
{
	CURL *handle = call->handle;

	if (call->body.len == 0)
		return;
	call->headers =
	    curl_slist_append(call->headers, "Content-Type: application/json");
	/* No "Expect: 100-continue": a round trip for nothing. */
	call->headers = curl_slist_append(call->headers, "Expect:");
	(void)curl_easy_setopt(handle, CURLOPT_HTTPHEADER, call->headers);
	(void)curl_easy_setopt(
	    handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
	(void)curl_easy_setopt(
	    handle, CURLOPT_POSTFIELDS, (char *)call->body.data);
}

int http_call_init(struct http_call *call, const struct http_target *target,
    const char *path, struct buf *body, size_t answer_max, long timeout_ms,
    struct err *err)
{
	*call = (struct http_call){.answer_max = answer_max};
	if (body) {
		call->body = *body;
		*body = (struct buf){0};
	}
	call->handle = curl_easy_init();
	if (!call->handle || set_url(call, target, path) < 0) {
		http_call_clear(call);
		return err_memory(err);
	}
	(void)curl_easy_setopt(call->handle, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(
	    call->handle, CURLOPT_USERAGENT, "workphone-agent/" WP_VERSION);
	(void)curl_easy_setopt(
	    call->handle, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	(void)curl_easy_setopt(call->handle, CURLOPT_TIMEOUT_MS, timeout_ms);
	(void)curl_easy_setopt(call->handle, CURLOPT_WRITEFUNCTION, on_bytes);
	(void)curl_easy_setopt(call->handle, CURLOPT_WRITEDATA, call);
	(void)curl_easy_setopt(
	    call->handle, CURLOPT_ERRORBUFFER, call->trouble);
	set_trust(call, target);
	set_body(call);
	return 0;
}

void http_call_clear(struct http_call *call)
{
	if (call->handle)
		curl_easy_cleanup(call->handle);
	curl_slist_free_all(call->headers);
	buf_clear(&call->body);
	buf_clear(&call->answer);
	*call = (struct http_call){.handle = NULL};
}

static enum err_code code_of_status(long status)
{
	if (status == 401 || status == 403)
		return ERR_DENIED;
	if (status == 404)
		return ERR_NOT_FOUND;
	if (status == 409)
		return ERR_CONFLICT;
	if (status == 429 || status >= 500)
		return ERR_BUSY;
	return ERR_INVALID;
}

int http_call_judge(struct http_call *call, CURLcode code, struct err *err)
{
	char said[STATION_SENTENCE_MAX] = "";
	long status = 0;

	if (code == CURLE_WRITE_ERROR)
		return err_set(
		    err, ERR_INVALID, "the server's answer is too long");
	if (code != CURLE_OK)
		return err_set(err,
		    code == CURLE_OPERATION_TIMEDOUT ? ERR_TIMEOUT : ERR_IO,
		    "the server cannot be reached: %s",
		    call->trouble[0] ? call->trouble
		                     : curl_easy_strerror(code));
	(void)curl_easy_getinfo(call->handle, CURLINFO_RESPONSE_CODE, &status);
	if (status == 200)
		return 0;
	if (call->answer.data)
		station_error_parse(
		    (const char *)call->answer.data, call->answer.len, said);
	if (said[0])
		return err_set(err, code_of_status(status), "%s", said);
	return err_set(
	    err, code_of_status(status), "the server answers %ld", status);
}

int http_call_run(struct http_call *call, struct err *err)
{
	return http_call_judge(call, curl_easy_perform(call->handle), err);
}
