/* evidence_check: the last look at a whole report; internal to the folder. */
#ifndef PROTO_EVIDENCE_EVIDENCE_CHECK_H
#define PROTO_EVIDENCE_EVIDENCE_CHECK_H

struct err;
struct evidence_report;

int evidence_report_check(
    const struct evidence_report *report, struct err *err);

#endif
