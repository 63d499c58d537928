// A TPP as its developers write one: npm openid-client, FAPI 2.0 (PAR, PKCE, private_key_jwt, DPoP).
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import * as jose from 'jose';
import * as client from 'openid-client';

import { ROOT } from './sandbox.js';

export const PERMISSIONS = [
  'ReadAccountsDetail', 'ReadBalances', 'ReadTransactionsDetail', 'ReadTransactionsCredits', 'ReadTransactionsDebits',
];

export class Tpp {
  // The demo client of sandbox.json.
  static demo(sandbox) {
    const { client_id, jwk_file } = sandbox.description.clients.find((entry) => entry.client_id === 'demo-dpop');
    const jwk = JSON.parse(readFileSync(path.resolve(ROOT, jwk_file), 'utf8'));
    return Tpp.connect(sandbox, client_id, jwk);
  }

  // A new client, registered as an operator would: with further flags, and metadata for openid-client that go with them.
  static async register(sandbox, name, flags = [], metadata = {}) {
    const jwk = await newKey();
    const profile = flags.includes('--profile') ? [] : ['--profile', 'fapi2'];
    const { client_id } = JSON.parse(await sandbox.dev('tpp', 'add', name, '--jwks', writeKey(sandbox, jwk), '--redirect-uri',
      sandbox.redirectUri, '--auth', 'private_key_jwt', '--binding', 'dpop', ...profile, ...flags));
    return Tpp.connect(sandbox, client_id, jwk, metadata);
  }

  static async connect(sandbox, clientId, jwk, metadata = {}) {
    const tpp = new Tpp();
    tpp.metadata = metadata;
    tpp.sandbox = sandbox;
    tpp.clientId = clientId;
    tpp.proofKeys = await jose.generateKeyPair('ES256', { extractable: true });
    await tpp.useKey(jwk);
    return tpp;
  }

  // (Re)connects with this private key; the DPoP key stays.
  async useKey(jwk) {
    this.jwk = jwk;
    this.sandbox.ledger.keep('private key', jwk.d);
    const key = await jose.importJWK(jwk, 'ES256');
    this.config = await client.discovery(
      new URL(this.sandbox.description.issuer), this.clientId, { id_token_signed_response_alg: 'ES256', ...this.metadata },
      client.PrivateKeyJwt({ key, kid: jwk.kid }), { [client.customFetch]: this.sandbox.fetch });
    this.config[client.customFetch] = this.sandbox.fetch;
    this.DPoP = client.getDPoPHandle(this.config, this.proofKeys);
  }

  async clientToken(scope) {
    const tokens = await client.clientCredentialsGrant(this.config, { scope }, { DPoP: this.DPoP });
    return tokens.access_token;
  }

  // A resource of the partner API: {status, headers, body}.
  async call(method, url, token, json, headers = {}) {
    const response = await client.fetchProtectedResource(
      this.config, token, new URL(url, this.sandbox.description.issuer), method,
      json === undefined ? undefined : JSON.stringify(json),
      new Headers({ ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        'x-fapi-interaction-id': randomUUID(), ...headers }), { DPoP: this.DPoP })
      .catch((error) => {
        if (error.response ?? error.cause instanceof Response) return error.response ?? error.cause;
        throw error;
      });
    const text = response.bodyUsed ? '' : await response.text();
    return { status: response.status, headers: response.headers, body: text && /json/.test(response.headers.get('content-type')) ? JSON.parse(text) : text };
  }

  obie(method, relative, token, json, headers) {
    // The customer is there unless a test says otherwise: uses without are counted.
    return this.call(method, `${this.sandbox.description.obie_base}/aisp/${relative}`, token, json,
      { 'x-fapi-customer-ip-address': '198.51.100.7', ...headers });
  }

  async createConsent({ permissions = PERMISSIONS, expires = new Date(Date.now() + 90 * 86400e3) } = {}) {
    const token = await this.clientToken('accounts');
    const { status, body } = await this.obie('POST', 'account-access-consents', token, {
      Data: { Permissions: permissions, ExpirationDateTime: expires.toISOString() }, Risk: {},
    });
    assert.equal(status, 201, JSON.stringify(body));
    assert.equal(body.Data.Status, 'AWAU');
    return body.Data.ConsentId;
  }

  // A consent to a payment, VRP or confirmation of funds: kind "pisp/domestic-payment-consents", …
  // With `file`: uploaded as the consent's payments.
  async createOrder(kind, { file, ...body }) {
    const token = await this.clientToken(kind.startsWith('cbpii') ? 'fundsconfirmations' : 'payments');
    const { status, body: created } = await this.call('POST', `/open-banking/v4.0/${kind}`, token, body,
      kind.startsWith('cbpii') ? {} : { 'x-idempotency-key': randomUUID() });
    assert.equal(status, 201, JSON.stringify(created));
    const { ConsentId: id } = created.Data;
    if (file) {
      const { status: uploaded, body: answer } = await this.call('POST', `/open-banking/v4.0/${kind}/${id}/file`, token, file,
        { 'x-idempotency-key': randomUUID() });
      assert.equal(uploaded, 200, JSON.stringify(answer));
    }
    return id;
  }

  async orderStatus(kind, consentId) {
    const token = await this.clientToken(kind.startsWith('cbpii') ? 'fundsconfirmations' : 'payments');
    const { status, body } = await this.call('GET', `/open-banking/v4.0/${kind}/${consentId}`, token);
    assert.equal(status, 200, JSON.stringify(body));
    return body.Data.Status;
  }

  async consentStatus(consentId) {
    const { status, body } = await this.obie('GET', `account-access-consents/${consentId}`, await this.clientToken('accounts'));
    assert.equal(status, 200, JSON.stringify(body));
    return body.Data.Status;
  }

  // Pushes the request; {url} goes to the customer's browser, the rest checks what comes back.
  async push(consentId, { scope = 'openid accounts' } = {}) {
    const verifier = client.randomPKCECodeVerifier();
    const state = client.randomState();
    const nonce = client.randomNonce();
    const url = await client.buildAuthorizationUrlWithPAR(this.config, {
      redirect_uri: this.sandbox.redirectUri, scope, state, nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
      claims: JSON.stringify({ id_token: { openbanking_intent_id: { value: consentId, essential: true } } }),
    }, { DPoP: this.DPoP });
    this.sandbox.ledger.keep('code_verifier', verifier);
    return { url, checks: { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce } };
  }

  redeem(callback, checks) {
    return client.authorizationCodeGrant(this.config, callback, checks, undefined, { DPoP: this.DPoP });
  }

  refresh(refreshToken) {
    return client.refreshTokenGrant(this.config, refreshToken, undefined, { DPoP: this.DPoP });
  }

  revokeToken(token) {
    return client.tokenRevocation(this.config, token);
  }

  // A DPoP proof (RFC 9449 section 4.2) by hand, for what openid-client would not send.
  async proof({ method, url, token, nonce }) {
    const { alg, ...publicJwk } = await jose.exportJWK(this.proofKeys.publicKey);
    const claims = { jti: randomUUID(), htm: method, htu: String(url).split(/[?#]/)[0], nonce };
    if (token) claims.ath = jose.base64url.encode(await crypto.subtle.digest('SHA-256', Buffer.from(token)).then((d) => new Uint8Array(d)));
    return new jose.SignJWT(claims).setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: publicJwk })
      .setIssuedAt().sign(this.proofKeys.privateKey);
  }
}

export async function newKey() {
  const { privateKey } = await jose.generateKeyPair('ES256', { extractable: true });
  const jwk = await jose.exportJWK(privateKey);
  return { ...jwk, kid: await jose.calculateJwkThumbprint(jwk), alg: 'ES256', use: 'sig' };
}

// The public half as a file for the command line; returns its path.
export function writeKey(sandbox, { d, ...publicJwk }) {
  assert.ok(d);
  const folder = path.join(sandbox.folder, 'tpp');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${publicJwk.kid}.jwk`);
  writeFileSync(file, JSON.stringify(publicJwk));
  return file;
}
