/*
 * fit_profile: a phone that turns out to be supervised takes more settings than
 * the profile it was given at enrolment. When its list of profiles shows that
 * it lacks the one for its kind, that one is ordered: once in a while, so that
 * a phone which never takes it is not asked for ever.
 */
#ifndef SERVER_SERVICE_MDM_FIT_PROFILE_H
#define SERVER_SERVICE_MDM_FIT_PROFILE_H

#include "proto/base/buf.h"
#include "server/service/mdm/policy_profile.h"
#include "server/store/store.h"

struct err;
struct profile_list_facts; /* proto/apple/facts.h */
struct service;

/* list: the facts of a ProfileList that has just come. Adds to *out, which is
 * empty; leaves it so when nothing is to be done. */
int fit_profile(struct txn *txn, struct service *service,
    const struct identity *identity, const struct buf *list,
    struct policy_orders *out, struct err *err);

/* Does a list hold this very profile? */
bool profile_is_listed(
    const struct profile_list_facts *list, const struct policy_profile *made);

#endif
