#include "agent/bench/uplink/uplink.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "agent/bench/uplink/http.h"
#include "proto/base/err.h"
#include "proto/base/time.h"

#define TIMEOUT_MS 20000L
#define RETRY_LEAST_MS TIME_SECOND_MS
#define RETRY_MOST_MS (30 * TIME_SECOND_MS)
#define BATCH_BYTES (STATION_BODY_MAX / 2) /* base64 adds a third */
#define BATCH_REPORTS 64
#define FDS_MAX 16
/* A new certificate is asked for this long before the old one ends; what the
 * server refuses, or is too old to know, is asked for again later. */
#define RENEW_MS (60 * TIME_DAY_MS)
#define RENEW_AGAIN_MS TIME_HOUR_MS

enum talk { TALK_NONE, TALK_REPORTS, TALK_ORDERS, TALK_RENEW };

struct uplink {
	const struct identity *identity;
	struct outbox *outbox;
	struct uplink_hooks hooks;
	CURLM *multi;
	enum talk talk;
	struct http_call call;
	const struct clock *clock;
	int64_t poll_ms;
	int64_t next_orders; /* monotonic */
	int64_t next_renew;  /* the same */
	int64_t retry_at;
	int64_t retry_ms; /* 0: the last talk went well */
	bool wants_orders;
	bool is_wanted; /* the question on its way answers a wake */
	bool is_up;
	bool was_told; /* on_state was called at all */
	struct err trouble;
};

int uplink_new(const struct identity *identity, struct outbox *outbox,
    const struct uplink_hooks *hooks, const struct clock *clock,
    int64_t poll_ms, struct uplink **out, struct err *err)
{
	struct uplink *uplink = calloc(1, sizeof(*uplink));

	if (!uplink)
		return err_memory(err);
	uplink->identity = identity;
	uplink->outbox = outbox;
	uplink->hooks = *hooks;
	uplink->clock = clock;
	uplink->poll_ms = poll_ms;
	uplink->wants_orders = true;
	uplink->multi = curl_multi_init();
	if (!uplink->multi) {
		free(uplink);
		return err_memory(err);
	}
	*out = uplink;
	return 0;
}

static void end_talk(struct uplink *uplink)
{
	if (uplink->talk == TALK_NONE)
		return;
	(void)curl_multi_remove_handle(uplink->multi, uplink->call.handle);
	http_call_clear(&uplink->call);
	uplink->talk = TALK_NONE;
}

void uplink_free(struct uplink *uplink)
{
	if (!uplink)
		return;
	end_talk(uplink);
	(void)curl_multi_cleanup(uplink->multi);
	free(uplink);
}

void uplink_wake(struct uplink *uplink)
{
	uplink->wants_orders = true;
	uplink->next_orders = 0;
}

static void tell_state(struct uplink *uplink, bool is_up)
{
	if (uplink->was_told && uplink->is_up == is_up)
		return;
	uplink->was_told = true;
	uplink->is_up = is_up;
	uplink->hooks.on_state(
	    uplink->hooks.arg, is_up, is_up ? "" : uplink->trouble.text);
}

static void failed(struct uplink *uplink, int64_t now)
{
	uplink->retry_ms =
	    uplink->retry_ms == 0 ? RETRY_LEAST_MS : 2 * uplink->retry_ms;
	if (uplink->retry_ms > RETRY_MOST_MS)
		uplink->retry_ms = RETRY_MOST_MS;
	uplink->retry_at = now + uplink->retry_ms;
	tell_state(uplink, false);
}

/* ---- starting ---- */

static struct http_target target_of(const struct identity *identity)
{
	struct http_target target = {identity->server, identity->ca_file,
	    identity->certificate_file, identity->key_file};

	return target;
}

static int start(
    struct uplink *uplink, enum talk talk, const char *path, struct buf *body)
{
	struct http_target target = target_of(uplink->identity);
	int rc = http_call_init(&uplink->call, &target, path, body,
	    talk == TALK_ORDERS ? STATION_ORDERS_BODY_MAX : STATION_BODY_MAX,
	    TIMEOUT_MS, &uplink->trouble);

	if (rc < 0)
		return rc;
	if (curl_multi_add_handle(uplink->multi, uplink->call.handle) !=
	    CURLM_OK) {
		http_call_clear(&uplink->call);
		return err_memory(&uplink->trouble);
	}
	uplink->talk = talk;
	return 0;
}

static int start_reports(struct uplink *uplink)
{
	struct station_signed_list list = {NULL, 0};
	struct buf body = {0};
	int rc = outbox_oldest(uplink->outbox, BATCH_REPORTS, BATCH_BYTES,
	    &list, &uplink->trouble);

	if (rc == 0)
		rc = station_reports_encode(&list, &body, &uplink->trouble);
	if (rc == 0)
		rc = start(uplink, TALK_REPORTS, STATION_PATH_REPORTS, &body);
	station_signed_list_clear(&list);
	buf_clear(&body);
	return rc;
}

/* UDIDs and serials were checked to be plain; escaped all the same. */
static void append_escaped(
    struct buf *path, const char *name, const char *value)
{
	char *escaped = curl_easy_escape(NULL, value, 0);

	if (escaped)
		buf_printf(path, "%c%s=%s",
		    memchr(path->data, '?', path->len) ? '&' : '?', name,
		    escaped);
	curl_free(escaped);
}

static int start_orders(struct uplink *uplink)
{
	struct order_phone phones[STATION_PHONES_MAX];
	size_t count =
	    uplink->hooks.phones(uplink->hooks.arg, phones, STATION_PHONES_MAX);
	struct buf path = {0};
	size_t i;
	int rc;

	uplink->is_wanted = uplink->wants_orders;
	uplink->wants_orders = false;
	if (count == 0)
		return 0;
	buf_append_str(&path, STATION_PATH_ORDERS);
	for (i = 0; i < count && !path.failed; i++) {
		/* The server takes whole pairs: one that is not known yet is
		 * asked about when it has told its serial. */
		if (!phones[i].serial[0])
			continue;
		append_escaped(&path, "udid", phones[i].udid);
		append_escaped(&path, "serial", phones[i].serial);
	}
	rc = buf_check(&path, &uplink->trouble);
	if (rc == 0 && path.len > strlen(STATION_PATH_ORDERS))
		rc = start(uplink, TALK_ORDERS, (char *)path.data, NULL);
	buf_clear(&path);
	return rc;
}

static bool is_renewal_due(const struct uplink *uplink, int64_t now)
{
	int64_t end = uplink->identity->not_after_ms;

	return end != 0 && now >= uplink->next_renew &&
	    end - clock_now(uplink->clock) < RENEW_MS;
}

static int start_renewal(struct uplink *uplink, int64_t now)
{
	struct station_renew_request *request = calloc(1, sizeof(*request));
	struct buf body = {0};
	int rc = request ? 0 : err_memory(&uplink->trouble);

	uplink->next_renew = now + RENEW_AGAIN_MS;
	if (rc == 0)
		rc = identity_make_csr(uplink->identity->key, request->csr,
		    sizeof(request->csr), &uplink->trouble);
	if (rc == 0)
		rc = station_renew_request_encode(
		    request, &body, &uplink->trouble);
	if (rc == 0)
		rc = start(uplink, TALK_RENEW, STATION_PATH_RENEW, &body);
	buf_clear(&body);
	free(request);
	return rc;
}

/* ---- ending ---- */

static int take_receipt(struct uplink *uplink)
{
	const struct buf *answer = &uplink->call.answer;
	struct station_receipt receipt = {NULL, 0, NULL, 0};
	size_t i;
	int rc = station_receipt_parse((const char *)answer->data,
	    answer->data ? answer->len : 0, &receipt, &uplink->trouble);

	if (rc < 0)
		return rc;
	for (i = 0; i < receipt.accepted_count; i++)
		(void)outbox_remove(uplink->outbox, receipt.accepted[i], NULL);
	for (i = 0; i < receipt.refused_count; i++) {
		(void)outbox_remove(
		    uplink->outbox, receipt.refused[i].id, NULL);
		uplink->hooks.on_refused(uplink->hooks.arg,
		    receipt.refused[i].id, receipt.refused[i].reason);
	}
	/* An answer that settles nothing would be asked for again at once. */
	if (receipt.accepted_count + receipt.refused_count == 0)
		rc = err_set(&uplink->trouble, ERR_INVALID,
		    "the server settles none of the reports");
	station_receipt_clear(&receipt);
	uplink->wants_orders = true;
	return rc;
}

static int take_orders(struct uplink *uplink)
{
	const struct uplink_hooks *hooks = &uplink->hooks;
	const struct buf *answer = &uplink->call.answer;
	struct station_work work = {.owners = NULL};
	size_t i;
	int rc = station_work_parse((const char *)answer->data,
	    answer->data ? answer->len : 0, &work, &uplink->trouble);

	for (i = 0; rc == 0 && i < work.orders.count; i++)
		hooks->on_order(hooks->arg, &work.orders.items[i]);
	if (rc == 0)
		hooks->on_owners(hooks->arg, work.owners, work.owner_count);
	station_work_clear(&work);
	return rc;
}

/* Connections stand on the certificate that they were made with. */
static int forget_connections(struct uplink *uplink)
{
	CURLM *fresh = curl_multi_init();

	if (!fresh)
		return err_memory(&uplink->trouble);
	(void)curl_multi_cleanup(uplink->multi);
	uplink->multi = fresh;
	return 0;
}

/* What comes of it holds nothing else up: there are weeks left. */
static void finish_renewal(struct uplink *uplink, CURLcode code)
{
	struct station_join_answer *answer = calloc(1, sizeof(*answer));
	const struct buf *got = &uplink->call.answer;
	struct err err = {0};
	int rc = answer ? http_call_judge(&uplink->call, code, &err) : -1;

	if (rc == 0)
		rc = station_join_answer_parse((const char *)got->data,
		    got->data ? got->len : 0, answer, &err);
	end_talk(uplink);
	if (rc == 0)
		rc = uplink->hooks.on_renewed(uplink->hooks.arg, answer, &err);
	if (rc == 0)
		(void)forget_connections(uplink);
	free(answer);
}

static void finish(struct uplink *uplink, CURLcode code, int64_t now)
{
	enum talk talk = uplink->talk;
	int rc;

	if (talk == TALK_RENEW) {
		finish_renewal(uplink, code);
		return;
	}
	rc = http_call_judge(&uplink->call, code, &uplink->trouble);
	if (rc == 0)
		rc = talk == TALK_REPORTS ? take_receipt(uplink)
		                          : take_orders(uplink);
	end_talk(uplink);
	if (talk == TALK_ORDERS)
		uplink->next_orders = now + uplink->poll_ms;
	if (rc < 0) {
		if (talk == TALK_ORDERS)
			uplink->wants_orders = true;
		failed(uplink, now);
		return;
	}
	uplink->retry_ms = 0;
	uplink->retry_at = 0;
	tell_state(uplink, true);
}

static void begin(struct uplink *uplink, int64_t now)
{
	int rc = 0;

	if (uplink->talk != TALK_NONE || now < uplink->retry_at)
		return;
	if (outbox_count(uplink->outbox) > 0)
		rc = start_reports(uplink);
	else if (uplink->wants_orders || now >= uplink->next_orders) {
		uplink->next_orders = now + uplink->poll_ms;
		rc = start_orders(uplink);
	} else if (is_renewal_due(uplink, now)) {
		rc = start_renewal(uplink, now);
	}
	if (rc < 0)
		failed(uplink, now);
}

void uplink_step(struct uplink *uplink, int64_t now)
{
	CURLMsg *message;
	int running;
	int left;

	begin(uplink, now);
	if (uplink->talk == TALK_NONE)
		return;
	(void)curl_multi_perform(uplink->multi, &running);
	/* One talk at a time: there is one message at the most. */
	message = curl_multi_info_read(uplink->multi, &left);
	if (message && message->msg == CURLMSG_DONE)
		finish(uplink, message->data.result, now);
	/* What waits next need not wait for an event. */
	begin(uplink, now);
	if (uplink->talk != TALK_NONE)
		(void)curl_multi_perform(uplink->multi, &running);
}

/* ---- for poll(2) ---- */

size_t uplink_fds(struct uplink *uplink, struct pollfd *out, size_t max)
{
	fd_set in;
	fd_set write_set;
	fd_set except;
	size_t count = 0;
	int most = -1;
	int fd;

	if (uplink->talk == TALK_NONE)
		return 0;
	FD_ZERO(&in);
	FD_ZERO(&write_set);
	FD_ZERO(&except);
	/* One connection and a resolver: far below FD_SETSIZE, which the
	 * daemon's own limit of descriptors keeps. */
	if (curl_multi_fdset(uplink->multi, &in, &write_set, &except, &most) !=
	    CURLM_OK)
		return 0;
	for (fd = 0; fd <= most && count < max && count < FDS_MAX; fd++) {
		short events = 0;

		if (FD_ISSET(fd, &in))
			events |= POLLIN;
		if (FD_ISSET(fd, &write_set))
			events |= POLLOUT;
		if (events)
			out[count++] = (struct pollfd){fd, events, 0};
	}
	return count;
}

int64_t uplink_due(struct uplink *uplink, int64_t now)
{
	int64_t due = uplink->next_orders;
	long wait = -1;

	if (uplink->talk != TALK_NONE) {
		(void)curl_multi_timeout(uplink->multi, &wait);
		/* No descriptor yet while a name is looked up. */
		return now + (wait < 0 || wait > 100 ? 100 : wait);
	}
	if (outbox_count(uplink->outbox) > 0 || uplink->wants_orders)
		due = now;
	return due > uplink->retry_at ? due : uplink->retry_at;
}

bool uplink_is_up(const struct uplink *uplink)
{
	return uplink->is_up;
}

bool uplink_is_idle(const struct uplink *uplink)
{
	if (uplink->talk == TALK_ORDERS && uplink->is_wanted)
		return false;
	return uplink->talk != TALK_REPORTS && !uplink->wants_orders;
}

const char *uplink_trouble(const struct uplink *uplink)
{
	return uplink->is_up ? "" : uplink->trouble.text;
}
