#include "proto/evidence/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "proto/evidence/evidence_check.h"
#include "proto/evidence/evidence_value.h"

/* RFC 3339 ends with the year 9999; what lies beyond has no text. */
#define TIME_LAST_MS INT64_C(253402300799000)

void evidence_report_clear(struct evidence_report *report)
{
	free(report->items);
	memset(report, 0, sizeof(*report));
}

int64_t evidence_item_observed_at(
    const struct evidence_report *report, const struct evidence_item *item)
{
	return item->observed_at_ms ? item->observed_at_ms
	                            : report->observed_at_ms;
}

int64_t evidence_item_fresh_until(
    const struct evidence_report *report, const struct evidence_item *item)
{
	int64_t until = evidence_item_observed_at(report, item) +
	    evidence_fact_fresh_ms(item->fact);

	if (item->valid_until_ms && item->valid_until_ms < until)
		return item->valid_until_ms;
	return until;
}

/* ---- checks ---- */

static bool is_one_line(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

static bool is_time(int64_t unix_ms)
{
	return unix_ms >= 0 && unix_ms <= TIME_LAST_MS;
}

static const char *check_bounds(const struct evidence_item *item)
{
	if (!evidence_fact_is_reportable(item->fact))
		return "no connector may bring this fact";
	if (!evidence_method_is_connector(item->method))
		return "this method is none of a connector";
	if (!evidence_fact_takes(item->fact, item->method))
		return "this method may not bring this fact";
	if (!memchr(item->detail, 0, sizeof(item->detail)) ||
	    !str_is_utf8(item->detail, strlen(item->detail)) ||
	    !is_one_line(item->detail))
		return "its detail is no line of text";
	if (!is_time(item->observed_at_ms) || !is_time(item->valid_until_ms) ||
	    !is_time(item->value.until_ms) ||
	    !is_time(item->value.checked_at_ms))
		return "a time is out of range";
	return NULL;
}

int evidence_item_check(const struct evidence_item *item, struct err *err)
{
	struct evidence_subject subject;
	char text[EVIDENCE_SUBJECT_TEXT_MAX];
	const char *wrong = check_bounds(item);

	if (wrong)
		return err_set(err, ERR_INVALID, "%s", wrong);
	if (item->subject.kind >= EVIDENCE_SUBJECT_KIND_COUNT ||
	    !memchr(item->subject.value, 0, sizeof(item->subject.value)))
		return err_set(err, ERR_INVALID, "its subject is none");
	evidence_subject_text(&item->subject, text);
	if (evidence_subject_parse(text, &subject, err) < 0)
		return -ERR_INVALID;
	return evidence_value_check(item->fact, &item->value, err);
}

static bool is_connector_name(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-");

	return len > 0 && !name[len];
}

static int check_head(const struct evidence_report *report, struct err *err)
{
	if (!memchr(report->connector, 0, sizeof(report->connector)) ||
	    !is_connector_name(report->connector))
		return err_set(
		    err, ERR_INVALID, "/connector: write a-z, 0-9 and . _ -");
	if (!memchr(report->run, 0, sizeof(report->run)) ||
	    !uuid_is_valid(report->run))
		return err_set(err, ERR_INVALID, "/run: this is no UUID");
	if (report->seq < 1 || report->seq > EVIDENCE_SEQ_MAX)
		return err_set(
		    err, ERR_INVALID, "/seq: this is no number from 1");
	if (report->observed_at_ms <= 0 || !is_time(report->observed_at_ms))
		return err_set(
		    err, ERR_INVALID, "/observed_at: this is no time");
	if (report->item_count == 0)
		return err_set(err, ERR_INVALID, "/items: there are none");
	if (report->item_count > EVIDENCE_ITEMS_MAX)
		return err_set(err, ERR_LIMIT, "/items: there are more than %d",
		    EVIDENCE_ITEMS_MAX);
	return 0;
}

/* Seen later than reported, or over before it was seen. */
static const char *check_times(
    const struct evidence_report *report, const struct evidence_item *item)
{
	int64_t seen = evidence_item_observed_at(report, item);

	if (seen > report->observed_at_ms)
		return "/observed_at: this is later than the report's";
	if (item->valid_until_ms && item->valid_until_ms < seen)
		return "/valid_until: this is before it was seen";
	return NULL;
}

/* Whole reports; parse ends with it too. */
int evidence_report_check(const struct evidence_report *report, struct err *err)
{
	struct err why = {0};
	const char *wrong;
	int rc = check_head(report, err);

	for (size_t i = 0; rc == 0 && i < report->item_count; i++) {
		const struct evidence_item *item = &report->items[i];

		if (evidence_item_check(item, &why) < 0)
			rc = err_set(
			    err, why.code, "/items/%zu: %s", i, why.text);
		else if ((wrong = check_times(report, item)))
			rc =
			    err_set(err, ERR_INVALID, "/items/%zu%s", i, wrong);
	}
	return rc;
}

/* ---- writing ---- */

static void write_time(struct buf *json, const char *name, int64_t unix_ms)
{
	char text[TIME_TEXT_MAX];

	if (!unix_ms)
		return;
	time_rfc3339(unix_ms, text);
	buf_printf(json, ",\"%s\":\"%s\"", name, text);
}

static void write_item(struct buf *json, const struct evidence_item *item)
{
	char subject[EVIDENCE_SUBJECT_TEXT_MAX];

	evidence_subject_text(&item->subject, subject);
	buf_append_str(json, "{\"subject\":");
	buf_append_json(json, subject);
	buf_printf(json,
	    ",\"fact\":\"%s\",\"value\":", evidence_fact_name(item->fact));
	evidence_value_write(item->fact, &item->value, json);
	buf_printf(
	    json, ",\"method\":\"%s\"", evidence_method_name(item->method));
	write_time(json, "observed_at", item->observed_at_ms);
	write_time(json, "valid_until", item->valid_until_ms);
	if (item->detail[0]) {
		buf_append_str(json, ",\"detail\":");
		buf_append_json(json, item->detail);
	}
	buf_append_char(json, '}');
}

static void write_report(struct buf *json, const struct evidence_report *report)
{
	buf_printf(json,
	    "{\"v\":%d,\"connector\":\"%s\",\"run\":\"%s\",\"seq\":%lld",
	    EVIDENCE_VERSION, report->connector, report->run,
	    (long long)report->seq);
	write_time(json, "observed_at", report->observed_at_ms);
	buf_append_str(json, ",\"items\":[");
	for (size_t i = 0; i < report->item_count; i++) {
		if (i)
			buf_append_char(json, ',');
		write_item(json, &report->items[i]);
	}
	buf_append_str(json, "]}");
}

int evidence_report_encode(
    const struct evidence_report *report, struct buf *json, struct err *err)
{
	struct buf text = {0};
	int rc = evidence_report_check(report, err);

	if (rc < 0)
		return rc;
	write_report(&text, report);
	rc = buf_check(&text, err);
	if (rc == 0 && text.len > EVIDENCE_BODY_MAX)
		rc = err_set(err, ERR_LIMIT,
		    "the report has %zu bytes; %d at most", text.len,
		    EVIDENCE_BODY_MAX);
	if (rc == 0) {
		buf_append(json, text.data, text.len);
		rc = buf_check(json, err);
	}
	buf_clear(&text);
	return rc;
}
