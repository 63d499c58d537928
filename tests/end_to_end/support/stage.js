// All who play in a flow: the sandbox, a TPP with its two listeners, a browser. And the flow itself, in steps.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Browser } from './customer.js';
import { Sandbox } from './sandbox.js';
import { Callback, Receiver } from './servers.js';
import { Tpp } from './tpp.js';

// Sets the stage before a file's tests, and ends with what holds for every one of them: nothing secret in any log.
// `prepare` runs last, when everybody is there.
export function stage(name, { prepare = async () => {}, ...options }) {
  const all = {};
  before(async () => {
    all.sandbox = await Sandbox.start(name, options);
    all.browser = await Browser.launch();
    all.callback = await Callback.listen(all.sandbox);
    all.receiver = await Receiver.listen(all.sandbox);
    all.tpp = await Tpp.demo(all.sandbox);
    await prepare(all);
  });
  after(async () => {
    await all.browser?.close();
    await all.callback?.close();
    await all.receiver?.close();
    await all.sandbox?.stop();
  });
  all.endWithCleanLogs = () => test('no log of this run holds a token, code, assertion, secret, IBAN or name', () => {
    all.sandbox.ledger.keepFiles(all.sandbox.folder,
      ['key-encryption-key', 'aldgate_owner.password', 'aldgate_service.password']);
    assert.ok(all.sandbox.ledger.size > 10, 'secrets were collected');
    const logs = all.sandbox.logs();
    assert.ok(logs.some(({ file, text }) => file.startsWith('aldgate-') && text.includes('"')), 'the gateway wrote a log');
    all.sandbox.ledger.assertAbsentFrom(logs);
  });
  return all;
}

// Subscribes the TPP's receiver; returns {id, secret}.
export async function subscribe({ tpp, receiver }, types = ['consent.authorised', 'consent.revoked']) {
  const token = await tpp.clientToken('webhooks');
  const { status, body } = await tpp.call('POST', '/webhooks/v1/endpoints', token, { url: receiver.url, event_types: types });
  assert.equal(status, 201, JSON.stringify(body));
  assert.match(body.secret, /^whsec_/);
  return body;
}

// From a consent to tokens. `after(step)` runs after each step: what happens there must not disturb the flow.
export async function authorise(players, { username = 'alice', accounts = 1, after: afterStep = async () => {} } = {}) {
  const { tpp, browser, callback } = players;
  const consentId = await tpp.createConsent();
  await afterStep('consent created');
  const pushed = await tpp.push(consentId);
  await afterStep('request pushed');
  const customer = await browser.customer();
  try {
    await customer.open(pushed.url);
    await afterStep('login page opened');
    await customer.login(username);
    await customer.page.waitForSelector('#otp');
    await afterStep('password given');
    await customer.code();
    await customer.chooseAccounts(accounts);
    await afterStep('code given');
    await customer.press('allow');
    const answer = await callback.next();
    await afterStep('consent given');
    const tokens = await tpp.redeem(answer, pushed.checks);
    await afterStep('code redeemed');
    return { consentId, tokens, token: tokens.access_token, answer, checks: pushed.checks, customer };
  } catch (error) {
    error.message += `\n  the page says: ${await customer.text('body').catch(() => 'nothing')}`;
    await customer.close();
    throw error;
  }
}
