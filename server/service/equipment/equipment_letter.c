#include "server/service/equipment/equipment_letter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "server/service/page/day_words.h"
#include "server/store/store_equipment.h"

enum { SV, DA, EN, LANGUAGES };

struct words {
	const char *to;
	const char *block;
	const char *replace;
	const char *number;
	const char *card;
	const char *reference;
	const char *confirm;
};

static const struct words words[LANGUAGES] = {
    [SV] = {"Till", "Spärra abonnemanget nedan genast.",
        "Skicka ett nytt SIM-kort till abonnemanget nedan. Det gamla kortet "
        "ska sluta gälla när det nya tas i bruk.",
        "Nummer", "SIM-kort (ICCID)", "Vår referens",
        "Bekräfta till avsändaren när det är gjort."},
    [DA] = {"Til", "Spær abonnementet nedenfor med det samme.",
        "Send et nyt SIM-kort til abonnementet nedenfor. Det gamle kort skal "
        "ophøre, når det nye tages i brug.",
        "Nummer", "SIM-kort (ICCID)", "Vores reference",
        "Bekræft til afsenderen, når det er gjort."},
    [EN] = {"To", "Please block the subscription below at once.",
        "Please send a new SIM card for the subscription below. The old card "
        "is to end when the new one is taken into use.",
        "Number", "SIM card (ICCID)", "Our reference",
        "Please confirm to the sender when it is done."},
};

static const struct words *words_of(const char *language)
{
	if (strcmp(language, "sv") == 0)
		return &words[SV];
	return &words[strcmp(language, "da") == 0 ? DA : EN];
}

int equipment_letter_write(struct txn *txn, const struct task_world *world,
    const struct equipment_order_row *order, char **letter, struct err *err)
{
	const struct words *say = words_of(world->language);
	struct subscription_row sim;
	struct buf out = {0};
	char day[DAY_WORDS_MAX];
	size_t len;
	int rc;

	if (order->what != EQUIPMENT_BLOCK && order->what != EQUIPMENT_REPLACE)
		return 0;
	rc = store_subscription_load(
	    txn, world->org_id, order->subscription_id, &sim, err);
	if (rc < 0)
		return rc;
	day_words(world->today, world->language, true, day);
	buf_printf(&out, "%s: %s\n%s, %s\n\n%s\n\n", say->to, sim.operator,
	    world->organisation, day,
	    order->what == EQUIPMENT_BLOCK ? say->block : say->replace);
	buf_printf(&out, "%s: %s\n%s: %s\n%s: %s\n\n%s\n", say->number,
	    sim.number, say->card, sim.iccid, say->reference, order->id,
	    say->confirm);
	rc = buf_check(&out, err);
	if (rc < 0) {
		buf_clear(&out);
		return rc;
	}
	free(*letter); /* a unit of work may run twice */
	*letter = (char *)buf_take(&out, &len);
	return 0;
}
