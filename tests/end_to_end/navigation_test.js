// What people do with browsers: back, reload, two tabs, old links, other people's addresses. Each ends well, and on a page
// that leads on.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { authorise, stage } from './support/stage.js';

const all = stage('navigation', { offset: 15500 });

async function review() {
  const { tpp, browser } = all;
  const consentId = await tpp.createConsent();
  const pushed = await tpp.push(consentId);
  const customer = await browser.customer();
  await customer.open(pushed.url);
  await customer.login();
  await customer.code();
  await customer.page.waitForSelector('#allow');
  return { consentId, ...pushed, customer };
}

test('back and reload after allowing: no second code, the page says what was decided and leads back', async () => {
  const { callback, tpp } = all;
  const { customer, checks, consentId } = await review();
  const page = customer.page.url();
  await customer.page.reload();
  await customer.chooseAccounts(1);
  await customer.press('allow');
  await tpp.redeem(await callback.next(), checks);
  await customer.open(page);
  await customer.page.waitForSelector('#return');
  assert.equal(await customer.text('h1'), 'You have agreed');
  await customer.page.reload();
  await customer.press('return');
  const back = await callback.next();
  assert.equal(back.searchParams.get('code'), null);
  assert.equal(back.searchParams.get('state'), checks.expectedState);
  assert.equal(await tpp.consentStatus(consentId), 'AUTH');
  await customer.close();
});

test('two tabs: what the second decides after the first changes nothing', async () => {
  const { callback, tpp } = all;
  const { customer, checks, consentId } = await review();
  const second = await customer.context.newPage();
  await second.goto(customer.page.url());
  await second.waitForSelector('#deny');
  await customer.chooseAccounts(1);
  await customer.press('allow');
  await tpp.redeem(await callback.next(), checks);
  await second.click('#deny');
  await second.waitForSelector('#error');
  assert.equal(await tpp.consentStatus(consentId), 'AUTH');
  await customer.close();
});

test('declining and cancelling both tell the provider', async () => {
  const { callback, tpp } = all;
  for (const [button, status] of [['deny', 'RJCT'], ['cancel', 'AWAU']]) {
    const { customer, checks, consentId } = await review();
    await customer.press(button);
    const back = await callback.next();
    assert.equal(back.searchParams.get('error'), 'access_denied');
    assert.equal(back.searchParams.get('state'), checks.expectedState);
    assert.equal(await tpp.consentStatus(consentId), status);
    await customer.close();
  }
});

test('a link that somebody else’s browser used leads back, without a code', async () => {
  const { browser, callback } = all;
  const { customer, url, checks } = await review();
  const other = await browser.customer();
  await other.open(url);
  await other.page.waitForSelector('#error');
  await other.press('return');
  const back = await callback.next();
  assert.equal(back.searchParams.get('error'), 'access_denied');
  assert.equal(back.searchParams.get('state'), checks.expectedState);
  await other.close();
  await customer.close();
});

test('another customer’s consent is as unknown as one that does not exist', async () => {
  const { browser, sandbox } = all;
  const { consentId, customer } = await authorise(all);
  await customer.close();
  const heidi = await browser.customer();
  await heidi.dashboardLogin(sandbox, 'heidi');
  await heidi.page.waitForSelector('#logout');
  const seen = [];
  for (const id of [consentId, '01900000-0000-7000-8000-000000000000']) {
    const answer = await heidi.open(sandbox.url(`/consents/${id}`));
    seen.push(`${answer.status()} ${await heidi.text('h1')}`);
  }
  assert.equal(seen[0], seen[1]);
  assert.match(seen[0], /^404 /);
  await heidi.close();
});

all.endWithCleanLogs();
