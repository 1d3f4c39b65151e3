#include "policies/pack_file.h"

#include <limits.h>

#include "proto/base/limits.h"

#define WORD 64 /* bytes of an id, a date, a duration */
#define TITLE 200
#define TEXT 2000 /* bytes of a paragraph for people */
#define DOCUMENTS 32
#define STEPS 8
#define OPERATORS 16

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* libcyaml's macros cast a null pointer to find a member's size. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual"

#define REQUIRED_TEXT(key, type, member, max)                                  \
	CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, type, member, 1, max)
#define OPTIONAL_TEXT(key, type, member, max)                                  \
	CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,  \
	    type, member, 1, max)
#define OPTIONAL_NUMBER(key, type, member)                                     \
	CYAML_FIELD_UINT(key, CYAML_FLAG_OPTIONAL, type, member)
#define OPTIONAL_GROUP(key, type, member, fields)                              \
	CYAML_FIELD_MAPPING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, \
	    type, member, fields)
#define OPTIONAL_FLAG(key, type, member)                                       \
	CYAML_FIELD_BOOL(key, CYAML_FLAG_OPTIONAL, type, member)
#define OPTIONAL_LIST(key, type, member, entry, max)                           \
	CYAML_FIELD_SEQUENCE(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,    \
	    type, member, entry, 0, max)
#define OPTIONAL_WORD(key, type, member, known)                                \
	CYAML_FIELD_ENUM(key, CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL, type,   \
	    member, known, COUNT(known))
#define OPTIONAL_WORDS(key, type, member, known)                               \
	CYAML_FIELD_FLAGS(key, CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL, type,  \
	    member, known, COUNT(known))
#define REQUIRED_WORDS(key, type, member, known)                               \
	CYAML_FIELD_FLAGS(                                                     \
	    key, CYAML_FLAG_STRICT, type, member, known, COUNT(known))
#define REQUIRED_WORD(key, type, member, words)                                \
	CYAML_FIELD_ENUM(                                                      \
	    key, CYAML_FLAG_STRICT, type, member, words, COUNT(words))

static const cyaml_strval_t classes[] = {
    {"enforce", PACK_ENFORCE},
    {"verify", PACK_VERIFY},
    {"attest", PACK_ATTEST},
    {"inform", PACK_INFORM},
    {"waived", PACK_WAIVED},
};

static const cyaml_strval_t levels[] = {
    {"must", PACK_MUST},
    {"should", PACK_SHOULD},
    {"urged", PACK_URGED},
};

static const cyaml_strval_t roles[] = {
    {"employee", PACK_ROLE_EMPLOYEE},
    {"elected", PACK_ROLE_ELECTED},
    {"manager", PACK_ROLE_MANAGER},
    {"coordinator", PACK_ROLE_COORDINATOR},
    {"switchboard", PACK_ROLE_SWITCHBOARD},
    {"telephony_service", PACK_ROLE_TELEPHONY_SERVICE},
    {"it", PACK_ROLE_IT},
    {"board", PACK_ROLE_BOARD},
    {"central_administration", PACK_ROLE_CENTRAL_ADMINISTRATION},
    {"unit", PACK_ROLE_UNIT},
    {"deputy", PACK_ROLE_DEPUTY},
    {"web_editor", PACK_ROLE_WEB_EDITOR},
};

static const cyaml_strval_t equipment[] = {
    {"organisation", PACK_EQUIPMENT_ORGANISATION},
    {"private", PACK_EQUIPMENT_PRIVATE},
    {"any", PACK_EQUIPMENT_ANY},
};

static const cyaml_strval_t actions[] = {
    {"remind_person", PACK_ACTION_REMIND_PERSON},
    {"tell_manager", PACK_ACTION_TELL_MANAGER},
    {"record_deviation", PACK_ACTION_RECORD_DEVIATION},
    {"restrict", PACK_ACTION_RESTRICT},
};

static const cyaml_strval_t facts[PACK_FACT_COUNT] = {
#define FACT(value, text) {text, PACK_FACT_##value},
    PACK_FACTS(FACT)
#undef FACT
};

/* For lists: as bits. */
static const cyaml_strval_t words[] = {
#define WORD_AS_BIT(value, text)                                               \
	{text, (int64_t)PACK_WORD_BIT(PACK_WORD_##value)},
    PACK_WORDS(WORD_AS_BIT)
#undef WORD_AS_BIT
};

static const cyaml_strval_t subjects[] = {
    {"person", PACK_SUBJECT_PERSON},
    {"phone", PACK_SUBJECT_PHONE},
    {"subscription", PACK_SUBJECT_SUBSCRIPTION},
    {"unit", PACK_SUBJECT_UNIT},
    {"organisation", PACK_SUBJECT_ORGANISATION},
};

static const cyaml_strval_t needs[] = {
    {"all", PACK_NEEDS_ALL},
    {"any", PACK_NEEDS_ANY},
};

static const cyaml_strval_t calendars[] = {
    {"every_day", PACK_CALENDAR_EVERY_DAY},
    {"weekdays", PACK_CALENDAR_WEEKDAYS},
};

static const cyaml_strval_t countries[] = {
    {"SE", PACK_COUNTRY_SE},
    {"DK", PACK_COUNTRY_DK},
};

static const cyaml_strval_t units[] = {
    {"hours", PACK_UNIT_HOURS},
    {"working_days", PACK_UNIT_WORKING_DAYS},
};

static const cyaml_strval_t absence_ways[] = {
    {"forward", PACK_ABSENCE_FORWARD},
    {"referral", PACK_ABSENCE_REFERRAL},
    {"voicemail", PACK_ABSENCE_VOICEMAIL},
    {"watched_voicemail", PACK_ABSENCE_WATCHED_VOICEMAIL},
};

static const cyaml_strval_t occasions[] = {
    {"employment_start", PACK_ON_EMPLOYMENT_START},
    {"role_change", PACK_ON_ROLE_CHANGE},
    {"absence_start", PACK_ON_ABSENCE_START},
    {"periodic", PACK_ON_PERIODIC},
    {"pack_change", PACK_ON_PACK_CHANGE},
    {"employment_end", PACK_ON_EMPLOYMENT_END},
    {"unit_change", PACK_ON_UNIT_CHANGE},
};

static const cyaml_strval_t gates[] = {
    {"order_approved", PACK_GATE_ORDER_APPROVED},
    {"catalogue_item", PACK_GATE_CATALOGUE_ITEM},
    {"need_stated", PACK_GATE_NEED_STATED},
    {"one_responsible", PACK_GATE_ONE_RESPONSIBLE},
    {"leader_required", PACK_GATE_LEADER_REQUIRED},
    {"central_role", PACK_GATE_CENTRAL_ROLE},
    {"user_enrolment", PACK_GATE_USER_ENROLMENT},
    {"wipe_proven", PACK_GATE_WIPE_PROVEN},
    {"update_enforced", PACK_GATE_UPDATE_ENFORCED},
};

static const cyaml_strval_t phrase_words[] = {
    {"answer_in", PACK_PHRASE_ANSWER_IN},
    {"answer_out", PACK_PHRASE_ANSWER_OUT},
    {"greeting", PACK_PHRASE_GREETING},
    {"greeting_mail", PACK_PHRASE_GREETING_MAIL},
    {"absence_greeting", PACK_PHRASE_ABSENCE_GREETING},
    {"signature", PACK_PHRASE_SIGNATURE},
    {"sms", PACK_PHRASE_SMS},
};

/* For lists: as bits. */
static const cyaml_strval_t phrase_bits[] = {
    {"answer_in", PACK_PHRASE_BIT(PACK_PHRASE_ANSWER_IN)},
    {"answer_out", PACK_PHRASE_BIT(PACK_PHRASE_ANSWER_OUT)},
    {"greeting", PACK_PHRASE_BIT(PACK_PHRASE_GREETING)},
    {"greeting_mail", PACK_PHRASE_BIT(PACK_PHRASE_GREETING_MAIL)},
    {"absence_greeting", PACK_PHRASE_BIT(PACK_PHRASE_ABSENCE_GREETING)},
    {"signature", PACK_PHRASE_BIT(PACK_PHRASE_SIGNATURE)},
    {"sms", PACK_PHRASE_BIT(PACK_PHRASE_SMS)},
};

static const cyaml_strval_t waiver_causes[] = {
    {"security", PACK_WAIVER_SECURITY},
    {"law", PACK_WAIVER_LAW},
    {"decision", PACK_WAIVER_DECISION},
};

/* Left out is PACK_UNSET. */
static const cyaml_strval_t settings[] = {
    {"true", PACK_TRUE},
    {"false", PACK_FALSE},
};

static const cyaml_schema_field_t document_fields[] = {
    REQUIRED_TEXT("id", struct pack_document, id, WORD),
    REQUIRED_TEXT("title", struct pack_document, title, TITLE),
    REQUIRED_TEXT("decision", struct pack_document, decision, TITLE),
    OPTIONAL_TEXT("decided", struct pack_document, decided, WORD),
    OPTIONAL_TEXT("valid_from", struct pack_document, valid_from, WORD),
    OPTIONAL_TEXT("valid_until", struct pack_document, valid_until, WORD),
    OPTIONAL_TEXT("review_by", struct pack_document, review_by, WORD),
    OPTIONAL_TEXT("note", struct pack_document, note, TEXT),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t source_fields[] = {
    REQUIRED_TEXT("document", struct pack_source, document, WORD),
    REQUIRED_TEXT("section", struct pack_source, section, TITLE),
    CYAML_FIELD_UINT("line", CYAML_FLAG_DEFAULT, struct pack_source, line),
    OPTIONAL_TEXT("superseded_by", struct pack_source, superseded_by, TEXT),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t proof_fields[] = {
    REQUIRED_WORD("fact", struct pack_proof, fact, facts),
    OPTIONAL_WORDS("accept", struct pack_proof, accept, words),
    OPTIONAL_TEXT("at_most", struct pack_proof, at_most, WORD),
    OPTIONAL_WORD("calendar", struct pack_proof, calendar, calendars),
    OPTIONAL_TEXT("at_least", struct pack_proof, at_least, WORD),
    OPTIONAL_TEXT("fresh", struct pack_proof, fresh, WORD),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t statement_fields[] = {
    OPTIONAL_FLAG("fallback", struct pack_statement, fallback),
    REQUIRED_WORDS("by", struct pack_statement, by, roles),
    REQUIRED_WORDS("on", struct pack_statement, on, occasions),
    OPTIONAL_TEXT("valid", struct pack_statement, valid, WORD),
    REQUIRED_TEXT("due", struct pack_statement, due, WORD),
    OPTIONAL_TEXT("remind", struct pack_statement, remind, WORD),
    OPTIONAL_TEXT("escalate", struct pack_statement, escalate, WORD),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t step_fields[] = {
    REQUIRED_TEXT("after", struct pack_step, after, WORD),
    REQUIRED_WORD("do", struct pack_step, action, actions),
    CYAML_FIELD_END,
};

static const struct cyaml_schema_value step = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct pack_step, step_fields),
};

static const cyaml_schema_field_t grace_fields[] = {
    OPTIONAL_TEXT("settle", struct pack_grace, settle, WORD),
    CYAML_FIELD_SEQUENCE("steps", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
        struct pack_grace, steps, &step, 0, STEPS),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t passcode_fields[] = {
    OPTIONAL_NUMBER("min_length", struct pack_passcode, min_length),
    CYAML_FIELD_BOOL(
        "allow_simple", CYAML_FLAG_DEFAULT, struct pack_passcode, allow_simple),
    CYAML_FIELD_BOOL("alphanumeric", CYAML_FLAG_OPTIONAL, struct pack_passcode,
        alphanumeric),
    OPTIONAL_NUMBER(
        "min_complex_characters", struct pack_passcode, min_complex_characters),
    OPTIONAL_NUMBER("max_age_days", struct pack_passcode, max_age_days),
    OPTIONAL_NUMBER("history", struct pack_passcode, history),
    OPTIONAL_NUMBER(
        "auto_lock_minutes", struct pack_passcode, auto_lock_minutes),
    OPTIONAL_NUMBER(
        "lock_grace_minutes", struct pack_passcode, lock_grace_minutes),
    OPTIONAL_NUMBER("erase_after_failed_attempts", struct pack_passcode,
        erase_after_failed_attempts),
    CYAML_FIELD_END,
};

#define SETTING(key)                                                           \
	OPTIONAL_WORD(#key, struct pack_restrictions, key, settings)

static const cyaml_schema_field_t restriction_fields[] = {
    SETTING(allow_esim_modification),
    SETTING(allow_esim_outgoing_transfers),
    SETTING(allow_cellular_plan_modification),
    SETTING(force_preserve_esim_on_erase),
    SETTING(allow_live_voicemail),
    SETTING(allow_open_from_managed_to_unmanaged),
    SETTING(allow_open_from_unmanaged_to_managed),
    SETTING(allow_managed_apps_cloud_sync),
    SETTING(allow_managed_to_write_unmanaged_contacts),
    SETTING(allow_unmanaged_to_read_managed_contacts),
    SETTING(force_air_drop_unmanaged),
    SETTING(require_managed_pasteboard),
    SETTING(force_encrypted_backup),
    CYAML_FIELD_END,
};
#undef SETTING

static const cyaml_schema_field_t roaming_fields[] = {
    OPTIONAL_WORD("voice", struct pack_roaming, voice, settings),
    OPTIONAL_WORD("data", struct pack_roaming, data, settings),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t update_fields[] = {
    REQUIRED_TEXT("at_least", struct pack_software_update, at_least, WORD),
    REQUIRED_TEXT("deadline", struct pack_software_update, deadline, WORD),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t web_clip_fields[] = {
    CYAML_FIELD_BOOL(
        "removable", CYAML_FLAG_DEFAULT, struct pack_web_clip, removable),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t contact_fields[] = {
    CYAML_FIELD_BOOL("switchboard", CYAML_FLAG_DEFAULT,
        struct pack_contact_card, switchboard),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t waiver_fields[] = {
    REQUIRED_WORD("because", struct pack_waiver, because, waiver_causes),
    REQUIRED_TEXT("reason", struct pack_waiver, reason, TEXT),
    OPTIONAL_TEXT("replaced_by", struct pack_waiver, replaced_by, TEXT),
    CYAML_FIELD_END,
};

static const struct cyaml_schema_value proof = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct pack_proof, proof_fields),
};

/* What a rule and an overlay's change to it have in common. */
#define CHANGEABLE(type)                                                       \
	OPTIONAL_TEXT("note", type, note, TEXT),                               \
	    OPTIONAL_GROUP("statement", type, statement, statement_fields),    \
	    OPTIONAL_WORDS("approved_by", type, approved_by, roles),           \
	    OPTIONAL_GROUP("grace", type, grace, grace_fields),                \
	    OPTIONAL_GROUP("passcode", type, passcode, passcode_fields),       \
	    OPTIONAL_GROUP(                                                    \
	        "restrictions", type, restrictions, restriction_fields),       \
	    OPTIONAL_GROUP("roaming", type, roaming, roaming_fields),          \
	    OPTIONAL_GROUP(                                                    \
	        "software_update", type, software_update, update_fields),      \
	    OPTIONAL_GROUP("web_clip", type, web_clip, web_clip_fields),       \
	    OPTIONAL_GROUP(                                                    \
	        "contact_card", type, contact_card, contact_fields),           \
	    OPTIONAL_GROUP("waiver", type, waiver, waiver_fields)

static const cyaml_schema_field_t rule_fields[] = {
    REQUIRED_TEXT("id", struct pack_rule, id, PACK_RULE_ID_MAX - 1),
    REQUIRED_WORD("class", struct pack_rule, class, classes),
    REQUIRED_WORD("level", struct pack_rule, level, levels),
    REQUIRED_WORDS("binds", struct pack_rule, binds, roles),
    REQUIRED_WORD("subject", struct pack_rule, subject, subjects),
    OPTIONAL_WORD("equipment", struct pack_rule, equipment, equipment),
    CYAML_FIELD_MAPPING(
        "source", CYAML_FLAG_DEFAULT, struct pack_rule, source, source_fields),
    OPTIONAL_TEXT("not_measured", struct pack_rule, not_measured, TEXT),
    OPTIONAL_TEXT("when", struct pack_rule, when_text, WORD),
    OPTIONAL_WORD("proof_needs", struct pack_rule, proof_needs, needs),
    OPTIONAL_LIST("proof", struct pack_rule, proof, &proof, PACK_FACT_COUNT),
    OPTIONAL_WORDS("gate", struct pack_rule, gate, gates),
    OPTIONAL_WORDS("shows", struct pack_rule, shows, phrase_bits),
    CHANGEABLE(struct pack_rule),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t fresh_fields[] = {
    REQUIRED_WORD("fact", struct pack_fresh, fact, facts),
    REQUIRED_TEXT("fresh", struct pack_fresh, fresh, WORD),
    CYAML_FIELD_END,
};

static const struct cyaml_schema_value fresh = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct pack_fresh, fresh_fields),
};

static const cyaml_schema_field_t change_fields[] = {
    REQUIRED_TEXT("rule", struct pack_change, rule, PACK_RULE_ID_MAX - 1),
    OPTIONAL_WORD("level", struct pack_change, level, levels),
    OPTIONAL_LIST("fresh", struct pack_change, fresh, &fresh, PACK_FACT_COUNT),
    CHANGEABLE(struct pack_change),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t callback_fields[] = {
    CYAML_FIELD_UINT("n", CYAML_FLAG_DEFAULT, struct pack_callback, n),
    REQUIRED_WORD("unit", struct pack_callback, unit, units),
    OPTIONAL_WORD("calendar", struct pack_callback, calendar, calendars),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t absence_fields[] = {
    REQUIRED_WORDS("accept", struct pack_absence, accept, absence_ways),
    OPTIONAL_NUMBER(
        "voicemail_max_days", struct pack_absence, voicemail_max_days),
    CYAML_FIELD_END,
};

static const cyaml_strval_t esims[] = {
    {"when_number_stays", PACK_ESIM_WHEN_NUMBER_STAYS},
    {"never", PACK_ESIM_NEVER},
};

static const cyaml_schema_field_t leaving_fields[] = {
    OPTIONAL_TEXT("remind", struct pack_leaving, remind, WORD),
    OPTIONAL_TEXT("remind_again", struct pack_leaving, remind_again, WORD),
    OPTIONAL_TEXT("wipe_at", struct pack_leaving, wipe_at, WORD),
    OPTIONAL_TEXT(
        "not_friday_after", struct pack_leaving, not_friday_after, WORD),
    OPTIONAL_NUMBER("manager_after", struct pack_leaving, manager_after),
    OPTIONAL_TEXT("offline_after", struct pack_leaving, offline_after, WORD),
    OPTIONAL_TEXT(
        "lost_mode_after", struct pack_leaving, lost_mode_after, WORD),
    OPTIONAL_TEXT(
        "sim_block_after", struct pack_leaving, sim_block_after, WORD),
    OPTIONAL_TEXT("rehire_window", struct pack_leaving, rehire_window, WORD),
    OPTIONAL_WORD("keep_esim", struct pack_leaving, keep_esim, esims),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t parameter_fields[] = {
    OPTIONAL_GROUP(
        "callback", struct pack_parameters, callback, callback_fields),
    OPTIONAL_GROUP("callback_simple", struct pack_parameters, callback_simple,
        callback_fields),
    OPTIONAL_GROUP("absence", struct pack_parameters, absence, absence_fields),
    OPTIONAL_TEXT("exit_digits", struct pack_parameters, exit_digits, 8),
    OPTIONAL_TEXT(
        "switchboard_number", struct pack_parameters, switchboard_number, 40),
    OPTIONAL_TEXT("phrase_in", struct pack_parameters, phrase_in, TITLE),
    OPTIONAL_TEXT("phrase_out", struct pack_parameters, phrase_out, TITLE),
    OPTIONAL_GROUP("leaving", struct pack_parameters, leaving, leaving_fields),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t acknowledgement_fields[] = {
    REQUIRED_TEXT("due", struct pack_acknowledgement, due, WORD),
    OPTIONAL_TEXT("remind", struct pack_acknowledgement, remind, WORD),
    OPTIONAL_TEXT("escalate", struct pack_acknowledgement, escalate, WORD),
    OPTIONAL_TEXT("again", struct pack_acknowledgement, again, WORD),
    CYAML_FIELD_END,
};

static const struct cyaml_schema_value language = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 2, 2),
};

static const struct cyaml_schema_value document = {
    CYAML_VALUE_MAPPING(
        CYAML_FLAG_DEFAULT, struct pack_document, document_fields),
};

static const struct cyaml_schema_value rule = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct pack_rule, rule_fields),
};

static const struct cyaml_schema_value change = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct pack_change, change_fields),
};

/* What only a pack that stands by itself needs is required by pack_check. */
static const cyaml_schema_field_t file_fields[] = {
    CYAML_FIELD_UINT("format", CYAML_FLAG_DEFAULT, struct pack_file, format),
    REQUIRED_TEXT("name", struct pack_file, name, PACK_NAME_MAX - 1),
    OPTIONAL_TEXT("organisation", struct pack_file, organisation, TITLE),
    OPTIONAL_TEXT("owner", struct pack_file, owner, TITLE),
    OPTIONAL_WORD("country", struct pack_file, country, countries),
    OPTIONAL_TEXT("time_zone", struct pack_file, time_zone, WORD),
    OPTIONAL_TEXT("extends", struct pack_file, extends, PACK_NAME_MAX - 1),
    CYAML_FIELD_SEQUENCE("languages", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
        struct pack_file, languages, &language, 1, PACK_LANGUAGES_MAX),
    CYAML_FIELD_MAPPING("parameters", CYAML_FLAG_OPTIONAL, struct pack_file,
        parameters, parameter_fields),
    OPTIONAL_GROUP("acknowledgement", struct pack_file, acknowledgement,
        acknowledgement_fields),
    OPTIONAL_LIST(
        "documents", struct pack_file, documents, &document, DOCUMENTS),
    OPTIONAL_LIST("rules", struct pack_file, rules, &rule, LIMIT_PACK_RULES),
    OPTIONAL_LIST(
        "changes", struct pack_file, changes, &change, LIMIT_PACK_RULES),
    CYAML_FIELD_END,
};

const struct cyaml_schema_value pack_file_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct pack_file, file_fields),
};

static const cyaml_schema_field_t profile_fields[] = {
    REQUIRED_TEXT("name", struct pack_profile_text, name, TITLE),
    REQUIRED_TEXT("description", struct pack_profile_text, description, TEXT),
    OPTIONAL_TEXT("web_clip", struct pack_profile_text, web_clip, WORD),
    OPTIONAL_TEXT("contact", struct pack_profile_text, contact, TITLE),
    CYAML_FIELD_END,
};

#define PHRASE(key, value)                                                     \
	OPTIONAL_TEXT(key, struct pack_phrases, template[value], TEXT)

static const cyaml_schema_field_t phrases_fields[] = {
    PHRASE("answer_in", PACK_PHRASE_ANSWER_IN),
    PHRASE("answer_out", PACK_PHRASE_ANSWER_OUT),
    PHRASE("greeting", PACK_PHRASE_GREETING),
    PHRASE("greeting_mail", PACK_PHRASE_GREETING_MAIL),
    PHRASE("absence_greeting", PACK_PHRASE_ABSENCE_GREETING),
    PHRASE("signature", PACK_PHRASE_SIGNATURE),
    PHRASE("sms", PACK_PHRASE_SMS),
    CYAML_FIELD_END,
};
#undef PHRASE

static const cyaml_schema_field_t operator_fields[] = {
    REQUIRED_TEXT("operator", struct pack_operator_text, operator, WORD),
    REQUIRED_TEXT("name", struct pack_operator_text, name, TITLE),
    REQUIRED_TEXT("greeting", struct pack_operator_text, greeting, TEXT),
    CYAML_FIELD_END,
};

static const struct cyaml_schema_value operator_text = {
    CYAML_VALUE_MAPPING(
        CYAML_FLAG_DEFAULT, struct pack_operator_text, operator_fields),
};

static const cyaml_schema_field_t text_fields[] = {
    REQUIRED_TEXT("rule", struct pack_text, rule, PACK_RULE_ID_MAX - 1),
    REQUIRED_TEXT("title", struct pack_text, title, TITLE),
    REQUIRED_TEXT("demand", struct pack_text, demand, TEXT),
    REQUIRED_TEXT("why", struct pack_text, why, TEXT),
    OPTIONAL_TEXT("how", struct pack_text, how, TEXT),
    OPTIONAL_TEXT("statement", struct pack_text, statement, TEXT),
    CYAML_FIELD_END,
};

static const struct cyaml_schema_value text = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct pack_text, text_fields),
};

static const cyaml_schema_field_t texts_fields[] = {
    REQUIRED_TEXT("language", struct pack_texts_file, language, 2),
    OPTIONAL_GROUP("profile", struct pack_texts_file, profile, profile_fields),
    CYAML_FIELD_MAPPING("phrases", CYAML_FLAG_OPTIONAL, struct pack_texts_file,
        phrases, phrases_fields),
    OPTIONAL_LIST("operators", struct pack_texts_file, operators,
        &operator_text, OPERATORS),
    OPTIONAL_LIST(
        "texts", struct pack_texts_file, texts, &text, LIMIT_PACK_RULES),
    CYAML_FIELD_END,
};

const struct cyaml_schema_value pack_texts_schema = {
    CYAML_VALUE_MAPPING(
        CYAML_FLAG_POINTER, struct pack_texts_file, texts_fields),
};

#pragma GCC diagnostic pop

static const char *word_of(
    const cyaml_strval_t *known, size_t count, int64_t value)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (known[i].val == value)
			return known[i].str;
	}
	return "unknown";
}

const char *pack_class_name(enum pack_class value)
{
	return word_of(classes, COUNT(classes), value);
}

const char *pack_level_name(enum pack_level value)
{
	return word_of(levels, COUNT(levels), value);
}

const char *pack_action_name(enum pack_action value)
{
	return word_of(actions, COUNT(actions), value);
}

const char *pack_role_name(enum pack_role value)
{
	return word_of(roles, COUNT(roles), value);
}

const char *pack_gate_name(enum pack_gate value)
{
	return word_of(gates, COUNT(gates), value);
}

const char *pack_occasion_name(enum pack_occasion value)
{
	return word_of(occasions, COUNT(occasions), value);
}

const char *pack_phrase_name(enum pack_phrase value)
{
	return word_of(phrase_words, COUNT(phrase_words), value);
}

const char *pack_absence_way_name(enum pack_absence_way value)
{
	return word_of(absence_ways, COUNT(absence_ways), value);
}

const char *pack_country_name(enum pack_country value)
{
	return word_of(countries, COUNT(countries), value);
}

const char *pack_subject_name(enum pack_subject value)
{
	return word_of(subjects, COUNT(subjects), value);
}
