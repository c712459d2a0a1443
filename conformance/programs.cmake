# The programs of the suite, which run on whatever etcd they are pointed at.

# conformance_cases(NAME SRCS...): cases of one kind, for etcd-conformance to link.
function(conformance_cases name)
  add_library(${name} OBJECT ${ARGN})
  target_link_libraries(${name} PRIVATE conformance_support etcdpp_options etcdpp_quick)
  etcdpp_precompiled(${name} conformance_support)
endfunction()

add_executable(etcd-conformance main.cc support/report.cc)
target_link_libraries(etcd-conformance
  PRIVATE conformance_support etcdpp_options etcdpp_quick CLI11::CLI11)

add_subdirectory(wire)
add_subdirectory(client)
add_subdirectory(http)
target_link_libraries(etcd-conformance PRIVATE conformance_wire conformance_client conformance_http etcdpp)

add_executable(with-etcd targets/etcd_server.cc targets/process.cc targets/with_etcd.cc)
target_link_libraries(with-etcd
  PRIVATE conformance_support etcdpp_options etcdpp_quick CLI11::CLI11)

add_executable(etcd-failures
  failures/cluster.cc failures/cluster_test.cc failures/main.cc
  targets/etcd_server.cc targets/process.cc)
target_link_libraries(etcd-failures
  PRIVATE conformance_failures conformance_support etcdpp_options etcdpp_quick CLI11::CLI11)
etcdpp_precompiled(etcd-failures conformance_support)

add_library(conformance_differential STATIC
  differential/auth_steps.cc differential/cluster_steps.cc differential/coordination_steps.cc
  differential/generator.cc differential/golden.cc differential/lockstep.cc
  differential/malformed.cc differential/shrink.cc differential/side.cc
  differential/snapshot.cc differential/step.cc differential/streams.cc
  targets/etcd_server.cc targets/process.cc)
target_link_libraries(conformance_differential
  PUBLIC conformance_support
  PRIVATE etcdpp_options etcdpp_quick fake_bbolt absl::strings)
etcdpp_precompiled(conformance_differential conformance_support)
foreach(program differential golden)
  set(main differential/golden_main.cc)
  if(program STREQUAL differential)
    set(main differential/main.cc)
  endif()
  add_executable(etcd-${program} ${main})
  target_link_libraries(etcd-${program}
    PRIVATE conformance_differential etcdpp_options etcdpp_quick CLI11::CLI11)
endforeach()

add_executable(auth-fuzz auth_fuzz.cc)
target_link_libraries(auth-fuzz
  PRIVATE conformance_support etcdpp_options etcdpp_quick CLI11::CLI11)

add_executable(mixed-store strangers/mixed_store.cc)
target_link_libraries(mixed-store
  PRIVATE conformance_support etcdpp_options etcdpp_quick CLI11::CLI11)
