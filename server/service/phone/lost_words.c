#include "server/service/phone/lost_words.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "server/service/service.h"

/* Between the first two stands the organisation's name. */
struct words {
	const char *language;
	const char *belongs_to;
	const char *is_lost;
	const char *call; /* when there is a number */
	const char *hand_in;
};

/* The first is the one for every other language. */
static const struct words words[] = {
    {"en", "This phone belongs to ", " and is lost.",
        "Please call the number below.", "Please hand it in there."},
    {"sv", "Den här telefonen tillhör ", " och är borttappad.",
        "Ring numret nedan.", "Lämna in den där."},
    {"da", "Denne telefon tilhører ", " og er mistet.",
        "Ring til nummeret nedenfor.", "Aflever den dér."},
};

static const struct words *words_of(const char *language)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(words[i].language, language, 2) == 0)
			return &words[i];
	return &words[0];
}

/* The unit's own number, as a finder may call it. */
static int take_number(struct txn *txn, const struct ledger *ledger,
    const struct person_row *person, char *out, size_t size, struct err *err)
{
	struct unit_row unit;
	int rc;

	if (!person->unit_id[0])
		return 0;
	rc = store_unit_load(txn, ledger->org_id, person->unit_id, &unit, err);
	if (rc == 0)
		(void)str_copy(out, size, unit.number);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

int lost_words_fill(struct txn *txn, const struct ledger *ledger,
    const struct device *device, struct lost_mode_row *row, struct err *err)
{
	const struct tenant *tenant =
	    service_tenant_find(ledger->service, ledger->org_id);
	const struct organisation *organisation;
	struct person_row person = {.id = ""};
	const struct words *said;
	int rc = 0;

	if (!tenant)
		return err_set(
		    err, ERR_NOT_FOUND, "no such organisation is served here");
	organisation = &tenant->organisation;
	if (device->person_id[0])
		rc = store_person_load(
		    txn, ledger->org_id, device->person_id, &person, err);
	if (rc == -ERR_NOT_FOUND)
		rc = 0;
	if (rc == 0)
		rc = take_number(txn, ledger, &person, row->number,
		    sizeof(row->number), err);
	said = words_of(
	    person.language[0] ? person.language : organisation->language);
	(void)snprintf(row->message, sizeof(row->message), "%s%s%s %s",
	    said->belongs_to, organisation->name, said->is_lost,
	    row->number[0] ? said->call : said->hand_in);
	(void)str_copy(
	    row->footnote, sizeof(row->footnote), organisation->name);
	return rc;
}
