/*
 * person_name: is what somebody typed a person's name? As people write it: case,
 * blanks, marks over letters and the order of the words ("Lind, Bo") do not
 * count, and a middle name may be left out.
 */
#ifndef SERVER_SERVICE_LEDGER_PERSON_NAME_H
#define SERVER_SERVICE_LEDGER_PERSON_NAME_H

#include <stdbool.h>

/*
 * Every word of typed is one of name, and it is the whole name or at least two
 * words of it. What is no UTF-8, or holds no letter, fits nothing.
 */
bool person_name_fits(const char *typed, const char *name);

#endif
