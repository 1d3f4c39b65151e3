/*
 * journal: what was begun and done on one phone, an append-only file, each
 * entry on disk (fsync) before the act it announces. Opening it replays it, so
 * a station that lost power goes on where it was and repeats nothing
 * destructive. One writer at a time: the file is locked.
 *
 * An entry is one line: 16 hex digits of the SHA-256 of the JSON behind them, a
 * blank, the JSON. A torn last line is what a power cut leaves and is dropped;
 * a damaged line before others is an error, for what it said is not known.
 */
#ifndef AGENT_BENCH_JOURNAL_JOURNAL_H
#define AGENT_BENCH_JOURNAL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/limits.h"
#include "proto/station/station_report.h"
#include "proto/station/work_order.h"

struct err;
struct journal;

#define JOURNAL_FILE_MAX (16 * 1024 * 1024) /* a phone writes some kB a visit */
#define JOURNAL_LINE_MAX (2 * STATION_REPORT_MAX)
#define JOURNAL_ORDERS_MAX 512 /* of one phone; more orders are refused */
#define JOURNAL_HOSTS_MAX 16   /* pairings remembered, the oldest go first */
#define JOURNAL_CODE_MAX 63

/* Steps that must not be taken twice, or that say where to go on. */
enum journal_step {
	JOURNAL_STEP_NONE = 0,
	JOURNAL_STEP_CLOUD_SET,    /* SetCloudConfiguration is on its way */
	JOURNAL_STEP_PROFILE_SENT, /* InstallProfile is on its way */
	JOURNAL_STEP_ERASE_SENT,   /* EraseDevice is on its way */
	JOURNAL_STEP_ERASE_ACKED,  /* the phone said Acknowledged */
	JOURNAL_STEP_RESTART_SENT,
	JOURNAL_STEP_COUNT
};
const char *journal_step_name(enum journal_step step);

/* One pairing of this station with the phone. */
struct journal_host {
	char host_id[UUID_TEXT_MAX];
	int64_t paired_at_ms;
	int64_t since_ms;      /* paired, or first seen to work; 0 neither */
	int64_t worked_at_ms;  /* last session that opened; 0 never */
	int64_t refused_at_ms; /* the phone did not know it any more; 0 never */
};

struct journal_order {
	char id[UUID_TEXT_MAX];
	enum work_order_kind kind;
	int64_t begun_at_ms;
	enum journal_step step; /* the last one */
	int64_t step_at_ms;
	bool is_finished;
	char code[JOURNAL_CODE_MAX + 1]; /* of failure.h, when finished */
	bool was_refused;                /* a replay of it was reported */
	char wipe_id[UUID_TEXT_MAX];     /* wipe, verify_wiped */
	/* The pairing that stood before the erase was sent. */
	char host_id[UUID_TEXT_MAX];
	int64_t host_worked_at_ms;
};

/*
 * folder: holds <udid>.journal; udid was checked by journal_is_name(). Waits
 * for no lock: -ERR_BUSY when another process has it. -ERR_INVALID: damaged;
 * -ERR_LIMIT; -ERR_IO. Without may_create no file is made (-ERR_NOT_FOUND).
 */
int journal_open(const char *folder, const char *udid, bool may_create,
    struct journal **out, struct err *err);
void journal_close(struct journal *journal);
/* Letters, digits and hyphens: fit for a file name. */
bool journal_is_name(const char *udid);

/* ---- what the replay found; borrowed ---- */

const struct journal_order *journal_find_order(
    const struct journal *journal, const char *id);
/* The serial it told last; "" never. */
const char *journal_serial(const struct journal *journal);
/* Begun and not finished, oldest first; NULL behind the last. */
const struct journal_order *journal_open_order(
    const struct journal *journal, size_t index);
const struct journal_order *journal_find_wipe(
    const struct journal *journal, const char *wipe_id);
/* The newest order, when it is an erase that was acknowledged, and nothing was
 * learnt of the phone since; NULL else. */
const struct journal_order *journal_awaited_erase(
    const struct journal *journal);
const struct journal_host *journal_find_host(
    const struct journal *journal, const char *host_id);
/* The pairing used last; NULL: never paired here. */
const struct journal_host *journal_last_host(const struct journal *journal);
/* The newest that worked once and was refused later; NULL: none. */
const struct journal_host *journal_last_refused(const struct journal *journal);
/* The newest that worked, was known before that time and was not refused before
 * it too: what an erase then takes away. NULL: none. */
const struct journal_host *journal_former_host(
    const struct journal *journal, int64_t before_ms);
size_t journal_entries(const struct journal *journal);

/* Calls each for every report written and not marked as queued. */
int journal_each_unqueued(const struct journal *journal,
    int (*each)(void *arg, const char *json, size_t len), void *arg);

/* ---- entries; each is on disk when it returns 0 ---- */

int journal_paired(struct journal *journal, const char *host_id, int64_t now_ms,
    struct err *err);
/* A session opened. Written at most every ten minutes for one pairing. */
int journal_worked(struct journal *journal, const char *host_id, int64_t now_ms,
    struct err *err);
int journal_host_refused(struct journal *journal, const char *host_id,
    int64_t now_ms, struct err *err);
/* The phone's serial, which it tells in a session only. Written when new. */
int journal_seen(struct journal *journal, const char *serial, int64_t now_ms,
    struct err *err);
/* -ERR_LIMIT: JOURNAL_ORDERS_MAX. Doing it again for an open one is fine. */
int journal_begin(struct journal *journal, const struct work_order *order,
    int64_t now_ms, struct err *err);
/* host: kept with ERASE_SENT; may be NULL. */
int journal_step(struct journal *journal, const char *order_id,
    enum journal_step step, const struct journal_host *host, int64_t now_ms,
    struct err *err);
/* json: one encoded report. */
int journal_report(struct journal *journal, const char *report_id,
    const char *json, size_t len, int64_t now_ms, struct err *err);
int journal_queued(struct journal *journal, const char *report_id,
    int64_t now_ms, struct err *err);
int journal_finish(struct journal *journal, const char *order_id,
    const char *code, int64_t now_ms, struct err *err);
/* A replay of a finished order was reported; once is enough. */
int journal_refused(struct journal *journal, const char *order_id,
    int64_t now_ms, struct err *err);

#endif
