// What a user of npm's etcd3 relies on, checked against the etcd at HOST:PORT.
//
//   node matrix.js HOST:PORT
//
// Prints a line per fact, and ends with exit code 1 at the first that does not hold. It makes no
// difference who serves: the same facts hold on real etcd.
'use strict';

const assert = require('assert');
const { Etcd3, EtcdLeaseInvalidError, EtcdLockFailedError } = require('etcd3');

const PATIENCE_MS = 20000; // for what must come

const etcd = new Etcd3({ hosts: `http://${process.argv[2]}`, dialTimeout: PATIENCE_MS });

function check(fact, got, want = true) {
  try {
    assert.deepStrictEqual(got, want);
  } catch (difference) {
    throw new Error(`FAILED  ${fact}\n${difference.message}`);
  }
  console.log(`ok      ${fact}`);
}

async function checkFails(fact, call, text) {
  const message = await call().then(() => 'no error', (error) => error.message);
  check(fact, message.includes(text) || message);
}

// Everything a watcher is sent, to be taken response by response. Revisions come as strings.
class Watched {
  static async begin(builder) {
    const watched = new Watched();
    watched.watcher = await builder.create();
    watched.responses = [];
    watched.watcher.on('data', (response) => watched.arrived(response));
    watched.watcher.on('error', (error) => watched.arrived(error));
    return watched;
  }

  arrived(response) {
    this.responses.push(response);
    if (this.wake) this.wake();
  }

  async response() {
    const patience = setTimeout(() => {
      console.log('FAILED  nothing came on a watch');
      process.exit(1);
    }, PATIENCE_MS);
    while (this.responses.length === 0) await new Promise((wake) => (this.wake = wake));
    clearTimeout(patience);
    return this.responses.shift();
  }

  async events(count) {
    const events = [];
    while (events.length < count) events.push(...(await this.response()).events);
    return events;
  }
}

const told = (event) => [event.type, `${event.kv.key}`, `${event.kv.value}`, event.kv.mod_revision];
const later = (revision, n) => `${Number(revision) + n}`;

async function checkKv() {
  const base = (await etcd.put('kv/a').value('one')).header.revision;
  const next = await etcd.put('kv/b').value('x');
  check('a put raises the revision by one', next.header.revision, later(base, 1));
  const previous = await etcd.put('kv/a').value('two').getPrevious();
  check('a put gives back the value before it', `${previous.value}`, 'one');

  const got = await etcd.get('kv/a').exec();
  const { kvs: [pair] } = got;
  check('a get sees the last put', `${pair.value}`, 'two');
  check(
    '... its revisions and version',
    [pair.create_revision, pair.mod_revision, pair.version, pair.lease],
    [base, later(base, 2), '2', '0'],
  );
  check("... and the store's revision", got.header.revision, later(base, 2));
  check('a get at a past revision', await etcd.get('kv/a').revision(base).string(), 'one');
  check('a serializable get', await etcd.get('kv/a').serializable(true).string(), 'two');
  check('an absent key is no error', await etcd.get('kv/absent').string(), null);
  check('... and does not exist', await etcd.get('kv/absent').exists(), false);
  await checkFails(
    'a future revision is refused',
    () => etcd.get('kv/a').revision(later(base, 1000)).string(),
    'etcdserver: mvcc: required revision is a future revision',
  );
  await checkFails(
    'an empty key is refused',
    () => etcd.put('').value('x').exec(),
    'etcdserver: key is not provided',
  );

  await etcd.put('kv/c').value('third');
  const all = () => etcd.getAll().prefix('kv/');
  check('a prefix', await all().strings(), { 'kv/a': 'two', 'kv/b': 'x', 'kv/c': 'third' });
  check('... in key order', await all().keys(), ['kv/a', 'kv/b', 'kv/c']);
  check('... by revision', await all().sort('Mod', 'Descend').keys(), ['kv/c', 'kv/a', 'kv/b']);
  check('... by value', await all().sort('Value', 'Ascend').keys(), ['kv/c', 'kv/a', 'kv/b']);
  check('... counted', await all().count(), 3);
  const page = await all().limit(2).exec();
  check('a limit leaves more', [page.kvs.length, page.more, page.count], [2, true, '3']);
  const newer = await all().minModRevision(later(base, 2)).keys();
  check('a least revision filters', newer, ['kv/a', 'kv/c']);
  const range = await etcd.getAll().inRange({ start: 'kv/a', end: 'kv/c' }).keys();
  check('a range is half-open', range, ['kv/a', 'kv/b']);

  const gone = await etcd.delete().key('kv/b').getPrevious();
  check('a delete gives back', gone.map((kv) => [`${kv.key}`, `${kv.value}`]), [['kv/b', 'x']]);
  const nothing = await etcd.delete().key('kv/b').exec();
  check('a delete of nothing', nothing.deleted, '0');
  check('... is no revision', nothing.header.revision, later(base, 4));
  const rest = await etcd.delete().prefix('kv/').exec();
  check('a prefix is deleted at once', [rest.deleted, rest.header.revision], ['2', later(base, 5)]);
}

async function checkTxn() {
  await etcd.put('txn/a').value('1');
  const mod = (await etcd.put('txn/a').value('3')).header.revision;
  const done = await etcd
    .if('txn/a', 'Value', '==', '3')
    .and('txn/a', 'Value', '>', '2')
    .and('txn/a', 'Version', '==', 2)
    .and('txn/a', 'Create', '<', Number(mod))
    .and('txn/a', 'Mod', '==', Number(mod))
    .and('txn/a', 'Mod', '!=', 1)
    .and('txn/a', 'Lease', '==', 0)
    .and('txn/absent', 'Version', '==', 0)
    .then(etcd.put('txn/b').value('b'), etcd.get('txn/b'), etcd.delete().key('txn/a'))
    .else(etcd.get('txn/a'))
    .commit();
  check('all compares hold', done.succeeded);
  const [put, got, deleted] = done.responses;
  check('a txn is one revision', put.response_put.header.revision, later(mod, 1));
  check('... and reads its own writes', `${got.response_range.kvs[0].value}`, 'b');
  check('... and deletes', deleted.response_delete_range.deleted, '1');

  const failed = await etcd
    .if('txn/b', 'Version', '>', 0)
    .and('txn/b', 'Value', '==', 'other')
    .then(etcd.put('txn/b').value('wrong'))
    .else(etcd.get('txn/b'))
    .commit();
  check('one compare fails', failed.succeeded, false);
  check('... the other branch runs', `${failed.responses[0].response_range.kvs[0].value}`, 'b');
  check('... and writes no revision', failed.header.revision, later(mod, 1));

  await checkFails(
    'a key is put once in a txn',
    () => etcd
      .if('txn/b', 'Version', '>', 0)
      .then(etcd.put('txn/d').value('1'), etcd.put('txn/d').value('2'))
      .commit(),
    'etcdserver: duplicate key given in txn request',
  );
  check('... and nothing was put', await etcd.get('txn/d').string(), null);

  const sum = await etcd.stm().transact(async (tx) => {
    const seen = Number(await tx.get('txn/b').number()) || 40;
    await tx.put('txn/b').value(seen + 2);
    return seen + 2;
  });
  check('a transaction in memory is written', await etcd.get('txn/b').number(), sum);
}

async function checkWatch() {
  const base = (await etcd.put('watch/a').value('1')).header.revision;
  await etcd.put('watch/a').value('2');
  await etcd.put('watch/b').value('x');
  await etcd.delete().key('watch/a');

  const past = await Watched.begin(
    etcd.watch().key('watch/a').startRevision(base).withPreviousKV());
  const events = await past.events(3);
  check('a watch from the past tells it in order', events.map(told), [
    ['Put', 'watch/a', '1', base],
    ['Put', 'watch/a', '2', later(base, 1)],
    ['Delete', 'watch/a', '', later(base, 3)],
  ]);
  const before = events.map((event) => (event.prev_kv ? `${event.prev_kv.value}` : null));
  check('... with what was before', before, [null, '1', '2']);
  const now = (await etcd.put('watch/a').value('3')).header.revision;
  const coming = (await past.events(1)).map(told);
  check('... and goes on with what comes', coming, [['Put', 'watch/a', '3', now]]);

  const prefix = await Watched.begin(etcd.watch().prefix('watch/'));
  const deletes = await Watched.begin(etcd.watch().prefix('watch/').only('delete'));
  const ids = new Set([past, prefix, deletes].map((watched) => watched.watcher.id));
  check('watches of a stream have ids of their own', ids.size, 3);
  await etcd
    .if('watch/absent', 'Version', '==', 0)
    .then(etcd.put('watch/c').value('c'), etcd.put('watch/d').value('d'),
      etcd.delete().key('watch/a'))
    .commit();
  const response = await prefix.response();
  const change = later(now, 1);
  check("a txn's events come in one response", response.events.map(told), [
    ['Put', 'watch/c', 'c', change],
    ['Put', 'watch/d', 'd', change],
    ['Delete', 'watch/a', '', change],
  ]);
  check('... with its revision in the header', response.header.revision, change);
  const deleted = (await deletes.events(1)).map(told);
  check('a filter lets only deletes by', deleted, [['Delete', 'watch/a', '', change]]);

  await prefix.watcher.cancel();
  await etcd.put('watch/e').value('e');
  const other = await Watched.begin(etcd.watch().key('watch/e').startRevision(later(now, 2)));
  const heard = (await other.events(1)).map(told);
  check('after a cancel others go on', heard, [['Put', 'watch/e', 'e', later(now, 2)]]);
  check('... and the canceled one is silent', prefix.responses.length, 0);

  await etcd.kv.compact({ revision: now, physical: true });
  const compacted = await Watched.begin(etcd.watch().key('watch/a').startRevision(base));
  const error = await compacted.response();
  check('a compacted past ends a watch', error instanceof Error);
  const none = await etcd.get('watch/a').revision(base).string().catch((e) => e);
  check('... and a get of it is refused', none.message.includes(
    'etcdserver: mvcc: required revision has been compacted') || none.message);
  for (const watched of [past, deletes, other]) await watched.watcher.cancel();
}

async function checkLease() {
  const lease = etcd.lease(600, { autoKeepAlive: false });
  const id = await lease.grant();
  await lease.put('lease/a').value('1');
  await lease.put('lease/b').value('2');
  const { kvs: [pair] } = await etcd.get('lease/a').exec();
  check('a key knows its lease', pair.lease, id);
  const info = await etcd.leaseClient.leaseTimeToLive({ ID: id, keys: true });
  check('a lease knows its keys', info.keys.map(String).sort(), ['lease/a', 'lease/b']);
  check('... its term', info.grantedTTL, '600');
  check('... and what is left of it', Number(info.TTL) >= 590 && Number(info.TTL) <= 600);
  check('a keep-alive gives the term again', (await lease.keepaliveOnce()).TTL, '600');

  const free = (await etcd.put('lease/b').value('free')).header.revision;
  const watched = await Watched.begin(
    etcd.watch().prefix('lease/').startRevision(later(free, 1)).withPreviousKV());
  await lease.revoke();
  const revoked = await watched.events(1);
  check('a revoked lease takes its keys along', revoked.map(told),
    [['Delete', 'lease/a', '', later(free, 1)]]);
  check('... which held', `${revoked[0].prev_kv.value}`, '1');
  check('... but not one put without it since', await etcd.get('lease/b').string(), 'free');
  const gone = await etcd.leaseClient.leaseTimeToLive({ ID: id, keys: true });
  check('... and is not known any more', gone.TTL, '-1');
  const notFound = 'etcdserver: requested lease not found';
  await checkFails('... nor to a revoke', () => etcd.leaseClient.leaseRevoke({ ID: id }), notFound);
  await checkFails('... nor to a put',
    () => etcd.put('lease/a').value('1').lease(id).exec(), notFound);
  await etcd.leaseClient.leaseGrant({ ID: 4711, TTL: 600 });
  await checkFails('an id is granted once',
    () => etcd.leaseClient.leaseGrant({ ID: 4711, TTL: 600 }), 'etcdserver: lease already exists');
  await etcd.leaseClient.leaseRevoke({ ID: 4711 });

  const short = etcd.lease(2, { autoKeepAlive: false });
  await short.put('lease/short').value('1');
  const last = (await short.put('lease/short/2').value('2')).header.revision;
  const all = (await watched.events(4)).map(told);
  check('a lease that ends takes its keys along, in one revision and key order', all.slice(2), [
    ['Delete', 'lease/short', '', later(last, 1)],
    ['Delete', 'lease/short/2', '', later(last, 1)],
  ]);
  check('... and is lost', await short.keepaliveOnce().then(() => false,
    (lost) => lost instanceof EtcdLeaseInvalidError));

  const kept = etcd.lease(2);
  const beats = new Promise((resolve, reject) => {
    let count = 0;
    kept.on('keepaliveSucceeded', () => (++count === 4 ? resolve(count) : undefined));
    kept.on('lost', reject);
  });
  await kept.put('lease/kept').value('1');
  check('a lease is kept alive beyond its term', await beats, 4);
  check('... with its key', await etcd.get('lease/kept').string(), '1');
  await kept.revoke();
  await watched.watcher.cancel();
}

async function checkLock() {
  const first = await etcd.lock('lock').ttl(60).acquire();
  check('a lock is had by one alone', await etcd.lock('lock').ttl(60).acquire().then(() => false,
    (refusal) => refusal instanceof EtcdLockFailedError));
  await first.release();
  const second = await etcd.lock('lock').ttl(60).acquire();
  check('... and by the next when it is free', (await etcd.getAll().prefix('lock').keys()).length, 1);
  await second.release();

  const election = etcd.election('election', 60);
  const campaign = election.campaign('me');
  await new Promise((elected, failed) => campaign.on('elected', elected).on('error', failed));
  check('who campaigns alone leads', await election.leader(), 'me');
  await campaign.proclaim('still me');
  check('... and proclaims', await election.leader(), 'still me');
  await campaign.resign();
  check('... and resigns', (await election.leader()) === undefined);
}

async function checkAuth() {
  const as = (username, password) => new Etcd3({
    hosts: `http://${process.argv[2]}`, dialTimeout: PATIENCE_MS, auth: { username, password } });
  const [reader, rootRole] = [etcd.role('reader'), etcd.role('root')];
  await reader.create();
  await reader.grant({ permission: 'Read', key: Buffer.from('auth/a'), range_end: Buffer.from('auth/b') });
  const root = etcd.user('root');
  await root.create('secret');
  await root.addRole(rootRole);
  await etcd.user('alice').create('pass');
  await etcd.user('alice').addRole(reader);
  await etcd.auth.authEnable();
  await checkFails('nobody may read', () => etcd.get('auth/a').exec(), 'etcdserver: user name is empty');
  const alice = as('alice', 'pass');
  check('who may read reads', await alice.get('auth/a').string(), null);
  const denied = 'etcdserver: permission denied';
  await checkFails('... what is granted', () => alice.get('auth/b').exec(), denied);
  await checkFails('... and does not write', () => alice.put('auth/a').value('1').exec(), denied);
  const admin = as('root', 'secret');
  await admin.put('auth/a').value('1').exec();
  check('users are for root', (await admin.getUsers()).map((user) => user.name), ['alice', 'root']);
  await admin.auth.authDisable();
  alice.close();
  admin.close();
  await etcd.put('auth/a').value('2').exec();
  await etcd.user('alice').delete();
  await root.delete();
  await reader.delete();
}

async function main() {
  for (const part of [checkKv, checkTxn, checkWatch, checkLease, checkLock, checkAuth]) await part();
  etcd.close();
  // etcd3 may have set a timer for a lease that it had just given back, and would wait for it.
  process.exit(0);
}

main().catch((error) => {
  console.log(error.message.startsWith('FAILED') ? error.message : error.stack);
  process.exit(1);
});
