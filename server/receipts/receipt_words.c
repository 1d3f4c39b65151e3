#include "server/receipts/receipt_words.h"

#include <stdio.h>
#include <string.h>

enum receipt_language receipt_language_of(const char *language)
{
	if (strcmp(language, "sv") == 0)
		return RECEIPT_SV;
	return strcmp(language, "da") == 0 ? RECEIPT_DA : RECEIPT_EN;
}

/* clang-format off */
static const char *const words[SAY_COUNT][RECEIPT_LANGUAGE_COUNT] = {
	[SAY_RECEIPT_NUMBER] = {"Nummer", "Nummer", "Number"},
	[SAY_PERSON_HAND_OUT] = {"Utlämnat till", "Udleveret til", "Handed out to"},
	[SAY_PERSON_RETURN] = {"Återlämnat av", "Afleveret af", "Returned by"},
	[SAY_PERSON_ERASURE] = {"Senaste innehavare", "Seneste indehaver", "Last holder"},
	[SAY_UNIT] = {"Enhet", "Enhed", "Unit"},
	[SAY_DATE] = {"Utfärdat", "Udstedt", "Issued"},
	[SAY_CASE] = {"Ärende", "Sag", "Case"},
	[SAY_THINGS_HAND_OUT] = {"Utlämnad utrustning", "Udleveret udstyr", "Equipment handed out"},
	[SAY_THINGS_RETURN] = {"Återlämnad utrustning", "Afleveret udstyr", "Equipment returned"},
	[SAY_THINGS_ERASURE] = {"Enhet som intyget gäller", "Enhed, som attesten gælder", "Device certified"},
	[SAY_SERIAL] = {"Serienummer", "Serienummer", "Serial number"},
	[SAY_IMEI] = {"IMEI", "IMEI", "IMEI"},
	[SAY_NUMBER] = {"Telefonnummer", "Telefonnummer", "Phone number"},
	[SAY_ICCID] = {"SIM-kort (ICCID)", "SIM-kort (ICCID)", "SIM card (ICCID)"},
	[SAY_DECISION] = {"Beslut", "Beslutning", "Decision"},
	[SAY_MORE] = {"Dessutom", "Desuden", "Besides"},
	[SAY_MORE_WHERE] = {"till, som inte ryms här. De står i ärendet.", "til, som der ikke er plads til her. De står i sagen.", "more, for which there is no room here. The case names them."},
	[SAY_NOTE_HAND_OUT] = {"Skick vid utlämning", "Stand ved udlevering", "Condition when handed out"},
	[SAY_NOTE_RETURN] = {"Skick och skador", "Stand og skader", "Condition and damage"},
	[SAY_NO_NOTE] = {"Ingen anmärkning.", "Ingen bemærkninger.", "No remarks."},
	[SAY_CODES] = {"Koder", "Koder", "Codes"},
	[SAY_ACCEPTANCE] = {
		"Jag har tagit emot utrustningen ovan. Den är arbetsgivarens egendom, och jag lämnar tillbaka den när anställningen upphör eller när jag blir ombedd.",
		"Jeg har modtaget udstyret ovenfor. Det er arbejdsgiverens ejendom, og jeg afleverer det, når ansættelsen ophører, eller når jeg bliver bedt om det.",
		"I have received the equipment above. It belongs to the employer, and I return it when my employment ends or when I am asked to."},
	[SAY_RULES] = {"Gällande regler", "Gældende regler", "Rules in force"},
	[SAY_ERASURE] = {"Radering", "Sletning", "Erasure"},
	[SAY_ORDERED] = {"Beordrad", "Beordret", "Ordered"},
	[SAY_PROVEN_AT] = {"Fastställd", "Fastslået", "Established"},
	[SAY_STATED_BY] = {"Intygad av", "Attesteret af", "Stated by"},
	[SAY_BASIS] = {"Underlag", "Grundlag", "Basis"},
	[SAY_OBSERVED] = {"Iakttaget", "Iagttaget", "Observed"},
	[SAY_FACTS] = {"Iakttagelser", "Iagttagelser", "Observations"},
	[SAY_SIGNATURES] = {"Underskrifter", "Underskrifter", "Signatures"},
	[SAY_TYPED_AS] = {"Skrivet som underskrift", "Skrevet som underskrift", "Typed as signature"},
	[SAY_REASON] = {"Skäl", "Begrundelse", "Reason"},
	[SAY_FOOTER_SIGNED] = {
		"Dokumentet är elektroniskt undertecknat av organisationen. Samma uppgifter ligger som bilaga i filen (receipt.json).",
		"Dokumentet er elektronisk underskrevet af organisationen. De samme oplysninger ligger som bilag i filen (receipt.json).",
		"This document is signed electronically by the organisation. The same particulars are attached to the file (receipt.json)."},
	[SAY_FOOTER_CHECK] = {
		"Kontroll utan nätverk: workphone-server verify FIL",
		"Kontrol uden netværk: workphone-server verify FIL",
		"To check it offline: workphone-server verify FILE"},
	[SAY_ZONE] = {"Tider enligt", "Tider efter", "Times in"},
	[SAY_PAGE] = {"Sida", "Side", "Page"},
	[SAY_OF] = {"av", "af", "of"},
};

static const char *const titles[RECEIPT_KIND_COUNT][RECEIPT_LANGUAGE_COUNT] = {
	[RECEIPT_HAND_OUT] = {"Kvitto på utlämnad utrustning", "Kvittering for udleveret udstyr", "Receipt for equipment handed out"},
	[RECEIPT_RETURN] = {"Kvitto på återlämnad utrustning", "Kvittering for afleveret udstyr", "Receipt for equipment returned"},
	[RECEIPT_ERASURE] = {"Raderingsintyg", "Attest for sletning", "Certificate of erasure"},
};

static const char *const things[RECEIPT_THING_COUNT][RECEIPT_LANGUAGE_COUNT] = {
	[RECEIPT_PHONE] = {"Telefon", "Telefon", "Phone"},
	[RECEIPT_SUBSCRIPTION] = {"Abonnemang", "Abonnement", "Subscription"},
	[RECEIPT_ACCESSORY] = {"Tillbehör", "Tilbehør", "Accessory"},
};

static const char *const roles[RECEIPT_ROLE_COUNT][RECEIPT_LANGUAGE_COUNT] = {
	[RECEIPT_HOLDER] = {"Innehavare", "Indehaver", "Holder"},
	[RECEIPT_RECEIVER] = {"Mottagare", "Modtager", "Receiver"},
	[RECEIPT_WITNESS] = {"Vittne, i innehavarens ställe", "Vidne, i stedet for indehaveren", "Witness, in the holder's place"},
	[RECEIPT_ISSUER] = {"Utlämnare", "Udleveret af", "Issuer"},
};

/* What happened, and by whose hand where it was not the signer's own. */
static const char *const ways[RECEIPT_WAY_COUNT][RECEIPT_LANGUAGE_COUNT] = {
	[RECEIPT_BY_LINK] = {"på sidan bakom en personlig engångslänk", "på siden bag et personligt engangslink", "on the page of a personal one-time link"},
	[RECEIPT_BY_API] = {"antecknat genom API:et", "noteret gennem API'et", "recorded through the API"},
	[RECEIPT_BY_COMMAND_LINE] = {"på plats hos IT, antecknat på servern", "på stedet hos IT, noteret på serveren", "at IT's counter, recorded on the server"},
};

/* Accounts as an actor's name has them: "token:Front desk", "local". */
static const struct account {
	const char *prefix;
	const char *alone[RECEIPT_LANGUAGE_COUNT];
	const char *with[RECEIPT_LANGUAGE_COUNT]; /* before what follows the prefix */
	const char *as_hand[RECEIPT_LANGUAGE_COUNT]; /* the same behind a way */
} accounts[] = {
	{"token:", {"API:et", "API'et", "the API"}, {"token", "token", "token"}, {"med token", "med token", "with token"}},
	{"local:", {"IT, på servern", "IT, på serveren", "IT, on the server"}, {"IT, på servern:", "IT, på serveren:", "IT, on the server:"}, {"av", "af", "by"}},
	{"local", {"IT, på servern", "IT, på serveren", "IT, on the server"}, {NULL, NULL, NULL}, {NULL, NULL, NULL}},
	{"page:", {"den som fick engångslänken", "den, der fik engangslinket", "who was sent the one-time link"}, {NULL, NULL, NULL}, {NULL, NULL, NULL}},
	{"station:", {"bänken", "bænken", "the bench"}, {NULL, NULL, NULL}, {NULL, NULL, NULL}},
};

static const char *const sims[RECEIPT_SIM_COUNT][RECEIPT_LANGUAGE_COUNT] = {
	[RECEIPT_SIM_NONE] = {"", "", ""},
	[RECEIPT_SIM_UNDECIDED] = {"ännu inte beslutat", "endnu ikke besluttet", "not decided yet"},
	[RECEIPT_SIM_BLOCK] = {"spärras hos operatören", "spærres hos operatøren", "to be blocked by the operator"},
	[RECEIPT_SIM_REUSE] = {"numret stannar i tjänsten", "nummeret bliver i stillingen", "the number stays with the post"},
	[RECEIPT_SIM_CLOSED] = {"avtalet har upphört", "aftalen er ophørt", "the contract has ended"},
	[RECEIPT_SIM_MOVED] = {"innehas numera av någon annan", "indehaves nu af en anden", "now held by somebody else"},
	[RECEIPT_SIM_STAYS] = {"stannar hos innehavaren", "bliver hos indehaveren", "stays with its holder"},
};

static const char *const codes_said[RECEIPT_CODES_COUNT][RECEIPT_LANGUAGE_COUNT] = {
	[RECEIPT_CODES_UNSAID] = {"Inget uppgivet om koder.", "Intet oplyst om koder.", "Nothing was said of codes."},
	[RECEIPT_CODES_HANDED_OVER] = {"Koder uppges vara överlämnade.", "Koder oplyses at være udleveret.", "Codes are said to have been handed over."},
	[RECEIPT_CODES_NOT_HANDED_OVER] = {"Koder har inte överlämnats.", "Koder er ikke udleveret.", "Codes were not handed over."},
	[RECEIPT_CODES_NOT_NEEDED] = {"Koder behövs inte: enheten raderas.", "Koder er ikke nødvendige: enheden slettes.", "No codes are needed: the device is erased."},
};

static const char *const erasures[RECEIPT_ERASURE_COUNT][RECEIPT_LANGUAGE_COUNT] = {
	[RECEIPT_ERASURE_NONE] = {
		"Ingen radering har beordrats när detta skrevs.",
		"Ingen sletning var beordret, da dette blev skrevet.",
		"No erasure had been ordered when this was written."},
	[RECEIPT_ERASURE_ORDERED] = {
		"Radering är beordrad men enheten har inte svarat. Den är inte bevisat raderad.",
		"Sletning er beordret, men enheden har ikke svaret. Det er ikke bevist, at den er slettet.",
		"Erasure was ordered; the device has not answered. It is not proven to be erased."},
	[RECEIPT_ERASURE_ACKNOWLEDGED] = {
		"Enheten har bekräftat ordern om radering. Det bevisar inte att den är raderad.",
		"Enheden har kvitteret for ordren om sletning. Det beviser ikke, at den er slettet.",
		"The device acknowledged the order to erase. That does not prove that it is erased."},
	[RECEIPT_ERASURE_SILENT] = {
		"Enheten har bekräftat ordern om radering och inte hörts av sedan dess. Det bevisar inte att den är raderad.",
		"Enheden har kvitteret for ordren om sletning og har ikke ladet høre fra sig siden. Det beviser ikke, at den er slettet.",
		"The device acknowledged the order to erase and has not been heard of since. That does not prove that it is erased."},
	[RECEIPT_ERASURE_STATED] = {
		"Enheten intygas vara tömd av den som granskade den. Uppgiften är inte tekniskt bevisad.",
		"Enheden attesteres at være tømt af den, der undersøgte den. Oplysningen er ikke teknisk bevist.",
		"The device is stated to be empty by who examined it. This is not proven technically."},
	[RECEIPT_ERASURE_BENCH] = {
		"Enheten är raderad. Den har undersökts över kabel efter raderingen och iakttagelserna nedan visar det.",
		"Enheden er slettet. Den er undersøgt via kabel efter sletningen, og iagttagelserne nedenfor viser det.",
		"The device is erased. It was examined by cable after the erasure, and the observations below show it."},
	[RECEIPT_ERASURE_NEW_LIFE] = {
		"Enheten är raderad. Den har därefter anmält sig på nytt som en nollställd enhet med ny identitet.",
		"Enheden er slettet. Den har derefter meldt sig igen som en nulstillet enhed med ny identitet.",
		"The device is erased. It has since enrolled again as a reset device with a new identity."},
};
/* clang-format on */

const char *receipt_say(const char *language, enum receipt_say what)
{
	return words[what][receipt_language_of(language)];
}

const char *receipt_say_title(const char *language, enum receipt_kind kind)
{
	return titles[kind][receipt_language_of(language)];
}

const char *receipt_say_thing(
    const char *language, enum receipt_thing_kind kind)
{
	return things[kind][receipt_language_of(language)];
}

const char *receipt_say_role(
    const char *language, enum receipt_kind kind, enum receipt_role role)
{
	static const char *const hand_out[RECEIPT_LANGUAGE_COUNT] = {
	    "Mottagare", "Modtager", "Recipient"};
	static const char *const gives_back[RECEIPT_LANGUAGE_COUNT] = {
	    "Återlämnad av", "Afleveret af", "Returned by"};

	if (role == RECEIPT_HOLDER && kind == RECEIPT_HAND_OUT)
		return hand_out[receipt_language_of(language)];
	if (role == RECEIPT_HOLDER && kind == RECEIPT_RETURN)
		return gives_back[receipt_language_of(language)];
	return roles[role][receipt_language_of(language)];
}

/* NULL: it is somebody's name. */
static const struct account *account_of(const char *actor, const char **rest)
{
	for (size_t i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++) {
		size_t len = strlen(accounts[i].prefix);

		if (strncmp(actor, accounts[i].prefix, len) != 0)
			continue;
		*rest = actor + len;
		if (accounts[i].prefix[len - 1] == ':' || !**rest)
			return &accounts[i];
	}
	return NULL;
}

void receipt_say_actor(
    const char *language, const char *actor, char *out, size_t size)
{
	enum receipt_language in = receipt_language_of(language);
	const char *rest = "";
	const struct account *account = account_of(actor, &rest);

	if (account && account->with[in] && *rest)
		(void)snprintf(out, size, "%s \"%s\"", account->with[in], rest);
	else
		(void)snprintf(
		    out, size, "%s", account ? account->alone[in] : actor);
}

void receipt_say_way(const char *language,
    const struct receipt_signature *signature, char *out, size_t size)
{
	enum receipt_language in = receipt_language_of(language);
	const char *way = ways[signature->way][in];
	const char *rest = "";
	const struct account *account =
	    account_of(signature->recorded_by, &rest);

	if (account && account->as_hand[in] && *rest)
		(void)snprintf(
		    out, size, "%s %s \"%s\"", way, account->as_hand[in], rest);
	else
		(void)snprintf(out, size, "%s", way);
}

const char *receipt_say_sim(const char *language, enum receipt_sim sim)
{
	return sims[sim][receipt_language_of(language)];
}

const char *receipt_say_codes(const char *language, enum receipt_codes codes)
{
	return codes_said[codes][receipt_language_of(language)];
}

const char *receipt_say_erasure(
    const char *language, enum receipt_erasure erasure)
{
	return erasures[erasure][receipt_language_of(language)];
}
