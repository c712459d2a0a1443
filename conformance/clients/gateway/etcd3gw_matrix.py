"""What a user of etcd3gw relies on, checked through the JSON gateway of the etcd at HOST:PORT.

    etcd3gw_matrix.py HOST:PORT

Prints a line per fact, and ends with exit code 1 at the first that does not hold. It makes no
difference who serves: the same facts hold on real etcd.
"""

import queue
import sys
import threading

import etcd3gw

PATIENCE = 20  # seconds for what must come


def check(fact, got, want=True):
    if got != want:
        sys.exit(f"FAILED  {fact}\n  got   {got!r}\n  want  {want!r}")
    print(f"ok      {fact}")


def check_server(etcd):
    check("the status has a leader", int(etcd.status()["leader"]) > 0)
    check("there is one member", len(etcd.members()), 1)


def check_kv(etcd):
    check("a put works", etcd.put("kv/a", "one"))
    check("a get sees it", etcd.get("kv/a"), [b"one"])
    check("an absent key is an empty list", etcd.get("kv/absent"), [])
    etcd.put("kv/b", b"\x00\xff two")
    check("bytes come back as they went", etcd.get("kv/b"), [b"\x00\xff two"])
    ((value, meta),) = etcd.get("kv/a", metadata=True)
    check("metadata has numbers as text", (value, meta["version"]), (b"one", "1"))
    check("a create works once", etcd.create("kv/new", "1"))
    check("... and not twice", etcd.create("kv/new", "2"), False)
    check("a replace needs the value", etcd.replace("kv/new", "9", "2"), False)
    check("... and then works", etcd.replace("kv/new", "1", "2"))
    got = [(value, meta["key"]) for value, meta in etcd.get_prefix("kv/")]
    check("a prefix is read in order", got, [(b"one", b"kv/a"), (b"\x00\xff two", b"kv/b"), (b"2", b"kv/new")])
    got = etcd.get_prefix("kv/", sort_order="descend", sort_target="version")
    check("... or sorted", got[0][0], b"2")
    check("a delete works", etcd.delete("kv/a"))
    check("... and tells when there was nothing", etcd.delete("kv/a"), False)
    check("a prefix is deleted", etcd.delete_prefix("kv/"))
    check("... all of it", etcd.get_prefix("kv/"), [])


def check_leases(etcd):
    lease = etcd.lease(ttl=600)
    etcd.put("lease/a", "1", lease=lease)
    etcd.put("lease/b", "1", lease=lease)
    check("a lease has its time to live", 590 < lease.ttl() <= 600)
    check("... and its keys", sorted(lease.keys()), [b"lease/a", b"lease/b"])
    check("a keepalive gives it its whole time again", lease.refresh(), 600)
    check("a lease is revoked", lease.revoke())
    check("... and its keys with it", etcd.get_prefix("lease/"), [])


def check_locks(etcd):
    lock = etcd.lock("one", ttl=60)
    check("a lock is acquired", lock.acquire())
    check("... and known to be", lock.is_acquired())
    check("... and not by another", etcd.lock("one", ttl=60).acquire(), False)
    check("it is refreshed", lock.refresh(), 60)
    check("... and released", lock.release())
    with etcd.lock("one", ttl=60) as again:
        check("it can be acquired again", again.is_acquired())


def check_watches(etcd):
    events, cancel = etcd.watch_prefix("watch/")
    told = queue.Queue()

    def listen():
        for event in events:
            told.put((event.get("type", "PUT"), event["kv"]["key"], event["kv"].get("value")))

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    # Nothing tells when a watch has begun: the first puts may be too early.
    for attempt in range(PATIENCE * 10):
        etcd.put("watch/begun", str(attempt))
        try:
            told.get(timeout=0.1)
            break
        except queue.Empty:
            continue
    etcd.put("watch/a", "1")
    etcd.delete("watch/a")
    got = told.get(timeout=PATIENCE)
    while got[1] == b"watch/begun":
        got = told.get(timeout=PATIENCE)
    check("a watch tells of a put", got, ("PUT", b"watch/a", b"1"))
    check("... and of a delete", told.get(timeout=PATIENCE), ("DELETE", b"watch/a", None))
    cancel()


def check_refusals(etcd):
    try:
        etcd.put("", "nothing")
        refused = ""
    except etcd3gw.exceptions.Etcd3Exception as error:
        refused = error.detail_text
    check("a refusal carries etcd's words", "etcdserver: key is not provided" in refused)


def main():
    host, port = sys.argv[1].rsplit(":", 1)
    etcd = etcd3gw.client(host=host, port=int(port), timeout=PATIENCE)
    for checks in (check_server, check_kv, check_leases, check_locks, check_watches, check_refusals):
        checks(etcd)


if __name__ == "__main__":
    main()
