/*
 * policy_map: writes docs/policy-map.md: every rule of the five packs → what
 * the product does about it → where that stands in the code and which test
 * shows it. `policy_map` prints the page; `policy_map check FILE` says whether
 * FILE is that page and whether every file it names is there.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policies/pack_text.h"
#include "tests/policy/catalogue.h"
#include "tests/policy/policy_rows.h"

#define ROOT WP_SOURCE_DIR "/"
#define RULES_TEST "tests/policy/rules_test.c"

/* One rule's row while it is made: sentences, and files without repetition. */
struct row {
	struct buf says;
	const char *code[8];
	const char *tests[8];
};

static void file_add(const char *files[8], const char *file)
{
	size_t i;

	for (i = 0; i < 8 && files[i]; i++) {
		if (strcmp(files[i], file) == 0)
			return;
	}
	if (i < 8)
		files[i] = file;
}

static void add(struct row *row, const char *code, const char *test)
{
	file_add(row->code, code);
	if (test)
		file_add(row->tests, test);
}

__attribute__((format(printf, 2, 3))) static void say(
    struct row *row, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (row->says.len > 0)
		buf_append_str(&row->says, "; ");
	buf_append_str(&row->says, text);
}

/* Words of bits, joined: "manager, coordinator". */
static void words(char out[256], unsigned bits, unsigned count,
    const char *(*name)(unsigned bit))
{
	unsigned i;

	out[0] = '\0';
	for (i = 0; i < count; i++) {
		size_t used = strlen(out);

		if (!(bits & (1u << i)))
			continue;
		(void)snprintf(out + used, 256 - used, "%s%s",
		    used > 0 ? ", " : "", name(1u << i));
	}
	for (i = 0; out[i]; i++) {
		if (out[i] == '_')
			out[i] = ' ';
	}
}

static const char *role_name(unsigned bit)
{
	return pack_role_name((enum pack_role)bit);
}

static const char *occasion_name(unsigned bit)
{
	return pack_occasion_name((enum pack_occasion)bit);
}

/* What is set ---------------------------------------------------------------- */

#define KEY(member)                                                            \
	{                                                                      \
#member, offsetof(struct pack_restrictions, member)            \
	}
static const struct {
	const char *key;
	size_t at;
} restrictions[] = {
    KEY(allow_esim_modification),
    KEY(allow_esim_outgoing_transfers),
    KEY(allow_cellular_plan_modification),
    KEY(force_preserve_esim_on_erase),
    KEY(allow_live_voicemail),
    KEY(allow_open_from_managed_to_unmanaged),
    KEY(allow_open_from_unmanaged_to_managed),
    KEY(allow_managed_apps_cloud_sync),
    KEY(allow_managed_to_write_unmanaged_contacts),
    KEY(allow_unmanaged_to_read_managed_contacts),
    KEY(force_air_drop_unmanaged),
    KEY(require_managed_pasteboard),
    KEY(force_encrypted_backup),
};

static void say_restrictions(struct row *row, const struct pack_rule *rule)
{
	enum pack_setting set;
	size_t i;

	for (i = 0; i < sizeof(restrictions) / sizeof(restrictions[0]); i++) {
		memcpy(&set,
		    (const char *)rule->restrictions + restrictions[i].at,
		    sizeof(set));
		if (set != PACK_UNSET)
			say(row, "sets `%s` to %s", restrictions[i].key,
			    set == PACK_TRUE ? "true" : "false");
	}
	add(row, "policies/policy_demand.c",
	    "tests/unit/policies/policy_settings_test.c");
}

static void say_settings(struct row *row, const struct pack_rule *rule)
{
	if (rule->passcode) {
		say(row, "sets a code of at least %u digits on the phone",
		    rule->passcode->min_length);
		add(row, "policies/profile.c",
		    "tests/unit/policies/policy_profile_test.c");
	}
	if (rule->restrictions)
		say_restrictions(row, rule);
	if (rule->roaming) {
		say(row, "turns %s abroad off until an order opens it",
		    rule->roaming->voice == PACK_FALSE ? "calls and data"
		                                       : "data");
		add(row, "policies/policy_demand.c",
		    "tests/unit/policies/policy_settings_test.c");
	}
	if (rule->software_update) {
		say(row, "has version %s installed by noon of %s",
		    rule->software_update->at_least,
		    rule->software_update->deadline);
		add(row, "policies/policy_declarations.c",
		    "tests/unit/policies/policy_settings_test.c");
	}
	if (rule->web_clip) {
		say(row, "puts a link to the person's own page on the phone");
		add(row, "policies/profile.c",
		    "tests/unit/policies/policy_settings_test.c");
	}
	if (rule->contact_card) {
		say(row,
		    "puts the switchboard among the contacts, once its "
		    "number is known");
		add(row, "policies/contact_card.c",
		    "tests/unit/policies/policy_settings_test.c");
	}
}

/* What is held back ------------------------------------------------------------ */

#define GATES_TEST "tests/unit/server/gates_test.c"

static const struct {
	enum pack_gate gate;
	const char *says;
	const char *code;
	const char *test; /* NULL: none of its own */
} gates[] = {
    {PACK_GATE_ORDER_APPROVED,
        "no phone and no SIM is linked without an approved order",
        "server/service/equipment/equipment_gate.c", NULL},
    {PACK_GATE_CATALOGUE_ITEM, "only what stands in the catalogue is ordered",
        "server/service/equipment/equipment_gate.c", NULL},
    {PACK_GATE_NEED_STATED, "an order says what it is needed for",
        "server/service/equipment/equipment_gate.c", NULL},
    {PACK_GATE_CENTRAL_ROLE, "orders leave through one role only",
        "server/service/equipment/equipment_gate.c", NULL},
    {PACK_GATE_ONE_RESPONSIBLE, "a personal phone has exactly one holder",
        "server/service/ledger/ledger_gate.c", GATES_TEST},
    {PACK_GATE_LEADER_REQUIRED, "a shared phone has a leader, or a task",
        "server/service/ledger/ledger_gate.c", GATES_TEST},
    {PACK_GATE_USER_ENROLMENT,
        "a private phone gets work data through User Enrolment only",
        "server/service/ledger/ledger_gate.c", GATES_TEST},
    {PACK_GATE_WIPE_PROVEN, "a return closes on a proven wipe only",
        "server/service/phone/wipe_phone.c", NULL},
    {PACK_GATE_UPDATE_ENFORCED, "the phone installs it by itself",
        "policies/policy_declarations.c", NULL},
};

static void say_gates(struct row *row, const struct pack_rule *rule)
{
	char roles[256];
	size_t i;

	for (i = 0; i < sizeof(gates) / sizeof(gates[0]); i++) {
		if (!(rule->gate & gates[i].gate))
			continue;
		say(row, "%s", gates[i].says);
		add(row, gates[i].code, gates[i].test);
	}
	if (rule->approved_by) {
		words(roles, rule->approved_by, PACK_ROLE_COUNT, role_name);
		say(row, "approved by: %s", roles);
	}
}

/* What is measured -------------------------------------------------------------- */

static const char *fact_code(enum pack_fact fact)
{
	const unsigned phone = 1u << PACK_SUBJECT_PHONE;

	if (fact == PACK_FACT_SIM_LOCATION)
		return "policies/sim.c";
	if (fact == PACK_FACT_REGISTER_COORDINATOR ||
	    fact == PACK_FACT_ORDERING_CENTRAL)
		return "server/service/judge/judge_unit.c";
	if (fact <= PACK_FACT_PROFILE_INSTALLED)
		return "policies/verdict_weigh.c";
	if (pack_fact_info(fact)->subjects & phone)
		return "server/service/judge/judge_phone.c";
	return "policies/verdict_observe.c";
}

static void say_proof(struct row *row, const struct pack_rule *rule)
{
	char facts[256] = "";
	unsigned i;

	if (rule->proof_count == 0)
		return;
	for (i = 0; i < rule->proof_count; i++) {
		size_t used = strlen(facts);

		(void)snprintf(facts + used, sizeof(facts) - used, "%s`%s`",
		    i == 0                                    ? ""
		        : rule->proof_needs == PACK_NEEDS_ANY ? " or "
		                                              : " and ",
		    pack_fact_name(rule->proof[i].fact));
		add(row, fact_code(rule->proof[i].fact),
		    rule->proof[i].fact == PACK_FACT_SIM_LOCATION
		        ? "tests/unit/policies/sim_test.c"
		        : "tests/unit/policies/verdict_test.c");
	}
	if (rule->when_text)
		say(row, "judged by %s (%s)", facts, rule->when_text);
	else
		say(row, "judged by %s", facts);
}

/* What is asked ------------------------------------------------------------------ */

static void say_statement(struct row *row, const struct pack_rule *rule)
{
	const struct pack_statement *asked = rule->statement;
	char roles[256];
	char when[256];

	if (!asked)
		return;
	words(roles, asked->by, PACK_ROLE_COUNT, role_name);
	words(when, asked->on, 8, occasion_name);
	say(row, "%s%s states it (%s), good for %s",
	    asked->fallback ? "where nothing measures: " : "", roles, when,
	    asked->valid ? asked->valid : "the absence");
	add(row, "server/service/evidence/statement.c", NULL);
	add(row, "server/service/task/task_plan.c", NULL);
}

static void say_shown(struct row *row, const struct pack_rule *rule)
{
	char phrases[256] = "";
	unsigned i;

	if (rule->class == PACK_INFORM) {
		say(row, "shown and confirmed");
		add(row, "server/service/task/task_acknowledge.c", NULL);
	}
	for (i = 0; i < PACK_PHRASE_COUNT; i++) {
		size_t used = strlen(phrases);

		if (rule->shows & PACK_PHRASE_BIT(i))
			(void)snprintf(phrases + used, sizeof(phrases) - used,
			    "%s%s", used > 0 ? ", " : "",
			    pack_phrase_name((enum pack_phrase)i));
	}
	if (*phrases) {
		say(row, "with the person's own text filled in (%s)", phrases);
		add(row, "policies/pack_text.c",
		    "tests/unit/policies/pack_text_test.c");
	}
	if (rule->not_measured)
		say(row, "not measured on purpose");
	if (rule->waiver)
		say(row, "carried, not demanded: conflicts with safe practice");
	if (rule->class == PACK_WAIVED)
		add(row, "policies/verdict_scope.c",
		    "tests/policy/matrix_test.c");
}

/* The page ------------------------------------------------------------------------ */

static void files_append(struct buf *out, const char *const files[8])
{
	size_t i;

	for (i = 0; i < 8 && files[i]; i++)
		buf_printf(out, "%s`%s`", i > 0 ? "<br>" : "", files[i]);
}

static bool files_are_there(const char *id, const char *const files[8])
{
	char path[512];
	bool all = files[0] != NULL;
	size_t i;

	if (!all)
		(void)fprintf(stderr, "%s: nothing is named\n", id);
	for (i = 0; i < 8 && files[i]; i++) {
		(void)snprintf(path, sizeof(path), ROOT "%s", files[i]);
		if (access(path, R_OK) == 0)
			continue;
		(void)fprintf(stderr, "%s: %s is not there\n", id, files[i]);
		all = false;
	}
	return all;
}

/* Does rules_test hold a row for it? */
static bool has_row(const struct pack_rule *rule)
{
	size_t i;

#define LOOK(rows)                                                             \
	for (i = 0; i < rows##_count; i++) {                                   \
		if (strcmp(rows[i].id, rule->id) == 0)                         \
			return true;                                           \
	}
	LOOK(judged_rows)
	LOOK(gate_rows)
	LOOK(setting_rows)
	LOOK(stated_rows)
	LOOK(shown_rows)
#undef LOOK
	(void)fprintf(stderr, "%s: no test\n", rule->id);
	return false;
}

static bool rule_append(
    struct buf *out, const struct pack *pack, const struct pack_rule *rule)
{
	const struct pack_text *text = pack_text_find(pack, "en", rule->id);
	struct row row = {{0}, {NULL}, {RULES_TEST}};
	bool good;

	say_settings(&row, rule);
	say_gates(&row, rule);
	say_proof(&row, rule);
	say_statement(&row, rule);
	say_shown(&row, rule);
	buf_printf(out, "| %s | %s | %s, line %u | %s | %.*s | ", rule->id,
	    pack_class_name(rule->class), rule->source.section,
	    rule->source.line, text ? text->title : "", (int)row.says.len,
	    row.says.data ? (const char *)row.says.data : "");
	files_append(out, row.code);
	buf_append_str(out, " | ");
	files_append(out, row.tests);
	buf_append_str(out, " |\n");
	good = row.says.len > 0 && text && has_row(rule);
	good = files_are_there(rule->id, row.code) && good;
	good = files_are_there(rule->id, row.tests) && good;
	buf_clear(&row.says);
	return good;
}

static bool pack_append(struct buf *out, const char *name)
{
	char folder[256];
	struct pack *pack = NULL;
	struct err err = {0};
	bool good = true;
	size_t i;

	(void)snprintf(folder, sizeof(folder), ROOT "policies/packs/%s", name);
	if (pack_load(folder, &pack, &err)) {
		(void)fprintf(stderr, "%s\n", err.text);
		return false;
	}
	buf_printf(out,
	    "\n## %s\n\n%s, %s. Kept by: %s. %zu rules.\n\n"
	    "| rule | class | stands in | in short | what the product does | "
	    "code | test |\n|---|---|---|---|---|---|---|\n",
	    pack_organisation(pack), pack_document_at(pack, 0)->title,
	    pack_document_at(pack, 0)->decision, pack_owner(pack),
	    pack_rule_count(pack));
	for (i = 0; i < pack_rule_count(pack); i++)
		good = rule_append(out, pack, pack_rule_at(pack, i)) && good;
	pack_free(pack);
	return good;
}

static const char intro[] =
    "# Policy map\n\n"
    "<!-- Written by tests/policy/policy_map; do not edit: run it and put its "
    "output here. -->\n\n"
    "Every rule of the five written policies, what the product does about it, "
    "where in the code, and the test that shows it. `tests/policy/rules_test` "
    "holds one test for each rule, named by its id. Lines are those of the "
    "plain-text editions of the documents.\n\n"
    "Classes: **enforce** is set on the phone or held back by the server; "
    "**verify** is measured; **attest** is stated by a person, dated; "
    "**inform** is shown and confirmed, and not judged; **waived** is carried "
    "and not demanded. Of 149 rules 13 are enforced and 27 measured: about "
    "every fourth. The product says so, instead of showing everything green."
    "\n";

static bool page_make(struct buf *out)
{
	static const char *const names[] = {"ronneby", "vastervik",
	    "askersund-hallsberg-laxa", "botkyrka", "albertslund"};
	bool good = true;
	size_t i;

	buf_append_str(out, intro);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		good = pack_append(out, names[i]) && good;
	return buf_check(out, NULL) == 0 && good;
}

static bool page_is(const struct buf *page, const char *path)
{
	FILE *file = fopen(path, "rb");
	struct buf held = {0};
	char block[4096];
	size_t got;
	bool same;

	if (!file) {
		(void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	while ((got = fread(block, 1, sizeof(block), file)) > 0)
		buf_append(&held, block, got);
	(void)fclose(file);
	same = held.len == page->len && held.data &&
	    memcmp(held.data, page->data, held.len) == 0;
	if (!same)
		(void)fprintf(stderr,
		    "%s is stale: run policy_map and put its output there\n",
		    path);
	buf_clear(&held);
	return same;
}

int main(int argc, char **argv)
{
	struct buf page = {0};
	bool good = page_make(&page);

	if (argc == 3 && strcmp(argv[1], "check") == 0)
		good = page_is(&page, argv[2]) && good;
	else if (argc == 1)
		(void)fwrite(page.data, 1, page.len, stdout);
	else
		good = false;
	buf_clear(&page);
	return good ? 0 : 1;
}
