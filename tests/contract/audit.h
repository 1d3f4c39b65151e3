/*
 * audit: is what the store holds what the model says? Answers false with one
 * sentence in why.
 */
#ifndef TESTS_CONTRACT_AUDIT_H
#define TESTS_CONTRACT_AUDIT_H

#include "server/store/store.h"
#include "tests/contract/model.h"

#define AUDIT_WHY 400

/* The open queue of one phone. */
bool audit_phone(struct store *store, const struct model *model, int phone,
    char why[AUDIT_WHY]);

/* Every life, certificate, command, wipe; answers by sample. */
bool audit_all(
    struct store *store, const struct model *model, char why[AUDIT_WHY]);

#endif
