// A customer's consent without a browser: the pages' own forms, filled in and sent as a browser would.
import { randomBytes, randomUUID } from 'node:crypto';
import https from 'node:https';

import { clientCredentials, proof, push, redeem } from './requests.mjs';

export function send(agent, { method = 'GET', url, headers = {}, body }) {
  return new Promise((resolve, reject) => {
    const request = https.request(url, { method, headers, agent }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part)).on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts).toString() }));
    });
    request.on('error', reject).end(body);
  });
}

export async function sendForJson(agent, request, ...expected) {
  const answer = await send(agent, request);
  if (!expected.includes(answer.status)) throw new Error(`${request.url} answered ${answer.status}: ${answer.body}`);
  return JSON.parse(answer.body);
}

const unescape = (text) =>
  text.replace(/&(#x?[0-9a-f]+|amp|lt|gt|quot);/gi, (_, name) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name] ??
    String.fromCodePoint(name[1] === 'x' ? parseInt(name.slice(2), 16) : Number(name.slice(1))));

class Visit {
  #agent;
  #cookies = new Map();

  constructor(agent) {
    this.#agent = agent;
  }

  // Follows redirects as long as they stay with this server; {url, body}, the last URL may be somebody else's.
  async open(url, request = {}) {
    const origin = new URL(url).origin;
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await send(this.#agent, { ...request, url, headers: { ...request.headers, ...(cookie && { cookie }) } });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      this.#cookies.set(name, value);
    }
    if (answer.headers.location === undefined) return { url, status: answer.status, body: answer.body };
    const next = new URL(answer.headers.location, url);
    return next.origin === origin ? this.open(next.href) : { url: next.href, status: answer.status, body: '' };
  }

  // The form that holds `button`, with its hidden fields and `fields`.
  submit(page, button, fields = {}) {
    const found = [...page.body.matchAll(/<form[^>]*action="([^"]*)"[^>]*>(.*?)<\/form>/gs)].find(([, , inside]) => inside.includes(`id="${button}"`));
    if (!found) throw new Error(`no ${button} on ${page.url} (${page.status}): ${page.body.replace(/<[^>]*>|\s+/g, ' ').slice(0, 600)}`);
    const [, action, inside] = found;
    const values = new URLSearchParams();
    for (const [tag] of inside.matchAll(/<input type="hidden"[^>]*>/g)) {
      values.append(/name="([^"]*)"/.exec(tag)[1], unescape(/value="([^"]*)"/.exec(tag)[1]));
    }
    const [, name, value] = new RegExp(`id="${button}" name="([^"]*)" value="([^"]*)"`).exec(inside);
    values.append(name, value);
    const boxes = [...inside.matchAll(/type="checkbox" name="([^"]*)" value="([^"]*)"/g)];
    if (boxes.length) values.append(boxes[0][1], unescape(boxes[0][2]));
    for (const [field, text] of Object.entries(fields)) values.append(field, text);
    const origin = new URL(page.url).origin;
    return this.open(new URL(unescape(action), page.url).href, {
      method: 'POST', body: values.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    });
  }
}

// A fresh account consent that awaits its customer; its id.
export async function createConsent(agent, server, obieBase, client) {
  const { access_token: token } = await sendForJson(agent, clientCredentials(server, client), 200);
  const url = `${obieBase}/aisp/account-access-consents`;
  const { Data } = await sendForJson(agent, {
    method: 'POST', url,
    headers: { authorization: `DPoP ${token}`, dpop: proof(client, 'POST', url, token), 'content-type': 'application/json', 'x-fapi-interaction-id': randomUUID() },
    body: JSON.stringify({
      Data: { Permissions: ['ReadAccountsDetail', 'ReadBalances'], ExpirationDateTime: new Date(Date.now() + 90 * 86400e3).toISOString() },
      Risk: {},
    }),
  }, 201);
  return Data.ConsentId;
}

export const claimsOf = (consent) => JSON.stringify({ id_token: { openbanking_intent_id: { value: consent, essential: true } } });

// A long-lived grant over a consent that the sandbox's customer alice gives: its refresh token.
export async function obtainRefreshToken(agent, server, obieBase, client) {
  const consent = await createConsent(agent, server, obieBase, client);
  const verifier = randomBytes(32).toString('base64url');
  const { request_uri } = await sendForJson(agent,
    push(server, client, { scope: 'openid accounts', claims: claimsOf(consent) }, verifier), 201);
  const visit = new Visit(agent);
  let page = await visit.open(`${server.authorization_endpoint}?${new URLSearchParams({ client_id: client.id, request_uri })}`);
  page = await visit.submit(page, 'login', { username: 'alice', password: 'alice' });
  page = await visit.submit(page, 'verify', { otp: '123456' });
  page = await visit.submit(page, 'allow');
  const code = new URL(page.url).searchParams.get('code');
  if (!code) throw new Error(`the customer's consent gave no code: ${page.url} ${page.status}`);
  const { refresh_token: refreshToken } = await sendForJson(agent, redeem(server, client, code, verifier), 200);
  if (!refreshToken) throw new Error('the grant has no refresh token');
  return refreshToken;
}
