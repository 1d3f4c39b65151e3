/*
 * evidence_subject: whom or what evidence is about, in one spelling:
 * "tel:+46701234567", "iccid:8946…", "eid:…", "imei:…", "serial:…",
 * "person:<id>". The only place that turns what people and exports write into
 * that spelling. Pure.
 */
#ifndef PROTO_EVIDENCE_EVIDENCE_SUBJECT_H
#define PROTO_EVIDENCE_EVIDENCE_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>

struct err;

enum evidence_subject_kind {
	EVIDENCE_SUBJECT_TEL,   /* E.164: + and 7 to 15 digits */
	EVIDENCE_SUBJECT_ICCID, /* 18 to 20 digits, 89… (ITU-T E.118) */
	EVIDENCE_SUBJECT_EID,   /* 32 digits, 89… */
	EVIDENCE_SUBJECT_IMEI,  /* 15 digits */
	EVIDENCE_SUBJECT_SERIAL,
	EVIDENCE_SUBJECT_PERSON /* our own opaque id */
};
#define EVIDENCE_SUBJECT_KIND_COUNT 6

#define EVIDENCE_SUBJECT_VALUE_MAX 65 /* with NUL */
#define EVIDENCE_SUBJECT_TEXT_MAX 80  /* "person:" and the value, with NUL */

struct evidence_subject {
	enum evidence_subject_kind kind;
	char value[EVIDENCE_SUBJECT_VALUE_MAX];
};

const char *evidence_subject_kind_name(enum evidence_subject_kind kind);
int evidence_subject_kind_find(
    const char *name, enum evidence_subject_kind *out);

/*
 * What a person or an export wrote → the one spelling. country: "SE", "DK",
 * "NO", "FI" for numbers written without a country; NULL: such numbers are
 * refused. -ERR_INVALID with a sentence without the value, for it may be a
 * person's number.
 *   tel:   "070-123 45 67", "0046 70…", "+46 (0)70…" → "+46701234567"
 *   iccid: blanks, dashes and a trailing F (the nibble filler) go
 *   imei:  an IMEISV of 16 digits loses its software version; it and one of 14
 *          are given the check digit that they do not carry (3GPP TS 23.003 section 6.2.1)
 *   serial: upper case
 */
int evidence_subject_make(enum evidence_subject_kind kind, const char *text,
    const char *country, struct evidence_subject *out, struct err *err);
/* Is country one that evidence_subject_make() knows? */
bool evidence_country_is_known(const char *country);

/* Exactly the spelling of reports; nothing is repaired. -ERR_INVALID. */
int evidence_subject_parse(
    const char *text, struct evidence_subject *out, struct err *err);
void evidence_subject_text(const struct evidence_subject *subject,
    char out[EVIDENCE_SUBJECT_TEXT_MAX]);
bool evidence_subject_equal(
    const struct evidence_subject *a, const struct evidence_subject *b);

/*
 * Two ICCIDs of one SIM: equal, or equal in the first 18 digits when their
 * lengths differ (a check digit that one side leaves out).
 */
bool evidence_iccid_is_same(const char *a, const char *b);
/* Two IMEIs of one phone: equal in the first 14 digits, for networks carry a 0
 * where the check digit stands (3GPP TS 23.003 section 6.2.1). */
bool evidence_imei_is_same(const char *a, const char *b);

/* Check digits are hints at a slip of the pen, never a verdict: issuers differ
 * on them. Luhn over all digits, the last being the check digit. */
bool evidence_luhn_holds(const char *digits);
/* EID: the whole number modulo 97 is 1 (GSMA SGP.29). */
bool evidence_eid_holds(const char *digits);

#endif
