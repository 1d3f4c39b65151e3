/* roster_check: what holds of every roster, whatever it was read from. */
#ifndef TESTS_FUZZ_PEOPLE_ROSTER_CHECK_H
#define TESTS_FUZZ_PEOPLE_ROSTER_CHECK_H

struct err;
struct roster;

/* Aborts when it does not. */
void roster_check(const struct roster *roster);
/* A refusal has a code and a sentence that can be shown. */
void roster_check_refusal(int rc, const struct err *err);

#endif
