#include "server/cli/words.h"

#include <stdio.h>
#include <string.h>

struct word {
	const char *state;
	const char *text;
	enum style style;
};

#define YES "\xe2\x9c\x94 "  /* ✔ */
#define NO "\xe2\x9c\x98 "   /* ✘ */
#define WAIT "\xe2\x80\xa6 " /* … */

static const struct word device_words[] = {
    {"enrolled", YES "enrolled", STYLE_GOOD},
    {"authenticated", WAIT "enrolling", STYLE_DOUBT},
    {"checked_out", NO "left by itself", STYLE_BAD},
    {"replaced", NO "replaced", STYLE_BAD},
    {"erased", "- erased", STYLE_PLAIN},
    {"given_up", NO "given up", STYLE_BAD},
    {"never_enrolled", "- never enrolled", STYLE_FAINT},
    {NULL, NULL, STYLE_PLAIN},
};

/* Where it is in its service; *enrolled* is: with somebody, and managed. */
static const struct word phone_words[] = {
    {"ordered", WAIT "ordered", STYLE_DOUBT},
    {"in_stock", "- in stock", STYLE_PLAIN},
    {"assigned", YES "assigned", STYLE_GOOD},
    {"enrolled", YES "enrolled", STYLE_GOOD},
    {"in_repair", WAIT "in repair", STYLE_DOUBT},
    {"lost", NO "lost", STYLE_BAD},
    {"stolen", NO "stolen", STYLE_BAD},
    {"returning", WAIT "returning", STYLE_DOUBT},
    {"wiped_proven", "- proven empty", STYLE_PLAIN},
    {"retired", "- retired", STYLE_FAINT},
    {"written_off", NO "written off", STYLE_BAD},
    {NULL, NULL, STYLE_PLAIN},
};

static const struct word command_words[] = {
    {"queued", WAIT "waits", STYLE_DOUBT},
    {"sent", WAIT "sent", STYLE_DOUBT},
    {"not_now", WAIT "not now", STYLE_DOUBT},
    {"acknowledged", YES "acknowledged", STYLE_GOOD},
    {"failed", NO "failed", STYLE_BAD},
    {"cancelled", "- cancelled", STYLE_FAINT},
    {"superseded", "- superseded", STYLE_FAINT},
    {"expired", "- expired", STYLE_FAINT},
    {NULL, NULL, STYLE_PLAIN},
};

static const struct word link_words[] = {
    {"unused", WAIT "not opened yet", STYLE_DOUBT},
    {"profile_given", WAIT "profile given", STYLE_DOUBT},
    {"certificate_issued", WAIT "certificate issued", STYLE_DOUBT},
    {"enrolled", YES "enrolled", STYLE_GOOD},
    {"expired", NO "expired", STYLE_BAD},
    {NULL, NULL, STYLE_PLAIN},
};

static const struct word wipe_words[] = {
    {"ordered", WAIT "ordered", STYLE_DOUBT},
    {"acknowledged", WAIT "acknowledged", STYLE_DOUBT},
    {"silent", WAIT "silent", STYLE_DOUBT}, /* silence is no proof */
    {"proven", YES "proven", STYLE_GOOD},
    {"cancelled", "- cancelled", STYLE_FAINT},
    {"failed", NO "failed", STYLE_BAD},
    {NULL, NULL, STYLE_PLAIN},
};

static const struct word verdict_words[] = {
    {"met", YES "met", STYLE_GOOD},
    {"broken", NO "broken", STYLE_BAD},
    {"unknown", "? unknown", STYLE_DOUBT},
    {"disputed", "? disputed", STYLE_DOUBT},
    {"waived", "- waived", STYLE_FAINT},
    {"exempt", "- exempt", STYLE_FAINT},
    {NULL, NULL, STYLE_PLAIN},
};

static const struct word station_words[] = {
    {"invited", WAIT "invited", STYLE_DOUBT},
    {"expired", "- code expired", STYLE_FAINT},
    {"admitted", YES "admitted", STYLE_GOOD},
    {"revoked", NO "revoked", STYLE_BAD},
    {NULL, NULL, STYLE_PLAIN},
};

static const struct word order_words[] = {
    {"waiting", WAIT "waits for the phone", STYLE_DOUBT},
    {"handed_out", WAIT "at a station", STYLE_DOUBT},
    {"started", WAIT "begun", STYLE_DOUBT},
    {"done", YES "done", STYLE_GOOD},
    {"failed", NO "failed", STYLE_BAD},
    {"refused", NO "refused", STYLE_BAD},
    {"cancelled", "- cancelled", STYLE_FAINT},
    {"expired", "- expired", STYLE_FAINT},
    {NULL, NULL, STYLE_PLAIN},
};

static const struct word token_words[] = {
    {"active", YES "active", STYLE_GOOD},
    {"expired", "- expired", STYLE_FAINT},
    {"revoked", NO "revoked", STYLE_BAD},
    {"left", NO "its person left", STYLE_BAD},
    {NULL, NULL, STYLE_PLAIN},
};

static const struct word task_words[] = {
    {"open", WAIT "open", STYLE_DOUBT},
    {"reminded", WAIT "reminded", STYLE_DOUBT},
    {"escalated", NO "with the manager", STYLE_BAD},
    {"done", YES "done", STYLE_GOOD},
    {"expired", NO "nobody answered", STYLE_BAD},
    {"cancelled", "- cancelled", STYLE_FAINT},
    {NULL, NULL, STYLE_PLAIN},
};

static const struct word equipment_words[] = {
    {"requested", WAIT "asked for", STYLE_DOUBT},
    {"approved", YES "approved", STYLE_GOOD},
    {"ordered", WAIT "ordered", STYLE_DOUBT},
    {"linked", YES "in use", STYLE_GOOD},
    {"refused", NO "refused", STYLE_BAD},
    {"cancelled", "- cancelled", STYLE_FAINT},
    {NULL, NULL, STYLE_PLAIN},
};

/* What a second person is asked for. */
static const struct word approval_words[] = {
    {"wipe", "wipe", STYLE_PLAIN},
    {"departures", "wipes of leavers' phones", STYLE_PLAIN},
    {"bypass_code", "bypass code", STYLE_PLAIN},
    {"unlock_token", "unlock token", STYLE_PLAIN},
    {"lost_mode", "Lost Mode", STYLE_PLAIN},
    {"remove_data", "removal of what is of work", STYLE_PLAIN},
    {NULL, NULL, STYLE_PLAIN},
};

static const struct word *const words_tables[WORDS_COUNT] = {
    [WORDS_DEVICE] = device_words,
    [WORDS_PHONE] = phone_words,
    [WORDS_COMMAND] = command_words,
    [WORDS_LINK] = link_words,
    [WORDS_WIPE] = wipe_words,
    [WORDS_VERDICT] = verdict_words,
    [WORDS_STATION] = station_words,
    [WORDS_ORDER] = order_words,
    [WORDS_TOKEN] = token_words,
    [WORDS_TASK] = task_words,
    [WORDS_EQUIPMENT] = equipment_words,
    [WORDS_APPROVAL] = approval_words,
};

enum style words_find(
    enum words_kind kind, const char *state, char *out, size_t size)
{
	const struct word *word;

	for (word = words_tables[kind]; word->state; word++)
		if (strcmp(word->state, state) == 0)
			break;
	(void)snprintf(out, size, "%s", word->state ? word->text : state);
	return word->style;
}

void words_add(struct grid *grid, enum words_kind kind, const char *state)
{
	char text[64];
	enum style style = words_find(kind, state, text, sizeof(text));

	grid_add(grid, style, text);
}
