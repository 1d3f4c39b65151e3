/*
 * service: what each message and each order means, one use case a file. A
 * handler decodes, calls one function here and encodes what it gets; a use case
 * does its work in one store_write() or store_read(). Effects outside the
 * database (keeper calls, profile building) come before the transaction.
 */
#ifndef SERVER_SERVICE_SERVICE_H
#define SERVER_SERVICE_SERVICE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/log.h"
#include "proto/base/time.h"
#include "proto/base/uuid.h"
#include "server/service/guard/clock_watch.h"
#include "server/service/guard/guard.h"
#include "server/service/guard/retention.h"
#include "server/service/scope.h"
#include "server/store/store.h"

struct checkin;
struct answer;
struct keeper;
struct pack;
struct known_identities;
struct last_seen_table;
struct outbox_health;
struct policy_profile;
struct token_uses;

/* Counted for /metrics; the label text stands in service_counters[]. */
enum service_counter {
	SERVICE_LINKS_CREATED,
	SERVICE_PROFILES_GIVEN,
	SERVICE_CERTIFICATES_ISSUED,
	SERVICE_SCEP_REFUSED,
	SERVICE_AUTHENTICATES,
	SERVICE_TOKEN_UPDATES,
	SERVICE_CHECK_OUTS,
	SERVICE_COMMANDS_SENT,
	SERVICE_COMMANDS_ANSWERED,
	SERVICE_ANSWERS_IGNORED, /* duplicate, late or of an unknown command */
	SERVICE_REFUSED_IDENTITY,
	SERVICE_REFUSED_MESSAGE,
	SERVICE_FAULTS,            /* ours: disk, queue, keeper */
	SERVICE_DEPARTURES_FAILED, /* a turn that one could not take */
	SERVICE_COUNTER_COUNT
};

/*
 * One organisation of this server, with the policy in force in it. The table
 * of tenants is made at the start and does not change while the server runs;
 * several may share one pack. A policy that is applied later takes the place
 * of the pack and its profiles (apply_policy.c); the former ones stay until
 * the server stops, for whoever is using them.
 */
struct tenant {
	struct organisation organisation;
	const struct pack *_Atomic pack; /* NULL: none */
	/* Made from it for phones that are not, or not known to be,
	 * supervised, and for those that are; NULL: none. */
	struct policy_profile *_Atomic profile;
	struct policy_profile *_Atomic supervised;
	/* apply_policy.c's own: the pack when it was applied, not read from a
	 * folder; and the policies that others have replaced. */
	struct pack *applied_pack;
	struct retired_policy *retired;
	struct {
		char after[STORE_ID]; /* persons up to here were planned */
		int64_t again_at;     /* the next round begins */
	} tasks;                      /* service_tasks_keep_going()'s own */
	struct {
		_Atomic int64_t at; /* 0: not counted yet */
		atomic_uint count;
	} enrolled; /* guard.c's own: phones, as counted lately */
	int64_t departures_again_at; /* service_departures_keep_going()'s */
	int32_t departures_left_on;  /* the same: day of the last long look */
};

struct service {
	struct store *store;
	struct keeper *keeper;
	const struct clock *clock;
	const struct boot_clock *boot; /* NULL: the clock is believed */
	struct clock_watch watch;      /* clock_watch.c's own */
	const struct rng *rng;
	const struct log *log;
	struct last_seen_table *last_seen;
	struct known_identities *known;
	struct token_uses *token_uses; /* NULL: not noted */
	int64_t repeat_purge_at;       /* service_repeat_purge()'s own */
	struct tenant *tenants;        /* at least one; by id */
	size_t tenant_count;
	const uint8_t *ca; /* CA certificate, DER */
	size_t ca_len;
	/* For bench stations; NULL: none are served here. */
	const uint8_t *supervision; /* certificate, DER */
	size_t supervision_len;
	const char *orders_key; /* public, PEM */
	/* Links are made without orders, whatever the pack says: while a
	 * municipality brings in the phones it has. */
	bool order_gate_is_open;
	char phones_url[256];  /* https://mdm.example.org:8444 */
	char office_url[256];  /* https://mdm.example.org:8443; "": none */
	int64_t link_valid_ms; /* enrolment link, default 7 days */
	int64_t certificate_valid_ms; /* identity, default 365 days */
	struct {
		bool by_mail; /* false: nobody is told anything (notify.h) */
		int64_t window_ms; /* notices this close are one mail */
		bool plain_http;   /* webhooks may be http:// */
		struct outbox_health *health; /* NULL: none is kept */
	} tell;
	int64_t silence_ms;     /* acknowledged erase → silent, 10 min */
	int64_t refresh_due_at; /* keep_going's own */
	int64_t refresh_ms;     /* facts older are asked again, 12 h */
	struct guard_settings guard;
	struct retention_settings retention;
	int64_t retention_hour; /* service_retention_keep_going()'s own */
	atomic_uint_fast64_t order_ticks; /* keeps command ids in order */
	atomic_uint_fast64_t counters[SERVICE_COUNTER_COUNT];
};

/* NULL: no organisation of this server. */
struct tenant *service_tenant_find(
    const struct service *service, const char *org_id);
/* By id or by slug, as in an address; NULL: no such. */
struct tenant *service_tenant_named(
    const struct service *service, const char *name);
/* All of them, whatever becomes of one: one organisation's fault does not hold
 * up the others. The first fault is the answer. */
typedef int service_tenant_fn(
    struct service *service, struct tenant *tenant, struct err *err);
int service_tenant_each(
    struct service *service, service_tenant_fn *fn, struct err *err);

void service_count(struct service *service, enum service_counter counter);
const char *service_counter_name(enum service_counter counter);

/* Who asks, for "ordered by" columns and the log: "local:root". */
struct actor {
	char name[LIMIT_NAME + 1];
	char org_id[STORE_ID]; /* nothing beyond it is seen (invariant 8) */
	scope_set scopes;      /* what it may; the office has checked them */
	/* Who it is beyond a name that may be used again: "token:<id>",
	 * "local"; "": the name. For four eyes. */
	char key[STORE_ID + 16];
	char person_id[STORE_ID]; /* whose account it is; "": nobody's */
};

/* ---- enrolment (enrol_link.c, give_profile.c, issue_certificate.c) ---- */

struct link_request {
	const char *person;
	const char *serial;
	int64_t valid_ms; /* 0: the configured time */
};

/* *url is the caller's to free(); it is shown once and stored as a hash. */
int service_link_create(struct service *service, const struct actor *actor,
    const struct link_request *request, struct link *out, char **url,
    struct err *err);

/*
 * The signed enrolment profile behind a link. -ERR_NOT_FOUND: no such link;
 * -ERR_EXPIRED: too late or used. peek: check only, do not use it up.
 */
int service_link_profile(struct service *service, const char *token, bool peek,
    struct buf *cms, struct err *err);

/*
 * One SCEP PKIOperation. 0: *reply is a CertRep, success or failure alike;
 * -ERR_INVALID and others: no pkiMessage that could be answered.
 */
int service_scep(struct service *service, const uint8_t *message, size_t len,
    struct buf *reply, struct err *err);

/* ---- phones (check_in.c, connect_phone.c) ---- */

/* Who a request comes from, as its certificate says (hex SHA-256). */
int service_identify(struct service *service, const char *certificate_sha256,
    struct identity *out, struct err *err);

/*
 * One check-in message. reply stays empty for messages that want none.
 * -ERR_DENIED: certificate does not stand for this phone or is dead.
 * -ERR_UNSUPPORTED: nothing we offer (UserAuthenticate, GetToken).
 */
int service_check_in(struct service *service, const char *certificate_sha256,
    const struct identity *identity, const struct checkin *checkin,
    struct buf *reply, struct err *err);

/*
 * One connect answer: takes in what the phone says and gives the next command
 * (*command is empty when there is none). raw: the body as it came.
 */
int service_connect(struct service *service, const struct identity *identity,
    const struct answer *answer, const uint8_t *raw, size_t raw_len,
    struct buf *command, struct err *err);

/*
 * A connect answer that is no readable message. When the bytes name a command
 * that this phone was given, that command has failed; all else stays.
 */
void service_answer_unread(struct service *service,
    const struct identity *identity, const uint8_t *raw, size_t raw_len,
    const char *why);

/* ---- orders (push_policy.c, wipe_phone.c, cancel_command.c) ---- */

/* Finds one device of the actor's organisation by id, serial, UDID, IMEI or
 * person; -ERR_NOT_FOUND, -ERR_CONFLICT with the number of matches in the
 * sentence. */
int service_device_find(struct service *service, const struct actor *actor,
    const char *text, struct device *out, struct err *err);

struct policy_plan {
	char pack[128];
	char profile_identifier[LIMIT_NAME + 1];
	char profile_uuid[STORE_ID];
	unsigned devices;    /* enrolled now */
	unsigned up_to_date; /* have this very profile */
	unsigned queued;     /* would get, or got, the profile */
};
/* device NULL: all enrolled phones. */
int service_policy_push(struct service *service, const struct actor *actor,
    const char *device, bool dry_run, struct policy_plan *out, struct err *err);

struct wipe_request {
	const char *device; /* as for service_device_find() */
	const char *reason;
	bool preserve_data_plan;
	bool disallow_proximity_setup;
};
struct wipe_plan {
	struct device device;
	struct life life;          /* its newest */
	struct wipe open;          /* an order that is there already; id "" */
	unsigned commands_waiting; /* would wait behind the erase */
	bool allowed;
	char unjustified[ERR_TEXT_MAX]; /* why nothing justifies it; "" */
	enum guard_verdict guard;       /* when that alone stands against it */
	char guarded[ERR_TEXT_MAX];
	char refusal[ERR_TEXT_MAX]; /* why not, when !allowed */
	char effect[512];           /* what would happen, in words */
};
/* Looks only. */
int service_wipe_plan(struct service *service, const struct actor *actor,
    const struct wipe_request *request, struct wipe_plan *out, struct err *err);
/* -ERR_CONFLICT when an order is open already: nothing is repeated. */
int service_wipe_order(struct service *service, const struct actor *actor,
    const struct wipe_request *request, struct wipe *out, struct err *err);

/* Cancels a command that is not closed; of a wipe, its order too. */
int service_command_cancel(struct service *service, const struct actor *actor,
    const char *command_id, struct command *out, struct err *err);

/* ---- looking (explain_command.c, judge_rules.c, look.c) ---- */

/* One sentence: why the command is where it is and what it waits for. */
int service_command_explain(struct service *service, const struct actor *actor,
    const char *command_id, struct command *out, char *sentence, size_t size,
    struct err *err);

struct device_view {
	struct device device;
	struct life life;     /* newest; id "" when it never enrolled */
	int64_t last_seen_at; /* memory and database, the newer */
	unsigned commands_open;
	struct wipe wipe; /* newest; id "" when none */
};
typedef int service_device_fn(void *arg, const struct device_view *view);
int service_device_each(struct service *service, const struct actor *actor,
    const char *text, service_device_fn *fn, void *arg, struct err *err);
/* The same, behind a place in that order: by serial number, then by id. */
struct device_place {
	char serial[LIMIT_SERIAL + 1];
	char id[STORE_ID];
};
int service_device_each_after(struct service *service,
    const struct actor *actor, const char *text,
    const struct device_place *after, service_device_fn *fn, void *arg,
    struct err *err);
int service_device_view(struct service *service, const struct actor *actor,
    const char *text, struct device_view *out, struct err *err);
/* kind: "SecurityInfo", "DeviceInformation", "ProfileList". */
int service_facts_load(struct service *service, const char *life_id,
    const char *kind, struct facts_row *out, struct err *err);

#define VERDICT_VIEW_REASON_MAX 512
struct verdict_view {
	struct device device;
	char rule[64];
	char title[256];
	char verdict[16]; /* met, broken, unknown, disputed, waived, exempt */
	char reason[VERDICT_VIEW_REASON_MAX];
	char source[256]; /* document, section, line */
	int64_t judged_at;
	struct {
		char name[64];
		char value[64];
		char source[64];
		int64_t observed_at;
	} evidence[8];
	size_t evidence_count;
};
typedef int service_verdict_fn(void *arg, const struct verdict_view *view);
/* Of all phones, or those that text finds; NULL: all. */
int service_verdict_each(struct service *service, const struct actor *actor,
    const char *text, service_verdict_fn *fn, void *arg, struct err *err);

/* ---- periodic (keep_going.c) ---- */

/*
 * Everything that time alone causes: flushes last-seen times, expires
 * commands, marks acknowledged erases silent, asks for facts that grow stale.
 * Called every few seconds by main.
 */
int service_keep_going(struct service *service, struct err *err);

#endif
