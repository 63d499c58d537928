// A customer at a browser: headless Chromium, driven by the element ids that the pages promise.
import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { chromium } from 'playwright-core';

import { SIZES } from './accessibility.js';
import { ROOT } from './sandbox.js';

export class Browser {
  static async launch() {
    const browser = new Browser();
    browser.chromium = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
    });
    return browser;
  }

  // A customer with a browser profile of their own: no cookies of anybody else.
  async customer(options = {}) {
    const context = await this.chromium.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB', ...options });
    context.setDefaultTimeout(20_000);
    return new Customer(context, await context.newPage());
  }

  close() {
    return this.chromium.close();
  }
}

export class Customer {
  constructor(context, page) {
    this.context = context;
    this.page = page;
    this.violations = [];
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) this.violations.push(message.text());
    });
  }

  open(url) {
    return this.page.goto(String(url));
  }

  async login(username = 'alice', password = username) {
    await this.page.fill('#username', username);
    await this.page.fill('#password', password);
    await this.page.click('#login');
  }

  async code(otp = '123456') {
    await this.page.fill('#otp', otp);
    await this.page.click('#verify');
  }

  // Ticks the first `count` accounts, and no other.
  async chooseAccounts(count = 1) {
    const boxes = this.page.locator('input[name=account]');
    await boxes.first().waitFor();
    for (let i = 0; i < await boxes.count(); i += 1) await boxes.nth(i).setChecked(i < count);
  }

  press(id) {
    return this.page.click(`#${id}`);
  }

  text(selector = 'main') {
    return this.page.locator(selector).innerText();
  }

  async dashboardLogin(sandbox, username = 'alice') {
    await this.open(sandbox.url('/consents'));
    if (await this.page.locator('#username').count()) {
      await this.login(username);
      await this.code();
    }
  }

  async revoke(sandbox, consentId) {
    await this.open(sandbox.url(`/consents/${consentId}`));
    await this.press('revoke');
    await this.page.waitForLoadState();
  }

  // Pictures for the README, only when asked for (ALDGATE_PICTURES=1), at the size of a phone and of a desk.
  async picture(name) {
    if (!process.env.ALDGATE_PICTURES) return;
    const folder = path.join(ROOT, 'docs', 'screenshots');
    mkdirSync(folder, { recursive: true });
    const size = this.page.viewportSize();
    for (const [device, viewport] of Object.entries(SIZES)) {
      await this.page.setViewportSize(viewport);
      await this.page.screenshot({ path: path.join(folder, `${name}-${device}.png`), fullPage: true });
    }
    await this.page.setViewportSize(size);
  }

  close() {
    return this.context.close();
  }
}
