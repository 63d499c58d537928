// Two gateway processes behind a load balancer, one database, one Redis: nobody can tell, not even when one dies.
import assert from 'node:assert/strict';
import https from 'node:https';
import { test } from 'node:test';

import { eventually } from './support/eventually.js';
import { send } from './support/https.js';
import { authorise, stage, subscribe } from './support/stage.js';

const all = stage('nodes', {
  offset: 16000, arguments: ['--nodes', '2'],
  environment: { ALDGATE_CLIENT_QUOTA: '1000000', ALDGATE_ADDRESS_QUOTA: '1000000' }, // traffic as fast as the machine
});

const requestsOf = async (node) => {
  const url = new URL(all.sandbox.description.operations_base);
  url.port = String(Number(url.port) + node - 1);
  const text = await (await fetch(new URL('/metrics', url))).text();
  return text.split('\n').filter((line) => line.startsWith('aldgate_requests_total') && !/route="\/(readyz|healthz|metrics)"/.test(line))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
};

test('the whole flow, spread over both', async () => {
  const { tpp, receiver, sandbox } = all;
  // A connection for each request: the balancer deals them out in turn.
  const { trustingFetch } = await import('./support/https.js');
  const spread = trustingFetch(sandbox.ca, sandbox.ledger, { keepAlive: false });
  sandbox.fetch = spread;
  await tpp.useKey(tpp.jwk);

  const { secret } = await subscribe(all);
  const { consentId, token, customer } = await authorise(all);
  for (let i = 0; i < 10; i += 1) assert.equal((await tpp.obie('GET', 'accounts', token)).status, 200);
  await receiver.verified('consent.authorised', consentId, secret);
  await customer.dashboardLogin(sandbox);
  await customer.revoke(sandbox, consentId);
  for (let i = 0; i < 10; i += 1) {
    assert.equal((await tpp.obie('GET', 'accounts', token)).status, 401, 'revoked on one node, refused on every node');
  }
  await receiver.verified('consent.revoked', consentId, secret);
  for (const type of ['consent.authorised', 'consent.revoked']) {
    assert.equal(receiver.of(type, consentId).length, 1, `${type} is sent by one node, once`);
  }
  assert.ok(await requestsOf(1) > 0 && await requestsOf(2) > 0, 'both nodes took part');
  await customer.close();
});

test('an assertion used at one node is refused at the other', async () => {
  const { tpp, sandbox } = all;
  for (let i = 0; i < 4; i += 1) {
    await tpp.clientToken('accounts');
    const request = sandbox.ledger.last('/token');
    for (let j = 0; j < 2; j += 1) {
      const again = await send(new https.Agent({ ca: sandbox.ca, keepAlive: false }), request);
      assert.ok(again.status >= 400, `status ${again.status}`);
    }
  }
});

test('a node that dies in the middle of a flow is not missed', async () => {
  const { tpp, sandbox } = all;
  const { token, customer } = await authorise(all, {
    after: async (step) => {
      if (step === 'password given') await sandbox.dev('kill', 'node', '2');
      if (step === 'consent given') await sandbox.dev('start', 'node', '2');
    },
  });
  assert.equal((await tpp.obie('GET', 'accounts', token)).status, 200);
  await customer.close();
});

test('SIGTERM drains: requests in flight are answered, and the other node goes on', async () => {
  const { tpp, sandbox } = all;
  const { token, customer } = await authorise(all);
  const before = await requestsOf(1);
  const answers = [];
  let go = true;
  const traffic = Array.from({ length: 4 }, async () => {
    while (go) answers.push(await tpp.obie('GET', 'accounts', token).then(({ status }) => status, () => 'lost'));
  });
  await eventually(() => answers.length > 20, 'traffic flows');
  await sandbox.dev('stop', 'node', '2');
  const then = answers.length;
  await eventually(() => answers.length > then + 20, 'traffic goes on');
  go = false;
  await Promise.all(traffic);
  // It said that it leaves before it closed its doors: nobody met a closed one.
  assert.deepEqual(answers.filter((status) => status !== 200), [], `of ${answers.length} requests`);
  assert.ok(await requestsOf(1) > before);
  await sandbox.dev('start', 'node', '2');
  await customer.close();
});

all.endWithCleanLogs();
