"""What a user of pyetcd relies on, checked against the etcd at HOST:PORT.

    matrix.py HOST:PORT

Prints a line per fact, and ends with exit code 1 at the first that does not hold. It makes no
difference who serves: the same facts hold on real etcd.
"""

import queue
import sys

import grpc
import pyetcd
from pyetcd import events, exceptions, etcdrpc

PATIENCE = 20  # seconds for what must come


def check(fact, got, want=True):
    if got != want:
        sys.exit(f"FAILED  {fact}\n  got   {got!r}\n  want  {want!r}")
    print(f"ok      {fact}")


def error_of(call, *args, **kwargs):
    """The gRPC code and text a call is refused with."""
    try:
        call(*args, **kwargs)
    except grpc.RpcError as error:
        return error.code().name, error.details()
    except exceptions.Etcd3Exception as error:  # pyetcd keeps the gRPC error as the context
        return error.__context__.code().name, error.__context__.details()
    return "OK", ""


class Watched:
    """What arrives on a watch, to be asked for one by one."""

    def __init__(self, etcd, key, prefix=False, **options):
        self.responses = queue.Queue()
        add = etcd.add_watch_prefix_callback if prefix else etcd.add_watch_callback
        self.id = add(key, self.responses.put, **options)
        self.waiting = []

    def response(self):
        return self.responses.get(timeout=PATIENCE)

    def event(self):
        while not self.waiting:
            self.waiting = list(self.response().events)
        return self.waiting.pop(0)


def told(event):
    kind = "put" if isinstance(event, events.PutEvent) else "delete"
    return kind, event.key, event.value, event.mod_revision


def check_kv(etcd):
    base = etcd.put("kv/a", "one").header.revision
    check("a put raises the revision by one", etcd.put("kv/b", "x").header.revision, base + 1)
    response = etcd.put("kv/a", "two", prev_kv=True)
    check("a put gives back the value before it", response.prev_kv.value, b"one")
    check("... and that value's revision", response.prev_kv.mod_revision, base)

    value, meta = etcd.get("kv/a")
    check("a get sees the last put", value, b"two")
    check(
        "... its key, revisions and version",
        (meta.key, meta.create_revision, meta.mod_revision, meta.version, meta.lease_id),
        (b"kv/a", base, base + 2, 2, 0),
    )
    check("... and the store's revision", meta.response_header.revision, base + 2)
    check("a get at a past revision", etcd.get("kv/a", revision=base)[0], b"one")
    check("a serializable get", etcd.get("kv/a", serializable=True)[0], b"two")
    check("an absent key is no error", etcd.get("kv/absent"), (None, None))
    check(
        "a future revision is refused",
        error_of(etcd.get, "kv/a", revision=base + 1000),
        ("OUT_OF_RANGE", "etcdserver: mvcc: required revision is a future revision"),
    )
    check(
        "an empty key is refused",
        error_of(etcd.put, "", "x"),
        ("INVALID_ARGUMENT", "etcdserver: key is not provided"),
    )

    etcd.put("kv/c", "third")
    pairs = [(m.key, v) for v, m in etcd.get_prefix("kv/")]
    want = [(b"kv/a", b"two"), (b"kv/b", b"x"), (b"kv/c", b"third")]
    check("a prefix, in key order", pairs, want)
    keys = [m.key for _, m in etcd.get_prefix("kv/", sort_order="descend", sort_target="mod")]
    check("... by revision, last first", keys, [b"kv/c", b"kv/a", b"kv/b"])
    check("... the keys alone", [v for v, _ in etcd.get_prefix("kv/", keys_only=True)], [b""] * 3)
    page = etcd.get_prefix_response("kv/", limit=2)
    check("a limit leaves more", (len(page.kvs), page.more, page.count), (2, True, 3))
    count = etcd.get_prefix_response("kv/", count_only=True)
    check("a count has no pairs", (len(count.kvs), count.more, count.count), (0, False, 3))
    newer = etcd.get_prefix_response("kv/", min_mod_revision=base + 2)
    check("a least revision filters", [kv.key for kv in newer.kvs], [b"kv/a", b"kv/c"])
    keys = [m.key for _, m in etcd.get_range("kv/a", "kv/c")]
    check("a range is half-open", keys, [b"kv/a", b"kv/b"])

    gone = etcd.delete("kv/b", prev_kv=True, return_response=True)
    check("a delete counts what it deleted", gone.deleted, 1)
    check("... and gives it back", [(kv.key, kv.value) for kv in gone.prev_kvs], [(b"kv/b", b"x")])
    revision = gone.header.revision
    check("a delete of nothing", etcd.delete("kv/b"), False)
    check("... is no revision", etcd.get_response("kv/b").header.revision, revision)
    check("a prefix is deleted at once", etcd.delete_prefix("kv/").deleted, 2)
    check("... in one revision", etcd.get_response("kv/a").header.revision, revision + 1)


def check_txn(etcd):
    t = etcd.transactions
    check("put if absent, where it is", etcd.put_if_not_exists("txn/a", "1"))
    check("put if absent, where it is not", etcd.put_if_not_exists("txn/a", "2"), False)
    check("replace what is expected", etcd.replace("txn/a", "1", "3"))
    check("do not replace what is not", etcd.replace("txn/a", "1", "4"), False)
    _, meta = etcd.get("txn/a")

    true = [
        t.value("txn/a") == "3",
        t.value("txn/a") > "2",
        t.version("txn/a") == 2,
        t.create("txn/a") < meta.mod_revision,
        t.mod("txn/a") == meta.mod_revision,
        t.mod("txn/a") != 1,
        t.version("txn/absent") == 0,
    ]
    done, answers = etcd.transaction(
        compare=true,
        success=[t.put("txn/b", "b"), t.get("txn/b"), t.delete("txn/a", prev_kv=True)],
        failure=[t.get("txn/a")],
    )
    check("all compares hold", done)
    put, got, deleted = answers
    revision = meta.mod_revision + 1
    check("a txn is one revision", put.response_put.header.revision, revision)
    check("... and reads its own writes", [(v, m.mod_revision) for v, m in got], [(b"b", revision)])
    check("... and deletes", deleted.response_delete_range.prev_kvs[0].value, b"3")

    done, answers = etcd.transaction(
        compare=[t.version("txn/b") > 0, t.value("txn/b") == "other"],
        success=[],
        failure=[t.get("txn/b"), t.txn([t.version("txn/c") == 0], [t.put("txn/c", "c")], [])],
    )
    check("one compare fails", done, False)
    check("... the other branch runs", answers[0][0][0], b"b")
    check("... with a txn in it", answers[1].response_txn.succeeded)
    check("... that wrote", etcd.get("txn/c")[0], b"c")

    check(
        "a key is put once in a txn",
        error_of(etcd.transaction, [], [t.put("txn/d", "1"), t.put("txn/d", "2")], []),
        ("INVALID_ARGUMENT", "etcdserver: duplicate key given in txn request"),
    )
    check("... and nothing was put", etcd.get("txn/d"), (None, None))


def check_watch(etcd):
    base = etcd.put("watch/a", "1").header.revision
    etcd.put("watch/a", "2")
    etcd.put("watch/b", "x")
    etcd.delete("watch/a")

    past = Watched(etcd, "watch/a", start_revision=base, prev_kv=True)
    got = [past.event() for _ in range(3)]
    check(
        "a watch from the past tells it in order",
        [told(event) for event in got],
        [
            ("put", b"watch/a", b"1", base),
            ("put", b"watch/a", b"2", base + 1),
            ("delete", b"watch/a", b"", base + 3),
        ],
    )
    check("... with what was before", [event.prev_value for event in got], [b"", b"1", b"2"])
    revision = etcd.put("watch/a", "3").header.revision
    want = ("put", b"watch/a", b"3", revision)
    check("... and goes on with what comes", told(past.event()), want)

    prefix = Watched(etcd, "watch/", prefix=True)
    no_puts = [etcdrpc.WatchCreateRequest.NOPUT]
    deletes = Watched(etcd, "watch/", prefix=True, filters=no_puts)
    check("watches of a stream have ids of their own", len({past.id, prefix.id, deletes.id}), 3)
    t = etcd.transactions
    etcd.transaction([], [t.put("watch/c", "c"), t.put("watch/d", "d"), t.delete("watch/a")], [])
    response = prefix.response()
    check(
        "a txn's events come in one response",
        [told(event) for event in response.events],
        [
            ("put", b"watch/c", b"c", revision + 1),
            ("put", b"watch/d", b"d", revision + 1),
            ("delete", b"watch/a", b"", revision + 1),
        ],
    )
    check("... with its revision in the header", response.header.revision, revision + 1)
    want = ("delete", b"watch/a", b"", revision + 1)
    check("a filter lets only deletes by", told(deletes.event()), want)

    etcd.cancel_watch(prefix.id)
    etcd.put("watch/e", "e")
    other = Watched(etcd, "watch/e", start_revision=revision + 2)
    want = ("put", b"watch/e", b"e", revision + 2)
    check("after a cancel others go on", told(other.event()), want)
    check("... and the canceled one is silent", prefix.responses.empty())

    etcd.compact(revision, physical=True)
    compacted = Watched(etcd, "watch/a", start_revision=base).response()
    check("a compacted past ends a watch", type(compacted), exceptions.RevisionCompactedError)
    check("... and says where history begins", compacted.compacted_revision, revision)
    check(
        "... and a get of it is refused",
        error_of(etcd.get, "watch/a", revision=base),
        ("OUT_OF_RANGE", "etcdserver: mvcc: required revision has been compacted"),
    )


def check_lease(etcd):
    lease = etcd.lease(600, lease_id=4711)
    check("a lease has the id asked for", (lease.id, lease.ttl), (4711, 600))
    check(
        "an id is granted once",
        error_of(etcd.lease, 600, lease_id=4711),
        ("FAILED_PRECONDITION", "etcdserver: lease already exists"),
    )
    etcd.put("lease/a", "1", lease=lease)
    etcd.put("lease/b", "2", lease=lease)
    check("a key knows its lease", etcd.get("lease/a")[1].lease_id, 4711)
    check("a lease knows its keys", sorted(lease.keys), [b"lease/a", b"lease/b"])
    check("... its term", lease.granted_ttl, 600)
    check("... and what is left of it", 590 <= lease.remaining_ttl <= 600)
    check("a keep-alive gives the term again", [answer.TTL for answer in lease.refresh()], [600])

    revision = etcd.put("lease/b", "free").header.revision
    watch = Watched(etcd, "lease/", prefix=True, start_revision=revision + 1)
    lease.revoke()
    want = ("delete", b"lease/a", b"", revision + 1)
    check("a revoked lease takes its keys along", told(watch.event()), want)
    check("... but not one put without it since", etcd.get("lease/b")[0], b"free")
    check("... and is not known any more", lease.remaining_ttl, -1)
    check("... to a keep-alive either", [answer.TTL for answer in lease.refresh()], [0])
    not_found = ("NOT_FOUND", "etcdserver: requested lease not found")
    check("... nor to a revoke", error_of(lease.revoke), not_found)
    check("... nor to a put", error_of(etcd.put, "lease/a", "1", lease=4711), not_found)

    short = etcd.lease(2)
    check("an id is made up where none is asked for", short.id > 0)
    etcd.put("lease/short", "1", lease=short)
    revision = etcd.put("lease/short/2", "2", lease=short).header.revision
    check("a lease that ends takes its keys along", told(watch.event())[0], "put")
    check("... after they were put", told(watch.event())[0], "put")
    gone = [told(watch.event()), told(watch.event())]
    want = [("delete", b"lease/short"), ("delete", b"lease/short/2")]
    check("... in key order", [event[:2] for event in gone], want)
    check("... in one revision", [event[3] for event in gone], [revision + 1] * 2)
    check("... and is gone", short.remaining_ttl, -1)


def check_lock(etcd):
    first = etcd.lock("lock", ttl=60)
    check("a free lock is had", first.acquire())
    check("... and known to be", first.is_acquired())
    second = etcd.lock("lock", ttl=60)
    check("... by one alone", second.acquire(timeout=0.2), False)
    check("who has it lets it go", first.release())
    check("... to the next", second.acquire(timeout=PATIENCE))
    second.release()


def check_auth(etcd, host, port):
    auth = etcd.authstub
    auth.UserAdd(etcdrpc.AuthUserAddRequest(name="root", password="secret"))
    auth.UserGrantRole(etcdrpc.AuthUserGrantRoleRequest(user="root", role="root"))
    auth.UserAdd(etcdrpc.AuthUserAddRequest(name="alice", password="pass"))
    auth.RoleAdd(etcdrpc.AuthRoleAddRequest(name="reader"))
    permission = {"permType": 0, "key": b"auth/a", "range_end": b"auth/b"}
    auth.RoleGrantPermission(
        etcdrpc.AuthRoleGrantPermissionRequest(name="reader", perm=permission)
    )
    auth.UserGrantRole(etcdrpc.AuthUserGrantRoleRequest(user="alice", role="reader"))
    auth.AuthEnable(etcdrpc.AuthEnableRequest())
    nobody = ("INVALID_ARGUMENT", "etcdserver: user name is empty")
    check("nobody may read", error_of(etcd.get, "auth/a"), nobody)
    # pyetcd logs in, but its own calls send the token as gRPC's credentials, which gRPC keeps to
    # itself where there is no TLS.
    as_user = {"host": host, "port": port, "timeout": PATIENCE}
    with pyetcd.client(user="alice", password="pass", **as_user) as alice:
        token = {"metadata": alice.metadata}
        get, put = alice.kvstub.Range, alice.kvstub.Put
        mine = etcdrpc.RangeRequest(key=b"auth/a")
        check("who may read reads", len(get(mine, **token).kvs), 0)
        denied = ("PERMISSION_DENIED", "etcdserver: permission denied")
        other = etcdrpc.RangeRequest(key=b"auth/b")
        check("... what is granted", error_of(get, other, **token), denied)
        write = etcdrpc.PutRequest(key=b"auth/a", value=b"1")
        check("... and does not write", error_of(put, write, **token), denied)
    with pyetcd.client(user="root", password="secret", **as_user) as root:
        token = {"metadata": root.metadata}
        users = root.authstub.UserList(etcdrpc.AuthUserListRequest(), **token)
        check("users are for root", list(users.users), ["alice", "root"])
        root.authstub.AuthDisable(etcdrpc.AuthDisableRequest(), **token)
    etcd.put("auth/a", "2")
    for user in ("alice", "root"):
        auth.UserDelete(etcdrpc.AuthUserDeleteRequest(name=user))
    auth.RoleDelete(etcdrpc.AuthRoleDeleteRequest(role="reader"))


def main():
    host, port = sys.argv[1].rsplit(":", 1)
    with pyetcd.client(host=host, port=int(port), timeout=PATIENCE) as etcd:
        for part in (check_kv, check_txn, check_watch, check_lease):
            part(etcd)
        check_lock(etcd)
        check_auth(etcd, host, int(port))


main()
