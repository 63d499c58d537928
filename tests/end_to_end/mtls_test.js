// The demo client with a certificate: tls_client_auth at the mtls aliases, certificate-bound tokens as Bearer on :8444
// (RFC 8705), and the same tokens without the certificate, or with another, refused.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import * as client from 'openid-client';

import { trustingFetch } from './support/https.js';
import { ROOT } from './support/sandbox.js';
import { stage } from './support/stage.js';
import { PERMISSIONS } from './support/tpp.js';

const all = stage('mtls', { offset: 11500 });

function demoCertificate({ description }) {
  const { cert_file, key_file } = description.clients.find((entry) => entry.client_id === 'demo-mtls');
  return { cert: readFileSync(path.resolve(ROOT, cert_file)), key: readFileSync(path.resolve(ROOT, key_file)) };
}

// A certificate that the sandbox's CA did not sign, with the subject of the demo client's.
function forgedCertificate({ folder }) {
  const at = (name) => path.join(folder, 'tpp', name);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-subj', '/C=GB/O=Demo Pay/CN=demo-mtls', '-addext', 'extendedKeyUsage=clientAuth', '-keyout', at('forged.key'), '-out', at('forged.pem')],
  { stdio: 'ignore' });
  return { cert: readFileSync(at('forged.pem')), key: readFileSync(at('forged.key')) };
}

async function connect(sandbox, certificate) {
  const fetchWith = trustingFetch(sandbox.ca, sandbox.ledger, certificate);
  const config = await client.discovery(new URL(sandbox.description.issuer), 'demo-mtls',
    { use_mtls_endpoint_aliases: true, id_token_signed_response_alg: 'ES256' }, client.TlsClientAuth(), { [client.customFetch]: fetchWith });
  config[client.customFetch] = fetchWith;
  return { config, fetchWith };
}

async function call(fetchWith, url, token, { method = 'GET', json } = {}) {
  const response = await fetchWith(url, {
    method, headers: { authorization: `Bearer ${token}`, ...(json ? { 'content-type': 'application/json' } : {}) },
    body: json && JSON.stringify(json),
  });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : undefined };
}

test('a client with its certificate obtains a consent and reads accounts; without the certificate the token is worth nothing', async () => {
  const { sandbox, browser, callback } = all;
  const base = `${sandbox.description.obie_mtls_base}/aisp`;
  const { config, fetchWith } = await connect(sandbox, demoCertificate(sandbox));
  const { access_token } = await client.clientCredentialsGrant(config, { scope: 'accounts' });
  const created = await call(fetchWith, `${base}/account-access-consents`, access_token, {
    method: 'POST', json: { Data: { Permissions: PERMISSIONS }, Risk: {} },
  });
  assert.equal(created.status, 201, JSON.stringify(created.body));

  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const url = await client.buildAuthorizationUrlWithPAR(config, {
    redirect_uri: sandbox.redirectUri, scope: 'openid accounts', state,
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
    claims: JSON.stringify({ id_token: { openbanking_intent_id: { value: created.body.Data.ConsentId, essential: true } } }),
  });
  const customer = await browser.customer();
  await customer.open(url);
  await customer.login();
  await customer.page.waitForSelector('#otp');
  await customer.code();
  await customer.chooseAccounts(1);
  await customer.press('allow');
  const tokens = await client.authorizationCodeGrant(config, await callback.next(), { pkceCodeVerifier: verifier, expectedState: state });
  assert.equal(tokens.token_type, 'bearer');

  const accounts = await call(fetchWith, `${base}/accounts`, tokens.access_token);
  assert.equal(accounts.status, 200, JSON.stringify(accounts.body));
  assert.equal(accounts.body.Data.Account.length, 1);
  assert.ok(accounts.body.Links.Self.startsWith(sandbox.description.mtls_base), 'links stay on the listener');
  const renewed = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal((await call(fetchWith, `${base}/accounts`, renewed.access_token)).status, 200);

  const bare = trustingFetch(sandbox.ca, sandbox.ledger);
  const forged = trustingFetch(sandbox.ca, sandbox.ledger, forgedCertificate(sandbox));
  assert.equal((await call(bare, `${base}/accounts`, tokens.access_token)).status, 401, 'no certificate');
  assert.equal((await call(forged, `${base}/accounts`, tokens.access_token)).status, 401, 'another certificate');
  assert.equal((await call(bare, `${sandbox.description.obie_base}/aisp/accounts`, tokens.access_token)).status, 401, 'on the listener for DPoP');
  await customer.close();
});

test('a certificate that only looks like the registered one authenticates nobody', async () => {
  const { sandbox } = all;
  const forged = await connect(sandbox, forgedCertificate(sandbox));
  await assert.rejects(client.clientCredentialsGrant(forged.config, { scope: 'accounts' }), { error: 'invalid_client' });
  const bare = await connect(sandbox, {});
  await assert.rejects(client.clientCredentialsGrant(bare.config, { scope: 'accounts' }), { error: 'invalid_client' });
});

all.endWithCleanLogs();
