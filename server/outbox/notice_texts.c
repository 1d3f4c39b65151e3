#include "server/outbox/notice_texts.h"

#include <string.h>

static const char *const names[NOTICE_LANGUAGES] = {
    [NOTICE_SV] = "sv", [NOTICE_DA] = "da", [NOTICE_EN] = "en"};

static const struct notice_frame frames[NOTICE_LANGUAGES] = {
    [NOTICE_SV] =
        {
            .greeting = "Hej {name},",
            .subject_of_several = "{count} saker om arbetstelefonen",
            .open = "Öppna sidan",
            .link_note = "Länken är personlig och slutar gälla efter en tid. "
                         "Skicka den inte vidare.",
            .footer = "{organisation}. Det här är ett automatiskt meddelande "
                      "om arbetstelefoner. Svar läses inte.",
            .what = "arbetstelefonen",
            .about = "en medarbetare",
            .title = "en uppgift om arbetstelefonen",
            .day = "ett datum som inte är bestämt",
        },
    [NOTICE_DA] =
        {
            .greeting = "Hej {name},",
            .subject_of_several = "{count} ting om arbejdstelefonen",
            .open = "Åbn siden",
            .link_note = "Linket er personligt og udløber efter et stykke tid. "
                         "Send det ikke videre.",
            .footer = "{organisation}. Dette er en automatisk besked om "
                      "arbejdstelefoner. Svar bliver ikke læst.",
            .what = "arbejdstelefonen",
            .about = "en medarbejder",
            .title = "en opgave om arbejdstelefonen",
            .day = "en dato, der ikke er fastsat",
        },
    [NOTICE_EN] =
        {
            .greeting = "Hello {name},",
            .subject_of_several = "{count} things about your work phone",
            .open = "Open the page",
            .link_note = "The link is yours alone and expires after a while. "
                         "Please do not pass it on.",
            .footer = "{organisation}. This is an automatic message about "
                      "work phones. Replies are not read.",
            .what = "the work phone",
            .about = "an employee",
            .title = "a task about the work phone",
            .day = "a date not yet set",
        },
};

/* clang-format off */
static const struct notice_text texts[NOTICE_KIND_COUNT][NOTICE_LANGUAGES] = {
    [NOTICE_TASK_ASKED] = {
        {"Att göra: {title}",
         "Du ombeds att göra detta: {title}\nSenast {due}."},
        {"Du skal gøre: {title}",
         "Du bedes gøre dette: {title}\nSenest {due}."},
        {"To do: {title}",
         "You are asked to do this: {title}\nBy {due} at the latest."}},
    [NOTICE_TASK_REMINDED] = {
        {"Påminnelse: {title}",
         "Det här är inte gjort än: {title}\nSenast {due}."},
        {"Påmindelse: {title}",
         "Dette er ikke gjort endnu: {title}\nSenest {due}."},
        {"Reminder: {title}",
         "This is not done yet: {title}\nBy {due} at the latest."}},
    [NOTICE_TASK_ESCALATED] = {
        {"{about} har inte svarat: {title}",
         "{about} har inte gjort detta, trots påminnelse: {title}\n"
         "Det skulle vara gjort senast {due}. Som chef får du veta det. "
         "Påminn gärna; personen har själv fått länken."},
        {"{about} har ikke svaret: {title}",
         "{about} har ikke gjort dette trods påmindelse: {title}\n"
         "Det skulle være gjort senest {due}. Som leder får du det at vide. "
         "Mind gerne om det; personen har selv fået linket."},
        {"{about} has not answered: {title}",
         "{about} has not done this, in spite of a reminder: {title}\n"
         "It was due by {due}. You are told as the manager. Please remind "
         "them; they have been sent the link themselves."}},
    [NOTICE_LEAVING_SOON] = {
        {"Lämna tillbaka: {what}",
         "Din anställning slutar, sista dag {day}. Lämna då tillbaka: {what}."
         "\nSpara det du vill ha kvar för egen del, logga ut från iCloud och "
         "stäng av Hitta. Efter sista dagen raderas telefonen."},
        {"Aflever: {what}",
         "Din ansættelse ophører, sidste dag {day}. Aflever da: {what}.\n"
         "Gem det, du selv vil beholde, log ud af iCloud, og slå Find fra. "
         "Efter sidste dag slettes telefonen."},
        {"Please return: {what}",
         "Your employment ends, last day {day}. Please return by then: {what}."
         "\nSave what is yours, sign out of iCloud and turn off Find My. "
         "After the last day the phone is erased."}},
    [NOTICE_LEAVING_MANAGER] = {
        {"{about} slutar: {what}",
         "{about} slutar, sista dag {day}. Då ska detta lämnas tillbaka: "
         "{what}.\nDu tar emot det och bekräftar; en länk kommer."},
        {"{about} stopper: {what}",
         "{about} stopper, sidste dag {day}. Da skal dette afleveres: {what}."
         "\nDu modtager det og bekræfter; et link følger."},
        {"{about} is leaving: {what}",
         "{about} is leaving, last day {day}. This is to be returned: {what}."
         "\nYou receive it and confirm; a link will follow."}},
    [NOTICE_HAND_BACK_SOON] = {
        {"Lämna tillbaka: {what}",
         "Det här ska lämnas tillbaka senast {day}: {what}. Lämna det till "
         "din chef eller till IT.\nSpara det du vill ha kvar för egen del, "
         "logga ut från iCloud och stäng av Hitta. När telefonen är lämnad "
         "raderas den."},
        {"Aflever: {what}",
         "Dette skal afleveres senest {day}: {what}. Aflever det til din leder "
         "eller til IT.\nGem det, du selv vil beholde, log ud af iCloud, og slå "
         "Find fra. Når telefonen er afleveret, slettes den."},
        {"Please return: {what}",
         "This is to be returned by {day}: {what}. Hand it to your manager or "
         "to IT.\nSave what is yours, sign out of iCloud and turn off Find My. "
         "Once the phone is handed in it is erased."}},
    [NOTICE_HAND_BACK_MANAGER] = {
        {"{about} lämnar tillbaka: {what}",
         "{about} ska lämna tillbaka det här senast {day}: {what}.\nDu tar "
         "emot det och bekräftar; en länk kommer."},
        {"{about} afleverer: {what}",
         "{about} skal aflevere dette senest {day}: {what}.\nDu modtager det og "
         "bekræfter; et link følger."},
        {"{about} is to return: {what}",
         "{about} is to return this by {day}: {what}.\nYou receive it and "
         "confirm; a link will follow."}},
    [NOTICE_HAND_BACK_TODAY] = {
        {"Inte återlämnat än av {about}: {what}",
         "{about} ska lämna tillbaka det här senast {day}, och det har inte "
         "kommit: {what}. Ta emot det i dag om det går.\nDagen efter får du en "
         "länk där du bekräftar det du har tagit emot."},
        {"Endnu ikke afleveret af {about}: {what}",
         "{about} skal aflevere dette senest {day}, og det er ikke kommet: "
         "{what}. Modtag det i dag, hvis det kan lade sig gøre.\nDagen efter "
         "får du et link, hvor du bekræfter det, du har modtaget."},
        {"Not returned yet by {about}: {what}",
         "{about} is to return this by {day}, and it has not come: {what}. "
         "Take it in today if you can.\nOn the day after you get a link to "
         "confirm what you have received."}},
    [NOTICE_LEAVING_OFF] = {
        {"Du behåller: {what}",
         "Återlämningen är inte längre aktuell. Du behåller {what}, och "
         "ingenting raderas."},
        {"Du beholder: {what}",
         "Afleveringen er ikke længere aktuel. Du beholder {what}, og intet "
         "bliver slettet."},
        {"You keep: {what}",
         "The return is off. You keep {what}, and nothing is erased."}},
    [NOTICE_RETURN_LATE] = {
        {"Inte återlämnat: {what}",
         "{what} skulle ha lämnats tillbaka {day} och har inte kommit. "
         "Lämna det till din chef eller till IT."},
        {"Ikke afleveret: {what}",
         "{what} skulle have været afleveret {day} og er ikke kommet. "
         "Aflever til din leder eller til IT."},
        {"Not returned: {what}",
         "{what} was to be returned on {day} and has not arrived. Please "
         "hand it to your manager or to IT."}},
    [NOTICE_RETURN_MANAGER] = {
        {"{about} har inte lämnat tillbaka: {what}",
         "{about} skulle ha lämnat tillbaka {what} {day}. Det har inte "
         "kommit. Ta kontakt, eller säg vad som ska ske."},
        {"{about} har ikke afleveret: {what}",
         "{about} skulle have afleveret {what} {day}. Det er ikke kommet. "
         "Tag kontakt, eller sig, hvad der skal ske."},
        {"{about} has not returned: {what}",
         "{about} was to return {what} on {day}. It has not arrived. Please "
         "get in touch with them, or say what is to happen."}},
    [NOTICE_RETURN_LOST_MODE] = {
        {"Låst: {what}",
         "{what} är inte återlämnad och är nu låst i förlorat läge. Låset "
         "hävs av sig självt när den lämnas tillbaka."},
        {"Låst: {what}",
         "{what} er ikke afleveret og er nu låst i mistet tilstand. Låsen "
         "ophæves af sig selv, når den afleveres."},
        {"Locked: {what}",
         "{what} has not been returned and is now locked in Lost Mode. The "
         "lock lifts by itself when it comes back."}},
    [NOTICE_RETURN_DISPUTED] = {
        {"Oklart om {what} är raderad",
         "Återlämningen efter {about} kan inte avslutas: uppgifterna om "
         "{what} motsäger varandra. IT tittar på det."},
        {"Uklart, om {what} er slettet",
         "Afleveringen efter {about} kan ikke afsluttes: oplysningerne om "
         "{what} modsiger hinanden. IT ser på det."},
        {"Unclear whether {what} is erased",
         "The return after {about} cannot be closed: what is known about "
         "{what} contradicts itself. IT is looking into it."}},
    [NOTICE_RETURN_WRITTEN_OFF] = {
        {"Avskriven: {what}",
         "{what} efter {about} har avskrivits. Skälet står i ärendet."},
        {"Afskrevet: {what}",
         "{what} efter {about} er afskrevet. Grunden står i sagen."},
        {"Written off: {what}",
         "{what} after {about} has been written off. The case holds the "
         "reason."}},
    [NOTICE_RETURN_DONE] = {
        {"Tack, återlämnat: {what}",
         "{what} är återlämnad, raderad och kvitterad. Du behöver inte göra "
         "något mer."},
        {"Tak, afleveret: {what}",
         "{what} er afleveret, slettet og kvitteret. Du skal ikke gøre mere."},
        {"Thank you, returned: {what}",
         "{what} is returned, erased and signed for. There is nothing more "
         "for you to do."}},
    [NOTICE_WIPE_PLANNED] = {
        {"Raderas {day}: {what}",
         "{what} raderas {day}. Spara dessförinnan det du vill ha kvar för "
         "egen del. Stämmer det inte, säg till din chef eller IT genast."},
        {"Slettes {day}: {what}",
         "{what} slettes {day}. Gem inden da det, du selv vil beholde. Er "
         "det forkert, så sig det straks til din leder eller IT."},
        {"To be erased on {day}: {what}",
         "{what} will be erased on {day}. Save what is yours before then. If "
         "this is wrong, tell your manager or IT at once."}},
    [NOTICE_WORK_GOES] = {
        {"Arbetet tas bort från {what}",
         "Den {day} tas det som hör till arbetet bort från {what}: e-post, "
         "kalender, appar och inställningar. Telefonen är din, och inget av "
         "ditt eget raderas."},
        {"Arbejdet fjernes fra {what}",
         "Den {day} fjernes det, der hører til arbejdet, fra {what}: e-mail, "
         "kalender, apps og indstillinger. Telefonen er din, og intet af dit "
         "eget bliver slettet."},
        {"Work is removed from {what}",
         "On {day} what belongs to work is removed from {what}: mail, "
         "calendar, apps and settings. The phone is yours, and nothing of "
         "your own is erased."}},
    [NOTICE_RECEIPT] = {
        {"Kvitto: {what}",
         "Det finns ett undertecknat kvitto: {what}. Be IT om en kopia om "
         "du vill ha den."},
        {"Kvittering: {what}",
         "Der er en underskrevet kvittering: {what}. Bed IT om en kopi, hvis "
         "du ønsker den."},
        {"Receipt: {what}",
         "There is a signed receipt: {what}. Ask IT for a copy if you want "
         "one."}},
    [NOTICE_PHONE_LOST] = {
        {"Anmäld förlorad: {what}",
         "{what}, som {about} har, är anmäld förlorad eller stulen."},
        {"Meldt mistet: {what}",
         "{what}, som {about} har, er meldt mistet eller stjålet."},
        {"Reported lost: {what}",
         "{what}, which {about} has, is reported lost or stolen."}},
    [NOTICE_PHONE_FOUND] = {
        {"Återfunnen: {what}",
         "{what}, som {about} har, är återfunnen."},
        {"Fundet: {what}",
         "{what}, som {about} har, er fundet."},
        {"Found: {what}",
         "{what}, which {about} has, has been found."}},
    [NOTICE_LOCATION_ASKED] = {
        {"Position efterfrågad: {what}",
         "IT har frågat var {what} är, medan den är anmäld förlorad. Skälet "
         "är antecknat, och positionen tas bort när telefonen är återfunnen."},
        {"Placering efterspurgt: {what}",
         "IT har spurgt, hvor {what} er, mens den er meldt mistet. Grunden er "
         "noteret, og placeringen slettes, når telefonen er fundet."},
        {"Location asked for: {what}",
         "IT has asked where {what} is while it is reported lost. The reason "
         "is on record, and the location is removed when the phone is found."}},
    [NOTICE_LEAVING_TODAY] = {
        {"Sista arbetsdagen för {about}: {what}",
         "{about} har sin sista arbetsdag i dag; anställningen slutar {day}. "
         "Det här har inte kommit tillbaka: {what}. Ta emot det i dag om det "
         "går.\nDagen efter sista dagen får du en länk där du bekräftar det du "
         "har tagit emot. Första arbetsdagen därefter raderas det som är vårt, "
         "även om det inte har lämnats. Stämmer inte dagen, säg till IT i dag."},
        {"Sidste arbejdsdag for {about}: {what}",
         "{about} har sin sidste arbejdsdag i dag; ansættelsen ophører {day}. "
         "Dette er ikke kommet tilbage: {what}. Modtag det i dag, hvis det kan "
         "lade sig gøre.\nDagen efter den sidste dag får du et link, hvor du "
         "bekræfter det, du har modtaget. Første arbejdsdag derefter slettes "
         "det, der er vores, også hvis det ikke er afleveret. Er dagen forkert, "
         "så sig det til IT i dag."},
        {"Last working day of {about}: {what}",
         "Today is the last working day of {about}; the employment ends on "
         "{day}. This has not come back: {what}. Take it in today if you can."
         "\nOn the day after the last one you get a link to confirm what you "
         "have received. On the first working day after it, what is ours is "
         "erased, handed in or not. If the day is wrong, tell IT today."}},
};
/* clang-format on */

enum notice_language notice_language_of(const char *language)
{
	int i;

	for (i = 0; language && i < NOTICE_LANGUAGES; i++)
		if (strncmp(language, names[i], 2) == 0 &&
		    (language[2] == '\0' || language[2] == '-'))
			return (enum notice_language)i;
	return NOTICE_EN;
}

const char *notice_language_name(enum notice_language language)
{
	return names[language];
}

const struct notice_text *notice_text_find(
    enum notice_kind kind, enum notice_language language)
{
	if ((unsigned)kind >= NOTICE_KIND_COUNT ||
	    (unsigned)language >= NOTICE_LANGUAGES ||
	    !texts[kind][language].subject)
		return NULL;
	return &texts[kind][language];
}

const struct notice_frame *notice_frame_of(enum notice_language language)
{
	return &frames[language];
}
