/*
 * store_subject: what a verdict, an item of evidence, a statement or a task is
 * about, by kind and our id of it.
 */
#ifndef SERVER_STORE_STORE_SUBJECT_H
#define SERVER_STORE_STORE_SUBJECT_H

/* Stored as numbers: never renumber. */
enum store_subject {
	STORE_SUBJECT_PERSON = 0,
	STORE_SUBJECT_PHONE = 1, /* a device */
	STORE_SUBJECT_SUBSCRIPTION = 2,
	STORE_SUBJECT_UNIT = 3,
	STORE_SUBJECT_ORGANISATION = 4,
	STORE_SUBJECT_COUNT
};

/* "person", "phone", "subscription", "unit", "organisation". */
const char *store_subject_name(enum store_subject kind);
/* -ERR_INVALID for any other word. */
int store_subject_parse(const char *name, enum store_subject *out);

#endif
