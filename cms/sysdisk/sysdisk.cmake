# What the system disk carries beside CMS and its MODULEs: sysdisk_rows are
# mkimage's operands FN.FT=FILE, sysdisk_files what they are made of.
set(sysdisk ${CMAKE_CURRENT_SOURCE_DIR}/sysdisk)
file(GLOB sysdisk_files CONFIGURE_DEPENDS ${sysdisk}/*.EXEC
  ${sysdisk}/*.SAMPLE ${sysdisk}/help/*.HELPCMS)
set(sysdisk_rows)
foreach(file ${sysdisk_files})
  get_filename_component(name ${file} NAME)
  list(APPEND sysdisk_rows ${name}=${file})
endforeach()

# Programs with their sources.
foreach(name count sort)
  cms_program(${name} ${sysdisk}/${name}.c MUSL)
  string(TOUPPER ${name} upper)
  list(APPEND sysdisk_files ${sysdisk}/${name}.c)
  list(APPEND sysdisk_rows ${upper}.C=${sysdisk}/${name}.c)
endforeach()
set(lib ${CMAKE_CURRENT_SOURCE_DIR}/lib)
list(APPEND sysdisk_files ${lib}/example.c ${lib}/cms.h ${lib}/panel.h)
list(APPEND sysdisk_rows EXAMPLE.C=${lib}/example.c CMS.H=${lib}/cms.h
  PANEL.H=${lib}/panel.h)

# A deck to punch and IPL.
set(deck ${CMAKE_CURRENT_BINARY_DIR}/hello.deck)
set(script ${CMAKE_SOURCE_DIR}/tests/guests/guest.ld)
add_custom_command(OUTPUT ${deck}
  COMMAND ${CMAKE_C_COMPILER} -m32 -march=i686 -Os -ffreestanding -fno-pic
    -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables
    -fcf-protection=none -mgeneral-regs-only -Wall -Wextra -Wshadow
    -Wstrict-prototypes -Wmissing-prototypes -Werror
    -I${CMAKE_SOURCE_DIR}/include -nostdlib -static -Wl,-m,elf_i386
    -Wl,--build-id=none -Wl,-z,noexecstack -Wl,--no-warn-rwx-segments
    -Wl,-T,${script} -o ${deck}.elf ${sysdisk}/deck.c
  COMMAND ${CMAKE_OBJCOPY} -O binary ${deck}.elf ${deck}.bin
  COMMAND mkdeck 0x1000 ${deck}.bin ${deck}
  DEPENDS ${sysdisk}/deck.c ${script} mkdeck
    ${CMAKE_SOURCE_DIR}/include/channel.h ${CMAKE_SOURCE_DIR}/include/diag.h
    ${CMAKE_SOURCE_DIR}/include/machine.h
  VERBATIM)
list(APPEND sysdisk_files ${deck} ${sysdisk}/deck.c)
list(APPEND sysdisk_rows HELLO.DECK=${deck} DECK.C=${sysdisk}/deck.c)
