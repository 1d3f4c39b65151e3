/* pack_check: what the schema cannot say about a pack.yaml itself. */
#include "policies/pack_file.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "policies/pack_at.h"
#include "proto/base/time.h"

#define ASKED_MAX_MS (366 * TIME_DAY_MS)

static bool is_made_of(const char *text, const char *more)
{
	for (; *text; text++) {
		if (!islower((unsigned char)*text) &&
		    !isdigit((unsigned char)*text) && !strchr(more, *text))
			return false;
	}
	return true;
}

/* What a pack that stands by itself has to say. */
static int keys_check(const struct pack_at *at, const struct pack_file *file)
{
	const struct {
		const char *key;
		bool is_there;
	} keys[] = {
	    {"organisation", file->organisation},
	    {"owner", file->owner},
	    {"country", pack_at_has(at, "country")},
	    {"time_zone", file->time_zone},
	    {"languages", file->languages_count > 0},
	    {"documents", file->documents_count > 0},
	    {"rules", file->rules_count > 0},
	};
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!keys[i].is_there)
			return pack_at_fail(at, "format",
			    "missing key '%s': add it", keys[i].key);
	}
	if (file->changes_count > 0)
		return pack_at_fail(at, "changes",
		    "belongs to a pack that names another under 'extends'");
	return 0;
}

/* "Europe/Stockholm". */
static bool is_time_zone(const char *zone)
{
	size_t len = strlen(zone);

	return isupper((unsigned char)zone[0]) && strchr(zone, '/') &&
	    strspn(zone,
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_/+-"
	        "0123456789") == len &&
	    zone[len - 1] != '/';
}

static int head_check(const struct pack_at *at, const struct pack_file *file)
{
	if (file->format != PACK_FORMAT)
		return pack_at_fail(at, "format",
		    "this program reads format %d, not %u", PACK_FORMAT,
		    file->format);
	/* It becomes part of the profile's identifier. */
	if (!is_made_of(file->name, "-"))
		return pack_at_fail(at, "name",
		    "use only the letters a to z, digits and dashes");
	/* It becomes the name of a folder. */
	if (file->extends && !is_made_of(file->extends, "-"))
		return pack_at_fail(at, "extends",
		    "write the other pack's name: the letters a to z, digits "
		    "and dashes");
	if (file->extends && strcmp(file->extends, file->name) == 0)
		return pack_at_fail(at, "extends",
		    "the pack '%s' would stand on itself", file->name);
	if (file->time_zone && !is_time_zone(file->time_zone))
		return pack_at_fail(at, "time_zone",
		    "write it as Europe/Stockholm or Europe/Copenhagen");
	return file->extends ? 0 : keys_check(at, file);
}

static int languages_check(struct pack_at *at, const struct pack_file *file)
{
	unsigned i;
	unsigned j;

	for (i = 0; i < file->languages_count; i++) {
		(void)snprintf(at->path, sizeof(at->path), "languages[%u]", i);
		if (!is_made_of(file->languages[i], "") ||
		    isdigit((unsigned char)file->languages[i][0]))
			return pack_at_fail(at, "",
			    "write a language as two letters: sv, da, en");
		for (j = 0; j < i; j++) {
			if (!strcmp(file->languages[i], file->languages[j]))
				return pack_at_fail(
				    at, "", "the language stands here twice");
		}
	}
	return 0;
}

/* Documents ------------------------------------------------------------ */

static int document_dates_check(
    const struct pack_at *at, struct pack_document *document)
{
	int64_t unused;
	int rc = 0;

	if (document->decided)
		rc = pack_at_date(at, "decided", document->decided, &unused);
	if (rc == 0 && document->valid_from)
		rc = pack_at_date(at, "valid_from", document->valid_from,
		    &document->valid_from_ms);
	if (rc == 0 && document->review_by)
		rc =
		    pack_at_date(at, "review_by", document->review_by, &unused);
	document->valid_until_ms = INT64_MAX;
	if (rc || !document->valid_until)
		return rc;
	rc = pack_at_date(at, "valid_until", document->valid_until,
	    &document->valid_until_ms);
	if (rc)
		return rc;
	if (document->valid_until_ms < document->valid_from_ms)
		return pack_at_fail(
		    at, "valid_until", "lies before valid_from");
	document->valid_until_ms += TIME_DAY_MS;
	return 0;
}

static int documents_check(struct pack_at *at, const struct pack_file *file)
{
	unsigned i;
	unsigned j;
	int rc = 0;

	for (i = 0; rc == 0 && i < file->documents_count; i++) {
		(void)snprintf(at->path, sizeof(at->path), "documents[%u]", i);
		for (j = 0; j < i; j++) {
			if (!strcmp(
			        file->documents[i].id, file->documents[j].id))
				return pack_at_fail(at, "id",
				    "the id '%.64s' stands here twice",
				    file->documents[i].id);
		}
		rc = document_dates_check(at, &file->documents[i]);
	}
	return rc;
}

/* Parameters ----------------------------------------------------------- */

static int callback_check(const struct pack_at *at, const char *key,
    const struct pack_callback *callback)
{
	char inner[64];
	unsigned max = 30;

	if (!callback)
		return 0;
	if (callback->unit == PACK_UNIT_HOURS)
		max = 240;
	(void)snprintf(inner, sizeof(inner), "%s.n", key);
	if (callback->n < 1 || callback->n > max)
		return pack_at_fail(
		    at, inner, "%u is outside 1 to %u", callback->n, max);
	(void)snprintf(inner, sizeof(inner), "%s.calendar", key);
	if (callback->unit == PACK_UNIT_WORKING_DAYS &&
	    callback->calendar == PACK_CALENDAR_EVERY_DAY &&
	    pack_at_has(at, inner))
		return pack_at_fail(at, inner,
		    "working days are weekdays: leave it out, or count hours");
	if (callback->unit == PACK_UNIT_HOURS && !pack_at_has(at, inner))
		return pack_at_fail(at, key,
		    "missing key 'calendar': do the hours run every_day or on "
		    "weekdays?");
	return 0;
}

/* "08:00" → 480; left out: as it was. */
static int minute_check(
    const struct pack_at *at, const char *key, const char *text, int *minute)
{
	if (!text)
		return 0;
	if (strlen(text) != 5 || text[2] != ':' || text[0] < '0' ||
	    text[0] > '2' || text[1] < '0' || text[1] > '9' || text[3] < '0' ||
	    text[3] > '5' || text[4] < '0' || text[4] > '9' ||
	    (text[0] == '2' && text[1] > '3'))
		return pack_at_fail(at, key,
		    "'%.20s' is no time of the day: write '08:00'", text);
	*minute = ((text[0] - '0') * 10 + (text[1] - '0')) * 60 +
	    (text[3] - '0') * 10 + (text[4] - '0');
	return 0;
}

static int leaving_terms_check(struct pack_at *at, struct pack_leaving *leaving)
{
	const struct {
		const char *key;
		const char *text;
		int64_t *ms;
	} terms[] = {
	    {"leaving.remind", leaving->remind, &leaving->remind_ms},
	    {"leaving.remind_again", leaving->remind_again,
	        &leaving->remind_again_ms},
	    {"leaving.offline_after", leaving->offline_after,
	        &leaving->offline_after_ms},
	    {"leaving.lost_mode_after", leaving->lost_mode_after,
	        &leaving->lost_mode_after_ms},
	    {"leaving.sim_block_after", leaving->sim_block_after,
	        &leaving->sim_block_after_ms},
	    {"leaving.rehire_window", leaving->rehire_window,
	        &leaving->rehire_window_ms},
	};
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < sizeof(terms) / sizeof(terms[0]); i++)
		if (terms[i].text)
			rc = pack_at_duration(at, terms[i].key, terms[i].text,
			    TIME_DAY_MS, ASKED_MAX_MS, terms[i].ms);
	return rc;
}

/* What is left out takes the usual value, so that whoever reads finds one. */
static void leaving_fill(struct pack_at *at, struct pack_leaving *leaving)
{
	const struct pack_leaving usual = PACK_LEAVING_USUAL;

	if (!pack_at_has(at, "leaving.manager_after"))
		leaving->manager_after = usual.manager_after;
	leaving->remind_ms = usual.remind_ms;
	leaving->remind_again_ms = usual.remind_again_ms;
	leaving->offline_after_ms = usual.offline_after_ms;
	leaving->lost_mode_after_ms = usual.lost_mode_after_ms;
	leaving->sim_block_after_ms = usual.sim_block_after_ms;
	leaving->rehire_window_ms = usual.rehire_window_ms;
	leaving->wipe_minute = usual.wipe_minute;
	leaving->friday_minute = usual.friday_minute;
}

static int leaving_check(struct pack_at *at, struct pack_leaving *leaving)
{
	int rc;

	if (!leaving)
		return 0;
	leaving_fill(at, leaving);
	rc = leaving_terms_check(at, leaving);
	if (rc == 0)
		rc = minute_check(at, "leaving.wipe_at", leaving->wipe_at,
		    &leaving->wipe_minute);
	if (rc == 0)
		rc = minute_check(at, "leaving.not_friday_after",
		    leaving->not_friday_after, &leaving->friday_minute);
	if (rc)
		return rc;
	if (leaving->manager_after > 60)
		return pack_at_fail(at, "leaving.manager_after",
		    "%u is outside 0 to 60 working days",
		    leaving->manager_after);
	if (leaving->remind_again_ms > leaving->remind_ms)
		return pack_at_fail(at, "leaving.remind_again",
		    "the second reminder has to come after the first");
	if (leaving->lost_mode_after_ms < leaving->offline_after_ms ||
	    leaving->sim_block_after_ms < leaving->offline_after_ms)
		return pack_at_fail(at, "leaving",
		    "Lost Mode and the block of the SIM come after "
		    "'offline_after' at the earliest");
	return 0;
}

static int parameters_check(
    struct pack_at *at, const struct pack_parameters *parameters)
{
	const struct pack_absence *absence = parameters->absence;
	int rc;

	(void)snprintf(at->path, sizeof(at->path), "parameters");
	rc = callback_check(at, "callback", parameters->callback);
	if (rc == 0)
		rc = callback_check(
		    at, "callback_simple", parameters->callback_simple);
	if (rc == 0)
		rc = pack_at_template(
		    at, "phrase_in", parameters->phrase_in, true);
	if (rc == 0)
		rc = pack_at_template(
		    at, "phrase_out", parameters->phrase_out, true);
	if (rc)
		return rc;
	if (parameters->exit_digits &&
	    strspn(parameters->exit_digits, "0123456789*#") !=
	        strlen(parameters->exit_digits))
		return pack_at_fail(at, "exit_digits",
		    "write the keys to press: 9, #0 (quote it: '#0')");
	if (parameters->switchboard_number &&
	    strspn(parameters->switchboard_number, "+0123456789 -") !=
	        strlen(parameters->switchboard_number))
		return pack_at_fail(at, "switchboard_number",
		    "write digits, blanks, dashes and a leading + only");
	if (absence && absence->voicemail_max_days > 366)
		return pack_at_fail(at, "absence.voicemail_max_days",
		    "%u is outside 0 to 366", absence->voicemail_max_days);
	if (absence && absence->voicemail_max_days > 0 &&
	    !(absence->accept &
	        (PACK_ABSENCE_VOICEMAIL | PACK_ABSENCE_WATCHED_VOICEMAIL)))
		return pack_at_fail(at, "absence.voicemail_max_days",
		    "no voicemail is accepted above: add it or remove this");
	return leaving_check(at, parameters->leaving);
}

static int acknowledgement_check(
    struct pack_at *at, struct pack_acknowledgement *asked)
{
	int rc;

	if (!asked)
		return 0;
	(void)snprintf(at->path, sizeof(at->path), "acknowledgement");
	rc = pack_at_duration(
	    at, "due", asked->due, TIME_HOUR_MS, ASKED_MAX_MS, &asked->due_ms);
	if (rc == 0 && asked->remind)
		rc = pack_at_duration(at, "remind", asked->remind, TIME_HOUR_MS,
		    ASKED_MAX_MS, &asked->remind_ms);
	if (rc == 0 && asked->escalate)
		rc = pack_at_duration(at, "escalate", asked->escalate,
		    TIME_HOUR_MS, ASKED_MAX_MS, &asked->escalate_ms);
	if (rc == 0 && asked->again)
		rc = pack_at_duration(at, "again", asked->again,
		    30 * TIME_DAY_MS, 5 * ASKED_MAX_MS, &asked->again_ms);
	if (rc)
		return rc;
	if (asked->remind && asked->remind_ms >= asked->due_ms)
		return pack_at_fail(
		    at, "remind", "a reminder has to come before 'due'");
	if (asked->escalate && asked->escalate_ms < asked->due_ms)
		return pack_at_fail(at, "escalate", "has to be 'due' or later");
	return 0;
}

int pack_file_check(struct pack *pack, struct err *err)
{
	struct pack_at at = {.outline = pack->outline, .err = err};
	const struct pack_file *file = pack->file;
	int rc = head_check(&at, file);

	if (rc == 0)
		rc = languages_check(&at, file);
	if (rc == 0)
		rc = documents_check(&at, file);
	if (rc == 0)
		rc = parameters_check(&at, &file->parameters);
	if (rc == 0)
		rc = acknowledgement_check(&at, file->acknowledgement);
	return rc;
}
