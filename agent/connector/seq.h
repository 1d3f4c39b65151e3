/*
 * seq: the numbers of reports: each higher than all before it, for the life of
 * the key, however the program ends. A number is on disk before it is used;
 * one that was taken and not used leaves a gap, which is allowed. Seconds since
 * 1970 are the floor, so that a lost folder does not lead back.
 */
#ifndef AGENT_CONNECTOR_SEQ_H
#define AGENT_CONNECTOR_SEQ_H

#include <stdint.h>

struct err;
struct seq;

/* Makes the folder when it is absent. -ERR_BUSY: another run holds it. */
int seq_open(const char *folder, struct seq **out, struct err *err);
void seq_close(struct seq *seq);

/* Durable when it returns 0. */
int seq_take(struct seq *seq, int64_t now_ms, int64_t *out, struct err *err);

#endif
