# Headers of others, which change seldom and take the compiler longer than most of our sources: with
# ETCDPP_PRECOMPILE they are compiled once for all targets that are compiled alike. None of ours is
# among them. The presets that are built often turn it on; the rest, make lint among them, sees that
# each source still includes what it uses.
option(ETCDPP_PRECOMPILE "Precompile the headers of other projects" OFF)
if(ETCDPP_PRECOMPILE)
  # Headers compiled without it cannot be used with it, and gRPC brings it along.
  add_compile_options(-pthread)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # ccache wants the first (its manual, "Precompiled headers"). The second lets half a gigabyte, in
    # KiB, pile up before garbage is collected.
    add_compile_options(-fpch-preprocess --param=ggc-min-heapsize=524288)
  endif()
  if(ccache)
    list(PREPEND CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros)
  endif()
endif()

set(std_headers
  <algorithm> <chrono> <functional> <map> <memory> <mutex> <optional> <string> <string_view>
  <thread> <utility> <variant> <vector>)

# etcdpp_precompile(TARGET HEADERS...): precompiles them, and the standard library's, for TARGET.
function(etcdpp_precompile target)
  if(ETCDPP_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE ${std_headers} ${ARGN})
  endif()
endfunction()

# etcdpp_precompiled(TARGET LIKE): has TARGET use what was precompiled for LIKE, which has the same
# options.
function(etcdpp_precompiled target like)
  if(ETCDPP_PRECOMPILE AND NOT target STREQUAL like)
    target_precompile_headers(${target} REUSE_FROM ${like})
  endif()
endfunction()
