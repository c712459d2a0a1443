#!/usr/bin/env bash
# etcdctl_auth_story.sh ETCDCTL HOST:PORT: users, roles and what they may do, told to an empty etcd.
etcdctl=$1
export ETCDCTL_ENDPOINTS=$2
. "$(dirname "$0")/etcdctl_telling.sh"

chapter "Roles"
run role list
run role add reader
run role add writer
run role add both -w json
run role add root
refused role add reader
refused role add ""
run role list
run role list -w json
run role grant-permission reader read public
run role grant-permission reader read jobs/ --prefix
run role grant-permission writer write jobs/1 jobs/9
run role grant-permission both readwrite a --from-key
run role grant-permission both read a
refused role grant-permission reader maybe public
refused role grant-permission nobody read public
run role get reader
run role get reader -w json
run role get writer
run role get both
refused role get nobody
run role revoke-permission both a
refused role revoke-permission both a
run role revoke-permission both a --from-key
run role get both

chapter "Users"
run user list
run user add root:toor
run user add alice:wonder -w json
run user add bob:builder
run user add carol --no-password
refused user add alice:again
run user list
run user list -w json
run user grant-role root root
run user grant-role alice reader
run user grant-role alice writer
run user grant-role bob reader
refused user grant-role alice nobody
refused user grant-role nobody reader
refused user revoke-role bob writer
run user get alice
run user get alice --detail
run user get alice -w json
refused user get nobody
run_with builder2 user passwd bob --interactive=false

chapter "Authentication"
run put public 1
run put secret 1
run put jobs/0 none
run auth enable
refused auth enable
refused get public
refused put public 2
refused --user=alice:wrong get public
refused --user=nobody:x get public
run --user=alice:wonder get public
run --user=alice --password=wonder get public
refused --user=alice:wonder get secret
refused --user=alice:wonder put public 2
run --user=alice:wonder put jobs/1 alice
refused --user=alice:wonder put jobs/9 alice
refused --user=alice:wonder del jobs/1 jobs/99
run --user=alice:wonder del jobs/1 jobs/9
run --user=alice:wonder get jobs/ --prefix
refused --user=bob:builder get public
run --user=bob:builder2 get public
refused --user=bob:builder2 put jobs/1 bob
run --user=root:toor put secret 2
run --user=root:toor get "" --prefix -w json
refused --user=alice:wonder user list
refused --user=alice:wonder role add mine
refused --user=alice:wonder auth disable
refused --user=alice:wonder get "" --prefix
run --user=root:toor user list
run --user=alice:wonder user get alice
refused --user=alice:wonder user get bob
run --user=alice:wonder role get reader
run --user=root:toor role get reader

chapter "What has more than one key"
export ETCDCTL_USER=alice:wonder
run_with $'value("public") = "1"\n\nput jobs/2 alice\nget public\n\nget public\n' txn
refused_with $'value("secret") = "1"\n\nput jobs/2 alice\n\n\n' txn
refused_with $'value("public") = "nothing"\n\nput secret alice\n\nget public\n' txn
refused_with $'\nput jobs/2 alice\nget secret\n\n\n' txn
refused watch secret
export ETCDCTL_USER=root:toor
next=$(($(revision) + 1))
export ETCDCTL_USER=alice:wonder
begin_watch jobs/ --prefix --rev=$next
export ETCDCTL_USER=root:toor
run put jobs/3 root
see 3
end_watch
grant LEASE 600
run put secret leased --lease="${names[LEASE]}"
run lease timetolive "${names[LEASE]}" --keys
export ETCDCTL_USER=alice:wonder
refused lease revoke "${names[LEASE]}"
export ETCDCTL_USER=root:toor
run lease revoke "${names[LEASE]}"
unset ETCDCTL_USER

chapter "The end of it"
refused --user=root:toor user delete root
refused --user=root:toor role delete root
run --user=root:toor role delete writer
refused --user=alice:wonder put jobs/1 alice
run --user=root:toor user revoke-role alice reader
refused --user=alice:wonder get public
run --user=root:toor user delete alice
refused --user=alice:wonder get public
run --user=root:toor auth disable
run get public
run put secret 3
run user list
run role list
run auth disable
run user delete root
refused auth enable
run user list
