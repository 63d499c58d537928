// The main job: a customer lets a TPP read an account, and takes it back. And every other way the flow can end.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Webhook } from 'standardwebhooks';

import { authorise, stage, subscribe } from './support/stage.js';
import { Tpp } from './support/tpp.js';

const all = stage('flow', { offset: 10000 });

test('the TPP reads what the customer shared, until the customer revokes; a signed webhook tells of both', async () => {
  const { sandbox, tpp, receiver } = all;
  const { secret } = await subscribe(all);
  const { consentId, token, answer, tokens, customer } = await authorise(all, { accounts: 1 });

  assert.equal(answer.searchParams.get('iss'), sandbox.description.issuer);
  assert.deepEqual([...answer.searchParams.keys()].sort(), ['code', 'iss', 'state']);
  assert.equal(tokens.token_type, 'dpop');
  assert.equal(await tpp.consentStatus(consentId), 'AUTH');
  assert.deepEqual(customer.violations, [], 'the pages keep their own Content-Security-Policy');

  const accounts = await tpp.obie('GET', 'accounts', token);
  assert.equal(accounts.status, 200, JSON.stringify(accounts.body));
  assert.match(accounts.headers.get('x-fapi-interaction-id'), /^[0-9a-f-]{36}$/);
  assert.equal(accounts.body.Data.Account.length, 1, 'only the chosen account');
  const { AccountId } = accounts.body.Data.Account[0];
  assert.equal((await tpp.obie('GET', `accounts/${AccountId}`, token)).body.Data.Account[0].AccountId, AccountId);
  const balances = await tpp.obie('GET', `accounts/${AccountId}/balances`, token);
  assert.ok(balances.body.Data.Balance.length > 0);
  assert.match(balances.body.Data.Balance[0].Amount.Amount, /^\d+\.\d{2}$/);

  const seen = new Set();
  let page = await tpp.obie('GET', `accounts/${AccountId}/transactions`, token);
  for (;;) {
    assert.equal(page.status, 200, JSON.stringify(page.body));
    for (const { TransactionId } of page.body.Data.Transaction) {
      assert.ok(!seen.has(TransactionId), 'a transaction stands on one page only');
      seen.add(TransactionId);
    }
    if (!page.body.Links.Next) break;
    page = await tpp.call('GET', page.body.Links.Next, token);
  }
  assert.ok(seen.size > 0, 'there are transactions');

  const authorised = await receiver.verified('consent.authorised', consentId, secret);
  assert.equal(authorised.event.type, 'consent.authorised');
  const forged = authorised.body.replace('consent.authorised', 'consent.revoked');
  assert.throws(() => new Webhook(secret).verify(forged, authorised.headers), 'a changed body does not verify');

  await customer.dashboardLogin(sandbox);
  assert.match(await customer.text(), /Demo Budget App/);
  await customer.revoke(sandbox, consentId);

  const refused = await tpp.obie('GET', 'accounts', token);
  assert.equal(refused.status, 401, 'the very next request is refused');
  await assert.rejects(tpp.refresh(tokens.refresh_token), { error: 'invalid_grant' });
  assert.notEqual(await tpp.consentStatus(consentId), 'AUTH');
  await receiver.verified('consent.revoked', consentId, secret);
  await customer.close();
});

test('a refresh token gives new access tokens, and a revoked one does not', async () => {
  const { tpp } = all;
  const { tokens, token, customer } = await authorise(all);
  const renewed = await tpp.refresh(tokens.refresh_token);
  assert.notEqual(renewed.access_token, token);
  assert.equal((await tpp.obie('GET', 'accounts', renewed.access_token)).status, 200);
  await tpp.revokeToken(tokens.refresh_token);
  await assert.rejects(tpp.refresh(tokens.refresh_token), { error: 'invalid_grant' });
  await customer.close();
});

test('a TPP that deletes the consent loses its access', async () => {
  const { tpp } = all;
  const { consentId, token, customer } = await authorise(all);
  const deleted = await tpp.obie('DELETE', `account-access-consents/${consentId}`, await tpp.clientToken('accounts'));
  assert.equal(deleted.status, 204);
  assert.equal((await tpp.obie('GET', 'accounts', token)).status, 401);
  await customer.close();
});

for (const [way, button] of [['denies', 'deny'], ['cancels', 'cancel']]) {
  test(`a customer who ${way} goes back to the TPP with access_denied, and nothing is shared`, async () => {
    const { tpp, browser, callback, sandbox } = all;
    const consentId = await tpp.createConsent();
    const { url, checks } = await tpp.push(consentId);
    const customer = await browser.customer();
    await customer.open(url);
    await customer.login();
    await customer.code();
    await customer.press(button);
    const answer = await callback.next();
    assert.equal(answer.searchParams.get('error'), 'access_denied');
    assert.equal(answer.searchParams.get('state'), checks.expectedState);
    assert.equal(answer.searchParams.get('iss'), sandbox.description.issuer);
    assert.equal(answer.searchParams.get('code'), null);
    await assert.rejects(tpp.redeem(answer, checks), { error: 'access_denied' });
    assert.notEqual(await tpp.consentStatus(consentId), 'AUTH');
    await customer.close();
  });
}

test('a customer may leave before saying who they are', async () => {
  const { tpp, browser, callback } = all;
  const { url } = await tpp.push(await tpp.createConsent());
  const customer = await browser.customer();
  await customer.open(url);
  await customer.press('cancel');
  assert.equal((await callback.next()).searchParams.get('error'), 'access_denied');
  await customer.close();
});

test('a wrong password and an unknown customer get the same words', async () => {
  const { tpp, browser } = all;
  const customer = await browser.customer();
  const notices = [];
  for (const username of ['alice', 'nobody-of-that-name']) {
    await customer.open((await tpp.push(await tpp.createConsent())).url);
    await customer.login(username, 'not the password');
    notices.push(await customer.text('#notice'));
  }
  assert.equal(notices[0], notices[1]);
  await customer.close();
});

test('five wrong codes lock the customer out of every door, until reset', async () => {
  const { tpp, browser, sandbox } = all;
  const reset = () => sandbox.fetch(sandbox.url('/sandbox/psu/erin/reset'), { method: 'POST' });
  await reset();
  const customer = await browser.customer();
  await customer.open((await tpp.push(await tpp.createConsent())).url);
  await customer.login('erin');
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    await customer.page.waitForSelector('#otp');
    await customer.code('000000');
    await customer.page.waitForSelector(attempt < 5 ? '#notice' : '#error, #notice');
  }
  assert.equal(await customer.page.locator('#otp').count(), 0, 'no sixth attempt is offered');
  await customer.close();

  const elsewhere = await browser.customer();
  await elsewhere.open(sandbox.url('/consents'));
  await elsewhere.login('erin');
  await elsewhere.page.waitForSelector('#error, #notice');
  assert.equal(await elsewhere.page.locator('#otp').count(), 0, 'the right password opens no other door');

  assert.ok((await reset()).ok);
  await elsewhere.open(sandbox.url('/consents'));
  await elsewhere.login('erin');
  await elsewhere.code();
  await elsewhere.page.waitForSelector('h1');
  assert.equal(new URL(elsewhere.page.url()).pathname, '/consents');
  await elsewhere.close();
});

test('a code used twice is invalid_grant and ends its grant', async () => {
  const { tpp } = all;
  const { answer, checks, token, tokens, customer } = await authorise(all);
  assert.equal((await tpp.obie('GET', 'accounts', token)).status, 200);
  await assert.rejects(tpp.redeem(answer, checks), { error: 'invalid_grant' });
  assert.equal((await tpp.obie('GET', 'accounts', token)).status, 401);
  await assert.rejects(tpp.refresh(tokens.refresh_token), { error: 'invalid_grant' });
  await customer.close();
});

test('another client cannot use a stolen code or token', async () => {
  const { tpp, sandbox } = all;
  const thief = await Tpp.register(sandbox, 'Thief');
  const { token, consentId, customer } = await authorise(all);
  assert.equal((await thief.obie('GET', 'accounts', token)).status, 401, 'the token is bound to the key of another');
  const foreign = await thief.obie('GET', `account-access-consents/${consentId}`, await thief.clientToken('accounts'));
  assert.equal(foreign.status, 403);
  assert.equal((await tpp.obie('GET', 'accounts', token)).status, 200, 'the owner is not harmed');
  await customer.close();
});

test('the interaction belongs to the browser that logged in', async () => {
  const { tpp, browser, callback } = all;
  const { url } = await tpp.push(await tpp.createConsent());
  const customer = await browser.customer();
  await customer.open(url);
  await customer.login();
  await customer.page.waitForSelector('#otp');
  const page = customer.page.url();
  const stranger = await browser.customer();
  await stranger.open(page);
  assert.equal(await stranger.page.locator('#otp, #allow').count(), 0);
  await customer.code();
  await customer.chooseAccounts(1);
  await customer.press('allow');
  assert.ok((await callback.next()).searchParams.get('code'));
  await stranger.close();
  await customer.close();
});

test('a button pressed twice gives one answer', async () => {
  const { tpp, browser, callback } = all;
  const { url, checks } = await tpp.push(await tpp.createConsent());
  const customer = await browser.customer();
  await customer.open(url);
  await customer.login();
  await customer.code();
  await customer.chooseAccounts(1);
  const form = await customer.page.$eval('#allow', (button) => {
    const fields = new URLSearchParams(new FormData(button.form));
    fields.append(button.name, button.value);
    return { action: button.form.action, body: fields.toString() };
  });
  const again = () => customer.context.request.post(form.action, { data: form.body, maxRedirects: 0,
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(form.action).origin } });
  const answers = await Promise.all([again(), again(), again()]);
  const codes = answers.map((answer) => answer.headers().location).filter(Boolean)
    .map((location) => new URL(location, form.action).searchParams.get('code')).filter(Boolean);
  assert.equal(new Set(codes).size, 1, `statuses ${answers.map((answer) => answer.status())}`);
  assert.ok(codes.length >= 1 && checks);
  assert.ok(callback);
  await customer.close();
});

test('forms without the CSRF token, or from elsewhere, change nothing', async () => {
  const { tpp, browser } = all;
  const consentId = await tpp.createConsent();
  const { url } = await tpp.push(consentId);
  const customer = await browser.customer();
  await customer.open(url);
  await customer.login();
  await customer.code();
  await customer.page.waitForSelector('#allow');
  const action = await customer.page.$eval('#allow', (button) => button.form.action);
  const account = await customer.page.$eval('input[name=account]', (box) => box.value);
  const answer = await customer.context.request.post(action, { maxRedirects: 0, form: { decision: 'allow', account } });
  assert.ok(answer.status() >= 400, `status ${answer.status()}`);
  assert.notEqual(await tpp.consentStatus(consentId), 'AUTH');
  await customer.close();
});

test('pages forbid framing and scripts from elsewhere, and their cookie is __Host-, HttpOnly and changes at login', async () => {
  const { tpp, browser } = all;
  const customer = await browser.customer();
  const response = await customer.open((await tpp.push(await tpp.createConsent())).url);
  const policy = response.headers()['content-security-policy'];
  assert.match(policy, /frame-ancestors 'none'/);
  assert.match(policy, /default-src 'none'|default-src 'self'/);
  assert.doesNotMatch(policy, /unsafe/);
  const cookies = async () => (await customer.context.cookies()).filter(({ name }) => name.startsWith('__Host-'));
  await customer.login();
  await customer.page.waitForSelector('#otp');
  const first = await cookies();
  assert.ok(first.length > 0 && first.every(({ secure, httpOnly, path: p }) => secure && httpOnly && p === '/'));
  await customer.code();
  await customer.page.waitForSelector('#allow');
  const second = await cookies();
  assert.notDeepEqual(first.map(({ value }) => value), second.map(({ value }) => value));
  await customer.close();
});

test('an unknown route is 404, a wrong method 405 with Allow, each in the form of its surface', async () => {
  const { sandbox } = all;
  const unknown = await sandbox.fetch(sandbox.url('/no/such/thing'));
  assert.equal(unknown.status, 404);
  assert.match(unknown.headers.get('content-type'), /application\/problem\+json/);
  const obie = await sandbox.fetch(sandbox.url('/open-banking/v4.0/aisp/no-such-thing'));
  assert.equal(obie.status, 404);
  const wrong = await sandbox.fetch(sandbox.url('/token'), { method: 'GET' });
  assert.equal(wrong.status, 405);
  assert.match(wrong.headers.get('allow'), /\bPOST\b/);
});

test('a request without a token, and one with a token as Bearer, is refused', async () => {
  const { sandbox, tpp } = all;
  const url = `${sandbox.description.obie_base}/aisp/accounts`;
  const bare = await sandbox.fetch(url);
  assert.equal(bare.status, 401);
  assert.match(bare.headers.get('www-authenticate'), /DPoP/);
  const token = await tpp.clientToken('accounts');
  assert.equal((await sandbox.fetch(url, { headers: { authorization: `Bearer ${token}` } })).status, 401);
  assert.equal((await sandbox.fetch(url, { headers: { authorization: `DPoP ${token}` } })).status, 401);
});

test('what one interaction id did can be explained', async () => {
  const { sandbox, tpp } = all;
  const interaction = crypto.randomUUID();
  const { status } = await tpp.obie('GET', 'accounts', await tpp.clientToken('accounts'), undefined, { 'x-fapi-interaction-id': interaction });
  assert.equal(status, 403, 'a token without a customer reads no account');
  let told = '';
  for (let attempt = 0; attempt < 100 && !told.includes(interaction); attempt += 1) {
    told = await sandbox.aldgate('explain', 'request', interaction).catch(() => '');
    if (!told.includes(interaction)) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.match(told, new RegExp(interaction));
  assert.match(told, /\/accounts/);
  assert.match(told, /403/);
});

all.endWithCleanLogs();
