// What the bank's staff does at the command line: what it says, its exit code, and what it leaves behind. 0: done, 1:
// refused, nothing changed, 2: not a command.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { ROOT } from './support/sandbox.js';
import { authorise, stage } from './support/stage.js';

const run = promisify(execFile);
const all = stage('commands', { offset: 26000 });
const NOBODY = '01900000-0000-7000-8000-000000000000';

async function aldgate(...words) {
  try {
    const { stdout } = await run(path.join(ROOT, 'dev'), ['aldgate', ...words], { env: all.sandbox.environment });
    return { code: 0, out: stdout, err: '' };
  } catch (error) {
    return { code: error.code, out: error.stdout, err: error.stderr };
  }
}

async function refused(code, says, ...words) {
  const { code: exit, out, err } = await aldgate(...words);
  assert.equal(exit, code, `${words.join(' ')}: ${out}${err}`);
  assert.match(err + (code === 2 ? out : ''), says, words.join(' '));
  if (code === 1) assert.equal(out, '', 'nothing that looks like success');
}

async function done(...words) {
  const { code, out, err } = await aldgate(...words);
  assert.equal(code, 0, `${words.join(' ')}: ${err}`);
  return out;
}

const story = (kind, id) => done('explain', kind, id);

test('consent revoke: the consent and its tokens end, with who and why', async () => {
  const { tpp } = all;
  for (const [words, status, reason] of [
    [['--reason', 'fraud_suspected', '--why', 'reported at branch 12'], 'access_revoked_by_bank', 'fraud_suspected'],
    [['--by', 'customer', '--why', 'asked by telephone'], 'access_revoked_by_psu', 'revoked_by_psu'],
    [['--by', 'tpp'], 'terminated_by_tpp', 'terminated_by_tpp'],
  ]) {
    const { consentId, token, customer } = await authorise(all);
    await customer.close();
    assert.equal((await tpp.obie('GET', 'accounts', token)).status, 200);
    const told = JSON.parse(await done('consent', 'revoke', consentId, ...words));
    assert.deepEqual(told, { consent: consentId, status, status_reason: reason });
    assert.equal((await tpp.obie('GET', 'accounts', token)).status, 401);
    const left = await story('consent', consentId);
    assert.match(left, /staff/, left);
    assert.match(left, words.includes('--why') ? new RegExp(words.at(-1)) : /asked for by the tpp/, left);
    await refused(1, /\S/, 'consent', 'revoke', consentId, ...words);
  }
});

test('consent revoke refuses what it does not know', async () => {
  const { consentId, token, customer } = await authorise(all);
  await customer.close();
  await refused(1, /01900000-0000-7000-8000-000000000000/, 'consent', 'revoke', NOBODY);
  await refused(1, /\S/, 'consent', 'revoke', 'nonsense');
  await refused(1, /--reason is one of/, 'consent', 'revoke', consentId, '--reason', 'mood');
  await refused(1, /--reason is one of/, 'consent', 'revoke', consentId, '--reason', 'expired');
  await refused(2, /--by/, 'consent', 'revoke', consentId, '--by', 'mallory');
  await refused(2, /id is required/, 'consent', 'revoke');
  await refused(2, /\S/, 'consent', 'forget', consentId);
  assert.equal((await all.tpp.obie('GET', 'accounts', token)).status, 200, 'nothing has changed');
});

test('consent account-closed: that account alone leaves, with the last one the consent ends', async () => {
  const { tpp } = all;
  const { consentId, token, customer } = await authorise(all, { accounts: 2 });
  await customer.close();
  const accounts = async () => (await tpp.obie('GET', 'accounts', token)).body.Data.Account.map((a) => a.AccountId);
  const [first, second] = await accounts();
  const left = JSON.parse(await done('consent', 'account-closed', first, '--why', 'moved abroad'));
  assert.equal(left.account, first);
  assert.ok(left.consents_left >= 1, JSON.stringify(left));
  assert.deepEqual(await accounts(), [second]);
  assert.match(await story('consent', consentId), /moved abroad/);
  await done('consent', 'account-closed', second);
  assert.equal((await tpp.obie('GET', 'accounts', token)).status, 401);
  assert.deepEqual(JSON.parse(await done('consent', 'account-closed', NOBODY)), { account: NOBODY, consents_left: 0 });
  await refused(2, /account is required/, 'consent', 'account-closed');
});

test('customer unblock: somebody identified the customer, and it says who and how', async () => {
  const { browser, sandbox } = all;
  const customer = await browser.customer();
  await customer.open(sandbox.url('/login'));
  for (let i = 0; i < 5; i += 1) {
    await customer.login('ivan', 'wrong');
    await customer.page.waitForSelector(i < 4 ? '#notice' : '#error');
  }
  await customer.open(sandbox.url('/login'));
  await customer.login('ivan');
  await customer.page.waitForSelector('#error');
  await refused(1, /no customer of that name/, 'customer', 'unblock', 'nobody', '--identified-by', 'passport, branch 12', '--staff', 'kim');
  await refused(1, /how the customer was identified/, 'customer', 'unblock', 'ivan', '--identified-by', 'yes', '--staff', 'kim');
  await refused(2, /--staff is required/, 'customer', 'unblock', 'ivan', '--identified-by', 'passport, branch 12');
  await refused(2, /--identified-by is required/, 'customer', 'unblock', 'ivan', '--staff', 'kim');
  await customer.open(sandbox.url('/login'));
  await customer.login('ivan');
  await customer.page.waitForSelector('#error');
  const told = JSON.parse(await done('customer', 'unblock', 'ivan', '--identified-by', 'passport, branch 12', '--staff', 'kim'));
  assert.equal(told.unblocked, true);
  const left = await story('psu', told.psu);
  assert.match(left, /psu\.unblock/);
  assert.match(left, /passport, branch 12/);
  assert.match(left, /kim/);
  await customer.open(sandbox.url('/login'));
  await customer.login('ivan');
  await customer.page.waitForSelector('#otp');
  await customer.close();
});

test('sca quarter and bands: the rates decide, two quarters above stop a band', async () => {
  const quarter = (begins, fraud, ...more) => ['sca', 'quarter', '--instrument', 'card', '--begins', begins, '--total',
    '1000000.00', '--fraud', fraud, '--staff', 'kim', ...more];
  const states = async (...words) => JSON.parse(await done('sca', 'bands', ...words))
    .filter((band) => band.instrument === 'card').map((band) => band.state);
  const before = await states();
  assert.ok(before.every((state) => state === 'unproven'), before.join());
  assert.equal(await done(...quarter('2025-07-01', '50.00')), 'entered\n');
  const good = await states();
  assert.ok(good.every((state) => state === 'usable'), good.join());
  assert.equal(await done(...quarter('2025-10-01', '9000.00')), 'entered\n');
  const once = await states();
  assert.equal(await done(...quarter('2026-01-01', '9000.00')), 'entered\n');
  const twice = await states();
  assert.ok(once.every((state) => state === 'usable_and_reported'), once.join());
  assert.ok(twice.every((state) => state === 'stopped'), twice.join());
  assert.equal((await states('--region', 'eu')).length, twice.length);
  const left = await story('bank', 'sandbox');
  assert.equal(left.match(/exemptions\.enter_quarter/g).length, 3, left);
  assert.match(left, /kim/);

  await refused(1, /--instrument takes/, 'sca', 'quarter', '--instrument', 'cheque', '--begins', '2025-07-01', '--total', '1.00', '--fraud', '0.00', '--staff', 'kim');
  await refused(1, /a day is/, ...quarter('July', '1.00'));
  await refused(1, /there is no 2025-02-30/, ...quarter('2025-02-30', '1.00'));
  await refused(1, /\S/, ...quarter('2025-02-01', '1.00'));
  await refused(1, /no amount in GBP/, ...quarter('2025-07-01', '1.005'));
  await refused(1, /no currency/, ...quarter('2025-07-01', '1.00', '--currency', 'XXZ'));
  await refused(1, /\S/, ...quarter('2025-07-01', '2000000.00'));
  await refused(2, /--staff is required/, ...quarter('2025-07-01', '1.00').slice(0, -2));
  await refused(1, /--region takes eu or uk/, 'sca', 'bands', '--region', 'ch');
  assert.deepEqual(await states(), twice, 'what was refused changed nothing');
  assert.equal((await story('bank', 'sandbox')).match(/exemptions\.enter_quarter/g).length, 3);
});

all.endWithCleanLogs();
