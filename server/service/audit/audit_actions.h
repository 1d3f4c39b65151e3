/*
 * audit_actions: the table of what can be noted, one row an action:
 *
 *	ACTION(constant, "word", "what happened", "allowed parameters")
 *
 * The word is stored and stays for ever; the order of the rows is free. The
 * parameters are keys with a blank between: nothing else may be noted with it.
 * Add yours here, under your own heading.
 */
#ifndef SERVER_SERVICE_AUDIT_AUDIT_ACTIONS_H
#define SERVER_SERVICE_AUDIT_AUDIT_ACTIONS_H

/* clang-format off */
#define AUDIT_ACTIONS(ACTION)                                                  \
	/* the log itself */                                                   \
	ACTION(AUDIT_PURGED, "audit.purged",                                   \
	    "bodies of entries about a person were emptied", "entries")        \
	ACTION(AUDIT_EXPORTED, "audit.exported",                               \
	    "the audit log was exported", "format person device from to")      \
	/* enrolment and phones */                                             \
	ACTION(AUDIT_LINK_CREATED, "link.created",                             \
	    "an enrolment link was made", "serial valid_until")                \
	ACTION(AUDIT_PROFILE_GIVEN, "link.used",                               \
	    "an enrolment profile was handed out", "")                         \
	ACTION(AUDIT_CERTIFICATE_ISSUED, "certificate.issued",                 \
	    "a phone got its certificate", "not_after")                        \
	ACTION(AUDIT_PHONE_ENROLLED, "phone.enrolled",                         \
	    "a phone began a life", "serial private")                     \
	ACTION(AUDIT_PHONE_LEFT, "phone.left",                                 \
	    "a phone's life ended", "how")                                \
	ACTION(AUDIT_PHONE_PRIVATE, "phone.private",                           \
	    "a phone was marked private or not", "private")                    \
	/* phones: the register, Lost Mode, escrow */                           \
	ACTION(AUDIT_PHONE_ADDED, "phone.added",                               \
	    "a phone came into the register", "serial kind state")             \
	ACTION(AUDIT_PHONE_MOVED, "phone.moved",                               \
	    "a phone went on in its service", "event from state")              \
	ACTION(AUDIT_LOST_MODE_MOVED, "lost_mode.moved",                       \
	    "Lost Mode of a phone changed", "state")                           \
	ACTION(AUDIT_PHONE_LOCATED, "phone.located",                           \
	    "a lost phone was asked where it is", "command")                   \
	ACTION(AUDIT_ESCROW_STORED, "escrow.stored",                           \
	    "a code of a phone was sealed and kept", "kind serial")            \
	ACTION(AUDIT_ACTIVATION_UNLOCK, "activation.unlock",                   \
	    "Apple was asked to lift an Activation Lock", "status approval")   \
	/* receipts and hand-outs */                                           \
	ACTION(AUDIT_RECEIPT_ISSUED, "receipt.issued",                         \
	    "a receipt was issued", "kind number sha256")                      \
	ACTION(AUDIT_RECEIPT_VOIDED, "receipt.voided",                         \
	    "a receipt no longer holds", "kind number")                        \
	ACTION(AUDIT_RECEIPT_READ, "receipt.read",                             \
	    "a receipt was fetched", "kind number form")                       \
	ACTION(AUDIT_HANDOUT_MADE, "handout.made",                             \
	    "things were handed out to a person", "things task")               \
	ACTION(AUDIT_HANDOUT_CLOSED, "handout.closed",                         \
	    "a hand-out was accepted, refused or withdrawn", "state receipt")  \
	/* orders to phones */                                                 \
	ACTION(AUDIT_WIPE_ORDERED, "wipe.ordered",                             \
	    "an erase was ordered",                                            \
	    "serial life command preserve_data_plan cause")                    \
	ACTION(AUDIT_WIPE_MOVED, "wipe.moved",                                 \
	    "an erase went on", "state")                                       \
	ACTION(AUDIT_COMMAND_CANCELLED, "command.cancelled",                   \
	    "a command was cancelled", "request_type")                         \
	/* policies */                                                         \
	ACTION(AUDIT_POLICY_APPLIED, "policy.applied",                         \
	    "a policy came into force", "pack sha256 former_sha256")           \
	ACTION(AUDIT_POLICY_PUSHED, "policy.pushed",                           \
	    "a policy was sent to a phone", "pack")              \
	/* keys and tokens */                                                  \
	ACTION(AUDIT_TOKEN_CREATED, "token.created",                           \
	    "an API token was made", "name scopes expires_at")                 \
	ACTION(AUDIT_TOKEN_REVOKED, "token.revoked",                           \
	    "an API token was revoked", "name")                                \
	ACTION(AUDIT_EVIDENCE_KEY_ADDED, "evidence_key.added",                 \
	    "a source of evidence was admitted", "name facts")                 \
	ACTION(AUDIT_EVIDENCE_KEY_REVOKED, "evidence_key.revoked",             \
	    "a source of evidence was revoked", "name")                        \
	ACTION(AUDIT_SECRET_READ, "secret.read",                               \
	    "a sealed secret was opened", "kind approval")                     \
	/* the ledger */                                                       \
	ACTION(AUDIT_LEDGER_SAVED, "ledger.saved",                             \
	    "a row of the ledger was written",                                 \
	    "from to subscription unit manager former_manager source voided")                     \
	ACTION(AUDIT_LEDGER_ENDED, "ledger.ended",                             \
	    "a row of the ledger was ended or voided",\
	    "from to subscription unit manager former_manager source voided")         \
	ACTION(AUDIT_LEDGER_APPLIED, "ledger.applied",                         \
	    "a file of ledger lines was applied", "lines saved unchanged")     \
	ACTION(AUDIT_PEOPLE_IMPORTED, "people.imported",                       \
	    "what a source says of people was applied",                        \
	    "source full plan begin change end units stop_lifted")                   \
	/* tasks, exceptions, statements, evidence */                          \
	ACTION(AUDIT_TASK_MOVED, "task.moved",                                 \
	    "a task changed its state", "kind state rule")                     \
	ACTION(AUDIT_TASK_ANSWERED, "task.answered",                           \
	    "a task was answered on its page", "kind answer rule")             \
	ACTION(AUDIT_PAGE_LINK_MADE, "page_link.made",                         \
	    "a one-time link to a page was made", "task expires_at")           \
	ACTION(AUDIT_EXCEPTION_GRANTED, "exception.granted",                   \
	    "an exception from a rule was granted", "rule until")              \
	ACTION(AUDIT_EXCEPTION_ENDED, "exception.ended",                       \
	    "an exception was ended", "rule")                                  \
	ACTION(AUDIT_EVIDENCE_TAKEN, "evidence.taken",                         \
	    "a report of evidence was taken in", "source items")               \
	/* orders of equipment, subscriptions */                               \
	ACTION(AUDIT_ORDER_CREATED, "order.created",                           \
	    "equipment was asked for", "what item")                            \
	ACTION(AUDIT_ORDER_MOVED, "order.moved",                               \
	    "an order of equipment changed its state", "what state")           \
	ACTION(AUDIT_CATALOGUE_ADDED, "catalogue.added",                       \
	    "an item may be ordered", "what item")                             \
	ACTION(AUDIT_CATALOGUE_RETIRED, "catalogue.retired",                   \
	    "an item may no longer be ordered", "what item")                   \
	ACTION(AUDIT_ROAMING_SWITCHED, "roaming.switched",                     \
	    "roaming was switched", "on")                                \
	/* a directory over SCIM */                                            \
	ACTION(AUDIT_SCIM_USER_CREATED, "scim.user_created",                   \
	    "a directory brought a user", "active")                            \
	ACTION(AUDIT_SCIM_USER_CHANGED, "scim.user_changed",                   \
	    "a directory changed a user", "active")                            \
	ACTION(AUDIT_SCIM_USER_REMOVED, "scim.user_removed",                   \
	    "a directory removed a user", "active")                            \
	ACTION(AUDIT_SCIM_GROUP_CREATED, "scim.group_created",                 \
	    "a directory brought a group", "joined left")                      \
	ACTION(AUDIT_SCIM_GROUP_CHANGED, "scim.group_changed",                 \
	    "a directory changed a group", "joined left")                      \
	ACTION(AUDIT_SCIM_GROUP_REMOVED, "scim.group_removed",                 \
	    "a directory removed a group", "joined left")                      \
	/* four eyes, holds, retention */                                      \
	ACTION(AUDIT_APPROVAL_ASKED, "approval.asked",                         \
	    "a second person was asked", "what things state sha256 caused_by")           \
	ACTION(AUDIT_APPROVAL_GIVEN, "approval.given",                         \
	    "a second person said yes", "what things state sha256 caused_by")            \
	ACTION(AUDIT_APPROVAL_REFUSED, "approval.refused",                     \
	    "a second person said no", "what things state sha256 caused_by")             \
	ACTION(AUDIT_APPROVAL_ENDED, "approval.ended",                         \
	    "a request was used up, withdrawn or ran out",                     \
	    "what things state sha256 caused_by")                                        \
	ACTION(AUDIT_HOLD_SET, "hold.set",                                     \
	    "a legal hold was set", "kind waiting handed_out")                 \
	ACTION(AUDIT_HOLD_LIFTED, "hold.lifted",                               \
	    "a legal hold was lifted", "kind")                                 \
	ACTION(AUDIT_ERASE_HELD, "wipe.held",                                  \
	    "an erase was kept back by a legal hold", "hold command")          \
	ACTION(AUDIT_CLOCK_TRUSTED, "clock.trusted",                           \
	    "somebody said that the server's clock is right", "doubt")         \
	ACTION(AUDIT_PERSON_PURGED, "person.purged",                           \
	    "what said who a person was is gone", "last_day")                  \
	ACTION(AUDIT_EVIDENCE_PURGED, "evidence.purged",                       \
	    "old reports of evidence were emptied", "reports")                 \
	/* departures and returns */                                           \
	ACTION(AUDIT_DEPARTURE_MOVED, "departure.moved",                       \
	    "a departure changed its state", "state reason last_day cases")    \
	ACTION(AUDIT_RETURN_MOVED, "return.moved",                             \
	    "something was done in a return case",                             \
	    "event state step codes signed_by how")                            \
	ACTION(AUDIT_SIM_DECIDED, "sim.decided",                               \
	    "it was decided what becomes of a SIM", "decision subscription")   \
	/* what is told */                                                      \
	ACTION(AUDIT_WEBHOOK_ADDED, "webhook.added",                           \
	    "a program is told of events", "host events")                      \
	ACTION(AUDIT_WEBHOOK_CHANGED, "webhook.changed",                       \
	    "a webhook was changed", "host step count")                        \
	ACTION(AUDIT_WEBHOOK_REMOVED, "webhook.removed",                       \
	    "a program is told no more", "host")                               \
	/* stations and the bench */                                           \
	ACTION(AUDIT_STATION_ADMITTED, "station.admitted",                     \
	    "a bench station was admitted", "name")                            \
	ACTION(AUDIT_STATION_MOVED, "station.moved",                           \
	    "a bench station changed its state", "name state")                 \
	ACTION(AUDIT_BENCH_ORDERED, "bench.ordered",                           \
	    "work at the bench was ordered", "kind serial station")            \
	ACTION(AUDIT_BENCH_MOVED, "bench.moved",                               \
	    "an order at the bench changed its state", "kind state")           \
	ACTION(AUDIT_WIPE_PROVEN, "wipe.proven",                               \
	    "an erase was proven", "how station")
/* clang-format on */

enum audit_action {
	AUDIT_NONE,
#define AUDIT_CONSTANT(constant, word, title, params) constant,
	AUDIT_ACTIONS(AUDIT_CONSTANT)
#undef AUDIT_CONSTANT
	    AUDIT_ACTION_COUNT
};

#endif
