// HAProxy in front, which ends the clients' TLS (deploy/edge/haproxy.cfg): certificates and addresses of clients come in
// its headers (RFC 9440, RFC 7239), and are believed from it alone.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { after, before, test } from 'node:test';

import * as client from 'openid-client';

import { eventually } from './support/eventually.js';
import { send, trustingFetch } from './support/https.js';
import { ROOT, Sandbox } from './support/sandbox.js';

const OFFSET = 17000;
const BEHIND = 100; // how far above the published ports the node listens, behind the edge
let sandbox;
let haproxy;

const port = (url) => Number(new URL(url).port);
const behind = (url) => { const moved = new URL(url); moved.port = String(port(url) + BEHIND); return moved.href; };

// The sandbox's node moves behind the edge: other ports, no certificates of its own asking, and one trusted peer.
async function putBehindTheEdge() {
  const file = path.join(sandbox.folder, 'aldgate.toml');
  const moved = [8443, 8444].reduce((text, base) => text.replaceAll(`:${base + OFFSET}"`, (whole, at) => (
    text.lastIndexOf('addresses', at) > text.lastIndexOf('\n', at) ? `:${base + OFFSET + BEHIND}"` : whole)),
  readFileSync(file, 'utf8'));
  writeFileSync(file, moved
    .replace(/client_certificates = true/, 'client_certificates = false')
    .replace(/max_connections_per_address = \d+/, 'max_connections_per_address = 0')
    .replace(/^\[database\]/m, '[edge]\ntrusted_peers = ["127.0.0.1"]\nclient_address_header = "Forwarded"\n\n[database]'));
  await sandbox.restart('node');

  const run = sandbox.folder;
  writeFileSync(path.join(run, 'edge.pem'),
    readFileSync(path.join(run, 'server.pem'), 'utf8') + readFileSync(path.join(run, 'secrets', 'server.key'), 'utf8'), { mode: 0o600 });
  const values = {
    RUN: run, PUBLIC: `127.0.0.1:${8443 + OFFSET}`, MTLS: `127.0.0.1:${8444 + OFFSET}`,
    NODE_PUBLIC: `127.0.0.1:${8443 + OFFSET + BEHIND}`, NODE_MTLS: `127.0.0.1:${8444 + OFFSET + BEHIND}`,
  };
  const config = path.join(run, 'edge.cfg');
  writeFileSync(config, readFileSync(path.join(ROOT, 'deploy', 'edge', 'haproxy.cfg'), 'utf8')
    .replace(/@(\w+)@/g, (_, name) => values[name]));
  haproxy = spawn('haproxy', ['-f', config], { stdio: 'ignore', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } });
  await eventually(() => sandbox.fetch(sandbox.url('/jwks')).then(({ status }) => status === 200, () => false), 'the edge serves');
}

before(async () => {
  sandbox = await Sandbox.start('edge', { offset: OFFSET, environment: { ALDGATE_ADDRESS_QUOTA: '200' } });
  await putBehindTheEdge();
});
after(async () => {
  haproxy?.kill();
  await sandbox?.stop();
});

function certificateOf(name) {
  const { cert_file, key_file } = sandbox.description.clients.find((entry) => entry.client_id === name);
  return { cert: readFileSync(path.resolve(ROOT, cert_file)), key: readFileSync(path.resolve(ROOT, key_file)) };
}
const der = (pem) => pem.toString().replace(/-----[^-]+-----|\s/g, '');

async function connect(options) {
  const fetchWith = trustingFetch(sandbox.ca, sandbox.ledger, options);
  const config = await client.discovery(new URL(sandbox.description.issuer), 'demo-mtls',
    { use_mtls_endpoint_aliases: true, id_token_signed_response_alg: 'ES256' }, client.TlsClientAuth(), { [client.customFetch]: fetchWith });
  config[client.customFetch] = fetchWith;
  return { config, fetchWith };
}

const accountsUrl = () => `${sandbox.description.obie_mtls_base}/aisp/account-access-consents`;
const create = (fetchWith, token, url = accountsUrl(), headers = {}) => fetchWith(url, {
  method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ Data: { Permissions: ['ReadAccountsBasic'] }, Risk: {} }),
});

// A request as an attacker writes it.
async function raw(url, { headers = {}, body, method = 'POST', ...agent }) {
  const answer = await send(new https.Agent({ ca: sandbox.ca, keepAlive: false, ...agent }),
    { url, method, headers, body: body === undefined ? undefined : Buffer.from(body) });
  return { status: answer.status, body: answer.body.toString() };
}
const tokenRequest = { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'grant_type=client_credentials&scope=accounts&client_id=demo-mtls' };
const tokenUrl = () => new URL('/token', sandbox.description.mtls_base).href;

test('a client with its certificate is known behind the edge, and its token is bound to that certificate', async () => {
  const { config, fetchWith } = await connect(certificateOf('demo-mtls'));
  const { access_token } = await client.clientCredentialsGrant(config, { scope: 'accounts' });
  const { cnf } = JSON.parse(Buffer.from(access_token.split('.')[1], 'base64url'));
  assert.ok(cnf['x5t#S256'], 'bound to the certificate that the edge was shown');
  assert.equal((await create(fetchWith, access_token)).status, 201);

  const bare = trustingFetch(sandbox.ca, sandbox.ledger);
  assert.equal((await create(bare, access_token)).status, 401, 'without the certificate');
});

test('a client cannot write the header itself, not through the edge and not beside it', async () => {
  const { cert } = certificateOf('demo-mtls');
  const forged = { 'client-cert': `:${der(cert)}:` };
  const { config } = await connect(certificateOf('demo-mtls'));
  const { access_token } = await client.clientCredentialsGrant(config, { scope: 'accounts' });

  // Through the edge: it takes the header away.
  const through = await raw(tokenUrl(), { ...tokenRequest, headers: { ...tokenRequest.headers, ...forged } });
  assert.equal(through.status, 401, through.body);
  const bare = trustingFetch(sandbox.ca, sandbox.ledger);
  assert.equal((await create(bare, access_token, accountsUrl(), forged)).status, 401);

  // Straight to the node, from an address that is no edge: the header means nothing.
  const beside = await raw(behind(tokenUrl()), { ...tokenRequest, headers: { ...tokenRequest.headers, ...forged }, localAddress: '127.0.0.2' });
  assert.equal(beside.status, 401, beside.body);
  assert.equal(JSON.parse(beside.body).error, 'invalid_client');
  // And from the edge's own address it would mean everything: this is why it is the operator who names it.
  const trusted = await raw(behind(tokenUrl()), { ...tokenRequest, headers: { ...tokenRequest.headers, ...forged }, localAddress: '127.0.0.1' });
  assert.equal(trusted.status, 200, trusted.body);
  const rubbish = await raw(behind(tokenUrl()), { ...tokenRequest, headers: { ...tokenRequest.headers, 'client-cert': 'rubbish' }, localAddress: '127.0.0.1' });
  assert.equal(rubbish.status, 400, rubbish.body);
});

test('a certificate that nobody signed passes the edge and is refused by the node', async () => {
  const at = (name) => path.join(sandbox.folder, 'tpp', name);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-subj', '/C=GB/O=Demo Pay/CN=demo-mtls', '-addext', 'extendedKeyUsage=clientAuth', '-keyout', at('forged.key'), '-out', at('forged.pem')],
  { stdio: 'ignore' });
  const { config } = await connect({ cert: readFileSync(at('forged.pem')), key: readFileSync(at('forged.key')) });
  await assert.rejects(client.clientCredentialsGrant(config, { scope: 'accounts' }), { error: 'invalid_client' });
});

test('the address limit counts the customer, not the edge, and believes nobody else', async () => {
  const page = (options) => raw(new URL('/login', sandbox.description.issuer).href, { method: 'GET', ...options }).then(({ status }) => status);
  const statuses = async (options, count = 260) => {
    const all = [];
    for (let i = 0; i < count; i += 20) {
      all.push(...await Promise.all(Array.from({ length: 20 }, (_, j) => page(options(i + j)))));
    }
    return all;
  };
  const noisy = await statuses(() => ({ localAddress: '127.0.0.3' }));
  assert.ok(noisy.includes(429), 'the noisy customer is limited');
  assert.equal(await page({ localAddress: '127.0.0.4' }), 200, 'his neighbour behind the same edge is not');
  const spoofing = await statuses((i) => ({ localAddress: '127.0.0.5', headers: { forwarded: `for=198.51.100.${i % 250}`, 'x-forwarded-for': `198.51.100.${i % 250}` } }));
  assert.ok(spoofing.includes(429), 'another name in each request helps nothing');
});
