# etcdpp_generate_proto(OUT_SOURCES ROOT OUTPUT_DIR PROTOS... [STRIP_PREFIX prefix])
#
# Generates C++ and gRPC code for PROTOS (paths under ROOT) into OUTPUT_DIR. With STRIP_PREFIX, the
# method paths in the generated stubs lose that package prefix: the descriptors and symbols stay in
# our own package, and the names on the wire are etcd's (ARCHITECTURE.md, "No link clash").
function(etcdpp_generate_proto out_sources root output_dir)
  cmake_parse_arguments(arg "" "STRIP_PREFIX" "PROTOS" ${ARGN})
  set(sources)
  list(TRANSFORM arg_PROTOS PREPEND ${root}/ OUTPUT_VARIABLE inputs)  # they import each other
  foreach(proto IN LISTS arg_PROTOS)
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    set(files ${output_dir}/${stem}.pb.cc ${output_dir}/${stem}.pb.h
              ${output_dir}/${stem}.grpc.pb.cc ${output_dir}/${stem}.grpc.pb.h)
    add_custom_command(
      OUTPUT ${files}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${output_dir}
      COMMAND protobuf::protoc --proto_path=${root} --cpp_out=${output_dir}
              --grpc_out=${output_dir} --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>
              ${root}/${proto}
      COMMAND ${CMAKE_COMMAND} -DFILE=${output_dir}/${stem}.grpc.pb.cc
              -DPREFIX=${arg_STRIP_PREFIX} -P ${PROJECT_SOURCE_DIR}/cmake/strip_method_prefix.cmake
      DEPENDS ${inputs} ${PROJECT_SOURCE_DIR}/cmake/strip_method_prefix.cmake
      COMMENT "Generating ${stem}"
      VERBATIM)
    # Messages of two files cannot be compiled in one: both call what is theirs alone the same.
    set_source_files_properties(${output_dir}/${stem}.pb.cc PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    list(APPEND sources ${files})
  endforeach()
  set(${out_sources} ${sources} PARENT_SCOPE)
endfunction()
