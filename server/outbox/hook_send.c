/*
 * One event as an HTTPS POST, signed. The receiver's name comes from outside,
 * so each address it resolves to is looked at when libcurl is about to connect
 * (inner_address.h); redirects are not followed, proxies of the environment not
 * used, and of the answer only the status counts.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/time.h"
#include "server/keeper/keeper.h"
#include "server/outbox/hook_sign.h"
#include "server/outbox/transfer.h"
#include "server/service/notify/webhook.h"
#include "server/service/service.h"

#define CONNECT_MS (10 * TIME_SECOND_MS)
#define ANSWER_MAX (64 * 1024) /* bytes; what is in them nobody reads */
#define RETRY_AFTER_MAX_S 86400

#define HTTP_OK 200
#define HTTP_REDIRECTS 300
#define HTTP_REFUSALS 400
#define HTTP_GONE 410
#define HTTP_TOO_MANY 429
#define HTTP_FAULTS 500

/* ---- what libcurl calls ---- */

static curl_socket_t open_socket(
    void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *transfer = arg;

	(void)purpose;
	if (!inner_address_may(
	        &transfer->outbox->config.hooks.allowed, &address->addr)) {
		transfer->is_inner = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);
}

static size_t swallow(char *data, size_t size, size_t count, void *arg)
{
	struct transfer *transfer = arg;

	(void)data;
	transfer->received += size * count;
	return transfer->received > ANSWER_MAX ? 0 : size * count;
}

/* ---- before ---- */

/* One signature for each secret in force. */
static int append_signature(struct transfer *transfer, const uint8_t *sealed,
    size_t sealed_len, int64_t seconds, struct buf *out, struct err *err)
{
	const struct hook_try *hook = transfer->hook;
	char context[WEBHOOK_CONTEXT_MAX];
	char signature[HOOK_SIGNATURE_MAX];
	struct secret key = {0};
	int rc;

	webhook_context(hook->webhook.id, context);
	rc = keeper_unseal(transfer->outbox->service->keeper, context, sealed,
	    sealed_len, &key, err);
	if (rc == 0)
		rc = hook_sign(&key, hook->event.id, seconds, hook->event.body,
		    signature, err);
	secret_clear(&key);
	if (rc == 0)
		buf_printf(out, "%s%s", out->len ? " " : "", signature);
	return rc;
}

static void add_header(struct transfer *transfer, bool *failed,
    const char *name, const char *value)
{
	struct curl_slist *more;
	char line[600];

	(void)snprintf(line, sizeof(line), "%s: %s", name, value);
	more = curl_slist_append(transfer->list, line);
	if (more)
		transfer->list = more;
	else
		*failed = true;
}

static int add_headers(struct transfer *transfer, struct err *err)
{
	const struct hook_try *hook = transfer->hook;
	int64_t now = clock_now(transfer->outbox->service->clock);
	struct buf signature = {0};
	char seconds[24];
	bool failed = false;
	int rc = append_signature(transfer, hook->webhook.secret,
	    hook->webhook.secret_len, now / 1000, &signature, err);

	if (rc == 0 && hook->webhook.former_until > now)
		rc = append_signature(transfer, hook->webhook.former_secret,
		    hook->webhook.former_secret_len, now / 1000, &signature,
		    err);
	if (rc == 0)
		rc = buf_check(&signature, err);
	if (rc == 0) {
		(void)snprintf(
		    seconds, sizeof(seconds), "%lld", (long long)(now / 1000));
		add_header(
		    transfer, &failed, "Content-Type", "application/json");
		add_header(transfer, &failed, "webhook-id", hook->event.id);
		add_header(transfer, &failed, "webhook-timestamp", seconds);
		add_header(transfer, &failed, "webhook-signature",
		    (const char *)signature.data);
		rc = failed ? err_memory(err) : 0;
	}
	buf_clear(&signature);
	return rc;
}

static void set_limits(CURL *easy, const struct outbox_config *config)
{
	struct curl_blob ca = {.data = config->hooks.ca.data,
	    .len = config->hooks.ca.len,
	    .flags = CURL_BLOB_NOCOPY};

	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
	    config->hooks.plain_http ? "http,https" : "https");
	(void)curl_easy_setopt(
	    easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	(void)curl_easy_setopt(
	    easy, CURLOPT_TIMEOUT_MS, (long)config->hooks.timeout_ms);
	(void)curl_easy_setopt(
	    easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (ca.len > 0)
		(void)curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &ca);
}

int hook_send_prepare(struct transfer *transfer, struct err *err)
{
	const struct hook_try *hook = transfer->hook;
	CURL *easy = transfer->easy;
	int rc = add_headers(transfer, err);

	if (rc < 0)
		return rc;
	set_limits(easy, &transfer->outbox->config);
	(void)curl_easy_setopt(easy, CURLOPT_URL, hook->webhook.url);
	(void)curl_easy_setopt(easy, CURLOPT_USERAGENT, "Workphone");
	(void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->list);
	(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, hook->event.body);
	(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
	    (curl_off_t)strlen(hook->event.body));
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, swallow);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	(void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	(void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
	/* A connection that is there was made for another transfer, whose
	 * check holds for it; but a name may stand for another address by
	 * now. */
	(void)curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	return 0;
}

/* ---- afterwards ---- */

static enum outcome outcome_of(long status)
{
	if (status >= HTTP_OK && status < HTTP_REDIRECTS)
		return OUTCOME_SENT;
	if (status == HTTP_GONE)
		return OUTCOME_GONE;
	if (status == 0 || status == HTTP_TOO_MANY || status >= HTTP_FAULTS)
		return OUTCOME_DOWN;
	return OUTCOME_REFUSED;
}

static void say(struct transfer *transfer, CURLcode code)
{
	char *out = transfer->sentence;
	size_t size = sizeof(transfer->sentence);
	long status = transfer->status;

	if (transfer->is_inner && status == 0)
		(void)snprintf(out, size,
		    "the name leads to an inner address; webhooks.allow in "
		    "the configuration says which are allowed");
	else if (status == 0)
		(void)snprintf(out, size, "%.240s",
		    *transfer->curl_error ? transfer->curl_error
		                          : curl_easy_strerror(code));
	else if (status >= HTTP_REDIRECTS && status < HTTP_REFUSALS)
		(void)snprintf(out, size,
		    "the receiver answered %ld, a redirect, which is not "
		    "followed",
		    status);
	else
		(void)snprintf(out, size, "the receiver answered %ld", status);
}

void hook_send_ended(struct transfer *transfer, CURLcode code)
{
	curl_off_t seconds = 0;

	(void)curl_easy_getinfo(
	    transfer->easy, CURLINFO_RESPONSE_CODE, &transfer->status);
	(void)curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &seconds);
	if (seconds > RETRY_AFTER_MAX_S)
		seconds = RETRY_AFTER_MAX_S;
	transfer->retry_after = seconds > 0 ? seconds * TIME_SECOND_MS : 0;
	/* A status counts when the answer ended, or was only too long. */
	if (code != CURLE_OK && code != CURLE_WRITE_ERROR)
		transfer->status = 0;
	transfer->outcome = outcome_of(transfer->status);
	say(transfer, code);
}
