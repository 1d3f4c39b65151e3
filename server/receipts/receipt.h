/*
 * receipt: what a receipt says, and its JSON. A receipt is a document about
 * things that changed hands: handed out, returned, or erased. It is written
 * once, when it happened; the PDF (receipt_draw.h) is drawn from it, both are
 * signed (receipt_pdf.h), and anybody can check them later without this server
 * (receipt_verify.h). Pure: no clock, no file, no database.
 */
#ifndef SERVER_RECEIPTS_RECEIPT_H
#define SERVER_RECEIPTS_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/limits.h"
#include "proto/base/uuid.h"

struct buf;
struct err;

#define RECEIPT_FORMAT 1       /* of the JSON; a reader refuses others */
#define RECEIPT_THINGS_MAX 200 /* what is more is counted */
#define RECEIPT_SIGNATURES_MAX 4
#define RECEIPT_FACTS_MAX 12
#define RECEIPT_TEXT_MAX 512          /* a note, a reason, with NUL */
#define RECEIPT_JSON_MAX (640 * 1024) /* bytes; no receipt has as many */
#define RECEIPT_PDF_MAX (1024 * 1024)
#define RECEIPT_SHA256 65 /* hex and NUL */

/* Stored as numbers: never renumber. */
enum receipt_kind {
	RECEIPT_HAND_OUT = 0,
	RECEIPT_RETURN = 1,
	RECEIPT_ERASURE = 2, /* erasure certificate */
	RECEIPT_KIND_COUNT
};
/* "hand_out", "return", "erasure" */
const char *receipt_kind_name(enum receipt_kind kind);
int receipt_kind_parse(const char *name, enum receipt_kind *out);

enum receipt_thing_kind {
	RECEIPT_PHONE,
	RECEIPT_SUBSCRIPTION,
	RECEIPT_ACCESSORY,
	RECEIPT_THING_COUNT
};
/* "phone", "subscription", "accessory" */
const char *receipt_thing_name(enum receipt_thing_kind kind);

/* What becomes of a subscription that comes back. */
enum receipt_sim {
	RECEIPT_SIM_NONE, /* nothing to decide */
	RECEIPT_SIM_UNDECIDED,
	RECEIPT_SIM_BLOCK,
	RECEIPT_SIM_REUSE, /* the number stays with the post */
	RECEIPT_SIM_CLOSED,
	RECEIPT_SIM_MOVED, /* somebody else holds it meanwhile */
	RECEIPT_SIM_STAYS, /* its holder stays after all */
	RECEIPT_SIM_COUNT
};
/* "none", "undecided", "block", "reuse", "closed", "moved", "stays" */
const char *receipt_sim_name(enum receipt_sim sim);

/* What does not apply is "". */
struct receipt_thing {
	enum receipt_thing_kind kind;
	char id[UUID_TEXT_MAX];
	char name[LIMIT_NAME + 1]; /* model, operator, what accessory */
	char serial[LIMIT_SERIAL + 1];
	char imei[20];
	char number[20]; /* E.164 */
	char iccid[24];
	enum receipt_sim sim;
};

enum receipt_role {
	RECEIPT_HOLDER,   /* who gets it, or gives it back */
	RECEIPT_RECEIVER, /* who takes it back */
	RECEIPT_WITNESS,  /* signs for a holder who cannot; with a reason */
	RECEIPT_ISSUER,   /* who hands it out, who orders the erasure */
	RECEIPT_ROLE_COUNT
};
/* "holder", "receiver", "witness", "issuer" */
const char *receipt_role_name(enum receipt_role role);

enum receipt_way {
	RECEIPT_BY_LINK, /* one-time link: typed a name */
	RECEIPT_BY_API,  /* recorded with a token, be it by our command */
	RECEIPT_BY_COMMAND_LINE, /* recorded at the server's own socket */
	RECEIPT_WAY_COUNT
};
/* "link", "api", "command_line" */
const char *receipt_way_name(enum receipt_way way);

/* What was said of the codes of a phone that comes back. */
enum receipt_codes {
	RECEIPT_CODES_UNSAID,
	RECEIPT_CODES_HANDED_OVER,
	RECEIPT_CODES_NOT_HANDED_OVER,
	RECEIPT_CODES_NOT_NEEDED, /* it is erased */
	RECEIPT_CODES_COUNT
};
/* "unsaid", "handed_over", "not_handed_over", "not_needed" */
const char *receipt_codes_name(enum receipt_codes codes);

struct receipt_signature {
	enum receipt_role role;
	enum receipt_way way;
	char person_id[UUID_TEXT_MAX];    /* "": not in the ledger */
	char name[LIMIT_NAME + 1];        /* as the ledger has it */
	char typed[LIMIT_NAME + 1];       /* as it was typed: the signature */
	char recorded_by[LIMIT_NAME + 1]; /* the actor, where not a link */
	char reason[RECEIPT_TEXT_MAX];    /* of a witness */
	char text_sha256[RECEIPT_SHA256]; /* of the text that was shown; "" */
	enum receipt_codes codes;         /* what this one said; return */
	int64_t at;
};

/* How much is known about an erasure (reference: evidence ladder W0–W4). */
enum receipt_erasure {
	RECEIPT_ERASURE_NONE, /* nothing was ordered, nothing is known */
	RECEIPT_ERASURE_ORDERED,
	RECEIPT_ERASURE_ACKNOWLEDGED, /* the phone said it would */
	RECEIPT_ERASURE_SILENT,       /* and was not heard of since */
	RECEIPT_ERASURE_STATED,   /* a dated statement of who looked at it */
	RECEIPT_ERASURE_BENCH,    /* proven: seen erased at the bench */
	RECEIPT_ERASURE_NEW_LIFE, /* proven: it enrolled as an erased phone */
	RECEIPT_ERASURE_COUNT
};
/* "none", "ordered", "acknowledged", "silent", "stated", "bench",
 * "new_life" */
const char *receipt_erasure_name(enum receipt_erasure erasure);
/* Bench and new life: only these are called erased without a reserve. */
bool receipt_erasure_is_proven(enum receipt_erasure erasure);

/* The name of what a bench or a new life showed. */
#define RECEIPT_OBSERVED "observed"

struct receipt_fact {
	char name[64];
	char value[LIMIT_NAME + 1]; /* the word of who saw it */
	char source[64];            /* the station's name */
	int64_t at;
};

/* Large (some 100 KB): not for the stack. */
struct receipt {
	enum receipt_kind kind;
	char id[UUID_TEXT_MAX];
	char number[24];  /* "2026-17": of the organisation and year */
	char language[4]; /* of the document: sv, da, en */
	char zone[64];    /* IANA: in which times are shown */
	char organisation_id[UUID_TEXT_MAX];
	char organisation[LIMIT_NAME + 1];
	int64_t issued_at;
	char case_id[UUID_TEXT_MAX];
	char person_id[UUID_TEXT_MAX];
	char person[LIMIT_NAME + 1]; /* "" where nobody held it */
	char unit[LIMIT_NAME + 1];
	struct receipt_thing things[RECEIPT_THINGS_MAX];
	size_t thing_count;
	unsigned things_more; /* of a return: the case has them, not this */
	struct receipt_signature signatures[RECEIPT_SIGNATURES_MAX];
	size_t signature_count;
	char note[RECEIPT_TEXT_MAX]; /* damage, condition; "" */
	enum receipt_codes codes;    /* which of the answers counts */
	/* Return and erasure: what was known when this was written. */
	enum receipt_erasure erasure;
	int64_t erasure_ordered_at;
	int64_t erasure_proven_at;          /* or stated */
	char erasure_by[LIMIT_NAME + 1];    /* who ordered, or stated */
	char erasure_why[RECEIPT_TEXT_MAX]; /* what speaks for it, in words */
	struct receipt_fact facts[RECEIPT_FACTS_MAX];
	size_t fact_count;
	char rules_url[256]; /* hand-out: where the rules stand; "" */
};

/*
 * What must hold for a receipt of its kind: -ERR_INVALID with one sentence. A
 * hand-out is signed by its holder and names all of it; a return by receiver
 * and by holder or witness, all different persons; an erasure certificate
 * states something.
 */
int receipt_check(const struct receipt *receipt, struct err *err);

/* Appends the JSON: sorted keys, no blanks; one receipt, one text. Checks. */
int receipt_encode(
    const struct receipt *receipt, struct buf *json, struct err *err);

/* -ERR_INVALID, -ERR_LIMIT, -ERR_UNSUPPORTED (another format). */
int receipt_parse(
    const void *json, size_t len, struct receipt *out, struct err *err);

#endif
