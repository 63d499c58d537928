// The peer: npm oidc-provider as a FAPI 2.0 authorization server over TLS, with its own store in memory: nothing durable,
// and no process beside it, which is its best case. Access tokens for urn:bench:jwt are ES256 JWTs, as the gateway's are.
// It cannot introspect those (it keeps none of them), so what is introspected here are opaque ones, for urn:bench:opaque.
//
// usage: server.mjs PORT CERTIFICATE KEY CLIENTS_JSON       says "listening" when it does
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';

import { Provider } from 'oidc-provider';

const [port, certificate, key, clients] = process.argv.slice(2);
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const resource = (audience, accessTokenFormat) => ({ audience, accessTokenFormat, scope: 'accounts', jwt: { sign: { alg: 'ES256' } } });
const resources = {
  'urn:bench:jwt': resource('urn:bench:jwt', 'jwt'),
  'urn:bench:opaque': resource('urn:bench:opaque', 'opaque'),
};

const provider = new Provider(`https://localhost:${port}`, {
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'peer' }] },
  clients: JSON.parse(readFileSync(clients, 'utf8')).map(({ id, jwk, redirectUri }) => ({
    client_id: id,
    jwks: { keys: [jwk] },
    redirect_uris: [redirectUri],
    grant_types: ['client_credentials', 'authorization_code'],
    response_types: ['code'],
    scope: 'openid accounts',
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    id_token_signed_response_alg: 'ES256',
    require_pushed_authorization_requests: true,
  })),
  scopes: ['openid', 'accounts'],
  enabledJWA: { clientAuthSigningAlgValues: ['ES256'], idTokenSigningAlgValues: ['ES256'], dPoPSigningAlgValues: ['ES256'] },
  pkce: { required: () => true },
  ttl: { ClientCredentials: 600, AccessToken: 600, PushedAuthorizationRequest: 60 },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    dPoP: { enabled: true },
    fapi: { enabled: true, profile: '2.0' },
    introspection: { enabled: true, allowedPolicy: () => true },
    pushedAuthorizationRequests: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => 'urn:bench:jwt',
      getResourceServerInfo: (context, indicator) => resources[indicator],
    },
  },
});
provider.on('server_error', (context, error) => console.error(error));
https.createServer({ cert: readFileSync(certificate), key: readFileSync(key), minVersion: 'TLSv1.3', keepAliveTimeout: 60_000 }, provider.callback())
  .listen(Number(port), '127.0.0.1', 1024, () => console.log('listening'));
