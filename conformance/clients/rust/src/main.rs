//! What a user of the crate etcd-client relies on, checked against the etcd at HOST:PORT. Prints a
//! line per fact, and ends with exit code 1 at the first that does not hold. It makes no difference
//! who serves: the same facts hold on real etcd.

use etcd_client::{
    Client, Compare, CompareOp, ConnectOptions, DeleteOptions, Error, EventType, GetOptions,
    LeaseTimeToLiveOptions, LockOptions, Permission, ProclaimOptions, PutOptions, ResignOptions,
    SortOrder, SortTarget, Txn, TxnOp, WatchOptions, WatchStream,
};
use std::fmt::Debug;
use std::time::Duration;

type Outcome = Result<(), Error>;

const PATIENCE: Duration = Duration::from_secs(20); // for what must come

fn check<T: PartialEq + Debug>(fact: &str, got: T, want: T) {
    if got != want {
        println!("FAILED  {fact}\n  got   {got:?}\n  want  {want:?}");
        std::process::exit(1);
    }
    println!("ok      {fact}");
}

/// The words a call is refused with.
fn refusal<T>(answer: Result<T, Error>) -> String {
    match answer {
        Ok(_) => "not refused".to_string(),
        Err(Error::GRpcStatus(status)) => status.message().to_string(),
        Err(other) => other.to_string(),
    }
}

async fn put(etcd: &mut Client, key: &str, value: &str) -> Result<i64, Error> {
    Ok(etcd.put(key, value, None).await?.header().unwrap().revision())
}

async fn pairs(etcd: &mut Client, key: &str, how: GetOptions) -> Result<Vec<String>, Error> {
    let answer = etcd.get(key, Some(how)).await?;
    let pair = |kv: &etcd_client::KeyValue| {
        format!("{}={}", kv.key_str().unwrap(), kv.value_str().unwrap())
    };
    Ok(answer.kvs().iter().map(pair).collect())
}

async fn check_kv(etcd: &mut Client) -> Outcome {
    let base = put(etcd, "kv/a", "one").await?;
    check("a put raises the revision by one", put(etcd, "kv/b", "x").await?, base + 1);
    let before = etcd.put("kv/a", "two", Some(PutOptions::new().with_prev_key())).await?;
    check("a put gives back the value before it", before.prev_key().unwrap().value(), b"one");
    let answer = etcd.get("kv/a", None).await?;
    let now = &answer.kvs()[0];
    check("a get sees the last put", now.value(), b"two");
    check(
        "... its revisions and version",
        (now.create_revision(), now.mod_revision(), now.version()),
        (base, base + 2, 2),
    );
    check(
        "a get at a past revision",
        pairs(etcd, "kv/a", GetOptions::new().with_revision(base)).await?,
        vec!["kv/a=one".to_string()],
    );
    check(
        "a future revision is refused",
        refusal(etcd.get("kv/a", Some(GetOptions::new().with_revision(base + 1000))).await),
        "etcdserver: mvcc: required revision is a future revision".to_string(),
    );
    put(etcd, "kv/c", "y").await?;
    let last = GetOptions::new().with_prefix().with_limit(2);
    check(
        "a prefix, limited and from the end",
        pairs(etcd, "kv/", last.with_sort(SortTarget::Key, SortOrder::Descend)).await?,
        vec!["kv/c=y".to_string(), "kv/b=x".to_string()],
    );
    let gone =
        etcd.delete("kv/", Some(DeleteOptions::new().with_prefix().with_prev_key())).await?;
    check("a delete of a prefix counts", gone.deleted(), 3);
    check("... and gives back the pairs", gone.prev_kvs()[0].value(), b"two");
    etcd.compact(base + 3, None).await?;
    check(
        "a compacted revision is refused",
        refusal(etcd.get("kv/a", Some(GetOptions::new().with_revision(base))).await),
        "etcdserver: mvcc: required revision has been compacted".to_string(),
    );
    Ok(())
}

async fn check_txn(etcd: &mut Client) -> Outcome {
    put(etcd, "txn/a", "1").await?;
    let swap = || {
        Txn::new()
            .when(vec![Compare::value("txn/a", CompareOp::Equal, "1")])
            .and_then(vec![TxnOp::put("txn/a", "2", None), TxnOp::get("txn/a", None)])
            .or_else(vec![TxnOp::get("txn/a", None)])
    };
    let won = etcd.txn(swap()).await?;
    check("a transaction whose compare holds", won.succeeded(), true);
    check("... answers for each operation", won.op_responses().len(), 2);
    let lost = etcd.txn(swap()).await?;
    check("a transaction whose compare does not", lost.succeeded(), false);
    check("... and what it does else", lost.op_responses().len(), 1);
    let twice = Txn::new().and_then(vec![
        TxnOp::put("txn/a", "1", None),
        TxnOp::put("txn/a", "2", None),
    ]);
    check(
        "a key put twice is refused",
        refusal(etcd.txn(twice).await),
        "etcdserver: duplicate key given in txn request".to_string(),
    );
    Ok(())
}

async fn take(told: &mut WatchStream, count: usize) -> Result<Vec<String>, Error> {
    let mut events = Vec::new();
    while events.len() < count {
        let response = tokio::time::timeout(PATIENCE, told.message())
            .await
            .expect("nothing came on a watch")?
            .expect("the watch ended");
        for event in response.events() {
            let kind = if event.event_type() == EventType::Put { "put" } else { "delete" };
            let kv = event.kv().unwrap();
            let was = event.prev_kv().map_or("", |before| before.value_str().unwrap());
            events.push(format!("{kind} {}={} was {was}", kv.key_str()?, kv.value_str()?));
        }
    }
    Ok(events)
}

async fn check_watch(etcd: &mut Client, endpoint: &str) -> Outcome {
    let first = put(etcd, "watch/a", "1").await?;
    let past = WatchOptions::new().with_prefix().with_start_revision(first).with_prev_key();
    let (mut watcher, mut told) = etcd.watch("watch/", Some(past)).await?;
    put(etcd, "watch/a", "2").await?;
    etcd.delete("watch/a", None).await?;
    check(
        "a watch from the past is told of all since",
        take(&mut told, 3).await?,
        vec![
            "put watch/a=1 was ".to_string(),
            "put watch/a=2 was 1".to_string(),
            "delete watch/a= was 2".to_string(),
        ],
    );
    watcher.cancel().await?;
    drop(told);
    put(etcd, "watch/b", "1").await?;
    let mut other = Client::connect([endpoint], None).await?;
    let rest = WatchOptions::new().with_prefix().with_start_revision(first + 1);
    let (_watcher, mut told) = other.watch("watch/", Some(rest)).await?;
    check(
        "another client resumes where one left off",
        take(&mut told, 3).await?,
        vec![
            "put watch/a=2 was ".to_string(),
            "delete watch/a= was ".to_string(),
            "put watch/b=1 was ".to_string(),
        ],
    );
    Ok(())
}

async fn check_lease(etcd: &mut Client) -> Outcome {
    let short = etcd.lease_grant(1, None).await?.id();
    let long = etcd.lease_grant(100, None).await?.id();
    let (_watcher, mut told) = etcd.watch("lease/a", None).await?;
    etcd.put("lease/a", "1", Some(PutOptions::new().with_lease(short))).await?;
    let with_keys = || Some(LeaseTimeToLiveOptions::new().with_keys());
    let held = etcd.lease_time_to_live(short, with_keys()).await?;
    check("a lease holds its keys", held.keys(), &[b"lease/a".to_vec()]);
    check(
        "a key goes with its lease",
        take(&mut told, 2).await?,
        vec!["put lease/a=1 was ".to_string(), "delete lease/a= was ".to_string()],
    );
    check(
        "a lease that is over has no time left",
        etcd.lease_time_to_live(short, None).await?.ttl(),
        -1,
    );
    let (mut keeper, mut kept) = etcd.lease_keep_alive(long).await?;
    keeper.keep_alive().await?;
    check("a lease is kept alive", kept.message().await?.unwrap().ttl(), 100);
    etcd.lease_revoke(long).await?;
    check(
        "a lease is revoked once",
        refusal(etcd.lease_revoke(long).await),
        "etcdserver: requested lease not found".to_string(),
    );
    Ok(())
}

async fn check_lock(etcd: &mut Client) -> Outcome {
    let one = etcd.lease_grant(100, None).await?.id();
    let two = etcd.lease_grant(100, None).await?.id();
    let first = etcd.lock("lock", Some(LockOptions::new().with_lease(one))).await?;
    check("a lock's key names its lease", first.key(), format!("lock/{one:x}").as_bytes());
    let mut other = etcd.clone();
    let second = tokio::spawn(async move {
        other.lock("lock", Some(LockOptions::new().with_lease(two))).await
    });
    check("another waits for it", second.is_finished(), false);
    etcd.unlock(first.key()).await?;
    let had = tokio::time::timeout(PATIENCE, second).await.expect("a lock").unwrap()?;
    check("... and has it when it is free", had.key(), format!("lock/{two:x}").as_bytes());
    etcd.lease_revoke(two).await?;

    let campaign = etcd.campaign("election", "me", one).await?;
    let leader = campaign.leader().unwrap();
    let leads = etcd.leader("election").await?;
    check("who campaigns alone leads", leads.kv().unwrap().value(), b"me");
    let proclaim = ProclaimOptions::new().with_leader(leader.clone());
    etcd.proclaim("still me", Some(proclaim)).await?;
    let leads = etcd.leader("election").await?;
    check("a leader proclaims", leads.kv().unwrap().value(), b"still me");
    etcd.resign(Some(ResignOptions::new().with_leader(leader.clone()))).await?;
    etcd.lease_revoke(one).await?;
    Ok(())
}

async fn check_auth(etcd: &mut Client, endpoint: &str) -> Outcome {
    etcd.user_add("root", "secret", None).await?;
    etcd.user_grant_role("root", "root").await?;
    etcd.user_add("alice", "pass", None).await?;
    etcd.role_add("reader").await?;
    let range = Permission::read("auth/a").with_range_end("auth/b");
    etcd.role_grant_permission("reader", range).await?;
    etcd.user_grant_role("alice", "reader").await?;
    etcd.auth_enable().await?;
    check(
        "nobody may read",
        refusal(etcd.get("auth/a", None).await),
        "etcdserver: user name is empty".to_string(),
    );
    let as_user = |name: &str, password: &str| Some(ConnectOptions::new().with_user(name, password));
    let mut alice = Client::connect([endpoint], as_user("alice", "pass")).await?;
    check("who may read reads", alice.get("auth/a", None).await?.count(), 0);
    check(
        "... and does not write",
        refusal(alice.put("auth/a", "1", None).await),
        "etcdserver: permission denied".to_string(),
    );
    let mut root = Client::connect([endpoint], as_user("root", "secret")).await?;
    root.put("auth/a", "1", None).await?;
    let users = root.user_list().await?;
    check("users are for root", users.users(), &["alice".to_string(), "root".to_string()]);
    root.auth_disable().await?;
    put(etcd, "auth/a", "2").await?;
    for user in ["alice", "root"] {
        etcd.user_delete(user).await?;
    }
    etcd.role_delete("reader").await?;
    Ok(())
}

async fn run(endpoint: &str) -> Outcome {
    let mut etcd = Client::connect([endpoint], None).await?;
    check_kv(&mut etcd).await?;
    check_txn(&mut etcd).await?;
    check_watch(&mut etcd, endpoint).await?;
    check_lease(&mut etcd).await?;
    check_lock(&mut etcd).await?;
    check_auth(&mut etcd, endpoint).await
}

#[tokio::main]
async fn main() {
    let endpoint = std::env::args().nth(1).expect("HOST:PORT");
    if let Err(error) = run(&endpoint).await {
        println!("FAILED  a call: {error}");
        std::process::exit(1);
    }
}
