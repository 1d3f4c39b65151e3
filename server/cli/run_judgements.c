/* workphone judgements, workphone evidence: what is known and what follows. */
#include "server/cli/commands.h"

#include "server/cli/args.h"
#include "server/cli/cli.h"
#include "server/cli/listing.h"

int run_judgements(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"ABOUT", "subject.kind", LISTING_TEXT, 0},
	    {"NAME", "subject.name", LISTING_TEXT, 0},
	    {"RULE", "rule", LISTING_TEXT, 0},
	    {"SOURCE", "source", LISTING_SOURCE, 0},
	    {"VERDICT", "verdict", LISTING_STATE, WORDS_VERDICT},
	    {"BROKEN", "broken_since", LISTING_WHEN, 0},
	    {"REASON", "reason", LISTING_TEXT, 0},
	};
	static const struct listing_option options[] = {
	    {OPTION_SUBJECT, "subject_kind"},
	    {OPTION_RULE, "rule"},
	    {OPTION_VERDICT, "verdict"},
	    {OPTION_LANGUAGE, "language"},
	};
	static const struct listing judgements = {"/api/v1/judgements", columns,
	    7, options, 4, NULL, "Nothing is judged like that."};

	return listing_run(cli, &judgements);
}

int run_evidence(struct cli *cli)
{
	static const struct listing_column columns[] = {
	    {"ABOUT", "subject.id", LISTING_TEXT, 0},
	    {"FACT", "fact", LISTING_TEXT, 0},
	    {"SAYS", "word", LISTING_TEXT, 0},
	    {"SOURCE", "source", LISTING_TEXT, 0},
	    {"SEEN", "observed_at", LISTING_WHEN, 0},
	    {"FRESH UNTIL", "fresh_until", LISTING_WHEN, 0},
	};
	static const struct listing_option options[] = {
	    {OPTION_SUBJECT, "subject_kind"}, {OPTION_FACTS, "fact"}};
	static const struct listing evidence = {"/api/v1/evidence", columns, 6,
	    options, 2, NULL, "There is no evidence like that."};

	return listing_run(cli, &evidence);
}
