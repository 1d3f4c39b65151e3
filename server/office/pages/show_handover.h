/*
 * show_handover: what pages about things that are handed over have in common.
 * Private to them.
 */
#ifndef SERVER_OFFICE_PAGES_SHOW_HANDOVER_H
#define SERVER_OFFICE_PAGES_SHOW_HANDOVER_H

#include "server/office/pages/layout.h"

/* For whom, until when; then what is asked of them. */
void handover_lead(struct view *view, enum word text);

/* "iPhone 13, VVKDEMO00003 (with Charger; Case)" */
#define HANDOVER_ITEM_TEXT (2 * LIMIT_NAME + PAGE_WITH_MAX + 16)
void handover_item_text(const struct view *view, const struct page_item *item,
    char out[HANDOVER_ITEM_TEXT]);
/* The things, under a title; nothing without any. */
void handover_terms(struct view *view, enum word title);

#endif
