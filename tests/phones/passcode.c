#include "tests/phones/passcode.h"

#include "proto/base/err.h"

#define KEYBAG_CLASSES 10

static json_int_t policy_number(const json_t *policy, const char *key)
{
	return json_integer_value(json_object_get(policy, key));
}

/* allowSimple is true when the payload is silent (Apple: Passcode). */
static bool allows_simple(const json_t *policy)
{
	return !json_is_false(json_object_get(policy, "allowSimple"));
}

static bool satisfies(const struct phone_pin *pin, const json_t *policy)
{
	if (!pin->set)
		return !json_is_true(json_object_get(policy, "forcePIN"));
	if ((json_int_t)pin->length < policy_number(policy, "minLength"))
		return false;
	if (pin->simple && !allows_simple(policy))
		return false;
	if (!pin->alphanumeric &&
	    json_is_true(json_object_get(policy, "requireAlphanumeric")))
		return false;
	/* Digits and letters alone have no complex character. */
	return policy_number(policy, "minComplexChars") == 0;
}

/* holder: a profile's record, or what is declared. */
static bool satisfies_all(const struct phone *phone, const json_t *holder)
{
	json_t *policies = json_object_get(holder, "passcode");
	json_t *policy;
	size_t i;

	json_array_foreach(policies, i, policy)
	{
		if (!satisfies(&phone->pin, policy))
			return false;
	}
	return true;
}

bool passcode_is_compliant(const struct phone *phone)
{
	json_t *profile;
	size_t i;

	json_array_foreach(phone->profiles, i, profile)
	{
		if (!satisfies_all(phone, profile))
			return false;
	}
	return satisfies_all(phone, phone->declarations);
}

int passcode_grace_seconds(const struct phone *phone)
{
	json_int_t least = -1;
	json_t *policies;
	json_t *profile;
	json_t *policy;
	json_t *value;
	size_t i;
	size_t j;

	json_array_foreach(phone->profiles, i, profile)
	{
		policies = json_object_get(profile, "passcode");
		json_array_foreach(policies, j, policy)
		{
			value = json_object_get(policy, "maxGracePeriod");
			if (json_is_integer(value) &&
			    (least < 0 || json_integer_value(value) < least))
				least = json_integer_value(value);
		}
	}
	return least > 0 && least < 1000 ? (int)least * 60 : 0;
}

static void put_number(struct buf *buf, uint32_t value)
{
	uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16),
	    (uint8_t)(value >> 8), (uint8_t)value};

	buf_append(buf, bytes, sizeof(bytes));
}

static void put_word(struct buf *buf, const char *tag, uint32_t value)
{
	buf_append(buf, tag, 4);
	put_number(buf, 4);
	put_number(buf, value);
}

static void put_random(
    struct buf *buf, const char *tag, size_t len, const struct rng *rng)
{
	uint8_t bytes[64];

	rng_fill(rng, bytes, len);
	buf_append(buf, tag, 4);
	put_number(buf, (uint32_t)len);
	buf_append(buf, bytes, len);
}

static void put_classes(struct buf *bag, const struct rng *rng)
{
	uint32_t i;

	for (i = 1; i <= KEYBAG_CLASSES; i++) {
		put_random(bag, "UUID", 16, rng);
		put_word(bag, "CLAS", i);
		put_word(bag, "WRAP", i < 5 ? 3 : 1);
		put_word(bag, "KTYP", i == 2 ? 1 : 0);
		put_random(bag, "WPKY", 40, rng);
		if (i == 2)
			put_random(bag, "PBKY", 32, rng);
	}
}

/* Layout: that of the UnlockToken in published captures of iOS devices. */
int passcode_make_unlock_token(
    const struct rng *rng, struct buf *token, struct err *err)
{
	struct buf bag = {0};
	int rc;

	put_word(&bag, "VERS", 4);
	put_word(&bag, "TYPE", 2); /* escrow */
	put_random(&bag, "UUID", 16, rng);
	put_random(&bag, "HMCK", 40, rng);
	put_word(&bag, "WRAP", 1);
	put_random(&bag, "SALT", 20, rng);
	put_word(&bag, "ITER", 50000);
	put_classes(&bag, rng);
	buf_reset(token);
	buf_append_str(token, "DATA");
	put_number(token, (uint32_t)bag.len);
	buf_append(token, bag.data, bag.len);
	put_random(token, "SIGN", 20, rng);
	rc = buf_check(&bag, err);
	if (rc == 0)
		rc = buf_check(token, err);
	buf_clear(&bag);
	return rc;
}
