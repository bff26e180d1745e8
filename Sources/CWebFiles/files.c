// `#embed` is of C23, and the compiler says so in every other mode. The path is this file's own.
#pragma clang diagnostic ignored "-Wc23-extensions"

#include "CWebFiles.h"

static const unsigned char docs_css[] = {
#embed "../../web/docs.css"
};

WebFile web_docs_css(void) { return (WebFile){docs_css, sizeof docs_css}; }
