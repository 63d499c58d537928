// Limits: told to the caller before they are reached, kept when Redis is gone.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { eventually } from './support/eventually.js';
import { stage } from './support/stage.js';
import { Tpp } from './support/tpp.js';

const QUOTA = 12;
const all = stage('limits', { offset: 20000, environment: { ALDGATE_CLIENT_QUOTA: String(QUOTA), ALDGATE_ADDRESS_QUOTA: '2000' } });

// Calls until refused; returns the answers.
async function exhaust(tpp, token, url) {
  const answers = [];
  do answers.push(await tpp.call('GET', url, token));
  while (answers.at(-1).status !== 429 && answers.length < 4 * QUOTA);
  return answers;
}

test('a TPP beyond its quota gets 429 with Retry-After, and no other TPP feels it', async () => {
  const { sandbox } = all;
  const tpp = await Tpp.register(sandbox, 'Greedy');
  const other = await Tpp.register(sandbox, 'Modest');
  const token = await tpp.clientToken('webhooks');
  const answers = await exhaust(tpp, token, '/webhooks/v1/endpoints');
  const refused = answers.at(-1);
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers.get('retry-after')) >= 1);
  assert.match(refused.headers.get('content-type'), /application\/problem\+json/);
  assert.match(refused.headers.get('ratelimit-policy'), new RegExp(`"client";q=${QUOTA};w=60`));
  assert.match(refused.headers.get('ratelimit'), /"client";r=0;t=\d+/);
  assert.match(answers[0].headers.get('ratelimit'), /"client";r=\d+/, 'told before it is reached');
  assert.ok(answers.slice(0, -1).every(({ status }) => status === 200));

  const modest = await other.call('GET', '/webhooks/v1/endpoints', await other.clientToken('webhooks'));
  assert.equal(modest.status, 200);
});

test('on the OBIE surface 429 has the headers and an empty body', async () => {
  const { sandbox } = all;
  const tpp = await Tpp.register(sandbox, 'Greedy too');
  const token = await tpp.clientToken('accounts');
  const refused = (await exhaust(tpp, token, `${sandbox.description.obie_base}/aisp/accounts`)).at(-1);
  assert.equal(refused.status, 429);
  assert.equal(refused.body, '');
  assert.ok(refused.headers.get('retry-after'));
});

test('with Redis down a local bucket limits, and a metric says so', async () => {
  const { sandbox } = all;
  const tpp = await Tpp.register(sandbox, 'Greedy in a storm');
  const token = await tpp.clientToken('webhooks');
  await sandbox.dev('kill', 'redis');
  const local = async () => await sandbox.metric('aldgate_limiter_degraded_total');
  const before = await local();
  const answers = await exhaust(tpp, token, '/webhooks/v1/endpoints');
  assert.equal(answers.at(-1).status, 429, `statuses ${answers.map(({ status }) => status)}`);
  assert.ok(answers.some(({ status }) => status === 200), 'and serves until then');
  assert.ok(await local() > before);
  await sandbox.dev('start', 'redis');
  await eventually(async () => {
    const calm = await Tpp.register(sandbox, `Calm ${Math.random()}`);
    return (await calm.call('GET', '/webhooks/v1/endpoints', await calm.clientToken('webhooks'))).status === 200;
  }, 'Redis is used again');
});

all.endWithCleanLogs();
