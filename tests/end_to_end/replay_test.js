// What was sent once is refused the second time, whatever was killed in between (DESIGN decision 7).
import assert from 'node:assert/strict';
import https from 'node:https';
import { test } from 'node:test';

import { send } from './support/https.js';
import { stage } from './support/stage.js';

const all = stage('replay', { offset: 12000 });

// A token request as it was sent, and the same with a proof of its own, so that only the assertion is old.
async function captured() {
  const { tpp, sandbox } = all;
  await tpp.clientToken('accounts');
  const request = sandbox.ledger.last('/token');
  return { request, agent: new https.Agent({ ca: sandbox.ca }) };
}

// Sends the request with a fresh proof, and once more with the nonce when the server asks for one.
async function withFreshProof({ request, agent }) {
  const { tpp } = all;
  let answer;
  let nonce;
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const dpop = await tpp.proof({ method: 'POST', url: request.url, nonce });
    answer = await send(agent, { ...request, headers: { ...request.headers, dpop } });
    nonce = answer.headers.find(([name]) => name.toLowerCase() === 'dpop-nonce')?.[1];
    if (!answer.body.includes('use_dpop_nonce')) break;
  }
  return { status: answer.status, ...JSON.parse(answer.body) };
}

async function assertRefused(capture) {
  const assertionAgain = await withFreshProof(capture);
  assert.ok(assertionAgain.status === 400 || assertionAgain.status === 401, `status ${assertionAgain.status}`);
  assert.equal(assertionAgain.error, 'invalid_client');
  assert.equal(assertionAgain.access_token, undefined);
  // Assertion and proof both as they were.
  const whole = await send(capture.agent, capture.request);
  assert.ok(whole.status >= 400, `status ${whole.status}`);
}

test('a client assertion is good once', async () => {
  await assertRefused(await captured());
});

test('a DPoP proof is good once at a resource', async () => {
  const { tpp, sandbox } = all;
  const token = await tpp.clientToken('accounts');
  await tpp.obie('GET', 'accounts', token);
  const request = sandbox.ledger.last('/accounts');
  const again = await send(new https.Agent({ ca: sandbox.ca }), request);
  assert.equal(again.status, 401);
  const challenge = again.headers.find(([name]) => name.toLowerCase() === 'www-authenticate')?.[1] ?? '';
  assert.match(challenge, /invalid_dpop_proof|use_dpop_nonce/);
});

for (const part of ['redis', 'postgres']) {
  test(`after kill -9 and restart of ${part}, replays are still refused and honest requests still served`, async () => {
    const { sandbox, tpp } = all;
    const capture = await captured();
    const token = await tpp.clientToken('accounts');
    await tpp.obie('GET', 'accounts', token);
    const resource = sandbox.ledger.last('/accounts');

    await sandbox.restart(part);

    await assertRefused(capture);
    const again = await send(capture.agent, resource);
    assert.equal(again.status, 401, 'the proof of before');
    const fresh = await tpp.clientToken('accounts');
    assert.ok(fresh);
    assert.equal((await tpp.obie('GET', 'accounts', fresh)).status, 403, 'a new token and proof are understood');
  });
}

test('after kill -9 of everything at once, replays are still refused', async () => {
  const { sandbox, tpp } = all;
  const capture = await captured();
  await sandbox.dev('kill', 'node');
  await sandbox.dev('kill', 'redis');
  await sandbox.dev('kill', 'postgres');
  await sandbox.dev('start', 'postgres');
  await sandbox.dev('start', 'redis');
  await sandbox.dev('start', 'node');
  await assertRefused(capture);
  assert.ok(await tpp.clientToken('accounts'));
});

all.endWithCleanLogs();
