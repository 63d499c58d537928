// A customer who goes away: after the idle time (5 minutes in life, 2 seconds here) nothing can be allowed any more.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { stage } from './support/stage.js';

const all = stage('session', { offset: 22000, environment: { ALDGATE_IDLE_SECONDS: '2' } });
const idle = () => new Promise((resolve) => setTimeout(resolve, 3000));

test('an expired session cannot allow; the page says why and offers a way back', async () => {
  const { tpp, browser } = all;
  const consentId = await tpp.createConsent();
  const { url } = await tpp.push(consentId);
  const customer = await browser.customer();
  await customer.open(url);
  await customer.login();
  await customer.code();
  await customer.chooseAccounts(1);
  await idle();
  await customer.press('allow');
  await customer.page.waitForSelector('#error, #username');
  assert.ok(await customer.page.locator('#cancel, #return, #again, #login').count() > 0, 'a way back');
  assert.notEqual(await tpp.consentStatus(consentId), 'AUTH');
  await customer.close();
});

test('an expired session shows no consent on the dashboard', async () => {
  const { browser, sandbox } = all;
  const customer = await browser.customer();
  await customer.dashboardLogin(sandbox);
  await customer.page.waitForSelector('h1');
  await idle();
  await customer.open(sandbox.url('/consents'));
  await customer.page.waitForSelector('#username');
  await customer.close();
});

all.endWithCleanLogs();
