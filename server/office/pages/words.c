#include "server/office/pages/words.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *tag;
	const char *name;
} languages[WORD_LANGUAGE_COUNT] = {
    [WORD_SV] = {"sv", "Svenska"},
    [WORD_DA] = {"da", "Dansk"},
    [WORD_EN] = {"en", "English"},
};

static const char *const words[WORD_COUNT][WORD_LANGUAGE_COUNT] = {
    [WORD_SKIP] = {"Gå till innehållet", "Gå til indholdet",
        "Skip to the content"},
    [WORD_LANGUAGES] = {"Språk", "Sprog", "Language"},
    [WORD_PERSONAL] = {"Länken är personlig. Skicka den inte vidare.",
        "Linket er personligt. Send det ikke videre.",
        "This link is personal. Do not pass it on."},
    [WORD_FOR_PERSON] = {"{0}, svara senast {1}.", "{0}, svar senest {1}.",
        "{0}, please answer by {1}."},
    [WORD_FOR_PERSON_ONLY] = {"Till {0}.", "Til {0}.", "For {0}."},
    [WORD_ABOUT] = {"Det gäller {0}.", "Det drejer sig om {0}.",
        "It is about {0}."},
    [WORD_SOURCE] = {"Källa: {0}, {1}, rad {2} ({3}).",
        "Kilde: {0}, {1}, linje {2} ({3}).",
        "Source: {0}, {1}, line {2} ({3})."},
    [WORD_STATEMENT_TITLE] = {"Ett intyg från dig", "En erklæring fra dig",
        "A statement from you"},
    [WORD_RULE] = {"Det här gäller", "Det gælder", "What applies"},
    [WORD_HOW] = {"Gör så här", "Sådan gør du", "How to do it"},
    [WORD_OPERATOR] = {"Spela in hälsningen: {0}", "Indtal din hilsen: {0}",
        "Record the greeting: {0}"},
    [WORD_COPY] = {"Markera texten för att kopiera den.",
        "Markér teksten for at kopiere den.", "Select the text to copy it."},
    [WORD_ANSWER] = {"Ditt svar", "Dit svar", "Your answer"},
    [WORD_STATE_THIS] = {"Du intygar:", "Du erklærer:", "You state:"},
    [WORD_YES_STATE] = {"Ja, det stämmer", "Ja, det passer", "Yes, that is so"},
    [WORD_NO_STATE] = {"Nej, det stämmer inte än", "Nej, det passer ikke endnu",
        "No, not yet"},
    [WORD_SEND] = {"Skicka svaret", "Send svaret", "Send the answer"},
    [WORD_KEPT] =
        {"Svaret sparas med dagens datum och den exakta texten på sidan. Du "
         "själv, din chef och telefonisamordnaren kan se det. Skriv aldrig "
         "koder eller skäl till frånvaro någonstans.",
            "Svaret gemmes med dags dato og den nøjagtige tekst på siden. Du "
            "selv, din leder og telefonikoordinatoren kan se det. Skriv aldrig "
            "koder eller årsag til fravær nogen steder.",
            "The answer is kept with today's date and the exact text of this "
            "page. You, your manager and the telephone coordinator can see it. "
            "Never write codes or reasons for absence anywhere."},
    [WORD_READ_TITLE] = {"Telefonreglerna i {0}", "Telefonreglerne i {0}",
        "The telephone rules of {0}"},
    [WORD_READ_LEAD] = {"Här är de {0} regler som gäller dig. Läs dem och "
                        "bekräfta längst ned.",
        "Her er de {0} regler, der gælder for dig. Læs dem, og bekræft "
        "nederst.",
        "These are the {0} rules that apply to you. Read them and confirm at "
        "the end."},
    [WORD_READ_TO_END] = {"Till bekräftelsen längst ned",
        "Til bekræftelsen nederst", "To the confirmation at the end"},
    [WORD_READ_TICK] = {"Jag har läst reglerna", "Jeg har læst reglerne",
        "I have read the rules"},
    [WORD_READ_SEND] = {"Bekräfta", "Bekræft", "Confirm"},
    [WORD_READ_LEGEND] = {"Bekräfta att du har läst", "Bekræft, at du har læst",
        "Confirm that you have read them"},
    [WORD_ACCEPT_TITLE] = {"Vill du ta emot samtal åt {0}?",
        "Vil du tage imod opkald for {0}?", "Will you take calls for {0}?"},
    [WORD_ACCEPT_DAYS] = {"{0} är borta från och med {1} till och med {2}.",
        "{0} er væk fra og med {1} til og med {2}.",
        "{0} is away from {1} to {2}, both days included."},
    [WORD_ACCEPT_OPEN] = {"{0} är borta från och med {1}, tills vidare.",
        "{0} er væk fra og med {1}, indtil videre.",
        "{0} is away from {1}, until further notice."},
    [WORD_ACCEPT_YES] = {"Ja, jag tar emot", "Ja, jeg tager imod",
        "Yes, I will"},
    [WORD_ACCEPT_NO] = {"Nej, jag kan inte", "Nej, det kan jeg ikke",
        "No, I cannot"},
    [WORD_ORDER_TITLE] = {"En beställning att besluta om",
        "En bestilling at tage stilling til", "An order to decide on"},
    [WORD_ORDER_WHAT] = {"Vad", "Hvad", "What"},
    [WORD_ORDER_FOR] = {"Till", "Til", "For"},
    [WORD_ORDER_NEED] = {"Behov i arbetet", "Behov i arbejdet",
        "Needed at work for"},
    [WORD_ORDER_BY] = {"Begärd av", "Ønsket af", "Requested by"},
    [WORD_ORDER_IT] = {"It-stödet", "It-support", "IT support"},
    [WORD_ORDER_APPROVE] = {"Godkänn", "Godkend", "Approve"},
    [WORD_ORDER_REFUSE] = {"Avslå", "Afslå", "Refuse"},
    [WORD_ORDER_WHY] = {"Motivering", "Begrundelse", "Reason"},
    [WORD_ORDER_WHY_HINT] = {"Krävs om du avslår. Den som begärde "
                             "beställningen får läsa den. Högst 500 tecken.",
        "Kræves, hvis du afslår. Den, der ønskede bestillingen, kan læse den. "
        "Højst 500 tegn.",
        "Required if you refuse. Whoever asked for it will read it. At most "
        "500 characters."},
    [WORD_ORDER_SEND] = {"Skicka beslutet", "Send beslutningen",
        "Send the decision"},
    [WORD_ORDER_RULE] = {"Beställningen får inte verkställas utan ditt beslut.",
        "Bestillingen må ikke udføres uden din beslutning.",
        "Nothing is ordered or linked without your decision."},
    [WORD_WHAT_PHONE] = {"Telefon", "Telefon", "Phone"},
    [WORD_WHAT_SUBSCRIPTION] = {"Abonnemang", "Abonnement", "Subscription"},
    [WORD_WHAT_ACCESSORY] = {"Tillbehör", "Tilbehør", "Accessory"},
    [WORD_WHAT_FUNCTION] = {"Funktion", "Funktion", "Function"},
    [WORD_WHAT_BLOCK] = {"Spärra ett abonnemang", "Spær et abonnement",
        "Block a subscription"},
    [WORD_WHAT_REPLACE] = {"Nytt SIM-kort", "Nyt SIM-kort",
        "Replace a SIM card"},
    [WORD_FIX_TITLE] = {"En roll saknar innehavare",
        "En rolle mangler indehaver", "A post is vacant"},
    [WORD_FIX_UNIT] = {"{0} saknar någon i den roll som regeln kräver.",
        "{0} mangler nogen i den rolle, som reglen kræver.",
        "{0} has nobody in the post that the rule demands."},
    [WORD_FIX_HOW] =
        {"Utse en person och meddela telefoniservice eller it-stödet, som för "
         "in namnet i registret. Uppgiften stängs av sig själv när det är "
         "gjort. Här finns inget att skicka.",
            "Udpeg en person, og giv besked til telefoniservice eller "
            "it-support, som fører navnet ind i registret. Opgaven lukkes af "
            "sig selv, når det er gjort. Her er intet at sende.",
            "Name a person and tell the telephony service or IT support, who "
            "enter the name in the register. The task closes by itself when "
            "that is done. There is nothing to send here."},
    [WORD_HANDOUT_TITLE] = {"Skriv under för det du har fått",
        "Skriv under på det, du har fået", "Sign for what you were given"},
    [WORD_HANDOUT_LEAD] = {"Titta på listan. Stämmer den, så skriv ditt namn "
                           "längst ned. Kvittot får du av IT.",
        "Se på listen. Passer den, så skriv dit navn nederst. Kvitteringen "
        "får du af IT.",
        "Look at the list. If it is right, type your name at the end. IT gives "
        "you the receipt."},
    [WORD_HANDOUT_THINGS] = {"Det här har du fått", "Det har du fået",
        "What you were given"},
    [WORD_HANDOUT_NOTE] = {"Skick: {0}", "Stand: {0}", "Condition: {0}"},
    [WORD_HANDOUT_PROMISE] = {"Utrustningen är arbetsgivarens. Du lämnar "
                              "tillbaka den när anställningen upphör eller när "
                              "du blir ombedd.",
        "Udstyret er arbejdsgiverens. Du afleverer det, når ansættelsen "
        "ophører, eller når du bliver bedt om det.",
        "The equipment is the employer's. You return it when your employment "
        "ends or when you are asked to."},
    [WORD_HANDOUT_YES] = {"Ja, jag har tagit emot allt i listan",
        "Ja, jeg har modtaget alt på listen",
        "Yes, I have received everything on the list"},
    [WORD_HANDOUT_NO] = {"Nej, något stämmer inte", "Nej, noget passer ikke",
        "No, something is not right"},
    [WORD_HANDOUT_WHY] = {"Vad stämmer inte?", "Hvad passer ikke?",
        "What is not right?"},
    [WORD_HANDOUT_WHY_HINT] = {"Bara om du svarar nej. Högst 500 tecken.",
        "Kun hvis du svarer nej. Højst 500 tegn.",
        "Only if you answer no. At most 500 characters."},
    [WORD_BACK_TITLE] = {"Lämna tillbaka det du har lånat",
        "Aflever det, du har lånt", "Return what you were given"},
    [WORD_BACK_LEAD] = {"Lämna det här till din chef eller till IT: slutar du, "
                        "senast din sista dag, annars så snart du kan. Skriv "
                        "sedan under för det du har lämnat.",
        "Aflever dette til din leder eller til IT: stopper du, senest din "
        "sidste dag, ellers så snart du kan. Skriv derefter under på det, du "
        "har afleveret.",
        "Hand this in to your manager or to IT: if you are leaving, on your "
        "last day at the latest, otherwise as soon as you can. Then sign for "
        "what you have handed in."},
    [WORD_BACK_BEFORE] =
        {"Innan du lämnar telefonen: spara det du vill ha kvar för egen del, "
         "logga ut från iCloud och stäng av Hitta. Arbetsgivaren raderar "
         "telefonen.",
            "Før du afleverer telefonen: gem det, du selv vil beholde, log ud "
            "af iCloud, og slå Find fra. Arbejdsgiveren sletter telefonen.",
            "Before you hand the phone in: save what is yours, sign out of "
            "iCloud and turn off Find My. Your employer erases the phone."},
    [WORD_BACK_PRIVATE] =
        {"Din privata telefon behåller du. Bara det som hör till arbetet tas "
         "bort från den.",
            "Din private telefon beholder du. Kun det, der hører til arbejdet, "
            "fjernes fra den.",
            "You keep your own phone. Only what is of work is removed from "
            "it."},
    [WORD_CONFIRM_TITLE] = {"Har du fått tillbaka telefonen från {0}?",
        "Har du fået telefonen tilbage fra {0}?",
        "Have you got the phone back from {0}?"},
    [WORD_CONFIRM_LEAD] = {"Kryssa för det du har fått i handen, och skriv "
                           "under. Har inget kommit än, så vänta; länken "
                           "finns kvar.",
        "Sæt kryds ved det, du har fået i hånden, og skriv under. Er intet "
        "kommet endnu, så vent; linket bliver ved at virke.",
        "Tick what you have in your hand, and sign. If nothing has come yet, "
        "wait; the link stays."},
    [WORD_RETURN_THINGS] = {"Det här ska tillbaka", "Det skal tilbage",
        "What is to come back"},
    [WORD_RETURN_WITH] = {"med", "med", "with"},
    [WORD_RETURN_MORE] = {"Och {0} till, som inte ryms på sidan men också hör "
                          "hit. IT har hela listan.",
        "Og {0} til, som der ikke er plads til på siden, men som også hører "
        "med. IT har hele listen.",
        "And {0} more, for which there is no room on the page; they belong to "
        "it, too. IT has the whole list."},
    [WORD_RETURN_PICK] = {"Det här är lämnat", "Det er afleveret",
        "This is handed in"},
    [WORD_RETURN_REST] = {"Är inte allt här? Skriv under för det som är här, "
                          "och öppna länken igen när resten kommer.",
        "Er ikke alt her? Skriv under på det, der er her, og åbn linket igen, "
        "når resten kommer.",
        "Not everything here? Sign for what is, and open the link again when "
        "the rest comes."},
    [WORD_RETURN_DONE] = {"Du har redan skrivit under för {0}.",
        "Du har allerede skrevet under på {0}.",
        "You have signed for {0} already."},
    [WORD_RETURN_CODES] = {"Är koder och konton borttagna eller överlämnade?",
        "Er koder og konti fjernet eller overdraget?",
        "Are codes and accounts removed or handed over?"},
    [WORD_RETURN_CODES_HINT] = {"Skriv aldrig själva koden här.",
        "Skriv aldrig selve koden her.", "Never write the code itself here."},
    [WORD_RETURN_CODES_YES] = {"Ja", "Ja", "Yes"},
    [WORD_RETURN_CODES_NO] = {"Nej, eller jag vet inte",
        "Nej, eller jeg ved det ikke", "No, or I do not know"},
    [WORD_RETURN_NOTE] = {"Skador, eller något som saknas",
        "Skader, eller noget der mangler", "Damage, or something missing"},
    [WORD_RETURN_NOTE_HINT] =
        {"Lämna tomt om allt är som det ska. Högst 500 tecken.",
            "Lad feltet stå tomt, hvis alt er i orden. Højst 500 tegn.",
            "Leave empty if all is well. At most 500 characters."},
    [WORD_DECIDE_TITLE] = {"Telefonen från {0} har inte kommit tillbaka",
        "Telefonen fra {0} er ikke kommet tilbage",
        "The phone of {0} has not come back"},
    [WORD_DECIDE_TEXT] =
        {"Bestäm vad som ska ske med det som inte har kommit. Har du fått det, "
         "så bekräfta det på den andra sidan som du har fått en länk till.",
            "Beslut, hvad der skal ske med det, der ikke er kommet. Har du "
            "fået det, så bekræft det på den anden side, du har fået et link "
            "til.",
            "Decide what is to happen with what has not come. If you have it, "
            "confirm that on the other page that you were sent a link to."},
    [WORD_DECIDE_THINGS] = {"Det här har inte kommit", "Dette er ikke kommet",
        "What has not come"},
    [WORD_DECIDE_PICK] = {"Det gäller", "Det gælder", "It is about"},
    [WORD_DECIDE_LEGEND] = {"Vad ska ske?", "Hvad skal der ske?",
        "What is to happen?"},
    [WORD_DECIDE_WAIT] = {"Vänta: den kommer. Jag har talat med personen.",
        "Vent: den kommer. Jeg har talt med personen.",
        "Wait: it comes. I have spoken to them."},
    [WORD_DECIDE_LOST_MODE] =
        {"Lås den (förlorat läge). Låset hävs av sig självt när den kommer.",
            "Lås den (mistet tilstand). Låsen ophæves af sig selv, når den "
            "kommer.",
            "Lock it (Lost Mode). The lock lifts by itself when it comes."},
    [WORD_DECIDE_BLOCK_SIM] = {"Spärra numret hos operatören.",
        "Spær nummeret hos operatøren.", "Block the number at the operator."},
    [WORD_DECIDE_WRITE_OFF] = {"Skriv av den: den kommer inte tillbaka.",
        "Afskriv den: den kommer ikke tilbage.",
        "Write it off: it does not come back."},
    [WORD_DECIDE_SIM_FIRST] =
        {"Skrivas av kan den när det är bestämt vad som sker med numret.",
            "Den kan afskrives, når det er besluttet, hvad der sker med "
            "nummeret.",
            "It can be written off once its number is decided on."},
    [WORD_DECIDE_WHY] = {"Varför", "Hvorfor", "Why"},
    [WORD_DECIDE_WHY_HINT] =
        {"Måste anges när något skrivs av. Högst 500 tecken. Skriv inget om "
         "hälsa eller skäl till frånvaro.",
            "Skal angives, når noget afskrives. Højst 500 tegn. Skriv intet om "
            "helbred eller årsager til fravær.",
            "Needed to write something off. At most 500 characters. Nothing "
            "about health or reasons for absence."},
    [WORD_DECIDE_LOCKED] = {"{0}: låst, eller låses så snart den hörs av.",
        "{0}: låst, eller låses, så snart den høres fra.",
        "{0}: locked, or will be as soon as it is heard from."},
    [WORD_DECIDE_SIM_DONE] = {"{0}: det är bestämt vad som sker med numret.",
        "{0}: det er besluttet, hvad der sker med nummeret.",
        "{0}: it is decided what happens with the number."},
    [WORD_DECIDE_NOTHING] = {"Det finns inget kvar att bestämma.",
        "Der er ikke mere at beslutte.", "There is nothing left to decide."},
    [WORD_SIGN_KEPT] =
        {"Underskriften sparas med dagens datum och den exakta texten på "
         "sidan, och står på kvittot. Du själv, din chef och IT kan se det.",
            "Underskriften gemmes med dags dato og den nøjagtige tekst på "
            "siden og står på kvitteringen. Du selv, din leder og IT kan se "
            "det.",
            "The signature is kept with today's date and the exact text of "
            "this page, and stands on the receipt. You, your manager and IT "
            "can see it."},
    [WORD_SIGN_NAME] = {"Ditt namn", "Dit navn", "Your name"},
    [WORD_SIGN_NAME_HINT] = {"Namnet du skriver är din underskrift.",
        "Navnet, du skriver, er din underskrift.",
        "The name you type is your signature."},
    [WORD_SIGN_LEGEND] = {"Din underskrift", "Din underskrift",
        "Your signature"},
    [WORD_SIGN_SEND] = {"Skriv under", "Skriv under", "Sign"},
    [WORD_THING_PHONE] = {"Telefon", "Telefon", "Phone"},
    [WORD_THING_SUBSCRIPTION] = {"Abonnemang", "Abonnement", "Subscription"},
    [WORD_THING_ACCESSORY] = {"Tillbehör", "Tilbehør", "Accessory"},
    [WORD_ERROR_NAME] = {"Skriv ditt namn som det står ovan",
        "Skriv dit navn, som det står ovenfor",
        "Type your name as it stands above"},
    [WORD_ERROR_PICK] = {"Kryssa för minst en telefon",
        "Sæt kryds ved mindst én telefon", "Tick at least one phone"},
    [WORD_ERROR_CODES] = {"Svara om koder och konton", "Svar om koder og konti",
        "Answer about codes and accounts"},
    [WORD_ERROR_NOT_RIGHT] = {"Skriv vad som inte stämmer",
        "Skriv, hvad der ikke passer", "Write what is not right"},
    [WORD_ERROR_YES_AND_NO] =
        {"Du har svarat ja och skrivit att något inte stämmer. Vilket gäller?",
            "Du har svaret ja og skrevet, at noget ikke passer. Hvad gælder?",
            "You answered yes and wrote that something is not right. Which is "
            "it?"},
    [WORD_ERROR_MISSING] = {"Kryssa för vilken telefon det gäller",
        "Sæt kryds ved, hvilken telefon det gælder",
        "Tick which phone it is about"},
    [WORD_ERROR_DECISION] = {"Välj vad som ska ske", "Vælg, hvad der skal ske",
        "Choose what is to happen"},
    [WORD_ERROR_DECISION_WHY] = {"Skriv varför den skrivs av",
        "Skriv, hvorfor den afskrives", "Write why it is written off"},
    [WORD_ERROR_OWN] =
        {"Ingen bekräftar sin egen återlämning. Skriv ditt eget namn, inte "
         "namnet på den som lämnar.",
            "Ingen bekræfter sin egen aflevering. Skriv dit eget navn, ikke "
            "navnet på den, der afleverer.",
            "Nobody confirms their own return. Type your own name, not the "
            "name of who returns it."},
    [WORD_ERROR_ACCOUNT] =
        {"Den andra underskriften kommer från samma konto som den här länken: "
         "IT har visat båda. Be IT att skicka sidan till dig med e-post, eller "
         "skriv under hos IT på ett eget konto.",
            "Den anden underskrift kommer fra samme konto som dette link: IT "
            "har vist begge. Bed IT sende siden til dig med e-mail, eller "
            "skriv under hos IT på din egen konto.",
            "The other signature comes from the same account as this link: IT "
            "had both shown. Ask IT to send you the page by mail, or sign at "
            "IT on an account of your own."},
    [WORD_ERROR_TITLE] = {"Svaret är inte sparat", "Svaret er ikke gemt",
        "The answer was not saved"},
    [WORD_ERROR_CHOOSE] = {"Välj ett av svaren", "Vælg et af svarene",
        "Choose one of the answers"},
    [WORD_ERROR_TICK] = {"Kryssa i att du har läst reglerna",
        "Sæt kryds ved, at du har læst reglerne",
        "Tick that you have read the rules"},
    [WORD_ERROR_WHY] = {"Skriv en motivering till avslaget",
        "Skriv en begrundelse for afslaget", "Write a reason for refusing"},
    [WORD_ERROR_WHY_LONG] = {"Korta texten till högst 500 tecken",
        "Kort teksten ned til højst 500 tegn",
        "Shorten the text to 500 characters at most"},
    [WORD_ERROR_CHANGED] = {"Texten har ändrats sedan du öppnade sidan. Läs "
                            "den igen och svara sedan.",
        "Teksten er ændret, siden du åbnede siden. Læs den igen, og svar "
        "derefter.",
        "The text has changed since you opened the page. Read it again, then "
        "answer."},
    [WORD_ERROR_DENIED] = {"Du får inte längre besluta om den här "
                           "beställningen. Den går till närmast högre chef.",
        "Du må ikke længere tage stilling til denne bestilling. Den går til "
        "den nærmeste højere leder.",
        "You may no longer decide on this order. It goes to the next manager "
        "up."},
    [WORD_ERROR_PREFIX] = {"Fel: {0}", "Fejl: {0}", "Error: {0}"},
    [WORD_DONE_TITLE] = {"Tack, ditt svar är sparat", "Tak, dit svar er gemt",
        "Thank you, your answer is saved"},
    [WORD_DONE_BEFORE_TITLE] = {"Du har redan svarat", "Du har allerede svaret",
        "You have answered already"},
    [WORD_DONE_BEFORE] = {"Det du skickade nu ändrar ingenting. Det första "
                          "svaret gäller.",
        "Det, du sendte nu, ændrer ingenting. Det første svar gælder.",
        "What you sent now changes nothing. The first answer counts."},
    [WORD_DONE_DAY] = {"Sparat {0}.", "Gemt {0}.", "Saved on {0}."},
    [WORD_DONE_ANSWER] = {"Du svarade: {0}", "Du svarede: {0}",
        "You answered: {0}"},
    [WORD_DONE_CLOSE] =
        {"Du kan stänga sidan. Länken kan inte användas en gång till.",
            "Du kan lukke siden. Linket kan ikke bruges igen.",
            "You can close this page. The link cannot be used again."},
    [WORD_DONE_NO] =
        {"Du har svarat att det inte stämmer än. Du får en ny fråga senare. "
         "Behöver du hjälp, vänd dig till din telefonisamordnare.",
            "Du har svaret, at det ikke passer endnu. Du bliver spurgt igen "
            "senere. Har du brug for hjælp, så kontakt din "
            "telefonikoordinator.",
            "You answered that it is not so yet. You will be asked again "
            "later. If you need help, turn to your telephone coordinator."},
    [WORD_DONE_DECLINED] = {"Du tar inte emot samtalen. Den frånvarandes chef "
                            "ser det och ordnar någon annan.",
        "Du tager ikke imod opkaldene. Den fraværendes leder kan se det og "
        "finder en anden.",
        "You will not take the calls. The absent person's manager can see that "
        "and finds somebody else."},
    [WORD_DONE_SIGNED] = {"Du har skrivit under.", "Du har skrevet under.",
        "You have signed."},
    [WORD_DONE_SIGNED_MORE] =
        {"När alla har skrivit under finns ett kvitto. Be "
         "IT om en kopia om du vill ha den.",
            "Når alle har skrevet under, er der en kvittering. Bed IT om en "
            "kopi, "
            "hvis du ønsker den.",
            "When everybody has signed there is a receipt. Ask IT for a copy "
            "if "
            "you want one."},
    [WORD_DONE_NOT_RIGHT] = {"Du svarade att något inte stämmer. IT tittar på "
                             "det.",
        "Du svarede, at noget ikke passer. IT ser på det.",
        "You answered that something is not right. IT looks into it."},
    [WORD_CLOSED_TITLE] = {"Det behövs inget svar längre",
        "Der er ikke længere brug for et svar", "No answer is needed any more"},
    [WORD_CLOSED_MEASURED] = {"Det som frågades har bekräftats på annat sätt.",
        "Det, der blev spurgt om, er bekræftet på anden måde.",
        "What was asked has been confirmed in another way."},
    [WORD_CLOSED_CANCELLED] = {"Uppgiften har dragits tillbaka.",
        "Opgaven er trukket tilbage.", "The task was withdrawn."},
    [WORD_CLOSED_EXPIRED] =
        {"Svarstiden har gått ut. Gäller frågan fortfarande får du en ny länk.",
            "Svarfristen er udløbet. Gælder spørgsmålet stadig, får du et nyt "
            "link.",
            "The time to answer is over. If the question still applies, you "
            "will get a new link."},
    [WORD_OLD_TITLE] = {"Länken gäller inte längre",
        "Linket gælder ikke længere", "This link is no longer valid"},
    [WORD_OLD_TEXT] = {"Be den som skickade länken om en ny.",
        "Bed den, der sendte linket, om et nyt.",
        "Ask whoever sent the link for a new one."},
    [WORD_UNKNOWN_TITLE] = {"Länken finns inte", "Linket findes ikke",
        "There is no such link"},
    [WORD_UNKNOWN_TEXT] = {"Kontrollera att hela adressen kom med, eller be "
                           "den som skickade länken om en ny.",
        "Kontrollér, at hele adressen kom med, eller bed den, der sendte "
        "linket, om et nyt.",
        "Check that the whole address was copied, or ask whoever sent the link "
        "for a new one."},
    [WORD_PUBLIC] =
        {"Sidan är öppen för alla och innehåller inga personuppgifter.",
            "Siden er åben for alle og indeholder ingen personoplysninger.",
            "This page is open to everybody and holds no personal data."},
    [WORD_NO_ORGANISATION_TITLE] = {"Sidan finns inte", "Siden findes ikke",
        "There is no such page"},
    [WORD_NO_ORGANISATION_TEXT] = {"Ingen organisation har den här adressen. "
                                   "Fråga it-stödet efter den rätta.",
        "Ingen organisation har denne adresse. Spørg it-support efter den "
        "rigtige.",
        "No organisation has this address. Ask IT support for the right one."},
    [WORD_INFO_TITLE] = {"Din tjänstetelefon i {0}", "Din arbejdstelefon i {0}",
        "Your work phone at {0}"},
    [WORD_INFO_LEAD] = {"Vad arbetsgivaren kan se av telefonen, och reglerna "
                        "som gäller för dig.",
        "Hvad arbejdsgiveren kan se af telefonen, og de regler, der gælder for "
        "dig.",
        "What your employer can see of the phone, and the rules that apply to "
        "you."},
    [WORD_INFO_CONTENTS] = {"På sidan", "På siden", "On this page"},
    [WORD_INFO_SEES] = {"Vad arbetsgivaren kan se av din tjänstetelefon",
        "Hvad arbejdsgiveren kan se af din arbejdstelefon",
        "What your employer can see of your work phone"},
    [WORD_INFO_SEES_PHONE] =
        {"Vilken telefon det är: namn, modell, serienummer, IMEI och "
         "systemversion, och när den senast hörde av sig.",
            "Hvilken telefon det er: navn, model, serienummer, IMEI og "
            "systemversion, og hvornår den sidst meldte sig.",
            "Which phone it is: name, model, serial number, IMEI and system "
            "version, and when it last reported."},
    [WORD_INFO_SEES_SAFE] = {"Om en lösenkod finns och uppfyller kraven, om "
                             "aktiveringslås och Hitta är på, och vilka av "
                             "arbetsgivarens profiler som är installerade.",
        "Om der er en adgangskode, og om den opfylder kravene, om "
        "aktiveringslås og Find er slået til, og hvilke af arbejdsgiverens "
        "profiler der er installeret.",
        "Whether a passcode is set and meets the demands, whether Activation "
        "Lock and Find My are on, and which of the employer's profiles are "
        "installed."},
    [WORD_INFO_SEES_SIM] =
        {"SIM-kortets nummer (ICCID), telefonnumret och operatören.",
            "SIM-kortets nummer (ICCID), telefonnummeret og operatøren.",
            "The SIM's number (ICCID), the phone number and the operator."},
    [WORD_INFO_SEES_BACKUP] =
        {"Om säkerhetskopiering till iCloud är på och när den senast gjordes, "
         "aldrig vad som kopierats.",
            "Om sikkerhedskopiering til iCloud er slået til, og hvornår den "
            "sidst blev lavet, aldrig hvad der er kopieret.",
            "Whether iCloud backup is on and when the last one was made, never "
            "what is in it."},
    [WORD_INFO_SEES_ROAMING] = {"Om samtal och data utomlands är påslagna.",
        "Om opkald og data i udlandet er slået til.",
        "Whether calls and data abroad are switched on."},
    [WORD_INFO_SEES_CALLS] =
        {"Om växeln eller operatören är ansluten: om en vidarekoppling är på "
         "och till vilket slags mål, vilken sorts hälsning röstbrevlådan har "
         "och hur gammalt det äldsta olästa meddelandet är.",
            "Hvis omstillingen eller operatøren er tilsluttet: om en "
            "viderestilling er slået til og til hvilken slags mål, hvilken "
            "slags hilsen telefonsvareren har, og hvor gammel den ældste "
            "ulæste besked er.",
            "If the switchboard or the operator is connected: whether a "
            "forwarding is on and to what kind of place, which kind of "
            "greeting the mailbox has, and how old the oldest unread message "
            "is."},
    [WORD_INFO_SEES_ANSWERS] = {"Dina egna svar på frågor om reglerna.",
        "Dine egne svar på spørgsmål om reglerne.",
        "Your own answers to questions about the rules."},
    [WORD_INFO_SEES_NOT] = {"Vad arbetsgivaren inte kan se här",
        "Hvad arbejdsgiveren ikke kan se her",
        "What your employer cannot see here"},
    [WORD_INFO_NOT_CONTENT] =
        {"Det som finns i telefonen: meddelanden, e-post, bilder, kontakter, "
         "kalender och webbhistorik.",
            "Det, der er i telefonen: beskeder, e-mail, billeder, kontakter, "
            "kalender og webhistorik.",
            "What is in the phone: messages, mail, pictures, contacts, "
            "calendar and browsing."},
    [WORD_INFO_NOT_CALLS] =
        {"Dina samtal: vem som ringer, när, hur länge eller vad som sägs, och "
         "vad röstmeddelanden innehåller.",
            "Dine opkald: hvem der ringer, hvornår, hvor længe eller hvad der "
            "bliver sagt, og hvad talebeskeder indeholder.",
            "Your calls: who calls, when, for how long or what is said, and "
            "what voice messages hold."},
    [WORD_INFO_NOT_APPS] =
        {"Vilka appar du har. Servern frågar inte efter dem.",
            "Hvilke apps du har. Serveren spørger ikke efter dem.",
            "Which apps you have. The server does not ask for them."},
    [WORD_INFO_NOT_CODE] =
        {"Själva lösenkoden. Telefonen visar den inte för någon.",
            "Selve adgangskoden. Telefonen viser den ikke til nogen.",
            "The passcode itself. The phone shows it to nobody."},
    [WORD_INFO_NOT_PLACE] =
        {"Var telefonen är. Bara en telefon som är anmäld förlorad kan "
         "tillfrågas, i förlorat läge. Då står det på skärmen, skälet skrivs "
         "upp, och platsen tas bort när telefonen är återfunnen.",
            "Hvor telefonen er. Kun en telefon, der er meldt mistet, kan "
            "spørges, i mistet-tilstand. Så står det på skærmen, grunden "
            "skrives ned, og placeringen slettes, når telefonen er fundet.",
            "Where the phone is. Only a phone that is reported lost can be "
            "asked, in Lost Mode. Its screen then says so, the reason is "
            "written down, and the place is removed when the phone is "
            "found."},
    [WORD_INFO_NOT_WHY] =
        {"Varför du är borta. Det finns ingen plats för skäl till frånvaro.",
            "Hvorfor du er væk. Der er ingen plads til årsager til fravær.",
            "Why you are away. There is no place for reasons of absence."},
    [WORD_INFO_ERASE] =
        {"Arbetsgivaren kan radera en telefon som är arbetsgivarens, till "
         "exempel när den är borta eller lämnas tillbaka.",
            "Arbejdsgiveren kan slette en telefon, der er arbejdsgiverens, for "
            "eksempel når den er væk eller afleveres.",
            "Your employer can erase a phone that is the employer's, for "
            "example when it is lost or handed back."},
    [WORD_INFO_PRIVATE] = {"Om telefonen är din egen",
        "Hvis telefonen er din egen", "If the phone is your own"},
    [WORD_INFO_PRIVATE_TEXT] =
        {"Då sparas inget om SIM-kort, telefonnummer eller IMEI, och telefonen "
         "kan inte raderas härifrån. Bara det som hör till arbetet kan tas "
         "bort.",
            "Så gemmes der intet om SIM-kort, telefonnummer eller IMEI, og "
            "telefonen kan ikke slettes herfra. Kun det, der hører til "
            "arbejdet, kan fjernes.",
            "Then nothing about SIM, phone number or IMEI is kept, and the "
            "phone cannot be erased from here. Only what belongs to work can "
            "be removed."},
    [WORD_INFO_RULES] = {"Reglerna för medarbetare",
        "Reglerne for medarbejdere", "The rules for employees"},
    [WORD_INFO_RULES_LEAD] = {"De {0} regler som gäller för medarbetare.",
        "De {0} regler, der gælder for medarbejdere.",
        "The {0} rules that apply to employees."},
    [WORD_INFO_NO_RULES] = {"Inga regler gäller här än.",
        "Her gælder endnu ingen regler.", "No rules are in force here yet."},
    [WORD_INFO_SWITCHBOARD] = {"Växeln", "Omstillingen", "The switchboard"},
    [WORD_INFO_CARD] = {"Spara växeln som kontakt",
        "Gem omstillingen som kontakt", "Save the switchboard as a contact"},
    [WORD_INFO_OWNER] = {"Vem som ansvarar för reglerna",
        "Hvem der har ansvaret for reglerne", "Who keeps the rules"},
    [WORD_INFO_OWNER_TEXT] = {"Reglerna förvaltas av {0}.",
        "Reglerne vedligeholdes af {0}.", "The rules are kept by {0}."},
    [WORD_PHRASE_ANSWER_IN] = {"Så svarar du på samtal utifrån",
        "Sådan besvarer du opkald", "How you answer a call"},
    [WORD_PHRASE_ANSWER_OUT] = {"Så presenterar du dig när du ringer",
        "Sådan præsenterer du dig, når du ringer",
        "How you introduce yourself when you call"},
    [WORD_PHRASE_GREETING] = {"Din hälsning i röstbrevlådan",
        "Din hilsen på telefonsvareren", "Your voicemail greeting"},
    [WORD_PHRASE_GREETING_MAIL] = {"Din hälsning, om du hellre vill ha e-post",
        "Din hilsen, hvis du hellere vil have e-mail",
        "Your greeting, if you prefer e-mail"},
    [WORD_PHRASE_ABSENCE_GREETING] = {"Din hälsning när du är borta",
        "Din hilsen, når du er væk", "Your greeting while you are away"},
    [WORD_PHRASE_SIGNATURE] = {"Din e-postsignatur", "Din e-mailsignatur",
        "Your e-mail signature"},
    [WORD_PHRASE_SMS] = {"Svar med sms", "Svar med sms",
        "Reply by text message"},
    [WORD_LANGUAGE_SV] = {"på svenska", "på svensk", "in Swedish"},
    [WORD_LANGUAGE_DA] = {"på danska", "på dansk", "in Danish"},
    [WORD_LANGUAGE_EN] = {"på engelska", "på engelsk", "in English"},
};

enum word_language word_language_of(const char *language)
{
	int i;

	for (i = 0; language && i < WORD_LANGUAGE_COUNT; i++)
		if (strcmp(language, languages[i].tag) == 0)
			return (enum word_language)i;
	return WORD_EN;
}

const char *word_language_tag(enum word_language language)
{
	return languages[language].tag;
}

const char *word_language_name(enum word_language language)
{
	return languages[language].name;
}

const char *word_in(enum word_language language, enum word word)
{
	const char *text = words[word][language];

	return text ? text : "";
}
