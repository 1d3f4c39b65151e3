#include "server/receipts/receipt_pdf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/base/err.h"
#include "proto/base/str.h"
#include "proto/base/time.h"
#include "server/receipts/receipt_embed.h"

#define RANGE_ROOM 10 /* digits of an offset, blanks behind it */

/* What of a drawn PDF the update has to know or to say anew. */
struct drawn {
	size_t xref_at;
	unsigned size; /* objects, and the number of the next */
	unsigned root;
	unsigned info;
	unsigned page;
	const char *root_dict; /* behind "<<", without the ">>" */
	size_t root_len;
	const char *page_dict;
	size_t page_len;
};

/* The objects of the update, in the order of the file. */
enum { OBJECT_JSON, OBJECT_FILE, OBJECT_FIELD, OBJECT_SIGNATURE, OBJECT_NEW };
#define OBJECT_ROOT OBJECT_NEW
#define OBJECT_PAGE (OBJECT_NEW + 1)
#define OBJECT_COUNT (OBJECT_NEW + 2)

struct update {
	struct drawn drawn;
	unsigned numbers[OBJECT_COUNT];
	size_t offsets[OBJECT_COUNT];
	size_t range_at;
};

static int odd(struct err *err)
{
	return err_set(err, ERR_INTERNAL,
	    "the drawn PDF is not laid out as cairo does it");
}

static const char *find(const char *text, size_t len, const char *what)
{
	return memmem(text, len, what, strlen(what));
}

static const char *find_last(const char *text, size_t len, const char *what)
{
	const char *found = NULL;
	const char *at = text;

	while ((at = find(at, len - (size_t)(at - text), what))) {
		found = at;
		at++;
	}
	return found;
}

/* "key N" in a dictionary; 0: none. */
static unsigned number_behind(
    const char *text, const char *end, const char *key)
{
	const char *at = find(text, (size_t)(end - text), key);

	if (!at)
		return 0;
	/* The file ends in text and NUL: strtoul() stops. */
	return (unsigned)strtoul(at + strlen(key), NULL, 10);
}

/*
 * The dictionary that begins with `first`, of the object whose number stands
 * before it.
 */
static bool object_find(const char *pdf, size_t len, const char *first,
    unsigned *number, const char **dict, size_t *dict_len)
{
	static const char tail[] = "\n>>\nendobj";
	const char *at = find(pdf, len, first);
	const char *end = at ? find(at, len - (size_t)(at - pdf), tail) : NULL;
	const char *line = at;

	if (!end || at - pdf < 16)
		return false;
	/* Back over " 0 obj\n<< " to the beginning of the line. */
	while (line > pdf && *line != '\n')
		line--;
	line--;
	while (line > pdf && *line != '\n')
		line--;
	*number = (unsigned)strtoul(line + 1, NULL, 10);
	*dict = at;
	*dict_len = (size_t)(end - at);
	return *number != 0;
}

static int drawn_read(
    const char *pdf, size_t len, struct drawn *out, struct err *err)
{
	const char *trailer = find_last(pdf, len, "\ntrailer\n<< ");
	const char *startxref = find_last(pdf, len, "\nstartxref\n");
	unsigned root = 0;

	if (!trailer || !startxref || startxref < trailer)
		return odd(err);
	out->xref_at = strtoul(startxref + strlen("\nstartxref\n"), NULL, 10);
	out->size = number_behind(trailer, startxref, "/Size ");
	out->root = number_behind(trailer, startxref, "/Root ");
	out->info = number_behind(trailer, startxref, "/Info ");
	if (!object_find(pdf, len, "/Type /Catalog", &root, &out->root_dict,
	        &out->root_len) ||
	    !object_find(pdf, len, "/Type /Page % 1\n", &out->page,
	        &out->page_dict, &out->page_len) ||
	    root != out->root || out->size == 0 || out->info == 0 ||
	    out->xref_at == 0 || out->xref_at >= len)
		return odd(err);
	return 0;
}

/* A text string as UTF-16BE in hex (ISO 32000-1, 7.9.2.2). */
static void text_put(struct buf *out, const char *text)
{
	buf_append_str(out, "<FEFF");
	while (*text) {
		size_t step = str_utf8_step(text);
		const unsigned char *at = (const unsigned char *)text;
		uint32_t c = at[0];

		if (step == 0)
			break;
		if (step == 2)
			c = (at[0] & 0x1fu) << 6 | (at[1] & 0x3fu);
		else if (step == 3)
			c = (at[0] & 0x0fu) << 12 | (at[1] & 0x3fu) << 6 |
			    (at[2] & 0x3fu);
		else if (step == 4)
			c = (at[0] & 0x07u) << 18 | (at[1] & 0x3fu) << 12 |
			    (at[2] & 0x3fu) << 6 | (at[3] & 0x3fu);
		if (c >= 0x10000)
			buf_printf(out, "%04X%04X",
			    0xd800u + ((c - 0x10000u) >> 10),
			    0xdc00u + ((c - 0x10000u) & 0x3ffu));
		else
			buf_printf(out, "%04X", c);
		text += step;
	}
	buf_append_char(out, '>');
}

static void object_begin(
    struct buf *out, struct update *update, unsigned object)
{
	update->offsets[object] = out->len;
	buf_printf(out, "%u 0 obj\n", update->numbers[object]);
}

static void json_put(
    struct buf *out, struct update *update, const struct receipt_pdf_said *said)
{
	object_begin(out, update, OBJECT_JSON);
	receipt_embed_write(out, said->json, said->json_len);
	buf_append_str(out, "\nendobj\n");
	object_begin(out, update, OBJECT_FILE);
	buf_printf(out,
	    "<< /Type /Filespec /F (receipt.json) /UF (receipt.json)"
	    " /AFRelationship /Data /EF << /F %u 0 R /UF %u 0 R >> >>\n"
	    "endobj\n",
	    update->numbers[OBJECT_JSON], update->numbers[OBJECT_JSON]);
}

/* Invisible: nothing on the page pretends to be the signature. */
static void field_put(struct buf *out, struct update *update)
{
	object_begin(out, update, OBJECT_FIELD);
	buf_printf(out,
	    "<< /Type /Annot /Subtype /Widget /FT /Sig /T (receipt) /F 132"
	    " /Rect [0 0 0 0] /P %u 0 R /V %u 0 R >>\nendobj\n",
	    update->numbers[OBJECT_PAGE], update->numbers[OBJECT_SIGNATURE]);
}

static void signature_put(struct receipt_pdf *pdf, struct update *update,
    const struct receipt_pdf_said *said)
{
	struct buf *out = &pdf->file;
	time_t seconds = (time_t)(said->signed_at / TIME_SECOND_MS);
	struct tm parts = {0};
	char at[32] = "";

	if (gmtime_r(&seconds, &parts))
		(void)strftime(at, sizeof(at), "%Y%m%d%H%M%SZ", &parts);
	object_begin(out, update, OBJECT_SIGNATURE);
	buf_append_str(out,
	    "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter"
	    " /adbe.pkcs7.detached /ByteRange [0 ");
	update->range_at = out->len;
	buf_printf(out, "%*s]\n/Contents ", 3 * (RANGE_ROOM + 1) - 1, "");
	pdf->gap_at = out->len;
	pdf->gap_len = 2 * RECEIPT_PDF_SIGNATURE_MAX + 2;
	buf_append_char(out, '<');
	for (size_t i = 0; i < RECEIPT_PDF_SIGNATURE_MAX; i++)
		buf_append(out, "00", 2);
	buf_printf(out, ">\n/M (D:%s) /Name ", at);
	text_put(out, said->signer);
	buf_append_str(out, " >>\nendobj\n");
}

static void known_put(
    struct buf *out, struct update *update, const struct receipt_pdf_said *said)
{
	const struct drawn *drawn = &update->drawn;

	object_begin(out, update, OBJECT_ROOT);
	buf_append_str(out, "<< ");
	buf_append(out, drawn->root_dict, drawn->root_len);
	buf_printf(out,
	    "\n   /Lang (%s) /ViewerPreferences << /DisplayDocTitle true >>\n"
	    "   /AcroForm << /Fields [%u 0 R] /SigFlags 3 >>\n"
	    "   /Names << /EmbeddedFiles << /Names [(receipt.json) %u 0 R] >>"
	    " >> /AF [%u 0 R]\n>>\nendobj\n",
	    said->language, update->numbers[OBJECT_FIELD],
	    update->numbers[OBJECT_FILE], update->numbers[OBJECT_FILE]);
	object_begin(out, update, OBJECT_PAGE);
	buf_append_str(out, "<< ");
	buf_append(out, drawn->page_dict, drawn->page_len);
	buf_printf(out, "\n   /Annots [%u 0 R] /Tabs /S\n>>\nendobj\n",
	    update->numbers[OBJECT_FIELD]);
}

static void xref_put(struct buf *out, const struct update *update)
{
	const struct drawn *drawn = &update->drawn;
	size_t at = out->len;

	buf_append_str(out, "xref\n");
	for (unsigned i = OBJECT_NEW; i < OBJECT_COUNT; i++)
		buf_printf(out, "%u 1\n%010zu 00000 n \n", update->numbers[i],
		    update->offsets[i]);
	buf_printf(out, "%u %u\n", drawn->size, (unsigned)OBJECT_NEW);
	for (unsigned i = 0; i < OBJECT_NEW; i++)
		buf_printf(out, "%010zu 00000 n \n", update->offsets[i]);
	buf_printf(out,
	    "trailer\n<< /Size %u /Root %u 0 R /Info %u 0 R /Prev %zu >>\n"
	    "startxref\n%zu\n%%%%EOF\n",
	    drawn->size + OBJECT_NEW, drawn->root, drawn->info, drawn->xref_at,
	    at);
}

/* The range's blanks become its three numbers. */
static void range_put(struct receipt_pdf *pdf, const struct update *update)
{
	char range[3 * (RANGE_ROOM + 1) + 1];
	size_t behind = pdf->gap_at + pdf->gap_len;

	(void)snprintf(range, sizeof(range), "%-10zu %-10zu %-10zu",
	    pdf->gap_at, behind, pdf->file.len - behind);
	memcpy(
	    pdf->file.data + update->range_at, range, 3 * (RANGE_ROOM + 1) - 1);
}

int receipt_pdf_begin(struct receipt_pdf *out, const void *pdf, size_t pdf_len,
    const struct receipt_pdf_said *said, struct err *err)
{
	struct receipt_pdf made = {0};
	struct update update = {0};
	int rc;

	buf_append(&made.file, pdf, pdf_len);
	rc = buf_check(&made.file, err);
	if (rc == 0) /* the copy has a NUL behind it */
		rc = drawn_read(
		    (const char *)made.file.data, pdf_len, &update.drawn, err);
	if (rc == 0) {
		/* What drawn points to moves when the copy grows. */
		update.drawn.root_dict = (const char *)pdf +
		    (update.drawn.root_dict - (const char *)made.file.data);
		update.drawn.page_dict = (const char *)pdf +
		    (update.drawn.page_dict - (const char *)made.file.data);
		for (unsigned i = 0; i < OBJECT_NEW; i++)
			update.numbers[i] = update.drawn.size + i;
		update.numbers[OBJECT_ROOT] = update.drawn.root;
		update.numbers[OBJECT_PAGE] = update.drawn.page;
		json_put(&made.file, &update, said);
		field_put(&made.file, &update);
		signature_put(&made, &update, said);
		known_put(&made.file, &update, said);
		xref_put(&made.file, &update);
		rc = buf_check(&made.file, err);
	}
	if (rc == 0) {
		range_put(&made, &update);
		*out = made;
	} else {
		buf_clear(&made.file);
	}
	return rc;
}

int receipt_pdf_signed_bytes(
    const struct receipt_pdf *pdf, struct buf *out, struct err *err)
{
	size_t behind = pdf->gap_at + pdf->gap_len;

	buf_append(out, pdf->file.data, pdf->gap_at);
	buf_append(out, pdf->file.data + behind, pdf->file.len - behind);
	return buf_check(out, err);
}

int receipt_pdf_end(struct receipt_pdf *pdf, const uint8_t *cms, size_t cms_len,
    struct err *err)
{
	char *hex;

	if (cms_len == 0 || cms_len > RECEIPT_PDF_SIGNATURE_MAX)
		return err_set(err, ERR_LIMIT,
		    "the signature does not fit its place in the PDF");
	hex = malloc(2 * cms_len + 1);
	if (!hex)
		return err_memory(err);
	str_hex(hex, cms, cms_len);
	memcpy(pdf->file.data + pdf->gap_at + 1, hex, 2 * cms_len);
	free(hex);
	return 0;
}

void receipt_pdf_clear(struct receipt_pdf *pdf)
{
	buf_clear(&pdf->file);
}
