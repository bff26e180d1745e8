#ifndef CWEBFILES_H
#define CWEBFILES_H

#include <stddef.h>

/// A file of web/, as it was when the program was built.
typedef struct {
    const unsigned char *_Nonnull bytes;
    size_t count;
} WebFile;

/// web/docs.css
WebFile web_docs_css(void);

#endif
