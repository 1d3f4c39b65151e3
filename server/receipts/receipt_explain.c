#include <stdio.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/time.h"
#include "server/receipts/receipt_verify.h"
#include "server/receipts/receipt_words.h"

/* Names come from people: nothing in them may move a terminal's cursor. */
static void text_put(struct buf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		/* C1 control characters are 0xc2 0x80 to 0xc2 0x9f */
		bool is_c1 = c == 0xc2 && (unsigned char)text[1] >= 0x80 &&
		    (unsigned char)text[1] <= 0x9f;

		if (is_c1)
			text++;
		buf_append_char(
		    out, c < 0x20 || c == 0x7f || is_c1 ? '?' : *text);
	}
}

static void line(struct buf *out, const char *label, const char *text)
{
	if (!text[0])
		return;
	buf_printf(out, "%-12s ", label);
	text_put(out, text);
	buf_append_char(out, '\n');
}

static void at_line(struct buf *out, const char *label, int64_t at)
{
	char text[TIME_TEXT_MAX];

	if (at == 0)
		return;
	time_rfc3339(at, text);
	line(out, label, text);
}

static void thing_line(struct buf *out, const struct receipt_thing *thing)
{
	const char *parts[] = {thing->name, thing->serial, thing->imei,
	    thing->number, thing->iccid};

	buf_printf(out, "%-12s", receipt_thing_name(thing->kind));
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i][0]) {
			buf_append_char(out, ' ');
			text_put(out, parts[i]);
		}
	}
	if (thing->sim != RECEIPT_SIM_NONE)
		buf_printf(out, " (%s)", receipt_say_sim("en", thing->sim));
	buf_append_char(out, '\n');
}

static void signature_line(
    struct buf *out, const struct receipt_signature *signature)
{
	char way[RECEIPT_SAID_MAX];
	char at[TIME_TEXT_MAX];

	time_rfc3339(signature->at, at);
	receipt_say_way("en", signature, way, sizeof(way));
	buf_printf(out, "%-12s ", receipt_role_name(signature->role));
	text_put(out, signature->typed);
	buf_printf(out, ", %s, ", at);
	text_put(out, way);
	if (signature->reason[0]) {
		buf_append_str(out, ": ");
		text_put(out, signature->reason);
	}
	if (signature->codes != RECEIPT_CODES_UNSAID) {
		buf_append_str(out, ": ");
		text_put(out, receipt_say_codes("en", signature->codes));
	}
	buf_append_char(out, '\n');
}

/* What the document says of it, in the same words. */
static void fact_line(struct buf *out, const struct receipt_fact *fact)
{
	char at[TIME_TEXT_MAX];

	buf_printf(out, "%-12s %s", "observed",
	    receipt_say_observation("en", fact->value));
	if (fact->source[0]) {
		buf_append_str(out, " · ");
		text_put(out, fact->source);
	}
	if (fact->at != 0) {
		time_rfc3339(fact->at, at);
		buf_printf(out, " · %s", at);
	}
	buf_append_char(out, '\n');
}

static void erasure_lines(struct buf *out, const struct receipt *receipt)
{
	char by[RECEIPT_SAID_MAX];

	line(out, "erasure", receipt_say_erasure("en", receipt->erasure));
	if (receipt->erasure == RECEIPT_ERASURE_STATED) {
		receipt_say_actor("en", receipt->erasure_by, by, sizeof(by));
		line(out, "stated by", by);
	}
	for (size_t i = 0; i < receipt->fact_count; i++)
		fact_line(out, &receipt->facts[i]);
	if (receipt->fact_count == 0)
		line(out, "basis", receipt->erasure_why);
}

static void receipt_lines(struct buf *out, const struct receipt *receipt)
{
	line(out, "document", receipt_say_title("en", receipt->kind));
	line(out, "number", receipt->number);
	line(out, "of", receipt->organisation);
	at_line(out, "issued", receipt->issued_at);
	line(out, "person", receipt->person);
	for (size_t i = 0; i < receipt->thing_count; i++)
		thing_line(out, &receipt->things[i]);
	if (receipt->things_more > 0)
		buf_printf(out, "%-12s %u %s\n", "besides",
		    receipt->things_more, receipt_say("en", SAY_MORE_WHERE));
	line(out, "case", receipt->things_more ? receipt->case_id : "");
	line(out, "note", receipt->note);
	if (receipt->kind == RECEIPT_RETURN)
		line(out, "codes", receipt_say_codes("en", receipt->codes));
	for (size_t i = 0; i < receipt->signature_count; i++)
		signature_line(out, &receipt->signatures[i]);
	if (receipt->kind != RECEIPT_HAND_OUT)
		erasure_lines(out, receipt);
}

int receipt_verdict_explain(
    const struct receipt_verdict *verdict, struct buf *out, struct err *err)
{
	buf_append_str(out,
	    verdict->shape == RECEIPT_IS_PDF
	        ? "The receipt holds: nothing in it was altered, and the JSON "
	          "attached to it is signed with it.\n"
	        : "The receipt's twin holds: nothing in it was altered.\n");
	line(out, "signed by", verdict->signer);
	at_line(out, "signed", verdict->signed_at);
	receipt_lines(out, &verdict->receipt);
	line(out, "certificate", verdict->signer_sha256);
	line(out, "JSON", verdict->json_sha256);
	return buf_check(out, err);
}
