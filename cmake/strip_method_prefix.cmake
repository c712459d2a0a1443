# Rewrites "/PREFIX.package.Service/Method" to "/package.Service/Method" in FILE.
if(NOT PREFIX STREQUAL "")
  file(READ ${FILE} code)
  string(REPLACE "\"/${PREFIX}." "\"/" code "${code}")
  file(WRITE ${FILE} "${code}")
endif()
