// A customer who goes away: after the idle time (5 minutes in life, seconds here) nothing can be allowed any more, and
// every page ends on one that leads back. [RTS-SCA-4.3d]
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { eventually } from './support/eventually.js';
import { stage } from './support/stage.js';

const IDLE = 6;
const all = stage('session', { offset: 22000, environment: { ALDGATE_IDLE_SECONDS: String(IDLE) } });

async function review(options) {
  const { tpp, browser } = all;
  const consentId = await tpp.createConsent();
  const { url, checks } = await tpp.push(consentId);
  const customer = await browser.customer(options);
  await customer.open(url);
  await customer.login();
  await customer.code();
  await customer.page.waitForSelector('#allow');
  return { consentId, customer, url, checks };
}

test('the page ends by itself and leads back to the provider', async () => {
  const { tpp, callback } = all;
  const { consentId, customer, checks } = await review();
  await customer.page.waitForSelector('#again'); // comes without a touch
  assert.match(customer.page.url(), /\/expired$/);
  await customer.press('return');
  const back = await callback.next();
  assert.equal(back.searchParams.get('error'), 'access_denied');
  assert.equal(back.searchParams.get('state'), checks.expectedState);
  assert.notEqual(await tpp.consentStatus(consentId), 'AUTH');
  await customer.close();
});

test('after the end the customer can sign in again and decide', async () => {
  const { tpp, callback } = all;
  const { consentId, customer, checks } = await review();
  await customer.page.waitForSelector('#again');
  await customer.press('again');
  await customer.login();
  await customer.code();
  await customer.chooseAccounts(1);
  await customer.press('allow');
  await tpp.redeem(await callback.next(), checks);
  assert.equal(await tpp.consentStatus(consentId), 'AUTH');
  await customer.close();
});

test('a form sent too late allows nothing', async () => {
  const { tpp } = all;
  const { consentId, customer } = await review();
  await customer.chooseAccounts(1);
  const action = await customer.page.getAttribute('#decision', 'action');
  const form = await customer.page.$eval('#decision', (element) => new URLSearchParams(new FormData(element)).toString());
  await customer.page.waitForSelector('#again');
  const late = await customer.context.request.post(all.sandbox.url(action).href,
    { data: `${form}&decision=allow`, headers: { 'content-type': 'application/x-www-form-urlencoded' }, maxRedirects: 0 });
  assert.equal(late.status(), 403);
  assert.match(await late.text(), /id="error"/);
  assert.notEqual(await tpp.consentStatus(consentId), 'AUTH');
  await customer.close();
});

test('the countdown runs, and “I need more time” gives it and keeps what was ticked', async () => {
  const { customer } = await review();
  const { page } = customer;
  const left = async () => Number((await customer.text('#timer-text')).match(/(\d):(\d\d)/).slice(1).reduce((m, s) => Number(m) * 60 + Number(s)));
  const first = await left();
  assert.ok(first <= IDLE && first > 0, `${first} seconds`);
  await eventually(async () => await left() < first, 'the countdown goes down');
  await customer.chooseAccounts(1);
  const pressed = Date.now();
  await customer.press('more-time');
  await page.waitForSelector('#allow');
  assert.equal(await page.locator('input[name=account]:checked').count(), 1);
  await page.waitForSelector('#again');
  assert.ok(Date.now() - pressed > (IDLE - 1) * 1000, 'the time began anew');
  await customer.close();
});

test('without JavaScript the page says at what time it ends, and more time can be had', async () => {
  const { customer } = await review({ javaScriptEnabled: false });
  assert.match(await customer.text('#timer-text'), /at \d\d:\d\d UTC/);
  await customer.press('more-time');
  await customer.page.waitForSelector('#allow');
  await customer.close();
});

test('a forgotten tab does not keep another alive', async () => {
  const { customer } = await review();
  const other = await customer.context.newPage();
  await other.goto(customer.page.url());
  await other.waitForSelector('#allow');
  await customer.page.waitForSelector('#again');
  await other.waitForSelector('#again');
  await customer.close();
});

test('the dashboard signs out, says so, and shows nothing without a new sign-in', async () => {
  const { browser, sandbox } = all;
  const customer = await browser.customer();
  await customer.dashboardLogin(sandbox);
  await customer.page.waitForSelector('#more-time');
  await customer.press('more-time');
  await customer.page.waitForSelector('#logout');
  await customer.page.waitForSelector('#again');
  await customer.open(sandbox.url('/consents'));
  await customer.page.waitForSelector('#username');
  await customer.close();
});

all.endWithCleanLogs();
