// Keys change under traffic, and no request fails for it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as jose from 'jose';
import { Webhook } from 'standardwebhooks';

import { eventually } from './support/eventually.js';
import { authorise, stage, subscribe } from './support/stage.js';
import { newKey, Tpp, writeKey } from './support/tpp.js';

const all = stage('keys', { offset: 18000, environment: {
  ALDGATE_KEY_PUBLISH_SECONDS: '3', ALDGATE_KEY_REFRESH_SECONDS: '1', ALDGATE_JWKS_MAX_AGE_SECONDS: '1',
  // The traffic is as fast as the machine: a quota would answer for the keys.
  ALDGATE_CLIENT_QUOTA: '1000000', ALDGATE_ADDRESS_QUOTA: '1000000',
} });

// Runs `change` while several TPP workers ask for tokens and use them; every answer must be the expected one. The first
// that is not ends the traffic, and the test with it: it is told, and not what was waited for in vain because of it.
async function underTraffic(work, change) {
  const failures = [];
  let done = 0;
  let go = true;
  const happens = (condition, what) =>
    eventually(async () => failures.length > 0 || condition(), what).then(() => assert.deepEqual(failures, []));
  const workers = Array.from({ length: 3 }, async () => {
    while (go) {
      try {
        await work();
        done += 1;
      } catch (error) {
        failures.push(`${error.message} ${error.error ?? ''} ${error.error_description ?? ''}`);
        go = false;
      }
    }
  });
  try {
    await happens(() => done >= 5, 'traffic flows');
    await change(happens);
    const then = done;
    await happens(() => done >= then + 10, 'traffic goes on');
  } finally {
    go = false;
    await Promise.all(workers);
  }
  assert.deepEqual(failures, [], 'not one request failed');
}

test('a partner changes its key: both are good during the overlap, the retired one is refused', async () => {
  const { sandbox } = all;
  const tpp = await Tpp.register(sandbox, 'Key Changer');
  const oldKey = tpp.jwk;
  const nextKey = await newKey();
  await underTraffic(() => tpp.clientToken('accounts'), async () => {
    await sandbox.aldgate('partner', 'add-key', tpp.clientId, '--jwk', writeKey(sandbox, nextKey));
    await tpp.useKey(nextKey);
    await tpp.clientToken('accounts');
    await sandbox.aldgate('partner', 'retire-key', tpp.clientId, '--kid', oldKey.kid);
  });
  await tpp.useKey(oldKey);
  await assert.rejects(tpp.clientToken('accounts'), { error: 'invalid_client' });
  await tpp.useKey(nextKey);
  assert.ok(await tpp.clientToken('accounts'));
});

test('the last key of a partner cannot be retired', async () => {
  const { sandbox } = all;
  const tpp = await Tpp.register(sandbox, 'One Key');
  await assert.rejects(sandbox.aldgate('partner', 'retire-key', tpp.clientId, '--kid', tpp.jwk.kid));
  assert.ok(await tpp.clientToken('accounts'));
});

test('a webhook secret changes: both signatures during the overlap', async () => {
  const { tpp, receiver, sandbox } = all;
  const { id, secret } = await subscribe(all);
  const rotated = await tpp.call('POST', `/webhooks/v1/endpoints/${id}/rotate-secret`, await tpp.clientToken('webhooks'), {});
  assert.ok(rotated.status === 200 || rotated.status === 201, JSON.stringify(rotated.body));
  assert.notEqual(rotated.body.secret, secret);

  const { consentId, customer } = await authorise(all);
  const { body, headers } = await receiver.verified('consent.authorised', consentId, rotated.body.secret);
  assert.ok(new Webhook(secret).verify(body, headers), 'the former secret verifies the same delivery');
  const foreign = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  assert.throws(() => new Webhook(foreign).verify(body, headers));
  await customer.close();
  assert.ok(sandbox);
});

test('an ID token is signed as its client registered: openid-client takes it, npm jose verifies it with the published key', async () => {
  const { sandbox } = all;
  const registering = (profile, alg) => Tpp.register(sandbox, `${profile} ${alg}`,
    ['--profile', profile, '--id-token-signed-response-alg', alg], { id_token_signed_response_alg: alg });
  for (const [profile, alg] of [['oidc', 'RS256'], ['fapi2', 'PS256']]) {
    const tpp = await registering(profile, alg);
    const { tokens, customer } = await authorise({ ...all, tpp });
    const published = await (await sandbox.fetch(sandbox.url('/jwks'))).json();
    const { protectedHeader } = await jose.jwtVerify(tokens.id_token, jose.createLocalJWKSet(published),
      { algorithms: [alg], issuer: sandbox.description.issuer, audience: tpp.clientId });
    assert.equal(published.keys.find(({ kid }) => kid === protectedHeader.kid).alg, alg);
    assert.equal(jose.decodeProtectedHeader(tokens.access_token).alg, 'ES256');
    await customer.close();
  }
  await assert.rejects(registering('fapi2', 'RS256'), /FAPI 2\.0 section 5\.4\.1/);
});

test("the server's signing key changes: published before use, kept until its tokens ended, no request fails", async () => {
  const { tpp, sandbox } = all;
  const keys = async () => (await (await sandbox.fetch(sandbox.url('/jwks'))).json()).keys.map(({ kid }) => kid);
  const signer = (token) => jose.decodeProtectedHeader(token).kid;
  const { token, tokens, customer } = await authorise(all);
  const before = signer(token);
  const first = await keys();
  assert.ok(first.includes(before));

  let latest = token;
  await underTraffic(async () => {
    const { access_token } = await tpp.refresh(tokens.refresh_token);
    // The key that signed is always in the JWKS of that moment.
    assert.ok((await keys()).includes(signer(access_token)), 'the signer is published');
    const { status } = await tpp.obie('GET', 'accounts', access_token);
    assert.equal(status, 200);
    latest = access_token;
  }, async (happens) => {
    await sandbox.aldgate('keys', 'rotate');
    await happens(async () => (await keys()).length >= 2 * first.length, 'the next key of each algorithm is published');
    await happens(() => signer(latest) !== before, 'the next key signs');
  });
  assert.ok((await keys()).includes(before), 'the former key stays while its tokens live');
  assert.equal((await tpp.obie('GET', 'accounts', token)).status, 200, 'a token of the former key is still good');
  await customer.close();
});

all.endWithCleanLogs();
