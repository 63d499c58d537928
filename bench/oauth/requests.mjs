// Requests to an authorization server, each with signatures of its own, so that the load driver only copies bytes.
// Assertions live ten minutes and proofs one: render a file just before it is sent.
import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';

const base64url = (data) => Buffer.from(data).toString('base64url');
const sha256 = (text) => createHash('sha256').update(text).digest('base64url');
const now = () => Math.floor(Date.now() / 1000);
const identifier = () => randomBytes(16).toString('base64url');

// An ES256 key as a client holds one.
export class Key {
  // Through DER: exporting thousands of JWKs can lock up Node 20 (a collection under way takes the lock that export holds).
  static generate() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256', privateKeyEncoding: { type: 'pkcs8', format: 'der' }, publicKeyEncoding: { type: 'spki', format: 'der' },
    });
    return new Key(privateKey, publicKey);
  }

  constructor(pkcs8, spki) {
    this.pkcs8 = pkcs8;
    const [x, y] = [spki.subarray(-64, -32), spki.subarray(-32)].map(base64url); // the uncompressed point ends the SPKI
    this.publicJwk = { kty: 'EC', crv: 'P-256', x, y };
    this.kid = sha256(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }));
  }

  sign(header, claims) {
    this.privateKey ??= createPrivateKey({ key: this.pkcs8, format: 'der', type: 'pkcs8' });
    const input = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}`;
    const signature = sign('sha256', Buffer.from(input), { key: this.privateKey, dsaEncoding: 'ieee-p1363' });
    return `${input}.${base64url(signature)}`;
  }

  get registered() {
    return { ...this.publicJwk, kid: this.kid, alg: 'ES256', use: 'sig' };
  }
}

// A client: {id, key, proofKey, redirectUri}. A server: {issuer} and its endpoints' URLs, as discovery lists them.
export function assertion(server, client) {
  const at = now();
  return client.key.sign({ alg: 'ES256', typ: 'JWT', kid: client.key.kid },
    { iss: client.id, sub: client.id, aud: server.issuer, jti: identifier(), iat: at, exp: at + 300 });
}

export function proof(client, method, url, accessToken) {
  const claims = { jti: identifier(), htm: method, htu: url, iat: now() };
  if (accessToken) claims.ath = sha256(accessToken);
  return client.proofKey.sign({ alg: 'ES256', typ: 'dpop+jwt', jwk: client.proofKey.publicJwk }, claims);
}

function form(url, server, client, parameters, headers = {}) {
  const body = new URLSearchParams({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion(server, client),
    ...parameters,
  }).toString();
  return { method: 'POST', url, headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers }, body };
}

const withProof = (url, server, client, parameters) =>
  form(url, server, client, parameters, { DPoP: proof(client, 'POST', url) });

export const clientCredentials = (server, client, parameters = { scope: 'accounts' }) =>
  withProof(server.token_endpoint, server, client, { grant_type: 'client_credentials', ...parameters });

export const refresh = (server, client, refreshToken) =>
  withProof(server.token_endpoint, server, client, { grant_type: 'refresh_token', refresh_token: refreshToken });

export const redeem = (server, client, code, verifier) => withProof(server.token_endpoint, server, client,
  { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: client.redirectUri });

export const push = (server, client, parameters = {}, verifier = base64url(randomBytes(32))) =>
  withProof(server.pushed_authorization_request_endpoint, server, client, {
    client_id: client.id, response_type: 'code', redirect_uri: client.redirectUri, scope: 'openid', state: identifier(),
    nonce: identifier(), code_challenge: sha256(verifier), code_challenge_method: 'S256', ...parameters,
  });

export const introspect = (server, client, token) => form(server.introspection_endpoint, server, client, { token });

// One request as it goes over the wire.
export function render({ method, url, headers, body }) {
  const { host, pathname } = new URL(url);
  const lines = Object.entries({ Host: host, ...headers, 'Content-Length': Buffer.byteLength(body) });
  return `${method} ${pathname} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

// The file that replay_load reads: "<length>\n<request>", once for each.
export function writeRequests(file, count, make) {
  const output = openSync(file, 'w');
  for (let i = 0; i < count; i += 1) {
    const text = render(make(i));
    writeSync(output, `${Buffer.byteLength(text)}\n${text}`);
  }
  closeSync(output);
}
