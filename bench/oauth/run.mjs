// What a token request costs, as a ratio to what it cannot do without, taken in alternating rounds of one run:
//   floor    nginx's constant reply to the same POST over TLS, and the ES256 operations of the request (signature_floor)
//   gateway  processor time of its process a request, with durable storage and replay protection on
//   durable  a bare client's durable round trip to PostgreSQL (round_trip_floor), which the floor leaves out: a column beside
//   stores   processor time of PostgreSQL and Redis a request, counted apart
//   peer     npm oidc-provider, in memory, the same clients and the same kind of request in the same round
// Then latency in an open loop at half and at four fifths of what the closed loop reached; with --sizes, cost by the number
// of clients, grants and refresh tokens. Ends with failure when a target is missed. Usage: see run.sh.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { fill, filledClient, filledToken } from './fill.mjs';
import { claimsOf, createConsent, obtainRefreshToken, send, sendForJson } from './grants.mjs';
import { ofPostgres, ofProcess } from './processor_time.mjs';
import { clientCredentials, introspect, Key, push, refresh, writeRequests } from './requests.mjs';

const ACCEPTED = 2; // times the floor
const AIMED_AT = 1.5;
const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.resolve(HERE, '../..');

const { positionals: [binaries], values: option } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '7' },
    requests: { type: 'string', default: '2000' },
    clients: { type: 'string', default: '8' },
    connections: { type: 'string', default: '16' },
    'no-peer': { type: 'boolean', default: false },
    'no-open-loop': { type: 'boolean', default: false },
    sizes: { type: 'string' },
  },
});
const [rounds, requests, clientCount, connections] =
  [option.rounds, option.requests, option.clients, option.connections].map(Number);

const work = mkdtempSync(path.join(tmpdir(), 'aldgate-bench-'));
chmodSync(work, 0o755);
const started = [];
process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(work, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

const run = process.env.ALDGATE_RUN_DIR;
const description = JSON.parse(readFileSync(path.join(run, 'sandbox.json'), 'utf8'));
const ca = readFileSync(path.join(run, 'ca.pem'));
const agent = new https.Agent({ ca, keepAlive: true });
const discover = (issuer) => sendForJson(agent, { url: `${issuer}/.well-known/openid-configuration` }, 200);
const pidIn = (file) => Number(readFileSync(path.join(run, file), 'utf8').split('\n')[0]);
const pids = { gateway: pidIn('aldgate-1.pid'), postgres: pidIn('pg/data/postmaster.pid'), redis: pidIn('redis.pid') };

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function eventually(condition, what) {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const value = await condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`did not happen: ${what}`);
}

// ---- what is measured -------------------------------------------------------------------------------------------------

function register(count) {
  return Array.from({ length: count }, (_, i) => {
    const client = { key: Key.generate(), proofKey: Key.generate(), redirectUri: 'https://localhost:9443/callback' };
    const file = path.join(work, `client-${i}.json`);
    writeFileSync(file, JSON.stringify({ keys: [client.key.registered] }));
    const shown = execFileSync(path.join(ROOT, 'dev'), ['tpp', 'add', `Measured ${i}`, '--jwks', file, '--redirect-uri',
      client.redirectUri, '--auth', 'private_key_jwt', '--binding', 'dpop', '--profile', 'fapi2'], { encoding: 'utf8' });
    return { ...client, id: JSON.parse(shown).client_id };
  });
}

async function startNginx() {
  copyFileSync(path.join(run, 'server.pem'), path.join(work, 'server.crt'));
  copyFileSync(path.join(run, 'secrets/server.key'), path.join(work, 'server.key'));
  const port = await freePort();
  const text = readFileSync(path.join(ROOT, 'bench/http/nginx.conf'), 'utf8');
  writeFileSync(path.join(work, 'nginx.conf'),
    text.replace('PLAIN_PORT', String(await freePort())).replace('TLS_PORT', String(port)));
  const master = spawn('nginx', ['-p', work, '-c', path.join(work, 'nginx.conf')], { stdio: 'inherit' });
  started.push(master);
  const pid = await eventually(() => readFileSync(`/proc/${master.pid}/task/${master.pid}/children`, 'utf8').trim(), 'nginx has a worker');
  started.push({ kill: () => { try { process.kill(Number(pid), 'SIGKILL'); } catch { /* it went with its master */ } } });
  return { port, pid };
}

async function startPeer(clients) {
  const port = await freePort();
  const file = path.join(work, 'clients.json');
  writeFileSync(file, JSON.stringify(clients.map(({ id, key, redirectUri }) => ({ id, jwk: key.registered, redirectUri }))));
  const child = spawn(process.execPath, [path.join(HERE, 'peer/server.mjs'), port, path.join(run, 'server.pem'), path.join(run, 'secrets/server.key'), file],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_ENV: 'production' } });
  started.push(child);
  for await (const text of child.stdout) if (String(text).includes('listening')) break;
  return { port, pid: child.pid, server: await discover(`https://localhost:${port}`) };
}

// Sends `count` requests, each once; what replay_load tells, and what the stores used meanwhile.
function replay(port, file, count, pid, status, more = []) {
  const stores = () => ({ postgres: ofPostgres(pids.postgres), redis: ofProcess(pids.redis) });
  const before = stores();
  const line = execFileSync(path.join(binaries, 'replay_load'),
    ['-t', '-c', String(connections), '-p', String(pid), ...more, `127.0.0.1:${port}`, file], { encoding: 'utf8' });
  const after = stores();
  const told = Object.fromEntries(line.trim().split(' ').map((pair) => pair.split('=')));
  if (Number(told[`status_${status}`]) !== count) throw new Error(`${path.basename(file)}: not every answer was ${status}: ${line}`);
  return {
    cpu: Number(told.server_cpu_us), perSecond: Number(told.per_second), driver: Number(told.driver_cpu_us),
    p50: Number(told.p50_ms), p99: Number(told.p99_ms), p999: Number(told.p999_ms),
    postgres: (after.postgres - before.postgres) / count, redis: (after.redis - before.redis) / count,
  };
}

function roundTrip() {
  const line = execFileSync(path.join(binaries, 'round_trip_floor'), ['500'], { encoding: 'utf8', env: { ...process.env, PGDATABASE: 'aldgate' } });
  return { each: Number(/round_trip_us=(\S+)/.exec(line)[1]) };
}

function signatures() {
  const line = execFileSync(path.join(binaries, 'signature_floor'), ['200'], { encoding: 'utf8' });
  const [, verify, sign] = /verify_us=(\S+) sign_us=(\S+)/.exec(line);
  return { verify: Number(verify), sign: Number(sign) };
}

// ---- numbers ----------------------------------------------------------------------------------------------------------

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

class Series {
  #values = new Map();

  add(name, values) {
    for (const [key, value] of Object.entries(values)) {
      const place = `${name} ${key}`;
      this.#values.set(place, [...(this.#values.get(place) ?? []), value]);
    }
  }

  median(name, key) {
    return median(this.#values.get(`${name} ${key}`) ?? [NaN]);
  }

  has(name) {
    return this.#values.has(`${name} cpu`);
  }
}

function table(head, rows) {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i].length)));
  const line = (row) => `| ${row.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join(' | ')} |`;
  console.log([line(head), `|${widths.map((width, i) => (i ? `${'-'.repeat(width + 1)}:` : '-'.repeat(width + 2))).join('|')}|`, ...rows.map(line)].join('\n'));
}
const micros = (value) => value.toFixed(value < 100 ? 1 : 0);
const times = (value) => `${value.toFixed(2)}×`;

// ---- the run ----------------------------------------------------------------------------------------------------------

const gateway = await discover(description.issuer);
const port = Number(new URL(description.issuer).port);
const clients = register(clientCount);
// A server that has just started demands a nonce of proofs that may be older than its memory: not what is measured.
await eventually(async () => (await send(agent, clientCredentials(gateway, clients[0]))).status === 200, 'a token without a nonce');
const of = (list, i) => list[i % list.length];
for (const client of clients) {
  client.refreshToken = await obtainRefreshToken(agent, gateway, description.obie_base, client);
  client.consent = await createConsent(agent, gateway, description.obie_base, client);
}

// What each kind of request cannot do without, beside the reply: assertion and proof are verified, a token is signed; who
// introspects sends an assertion only, and the token's own signature is verified.
const kinds = {
  'client_credentials': {
    floor: { verify: 2, sign: 1 }, status: 200,
    make: (server, extra = {}) => (i) => clientCredentials(server, of(clients, i), { scope: 'accounts', ...extra }),
  },
  'refresh_token': {
    floor: { verify: 2, sign: 1 }, status: 200,
    make: (server) => (i) => refresh(server, of(clients, i), of(clients, i).refreshToken),
  },
  'PAR': {
    floor: { verify: 2, sign: 0 }, status: 201,
    make: (server, extra) => (i) => push(server, of(clients, i), extra ?? {
      scope: 'openid accounts',
      claims: claimsOf(of(clients, i).consent),
    }),
  },
};
const accessTokens = (server, parameters) => Promise.all(clients.map(async (client) =>
  (await sendForJson(agent, clientCredentials(server, client, { scope: 'accounts', ...parameters }), 200)).access_token));
if (gateway.introspection_endpoint) {
  kinds.introspection = {
    floor: { verify: 2, sign: 0 }, status: 200,
    make: async (server, extra) => {
      const tokens = await accessTokens(server, extra);
      const { active } = await sendForJson(agent, introspect(server, clients[0], tokens[0]), 200);
      if (!active) throw new Error('a client does not see its own token as active');
      return (i) => introspect(server, of(clients, i), of(tokens, i));
    },
  };
}
const atPeer = {
  client_credentials: { resource: 'urn:bench:jwt' },
  PAR: { scope: 'openid accounts' },
  introspection: { resource: 'urn:bench:opaque' },
};

const nginx = await startNginx();
const peer = option['no-peer'] ? null : await startPeer(clients);
const series = new Series();
const constant = path.join(work, 'constant');
writeRequests(constant, 1, () => ({ ...kinds.client_credentials.make(gateway)(0), url: `https://localhost:${nginx.port}/` }));
const floorOf = ({ verify, sign }, reply, signature) => reply + verify * signature.verify + sign * signature.sign;

async function measure(name, kind, target, extra, count) {
  const file = path.join(work, name.replaceAll(' ', '-'));
  writeRequests(file, count, await kind.make(target.server, extra));
  return replay(target.port, file, count, target.pid, kind.status);
}

for (let round = 0; round <= rounds; round += 1) {
  const warming = round === 0;
  const count = warming ? Math.min(requests, 500) : requests;
  const reply = replay(nginx.port, constant, 4 * count, nginx.pid, 200, ['-r', String(4 * count)]);
  const signature = signatures();
  if (!warming) series.add('reply', reply);
  const storage = roundTrip();
  if (!warming) series.add('signature', signature);
  if (!warming) series.add('storage', storage);
  for (const [name, kind] of Object.entries(kinds)) {
    const own = await measure(name, kind, { server: gateway, port, pid: pids.gateway }, undefined, count);
    const floor = floorOf(kind.floor, reply.cpu, signature);
    if (!warming) series.add(name, { ...own, floor, ratio: own.cpu / floor, durable: own.cpu / (floor + storage.each) });
    if (peer && atPeer[name]) {
      const theirs = await measure(`peer ${name}`, kind, peer, atPeer[name], count);
      if (!warming) series.add(`peer ${name}`, { ...theirs, ratio: theirs.cpu / floor, against: theirs.cpu / own.cpu });
    }
  }
}

let missed = false;
const names = Object.keys(kinds);
console.log(`\nProcessor microseconds a request, medians of ${rounds} alternating rounds of ${requests} requests, ${connections} connections, ${clients.length} clients.`);
console.log(`Floor: reply ${micros(series.median('reply', 'cpu'))}, ES256 verification ${micros(series.median('signature', 'verify'))}, signature ${micros(series.median('signature', 'sign'))}.`);
console.log(`Beside it, not in it: one durable round trip to PostgreSQL by a bare client, ${micros(series.median('storage', 'each'))}.\n`);
table(['', 'floor', 'gateway', 'gateway / floor', '', 'gateway / (floor + a durable round trip)', 'PostgreSQL', 'Redis', 'all three', 'peer', 'peer / floor', 'peer / gateway', 'driver'],
  names.map((name) => {
    const at = (key) => series.median(name, key);
    const ratio = at('ratio');
    if (ratio > ACCEPTED) missed = true;
    const verdict = ratio <= AIMED_AT ? 'ok' : ratio <= ACCEPTED ? 'accepted' : 'MISSED';
    const theirs = `peer ${name}`;
    const has = series.has(theirs);
    return [name, micros(at('floor')), micros(at('cpu')), times(ratio), verdict, times(at('durable')), micros(at('postgres')), micros(at('redis')),
      micros(at('cpu') + at('postgres') + at('redis')), has ? micros(series.median(theirs, 'cpu')) : '–',
      has ? times(series.median(theirs, 'ratio')) : '–', has ? times(series.median(theirs, 'against')) : '–', micros(at('driver'))];
  }));

if (!option['no-open-loop']) {
  console.log('\nOpen loop: latency from when each request was due, milliseconds; load as a part of the closed loop\'s median rate.\n');
  const rows = [];
  for (const [name, kind] of Object.entries(kinds)) {
    for (const part of [0.5, 0.8]) {
      const rate = Math.max(1, Math.round(series.median(name, 'perSecond') * part));
      const count = Math.min(4 * rate, 12_000);
      const file = path.join(work, 'open');
      writeRequests(file, count, await kind.make(gateway));
      const told = replay(port, file, count, pids.gateway, kind.status, ['-c', '64', '-R', String(rate)]);
      rows.push([name, `${part * 100} %`, told.p50.toFixed(2), told.p99.toFixed(2), told.p999.toFixed(2)]);
    }
  }
  table(['', 'load', 'p50', 'p99', 'p99.9'], rows);
}

if (option.sizes !== undefined) {
  const sizes = (option.sizes || '1000,10000,100000,1000000').split(',').map(Number);
  console.log('\nBy size: as many clients, grants with a consent, and refresh tokens; each request from one drawn at random.\n');
  const rows = [];
  for (const size of sizes) {
    await fill(size, clients[0].id, work);
    const bySize = new Series();
    const draw = () => 1 + Math.floor(Math.random() * size);
    const filled = {
      'client_credentials': () => clientCredentials(gateway, filledClient(draw())),
      'refresh_token': () => { const n = draw(); return refresh(gateway, filledClient(n), filledToken(n)); },
    };
    for (let round = 0; round <= 3; round += 1) {
      const signature = signatures();
      const reply = replay(nginx.port, constant, 4 * requests, nginx.pid, 200, ['-r', String(4 * requests)]);
      for (const [name, make] of Object.entries(filled)) {
        const file = path.join(work, 'sized');
        writeRequests(file, requests, make);
        const told = replay(port, file, requests, pids.gateway, 200);
        if (round > 0) bySize.add(name, { ...told, ratio: told.cpu / floorOf(kinds[name].floor, reply.cpu, signature) });
      }
    }
    for (const name of Object.keys(filled)) {
      const at = (key) => bySize.median(name, key);
      rows.push([name, size.toLocaleString('en'), micros(at('cpu')), times(at('ratio')), micros(at('postgres')), micros(at('redis'))]);
    }
  }
  rows.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  table(['', 'size', 'gateway', 'gateway / floor', 'PostgreSQL', 'Redis'], rows);
}

console.log(missed ? `\nMISSED: a request costs the gateway more than ${ACCEPTED} × its floor.` : `\nEvery request costs the gateway at most ${ACCEPTED} × its floor.`);
agent.destroy();
process.exit(missed ? 1 : 0);
