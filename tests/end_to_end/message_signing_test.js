// FAPI 2.0 Message Signing with npm openid-client: signed requests (JAR) go in, signed responses (JARM) come back, by a
// redirect and by a form, with and without scripts in the browser; and nothing unsigned in their place.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as jose from 'jose';
import * as client from 'openid-client';

import { stage } from './support/stage.js';
import { Tpp } from './support/tpp.js';

const all = stage('message_signing', {
  offset: 13500,
  prepare: async (players) => {
    players.signer = await Tpp.register(players.sandbox, 'Signing App',
      ['--require-signed-request-object', '--response-mode', 'jwt', '--response-mode', 'form_post.jwt'],
      { authorization_signed_response_alg: 'ES256' });
    client.useJwtResponseMode(players.signer.config);
    // The same client asking for a form: openid-client names no other mode than jwt once it is told to expect one.
    players.poster = await Tpp.connect(players.sandbox, players.signer.clientId, players.signer.jwk);
    players.poster.DPoP = client.getDPoPHandle(players.poster.config, players.signer.proofKeys);
  },
});

// Pushes a request object signed with the TPP's own key.
async function pushSigned(tpp, consentId, more = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const key = { key: await jose.importJWK(tpp.jwk, 'ES256'), kid: tpp.jwk.kid };
  const { searchParams } = await client.buildAuthorizationUrlWithJAR(tpp.config, {
    redirect_uri: tpp.sandbox.redirectUri, scope: 'openid accounts', state, nonce, ...more,
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
    claims: JSON.stringify({ id_token: { openbanking_intent_id: { value: consentId, essential: true } } }),
  }, key);
  assert.deepEqual([...searchParams.keys()].sort(), ['client_id', 'request'], 'everything stands in the object');
  const url = await client.buildAuthorizationUrlWithPAR(tpp.config, searchParams, { DPoP: tpp.DPoP });
  tpp.sandbox.ledger.keep('code_verifier', verifier);
  tpp.sandbox.ledger.keep('request', searchParams.get('request'));
  return { url, checks: { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce } };
}

async function signIn(customer, url) {
  await customer.open(url);
  await customer.login();
  await customer.page.waitForSelector('#otp');
  await customer.code();
}

async function readsAccounts(tpp, answer, checks) {
  assert.deepEqual([...answer.searchParams.keys()], ['response'], 'nothing stands beside the signed response');
  const tokens = await tpp.redeem(answer, checks);
  const accounts = await tpp.obie('GET', 'accounts', tokens.access_token);
  assert.equal(accounts.status, 200, JSON.stringify(accounts.body));
  assert.equal(accounts.body.Data.Account.length, 1);
}

test('a signed request is answered by a signed response, and the accounts are read', async () => {
  const { signer, browser, callback } = all;
  const { url, checks } = await pushSigned(signer, await signer.createConsent());
  const customer = await browser.customer();
  await signIn(customer, url);
  await customer.chooseAccounts(1);
  await customer.press('allow');
  await readsAccounts(signer, await callback.next(), checks);
  assert.deepEqual(customer.violations, []);
  await customer.close();
});

test('the customer’s no comes back signed, and is told as access_denied', async () => {
  const { signer, browser, callback } = all;
  const { url, checks } = await pushSigned(signer, await signer.createConsent());
  const customer = await browser.customer();
  await signIn(customer, url);
  await customer.page.waitForSelector('#deny');
  await customer.press('deny');
  const answer = await callback.next();
  assert.deepEqual([...answer.searchParams.keys()], ['response']);
  await assert.rejects(signer.redeem(answer, checks), (error) => {
    assert.equal((error.cause?.get?.('error')) ?? error.error, 'access_denied', String(error));
    return true;
  });
  await customer.close();
});

for (const scripts of [true, false]) {
  test(`the response is posted in a form ${scripts ? 'by the browser itself' : 'by the customer’s press, without scripts'}`, async () => {
    const { signer, poster, browser, callback } = all;
    const { url, checks } = await pushSigned(poster, await signer.createConsent(), { response_mode: 'form_post.jwt' });
    const customer = await browser.customer({ javaScriptEnabled: scripts });
    await signIn(customer, url);
    await customer.chooseAccounts(1);
    await customer.press('allow');
    if (!scripts) {
      await customer.page.waitForSelector('#continue');
      await customer.picture('returning');
      await customer.press('continue');
    }
    const answer = await callback.next();
    assert.equal(answer.method, 'POST');
    await readsAccounts(signer, answer, checks);
    assert.deepEqual(customer.violations, [], 'the page keeps its own Content-Security-Policy');
    await customer.close();
  });
}

test('what is not signed is refused, and a response that somebody changed is not believed', async () => {
  const { signer, browser, callback } = all;
  const consentId = await signer.createConsent();
  await assert.rejects(signer.push(consentId), { error: 'invalid_request' });
  const { url, checks } = await pushSigned(signer, consentId);
  const customer = await browser.customer();
  await customer.open(url);
  await customer.press('cancel');
  const answer = await callback.next();
  const [header, payload, signature] = answer.searchParams.get('response').split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url'));
  const forged = Buffer.from(JSON.stringify({ ...claims, error: undefined, code: 'forged' })).toString('base64url');
  answer.searchParams.set('response', [header, forged, signature].join('.'));
  await assert.rejects(signer.redeem(answer, checks));
  await customer.close();
});

all.endWithCleanLogs();
