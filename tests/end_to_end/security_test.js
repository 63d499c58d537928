// The security page: ways to confirm (authenticator app, passkey with Chromium's virtual authenticator), recent sign-ins,
// signing out everywhere; and the ways themselves at sign-in: approval on a device, lockout with its warning.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';

import { assertAccessible } from './support/accessibility.js';
import { stage } from './support/stage.js';

const all = stage('security', { offset: 14500 });

// RFC 6238 with SHA-1, six digits, 30 seconds: what authenticator apps do.
function totp(secret, seconds = Date.now() / 1000) {
  const bits = [...secret.replace(/\s/g, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(seconds / 30)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1e6).padStart(6, '0');
}

async function atSecurity(username, options) {
  const customer = await all.browser.customer(options);
  await customer.dashboardLogin(all.sandbox, username);
  await customer.page.waitForSelector('#logout');
  await customer.open(all.sandbox.url('/security'));
  await customer.page.waitForSelector('#sign-out-everywhere');
  return customer;
}

async function begin(customer, kind, label, address) {
  await customer.press(`add-${kind}`);
  await customer.page.fill(`#label-${kind}`, label);
  if (address) await customer.page.fill(`#address-${kind}`, address);
  await customer.press(`enrol-${kind}`);
}

// A change of factors may ask for the code once more.
async function confirmIfAsked(customer) {
  if (!/confirm/.test(customer.page.url())) return false;
  await customer.code();
  await customer.page.waitForSelector('#sign-out-everywhere');
  return true;
}

for (const [language, locale] of [['en', 'en-GB'], ['de', 'de-DE'], ['fr', 'fr-FR']]) {
  test(`axe-core finds nothing on the security pages in ${language}`, async () => {
    const customer = await atSecurity('alice', { locale });
    await assertAccessible(customer, 'security');
    if (language === 'en') await customer.picture('security');
    for (const summary of await customer.page.locator('summary').all()) await summary.click();
    await assertAccessible(customer, 'security, open');
    await customer.page.fill('#label-totp', 'Phone');
    await customer.press('enrol-totp');
    if (await confirmIfAsked(customer)) await begin(customer, 'totp', 'Phone');
    await customer.page.waitForSelector('#totp-secret');
    await assertAccessible(customer, 'enrolment of an app');
    if (language === 'en') await customer.picture('enrol-totp');
    await customer.page.goBack();
    await begin(customer, 'sms', 'Mobile', 'nonsense').catch(() => {});
    await customer.page.waitForSelector('#notice');
    assert.equal(await customer.page.getAttribute('html', 'lang'), language);
    await assertAccessible(customer, 'security with a mistake');
    await customer.close();
  });
}

test('an authenticator app: enrolled by QR code, confirmed by its code, used at the next sign-in, removed', async () => {
  const customer = await atSecurity('ivan');
  const { page } = customer;
  await begin(customer, 'totp', 'Old phone');
  await page.waitForSelector('#totp-secret');
  assert.equal(await page.locator('svg[role=img]').count(), 1);
  const secret = (await customer.text('#totp-secret')).trim();
  all.sandbox.ledger.keep('totp secret', secret);
  const right = totp(secret);
  await page.fill('#otp', right === '000000' ? '111111' : '000000');
  await customer.press('verify');
  await page.waitForSelector('#notice');
  await page.fill('#otp', totp(secret));
  await customer.press('verify');
  await page.waitForSelector('.way[data-kind=totp]');
  assert.match(await customer.text('.way[data-kind=totp]'), /Old phone/);

  const again = await all.browser.customer();
  await again.open(all.sandbox.url('/login'));
  await again.login('ivan');
  await again.page.waitForSelector('#otp');
  if (await again.page.locator('[id^=choose-totp-]').count()) await again.page.click('[id^=choose-totp-]');
  await again.page.waitForSelector('#otp');
  await again.code(totp(secret, Date.now() / 1000 + 30)); // the next step: the present one was used
  await again.page.waitForSelector('#logout');
  await again.open(all.sandbox.url('/security'));
  assert.match(await again.text('#recent'), /Signed in.*Authenticator app/);
  await again.page.locator('.way[data-kind=totp] summary').click();
  await again.page.locator('.way[data-kind=totp] button').click();
  await again.page.waitForSelector('#notice');
  assert.equal(await again.page.locator('.way[data-kind=totp]').count(), 0);
  assert.match(await again.text('#changed'), /Removed: Authenticator app “Old phone”[^]*Added: Authenticator app “Old phone”/);
  await assertAccessible(again, 'security with changes');
  await again.picture('security-changes');
  await again.close();
  await customer.close();
});

test('a passkey: made, used to sign in without a password, and removed', async () => {
  const customer = await atSecurity('judy');
  const { page } = customer;
  const devtools = await customer.context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal',
    hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
  await begin(customer, 'passkey', 'This laptop');
  await page.waitForSelector('#passkey');
  await assertAccessible(customer, 'enrolment of a passkey');
  await customer.press('passkey');
  await page.waitForSelector('.way[data-kind=passkey]');
  assert.match(await customer.text('.way[data-kind=passkey]'), /This laptop/);
  await customer.picture('security-passkey');

  await customer.press('logout');
  await page.waitForSelector('#passkey');
  await customer.press('passkey');
  await page.waitForSelector('#logout');
  assert.match(page.url(), /\/consents$/);

  // The same key confirms a consent.
  const { tpp, callback } = all;
  const { url, checks } = await tpp.push(await tpp.createConsent());
  await customer.open(url);
  await page.waitForSelector('#passkey');
  await customer.press('passkey');
  await customer.chooseAccounts(1);
  await customer.press('allow');
  await tpp.redeem(await callback.next(), checks);

  await customer.open(all.sandbox.url('/security'));
  await page.locator('.way[data-kind=passkey] summary').click();
  await page.locator('.way[data-kind=passkey] button').click();
  await page.waitForSelector('#notice');
  assert.equal(await page.locator('.way[data-kind=passkey]').count(), 0);
  await customer.press('logout');
  await page.waitForSelector('#passkey');
  await customer.press('passkey');
  await page.waitForSelector('#notice, [data-passkey-failed]:not([hidden])');
  assert.equal(await page.locator('#logout').count(), 0, 'a removed passkey opens nothing');
  await customer.close();
});

test('another customer’s factor and another’s device are nobody’s: nothing changes, and it is written down', async () => {
  const { sandbox, browser, tpp } = all;
  const owner = await atSecurity('judy');
  await begin(owner, 'totp', 'Hers');
  await owner.page.waitForSelector('#totp-secret');
  const enrolment = new URL(owner.page.url()).pathname;
  const secret = (await owner.text('#totp-secret')).trim();
  sandbox.ledger.keep('totp secret', secret);
  const customer = await atSecurity('alice');
  const csrf = await customer.page.locator('input[name=csrf]').first().inputValue();
  const post = (path, fields) => customer.context.request.post(sandbox.url(path).href, { form: { csrf, ...fields }, maxRedirects: 0 });
  const audit = async (answer) => sandbox.aldgate('explain', 'request', answer.headers()['x-fapi-interaction-id']);

  assert.equal((await customer.page.goto(sandbox.url(enrolment).href)).status(), 404);
  const stolen = await post(enrolment, { otp: totp(secret) });
  assert.equal(stolen.status(), 404, 'her enrolment is finished by nobody else');
  assert.match(await audit(stolen), /psu\.factor_enrol.*unknown/);
  await owner.page.fill('#otp', totp(secret));
  await owner.press('verify');
  await owner.page.waitForSelector('.way[data-kind=totp]');
  const remove = await owner.page.locator('.way[data-kind=totp] form').getAttribute('action');
  for (const path of [remove, '/security/factors/01900000-0000-7000-8000-000000000000/remove', '/security/factors/nonsense/remove']) {
    const answer = await post(path, { step: 'remove' });
    assert.equal(answer.status(), 404, path);
    assert.doesNotMatch(await answer.text(), /Hers/);
    assert.match(await audit(answer), /psu\.factor_remove.*unknown/, path);
  }
  await owner.page.reload();
  assert.equal(await owner.page.locator('.way[data-kind=totp]').count(), 1, 'hers is still there');

  // Carol's approval, decided in alice's name.
  const { url } = await tpp.push(await tpp.createConsent());
  const waiting = await browser.customer();
  await waiting.open(url);
  await waiting.login('carol');
  await waiting.page.waitForSelector('#number');
  const device = await browser.customer();
  await device.open(sandbox.url('/sandbox/device?psu=carol'));
  const id = await device.page.locator('input[name=id]').inputValue();
  for (const decision of ['approve', 'refuse']) {
    const answer = await post('/sandbox/device', { psu: 'alice', id, decision });
    assert.equal(answer.status(), 200);
    assert.match(await answer.text(), /nothing to decide/);
    assert.match(await audit(answer), /unknown/);
  }
  await device.press('reload');
  assert.equal(await device.page.locator('input[name=id]').inputValue(), id, 'it waits for carol still');
  assert.equal(await waiting.page.locator('#allow').count(), 0);
  await device.press('refuse');
  await owner.page.locator('.way[data-kind=totp] summary').click();
  await owner.page.locator('.way[data-kind=totp] button').click();
  await owner.page.waitForSelector('#notice');
  for (const one of [owner, customer, waiting, device]) await one.close();
});

test('signing out everywhere ends the other browser’s session at once', async () => {
  const one = await atSecurity('ivan');
  const other = await atSecurity('ivan');
  await one.press('sign-out-everywhere');
  await one.page.waitForSelector('#username');
  await other.open(all.sandbox.url('/consents'));
  await other.page.waitForSelector('#username');
  await one.close();
  await other.close();
});

test('approval on a device: the same number on both, the page goes on by itself', async () => {
  const { tpp, browser, callback, sandbox } = all;
  const { url, checks } = await tpp.push(await tpp.createConsent());
  const customer = await browser.customer();
  await customer.open(url);
  await customer.login('carol');
  await customer.page.waitForSelector('#number');
  await assertAccessible(customer, 'waiting for the device');
  await customer.picture('device-waiting');
  const device = await browser.customer();
  await device.open(sandbox.url('/sandbox/device?psu=carol'));
  assert.equal(await device.text('#number'), await customer.text('#number'));
  await assertAccessible(device, 'device');
  await device.picture('device');
  await device.press('approve');
  await customer.page.waitForSelector('#allow');
  await customer.chooseAccounts(1);
  await customer.press('allow');
  await tpp.redeem(await callback.next(), checks);
  await device.close();
  await customer.close();
});

test('refused on the device: nothing is shared, and the customer can go back', async () => {
  const { tpp, browser, callback, sandbox } = all;
  const { url, checks } = await tpp.push(await tpp.createConsent());
  const customer = await browser.customer();
  await customer.open(url);
  await customer.login('carol');
  await customer.page.waitForSelector('#number');
  const device = await browser.customer();
  await device.open(sandbox.url('/sandbox/device?psu=carol'));
  await device.press('refuse');
  await customer.page.waitForSelector('#number', { state: 'detached' });
  assert.equal(await customer.page.locator('#allow').count(), 0);
  await customer.press('cancel');
  const back = await callback.next();
  assert.equal(back.searchParams.get('error'), 'access_denied');
  assert.equal(back.searchParams.get('state'), checks.expectedState);
  await device.close();
  await customer.close();
});

test('lockout: a warning before it, the same words for everybody, the way back to the provider', async () => {
  const { tpp, browser, callback, sandbox } = all;
  const { url, checks } = await tpp.push(await tpp.createConsent());
  const customer = await browser.customer();
  await customer.open(url);
  const texts = [];
  for (let i = 0; i < 4; i += 1) {
    await customer.login('erin', 'wrong');
    await customer.page.waitForSelector('#notice');
    texts.push(await customer.text('#notice-text'));
  }
  assert.doesNotMatch(texts[0], /\d/);
  assert.match(texts[3], /1/, 'the last attempt is announced');
  await assertAccessible(customer, 'warning before the block');
  await customer.login('erin', 'wrong');
  await customer.page.waitForSelector('#error');
  await assertAccessible(customer, 'blocked');
  await customer.picture('blocked');
  await customer.press('return');
  const back = await callback.next();
  assert.equal(back.searchParams.get('error'), 'access_denied');
  assert.equal(back.searchParams.get('state'), checks.expectedState);
  const reset = await sandbox.fetch(sandbox.url('/sandbox/psu/erin/reset'), { method: 'POST' });
  assert.equal(reset.status, 204);
  await customer.close();
});

all.endWithCleanLogs();
