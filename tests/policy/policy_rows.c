#include "tests/policy/policy_rows.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define F(fact, word)                                                          \
	{                                                                      \
		PACK_FACT_##fact, PACK_WORD_##word, 0, NULL                    \
	}
#define AGE(fact, hours)                                                       \
	{                                                                      \
		PACK_FACT_##fact, PACK_WORD_YES, hours, NULL                   \
	}
#define IS(fact, text)                                                         \
	{                                                                      \
		PACK_FACT_##fact, PACK_WORD_NONE, 0, text                      \
	}

/* clang-format off */
const struct judged_row judged_rows[] = {
    {"RON-16", {F(CALL_REFERRAL, SET)}, {F(CALL_REFERRAL, UNSET)}},
    {"RON-17", {F(VOICEMAIL_GREETING, PERSONAL)}, {F(VOICEMAIL_GREETING, DEFAULT)}},
    {"RON-18", {AGE(VOICEMAIL_UNREAD, 5)}, {AGE(VOICEMAIL_UNREAD, 60)}},
    {"RON-20", {F(CALL_FORWARD_TARGET, SWITCHBOARD)}, {F(CALL_FORWARD_TARGET, OTHER), F(CALL_REFERRAL, UNSET), F(VOICEMAIL_GREETING, OFF)}},
    {"RON-27", {F(REGISTER_ORDER_APPROVED, YES)}, {F(REGISTER_ORDER_APPROVED, NO)}},
    {"VST-04", {F(REGISTER_COORDINATOR, YES)}, {F(REGISTER_COORDINATOR, NO)}},
    {"VST-05", {F(REGISTER_ORDER_APPROVED, YES)}, {F(REGISTER_ORDER_APPROVED, NO)}},
    {"VST-06", {F(REGISTER_ORDER_APPROVED, YES)}, {F(REGISTER_ORDER_APPROVED, NO)}},
    {"VST-07", {F(RETURN_CUSTODY, YES), F(RETURN_RECEIPT, YES)}, {F(RETURN_CUSTODY, YES), F(RETURN_RECEIPT, NO)}},
    {"VST-08", {F(DEVICE_WIPE, PROVEN)}, {F(DEVICE_WIPE, ACKNOWLEDGED)}},
    {"VST-09", {F(ACTIVATION_LOCK, UNLOCK_ACCEPTED)}, {{0}}},
    {"VST-15", {F(DIRECTORY_NUMBER, MATCH)}, {F(DIRECTORY_NUMBER, DIFFERS)}},
    {"VST-24", {F(CALL_FORWARD_CONDITIONAL, ACTIVE)}, {F(CALL_FORWARD_UNCONDITIONAL, INACTIVE), F(CALL_FORWARD_CONDITIONAL, INACTIVE), F(CALL_REFERRAL, UNSET)}},
    {"VST-25", {F(VOICEMAIL_GREETING, PERSONAL)}, {F(VOICEMAIL_GREETING, OFF)}},
    {"VST-27", {AGE(BACKUP_LAST, 100)}, {AGE(BACKUP_LAST, 400)}},
    {"VST-28", {IS(OS_VERSION, "18.6.2")}, {IS(OS_VERSION, "18.5")}},
    {"VST-29", {F(DEVICE_WIPE, PROVEN)}, {F(DEVICE_WIPE, SILENT)}},
    {"VST-30", {F(RETURN_RECEIPT, YES), F(ACTIVATION_LOCK, PROVED)}, {F(RETURN_RECEIPT, NO), F(ACTIVATION_LOCK, PROVED)}},
    {"VST-34", {F(REGISTER_ORDER_APPROVED, YES)}, {F(REGISTER_ORDER_APPROVED, NO)}},
    {"AHL-06", {F(DIRECTORY_NUMBER, MATCH)}, {F(DIRECTORY_NUMBER, MISSING)}},
    {"AHL-07", {F(VOICEMAIL_GREETING, ABSENCE)}, {F(VOICEMAIL_GREETING, NAME_ONLY)}},
    {"AHL-11", {F(VOICEMAIL_GREETING, PERSONAL)}, {F(CALL_FORWARD_UNCONDITIONAL, INACTIVE), F(CALL_REFERRAL, UNSET), F(VOICEMAIL_GREETING, DEFAULT)}},
    {"AHL-14", {F(REGISTER_COORDINATOR, YES)}, {F(REGISTER_COORDINATOR, NO)}},
    {"AHL-18", {F(REGISTER_RESPONSIBLE, YES)}, {F(REGISTER_RESPONSIBLE, NO)}},
    {"AHL-19", {F(REGISTER_TEAM_LEADER, YES)}, {F(REGISTER_TEAM_LEADER, NO)}},
    {"AHL-20", {F(CALL_REFERRAL, SET)}, {F(CALL_FORWARD_UNCONDITIONAL, INACTIVE), F(CALL_REFERRAL, UNSET), F(VOICEMAIL_GREETING, DEFAULT)}},
    {"AHL-22", {F(VOICEMAIL_GREETING, PERSONAL)}, {F(VOICEMAIL_GREETING, NAME_ONLY)}},
    {"AHL-23", {F(DIRECTORY_NUMBER, MATCH)}, {F(DIRECTORY_NUMBER, DIFFERS)}},
    {"BOT-15", {F(CALL_FORWARD_UNCONDITIONAL, ACTIVE)}, {F(CALL_FORWARD_UNCONDITIONAL, INACTIVE), F(CALL_FORWARD_CONDITIONAL, INACTIVE), F(CALL_REFERRAL, UNSET)}},
    {"BOT-16", {F(VOICEMAIL_GREETING, ABSENCE)}, {F(VOICEMAIL_GREETING, DEFAULT)}},
    {"BOT-20", {F(SIM_LOCATION, IN_ASSIGNED)}, {F(SIM_LOCATION, IN_UNMANAGED)}},
    {"BOT-28", {F(ORDERING_CENTRAL, YES)}, {F(ORDERING_CENTRAL, NO)}},
    {"ALB-03", {F(CALL_FORWARD_UNCONDITIONAL, ACTIVE), F(CALL_FORWARD_TARGET, COLLEAGUE)}, {F(CALL_FORWARD_UNCONDITIONAL, ACTIVE), F(CALL_FORWARD_TARGET, VOICEMAIL)}},
    {"ALB-06", {F(VOICEMAIL_GREETING, PERSONAL)}, {F(VOICEMAIL_GREETING, DEFAULT)}},
    {"ALB-07", {AGE(VOICEMAIL_UNREAD, 20)}, {AGE(VOICEMAIL_UNREAD, 30)}},
    {"ALB-10", {F(CALL_FORWARD_UNCONDITIONAL, ACTIVE)}, {F(CALL_FORWARD_UNCONDITIONAL, INACTIVE)}},
    {"ALB-11", {F(CALL_FORWARD_TARGET, COLLEAGUE)}, {F(CALL_FORWARD_TARGET, SWITCHBOARD)}},
};

const struct gate_row gate_rows[] = {
    {"RON-27", PACK_GATE_ORDER_APPROVED, PACK_ROLE_MANAGER},
    {"VST-05", PACK_GATE_ORDER_APPROVED | PACK_GATE_CATALOGUE_ITEM, PACK_ROLE_MANAGER | PACK_ROLE_COORDINATOR},
    {"VST-06", PACK_GATE_ORDER_APPROVED | PACK_GATE_NEED_STATED, PACK_ROLE_MANAGER | PACK_ROLE_COORDINATOR},
    {"VST-08", PACK_GATE_WIPE_PROVEN, 0},
    {"VST-28", PACK_GATE_UPDATE_ENFORCED, 0},
    {"VST-29", PACK_GATE_WIPE_PROVEN, 0},
    {"VST-34", PACK_GATE_ORDER_APPROVED | PACK_GATE_NEED_STATED, PACK_ROLE_MANAGER | PACK_ROLE_COORDINATOR},
    {"AHL-18", PACK_GATE_ONE_RESPONSIBLE, 0},
    {"AHL-19", PACK_GATE_LEADER_REQUIRED, 0},
    {"BOT-22", PACK_GATE_USER_ENROLMENT, 0},
    {"BOT-28", PACK_GATE_CENTRAL_ROLE, PACK_ROLE_CENTRAL_ADMINISTRATION},
};

const struct setting_row setting_rows[] = {
    {"RON-11", POLICY_CONTACT_CARD, 0, 0},
    {"RON-17", POLICY_RESTRICTIONS, RESTRICTION_LIVE_VOICEMAIL, 0},
    {"RON-29", POLICY_WEB_CLIP, 0, 0},
    {"VST-06", POLICY_ROAMING, 0, 0},
    {"VST-25", POLICY_RESTRICTIONS, RESTRICTION_LIVE_VOICEMAIL, 0},
    {"VST-28", POLICY_SOFTWARE_UPDATE, 0, 0},
    {"VST-31", POLICY_WEB_CLIP, 0, 0},
    {"VST-33", POLICY_PASSCODE, 0, 6},
    {"AHL-04", POLICY_CONTACT_CARD, 0, 0},
    {"AHL-07", POLICY_RESTRICTIONS, RESTRICTION_LIVE_VOICEMAIL, 0},
    {"AHL-21", POLICY_WEB_CLIP, 0, 0},
    {"AHL-22", POLICY_RESTRICTIONS, RESTRICTION_LIVE_VOICEMAIL, 0},
    {"BOT-04", POLICY_CONTACT_CARD, 0, 0},
    {"BOT-16", POLICY_RESTRICTIONS, RESTRICTION_LIVE_VOICEMAIL, 0},
    {"BOT-19", POLICY_RESTRICTIONS, RESTRICTION_OPEN_MANAGED_TO_UNMANAGED, 0},
    {"BOT-19", POLICY_RESTRICTIONS, RESTRICTION_MANAGED_PASTEBOARD, 1},
    {"BOT-19", POLICY_RESTRICTIONS, RESTRICTION_AIRDROP_UNMANAGED, 1},
    {"BOT-19", POLICY_RESTRICTIONS, RESTRICTION_ENCRYPTED_BACKUP, 1},
    {"BOT-20", POLICY_RESTRICTIONS, RESTRICTION_ESIM_MODIFICATION, 0},
    {"BOT-20", POLICY_RESTRICTIONS, RESTRICTION_ESIM_OUTGOING_TRANSFERS, 0},
    {"BOT-20", POLICY_RESTRICTIONS, RESTRICTION_CELLULAR_PLAN_MODIFICATION, 0},
    {"BOT-20", POLICY_RESTRICTIONS, RESTRICTION_PRESERVE_ESIM_ON_ERASE, 1},
    {"BOT-21", POLICY_PASSCODE, 0, 6},
    {"BOT-22", POLICY_PASSCODE, 0, 6},
    {"BOT-25", POLICY_WEB_CLIP, 0, 0},
    {"BOT-30", POLICY_ROAMING, 0, 0},
    {"ALB-06", POLICY_RESTRICTIONS, RESTRICTION_LIVE_VOICEMAIL, 0},
    {"ALB-23", POLICY_WEB_CLIP, 0, 0},
    {"ALB-23", POLICY_CONTACT_CARD, 0, 0},
};

#define CHANGE PACK_ON_PACK_CHANGE
#define AGAIN PACK_ON_PERIODIC
#define AWAY PACK_ON_ABSENCE_START
#define ROLE PACK_ON_ROLE_CHANGE
#define UNIT PACK_ON_UNIT_CHANGE
#define START PACK_ON_EMPLOYMENT_START

const struct stated_row stated_rows[] = {
    {"RON-02", PACK_ROLE_MANAGER, 180, AGAIN | CHANGE},
    {"RON-14", PACK_ROLE_EMPLOYEE, 365, AGAIN | ROLE},
    {"RON-15", PACK_ROLE_WEB_EDITOR, 365, AGAIN | UNIT},
    {"RON-21", PACK_ROLE_DEPUTY, 0, AWAY},
    {"RON-22", PACK_ROLE_MANAGER, 365, AGAIN | UNIT},
    {"RON-23", PACK_ROLE_MANAGER, 180, AGAIN | CHANGE},
    {"RON-28", PACK_ROLE_EMPLOYEE, 365, AGAIN | ROLE},
    {"VST-01", PACK_ROLE_BOARD, 365, AGAIN | CHANGE},
    {"VST-03", PACK_ROLE_MANAGER, 180, AGAIN | CHANGE},
    {"VST-10", PACK_ROLE_COORDINATOR | PACK_ROLE_MANAGER, 180, AGAIN | UNIT},
    {"VST-11", PACK_ROLE_COORDINATOR, 365, AGAIN},
    {"VST-12", PACK_ROLE_COORDINATOR, 365, AGAIN},
    {"VST-16", PACK_ROLE_TELEPHONY_SERVICE, 365, AGAIN},
    {"VST-17", PACK_ROLE_TELEPHONY_SERVICE, 365, AGAIN},
    {"VST-19", PACK_ROLE_TELEPHONY_SERVICE, 365, AGAIN},
    {"VST-36", PACK_ROLE_MANAGER, 365, START | AGAIN},
    {"AHL-05", PACK_ROLE_MANAGER, 180, AGAIN | CHANGE},
    {"AHL-08", PACK_ROLE_MANAGER, 365, AGAIN},
    {"AHL-09", PACK_ROLE_MANAGER, 365, AGAIN | UNIT},
    {"AHL-12", PACK_ROLE_MANAGER, 180, AGAIN | CHANGE},
    {"AHL-13", PACK_ROLE_MANAGER, 365, AGAIN},
    {"BOT-12", PACK_ROLE_EMPLOYEE, 365, AGAIN | ROLE},
    {"BOT-13", PACK_ROLE_MANAGER, 180, AGAIN | CHANGE},
    {"BOT-24", PACK_ROLE_MANAGER, 180, AGAIN | CHANGE},
    {"BOT-27", PACK_ROLE_CENTRAL_ADMINISTRATION, 365, AGAIN | CHANGE},
    {"ALB-08", PACK_ROLE_EMPLOYEE, 365, START | AGAIN},
    {"ALB-09", PACK_ROLE_MANAGER, 0, AWAY},
    {"ALB-15", PACK_ROLE_DEPUTY, 0, AWAY},
    {"ALB-21", PACK_ROLE_MANAGER, 90, AGAIN | UNIT},
    {"ALB-24", PACK_ROLE_EMPLOYEE, 365, AGAIN | ROLE},
    {"ALB-25", PACK_ROLE_MANAGER, 180, AGAIN | CHANGE},
    {"ALB-26", PACK_ROLE_MANAGER, 180, AGAIN | CHANGE},
};

const struct shown_row shown_rows[] = {
    {"RON-01", "du är chef för"},
    {"RON-03", "när anställningen börjar"},
    {"RON-04", "när du arbetar hemma"},
    {"RON-05", "Eva Ek, Bygglov."},
    {"RON-06", "Lyssna klart"},
    {"RON-07", "Välj ord som passar"},
    {"RON-08", "återkom inom den tid du har lovat"},
    {"RON-09", "Besvara enkla ärenden inom 24 timmar på vardagar."},
    {"RON-10", "datum som går att hålla"},
    {"RON-11", "hänvisa till växeln"},
    {"RON-12", "hur bedömningen är gjord"},
    {"RON-13", "Stäng av den bara undantagsvis"},
    {"RON-19", "uppringd inom 24 timmar på vardagar."},
    {"RON-24", "tryck 9."},
    {"RON-25", "och är tillbaka [dagen du är åter]"},
    {"RON-26", "Direkt: 010-555 00 01"},
    {"RON-29", "färre funktioner än din egen"},
    {"RON-30", "”Välkommen till Ronneby kommun”"},
    {"RON-31", "”Växeln”"},
    {"RON-32", "erbjud dig att ta ett meddelande"},
    {"VST-02", "användarinformationen i Servicewebben"},
    {"VST-13", "går samtal utifrån först"},
    {"VST-14", "Svara snabbt"},
    {"VST-18", "driftstörningar"},
    {"VST-20", "behoven i kommunkoncernen"},
    {"VST-21", "svara snabbt på alla samtal"},
    {"VST-22", "missade samtal så snart du kan"},
    {"VST-23", "Bygglov, Eva Ek."},
    {"VST-26", "sms skyndsamt"},
    {"VST-31", "är till för ditt arbete"},
    {"VST-32", "ersättningsskyldig"},
    {"VST-35", "strider mot lag"},
    {"AHL-01", "given plats"},
    {"AHL-02", "telefonkulturen upplevs som god"},
    {"AHL-03", "snabbt, vänligt och korrekt"},
    {"AHL-04", "Undvik att koppla runt"},
    {"AHL-10", "kollegas telefon ringer"},
    {"AHL-15", "i första hand samtal"},
    {"AHL-16", "när någon frågar och tiden räcker"},
    {"AHL-17", "representerar du kommunen"},
    {"AHL-21", "samma regler gäller"},
    {"AHL-24", "höras av andra"},
    {"AHL-25", "samtal till och från personalen"},
    {"BOT-01", "kollegor som medborgare"},
    {"BOT-02", "Eva Ek, Bygglov."},
    {"BOT-03", "också de interna"},
    {"BOT-04", "kommer till rätt handläggare"},
    {"BOT-05", "innan du invänder"},
    {"BOT-06", "be att få återkomma"},
    {"BOT-07", "även om svaret inte är helt klart"},
    {"BOT-08", "när ett besked kan komma"},
    {"BOT-09", "avslag med respekt"},
    {"BOT-10", "Använd rösten"},
    {"BOT-11", "undvik fackuttryck"},
    {"BOT-14", "Vidarekoppla till en kollega"},
    {"BOT-17", "meddelande inom två arbetsdagar."},
    {"BOT-18", "ägs av kommunen"},
    {"BOT-19", "sköts rätt"},
    {"BOT-23", "ingen utomstående hör"},
    {"BOT-25", "Varje medarbetare"},
    {"BOT-26", "ber vi dig att följa"},
    {"BOT-29", "IT-stöd"},
    {"BOT-30", "ekonomiskt ansvarsfullt"},
    {"ALB-01", "ikke behøver at ringe igen"},
    {"ALB-02", "besked inden for et døgn."},
    {"ALB-04", "Tag imod en besked"},
    {"ALB-05", "Fortæl ikke, hvorfor"},
    {"ALB-12", "stil så lidt om som muligt"},
    {"ALB-13", "træk den og tag imod besked"},
    {"ALB-14", "til møde eller frokost"},
    {"ALB-16", "Stil ikke tilbage til Omstillingen"},
    {"ALB-17", "Eva Ek, Albertslund Kommune, Bygglov"},
    {"ALB-18", "Bygglov, Eva Ek."},
    {"ALB-19", "imødekommende stemme"},
    {"ALB-20", "ikke kan tages på anden måde"},
    {"ALB-22", "væk mere end et døgn"},
    {"ALB-23", "din kalender opdateret"},
};
/* clang-format on */

const size_t judged_rows_count = COUNT(judged_rows);
const size_t gate_rows_count = COUNT(gate_rows);
const size_t setting_rows_count = COUNT(setting_rows);
const size_t stated_rows_count = COUNT(stated_rows);
const size_t shown_rows_count = COUNT(shown_rows);
