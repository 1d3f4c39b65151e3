#include "server/keeper/message.h"

#include <string.h>

#include "proto/base/err.h"
#include "proto/base/uuid.h"
#include "server/keeper/audit_text.h"

#define NUMBER_LEN sizeof(int64_t)

struct field_rule {
	size_t min;
	size_t max;
};

struct op_rule {
	const char *name;
	size_t field_count;
	struct field_rule fields[KEEPER_FIELDS_MAX];
};

/* clang-format off */
#define NUMBER {NUMBER_LEN, NUMBER_LEN}
/* What of a scep_request the answer needs: see keeper_scep_encode(). */
#define SCEP_REQUEST \
	{1, LIMIT_TRANSACTION_ID}, {1, LIMIT_NONCE}, {1, LIMIT_CERTIFICATE}, \
	NUMBER, NUMBER

static const struct op_rule op_rules[KEEPER_OP_COUNT] = {
	/* request, common name, now, validity */
	[KEEPER_OP_ISSUE] = {"issue", 4,
		{{1, LIMIT_CSR}, {1, LIMIT_NAME}, NUMBER, NUMBER}},
	[KEEPER_OP_SIGN_PROFILE] = {"sign", 1, {{1, LIMIT_PROFILE}}},
	[KEEPER_OP_OPEN_ENVELOPE] = {"open", 1, {{1, LIMIT_CMS}}},
	/* request (5 fields), certificate */
	[KEEPER_OP_SCEP_SUCCESS] = {"success", 6,
		{SCEP_REQUEST, {1, LIMIT_CERTIFICATE}}},
	/* request (5 fields), failInfo */
	[KEEPER_OP_SCEP_FAILURE] = {"failure", 6, {SCEP_REQUEST, NUMBER}},
	/* context, secret */
	[KEEPER_OP_SEAL] = {"seal", 2,
		{{1, KEEPER_CONTEXT_MAX}, {0, KEEPER_SECRET_MAX}}},
	[KEEPER_OP_UNSEAL] = {"unseal", 2,
		{{1, KEEPER_CONTEXT_MAX},
		 {KEEPER_SEAL_OVERHEAD, KEEPER_SECRET_MAX + KEEPER_SEAL_OVERHEAD}}},
	/* request, station's id, now, validity */
	[KEEPER_OP_ISSUE_STATION] = {"issue station", 4,
		{{1, LIMIT_CSR}, {UUID_TEXT_MAX - 1, UUID_TEXT_MAX - 1}, NUMBER,
		 NUMBER}},
	[KEEPER_OP_SIGN_ORDER] = {"sign order", 1, {{1, KEEPER_ORDER_MAX}}},
	[KEEPER_OP_SIGN_CHALLENGE] = {"sign challenge", 1,
		{{KEEPER_CHALLENGE_MIN, KEEPER_CHALLENGE_MAX}}},
	/* organisation, entry's number, its hash, now */
	[KEEPER_OP_SIGN_CHECKPOINT] = {"sign checkpoint", 4,
		{{1, UUID_TEXT_MAX - 1}, NUMBER,
		 {AUDIT_TEXT_HASH, AUDIT_TEXT_HASH}, NUMBER}},
	/* document, kind, now */
	[KEEPER_OP_SIGN_DOCUMENT] = {"sign document", 3,
		{{1, LIMIT_PROFILE}, NUMBER, NUMBER}},
};
/* clang-format on */

struct keeper_field keeper_field_number(const int64_t *number)
{
	return (struct keeper_field){(const uint8_t *)number, NUMBER_LEN};
}

int64_t keeper_field_get_number(const struct keeper_field *field)
{
	int64_t number = 0;

	memcpy(&number, field->data, NUMBER_LEN);
	return number;
}

struct keeper_field keeper_field_text(const char *text)
{
	return (struct keeper_field){(const uint8_t *)text, strlen(text)};
}

size_t keeper_message_size(const struct keeper_message *message)
{
	size_t size = 0;

	for (size_t i = 0; i < message->field_count; i++)
		size += sizeof(uint32_t) + message->fields[i].len;
	return size;
}

void keeper_message_encode(const struct keeper_message *message, uint8_t *out)
{
	for (size_t i = 0; i < message->field_count; i++) {
		const struct keeper_field *field = &message->fields[i];
		uint32_t len = (uint32_t)field->len;

		memcpy(out, &len, sizeof(len));
		out += sizeof(len);
		if (field->len > 0)
			memcpy(out, field->data, field->len);
		out += field->len;
	}
}

/* One field off the front of data; moves data and len past it. */
static int field_take(const uint8_t **data, size_t *len,
    const struct field_rule *rule, struct keeper_field *field, struct err *err)
{
	uint32_t field_len = 0;

	if (*len < sizeof(field_len))
		return err_set(err, ERR_INVALID, "a field is missing");
	memcpy(&field_len, *data, sizeof(field_len));
	*data += sizeof(field_len);
	*len -= sizeof(field_len);
	if (field_len > *len)
		return err_set(err, ERR_INVALID, "a field is cut short");
	if (field_len < rule->min || field_len > rule->max)
		return err_set(err, ERR_LIMIT,
		    "a field has %u bytes; %zu to %zu are taken",
		    (unsigned)field_len, rule->min, rule->max);
	*field = (struct keeper_field){*data, field_len};
	*data += field_len;
	*len -= field_len;
	return 0;
}

int keeper_message_parse(uint32_t op, const uint8_t *data, size_t len,
    struct keeper_message *out, struct err *err)
{
	struct keeper_message message = {0};
	const struct op_rule *rule;

	if (op >= KEEPER_OP_COUNT || !op_rules[op].name)
		return err_set(err, ERR_INVALID,
		    "the keeper knows no operation %u", (unsigned)op);
	rule = &op_rules[op];
	message.op = (enum keeper_op)op;
	message.field_count = rule->field_count;
	for (size_t i = 0; i < rule->field_count; i++) {
		int rc = field_take(
		    &data, &len, &rule->fields[i], &message.fields[i], err);

		if (rc != 0) {
			(void)err_prefix(err, "keeper: %s", rule->name);
			return rc;
		}
	}
	if (len != 0)
		return err_set(err, ERR_INVALID,
		    "keeper: %s: %zu bytes too many", rule->name, len);
	*out = message;
	return 0;
}
