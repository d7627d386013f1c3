# The benches of vmguest; their guests' decks are made with the guest tests.
add_executable(bench_diag00 diag00.c)
target_link_libraries(bench_diag00 PRIVATE rig_core -static)
add_executable(bench_block block.c)
target_link_libraries(bench_block PRIVATE rig_core -static)
add_executable(bench_card card.c)
target_link_libraries(bench_card PRIVATE rig_core -static)
add_executable(bench_ipl ipl.c)
target_link_libraries(bench_ipl PRIVATE rig_core -static)
add_executable(bench_cms cms.c)
target_link_libraries(bench_cms PRIVATE rig_core cms_edf -static)
add_executable(bench_iplfloor iplfloor.c)
target_link_libraries(bench_iplfloor PRIVATE vm370_policy -static)
set_target_properties(bench_diag00 bench_block bench_card bench_ipl bench_cms
  bench_iplfloor PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
