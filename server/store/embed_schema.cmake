# Writes OUT, a C file with every NNNN_name.sql of DIR as text.
#   cmake -DDIR=schema -DOUT=schema_steps.c -P embed_schema.cmake
file(GLOB scripts ${DIR}/*.sql)
list(SORT scripts)
set(texts "")
set(rows "")
set(last 0)
foreach(script IN LISTS scripts)
	get_filename_component(base ${script} NAME_WE)
	if(NOT base MATCHES "^0*([1-9][0-9]*)_([a-z0-9_]+)$")
		message(FATAL_ERROR "${script}: the name must be NNNN_name.sql")
	endif()
	set(number ${CMAKE_MATCH_1})
	set(name ${CMAKE_MATCH_2})
	if(NOT number GREATER last)
		message(FATAL_ERROR "${script}: there is another ${number}")
	endif()
	set(last ${number})
	file(READ ${script} hex HEX)
	string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
	string(APPEND texts "static const char text_${number}[] = {${bytes}0};\n")
	string(APPEND rows "\t{${number}, \"${name}\", text_${number}},\n")
endforeach()
file(WRITE ${OUT} "/* Made from the folder schema by embed_schema.cmake. */
#include \"server/store/schema.h\"

${texts}
const struct schema_step schema_steps[] = {
${rows}};
const size_t schema_step_count =
    sizeof(schema_steps) / sizeof(schema_steps[0]);
")
