# Compiler settings, the packages we stand on, and the two ways to add code:
# wp_library() for a folder, wp_test() for a test program.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
pkg_check_modules(PLIST REQUIRED IMPORTED_TARGET libplist-2.0)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(CYAML REQUIRED IMPORTED_TARGET libcyaml)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(QRENCODE REQUIRED IMPORTED_TARGET libqrencode)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(PANGOCAIRO REQUIRED IMPORTED_TARGET pangocairo)
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)

add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
	-Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-qual
	-Wwrite-strings -Wundef -Wvla -Wformat=2 -Wimplicit-fallthrough)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
	add_compile_options(-Wlogical-op -Wduplicated-cond -Wduplicated-branches)
endif()
if(WP_WERROR)
	add_compile_options(-Werror)
endif()
add_compile_definitions(_GNU_SOURCE)

if(CMAKE_BUILD_TYPE STREQUAL "Release")
	set(CMAKE_C_FLAGS_RELEASE "-O2 -g -DNDEBUG")
	add_compile_options(-fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
	add_link_options(-pie -Wl,-z,relro,-z,now)
endif()

if(WP_SANITIZE)
	add_compile_options(-fsanitize=${WP_SANITIZE} -fno-omit-frame-pointer)
	add_link_options(-fsanitize=${WP_SANITIZE})
	if(WP_SANITIZE MATCHES "undefined")
		add_compile_options(-fno-sanitize-recover=undefined)
	endif()
endif()
if(WP_FUZZ)
	add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# Includes are written from the root: #include "proto/base/err.h"
include_directories(${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)

# wp_library(name LINK libs...): one static library a folder, all *.c in it;
# with FOLDERS also those of the folders below.
function(wp_library name)
	cmake_parse_arguments(ARG "FOLDERS" "" "LINK;EXCLUDE" ${ARGN})
	set(glob GLOB)
	if(ARG_FOLDERS)
		set(glob GLOB_RECURSE)
	endif()
	file(${glob} sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
	foreach(skip IN LISTS ARG_EXCLUDE)
		list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/${skip})
	endforeach()
	if(sources)
		add_library(${name} STATIC ${sources})
		target_link_libraries(${name} PUBLIC ${ARG_LINK})
	else()
		add_library(${name} INTERFACE)
		target_link_libraries(${name} INTERFACE ${ARG_LINK})
	endif()
endfunction()

# wp_subdirectories(): every folder below that has a CMakeLists.txt.
macro(wp_subdirectories)
	file(GLOB wp_lists CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*/CMakeLists.txt)
	foreach(wp_list IN LISTS wp_lists)
		get_filename_component(wp_folder ${wp_list} DIRECTORY)
		add_subdirectory(${wp_folder})
	endforeach()
endmacro()

# wp_test(name LINK libs... LABEL unit): a cmocka program run by ctest.
function(wp_test name)
	cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "LINK" ${ARGN})
	if(NOT ARG_TIMEOUT)
		set(ARG_TIMEOUT 120)
	endif()
	if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${name}.c)
		message(WARNING "${name}.c is not there yet: left out")
		return()
	endif()
	add_executable(${name} ${name}.c)
	target_link_libraries(${name} PRIVATE ${ARG_LINK} PkgConfig::CMOCKA)
	target_compile_definitions(${name} PRIVATE WP_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
	add_test(NAME ${name} COMMAND ${name})
	set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT ${ARG_TIMEOUT}
		SKIP_RETURN_CODE 77)
endfunction()

# wp_fuzz(name LINK libs...): a libFuzzer target with seeds in tests/fuzz/seeds/<name>.
function(wp_fuzz name)
	cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
	add_executable(${name} ${name}.c)
	target_link_libraries(${name} PRIVATE ${ARG_LINK})
	target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
	target_link_options(${name} PRIVATE -fsanitize=fuzzer)
	set_property(GLOBAL APPEND PROPERTY WP_FUZZ_TARGETS ${name})
endfunction()
