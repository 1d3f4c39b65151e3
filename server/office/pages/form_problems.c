#include "server/office/pages/form_problems.h"

#include "proto/base/err.h"
#include "server/service/ledger/person_name.h"

/* Characters, as a browser's maxlength counts them, near enough. */
static size_t characters_of(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

bool form_why_is_long(const struct form_body *form)
{
	return characters_of(form->why) > FORM_WHY_CHARACTERS;
}

static void add_if(bool is_so, enum word word, struct form_problems *out)
{
	if (is_so && out->count < FORM_PROBLEMS_MAX)
		out->words[out->count++] = word;
}

/* Each says what its page lacks, and gives what it is when all is there and it
 * was refused all the same. */

static enum word lacks_of_return(
    const struct form_body *form, struct form_problems *out)
{
	add_if(!form->picked, WORD_ERROR_PICK, out);
	add_if(form->codes == PAGE_NO_CHOICE, WORD_ERROR_CODES, out);
	add_if(form_why_is_long(form), WORD_ERROR_WHY_LONG, out);
	add_if(!*form->name, WORD_ERROR_NAME, out);
	return WORD_ERROR_NAME;
}

static enum word lacks_of_handout(
    const struct form_body *form, struct form_problems *out)
{
	bool is_no = form->choice == PAGE_NO;
	bool is_both = form->choice == PAGE_YES && *form->why;

	add_if(form->choice == PAGE_NO_CHOICE, WORD_ERROR_CHOOSE, out);
	add_if(!is_no && !*form->name, WORD_ERROR_NAME, out);
	add_if(is_no && !*form->why, WORD_ERROR_NOT_RIGHT, out);
	add_if(is_both, WORD_ERROR_YES_AND_NO, out);
	add_if(form_why_is_long(form), WORD_ERROR_WHY_LONG, out);
	return is_no ? WORD_ERROR_NOT_RIGHT : WORD_ERROR_NAME;
}

static enum word lacks_of_decision(
    const struct form_body *form, struct form_problems *out)
{
	add_if(!form->picked, WORD_ERROR_MISSING, out);
	add_if(
	    form->decision == RETURN_DECIDE_NOTHING, WORD_ERROR_DECISION, out);
	add_if(form->decision == RETURN_DECIDE_WRITE_OFF && !*form->why,
	    WORD_ERROR_DECISION_WHY, out);
	add_if(form_why_is_long(form), WORD_ERROR_WHY_LONG, out);
	return WORD_ERROR_DECISION_WHY;
}

static enum word lacks_of_answer(
    const struct form_body *form, struct form_problems *out)
{
	add_if(form_why_is_long(form), WORD_ERROR_WHY_LONG, out);
	return form->choice == PAGE_NO ? WORD_ERROR_WHY : WORD_ERROR_CHOOSE;
}

static enum word lacks_of(const struct page *page, const struct form_body *form,
    struct form_problems *out)
{
	switch (page->task.kind) {
	case TASK_ACKNOWLEDGE:
		return WORD_ERROR_TICK;
	case TASK_ACCEPT_HANDOUT:
		return lacks_of_handout(form, out);
	case TASK_DECIDE_RETURN:
		return lacks_of_decision(form, out);
	case TASK_RETURN_PHONE:
	case TASK_CONFIRM_RETURN:
		return lacks_of_return(form, out);
	default:
		return lacks_of_answer(form, out);
	}
}

/* What else is refused to who signs comes of how both came to their pages. */
static enum word refused(const struct page *page, const struct form_body *form)
{
	if (!page->handover)
		return WORD_ERROR_DENIED;
	return person_name_fits(form->name, page->subject_name)
	    ? WORD_ERROR_OWN
	    : WORD_ERROR_ACCOUNT;
}

void form_problems_find(const struct page *page, const struct form_body *form,
    int code, struct form_problems *out)
{
	enum word otherwise;

	*out = (struct form_problems){.count = 0};
	if (code == -ERR_CONFLICT) {
		add_if(true, WORD_ERROR_CHANGED, out);
	} else if (code == -ERR_DENIED) {
		add_if(true, refused(page, form), out);
	} else if (code == -ERR_LIMIT && !form_why_is_long(form)) {
		/* Not read to its end. */
		add_if(true, WORD_ERROR_WHY_LONG, out);
	} else {
		otherwise = lacks_of(page, form, out);
		add_if(out->count == 0, otherwise, out);
	}
}

bool form_problems_have(const struct form_problems *problems, enum word word)
{
	for (size_t i = 0; i < problems->count; i++)
		if (problems->words[i] == word)
			return true;
	return false;
}

const char *form_problem_field(enum word problem)
{
	switch (problem) {
	case WORD_ERROR_WHY:
	case WORD_ERROR_WHY_LONG:
	case WORD_ERROR_NOT_RIGHT:
	case WORD_ERROR_YES_AND_NO:
	case WORD_ERROR_DECISION_WHY:
		return "why";
	case WORD_ERROR_NAME:
	case WORD_ERROR_OWN:
		return "name";
	case WORD_ERROR_CODES:
		return "codes-yes";
	case WORD_ERROR_MISSING:
		return "phones";
	default:
		return "answer";
	}
}
