/*
 * setting_check: does what a rule sets reach the phone: the profile, the
 * declarations, the values of the pack as a whole? Fails the running test.
 */
#ifndef TESTS_POLICY_SETTING_CHECK_H
#define TESTS_POLICY_SETTING_CHECK_H

#include "tests/policy/policy_rows.h"

void setting_check(const struct pack *pack, const struct pack_rule *rule,
    const struct setting_row *row);

#endif
