// Every page, at the size of a phone and of a desk, without JavaScript, in three languages. ALDGATE_PICTURES=1 keeps pictures.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { stage, authorise } from './support/stage.js';

const all = stage('pages', { offset: 24000 });

// What holds for every page: one h1, a language, named fields, no sideways scrolling on a phone.
async function assertUsable(customer) {
  const { page } = customer;
  assert.equal(await page.locator('h1').count(), 1);
  assert.match(await page.getAttribute('html', 'lang'), /^[a-z]{2}/);
  assert.ok((await page.title()).length > 0);
  const unnamed = await page.$$eval('input:not([type=hidden])', (inputs) => inputs.filter((input) => !input.labels?.length).length);
  assert.equal(unnamed, 0, 'every field has a label');
  await page.setViewportSize({ width: 360, height: 740 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
    `${page.url()} scrolls sideways on a phone`);
  await page.setViewportSize({ width: 1280, height: 800 });
  assert.deepEqual(customer.violations, []);
}

test('login, code, consent, dashboard, one consent, error', async () => {
  const { tpp, browser, callback, sandbox } = all;
  const customer = await browser.customer({ viewport: { width: 1280, height: 800 } });
  const consentId = await tpp.createConsent();
  const show = async (name) => {
    await assertUsable(customer);
    await customer.picture(name);
  };
  await customer.open(sandbox.url('/'));
  await show('home');
  const { url, checks } = await tpp.push(consentId);
  await customer.open(url);
  await show('login');
  await customer.login();
  await customer.page.waitForSelector('#otp');
  await show('code');
  await customer.code();
  await customer.chooseAccounts(2);
  await show('consent');
  await customer.press('allow');
  await tpp.redeem(await callback.next(), checks);
  await customer.dashboardLogin(sandbox);
  await customer.page.waitForSelector('.item');
  await show('consents');
  await customer.open(sandbox.url(`/consents/${consentId}`));
  await show('consent-detail');
  await customer.open(sandbox.url('/authorize?client_id=demo-dpop&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Aunknown'));
  await customer.page.waitForSelector('#error');
  await show('error');
  await customer.close();
});

test('the pages speak the language of the browser', async () => {
  const { tpp, browser } = all;
  const headings = new Set();
  for (const locale of ['en-GB', 'de-DE', 'fr-FR']) {
    const customer = await browser.customer({ locale });
    await customer.open((await tpp.push(await tpp.createConsent())).url);
    assert.equal(await customer.page.getAttribute('html', 'lang'), locale.slice(0, 2));
    headings.add(await customer.text('h1'));
    await customer.close();
  }
  assert.equal(headings.size, 3);
});

test('the whole flow works without JavaScript', async () => {
  const withoutScript = { ...all, browser: { customer: () => all.browser.customer({ javaScriptEnabled: false }) } };
  const { token, customer } = await authorise(withoutScript);
  assert.equal((await all.tpp.obie('GET', 'accounts', token)).status, 200);
  await customer.close();
});

all.endWithCleanLogs();
