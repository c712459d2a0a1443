"""Two Patroni nodes and the leader key between them, through the JSON gateway of HOST:PORT.

    patroni_matrix.py HOST:PORT

The nodes are Patroni's own store of cluster state in etcd v3 and nothing else of it: no PostgreSQL
runs. Prints a line per fact, and ends with exit code 1 at the first that does not hold. It makes no
difference who serves: the same facts hold on real etcd.
"""

import logging
import sys
import time

from patroni.dcs import get_dcs

PATIENCE = 20  # seconds for what must come


def check(fact, got, want=True):
    # Patroni answers with what etcd did, or with False or None.
    if (bool(got) if isinstance(want, bool) else got) != want:
        sys.exit(f"FAILED  {fact}\n  got   {got!r}\n  want  {want!r}")
    print(f"ok      {fact}")


def node(name, host):
    return get_dcs({
        "scope": "demo", "name": name, "namespace": "/service/", "ttl": 20, "loop_wait": 5,
        "retry_timeout": 5, "etcd3": {"host": host},
    })


def seen(dcs, wanted):
    """The cluster as `dcs` sees it, once it is as wanted: a watch keeps it up to date."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        cluster = dcs.get_cluster()
        if wanted(cluster):
            return True
        time.sleep(0.05)
    return False


def leader_is(name):
    return lambda cluster: cluster.leader is not None and cluster.leader.name == name


def check_start(one, two):
    check("there is no cluster at first", one.get_cluster().is_empty())
    check("one node initializes it", one.initialize(sysid="4711"))
    check("... and no other", two.initialize(sysid="4712"), False)
    check("... and both know the id", seen(two, lambda cluster: cluster.initialize == "4711"))
    for dcs, number in ((one, 1), (two, 2)):
        data = {"conn_url": f"postgres://node{number}/", "state": "running", "role": "replica"}
        check(f"node {number} says it is there", dcs.touch_member(data))
    names = ["one", "two"]
    check("both are seen",
          seen(one, lambda cluster: sorted(m.name for m in cluster.members) == names))


def check_leadership(one, two):
    check("one node takes the leader key", one.attempt_to_acquire_leader())
    check("... and no other", two.attempt_to_acquire_leader(), False)
    check("... and the other sees it", seen(two, leader_is("one")))
    check("... under the lease of its owner", seen(one, lambda c: c.leader.session == one._lease))
    leader = one.get_cluster().leader
    for _ in range(3):
        check("the leader renews its key", one.update_leader(one.get_cluster(), 100))
    check("... and keeps its lease", one.get_cluster().leader.session, leader.session)
    check("... and its progress is told", seen(two, lambda c: c.status.last_lsn == 100))


def check_config(one, two):
    check("configuration is kept", one.set_config_value('{"ttl":20}'))
    check("... and seen", seen(two, lambda c: c.config and c.config.data == {"ttl": 20}))
    version = two.get_cluster().config.version
    check("... and changed by who has seen it", two.set_config_value('{"ttl":30}', version))
    check("... and by no one else", one.set_config_value('{"ttl":40}', version), False)


def check_handover(one, two):
    check("the leader lets go", one.delete_leader(one.get_cluster().leader))
    check("... and the other sees that", seen(two, lambda cluster: cluster.is_unlocked()))
    check("... and takes the key", two.attempt_to_acquire_leader())
    check("... and leads", seen(one, leader_is("two")))
    two._client.call_rpc("/lease/revoke", {"ID": two._lease})
    check("a leader whose lease is gone leads no more",
          seen(one, lambda cluster: cluster.is_unlocked()))
    check("... nor is it there", seen(one, lambda c: [m.name for m in c.members] == ["one"]))
    check("the first leads again", one.attempt_to_acquire_leader())
    check("the cluster is deleted", one.delete_cluster())
    check("... all of it", seen(two, lambda cluster: cluster.is_empty()))


def main():
    logging.disable(logging.CRITICAL)
    one, two = node("one", sys.argv[1]), node("two", sys.argv[1])
    for checks in (check_start, check_leadership, check_config, check_handover):
        checks(one, two)


if __name__ == "__main__":
    main()
