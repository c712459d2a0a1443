# grpc_archives: gRPC and all it needs, from the archives that Debian's packages bring along.
#
# A program that is started for every test should start fast: with the shared libraries fake-etcd
# spends 13 ms of processor time before main, in the dynamic loader; with the archives 1.4 ms.
# A target whose property ETCDPP_LINK_ARCHIVES is set links these wherever it would link the shared
# libraries. Where an archive is missing there is no such target, and the shared libraries serve.
set(names grpc++ grpc gpr protobuf cares re2 upb address_sorting ssl crypto crypt z)
set(archives)
foreach(name IN LISTS names)
  find_library(${name}_archive lib${name}.a)
  mark_as_advanced(${name}_archive)
  list(APPEND archives ${${name}_archive})
endforeach()
get_filename_component(archive_folder "${grpc_archive}" DIRECTORY)
file(GLOB abseil_archives ${archive_folder}/libabsl_*.a)  # sixty of them, which depend on each other

if(NOT "${archives}" MATCHES "NOTFOUND" AND abseil_archives)
  add_library(grpc_archives INTERFACE)
  target_link_libraries(grpc_archives INTERFACE
    "$<LINK_GROUP:RESCAN,${archives},${abseil_archives}>" Threads::Threads ${CMAKE_DL_LIBS})
endif()

# etcdpp_external(OUT LIBS...): LIBS as a target is to name them, for PUBLIC linking.
function(etcdpp_external out)
  if(NOT TARGET grpc_archives)
    set(${out} ${ARGN} PARENT_SCOPE)
    return()
  endif()
  set(archives_wanted $<BOOL:$<TARGET_PROPERTY:ETCDPP_LINK_ARCHIVES>>)
  set(result $<${archives_wanted}:grpc_archives>)
  foreach(library IN LISTS ARGN)
    list(APPEND result $<$<NOT:${archives_wanted}>:${library}>)
  endforeach()
  set(${out} ${result} PARENT_SCOPE)
endfunction()
