// Command matrix checks what a user of etcd's own Go client relies on, against the etcd at
// HOST:PORT. It prints a line per fact, and ends with exit code 1 at the first that does not hold.
// It makes no difference who serves: the same facts hold on real etcd.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/concurrency"
	"go.uber.org/zap"
)

const patience = 20 * time.Second // for what must come

type session struct {
	*clientv3.Client
	ctx context.Context
}

func check(fact string, got, want any) {
	if !reflect.DeepEqual(got, want) {
		fmt.Printf("FAILED  %s\n  got   %#v\n  want  %#v\n", fact, got, want)
		os.Exit(1)
	}
	fmt.Printf("ok      %s\n", fact)
}

func checkFails(fact string, err, want error) {
	if !errors.Is(err, want) {
		fmt.Printf("FAILED  %s\n  got   %v\n  want  %v\n", fact, err, want)
		os.Exit(1)
	}
	fmt.Printf("ok      %s\n", fact)
}

// must gives the answer of a call that may not fail.
func must[T any](answer T, err error) T {
	if err != nil {
		panic(fmt.Sprintf("FAILED  a call: %v", err))
	}
	return answer
}

func keys(kvs []*mvccpb.KeyValue) []string {
	names := []string{}
	for _, kv := range kvs {
		names = append(names, string(kv.Key))
	}
	return names
}

func told(events []*clientv3.Event) []string {
	lines := []string{}
	for _, event := range events {
		line := fmt.Sprintf("%s %s=%s @%d", event.Type, event.Kv.Key, event.Kv.Value,
			event.Kv.ModRevision)
		if event.PrevKv != nil {
			line += fmt.Sprintf(" was %s", event.PrevKv.Value)
		}
		lines = append(lines, line)
	}
	return lines
}

// put returns the revision it made.
func (s session) put(key, value string, options ...clientv3.OpOption) int64 {
	return must(s.Put(s.ctx, key, value, options...)).Header.Revision
}

func (s session) value(key string, options ...clientv3.OpOption) string {
	answer := must(s.Get(s.ctx, key, options...))
	if len(answer.Kvs) == 0 {
		return "(absent)"
	}
	return string(answer.Kvs[0].Value)
}

// next waits for the next response of a watch.
func next(watch clientv3.WatchChan) clientv3.WatchResponse {
	select {
	case response := <-watch:
		return response
	case <-time.After(patience):
		panic("FAILED  nothing came on a watch")
	}
}

// collect waits for a number of events, however they are spread over responses.
func collect(watch clientv3.WatchChan, count int) []*clientv3.Event {
	events := []*clientv3.Event{}
	for len(events) < count {
		events = append(events, next(watch).Events...)
	}
	return events
}

func (s session) checkKV() {
	base := s.put("kv/a", "one")
	check("a put raises the revision by one", s.put("kv/b", "x"), base+1)
	put := must(s.Put(s.ctx, "kv/a", "two", clientv3.WithPrevKV()))
	check("a put gives back the value before it", string(put.PrevKv.Value), "one")

	got := must(s.Get(s.ctx, "kv/a"))
	want := mvccpb.KeyValue{Key: []byte("kv/a"), Value: []byte("two"), CreateRevision: base,
		ModRevision: base + 2, Version: 2}
	check("a get sees the last put", *got.Kvs[0], want)
	check("... and the store's revision", got.Header.Revision, base+2)
	check("a get at a past revision", s.value("kv/a", clientv3.WithRev(base)), "one")
	check("a serializable get", s.value("kv/a", clientv3.WithSerializable()), "two")
	check("an absent key is no error", s.value("kv/absent"), "(absent)")
	_, err := s.Get(s.ctx, "kv/a", clientv3.WithRev(base+1000))
	checkFails("a future revision is refused", err, rpctypes.ErrFutureRev)
	_, err = s.Put(s.ctx, "", "x")
	checkFails("an empty key is refused", err, rpctypes.ErrEmptyKey)

	s.put("kv/c", "third")
	for _, c := range []struct {
		fact    string
		options []clientv3.OpOption
		want    []string
	}{
		{"a prefix, in key order", nil, []string{"kv/a", "kv/b", "kv/c"}},
		{"... the last put", clientv3.WithLastRev(), []string{"kv/c"}},
		{"... the first created", clientv3.WithFirstCreate(), []string{"kv/a"}},
		{"... by value", []clientv3.OpOption{clientv3.WithSort(clientv3.SortByValue,
			clientv3.SortDescend)}, []string{"kv/b", "kv/a", "kv/c"}},
		{"... by version", []clientv3.OpOption{clientv3.WithSort(clientv3.SortByVersion,
			clientv3.SortDescend), clientv3.WithLimit(1)}, []string{"kv/a"}},
		{"... above a revision", []clientv3.OpOption{clientv3.WithMinModRev(base + 2)},
			[]string{"kv/a", "kv/c"}},
		{"... below a creation", []clientv3.OpOption{clientv3.WithMaxCreateRev(base + 1)},
			[]string{"kv/a", "kv/b"}},
	} {
		options := append([]clientv3.OpOption{clientv3.WithPrefix()}, c.options...)
		check(c.fact, keys(must(s.Get(s.ctx, "kv/", options...)).Kvs), c.want)
	}
	page := must(s.Get(s.ctx, "kv/", clientv3.WithPrefix(), clientv3.WithLimit(2)))
	check("a limit leaves more", []any{len(page.Kvs), page.More, page.Count},
		[]any{2, true, int64(3)})
	count := must(s.Get(s.ctx, "kv/", clientv3.WithPrefix(), clientv3.WithCountOnly()))
	check("a count has no pairs", []any{len(count.Kvs), count.Count}, []any{0, int64(3)})
	only := must(s.Get(s.ctx, "kv/b", clientv3.WithKeysOnly()))
	check("a key alone has no value", only.Kvs[0].Value, []byte(nil))

	gone := must(s.Delete(s.ctx, "kv/b", clientv3.WithPrevKV()))
	check("a delete gives back", []any{gone.Deleted, keys(gone.PrevKvs)},
		[]any{int64(1), []string{"kv/b"}})
	nothing := must(s.Delete(s.ctx, "kv/b"))
	check("a delete of nothing is no revision", nothing.Header.Revision, gone.Header.Revision)
	rest := must(s.Delete(s.ctx, "kv/", clientv3.WithPrefix()))
	check("a prefix is deleted in one revision", []int64{rest.Deleted, rest.Header.Revision},
		[]int64{2, gone.Header.Revision + 1})
}

func (s session) checkTxn() {
	s.put("txn/a", "1")
	mod := s.put("txn/a", "3")
	done := must(s.Txn(s.ctx).If(
		clientv3.Compare(clientv3.Value("txn/a"), "=", "3"),
		clientv3.Compare(clientv3.Value("txn/a"), ">", "2"),
		clientv3.Compare(clientv3.Version("txn/a"), "=", 2),
		clientv3.Compare(clientv3.CreateRevision("txn/a"), "<", mod),
		clientv3.Compare(clientv3.ModRevision("txn/a"), "=", mod),
		clientv3.Compare(clientv3.ModRevision("txn/a"), "!=", 1),
		clientv3.Compare(clientv3.LeaseValue("txn/a"), "=", clientv3.NoLease),
		clientv3.Compare(clientv3.Version("txn/").WithPrefix(), ">", 1),
		clientv3.Compare(clientv3.CreateRevision("txn/absent"), "=", 0),
	).Then(
		clientv3.OpPut("txn/b", "b"),
		clientv3.OpGet("txn/b"),
		clientv3.OpDelete("txn/a", clientv3.WithPrevKV()),
	).Else(clientv3.OpGet("txn/a")).Commit())
	check("all compares hold", done.Succeeded, true)
	check("a txn is one revision", done.Header.Revision, mod+1)
	check("... and reads its own writes",
		done.Responses[1].GetResponseRange().Kvs[0].ModRevision, mod+1)
	check("... and deletes",
		string(done.Responses[2].GetResponseDeleteRange().PrevKvs[0].Value), "3")

	failed := must(s.Txn(s.ctx).If(
		clientv3.Compare(clientv3.Version("txn/b"), ">", 0),
		clientv3.Compare(clientv3.Value("txn/b"), "=", "other"),
	).Then(clientv3.OpPut("txn/b", "wrong")).Else(
		clientv3.OpGet("txn/b"),
		clientv3.OpTxn([]clientv3.Cmp{clientv3.Compare(clientv3.Version("txn/c"), "=", 0)},
			[]clientv3.Op{clientv3.OpPut("txn/c", "c")}, nil),
	).Commit())
	check("one compare fails", failed.Succeeded, false)
	check("... the other branch runs",
		string(failed.Responses[0].GetResponseRange().Kvs[0].Value), "b")
	check("... with a txn in it", failed.Responses[1].GetResponseTxn().Succeeded, true)
	check("... that wrote", s.value("txn/c"), "c")

	_, err := s.Txn(s.ctx).Then(clientv3.OpPut("txn/d", "1"), clientv3.OpPut("txn/d", "2")).Commit()
	checkFails("a key is put once in a txn", err, rpctypes.ErrDuplicateKey)
	many := []clientv3.Op{}
	for i := 0; i < 129; i++ {
		many = append(many, clientv3.OpPut(fmt.Sprintf("txn/d/%d", i), "x"))
	}
	_, err = s.Txn(s.ctx).Then(many...).Commit()
	checkFails("129 operations are too many", err, rpctypes.ErrTooManyOps)
	check("128 are not", must(s.Txn(s.ctx).Then(many[:128]...).Commit()).Succeeded, true)
}

func (s session) checkWatch() {
	base := s.put("watch/a", "1")
	s.put("watch/a", "2")
	s.put("watch/b", "x")
	must(s.Delete(s.ctx, "watch/a"))

	past := s.Watch(s.ctx, "watch/a", clientv3.WithRev(base), clientv3.WithPrevKV())
	check("a watch from the past tells it in order", told(collect(past, 3)), []string{
		fmt.Sprintf("PUT watch/a=1 @%d", base),
		fmt.Sprintf("PUT watch/a=2 @%d was 1", base+1),
		fmt.Sprintf("DELETE watch/a= @%d was 2", base+3),
	})
	now := s.put("watch/a", "3")
	check("... and goes on with what comes", told(collect(past, 1)),
		[]string{fmt.Sprintf("PUT watch/a=3 @%d", now)})

	ctx, cancel := context.WithCancel(s.ctx)
	prefix := s.Watch(ctx, "watch/", clientv3.WithPrefix(), clientv3.WithCreatedNotify())
	check("a watch can say that it is created", next(prefix).Created, true)
	deletes := s.Watch(s.ctx, "watch/", clientv3.WithPrefix(), clientv3.WithFilterPut(),
		clientv3.WithCreatedNotify())
	check("... as does one with a filter", next(deletes).Created, true)
	must(s.Txn(s.ctx).Then(clientv3.OpPut("watch/c", "c"), clientv3.OpPut("watch/d", "d"),
		clientv3.OpDelete("watch/a")).Commit())
	response := next(prefix)
	check("a txn's events come in one response", told(response.Events), []string{
		fmt.Sprintf("PUT watch/c=c @%d", now+1),
		fmt.Sprintf("PUT watch/d=d @%d", now+1),
		fmt.Sprintf("DELETE watch/a= @%d", now+1),
	})
	check("... with its revision in the header", response.Header.Revision, now+1)
	check("a filter lets only deletes by", told(collect(deletes, 1)),
		[]string{fmt.Sprintf("DELETE watch/a= @%d", now+1)})

	cancel()
	_, open := <-prefix
	check("a canceled watch ends", open, false)
	s.put("watch/e", "e")
	check("... and others go on", told(collect(s.Watch(s.ctx, "watch/e",
		clientv3.WithRev(now+2)), 1)), []string{fmt.Sprintf("PUT watch/e=e @%d", now+2)})

	calm, end := context.WithCancel(clientv3.WithRequireLeader(s.ctx))
	defer end()
	progress := s.Watch(calm, "watch/calm", clientv3.WithCreatedNotify())
	next(progress)
	if err := s.RequestProgress(calm); err != nil {
		panic(err)
	}
	notice := next(progress)
	check("progress is told when asked for", []any{notice.IsProgressNotify(),
		notice.Header.Revision}, []any{true, now + 2})

	must(s.Compact(s.ctx, now, clientv3.WithCompactPhysical()))
	ended := next(s.Watch(s.ctx, "watch/a", clientv3.WithRev(base)))
	checkFails("a compacted past ends a watch", ended.Err(), rpctypes.ErrCompacted)
	check("... and says where history begins", ended.CompactRevision, now)
	_, err := s.Get(s.ctx, "watch/a", clientv3.WithRev(base))
	checkFails("... and a get of it is refused", err, rpctypes.ErrCompacted)
	_, err = s.Compact(s.ctx, now)
	checkFails("... as is compacting it again", err, rpctypes.ErrCompacted)
}

func (s session) checkLease() {
	lease := must(s.Grant(s.ctx, 600)).ID
	s.put("lease/a", "1", clientv3.WithLease(lease))
	s.put("lease/b", "2", clientv3.WithLease(lease))
	check("a key knows its lease", must(s.Get(s.ctx, "lease/a")).Kvs[0].Lease, int64(lease))
	info := must(s.TimeToLive(s.ctx, lease, clientv3.WithAttachedKeys()))
	check("a lease knows its keys", len(info.Keys), 2)
	check("... its term", info.GrantedTTL, int64(600))
	check("... and what is left of it", info.TTL >= 590 && info.TTL <= 600, true)
	check("a keep-alive gives the term again", must(s.KeepAliveOnce(s.ctx, lease)).TTL, int64(600))
	found := false
	for _, status := range must(s.Leases(s.ctx)).Leases {
		found = found || status.ID == lease
	}
	check("it is listed", found, true)

	free := s.put("lease/b", "free")
	watch := s.Watch(s.ctx, "lease/", clientv3.WithPrefix(), clientv3.WithRev(free+1))
	must(s.Revoke(s.ctx, lease))
	check("a revoked lease takes its keys along", told(collect(watch, 1)),
		[]string{fmt.Sprintf("DELETE lease/a= @%d", free+1)})
	check("... but not one put without it since", s.value("lease/b"), "free")
	check("... and is not known any more", must(s.TimeToLive(s.ctx, lease)).TTL, int64(-1))
	_, err := s.KeepAliveOnce(s.ctx, lease)
	checkFails("... to a keep-alive either", err, rpctypes.ErrLeaseNotFound)
	_, err = s.Revoke(s.ctx, lease)
	checkFails("... nor to a revoke", err, rpctypes.ErrLeaseNotFound)
	_, err = s.Put(s.ctx, "lease/a", "1", clientv3.WithLease(lease))
	checkFails("... nor to a put", err, rpctypes.ErrLeaseNotFound)
	_, err = s.Grant(s.ctx, 9000000001)
	checkFails("a term can be too long", err, rpctypes.ErrLeaseTTLTooLarge)

	short := must(s.Grant(s.ctx, 2)).ID
	s.put("lease/short", "1", clientv3.WithLease(short))
	last := s.put("lease/short/2", "2", clientv3.WithLease(short))
	check("a lease that ends takes its keys along, in one revision and key order",
		told(collect(watch, 4))[2:], []string{
			fmt.Sprintf("DELETE lease/short= @%d", last+1),
			fmt.Sprintf("DELETE lease/short/2= @%d", last+1),
		})
	check("... and is gone", must(s.TimeToLive(s.ctx, short)).TTL, int64(-1))

	ctx, stop := context.WithCancel(s.ctx)
	kept := must(s.Grant(s.ctx, 2)).ID
	s.put("lease/kept", "1", clientv3.WithLease(kept))
	beats := must(s.KeepAlive(ctx, kept))
	for i := 0; i < 4; i++ {
		if beat := <-beats; beat == nil || beat.TTL != 2 {
			panic(fmt.Sprintf("FAILED  a lease is kept alive: %v", beat))
		}
	}
	check("a lease is kept alive beyond its term", s.value("lease/kept"), "1")
	stop()
	check("... and ends when that stops", told(collect(watch, 2))[1][:17], "DELETE lease/kept")
}

func (s session) checkLock() {
	one := must(concurrency.NewSession(s.Client, concurrency.WithTTL(60)))
	two := must(concurrency.NewSession(s.Client, concurrency.WithTTL(60)))
	first := concurrency.NewMutex(one, "lock")
	second := concurrency.NewMutex(two, "lock")
	checkFails("a free lock is had", first.Lock(s.ctx), nil)
	check("... under a key that names its lease", first.Key(), fmt.Sprintf("lock/%x", one.Lease()))
	checkFails("... by one alone", second.TryLock(s.ctx), concurrency.ErrLocked)
	queue := s.Watch(s.ctx, fmt.Sprintf("lock/%x", two.Lease()))
	had := make(chan error)
	go func() { had <- second.Lock(s.ctx) }()
	collect(queue, 1)
	checkFails("who has it lets it go", first.Unlock(s.ctx), nil)
	checkFails("... to who waits", <-had, nil)
	checkFails("a session ends", two.Close(), nil)
	check("... and its lock with it", len(must(s.Get(s.ctx, "lock/", clientv3.WithPrefix())).Kvs), 0)

	election := concurrency.NewElection(one, "election")
	checkFails("who campaigns alone leads", election.Campaign(s.ctx, "me"), nil)
	check("... by name", string(must(election.Leader(s.ctx)).Kvs[0].Value), "me")
	checkFails("a leader proclaims", election.Proclaim(s.ctx, "still me"), nil)
	check("... for all to see", string((<-election.Observe(s.ctx)).Kvs[0].Value), "still me")
	checkFails("... and resigns", election.Resign(s.ctx), nil)
	_, err := election.Leader(s.ctx)
	checkFails("... so that nobody leads", err, concurrency.ErrElectionNoLeader)
	one.Close()
}

func (s session) as(user, password string) session {
	return session{must(clientv3.New(clientv3.Config{Endpoints: s.Endpoints(), DialTimeout: patience,
		Logger: zap.NewNop(), Username: user, Password: password})), s.ctx}
}

func (s session) checkAuth() {
	must(s.UserAdd(s.ctx, "root", "secret"))
	must(s.UserGrantRole(s.ctx, "root", "root"))
	must(s.UserAdd(s.ctx, "alice", "pass"))
	must(s.RoleAdd(s.ctx, "reader"))
	must(s.RoleGrantPermission(s.ctx, "reader", "auth/a", "auth/b", clientv3.PermissionType(clientv3.PermRead)))
	must(s.UserGrantRole(s.ctx, "alice", "reader"))
	must(s.AuthEnable(s.ctx))
	_, err := s.Get(s.ctx, "auth/a")
	checkFails("nobody may read", err, rpctypes.ErrUserEmpty)
	alice := s.as("alice", "pass")
	check("who may read reads", len(must(alice.Get(s.ctx, "auth/a")).Kvs), 0)
	_, err = alice.Get(s.ctx, "auth/b")
	checkFails("... what is granted", err, rpctypes.ErrPermissionDenied)
	_, err = alice.Put(s.ctx, "auth/a", "1")
	checkFails("... and does not write", err, rpctypes.ErrPermissionDenied)
	root := s.as("root", "secret")
	root.put("auth/a", "1")
	check("a user's roles are told", must(root.UserGet(s.ctx, "alice")).Roles, []string{"reader"})
	check("users are for root", must(root.UserList(s.ctx)).Users, []string{"alice", "root"})
	must(root.AuthDisable(s.ctx))
	alice.Close()
	root.Close()
	s.put("auth/a", "2")
	must(s.UserDelete(s.ctx, "alice"))
	must(s.UserDelete(s.ctx, "root"))
	must(s.RoleDelete(s.ctx, "reader"))
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 3*patience)
	defer cancel()
	client := must(clientv3.New(clientv3.Config{Endpoints: os.Args[1:], DialTimeout: patience,
		Logger: zap.NewNop()}))
	defer client.Close()
	s := session{client, ctx}
	s.checkKV()
	s.checkTxn()
	s.checkWatch()
	s.checkLease()
	s.checkLock()
	s.checkAuth()
}
