# vmcp: the control program.  cp_core is everything but main and the commands;
# the commands are objects, so that the linker keeps every row.
vm370_library(cp_core command.c console.c conspool.c control.c cp.c device.c
  dial.c doors.c fullscreen.c given.c guest.c guestask.c hexloc.c hostlink.c
  idle.c limit.c linkrule.c listener.c logfile.c logon.c message.c minidisk.c
  nss.c nssmake.c pfkey.c registers.c request.c screencopy.c session.c spoolclient.c
  spoolfile.c spooljob.c spoolnews.c term.c termopt.c times.c tls.c unit.c
  unitcmd.c urclose.c urdevice.c uroption.c vmblok.c)
target_include_directories(cp_core PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(cp_core PUBLIC cp_leaf base_loop)

add_library(cp_cmd OBJECT cmd/attn.c cmd/autolog.c cmd/backspac.c cmd/begin.c
  cmd/change.c cmd/close.c cmd/cp.c cmd/define.c cmd/detach.c cmd/dial.c
  cmd/direct.c cmd/disconn.c cmd/display.c cmd/drain.c cmd/external.c
  cmd/flush.c cmd/force.c cmd/help.c cmd/ipl.c cmd/link.c cmd/logoff.c
  cmd/logon.c cmd/message.c cmd/order.c cmd/purge.c cmd/query.c
  cmd/query_dasd.c cmd/query_files.c cmd/query_links.c cmd/query_nss.c
  cmd/query_ur.c cmd/query_virtual.c cmd/ready.c cmd/repeat.c cmd/reset.c
  cmd/savesys.c cmd/set.c cmd/set_pf.c cmd/shutdown.c cmd/sleep.c cmd/space.c
  cmd/spool.c cmd/start.c cmd/store.c cmd/system.c cmd/tag.c cmd/terminal.c
  cmd/transfer.c)
target_compile_definitions(cp_cmd PRIVATE VM370_VERSION="${PROJECT_VERSION}")
target_link_libraries(cp_cmd PUBLIC cp_core)

vm370_program(vmcp main.c $<TARGET_OBJECTS:cp_cmd>)
target_link_libraries(vmcp PRIVATE cp_core)

# Transcripts: a script, and what each terminal and the host read.
set(cp_golden ${CMAKE_SOURCE_DIR}/tests/golden)
add_executable(cp_fellow ${cp_golden}/cp_fellow.c ${cp_golden}/cp_cards.c)
target_link_libraries(cp_fellow PRIVATE base_core vm370_policy vm370_include)
add_executable(cp_transcript ${cp_golden}/cp_transcript.c
  ${cp_golden}/cp_deck.c)
target_link_libraries(cp_transcript PRIVATE base_core vm370_policy
  vm370_include)
file(GLOB cp_scripts CONFIGURE_DEPENDS ${cp_golden}/cp_*.in)
foreach(script ${cp_scripts})
  get_filename_component(name ${script} NAME_WE)
  set(home ${cp_golden}/cp_home)
  if(EXISTS ${cp_golden}/${name}_home) # a system of its own
    set(home ${cp_golden}/${name}_home)
  endif()
  add_test(NAME golden.${name} COMMAND cp_transcript $<TARGET_FILE:vmcp>
    $<TARGET_FILE:cp_fellow> ${home} ${script}
    ${cp_golden}/${name}.out $<TARGET_FILE:vmspool>)
  set_tests_properties(golden.${name} PROPERTIES LABELS golden TIMEOUT 120)
endforeach()

vm370_unit(cp_console cp_core)
vm370_unit(cp_hexloc cp_core)
vm370_unit(cp_limit cp_core)
vm370_unit(cp_linkrule cp_core)
vm370_unit(cp_message cp_core)
vm370_unit(cp_spoolfile cp_core)
vm370_unit(cp_termopt cp_core)
vm370_unit(cp_command cp_core)
target_sources(unit_cp_command PRIVATE $<TARGET_OBJECTS:cp_cmd>)
vm370_unit(cp_spoolwords cp_core)
target_sources(unit_cp_spoolwords PRIVATE $<TARGET_OBJECTS:cp_cmd>)
