#include "policies/pack_file.h"

#include <limits.h>

#include "proto/base/limits.h"

#define WORD 64 /* bytes of an id, a date, a duration */
#define TITLE 200
#define TEXT 2000 /* bytes of a paragraph for people */
#define DOCUMENTS 32
#define STEPS 8

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

static const cyaml_strval_t facts[] = {
    {"passcode.present", PACK_FACT_PASSCODE_PRESENT},
    {"passcode.compliant", PACK_FACT_PASSCODE_COMPLIANT},
    {"passcode.compliant_with_profiles",
        PACK_FACT_PASSCODE_COMPLIANT_WITH_PROFILES},
    {"profile.installed", PACK_FACT_PROFILE_INSTALLED},
};

static const cyaml_strval_t actions[] = {
    {"remind_person", PACK_ACTION_REMIND_PERSON},
    {"tell_manager", PACK_ACTION_TELL_MANAGER},
    {"record_deviation", PACK_ACTION_RECORD_DEVIATION},
    {"restrict", PACK_ACTION_RESTRICT},
};

static const cyaml_schema_field_t document_fields[] = {
    REQUIRED_TEXT("id", struct pack_document, id, WORD),
    REQUIRED_TEXT("title", struct pack_document, title, TITLE),
    REQUIRED_TEXT("decision", struct pack_document, decision, TITLE),
    REQUIRED_TEXT("decided", struct pack_document, decided, WORD),
    REQUIRED_TEXT("valid_from", struct pack_document, valid_from, WORD),
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
    REQUIRED_TEXT("fresh", struct pack_proof, fresh, WORD),
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
    REQUIRED_TEXT("settle", struct pack_grace, settle, WORD),
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

static const cyaml_schema_field_t waiver_fields[] = {
    REQUIRED_TEXT("reason", struct pack_waiver, reason, TEXT),
    OPTIONAL_TEXT("replaced_by", struct pack_waiver, replaced_by, TEXT),
    CYAML_FIELD_END,
};

static const struct cyaml_schema_value proof = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct pack_proof, proof_fields),
};

static const cyaml_schema_field_t rule_fields[] = {
    REQUIRED_TEXT("id", struct pack_rule, id, PACK_RULE_ID_MAX - 1),
    REQUIRED_WORD("class", struct pack_rule, class, classes),
    REQUIRED_WORD("level", struct pack_rule, level, levels),
    CYAML_FIELD_FLAGS("binds", CYAML_FLAG_STRICT, struct pack_rule, binds,
        roles, COUNT(roles)),
    CYAML_FIELD_ENUM("equipment", CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL,
        struct pack_rule, equipment, equipment, COUNT(equipment)),
    CYAML_FIELD_MAPPING(
        "source", CYAML_FLAG_DEFAULT, struct pack_rule, source, source_fields),
    CYAML_FIELD_SEQUENCE("proof", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
        struct pack_rule, proof, &proof, 0, PACK_FACT_COUNT),
    OPTIONAL_GROUP("grace", struct pack_rule, grace, grace_fields),
    OPTIONAL_GROUP("passcode", struct pack_rule, passcode, passcode_fields),
    OPTIONAL_GROUP("waiver", struct pack_rule, waiver, waiver_fields),
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

static const cyaml_schema_field_t file_fields[] = {
    CYAML_FIELD_UINT("format", CYAML_FLAG_DEFAULT, struct pack_file, format),
    REQUIRED_TEXT("name", struct pack_file, name, PACK_NAME_MAX - 1),
    REQUIRED_TEXT("organisation", struct pack_file, organisation, TITLE),
    CYAML_FIELD_SEQUENCE("languages", CYAML_FLAG_POINTER, struct pack_file,
        languages, &language, 1, PACK_LANGUAGES_MAX),
    CYAML_FIELD_SEQUENCE("documents", CYAML_FLAG_POINTER, struct pack_file,
        documents, &document, 1, DOCUMENTS),
    CYAML_FIELD_SEQUENCE("rules", CYAML_FLAG_POINTER, struct pack_file, rules,
        &rule, 1, LIMIT_PACK_RULES),
    CYAML_FIELD_END,
};

const struct cyaml_schema_value pack_file_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct pack_file, file_fields),
};

static const cyaml_schema_field_t profile_fields[] = {
    REQUIRED_TEXT("name", struct pack_profile_text, name, TITLE),
    REQUIRED_TEXT("description", struct pack_profile_text, description, TEXT),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t text_fields[] = {
    REQUIRED_TEXT("rule", struct pack_text, rule, PACK_RULE_ID_MAX - 1),
    REQUIRED_TEXT("title", struct pack_text, title, TITLE),
    REQUIRED_TEXT("demand", struct pack_text, demand, TEXT),
    REQUIRED_TEXT("why", struct pack_text, why, TEXT),
    OPTIONAL_TEXT("how", struct pack_text, how, TEXT),
    CYAML_FIELD_END,
};

static const struct cyaml_schema_value text = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct pack_text, text_fields),
};

static const cyaml_schema_field_t texts_fields[] = {
    REQUIRED_TEXT("language", struct pack_texts_file, language, 2),
    CYAML_FIELD_MAPPING("profile", CYAML_FLAG_DEFAULT, struct pack_texts_file,
        profile, profile_fields),
    CYAML_FIELD_SEQUENCE("texts", CYAML_FLAG_POINTER, struct pack_texts_file,
        texts, &text, 1, LIMIT_PACK_RULES),
    CYAML_FIELD_END,
};

const struct cyaml_schema_value pack_texts_schema = {
    CYAML_VALUE_MAPPING(
        CYAML_FLAG_POINTER, struct pack_texts_file, texts_fields),
};

#pragma GCC diagnostic pop

static const char *word_of(
    const cyaml_strval_t *words, size_t count, int64_t value)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (words[i].val == value)
			return words[i].str;
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

const char *pack_fact_name(enum pack_fact value)
{
	return word_of(facts, COUNT(facts), value);
}

const char *pack_action_name(enum pack_action value)
{
	return word_of(actions, COUNT(actions), value);
}
