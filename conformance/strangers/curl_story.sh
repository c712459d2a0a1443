#!/usr/bin/env bash
# curl_story.sh CURL HOST:PORT: what an operator and a readiness probe ask an empty etcd with curl,
# printed as a transcript. It must read the same whatever serves it: masked are only ids, times and
# what a metric counts.
set -uo pipefail
curl=$1 endpoint=$2

# Whether there are spaces in the gateway's JSON is another with each build of etcd 3.7.
mask() {
  tr -d '\r' | sed -zE -e 's/\nDate: [^\n]*/\nDate: N/' \
    -e '/\nContent-Type: application\/json\nGrpc|"code":/{
      s/\nContent-Length: [0-9]+/\nContent-Length: N/; s/([,:]) "/\1"/g; s/: ([0-9[{])/:\1/g}' \
    -e 's/"(cluster_id|member_id|raft_term)":"[0-9]+"/"\1":"N"/g'
}

asks() {
  printf '$ curl'
  printf ' %q' "$@"
  echo
  "$curl" -sS --max-time 20 "${@:1:$#-1}" "http://$endpoint${*: -1}" 2>&1 | mask
  [ "${PIPESTATUS[0]}" -eq 0 ] || echo "(it fails)"
  echo
}

asks -i /health
asks -i /version
asks -I /health
asks -I /version
asks -i '/health?exclude=NOSPACE'
asks -i '/health?serializable=true'
asks -i -X POST /health
asks -i -X PUT /version
asks -i /livez
asks -i /readyz
asks -i /nothing
asks -i /
asks -i -d '{"key":"Zm9v","value":"YmFy"}' /v3/kv/put
asks -i -d '{"key":"Zm9v"}' /v3/kv/range
asks -i -d '{"key":""}' /v3/kv/range
asks -i -d 'no json' /v3/kv/range
asks -i -d '{}' /v3/nothing
asks -i /v3/kv/range
asks -d '{"name":"bG9jaw==","lease":"0"}' -o /dev/null -w '%{http_code}' /v3/lock/lock
