/*
 * limits: every bound on what comes from outside, each with its reason. A
 * length is compared with its limit before memory is taken for it.
 */
#ifndef PROTO_BASE_LIMITS_H
#define PROTO_BASE_LIMITS_H

/* Plists from the network (libplist 2.2.0 is not safe beyond these). */
#define LIMIT_PLIST_DEPTH 64      /* deep nesting overruns its stack */
#define LIMIT_PLIST_TAGS 50000    /* a dictionary of n keys costs n² */
#define LIMIT_PLIST_ENTITIES 4096 /* entity decoding is quadratic */
#define LIMIT_PLIST_KEYS 512      /* of one dictionary: chained hash table */
/* Entities of a text times its bytes: what decoding it moves about. */
#define LIMIT_PLIST_ENTITY_WORK (64 * 1024 * 1024)

/* Bodies by kind of route, bytes. */
#define LIMIT_CHECKIN_BODY (64 * 1024)      /* UnlockToken is 1–2 kB */
#define LIMIT_ANSWER_BODY (4 * 1024 * 1024) /* InstalledApplicationList */
#define LIMIT_SCEP_BODY (64 * 1024)         /* a pkiMessage is 2–5 kB */
#define LIMIT_API_BODY (256 * 1024)
/* Four packs of three files; the five real ones have 40 to 90 kB each. */
#define LIMIT_POLICY_BODY (2 * 1024 * 1024)
#define LIMIT_PROFILE (1024 * 1024) /* an imported profile */

/* Single values, bytes without NUL. */
#define LIMIT_UDID 64   /* 40 hex, or 25; EnrollmentID is a UUID */
#define LIMIT_SERIAL 64 /* 10 to 13 seen */
#define LIMIT_NAME 255  /* device, model, person, unit names */
#define LIMIT_TOPIC 255
#define LIMIT_PUSH_TOKEN 256 /* 32 bytes today; Apple asks for slack */
#define LIMIT_PUSH_MAGIC 255
#define LIMIT_UNLOCK_TOKEN 16384
#define LIMIT_BOOTSTRAP_TOKEN 16384
#define LIMIT_COMMAND_UUID 64
#define LIMIT_STATUS 64
#define LIMIT_ERROR_CHAIN 16  /* items kept; more are an error */
#define LIMIT_SUBSCRIPTIONS 8 /* SIMs of one phone; iPhones hold 8 eSIMs */
#define LIMIT_PROFILES 256    /* entries of one ProfileList */

/* CMS, SCEP and certificates. */
#define LIMIT_CMS (64 * 1024)
#define LIMIT_CSR (16 * 1024)
#define LIMIT_CERTIFICATE (16 * 1024)
#define LIMIT_CHALLENGE 255
#define LIMIT_TRANSACTION_ID 255
#define LIMIT_NONCE 64
#define LIMIT_SIGNATURE_HEADER (16 * 1024) /* Mdm-Signature, Client-Cert */

/* Policy packs. */
#define LIMIT_PACK_FILE (1024 * 1024)
#define LIMIT_PACK_RULES 512

#endif
