// kill -9 of the gateway after each step of the flow: what was acknowledged is there after the restart, once.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { eventually } from './support/eventually.js';
import { authorise, stage, subscribe } from './support/stage.js';

let secret;
const all = stage('crash', {
  offset: 14000,
  environment: { ALDGATE_WEBHOOK_RETRY_SECONDS: '1, 1, 2, 2, 5, 5' },
  prepare: async (players) => {
    ({ secret } = await subscribe(players));
  },
});

const distinctIds = (deliveries) => new Set(deliveries.map(({ headers }) => headers['webhook-id']));

for (const step of ['consent created', 'request pushed', 'login page opened', 'password given', 'code given', 'consent given',
  'code redeemed']) {
  test(`killed after: ${step}`, async () => {
    const { sandbox, tpp, receiver } = all;
    let kills = 0;
    const { consentId, token, tokens, customer } = await authorise(all, {
      after: async (done) => {
        if (done !== step) return;
        kills += 1;
        await sandbox.restart('node');
      },
    });
    assert.equal(kills, 1);
    assert.equal(await tpp.consentStatus(consentId), 'AUTH');
    assert.equal((await tpp.obie('GET', 'accounts', token)).status, 200);
    assert.ok((await tpp.refresh(tokens.refresh_token)).access_token);
    await receiver.verified('consent.authorised', consentId, secret);
    assert.equal(distinctIds(receiver.of('consent.authorised', consentId)).size, 1, 'one event, however often delivered');
    await customer.close();
  });
}

test('killed right after the customer revoked: the access is gone and the webhook comes', async () => {
  const { sandbox, tpp, receiver } = all;
  const { consentId, token, customer } = await authorise(all);
  await customer.dashboardLogin(sandbox);
  await customer.revoke(sandbox, consentId);
  await sandbox.restart('node');
  assert.equal((await tpp.obie('GET', 'accounts', token)).status, 401);
  await receiver.verified('consent.revoked', consentId, secret);
  assert.equal(distinctIds(receiver.of('consent.revoked', consentId)).size, 1);
  await customer.close();
});

test('a code whose reply was lost ends its grant, and the TPP starts again', async () => {
  const { sandbox, tpp } = all;
  const { answer, checks, token, customer } = await authorise(all);
  await sandbox.restart('node');
  await assert.rejects(tpp.redeem(answer, checks), { error: 'invalid_grant' });
  assert.equal((await tpp.obie('GET', 'accounts', token)).status, 401);
  await customer.close();
  const again = await authorise(all);
  assert.equal((await tpp.obie('GET', 'accounts', again.token)).status, 200);
  await again.customer.close();
});

test('a receiver that is down gets the event when it is back', async () => {
  const { receiver } = all;
  receiver.answer = 503;
  const { consentId, customer } = await authorise(all);
  await eventually(() => receiver.of('consent.authorised', consentId).length > 0, 'the first attempt');
  receiver.answer = 200;
  await receiver.verified('consent.authorised', consentId, secret);
  assert.equal(distinctIds(receiver.of('consent.authorised', consentId)).size, 1);
  await customer.close();
});

test('with PostgreSQL down nothing is answered that was not done; back again, all goes on', async () => {
  const { sandbox, tpp } = all;
  const { token, customer } = await authorise(all);
  await sandbox.dev('kill', 'postgres');
  const refused = await tpp.obie('GET', 'accounts', token);
  assert.ok(refused.status >= 500, `status ${refused.status}`);
  const ready = await fetch(`${sandbox.description.operations_base}/readyz`);
  assert.equal(ready.status, 503);
  assert.equal((await fetch(`${sandbox.description.operations_base}/healthz`)).status, 200, 'alive, though not ready');
  await sandbox.dev('start', 'postgres');
  await eventually(async () => (await tpp.obie('GET', 'accounts', token)).status === 200, 'the token works again');
  await customer.close();
});

all.endWithCleanLogs();
