/*
 * return_cases: a return case as the API shows it, alone and within its
 * departure.
 */
#ifndef SERVER_OFFICE_RETURN_CASES_H
#define SERVER_OFFICE_RETURN_CASES_H

struct encoder;
struct return_view;

/* One object, as an item of a list. */
void return_case_encode(struct encoder *enc, const struct return_view *view);

#endif
