/*
 * example: one receipt of each kind, for the tests of this folder.
 */
#ifndef TESTS_UNIT_RECEIPTS_EXAMPLE_H
#define TESTS_UNIT_RECEIPTS_EXAMPLE_H

#include <stdio.h>
#include <string.h>

#include "server/receipts/receipt.h"

#define EXAMPLE_AT INT64_C(1795358460000) /* 2026-11-22T14:41:00Z */

static inline void example_text(char *out, size_t size, const char *text)
{
	(void)snprintf(out, size, "%s", text);
}
#define EXAMPLE_SET(member, text) example_text((member), sizeof(member), (text))

static inline void example_sign(struct receipt *receipt, enum receipt_role role,
    enum receipt_way way, const char *person_id, const char *name)
{
	struct receipt_signature *signature =
	    &receipt->signatures[receipt->signature_count++];

	signature->role = role;
	signature->way = way;
	signature->at = EXAMPLE_AT - 60000;
	EXAMPLE_SET(signature->person_id, person_id);
	EXAMPLE_SET(signature->name, name);
	EXAMPLE_SET(signature->typed, name);
}

static inline void example_things(struct receipt *receipt)
{
	struct receipt_thing *thing = receipt->things;

	thing->kind = RECEIPT_PHONE;
	EXAMPLE_SET(thing->id, "0192c2a0-5b7e-7c3d-9f00-0000000000d1");
	EXAMPLE_SET(thing->name, "iPhone 13");
	EXAMPLE_SET(thing->serial, "VVKDEMO00003");
	EXAMPLE_SET(thing->imei, "356938035643809");
	receipt->thing_count = 1;
	if (receipt->kind == RECEIPT_ERASURE)
		return;
	thing = &receipt->things[1];
	thing->kind = RECEIPT_SUBSCRIPTION;
	EXAMPLE_SET(thing->name, "Demotel");
	EXAMPLE_SET(thing->number, "+46701740601");
	EXAMPLE_SET(thing->iccid, "8946000000000000001");
	if (receipt->kind == RECEIPT_RETURN)
		thing->sim = RECEIPT_SIM_REUSE;
	thing = &receipt->things[2];
	thing->kind = RECEIPT_ACCESSORY;
	EXAMPLE_SET(thing->name, "Fodral, svart");
	receipt->thing_count = 3;
}

static inline void example_observe(struct receipt *receipt, const char *seen)
{
	struct receipt_fact *fact = &receipt->facts[receipt->fact_count++];

	EXAMPLE_SET(fact->name, RECEIPT_OBSERVED);
	EXAMPLE_SET(fact->value, seen);
	EXAMPLE_SET(fact->source, "Bänk 2");
	fact->at = EXAMPLE_AT - 3600000;
}

static inline void example_erasure(struct receipt *receipt)
{
	receipt->erasure = RECEIPT_ERASURE_BENCH;
	receipt->erasure_ordered_at = EXAMPLE_AT - 86400000;
	receipt->erasure_proven_at = EXAMPLE_AT - 3600000;
	EXAMPLE_SET(receipt->erasure_why,
	    "not activated, in Setup Assistant, no longer supervised, the "
	    "former pairing is gone");
	example_observe(receipt, "not activated");
	example_observe(receipt, "in Setup Assistant");
	example_observe(receipt, "no longer supervised");
	example_observe(receipt, "the former pairing is gone");
}

static inline void example_make(
    struct receipt *receipt, enum receipt_kind kind, const char *language)
{
	memset(receipt, 0, sizeof(*receipt));
	receipt->kind = kind;
	receipt->issued_at = EXAMPLE_AT;
	EXAMPLE_SET(receipt->id, "0192c2a0-5b7e-7c3d-9f00-0123456789ab");
	EXAMPLE_SET(receipt->number, "2026-17");
	EXAMPLE_SET(receipt->language, language);
	EXAMPLE_SET(receipt->zone, "Europe/Stockholm");
	EXAMPLE_SET(receipt->organisation, "Västerviks kommun");
	EXAMPLE_SET(receipt->person_id, "0192c2a0-5b7e-7c3d-9f00-0000000000a1");
	EXAMPLE_SET(receipt->person, "Åsa Nordström");
	EXAMPLE_SET(receipt->unit, "Hemtjänsten Södra");
	example_things(receipt);
	if (kind == RECEIPT_ERASURE) {
		example_erasure(receipt);
		return;
	}
	example_sign(receipt, RECEIPT_HOLDER, RECEIPT_BY_LINK,
	    receipt->person_id, "Åsa Nordström");
	if (kind == RECEIPT_HAND_OUT) {
		EXAMPLE_SET(receipt->rules_url,
		    "https://office.example.org/o/vastervik");
		return;
	}
	example_sign(receipt, RECEIPT_RECEIVER, RECEIPT_BY_LINK,
	    "0192c2a0-5b7e-7c3d-9f00-0000000000b1", "Karin Lindqvist");
	EXAMPLE_SET(receipt->note, "Repa på baksidan. Laddaren saknas.");
	receipt->codes = RECEIPT_CODES_NOT_NEEDED;
	receipt->erasure = RECEIPT_ERASURE_ACKNOWLEDGED;
	receipt->erasure_ordered_at = EXAMPLE_AT - 86400000;
}

#endif
