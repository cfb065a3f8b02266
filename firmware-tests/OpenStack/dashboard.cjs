// Signs in to the dashboard as people do: node dashboard.cjs URL USER PASSWORD INSTANCE. Prints what it saw; exit code 1 at the first thing that is wrong.
'use strict';
const { chromium } = require('playwright-core');
const [url, user, password, instance] = process.argv.slice(2);
(async () => {
  // Names of hosts are the cloud's own: the page is asked for by address.
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(60000);
    await page.goto(`${url}/auth/login/`);
    await page.fill('#id_username', user);
    await page.fill('#id_password', password);
    await page.click('#loginBtn');
    await page.waitForURL(u => !u.pathname.includes('/auth/login'));
    console.log(`signed in: ${await page.title()}`);
    await page.goto(`${url}/project/instances/`);
    await page.waitForSelector(`text=${instance}`);
    console.log(`the page of instances names ${instance}`);
  } finally {
    await browser.close();
  }
})().catch(e => { console.log(e.message); process.exit(1); });
