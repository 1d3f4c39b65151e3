#include "policies/profile.h"

#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include "proto/apple/profile_payload.h"
#include "proto/apple/xplist.h"
#include "proto/base/str.h"

/* Stands in the bytes that the real UUIDs are worked out from. */
#define UUID_PLACEHOLDER_PROFILE "00000000-0000-8000-8000-000000000001"
#define UUID_PLACEHOLDER_PASSCODE "00000000-0000-8000-8000-000000000002"

#define IDENTIFIER_MAX POLICY_PROFILE_IDENTIFIER_MAX

/* Everything one encoding needs. */
struct draft {
	const struct pack_profile_text *text;
	const struct pack_text *passcode_text; /* of the first such rule */
	const char *organisation;
	char identifier[IDENTIFIER_MAX];
	char passcode_identifier[IDENTIFIER_MAX];
	char uuid[UUID_TEXT_MAX];
	char passcode_uuid[UUID_TEXT_MAX];
	struct pack_passcode passcode; /* the strictest of all rules */
	size_t rule_count;
};

/* The strictest of two demands ---------------------------------------- */

static unsigned larger(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

/* 0 demands nothing. */
static unsigned smaller_set(unsigned a, unsigned b)
{
	if (a == 0 || b == 0)
		return a + b;
	return a < b ? a : b;
}

static void passcode_tighten(
    struct pack_passcode *all, const struct pack_passcode *one)
{
	all->allow_simple = all->allow_simple && one->allow_simple;
	all->alphanumeric = all->alphanumeric || one->alphanumeric;
	all->min_length = larger(all->min_length, one->min_length);
	all->min_complex_characters =
	    larger(all->min_complex_characters, one->min_complex_characters);
	all->history = larger(all->history, one->history);
	all->max_age_days = smaller_set(all->max_age_days, one->max_age_days);
	all->auto_lock_minutes =
	    smaller_set(all->auto_lock_minutes, one->auto_lock_minutes);
	all->erase_after_failed_attempts = smaller_set(
	    all->erase_after_failed_attempts, one->erase_after_failed_attempts);
	if (one->lock_grace_minutes < all->lock_grace_minutes)
		all->lock_grace_minutes = one->lock_grace_minutes;
}

static bool rule_fits(
    const struct pack_rule *rule, enum pack_equipment equipment)
{
	if (equipment == PACK_EQUIPMENT_NONE)
		equipment = PACK_EQUIPMENT_ORGANISATION;
	return rule->class == PACK_ENFORCE && rule->passcode &&
	    (rule->equipment == equipment ||
	        rule->equipment == PACK_EQUIPMENT_ANY);
}

static void draft_collect(struct draft *draft, const struct pack *pack,
    const struct policy_profile_target *target, const char *language)
{
	const struct pack_rule *rule;
	size_t i;

	for (i = 0; (rule = pack_rule_at(pack, i)) != NULL; i++) {
		if (!rule_fits(rule, target->equipment))
			continue;
		if (draft->rule_count++ == 0) {
			draft->passcode = *rule->passcode;
			draft->passcode_text =
			    pack_text_find(pack, language, rule->id);
		} else {
			passcode_tighten(&draft->passcode, rule->passcode);
		}
	}
}

/* The draft ------------------------------------------------------------ */

static bool is_organisation_id(const char *id)
{
	size_t len = id ? strlen(id) : 0;

	return len > 0 && len <= 64 &&
	    strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789.-") == len;
}

static int draft_identify(struct draft *draft, const struct pack *pack,
    const struct policy_profile_target *target, struct err *err)
{
	int wrote;

	if (!is_organisation_id(target->organisation_id))
		return err_set(err, ERR_INVALID,
		    "organisation id: use 1 to 64 of a to z, 0 to 9, . and -");
	wrote = snprintf(draft->identifier, IDENTIFIER_MAX, "workphone.%s.%s",
	    target->organisation_id, pack_name(pack));
	if (wrote < 0 || wrote >= IDENTIFIER_MAX - 16)
		return err_set(err, ERR_LIMIT, "profile identifier too long");
	(void)snprintf(draft->passcode_identifier, IDENTIFIER_MAX,
	    "%.*s.passcode", IDENTIFIER_MAX - 16, draft->identifier);
	return 0;
}

static int draft_make(struct draft *draft, const struct pack *pack,
    const struct policy_profile_target *target, struct err *err)
{
	const char *language = target->language;

	if (!language)
		language = pack_language_at(pack, 0);
	draft->text = pack_profile_text_find(pack, language);
	if (!draft->text)
		return err_set(err, ERR_INVALID,
		    "pack '%s' has no texts in the language '%.8s'",
		    pack_name(pack), language);
	draft->organisation = target->organisation_name
	    ? target->organisation_name
	    : pack_organisation(pack);
	draft_collect(draft, pack, target, language);
	if (draft->rule_count == 0)
		return err_set(err, ERR_NOT_FOUND,
		    "no rule of pack '%s' sets anything on such a phone",
		    pack_name(pack));
	return draft_identify(draft, pack, target, err);
}

/* Encoding ------------------------------------------------------------- */

static int number_or_none(unsigned number)
{
	return number ? (int)number : -1;
}

static int passcode_settings(
    const struct pack_passcode *passcode, plist_t *out, struct err *err)
{
	struct passcode_payload payload = PASSCODE_PAYLOAD_NONE;

	payload.force_pin = 1;
	payload.allow_simple = passcode->allow_simple;
	payload.require_alphanumeric = passcode->alphanumeric;
	payload.min_length = number_or_none(passcode->min_length);
	payload.min_complex_chars =
	    number_or_none(passcode->min_complex_characters);
	payload.max_age_days = number_or_none(passcode->max_age_days);
	payload.history = number_or_none(passcode->history);
	payload.max_inactivity_min =
	    number_or_none(passcode->auto_lock_minutes);
	payload.max_grace_min = (int)passcode->lock_grace_minutes;
	payload.max_failed_attempts =
	    number_or_none(passcode->erase_after_failed_attempts);
	return passcode_payload_settings(&payload, out, err);
}

static int draft_encode(
    const struct draft *draft, struct buf *xml, struct err *err)
{
	CLEANUP(plist) plist_t settings = NULL;
	struct profile_payload payload = {
	    .type = PROFILE_TYPE_PASSCODE,
	    .identifier = draft->passcode_identifier,
	    .uuid = draft->passcode_uuid,
	    .display_name =
	        draft->passcode_text ? draft->passcode_text->title : NULL,
	    .description =
	        draft->passcode_text ? draft->passcode_text->demand : NULL,
	    .organisation = draft->organisation,
	};
	struct profile profile = {
	    .identifier = draft->identifier,
	    .uuid = draft->uuid,
	    .display_name = draft->text->name,
	    .organisation = draft->organisation,
	    .description = draft->text->description,
	    .payloads = &payload,
	    .payload_count = 1,
	};
	int rc = passcode_settings(&draft->passcode, &settings, err);

	if (rc)
		return rc;
	payload.settings = settings;
	return profile_encode(&profile, xml, err);
}

/*
 * UUIDv8 out of a hash (RFC 9562 section 5.8 and its note on SHA-256): part
 * keeps the UUIDs inside one profile apart.
 */
static void uuid_from_hash(const uint8_t hash[SHA256_DIGEST_LENGTH],
    const char *part, char out[UUID_TEXT_MAX])
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	char seed[2 * SHA256_DIGEST_LENGTH + 32];
	char hex[33];

	str_hex(seed, hash, SHA256_DIGEST_LENGTH);
	(void)snprintf(seed + strlen(seed), 32, "/%s", part);
	(void)SHA256((const uint8_t *)seed, strlen(seed), digest);
	digest[6] = (uint8_t)((digest[6] & 0x0f) | 0x80);
	digest[8] = (uint8_t)((digest[8] & 0x3f) | 0x80);
	str_hex(hex, digest, 16);
	(void)snprintf(out, UUID_TEXT_MAX, "%.8s-%.4s-%.4s-%.4s-%.12s", hex,
	    hex + 8, hex + 12, hex + 16, hex + 20);
}

/* The UUIDs follow from every other byte: encode without them, and hash. */
static int draft_name(struct draft *draft, struct err *err)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];
	struct buf xml = {0};
	int rc;

	(void)str_copy(
	    draft->uuid, sizeof(draft->uuid), UUID_PLACEHOLDER_PROFILE);
	(void)str_copy(draft->passcode_uuid, sizeof(draft->passcode_uuid),
	    UUID_PLACEHOLDER_PASSCODE);
	rc = draft_encode(draft, &xml, err);
	if (rc == 0) {
		(void)SHA256(xml.data, xml.len, hash);
		uuid_from_hash(hash, "profile", draft->uuid);
		uuid_from_hash(hash, "passcode", draft->passcode_uuid);
	}
	buf_clear(&xml);
	return rc;
}

static void draft_summarise(const struct draft *draft, const uint8_t *xml,
    size_t len, struct policy_profile_summary *out)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];

	(void)SHA256(xml, len, hash);
	str_hex(out->content_hash, hash, sizeof(hash));
	(void)str_copy(
	    out->identifier, sizeof(out->identifier), draft->identifier);
	(void)str_copy(out->uuid, sizeof(out->uuid), draft->uuid);
	out->payload_count = 1;
}

int policy_profile_build(const struct pack *pack,
    const struct policy_profile_target *target, struct buf *xml,
    struct policy_profile_summary *out, struct err *err)
{
	struct draft draft = {0};
	size_t before = xml->len;
	int rc = draft_make(&draft, pack, target, err);

	if (rc == 0)
		rc = draft_name(&draft, err);
	if (rc == 0)
		rc = draft_encode(&draft, xml, err);
	if (rc == 0)
		rc = buf_check(xml, err);
	if (rc == 0)
		draft_summarise(
		    &draft, xml->data + before, xml->len - before, out);
	return rc;
}
