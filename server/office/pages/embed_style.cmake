# Writes OUT, a C file with the bytes of IN.
#   cmake -DIN=style.css -DOUT=style_bytes.c -P embed_style.cmake
file(READ ${IN} hex HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
file(WRITE ${OUT} "/* Made from style.css by embed_style.cmake. */
#include \"server/office/pages/style.h\"

const unsigned char style_bytes[] = {${bytes}};
const size_t style_len = sizeof(style_bytes);
")
