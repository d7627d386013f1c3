# vm370.cmake - how our targets are made: one warning policy, and include
# paths that a target asks for by name.

add_library(vm370_policy INTERFACE)
target_compile_options(vm370_policy INTERFACE
  $<$<COMPILE_LANGUAGE:C>:-Wall -Wextra -Wshadow -Wimplicit-fallthrough
    -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror>
  # A header that ends in an array with its first entries behind it: so the
  # kernel's own interfaces are used (struct kvm_msrs).
  $<$<COMPILE_LANG_AND_ID:C,Clang>:-Wno-gnu-variable-sized-type-not-at-end>
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
target_compile_definitions(vm370_policy INTERFACE _GNU_SOURCE)
if(VM370_SANITIZE)
  target_compile_options(vm370_policy INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(vm370_policy INTERFACE -fsanitize=address,undefined)
elseif(VM370_FUZZ)
  target_compile_options(vm370_policy INTERFACE
    -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all)
  target_link_options(vm370_policy INTERFACE -fsanitize=address,undefined)
else()
  target_compile_options(vm370_policy INTERFACE
    -fstack-protector-strong -D_FORTIFY_SOURCE=2)
endif()

# vm370_library(NAME SOURCES...): a folder's code as a static library, so that
# its program and its unit tests link the same objects.
function(vm370_library name)
  add_library(${name} STATIC ${ARGN})
  target_link_libraries(${name} PUBLIC vm370_policy vm370_include)
endfunction()

# vm370_program(NAME SOURCES...): one of the programs that live in libexec.
function(vm370_program name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE vm370_policy vm370_include)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${VM370_LIBEXEC})
endfunction()

# vm370_unit(NAME LIBS...): tests/unit/NAME.c, a cmocka program.  Without
# cmocka, which only tests need, it is a target that nobody builds.
function(vm370_unit name)
  pkg_check_modules(CMOCKA QUIET IMPORTED_TARGET cmocka)
  add_executable(unit_${name} ${CMAKE_SOURCE_DIR}/tests/unit/${name}.c)
  target_link_libraries(unit_${name} PRIVATE ${ARGN} vm370_policy
    vm370_include)
  if(CMOCKA_FOUND)
    target_link_libraries(unit_${name} PRIVATE PkgConfig::CMOCKA)
  else()
    set_target_properties(unit_${name} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
  set_target_properties(unit_${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME unit.${name} COMMAND unit_${name})
  set_tests_properties(unit.${name} PROPERTIES LABELS unit TIMEOUT 120)
endfunction()

# vm370_fuzz(NAME LIBS...): tests/fuzz/NAME.c, a libFuzzer target; built only
# with -DVM370_FUZZ=ON.  As a test it looks where it looked before, so that it
# tells of a change and not of luck; by hand leave out -seed, and give it time.
function(vm370_fuzz name)
  if(NOT VM370_FUZZ)
    return()
  endif()
  add_executable(fuzz_${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/${name}.c)
  target_link_libraries(fuzz_${name} PRIVATE ${ARGN} vm370_policy
    vm370_include)
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(fuzz_${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME fuzz.${name} COMMAND fuzz_${name} -seed=1
    -max_total_time=5 -rss_limit_mb=2048 -print_final_stats=1)
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()
