// Payments, standing orders, VRP and confirmation of funds at the customer's pages: every term in words, the code bound to
// the terms, one account, two signatories.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assertAccessible } from './support/accessibility.js';
import * as orders from './support/orders.js';
import { stage } from './support/stage.js';

const all = stage('orders', { offset: 12500 });

async function open(kind, body, options = {}) {
  const { tpp, browser } = all;
  const id = await tpp.createOrder(kind, body);
  const { url, checks } = await tpp.push(id, { scope: orders.scopeOf(kind) });
  const customer = await browser.customer(options);
  await customer.open(url);
  return { id, checks, customer, url };
}

async function review(kind, body, { username = 'alice', ...options } = {}) {
  const opened = await open(kind, body, options);
  await opened.customer.login(username);
  await opened.customer.code();
  await opened.customer.page.waitForSelector('#allow');
  return opened;
}

const KINDS = [
  ['payment', orders.PAYMENT, () => orders.payment(), { amount: '£1,234.56', payee: 'Ealing Books',
    'payee-account': 'Sort code 08-08-00, account 21325698', reference: 'INV 2026-7', date: 'as soon as you agree' }],
  ['scheduled', orders.SCHEDULED, () => orders.scheduled(), { amount: '£75.00', payee: 'Ealing Books' }],
  ['standing-order', orders.STANDING, () => orders.standing(), { frequency: 'every month', recurring: '£20.00', payee: 'Ealing Books' }],
  ['international', orders.INTERNATIONAL, () => orders.international(), { amount: '£80.00', payee: 'Librairie', 'received-in': 'EUR',
    'exchange-rate': '1 GBP = 1.18 EUR, as agreed under FX-7', charges: 'shared: each pays their own bank' }],
  ['batch', orders.FILE, () => orders.batch(), { amount: '£1,241.56', count: '3', payee: 'Ada Wells', 'payee-2': 'Bo Finch',
    'payee-3': 'Chloë Ames', reference: 'Wages 11' }],
  ['vrp', orders.VRP, () => orders.vrp(), { maximum: '£100.00', 'limit-1': '£500.00, counted by the calendar', payee: 'Ealing Books' }],
];

for (const [name, kind, body, terms] of KINDS) {
  test(`${name}: every term stands on the page in words, and axe-core finds nothing`, async () => {
    const { tpp, callback } = all;
    const { id, customer, checks } = await review(kind, body());
    for (const [line, value] of Object.entries(terms)) assert.equal(await customer.text(`#${line}`), value);
    assert.equal(await customer.page.locator('input[name=account]').first().getAttribute('type'), 'radio');
    await assertAccessible(customer, name);
    await customer.picture(name);
    await customer.page.locator('input[name=account]').first().check();
    await customer.press('allow');
    await tpp.redeem(await callback.next(), checks);
    assert.equal(await tpp.orderStatus(kind, id), 'AUTH');
    await customer.close();
  });
}

for (const [locale, amount] of [['de-DE', '1.234,56 £'], ['fr-FR', '1 234,56 £']]) {
  test(`a payment reads well in ${locale}`, async () => {
    const { customer } = await review(orders.PAYMENT, orders.payment(), { locale });
    assert.equal((await customer.text('#amount')).replace(/[\u00a0\u202f]/g, ' '), amount);
    await assertAccessible(customer, `payment ${locale}`);
    await customer.close();
  });
}

test('amount and payee stand beside the code that confirms them', async () => {
  const { customer } = await open(orders.PAYMENT, orders.payment('42.00'));
  await customer.login();
  await customer.page.waitForSelector('#otp');
  const shown = await customer.text('#linked');
  assert.match(shown, /£42\.00/);
  assert.match(shown, /Ealing Books/);
  await assertAccessible(customer, 'code for a payment');
  await customer.picture('payment-code');
  await customer.close();
});

test('a code given for one payment confirms no other', async () => {
  const { tpp, callback } = all;
  const first = await review(orders.PAYMENT, orders.payment('10.00'));
  const id = await tpp.createOrder(orders.PAYMENT, orders.payment('9999.00'));
  const { url } = await tpp.push(id, { scope: orders.scopeOf(orders.PAYMENT) });
  await first.customer.open(url); // the same browser, signed in for the first one
  await first.customer.page.waitForSelector('#username, #otp');
  assert.equal(await first.customer.page.locator('#allow').count(), 0);
  assert.equal(await tpp.orderStatus(orders.PAYMENT, id), 'AWAU');
  await first.customer.close();
  assert.ok(callback);
});

test('declining a payment tells the provider, and nothing is paid', async () => {
  const { tpp, callback } = all;
  const { id, customer, checks } = await review(orders.PAYMENT, orders.payment());
  await customer.press('deny');
  const back = await callback.next();
  assert.equal(back.searchParams.get('error'), 'access_denied');
  assert.equal(back.searchParams.get('state'), checks.expectedState);
  assert.equal(await tpp.orderStatus(orders.PAYMENT, id), 'RJCT');
  await customer.close();
});

test('a payment that names an account that is not the customer’s offers none', async () => {
  const { customer } = await review(orders.PAYMENT, orders.payment('5.00',
    { DebtorAccount: { SchemeName: 'UK.OBIE.SortCodeAccountNumber', Identification: '99999912345678' } }));
  assert.equal(await customer.page.locator('input[name=account]').count(), 0);
  assert.ok(await customer.page.locator('#notice').count() > 0);
  await customer.close();
});

test('tampered forms: another account, two accounts, other terms; nothing is agreed to', async () => {
  const { tpp } = all;
  const { id, customer } = await review(orders.PAYMENT, orders.payment());
  const { page } = customer;
  const post = async (change) => {
    const action = await page.getAttribute('#decision', 'action');
    const form = new URLSearchParams(await page.$eval('#decision', (element) => new URLSearchParams(new FormData(element)).toString()));
    form.set('decision', 'allow');
    change(form);
    return customer.context.request.post(all.sandbox.url(action).href, { data: form.toString(), maxRedirects: 0,
      headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  };
  const accounts = await page.locator('input[name=account]').evaluateAll((boxes) => boxes.map((box) => box.value));
  for (const [what, change] of [
    ['two accounts', (form) => { for (const account of accounts) form.append('account', account); }],
    ['nobody’s account', (form) => form.set('account', '01900000-0000-7000-8000-000000000000')],
    ['another text', (form) => { form.set('account', accounts[0]); form.set('shown', 'x'); }],
    ['another token', (form) => { form.set('account', accounts[0]); form.set('csrf', 'x'); }],
  ]) {
    const answer = await post(change);
    assert.notEqual(answer.status(), 303, what);
    assert.equal(await tpp.orderStatus(orders.PAYMENT, id), 'AWAU', what);
  }
  await customer.close();
});

test('a joint account: both must sign, the second finds what the first chose', async () => {
  const { tpp, callback, browser } = all;
  const { id, customer, checks } = await review(orders.PAYMENT, orders.payment('300.00'), { username: 'dora' });
  await customer.page.locator('label.account', { hasText: 'Dora Dean and Dan Dean' }).locator('input').check();
  await customer.press('allow');
  const first = await callback.next();
  assert.ok(first.searchParams.get('code'), String(first));
  assert.equal(await tpp.orderStatus(orders.PAYMENT, id), 'AWAU');
  await customer.close();
  assert.ok(checks);

  const again = await tpp.push(id, { scope: orders.scopeOf(orders.PAYMENT) });
  const dan = await browser.customer();
  await dan.open(again.url);
  await dan.login('dan');
  await dan.code();
  await dan.page.waitForSelector('#allow');
  assert.equal(await dan.page.locator('input[name=account]').count(), 1, 'only the account that Dora chose');
  assert.match(await dan.text('#signatures'), /1/);
  await assertAccessible(dan, 'co-signature');
  await dan.picture('co-signature');
  await dan.press('allow');
  assert.ok((await callback.next()).searchParams.get('code'));
  assert.equal(await tpp.orderStatus(orders.PAYMENT, id), 'AUTH');
  await dan.dashboardLogin(all.sandbox, 'dan');
  await dan.page.waitForSelector('h1');
  await dan.close();
});

test('a joint account: the second signs on the dashboard, with a code for this payment', async () => {
  const { tpp, callback, browser, sandbox } = all;
  const { id, customer } = await review(orders.PAYMENT, orders.payment('310.00'), { username: 'dora' });
  await customer.page.locator('label.account', { hasText: 'Dora Dean and Dan Dean' }).locator('input').check();
  await customer.press('allow');
  assert.ok((await callback.next()).searchParams.get('code'));
  await customer.close();

  const dan = await browser.customer();
  await dan.dashboardLogin(sandbox, 'dan');
  await dan.page.waitForSelector('#logout');
  assert.match(await dan.text(`li.item:has(a[href="/consents/${id}"])`), /Your signature is needed[^]*£310\.00/);
  await assertAccessible(dan, 'a list with a consent to sign');
  await dan.picture('sign-list');
  await dan.page.click(`a[href="/consents/${id}"]`);
  await dan.page.waitForSelector('#sign-go');
  await assertAccessible(dan, 'a consent to sign');
  await dan.picture('sign-detail');
  await dan.press('sign-go');
  await dan.page.waitForSelector('#otp');
  assert.match(await dan.text('#linked'), /£310\.00[^]*Ealing Books/);
  await assertAccessible(dan, 'the code of a signature');
  await dan.picture('sign-code');
  await dan.code();
  await dan.page.waitForSelector('#allow');
  await assertAccessible(dan, 'a signature');
  await dan.picture('sign-decision');
  // Reload and back end well.
  await dan.page.reload();
  await dan.press('back');
  await dan.page.waitForSelector('#sign-go');
  assert.equal(await tpp.orderStatus(orders.PAYMENT, id), 'AWAU');
  await dan.press('sign-go');
  await dan.press('allow');
  await dan.page.waitForSelector('#notice');
  assert.equal(await dan.text('#status'), 'Active');
  await assertAccessible(dan, 'signed');
  await dan.picture('signed');
  assert.equal(await tpp.orderStatus(orders.PAYMENT, id), 'AUTH');
  await dan.page.goBack();
  await dan.page.waitForSelector('main');
  assert.equal(await tpp.orderStatus(orders.PAYMENT, id), 'AUTH');
  await dan.close();
});

test('a joint account: the second denies on the dashboard, and nothing is paid', async () => {
  const { tpp, callback, browser, sandbox } = all;
  const { id, customer } = await review(orders.PAYMENT, orders.payment('320.00'), { username: 'dora' });
  await customer.page.locator('label.account', { hasText: 'Dora Dean and Dan Dean' }).locator('input').check();
  await customer.press('allow');
  await callback.next();
  await customer.close();
  const dan = await browser.customer({ locale: 'fr-FR', javaScriptEnabled: false });
  await dan.dashboardLogin(sandbox, 'dan');
  await dan.page.waitForSelector('#logout');
  await dan.open(sandbox.url(`/consents/${id}/sign`));
  await dan.code();
  await dan.page.waitForSelector('#deny');
  await dan.press('deny');
  await dan.page.waitForSelector('#status');
  assert.equal(await dan.text('#status'), 'Refusé');
  assert.equal(await tpp.orderStatus(orders.PAYMENT, id), 'RJCT');
  await dan.close();
});

test('the dashboard lists the recurring payments with their limits and stops them', async () => {
  const { tpp, callback, sandbox } = all;
  const { id, customer, checks } = await review(orders.VRP, orders.vrp());
  await customer.page.locator('input[name=account]').first().check();
  await customer.press('allow');
  await tpp.redeem(await callback.next(), checks);
  await customer.dashboardLogin(sandbox);
  await customer.open(sandbox.url(`/consents/${id}`));
  assert.equal(await customer.text('#maximum'), '£100.00');
  await assertAccessible(customer, 'vrp on the dashboard');
  await customer.picture('vrp-detail');
  assert.match(await customer.text('#revoke'), /Stop these payments/);
  await customer.press('revoke');
  await customer.page.waitForSelector('#status');
  assert.equal(await customer.text('#status'), 'Stopped');
  await customer.close();
});

all.endWithCleanLogs();
