# Copies INPUT to OUTPUT with our private package and folder replaced by etcd's own names.
file(READ ${INPUT} text)
string(REPLACE "import \"etcdpp_proto/" "import \"etcd/api/" text "${text}")
string(REPLACE "package etcdpp_proto." "package " text "${text}")
file(WRITE ${OUTPUT} "${text}")
