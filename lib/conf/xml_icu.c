/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Debian's static libxml2 asks ICU for the encodings that neither it nor iconv(3) knows, and ICU brings 30 MB of tables and the C++ library
 * into every static program. These functions take its place there (see LIBS_HELPER in the Makefile) and know no encoding, so that libxml2
 * says "unsupported encoding": what a helper reads is UTF-8, UTF-16 or ISO-8859-1. Programs with the shared libxml2 never see them.
 */
#include "util/common.h"

#include <unicode/ucnv.h>

UConverter *ucnv_open(const char *name UNUSED, UErrorCode *err)
{
	*err = U_FILE_ACCESS_ERROR;
	return NULL;
}

void ucnv_close(UConverter *converter UNUSED)
{
}

void ucnv_convertEx(UConverter *to UNUSED, UConverter *from UNUSED, char **out UNUSED, const char *out_end UNUSED, const char **in UNUSED,
		    const char *in_end UNUSED, UChar *pivot UNUSED, UChar **pivot_in UNUSED, UChar **pivot_out UNUSED,
		    const UChar *pivot_end UNUSED, UBool reset UNUSED, UBool flush UNUSED, UErrorCode *err)
{
	*err = U_FILE_ACCESS_ERROR;
}

void ucnv_setToUCallBack(UConverter *converter UNUSED, UConverterToUCallback action UNUSED, const void *context UNUSED,
			 UConverterToUCallback *old UNUSED, const void **old_context UNUSED, UErrorCode *err UNUSED)
{
}

void ucnv_setFromUCallBack(UConverter *converter UNUSED, UConverterFromUCallback action UNUSED, const void *context UNUSED,
			   UConverterFromUCallback *old UNUSED, const void **old_context UNUSED, UErrorCode *err UNUSED)
{
}

void UCNV_TO_U_CALLBACK_STOP(const void *context UNUSED, UConverterToUnicodeArgs *args UNUSED, const char *units UNUSED, int32_t n UNUSED,
			     UConverterCallbackReason reason UNUSED, UErrorCode *err UNUSED)
{
}

void UCNV_FROM_U_CALLBACK_STOP(const void *context UNUSED, UConverterFromUnicodeArgs *args UNUSED, const UChar *units UNUSED, int32_t n UNUSED,
			       UChar32 point UNUSED, UConverterCallbackReason reason UNUSED, UErrorCode *err UNUSED)
{
}
