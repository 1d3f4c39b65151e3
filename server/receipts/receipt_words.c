#include "server/receipts/receipt_words.h"

#include <string.h>

enum language { SV, DA, EN, LANGUAGE_COUNT };

static enum language language_of(const char *language)
{
	if (strcmp(language, "sv") == 0)
		return SV;
	return strcmp(language, "da") == 0 ? DA : EN;
}

/* clang-format off */
static const char *const words[SAY_COUNT][LANGUAGE_COUNT] = {
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
	[SAY_RECORDED_BY] = {"antecknat av", "noteret af", "recorded by"},
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

static const char *const titles[RECEIPT_KIND_COUNT][LANGUAGE_COUNT] = {
	[RECEIPT_HAND_OUT] = {"Kvitto på utlämnad utrustning", "Kvittering for udleveret udstyr", "Receipt for equipment handed out"},
	[RECEIPT_RETURN] = {"Kvitto på återlämnad utrustning", "Kvittering for afleveret udstyr", "Receipt for equipment returned"},
	[RECEIPT_ERASURE] = {"Raderingsintyg", "Attest for sletning", "Certificate of erasure"},
};

static const char *const things[RECEIPT_THING_COUNT][LANGUAGE_COUNT] = {
	[RECEIPT_PHONE] = {"Telefon", "Telefon", "Phone"},
	[RECEIPT_SUBSCRIPTION] = {"Abonnemang", "Abonnement", "Subscription"},
	[RECEIPT_ACCESSORY] = {"Tillbehör", "Tilbehør", "Accessory"},
};

static const char *const roles[RECEIPT_ROLE_COUNT][LANGUAGE_COUNT] = {
	[RECEIPT_HOLDER] = {"Innehavare", "Indehaver", "Holder"},
	[RECEIPT_RECEIVER] = {"Mottagare", "Modtager", "Receiver"},
	[RECEIPT_WITNESS] = {"Vittne, i innehavarens ställe", "Vidne, i stedet for indehaveren", "Witness, in the holder's place"},
	[RECEIPT_ISSUER] = {"Utlämnare", "Udleveret af", "Issuer"},
};

static const char *const ways[RECEIPT_WAY_COUNT][LANGUAGE_COUNT] = {
	[RECEIPT_BY_LINK] = {"genom personlig engångslänk", "via personligt engangslink", "by a personal one-time link"},
	[RECEIPT_BY_API] = {"i ett anslutet system", "i et tilsluttet system", "in a connected system"},
	[RECEIPT_BY_COMMAND_LINE] = {"på plats, hos IT", "på stedet, hos IT", "in person, at IT"},
};

static const char *const sims[RECEIPT_SIM_COUNT][LANGUAGE_COUNT] = {
	[RECEIPT_SIM_NONE] = {"", "", ""},
	[RECEIPT_SIM_UNDECIDED] = {"ännu inte beslutat", "endnu ikke besluttet", "not decided yet"},
	[RECEIPT_SIM_BLOCK] = {"spärras hos operatören", "spærres hos operatøren", "to be blocked by the operator"},
	[RECEIPT_SIM_REUSE] = {"numret stannar i tjänsten", "nummeret bliver i stillingen", "the number stays with the post"},
	[RECEIPT_SIM_CLOSED] = {"avtalet har upphört", "aftalen er ophørt", "the contract has ended"},
	[RECEIPT_SIM_MOVED] = {"innehas numera av någon annan", "indehaves nu af en anden", "now held by somebody else"},
};

static const char *const codes_said[RECEIPT_CODES_COUNT][LANGUAGE_COUNT] = {
	[RECEIPT_CODES_UNSAID] = {"Inget uppgivet om koder.", "Intet oplyst om koder.", "Nothing was said of codes."},
	[RECEIPT_CODES_HANDED_OVER] = {"Koder uppges vara överlämnade.", "Koder oplyses at være udleveret.", "Codes are said to have been handed over."},
	[RECEIPT_CODES_NOT_HANDED_OVER] = {"Koder har inte överlämnats.", "Koder er ikke udleveret.", "Codes were not handed over."},
	[RECEIPT_CODES_NOT_NEEDED] = {"Koder behövs inte: enheten raderas.", "Koder er ikke nødvendige: enheden slettes.", "No codes are needed: the device is erased."},
};

static const char *const erasures[RECEIPT_ERASURE_COUNT][LANGUAGE_COUNT] = {
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
/* As server/lifecycle/wipe_proof.c and the proof by a new life word them. */
static const char *const observations[][LANGUAGE_COUNT] = {
	{"inte aktiverad", "ikke aktiveret", "not activated"},
	{"aktiverad", "aktiveret", "activated"},
	{"okänt om den är aktiverad", "ukendt om den er aktiveret", "activation unknown"},
	{"i Inställningsassistenten", "i Indstillingsassistent", "in Setup Assistant"},
	{"okänt om den är inställd", "ukendt om den er indstillet", "setup state unknown"},
	{"inte längre övervakad (supervised)", "ikke længere overvåget (supervised)", "no longer supervised"},
	{"okänt om den är övervakad (supervised)", "ukendt om den er overvåget (supervised)", "supervision unknown"},
	{"övervakad av en annan organisation", "overvåget af en anden organisation", "supervised by another organisation"},
	{"den tidigare parkopplingen är borta", "den tidligere parring er væk", "the former pairing is gone"},
	{"ingen tidigare parkoppling att jämföra med", "ingen tidligere parring at sammenligne med", "no pairing from before to compare"},
	{"en parkoppling som aldrig hade fungerat nekades", "en parring, der aldrig havde virket, blev afvist", "a pairing was refused that had never worked"},
	{"sedd raderad på bänken", "set slettet ved bænken", "seen erased at the bench"},
	{"bekräftade ordern om radering", "kvitterede for ordren om sletning", "acknowledged its erase"},
	{"anmälde sig på nytt från Inställningsassistenten", "meldte sig igen fra Indstillingsassistent", "enrolled anew from Setup Assistant"},
};
/* clang-format on */

const char *receipt_say_observation(const char *language, const char *seen)
{
	for (size_t i = 0; i < sizeof(observations) / sizeof(observations[0]);
	     i++) {
		if (strcmp(observations[i][EN], seen) == 0)
			return observations[i][language_of(language)];
	}
	return seen;
}

const char *receipt_say(const char *language, enum receipt_say what)
{
	return words[what][language_of(language)];
}

const char *receipt_say_title(const char *language, enum receipt_kind kind)
{
	return titles[kind][language_of(language)];
}

const char *receipt_say_thing(
    const char *language, enum receipt_thing_kind kind)
{
	return things[kind][language_of(language)];
}

const char *receipt_say_role(
    const char *language, enum receipt_kind kind, enum receipt_role role)
{
	static const char *const hand_out[LANGUAGE_COUNT] = {
	    "Mottagare", "Modtager", "Recipient"};
	static const char *const gives_back[LANGUAGE_COUNT] = {
	    "Återlämnad av", "Afleveret af", "Returned by"};

	if (role == RECEIPT_HOLDER && kind == RECEIPT_HAND_OUT)
		return hand_out[language_of(language)];
	if (role == RECEIPT_HOLDER && kind == RECEIPT_RETURN)
		return gives_back[language_of(language)];
	return roles[role][language_of(language)];
}

const char *receipt_say_way(const char *language, enum receipt_way way)
{
	return ways[way][language_of(language)];
}

const char *receipt_say_sim(const char *language, enum receipt_sim sim)
{
	return sims[sim][language_of(language)];
}

const char *receipt_say_codes(const char *language, enum receipt_codes codes)
{
	return codes_said[codes][language_of(language)];
}

const char *receipt_say_erasure(
    const char *language, enum receipt_erasure erasure)
{
	return erasures[erasure][language_of(language)];
}
