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
list(APPEND sysdisk_files ${lib}/example.c ${lib}/cms.h)
list(APPEND sysdisk_rows EXAMPLE.C=${lib}/example.c CMS.H=${lib}/cms.h)
