/*
 * declarative: a phone's side of declarative management: it asks for tokens
 * and items, fetches what changed, obeys what an activation names, and reports
 * the status items it was told to whenever one of them changes.
 *
 * Kept in phone->declarations (JSON):
 *   on        true once it was switched on by command
 *   due       true: ask the server anew
 *   token     the DeclarationsToken of the last whole synchronisation
 *   items     {identifier: {group, token, type, payload}}
 *   passcode  [{…keys of passcode payloads}], of the activated ones
 *   reported  {status item: value} as last told
 */
#ifndef TESTS_PHONES_DECLARATIVE_H
#define TESTS_PHONES_DECLARATIVE_H

#include "tests/phones/session.h"

/* iOS 15 and later. */
bool declarative_is_known(const struct phone *phone);

/* The command came: synchronise at the end of this waking. */
void declarative_start(struct phone *phone);

/* Synchronises if due, and reports what changed; 0 when there is nothing. */
int declarative_run(struct session *session, struct err *err);

#endif
