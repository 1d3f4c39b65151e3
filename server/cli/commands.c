#include "server/cli/commands.h"

#include "server/cli/args.h"

#define BIT OPTION_BIT

/* clang-format off */
const struct cli_command cli_commands[] = {
	{"devices", "[TEXT]", 0, 1, 0, 0, false,
	    "list phones, all or those that TEXT finds",
	    "TEXT is an id, serial number, UDID or IMEI, or a part of a "
	    "person's or phone's name.", run_devices},
	{"device", "show DEVICE", 1, 2, 0, 0, false,
	    "show all about one phone",
	    "What it is, what it reported, how its rules are judged, what "
	    "waits for it\nand how far a wipe has come. \"show\" may be left "
	    "out.", run_device},
	{"commands", "[DEVICE]", 0, 1, BIT(OPTION_OPEN) | BIT(OPTION_LIMIT), 0,
	    false, "list commands to phones, newest first", "", run_commands},
	{"phone", "VERB [PHONE]", 1, 2, BIT(OPTION_REASON) | BIT(OPTION_KIND) |
	    BIT(OPTION_SERIAL) | BIT(OPTION_IMEI) | BIT(OPTION_MODEL) |
	    BIT(OPTION_NAME) | BIT(OPTION_ORDERED) | BIT(OPTION_MESSAGE) |
	    BIT(OPTION_NUMBER), 0, false,
	    "keep the register: add, repair, lost, found, retired",
	    "add        --kind iphone, ipad, android or simple, --serial or "
	    "--imei\n"
	    "received   a phone that was ordered is here\n"
	    "repair, repaired, replaced --serial NEW [--imei NEW]\n"
	    "lost, stolen, found        --reason TEXT\n"
	    "emptied    --reason TEXT: of a phone that is not managed, seen at "
	    "the bench\n"
	    "restock, retire, write-off --reason TEXT\n"
	    "history    what happened to it, and why\n"
	    "lost-mode  shows it; with --reason TEXT switches it on "
	    "[--message, --number]\n"
	    "locate, lift               --reason TEXT\n"
	    "lock       what is known of its Activation Lock\n"
	    "codes      --reason TEXT [--kind unlock_token]: once, on a second "
	    "person's yes\n"
	    "PHONE is a serial number, IMEI, UDID or id.", run_phone},
	{"accessories", "", 0, 0, 0, 0, false,
	    "list accessories and who has them", "", run_accessories},
	{"why", "COMMAND", 1, 1, 0, 0, false,
	    "say why a command is where it is",
	    "COMMAND is an id, as `workphone commands` shows it.", run_why},
	{"cancel", "COMMAND", 1, 1, 0, 0, false,
	    "cancel a command that is not closed",
	    "Of a wipe, its order too, as long as the phone has not "
	    "acknowledged it.", run_cancel},
	{"enrol-link", "", 0, 0, BIT(OPTION_PERSON) | BIT(OPTION_SERIAL) |
	    BIT(OPTION_VALID_FOR) | BIT(OPTION_QR) | BIT(OPTION_BENCH),
	    BIT(OPTION_PERSON) | BIT(OPTION_SERIAL), false,
	    "make a link that enrols one phone, once",
	    "Prints the address and, on a terminal, its QR code. Whoever has "
	    "the address can\nenrol the phone with that serial number: hand "
	    "it to that person only. With\n--bench the next station that the "
	    "phone is plugged into enrols it.", run_enrol_link},
	{"links", "", 0, 0, 0, 0, false,
	    "list enrolment links and how far each has come", "", run_links},
	{"station-code", "", 0, 0, BIT(OPTION_NAME) | BIT(OPTION_VALID_FOR),
	    BIT(OPTION_NAME), false,
	    "make a one-time code that admits a bench station",
	    "On the station: workphone-agent join --server URL --ca-file FILE "
	    "--code CODE", run_station_code},
	{"stations", "", 0, 0, 0, 0, false,
	    "list bench stations and when they were heard", "", run_stations},
	{"station-revoke", "STATION", 1, 1, BIT(OPTION_YES), 0, false,
	    "believe a bench station no longer",
	    "STATION is an id or a name. It cannot be undone; the station "
	    "joins again with a\nnew code.", run_station_revoke},
	{"bench", "", 0, 0, 0, 0, false,
	    "list the phones that stations see or have seen", "", run_bench},
	{"orders", "", 0, 0, BIT(OPTION_OPEN) | BIT(OPTION_LIMIT), 0, false,
	    "list work orders for the bench, newest first", "", run_orders},
	{"bench-order", "DEVICE KIND", 2, 2, BIT(OPTION_REASON), 0, false,
	    "have a phone looked at when it comes to a bench",
	    "KIND is read_facts, pair or restart. Wipes and enrolments bring "
	    "their own orders.", run_bench_order},
	{"bench-cancel", "ORDER", 1, 1, 0, 0, false,
	    "take back a work order that has not begun",
	    "ORDER is an id, as `workphone orders` shows it. A wipe's goes "
	    "with its command:\nworkphone cancel.", run_bench_cancel},
	{"policy", "VERB FOLDER [RULE|FOLDER]", 2, 3, BIT(OPTION_YES), 0,
	    false, "check, show, compare, plan and apply policy packs",
	    "check FOLDER        is the pack in order\n"
	    "show FOLDER [RULE]  its rules, or all about one\n"
	    "diff FROM TO        what is different between two packs\n"
	    "plan FOLDER         what would change, on how many phones\n"
	    "apply FOLDER        the same, asks, and puts it into force\n"
	    "FOLDER holds pack.yaml and texts.LANGUAGE.yaml. The first three "
	    "ask no server.", run_policy},
	{"push-policy", "[DEVICE]", 0, 1,
	    BIT(OPTION_DRY_RUN) | BIT(OPTION_YES), 0, false,
	    "send the policy's profile to one phone or to all",
	    "Phones that have this very profile get nothing. Shows the plan "
	    "and asks first.", run_push_policy},
	{"verdicts", "[DEVICE]", 0, 1, BIT(OPTION_RULE), 0, false,
	    "show how phones stand to the rules",
	    "Missing or old evidence is unknown, never broken and never met.",
	    run_verdicts},
	{"rules", "[RULE]", 0, 1, BIT(OPTION_CLASS) | BIT(OPTION_SUBJECT) |
	    BIT(OPTION_LANGUAGE), 0, false,
	    "list the rules in force, or show all about one", "", run_rules},
	{"judgements", "", 0, 0, BIT(OPTION_SUBJECT) | BIT(OPTION_RULE) |
	    BIT(OPTION_VERDICT) | BIT(OPTION_LANGUAGE), 0, false,
	    "show how people, phones, SIMs and units stand to the rules",
	    "As judged last; missing or old evidence is unknown.",
	    run_judgements},
	{"outbox", "[VERB] [MAIL]", 0, 2, 0, 0, false,
	    "say what waits to be mailed, and what is in its way",
	    "waiting, failed, sent   list those mails\n"
	    "retry MAIL              send one now that waits or was given up",
	    run_outbox},
	{"webhooks", "", 0, 0, 0, 0, false,
	    "list programs that are told of events", "", run_webhooks},
	{"webhook", "VERB URL|WEBHOOK [DELIVERY]", 2, 3,
	    BIT(OPTION_EVENTS) | BIT(OPTION_SINCE), 0, false,
	    "tell a program of events, signed",
	    "add URL               prints the secret, once; --events LIST "
	    "for some only\n"
	    "rotate WEBHOOK        a new secret; the former one holds for a "
	    "day more\n"
	    "test WEBHOOK          send it an event webhook.test\n"
	    "deliveries WEBHOOK    what was sent and how it was answered\n"
	    "replay WEBHOOK ID     send one delivery again, or all --since "
	    "TIME\n"
	    "start WEBHOOK         after it failed, or said that it is gone\n"
	    "remove WEBHOOK        what waits for it is dropped", run_webhook},
	{"departures", "", 0, 0, BIT(OPTION_OPEN) | BIT(OPTION_PERSON), 0,
	    false, "list what must come back from whom, and what it waits for",
	    "", run_departures},
	{"departure", "VERB WHAT", 2, 2, BIT(OPTION_PHONE) |
	    BIT(OPTION_REASON) | BIT(OPTION_UNTIL) | BIT(OPTION_YES), 0, false,
	    "have everything of a person come back, or one phone",
	    "show DEPARTURE\n"
	    "open PERSON        --reason TEXT, --phone PHONE for one only, "
	    "--until DAY\n"
	    "                   for the last day; --yes does it\n"
	    "pause DEPARTURE    --until DAY --reason TEXT\n"
	    "cancel DEPARTURE   --reason TEXT\n"
	    "An employment that ends opens one by itself.", run_departure},
	{"returns", "", 0, 0, BIT(OPTION_OPEN), 0, false,
	    "list the phones on their way back", "", run_returns},
	{"return", "STEP PHONE", 2, 2, BIT(OPTION_PERSON) |
	    BIT(OPTION_SIGNED) | BIT(OPTION_CODES) | BIT(OPTION_HOW) |
	    BIT(OPTION_SUBSCRIPTION) | BIT(OPTION_NOTE) | BIT(OPTION_REASON),
	    0, false, "take a return one step further",
	    "show            what was done, and what it waits for\n"
	    "custody         it is here; --person PERSON took it, --note "
	    "its condition\n"
	    "sign-holder     --person PERSON --signed NAME --codes WORD\n"
	    "sign-receiver   --person PERSON --signed NAME\n"
	    "witness         in the holder's stead: --person, --signed, "
	    "--reason\n"
	    "codes           --codes WORD\n"
	    "lock-cleared    Activation Lock is off: --how WORD\n"
	    "sim-block, sim-reuse   --subscription SIM\n"
	    "state-proof     of a phone that is not managed: --reason how it "
	    "was emptied\n"
	    "data-removed    of a private phone: --reason how it is known\n"
	    "lost, found, write-off --reason TEXT\n"
	    "Nobody confirms their own return.", run_return},
	{"handouts", "", 0, 0, BIT(OPTION_OPEN), 0, false,
	    "list what was handed out to whom, and who signed for it", "",
	    run_handouts},
	{"handout", "VERB WHAT", 2, 2, BIT(OPTION_PHONE) |
	    BIT(OPTION_SUBSCRIPTION) | BIT(OPTION_WITH) | BIT(OPTION_NOTE) |
	    BIT(OPTION_SIGNED) | BIT(OPTION_REASON), 0, false,
	    "hand things out to a person, who is asked to sign for them",
	    "give PERSON       --phone PHONE, --subscription SIM, --with LIST, "
	    "--note TEXT\n"
	    "show HANDOUT\n"
	    "accept HANDOUT    --signed NAME: the person is here and signs\n"
	    "refuse HANDOUT    --reason TEXT: the person says what is not "
	    "right\n"
	    "withdraw HANDOUT  --reason TEXT\n"
	    "HANDOUT is an id, as `workphone handouts` shows it.", run_handout},
	{"receipts", "", 0, 0, BIT(OPTION_PERSON) | BIT(OPTION_PHONE), 0,
	    false, "list receipts and erasure certificates", "",
	    run_receipts},
	{"receipt", "VERB WHAT", 2, 2, BIT(OPTION_OUTPUT) |
	    BIT(OPTION_FORMAT), 0, false,
	    "fetch a signed receipt; certify an erasure",
	    "show RECEIPT\n"
	    "get RECEIPT     --output FILE, --format pdf (unless named), twin "
	    "or json\n"
	    "erasure PHONE   the certificate, when the erase is proven or "
	    "stated\n"
	    "RECEIPT is a number such as 2026-17, or an id. "
	    "`workphone-server verify FILE`\nchecks what was fetched, "
	    "anywhere.", run_receipt},
	{"exceptions", "", 0, 0, 0, 0, false,
	    "list who or what is excepted from which rule, and why", "",
	    run_exceptions},
	{"exception", "VERB RULE SUBJECT", 2, 3, BIT(OPTION_REASON) |
	    BIT(OPTION_VALID_FOR), 0, false,
	    "except one person, phone, SIM or unit from a rule, for a time",
	    "grant RULE SUBJECT  --reason TEXT --valid-for 90d\n"
	    "revoke EXCEPTION    an id, as `workphone exceptions` shows it\n"
	    "SUBJECT is named as in the ledger: a mail address, serial number, "
	    "number or unit.", run_exception},
	{"evidence", "", 0, 0, BIT(OPTION_SUBJECT) | BIT(OPTION_FACTS),
	    BIT(OPTION_SUBJECT), false,
	    "list the newest evidence of each fact and source", "",
	    run_evidence},
	{"tasks", "", 0, 0, BIT(OPTION_OPEN) | BIT(OPTION_OVERDUE) |
	    BIT(OPTION_PERSON) | BIT(OPTION_UNIT) | BIT(OPTION_RULE) |
	    BIT(OPTION_LANGUAGE), 0, false,
	    "list what people are asked to do", "", run_tasks},
	{"task-link", "TASK", 1, 1, BIT(OPTION_VALID_FOR) | BIT(OPTION_QR), 0,
	    false, "make the one-time link to a task's page",
	    "Whoever has the link answers in that person's name: hand it to "
	    "that person only.", run_task_link},
	{"task-cancel", "TASK", 1, 1, BIT(OPTION_REASON), BIT(OPTION_REASON),
	    false, "withdraw a task that is not closed", "", run_task_cancel},
	{"statements", "", 0, 0, BIT(OPTION_PERSON) | BIT(OPTION_RULE), 0,
	    false, "list what people have stated",
	    "Statements are made at the page of a task, by the person "
	    "concerned and nobody else.", run_statements},
	{"coverage", "", 0, 0, BIT(OPTION_UNIT), 0, false,
	    "show how many of each unit have read the policy",
	    "Units of fewer than five persons show no numbers.",
	    run_coverage},
	{"people", "[TEXT] | import FILE", 0, 2, BIT(OPTION_SOURCE) |
	    BIT(OPTION_MAP) | BIT(OPTION_FULL) | BIT(OPTION_YES) |
	    BIT(OPTION_ACCEPT_STOP), 0, false,
	    "list people, or import a file of them",
	    "TEXT is a part of a name, mail address, number or external id.\n"
	    "import FILE plans a CSV file of the HR system and says what "
	    "would begin, change\nand end; --yes applies it, all or nothing. "
	    "A file that looks wrong is held by the\nsafety stop. See "
	    "docs/people-sources.md.", run_people},
	{"employments", "PERSON", 1, 1, 0, 0, false,
	    "list where a person is or was employed, and who says so",
	    "TO is the first day no longer employed. SOURCE is which file or "
	    "directory made\nit; none: by hand.", run_employments},
	{"units", "", 0, 0, 0, 0, false, "list units", "", run_units},
	{"subscriptions", "", 0, 0, 0, 0, false,
	    "list subscriptions and their SIMs", "", run_subscriptions},
	{"holders", "WHAT", 1, 1, BIT(OPTION_ON), 0, false,
	    "show who had a phone or subscription, and when",
	    "WHAT is a phone's serial number or IMEI, or a subscription's "
	    "number or ICCID. --on DAY: who had it on that day.", run_holders},
	{"ledger", "apply FILE", 2, 2, BIT(OPTION_YES), 0, false,
	    "apply a file of people, units, subscriptions and who has what",
	    "FILE holds one JSON object a line, like {\"person\": {\"name\": "
	    "\"Anna Ek\"}}; see docs/ledger.md. Without --yes it only says "
	    "what would change. All lines are applied or none.", run_ledger},
	{"equipment", "VERB [ORDER]", 1, 2, BIT(OPTION_OPEN) |
	    BIT(OPTION_PERSON) | BIT(OPTION_UNIT) | BIT(OPTION_WHAT) |
	    BIT(OPTION_ITEM) | BIT(OPTION_NEED) | BIT(OPTION_AS) |
	    BIT(OPTION_REASON) | BIT(OPTION_SUBSCRIPTION), 0, false,
	    "order phones, SIMs and functions, with approval",
	    "list              all orders, or --open, --person PERSON\n"
	    "catalogue         what may be ordered\n"
	    "offer             --what WORD --item NAME\n"
	    "request           --what WORD, for --person or --unit; block and\n"
	    "                  replace: of which --subscription\n"
	    "approve ORDER     --as PERSON, who must have the right role\n"
	    "refuse ORDER      --as PERSON --reason TEXT\n"
	    "place ORDER       sent to the supplier or operator, --as PERSON\n"
	    "cancel ORDER      --reason TEXT", run_equipment},
	{"evidence-key", "VERB [KEY]", 1, 2, BIT(OPTION_NAME) |
	    BIT(OPTION_FACTS) | BIT(OPTION_KEY_FILE) | BIT(OPTION_UNIT), 0,
	    false, "say whose signed evidence is taken",
	    "add               --name, --facts and --key-file, the public half\n"
	    "list              all keys\n"
	    "revoke KEY        nothing signed with it is taken any more",
	    run_evidence_key},
	{"token", "VERB [TOKEN]", 1, 2, BIT(OPTION_NAME) | BIT(OPTION_SCOPE) |
	    BIT(OPTION_VALID_FOR) | BIT(OPTION_PERSON), 0, false,
	    "make and revoke API tokens, at the server itself",
	    "create            --name and --scope; --valid-for 90d; --person\n"
	    "                  PERSON: it is this person's own account\n"
	    "                  which scopes there are: docs/api.md, or\n"
	    "                  workphone-server routes\n"
	    "list              all tokens, without their secret\n"
	    "revoke TOKEN      an id, as list shows it\n"
	    "create prints the token alone on standard output, once:\n"
	    "  (umask 077; workphone token create --name hr --scope "
	    "people:write >hr.token)", run_token},
	{"context", "VERB [NAME]", 1, 2, BIT(OPTION_URL) |
	    BIT(OPTION_CA_FILE) | BIT(OPTION_TOKEN_FILE), 0, true,
	    "name servers that are reached with a token",
	    "add NAME          --url, --token-file and, if need be, --ca-file\n"
	    "use NAME          from now on; \"local\": the server on this "
	    "machine\n"
	    "list              all of them\n"
	    "remove NAME       forget it", run_context},
	{"roaming", "DEVICE on|off", 2, 2, 0, 0, false,
	    "switch data abroad for one phone",
	    "On needs an approved order for a function, where the policy asks "
	    "for one.\nA push of the policy leaves it as it was ordered.",
	    run_roaming},
	{"wipe", "DEVICE", 1, 1, BIT(OPTION_REASON) | BIT(OPTION_DRY_RUN) |
	    BIT(OPTION_YES) | BIT(OPTION_KEEP_DATA_PLAN) |
	    BIT(OPTION_NO_PROXIMITY) | BIT(OPTION_FOLLOW) |
	    BIT(OPTION_TIMEOUT), 0, false,
	    "erase a phone: dry run, question, order",
	    "Shows what would happen, asks for the serial number, and queues "
	    "the erase once.\nA phone acknowledges before it erases: "
	    "acknowledged is not wiped. --follow shows\nthe steps ordered, "
	    "acknowledged, silent; for a wipe ordered earlier, too.",
	    run_wipe},
	{"approvals", "", 0, 0, BIT(OPTION_OPEN), 0, false,
	    "list what waits for a second person, or waited", "",
	    run_approvals},
	{"approve", "REQUEST...", 1, ARGS_WORDS_MAX,
	    BIT(OPTION_YES) | BIT(OPTION_REASON), 0,
	    false, "say yes to what somebody else has asked",
	    "Shows what is asked, and for which phones, and asks first. Who "
	    "asked cannot\napprove, nor a token that was made after the "
	    "question. Of several each is\ndecided by itself.", run_approve},
	{"refuse", "REQUEST...", 1, ARGS_WORDS_MAX, BIT(OPTION_REASON),
	    BIT(OPTION_REASON),
	    false, "say no to what somebody else has asked", "", run_refuse},
	{"approval", "VERB WHAT", 2, 2, BIT(OPTION_WHAT) | BIT(OPTION_REASON),
	    0, false, "show, ask and take back what needs a second person",
	    "show REQUEST      what is asked, for which phones\n"
	    "ask PHONE         --what wipe, lost_mode, bypass_code or "
	    "unlock_token,\n"
	    "                  --reason TEXT\n"
	    "withdraw REQUEST  by who asked or who approved", run_approval},
	{"limits", "", 0, 0, 0, 0, false,
	    "show how much room there is for erases now", "", run_limits},
	{"clock", "[right]", 0, 1, BIT(OPTION_REASON), 0, false,
	    "say whether the server's clock is believed",
	    "right             --reason TEXT: somebody looked, and it is right",
	    run_clock},
	{"hold", "VERB [HOLD]", 1, 2, BIT(OPTION_PERSON) | BIT(OPTION_PHONE) |
	    BIT(OPTION_REASON), 0, false,
	    "keep a person's or phone's data from being destroyed",
	    "list              all legal holds\n"
	    "add               --person PERSON or --phone PHONE, the case as "
	    "--reason\n"
	    "lift HOLD         --reason TEXT; what waited goes on",
	    run_hold},
	{"everything", "PERSON", 1, 1, BIT(OPTION_RETURN) |
	    BIT(OPTION_REASON) | BIT(OPTION_YES), 0, false,
	    "show all of one person, or ask all of it back",
	    "Phones, subscriptions, accessories, cases, tasks, orders, links, "
	    "holds. --return\nwith --reason says what asking it back would "
	    "do; with --yes it does it.", run_everything},
	{"retention", "", 0, 0, BIT(OPTION_YES), 0, false,
	    "remove personal data whose time is over",
	    "Without --yes it only says whose. Who holds something, has "
	    "something open or\nstands under a legal hold stays.",
	    run_retention},
	{"audit", "[VERB] [WHAT]", 0, 2, BIT(OPTION_LIMIT) |
	    BIT(OPTION_PERSON) | BIT(OPTION_PHONE) | BIT(OPTION_FORMAT) |
	    BIT(OPTION_OUTPUT), 0, false,
	    "show who did what and why, and check that the log is whole",
	    "list              newest first; --limit N\n"
	    "person PERSON     what was done about one person\n"
	    "phone PHONE       the same of one phone\n"
	    "case CASE         the same of one departure or return\n"
	    "verify            is every entry still what it was\n"
	    "checkpoint        the newest signed one: keep it elsewhere\n"
	    "export            --output FILE, --format jsonl or csv, of all or "
	    "--person or\n                  --phone; workphone-server verify "
	    "FILE checks it", run_audit},
	{"status", "", 0, 0, 0, 0, false,
	    "show the server, its organisation and counts", "", run_status},
	{"version", "", 0, 0, 0, 0, true,
	    "show the version of this program", "", run_version},
};
/* clang-format on */

const size_t cli_command_count = sizeof(cli_commands) / sizeof(cli_commands[0]);
