/*
 * imap_answer: what an IMAP server wrote on the wire (RFC 9051, RFC 5464),
 * read for three questions: which folders are there, which greetings of a
 * mailbox are switched on, what does a metadata entry say. Literals are
 * followed by their length, so that nothing inside one is taken for an answer.
 * Knows no socket and sends nothing. Pure; the bytes may lie in any way.
 */
#ifndef AGENT_CONNECTOR_IMAP_ANSWER_H
#define AGENT_CONNECTOR_IMAP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/evidence/evidence_fact.h"

struct err;

/* All lines of one command; libcurl itself stops at 300 kB. */
#define IMAP_ANSWER_MAX (256 * 1024)
#define IMAP_FOLDER_MAX 128
#define IMAP_GREETINGS_MAX 64 /* a mailbox holds five kinds */

/*
 * The greetings folder among the LIST answers: the one of that name in any
 * case, at the top or right below INBOX. Names that could not be sent back
 * without quoting are passed over. -ERR_NOT_FOUND; -ERR_INVALID when an answer
 * is cut or malformed.
 */
int imap_folder_find(const char *wire, size_t len, const char *name,
    char out[IMAP_FOLDER_MAX], struct err *err);

/* X-CNS-Greeting-Type of one message, as OMTP VVM 1.3 and its clients say. */
enum imap_greeting {
	IMAP_GREETING_NORMAL,  /* "normal-greeting" */
	IMAP_GREETING_NAME,    /* "voice-signature" */
	IMAP_GREETING_ABSENCE, /* "extended-absence-greeting" */
	IMAP_GREETING_BUSY,    /* "busy-greeting" */
	IMAP_GREETING_OTHER
};

struct imap_greetings {
	size_t count; /* messages in the folder */
	unsigned on;  /* 1 << imap_greeting of those that are switched on */
};

/* The FETCH answers of "UID FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS
 * (X-CNS-Greeting-Type)])". -ERR_INVALID, -ERR_LIMIT. */
int imap_greetings_parse(
    const char *wire, size_t len, struct imap_greetings *out, struct err *err);
/* What they prove: absence before personal before name-only; nothing switched
 * on is the operator's default; only others: unknown. */
enum evidence_word imap_greetings_word(const struct imap_greetings *greetings);

/* The value of one entry in METADATA answers; names in any case, NIL is none.
 * -ERR_NOT_FOUND, -ERR_INVALID. */
int imap_metadata_find(const char *wire, size_t len, const char *entry,
    char *out, size_t size, struct err *err);
/* GreetingType of the Alcatel-Lucent dialect. */
enum evidence_word imap_alu_word(const char *greeting_type);

#endif
