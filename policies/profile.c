#include "policies/profile.h"

#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include "policies/policy_demand.h"
#include "proto/apple/profile_payload.h"
#include "proto/apple/web_clip_payload.h"
#include "proto/apple/xplist.h"
#include "proto/base/str.h"

#define IDENTIFIER_MAX POLICY_PROFILE_IDENTIFIER_MAX
#define PART_NAME_MAX 16 /* of parts[], with its dot */

/* Everything one encoding needs. */
struct draft {
	const struct pack *pack;
	const struct policy_profile_target *target;
	const struct pack_profile_text *text;
	const char *language;
	const char *organisation;
	enum enrolment_kind enrolment;
	struct policy_demand demand;
	char identifier[IDENTIFIER_MAX];
	char uuid[UUID_TEXT_MAX];
	char part_uuids[POLICY_PROFILE_PAYLOADS][UUID_TEXT_MAX];
	size_t payload_count; /* as last encoded */
};

/* --- the payloads --------------------------------------------------------- */

static int number_or_none(unsigned number)
{
	return number ? (int)number : -1;
}

/*
 * In user enrolment a phone asks for its own minimum as soon as the payload is
 * there, and ignores every key (Apple: Passcode).
 */
static int passcode_settings(
    const struct draft *draft, plist_t *out, struct err *err)
{
	const struct pack_passcode *passcode = &draft->demand.passcode;
	struct passcode_payload payload = PASSCODE_PAYLOAD_NONE;

	payload.force_pin = 1;
	if (draft->enrolment == ENROLMENT_USER)
		return passcode_payload_settings(&payload, out, err);
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

static int restriction_settings(
    const struct draft *draft, plist_t *out, struct err *err)
{
	return restrictions_payload_settings(
	    &draft->demand.restrictions, draft->enrolment, out, err);
}

static int page_settings(
    const struct draft *draft, plist_t *out, struct err *err)
{
	if (!draft->target->page_url || !draft->text->web_clip)
		return 0;
	return web_clip_payload_settings(draft->text->web_clip,
	    draft->target->page_url, draft->demand.web_clip_removable, out,
	    err);
}

/* Apple has no payload for one contact: the button hands it over. */
static int contact_settings(
    const struct draft *draft, plist_t *out, struct err *err)
{
	if (!draft->target->contact_url || !draft->text->contact ||
	    !pack_parameters(draft->pack)->switchboard_number)
		return 0;
	return web_clip_payload_settings(
	    draft->text->contact, draft->target->contact_url, true, out, err);
}

/* settings leaves *out NULL when there is nothing to set on such a phone. */
static const struct part {
	enum policy_part demand;
	const char *type;
	const char *name; /* ends the payload's identifier */
	int (*settings)(
	    const struct draft *draft, plist_t *out, struct err *err);
} parts[POLICY_PROFILE_PAYLOADS] = {
    {POLICY_PASSCODE, PROFILE_TYPE_PASSCODE, "passcode", passcode_settings},
    {POLICY_RESTRICTIONS, PROFILE_TYPE_RESTRICTIONS, "restrictions",
        restriction_settings},
    {POLICY_WEB_CLIP, PROFILE_TYPE_WEB_CLIP, "page", page_settings},
    {POLICY_CONTACT_CARD, PROFILE_TYPE_WEB_CLIP, "contact", contact_settings},
};

/* --- the draft ------------------------------------------------------------ */

static bool is_organisation_id(const char *id)
{
	size_t len = id ? strlen(id) : 0;

	return len > 0 && len <= 64 &&
	    strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789.-") == len;
}

static int draft_identify(struct draft *draft, struct err *err)
{
	int wrote;

	if (!is_organisation_id(draft->target->organisation_id))
		return err_set(err, ERR_INVALID,
		    "organisation id: use 1 to 64 of a to z, 0 to 9, . and -");
	wrote = snprintf(draft->identifier, IDENTIFIER_MAX, "workphone.%s.%s",
	    draft->target->organisation_id, pack_name(draft->pack));
	if (wrote < 0 || wrote >= IDENTIFIER_MAX - PART_NAME_MAX)
		return err_set(err, ERR_LIMIT, "profile identifier too long");
	return 0;
}

static int draft_make(struct draft *draft, struct err *err)
{
	const struct policy_profile_target *target = draft->target;

	draft->language = target->language ? target->language
	                                   : pack_language_at(draft->pack, 0);
	draft->text = pack_profile_text_find(draft->pack, draft->language);
	if (!draft->text)
		return err_set(err, ERR_INVALID,
		    "pack '%s' has no texts in the language '%.8s'",
		    pack_name(draft->pack), draft->language);
	draft->organisation = target->organisation_name
	    ? target->organisation_name
	    : pack_organisation(draft->pack);
	draft->enrolment =
	    target->enrolment ? target->enrolment : ENROLMENT_DEVICE;
	policy_demand_collect(draft->pack, target->equipment, &draft->demand);
	return draft_identify(draft, err);
}

/* --- encoding ------------------------------------------------------------- */

struct encoding {
	struct profile_payload payloads[POLICY_PROFILE_PAYLOADS];
	plist_t settings[POLICY_PROFILE_PAYLOADS]; /* owned */
	char identifiers[POLICY_PROFILE_PAYLOADS][IDENTIFIER_MAX];
	size_t count;
};

static void encoding_clear(struct encoding *encoding)
{
	size_t i;

	for (i = 0; i < encoding->count; i++)
		plist_free(encoding->settings[i]);
}

static int encoding_add(struct encoding *encoding, const struct draft *draft,
    size_t which, struct err *err)
{
	const struct part *part = &parts[which];
	const struct pack_rule *rule = draft->demand.rules[part->demand];
	const struct pack_text *text;
	size_t at = encoding->count;
	plist_t settings = NULL;
	int rc;

	if (!rule)
		return 0;
	rc = part->settings(draft, &settings, err);
	if (rc || !settings)
		return rc;
	text = pack_text_find(draft->pack, draft->language, rule->id);
	(void)snprintf(encoding->identifiers[at], IDENTIFIER_MAX, "%.*s.%s",
	    IDENTIFIER_MAX - PART_NAME_MAX, draft->identifier, part->name);
	encoding->settings[at] = settings;
	encoding->payloads[at] = (struct profile_payload){
	    .type = part->type,
	    .identifier = encoding->identifiers[at],
	    .uuid = draft->part_uuids[which],
	    .display_name = text ? text->title : NULL,
	    .description = text ? text->demand : NULL,
	    .organisation = draft->organisation,
	    .settings = settings,
	};
	encoding->count++;
	return 0;
}

static int draft_encode(struct draft *draft, struct buf *xml, struct err *err)
{
	struct encoding encoding = {0};
	struct profile profile = {
	    .identifier = draft->identifier,
	    .uuid = draft->uuid,
	    .display_name = draft->text->name,
	    .organisation = draft->organisation,
	    .description = draft->text->description,
	    .payloads = encoding.payloads,
	};
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < POLICY_PROFILE_PAYLOADS; i++)
		rc = encoding_add(&encoding, draft, i, err);
	profile.payload_count = encoding.count;
	draft->payload_count = encoding.count;
	if (rc == 0 && encoding.count == 0)
		rc = err_set(err, ERR_NOT_FOUND,
		    "no rule of pack '%s' sets anything on such a phone",
		    pack_name(draft->pack));
	if (rc == 0)
		rc = profile_encode(&profile, xml, err);
	encoding_clear(&encoding);
	return rc;
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

/* Stands in the bytes that the real UUIDs are worked out from. */
static void uuid_placeholder(size_t number, char out[UUID_TEXT_MAX])
{
	(void)snprintf(
	    out, UUID_TEXT_MAX, "00000000-0000-8000-8000-%012zu", number);
}

/* The UUIDs follow from every other byte: encode without them, and hash. */
static int draft_name(struct draft *draft, struct err *err)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];
	struct buf xml = {0};
	size_t i;
	int rc;

	uuid_placeholder(1, draft->uuid);
	for (i = 0; i < POLICY_PROFILE_PAYLOADS; i++)
		uuid_placeholder(i + 2, draft->part_uuids[i]);
	rc = draft_encode(draft, &xml, err);
	if (rc == 0) {
		(void)SHA256(xml.data, xml.len, hash);
		uuid_from_hash(hash, "profile", draft->uuid);
		for (i = 0; i < POLICY_PROFILE_PAYLOADS; i++)
			uuid_from_hash(
			    hash, parts[i].name, draft->part_uuids[i]);
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
	out->payload_count = draft->payload_count;
}

int policy_profile_build(const struct pack *pack,
    const struct policy_profile_target *target, struct buf *xml,
    struct policy_profile_summary *out, struct err *err)
{
	struct draft draft = {.pack = pack, .target = target};
	size_t before = xml->len;
	int rc = draft_make(&draft, err);

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
