/*
 * phone: one phone made of software: its hardware, SIMs, PIN, profiles,
 * enrolment, behaviours and the log of what it was told. Plain data with the
 * few rules that keep it whole; no network, no protocol, no files. The MDM side
 * (session.h) works on it, and so may any other side of the same phone.
 * It shares no code with the server beyond proto/base.
 */
#ifndef TESTS_PHONES_PHONE_H
#define TESTS_PHONES_PHONE_H

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/uuid.h"

struct err;

#define PHONE_TEXT_MAX 256
#define PHONE_URL_MAX 1024
#define PHONE_SIMS_MAX 8
#define PHONE_LOG_MAX 2000 /* oldest entries fall out */

struct phone_sim {
	int slot;                   /* 1 physical, 2 and up eSIM */
	char label[PHONE_TEXT_MAX]; /* "Primary", "Secondary", … */
	char iccid[24];             /* digits, no blanks */
	char number[32];            /* E.164 with +; may be "" */
	char imei[16];
	char carrier[PHONE_TEXT_MAX];
	char mcc[4];
	char mnc[4];
};

struct phone_hardware {
	char udid[64];
	char serial[65];
	char imei[16];
	char meid[16];
	char eid[40];
	char wifi_mac[20];
	char bluetooth_mac[20];
	char name[PHONE_TEXT_MAX]; /* the user's name for it */
	char model[32];            /* "MLPF3KS/A" */
	char model_name[64];       /* "iPhone" */
	char product_name[32];     /* "iPhone14,5" */
	char os_version[16];
	char build_version[16];
	double capacity_gb;
	bool supervised;
};

/* The PIN itself is never kept, only what a policy would judge. */
struct phone_pin {
	bool set;
	unsigned length;
	bool simple;       /* 111111, 123456 */
	bool alphanumeric; /* has a letter */
	int64_t set_at;    /* Unix ms */
};

/* How the user, the radio and a broken firmware make the phone behave. */
struct phone_behaviour {
	unsigned not_now;      /* so many commands are answered NotNow */
	unsigned answer_twice; /* so many answers are sent twice */
	unsigned out_of_order; /* so many sessions answer in reverse */
	unsigned rubbish;      /* so many rubbish bodies before a session */
	unsigned lose_answer;  /* executed, then the line drops */
	unsigned lose_reply;   /* answered, but the reply is never seen */
	int64_t network_lost_until; /* Unix ms */
	bool lie_erase;             /* acknowledges an erase, does not erase */
	bool not_now_when_locked;
};

/* Where and how its identity was got; enough to renew it. */
struct phone_scep {
	char url[PHONE_URL_MAX];
	char name[PHONE_TEXT_MAX];
	char common_name[PHONE_TEXT_MAX];
	int key_size;
};

struct phone_identity {
	X509 *certificate; /* owned */
	EVP_PKEY *key;     /* owned */
};

struct phone_mdm {
	bool enrolled;
	char profile_identifier[PHONE_TEXT_MAX];
	char server_url[PHONE_URL_MAX];
	char checkin_url[PHONE_URL_MAX];
	char topic[PHONE_TEXT_MAX];
	int64_t access_rights;
	bool sign_message;
	bool check_out_when_removed;
	struct phone_scep scep;
	struct phone_identity identity;
	char push_magic[UUID_TEXT_MAX];
	uint8_t push_token[32];
	struct buf unlock_token; /* the last one sent; empty: none */
	bool token_update_due;   /* before the next session's first Idle */
	bool unlock_token_due;   /* with an UnlockToken */
	int64_t enrolled_at;     /* Unix ms */
	/* An answer whose delivery is not known: sent again first. */
	struct buf unanswered;
	char unanswered_uuid[PHONE_TEXT_MAX];
};

/* What a supervised phone was told for the day it is lost. */
struct phone_lost {
	bool is_on; /* Lost Mode: it shows what follows and nothing else */
	char message[PHONE_TEXT_MAX];
	char number[PHONE_TEXT_MAX];
	char footnote[PHONE_TEXT_MAX];
	bool may_lock_activation; /* MDMOptions; Apple's default is false */
};

struct phone {
	struct phone_hardware hardware;
	struct phone_sim sims[PHONE_SIMS_MAX];
	size_t sim_count;
	struct phone_pin pin;
	bool locked;
	bool setup_done; /* false: stands in Setup Assistant */
	bool data_roaming;
	bool erased;    /* by MDM, and not set up since */
	unsigned lives; /* enrolments so far */
	struct phone_mdm mdm;
	struct phone_lost lost;
	struct phone_behaviour behaviour;
	json_t *profiles;     /* array, see profile.h; owned */
	json_t *declarations; /* object, see declarative.h; owned */
	json_t *usb;       /* object: its cable side, usb/usb_state.h; owned */
	json_t *log;       /* array of commands, see below; owned */
	json_t *anomalies; /* array of sentences about the server; owned */
	STACK_OF(X509) * anchors; /* what it trusts from the start; owned */
	/* Anchors and roots of profiles, worked out when asked; owned. */
	STACK_OF(X509) * trusted;
	bool changed; /* since it was loaded or saved */
};

/* What a new phone looks like; NULL and 0 mean the usual. */
struct phone_shape {
	const char *serial; /* needed: the rest of the hardware follows it */
	const char *name;
	const char *product_name; /* one of the known models */
	const char *os_version;
	unsigned sims;
	bool pin;
	bool supervised;
	int64_t now_ms;
};

/*
 * A phone fresh from its box. All hardware numbers are derived from the serial,
 * so the same serial is the same phone again. ERR_INVALID for an unknown model.
 */
int phone_new(
    const struct phone_shape *shape, struct phone **out, struct err *err);
void phone_free(struct phone *phone);

/* One line a known model: "iPhone14,5  iPhone 13". NULL behind the last. */
const char *phone_model_line(size_t index);

/* Fills the SIMs anew, 0 to PHONE_SIMS_MAX. */
void phone_set_sims(struct phone *phone, unsigned count);

void phone_set_pin(struct phone *phone, unsigned length, bool simple,
    bool alphanumeric, int64_t now_ms);
void phone_clear_pin(struct phone *phone);

/* Removes the enrolment and the managed profiles; keys are gone. */
void phone_forget_mdm(struct phone *phone);

/* As the factory made it: waits in Setup Assistant, nothing is left. */
void phone_erase(struct phone *phone);

/* To be called when profiles came or went: what is trusted may differ. */
void phone_profiles_changed(struct phone *phone);

void phone_identity_clear(struct phone_identity *identity);
/* Forgets a life: what it owns is freed. */
void phone_mdm_clear(struct phone_mdm *mdm);

/*
 * The command log: {"uuid","request_type","status","at","delivered","times"};
 * `delivered` when the server answered 200 to the answer. A command that was
 * delivered as done and comes again is an anomaly.
 */
void phone_log_command(struct phone *phone, const char *uuid,
    const char *request_type, int64_t now_ms);
/* status NULL: as it was logged before. */
void phone_log_answer(
    struct phone *phone, const char *uuid, const char *status, bool delivered);
void phone_note_anomaly(struct phone *phone, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
