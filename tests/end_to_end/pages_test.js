// Every page of the customer: what axe-core finds (nothing), in three languages, at the size of a phone and of a desk;
// by keyboard alone; without JavaScript. ALDGATE_PICTURES=1 keeps pictures in docs/screenshots.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assertAccessible, tabStops } from './support/accessibility.js';
import { stage, authorise } from './support/stage.js';
import { Tpp } from './support/tpp.js';

const all = stage('pages', { offset: 10500, prepare: async () => {
  all.agent = await Tpp.register(all.sandbox, 'Hillside Accounting', ['--on-behalf-of', 'Hill & Sons', '--scope', 'openid accounts']);
} });

const LANGUAGES = { en: 'en-GB', de: 'de-DE', fr: 'fr-FR' };

for (const [language, locale] of Object.entries(LANGUAGES)) {
  test(`axe-core finds nothing on any page, and each speaks ${language}`, async () => {
    const { agent, tpp, browser, callback, sandbox } = all;
    const customer = await browser.customer({ locale, viewport: { width: 1280, height: 900 } });
    const { page } = customer;
    const seen = new Map();
    const look = async (name, waitFor) => {
      if (waitFor) await page.waitForSelector(waitFor);
      await assertAccessible(customer, `${name} in ${language}`);
      assert.equal(await page.getAttribute('html', 'lang'), language, name);
      seen.set(name, await customer.text('h1'));
      if (language === 'en') await customer.picture(name);
    };
    await customer.open(sandbox.url('/'));
    await look('home');
    await customer.open(sandbox.url('/consents'));
    await look('dashboard-login', '#username');

    const first = await agent.createConsent({ expires: new Date(Date.now() + 20 * 86400e3) });
    const pushed = await agent.push(first);
    await customer.open(pushed.url);
    await look('login', '#username');
    await customer.login('alice', 'wrong');
    await look('login-mistake', '#notice');
    await customer.login();
    await look('code', '#otp');
    await customer.code('000000');
    await look('code-mistake', '#notice');
    await customer.code();
    await look('consent', '#allow');
    for (const box of await page.locator('input[name=account]').all()) await box.setChecked(false);
    await customer.press('allow');
    await look('consent-mistake', '#notice');
    for (const summary of await page.locator('summary').all()) await summary.click();
    await look('consent-open');
    await customer.chooseAccounts(2);
    await customer.press('allow');
    await agent.redeem(await callback.next(), pushed.checks);
    await customer.open(pushed.url);
    await look('granted', '#return');

    const second = await tpp.push(await tpp.createConsent());
    await customer.open(second.url);
    const path = page.url();
    await customer.login();
    await page.waitForSelector('#otp');
    await customer.open(`${path}/expired`);
    await look('still-signed-in', '#continue');
    await customer.open(path);
    await customer.code();
    await page.waitForSelector('#deny');
    await page.evaluate(() => { document.querySelector('[name=csrf]').value = 'x'; });
    await customer.press('deny');
    await look('forged', '#error');
    await customer.press('again');
    await customer.press('deny');
    await callback.next();
    await customer.open(second.url);
    await look('refused', '#return');

    const third = await tpp.push(await tpp.createConsent());
    await customer.open(third.url);
    await customer.open(`${page.url()}/expired`);
    await page.context().clearCookies();
    await page.reload();
    await look('signed-out', '#again');

    await customer.open(sandbox.url('/authorize?client_id=demo-dpop&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Aunknown'));
    await look('error', '#error');
    await customer.dashboardLogin(sandbox);
    await look('consents', '.item');
    await customer.open(sandbox.url('/consents?q=nobody&show=past'));
    await look('consents-none-found', '.empty');
    await customer.open(sandbox.url(`/consents/${first}`));
    await look('consent-detail', '#revoke');
    await customer.open(sandbox.url('/consents/01900000-0000-7000-8000-000000000000'));
    await look('no-such-consent', '#error');
    await customer.close();
    all.headings ??= {};
    all.headings[language] = seen;
  });
}

test('no heading is the same in two languages', () => {
  const { en, de, fr } = all.headings;
  for (const [name, heading] of en) {
    if (name === 'home' || name === 'consent-detail') continue; // the product's and the provider's own names
    assert.equal(new Set([heading, de.get(name), fr.get(name)]).size, 3, `${name}: ${heading}`);
  }
});

test('the language can be chosen on the page, and stays', async () => {
  const { tpp, browser } = all;
  const customer = await browser.customer();
  await customer.open((await tpp.push(await tpp.createConsent())).url);
  await customer.page.click('.languages a[lang=fr]');
  assert.equal(await customer.page.getAttribute('html', 'lang'), 'fr');
  await customer.login();
  await customer.page.waitForSelector('#otp');
  assert.equal(await customer.page.getAttribute('html', 'lang'), 'fr');
  assert.equal(await customer.page.locator('.languages [aria-current]').innerText(), 'Français');
  await customer.close();
});

test('the keyboard alone is enough, in the order of the page, and shows where it is', async () => {
  const { tpp, browser, callback } = all;
  const customer = await browser.customer();
  const { page } = customer;
  const { url, checks } = await tpp.push(await tpp.createConsent());
  await customer.open(url);
  assert.deepEqual((await tabStops(page)).slice(0, 6), ['Skip to content', 'username', 'password', 'login', 'passkey', 'cancel']);
  await page.reload();
  for (let i = 0; i < 2; i += 1) await page.keyboard.press('Tab');
  await page.keyboard.type('alice');
  await page.keyboard.press('Tab');
  await page.keyboard.type('alice');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#otp');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'otp', 'the field has the focus');
  await page.keyboard.type('123456');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#allow');
  const stops = await tabStops(page);
  assert.deepEqual(stops.slice(0, 3), ['Skip to content', 'Your account details', 'Your transactions']);
  assert.ok(stops.indexOf('account-1') < stops.indexOf('allow') && stops.indexOf('allow') < stops.indexOf('deny') &&
    stops.indexOf('deny') < stops.indexOf('cancel') && stops.indexOf('cancel') < stops.indexOf('more-time'), String(stops));
  await page.reload();
  const to = async (id) => {
    for (let i = 0; i < 30; i += 1) {
      if (await page.evaluate(() => document.activeElement.id) === id) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`the keyboard does not reach ${id}`);
  };
  await to('allow');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#notice');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'notice', 'the problem has the focus');
  assert.match(await page.title(), /^Please check: /);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter'); // the summary's link leads to the field
  assert.equal(await page.evaluate(() => document.activeElement.id), 'account-1');
  await page.keyboard.press('Space');
  await to('allow');
  await page.keyboard.press('Enter');
  await tpp.redeem(await callback.next(), checks);
  await customer.close();
});

test('the skip link leads past the header', async () => {
  const { browser, sandbox } = all;
  const customer = await browser.customer();
  await customer.open(sandbox.url('/'));
  await customer.page.keyboard.press('Tab');
  await customer.page.keyboard.press('Enter');
  assert.equal(await customer.page.evaluate(() => document.activeElement.id), 'main');
  await customer.close();
});

test('allow and deny are equal in size, colour and order of reach', async () => {
  const { tpp, browser } = all;
  const customer = await browser.customer();
  await customer.open((await tpp.push(await tpp.createConsent())).url);
  await customer.login();
  await customer.code();
  await customer.page.waitForSelector('#allow');
  const looks = (id) => customer.page.$eval(`#${id}`, (button) => {
    const { backgroundColor, color, fontSize, fontWeight, borderColor } = getComputedStyle(button);
    const { width, height } = button.getBoundingClientRect();
    return { backgroundColor, color, fontSize, fontWeight, borderColor, width: Math.round(width), height: Math.round(height) };
  });
  for (const size of [{ width: 360, height: 740 }, { width: 1280, height: 900 }]) {
    await customer.page.setViewportSize(size);
    assert.deepEqual(await looks('allow'), await looks('deny'));
  }
  await customer.close();
});

test('the provider, and for whom it acts, stand on the page and on the dashboard', async () => {
  const { agent, browser, sandbox } = all;
  const customer = await browser.customer();
  await customer.open((await agent.push(await agent.createConsent())).url);
  await customer.login();
  await customer.code();
  assert.equal(await customer.text('#tpp'), 'Hillside Accounting');
  assert.equal(await customer.text('#on-behalf-of'), 'Hill & Sons');
  await customer.dashboardLogin(sandbox);
  await customer.open(sandbox.url('/consents?q=hill+%26+sons'));
  assert.ok(await customer.page.locator('.item').count() > 0);
  await customer.close();
});

test('the whole flow works without JavaScript', async () => {
  const withoutScript = { ...all, browser: { customer: () => all.browser.customer({ javaScriptEnabled: false }) } };
  const { token, customer } = await authorise(withoutScript);
  assert.equal((await all.tpp.obie('GET', 'accounts', token)).status, 200);
  await customer.close();
});

all.endWithCleanLogs();
