/* What was seen of an erased phone, a sentence each. */
#include "server/receipts/receipt_words.h"

#include <string.h>

/* clang-format off */
static const struct observation {
	const char *word; /* as server/lifecycle/wipe_proof.c and the proof by a new life have it */
	const char *said[RECEIPT_LANGUAGE_COUNT];
} observations[] = {
	{"not activated", {
		"Enheten var inte aktiverad; en enhet i bruk är det.",
		"Enheden var ikke aktiveret; en enhed i brug er det.",
		"The device was not activated; one that is in use is."}},
	{"activated", {
		"Enheten var aktiverad. Det säger inget om raderingen.",
		"Enheden var aktiveret. Det siger intet om sletningen.",
		"The device was activated. That says nothing about the erasure."}},
	{"activation unknown", {
		"Det gick inte att läsa om enheten var aktiverad.",
		"Det kunne ikke læses, om enheden var aktiveret.",
		"It could not be read whether the device was activated."}},
	{"an unusual activation state", {
		"Enheten uppgav ett ovanligt aktiveringsläge. Det säger inget om raderingen.",
		"Enheden oplyste en usædvanlig aktiveringstilstand. Det siger intet om sletningen.",
		"The device reported an unusual state of activation. That says nothing about the erasure."}},
	{"in Setup Assistant", {
		"Enheten stod i inställningsassistenten, som en ny eller nollställd enhet.",
		"Enheden stod i indstillingsassistenten som en ny eller nulstillet enhed.",
		"The device was in Setup Assistant, like one that is new or was reset."}},
	{"set up", {
		"Enheten var färdiginställd.",
		"Enheden var færdigindstillet.",
		"The device had been set up."}},
	{"setup state unknown", {
		"Det gick inte att läsa om enheten var färdiginställd.",
		"Det kunne ikke læses, om enheden var færdigindstillet.",
		"It could not be read whether the device had been set up."}},
	{"no longer supervised", {
		"Organisationens övervakning (supervision) fanns inte kvar på enheten.",
		"Organisationens overvågning (supervision) var ikke længere på enheden.",
		"The organisation's supervision was no longer on the device."}},
	{"still supervised by us", {
		"Organisationens övervakning (supervision) fanns kvar på enheten.",
		"Organisationens overvågning (supervision) var stadig på enheden.",
		"The organisation's supervision was still on the device."}},
	{"supervised by another organisation", {
		"Enheten övervakades av en annan organisation (supervision).",
		"Enheden blev overvåget af en anden organisation (supervision).",
		"The device was supervised by another organisation."}},
	{"supervision unknown", {
		"Det gick inte att läsa om enheten var övervakad (supervision).",
		"Det kunne ikke læses, om enheden var overvåget (supervision).",
		"It could not be read whether the device was supervised."}},
	{"the former pairing is gone", {
		"Enheten kände inte längre igen den dator som den var parkopplad med före raderingen.",
		"Enheden kendte ikke længere den computer, som den var parret med før sletningen.",
		"The device no longer knew the computer that it was paired with before the erasure."}},
	{"the former pairing still works", {
		"Enheten kände ännu igen den dator som den var parkopplad med.",
		"Enheden kendte stadig den computer, som den var parret med.",
		"The device still knew the computer that it was paired with."}},
	{"no pairing from before to compare", {
		"Det fanns ingen tidigare parkoppling med en dator att jämföra med.",
		"Der var ingen tidligere parring med en computer at sammenligne med.",
		"There was no earlier pairing with a computer to compare with."}},
	{"a pairing was refused that had never worked", {
		"Enheten nekade en parkoppling som aldrig hade fungerat. Det säger inget om raderingen.",
		"Enheden afviste en parring, der aldrig havde virket. Det siger intet om sletningen.",
		"The device refused a pairing that had never worked. That says nothing about the erasure."}},
	{"unknown", {
		"Något som skulle iakttas gick inte att läsa.",
		"Noget, der skulle iagttages, kunne ikke læses.",
		"Something that was to be observed could not be read."}},
	{"seen erased at the bench", {
		"Enheten sågs raderad på bänken.",
		"Enheden blev set slettet ved bænken.",
		"The device was seen erased at the bench."}},
	{"acknowledged its erase", {
		"Enheten bekräftade ordern om radering.",
		"Enheden kvitterede for ordren om sletning.",
		"The device acknowledged the order to erase."}},
	{"enrolled anew from Setup Assistant", {
		"Enheten anmälde sig på nytt från inställningsassistenten.",
		"Enheden meldte sig igen fra indstillingsassistenten.",
		"The device enrolled anew from Setup Assistant."}},
};

/* Of a later version, or of a program that says it in another way. */
static const char *const other[RECEIPT_LANGUAGE_COUNT] = {
	"En iakttagelse som står i bilagan (receipt.json).",
	"En iagttagelse, der står i bilaget (receipt.json).",
	"An observation that stands in the attachment (receipt.json).",
};
/* clang-format on */

const char *receipt_say_observation(const char *language, const char *seen)
{
	enum receipt_language in = receipt_language_of(language);
	size_t i;

	for (i = 0; i < sizeof(observations) / sizeof(observations[0]); i++)
		if (strcmp(observations[i].word, seen) == 0)
			return observations[i].said[in];
	return other[in];
}
