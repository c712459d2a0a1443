import io.etcd.jetcd.Auth;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.Lock;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.auth.Permission;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a user of jetcd relies on, checked against the etcd at HOST:PORT. Prints a line per fact, and
 * ends with exit code 1 at the first that does not hold. It makes no difference who serves: the same
 * facts hold on real etcd.
 */
public final class Matrix {
  private static final long PATIENCE = 20; // seconds for what must come

  private final String endpoint;
  private final Client client;
  private final KV kv;

  private Matrix(String endpoint) {
    this.endpoint = "http://" + endpoint;
    client = Client.builder().endpoints(this.endpoint).build();
    kv = client.getKVClient();
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  private static String text(ByteSequence bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static void check(String fact, Object got, Object want) {
    if (!Objects.equals(got, want)) {
      System.out.printf("FAILED  %s%n  got   %s%n  want  %s%n", fact, got, want);
      System.exit(1);
    }
    System.out.printf("ok      %s%n", fact);
  }

  private static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(PATIENCE, TimeUnit.SECONDS);
  }

  /** The words a call is refused with. */
  private static String refusal(CompletableFuture<?> future) throws Exception {
    try {
      future.get(PATIENCE, TimeUnit.SECONDS);
      return "not refused";
    } catch (ExecutionException error) {
      Throwable cause = error.getCause();
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      String words = cause.getMessage();
      return words.substring(words.indexOf("etcdserver:"));
    }
  }

  private long put(String key, String value) throws Exception {
    return await(kv.put(bytes(key), bytes(value))).getHeader().getRevision();
  }

  private List<String> pairs(String key, GetOption option) throws Exception {
    List<String> pairs = new ArrayList<>();
    for (KeyValue pair : await(kv.get(bytes(key), option)).getKvs()) {
      pairs.add(text(pair.getKey()) + "=" + text(pair.getValue()));
    }
    return pairs;
  }

  private void checkKv() throws Exception {
    long base = put("kv/a", "one");
    check("a put raises the revision by one", put("kv/b", "x"), base + 1);
    PutOption withPrevious = PutOption.builder().withPrevKV().build();
    KeyValue before = await(kv.put(bytes("kv/a"), bytes("two"), withPrevious)).getPrevKv();
    check("a put gives back the value before it", text(before.getValue()), "one");
    KeyValue now = await(kv.get(bytes("kv/a"))).getKvs().get(0);
    check("a get sees the last put", text(now.getValue()), "two");
    check("... its revisions and version",
        List.of(now.getCreateRevision(), now.getModRevision(), now.getVersion()),
        List.of(base, base + 2, 2L));
    check("a get at a past revision",
        pairs("kv/a", GetOption.builder().withRevision(base).build()), List.of("kv/a=one"));
    check("a future revision is refused",
        refusal(kv.get(bytes("kv/a"), GetOption.builder().withRevision(base + 1000).build())),
        "etcdserver: mvcc: required revision is a future revision");
    put("kv/c", "y");
    check("a prefix, limited and from the end",
        pairs("kv/", GetOption.builder().isPrefix(true).withLimit(2)
            .withSortField(GetOption.SortTarget.KEY).withSortOrder(GetOption.SortOrder.DESCEND)
            .build()),
        List.of("kv/c=y", "kv/b=x"));
    check("a count only",
        await(kv.get(bytes("kv/"), GetOption.builder().isPrefix(true).withCountOnly(true).build()))
            .getCount(),
        3L);
    var deleted = await(kv.delete(bytes("kv/"),
        DeleteOption.builder().isPrefix(true).withPrevKV(true).build()));
    check("a delete of a prefix counts", deleted.getDeleted(), 3L);
    check("... and gives back the pairs", text(deleted.getPrevKvs().get(0).getValue()), "two");
    await(kv.compact(base + 3));
    check("a compacted revision is refused",
        refusal(kv.get(bytes("kv/a"), GetOption.builder().withRevision(base).build())),
        "etcdserver: mvcc: required revision has been compacted");
  }

  private void checkTxn() throws Exception {
    put("txn/a", "1");
    Cmp isOne = new Cmp(bytes("txn/a"), Cmp.Op.EQUAL, CmpTarget.value(bytes("1")));
    Op two = Op.put(bytes("txn/a"), bytes("2"), PutOption.DEFAULT);
    Op look = Op.get(bytes("txn/a"), GetOption.DEFAULT);
    var won = await(kv.txn().If(isOne).Then(two, look).Else(look).commit());
    check("a transaction whose compare holds", won.isSucceeded(), true);
    check("... sees what it put", text(won.getGetResponses().get(0).getKvs().get(0).getValue()),
        "2");
    var lost = await(kv.txn().If(isOne).Then(two).Else(look).commit());
    check("a transaction whose compare does not", lost.isSucceeded(), false);
    check("... and what it does else", lost.getGetResponses().get(0).getKvs().size(), 1);
    check("a key put twice is refused", refusal(kv.txn().Then(two, two).commit()),
        "etcdserver: duplicate key given in txn request");
  }

  private static List<String> take(LinkedBlockingQueue<WatchResponse> told, int count)
      throws Exception {
    List<String> events = new ArrayList<>();
    while (events.size() < count) {
      WatchResponse response = told.poll(PATIENCE, TimeUnit.SECONDS);
      if (response == null) {
        throw new TimeoutException("nothing came on a watch");
      }
      for (WatchEvent event : response.getEvents()) {
        String previous = event.getPrevKV() == null ? "" : text(event.getPrevKV().getValue());
        events.add(event.getEventType() + " " + text(event.getKeyValue().getKey()) + "="
            + text(event.getKeyValue().getValue()) + " was " + previous);
      }
    }
    return events;
  }

  private void checkWatch() throws Exception {
    LinkedBlockingQueue<WatchResponse> told = new LinkedBlockingQueue<>();
    long first = put("watch/a", "1");
    WatchOption past = WatchOption.builder().isPrefix(true).withRevision(first).withPrevKV(true)
        .build();
    try (Watch.Watcher watcher =
        client.getWatchClient().watch(bytes("watch/"), past, told::add)) {
      put("watch/a", "2");
      await(kv.delete(bytes("watch/a")));
      check("a watch from the past is told of all since", take(told, 3),
          List.of("PUT watch/a=1 was ", "PUT watch/a=2 was 1", "DELETE watch/a= was 2"));
    }
    put("watch/b", "1");
    try (Client other = Client.builder().endpoints(endpoint).build();
        Watch.Watcher watcher = other.getWatchClient().watch(bytes("watch/"),
            WatchOption.builder().isPrefix(true).withRevision(first + 1).build(), told::add)) {
      check("another client resumes where one left off", take(told, 3),
          List.of("PUT watch/a=2 was ", "DELETE watch/a= was ", "PUT watch/b=1 was "));
    }
  }

  private void checkLease() throws Exception {
    Lease leases = client.getLeaseClient();
    LinkedBlockingQueue<WatchResponse> told = new LinkedBlockingQueue<>();
    long id = await(leases.grant(1)).getID();
    long held = await(leases.grant(100)).getID();
    PutOption with = PutOption.builder().withLeaseId(id).build();
    // A watch may be there only after the next put, so it says where it begins.
    WatchOption next = WatchOption.builder().withRevision(put("lease/b", "") + 1).build();
    try (Watch.Watcher watcher = client.getWatchClient().watch(bytes("lease/a"), next, told::add)) {
      await(kv.put(bytes("lease/a"), bytes("1"), with));
      check("a lease holds its keys",
          await(leases.timeToLive(id, LeaseOption.builder().withAttachedKeys().build())).getKeys()
              .size(),
          1);
      check("a key goes with its lease", take(told, 2),
          List.of("PUT lease/a=1 was ", "DELETE lease/a= was "));
    }
    check("a lease that is over has no time left",
        await(leases.timeToLive(id, LeaseOption.DEFAULT)).getTTL(), -1L);
    check("a lease is kept alive", await(leases.keepAliveOnce(held)).getTTL(), 100L);
    await(leases.revoke(held));
    check("a lease is revoked once", refusal(leases.revoke(held)),
        "etcdserver: requested lease not found");
  }

  private void checkLock() throws Exception {
    Lock locks = client.getLockClient();
    long one = await(client.getLeaseClient().grant(100)).getID();
    long two = await(client.getLeaseClient().grant(100)).getID();
    ByteSequence key = await(locks.lock(bytes("lock"), one)).getKey();
    check("a lock's key names its lease", text(key), "lock/" + Long.toHexString(one));
    CompletableFuture<?> waiting = locks.lock(bytes("lock"), two);
    check("another waits for it", waiting.isDone(), false);
    await(locks.unlock(key));
    await(waiting);
    check("... and has it when it is free", waiting.isDone(), true);
    await(client.getLeaseClient().revoke(two));

    Election elections = client.getElectionClient();
    var leader = await(elections.campaign(bytes("election"), one, bytes("me"))).getLeader();
    check("who campaigns alone leads",
        text(await(elections.leader(bytes("election"))).getKv().getValue()), "me");
    await(elections.proclaim(leader, bytes("still me")));
    check("a leader proclaims",
        text(await(elections.leader(bytes("election"))).getKv().getValue()), "still me");
    await(elections.resign(leader));
    await(client.getLeaseClient().revoke(one));
  }

  private void checkAuth() throws Exception {
    Auth auth = client.getAuthClient();
    await(auth.userAdd(bytes("root"), bytes("secret")));
    await(auth.userGrantRole(bytes("root"), bytes("root")));
    await(auth.userAdd(bytes("alice"), bytes("pass")));
    await(auth.roleAdd(bytes("reader")));
    await(auth.roleGrantPermission(bytes("reader"), bytes("auth/a"), bytes("auth/b"),
        Permission.Type.READ));
    await(auth.userGrantRole(bytes("alice"), bytes("reader")));
    await(auth.authEnable());
    try (Client alice = Client.builder().endpoints(endpoint).user(bytes("alice"))
            .password(bytes("pass")).build();
        Client root = Client.builder().endpoints(endpoint).user(bytes("root"))
            .password(bytes("secret")).build()) {
      check("nobody may read", refusal(kv.get(bytes("auth/a"))), "etcdserver: user name is empty");
      check("who may read reads", await(alice.getKVClient().get(bytes("auth/a"))).getCount(), 0L);
      check("... and does not write", refusal(alice.getKVClient().put(bytes("auth/a"), bytes("1"))),
          "etcdserver: permission denied");
      check("root writes",
          await(root.getKVClient().put(bytes("auth/a"), bytes("1"))).hasPrevKv(), false);
      check("users are for root", await(root.getAuthClient().userList()).getUsers().toString(),
          "[alice, root]");
      await(root.getAuthClient().authDisable());
    }
    check("without authentication all may write", put("auth/a", "2") > 0, true);
    await(auth.userDelete(bytes("alice")));
    await(auth.userDelete(bytes("root")));
    await(auth.roleDelete(bytes("reader")));
  }

  public static void main(String[] arguments) throws Exception {
    Matrix matrix = new Matrix(arguments[0]);
    try {
      matrix.checkKv();
      matrix.checkTxn();
      matrix.checkWatch();
      matrix.checkLease();
      matrix.checkLock();
      matrix.checkAuth();
    } catch (Exception error) {
      System.out.println("FAILED  a call: " + error);
      System.exit(1);
    }
    System.exit(0);
  }
}
