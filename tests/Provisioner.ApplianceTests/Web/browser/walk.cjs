// Drives Chromium through the pages: node walk.cjs SIGN-IN-URL. Prints what it saw; exit code 1 at the first thing that is wrong.
'use strict';
const { chromium } = require('playwright-core');
const axe = require('fs').readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const link = process.argv[2], site = new URL(link).origin;

const must = (so, what) => { if (!so) throw new Error(what); console.log(`ok ${what}`); };

async function watched(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  page.on('pageerror', e => { console.log(`script error: ${e.message}`); process.exitCode = 1; });
  page.on('console', m => {
    if (/Content Security Policy|Refused to/.test(m.text())) { console.log(`policy: ${m.text()}`); process.exitCode = 1; }
  });
  page.on('request', r => {
    if (!r.url().startsWith(site) && !r.url().startsWith('data:')) { console.log(`asked elsewhere: ${r.url()}`); process.exitCode = 1; }
  });
  return page;
}

async function signIn(browser) {
  const context = await browser.newContext();
  const page = await watched(context);
  await page.goto(link);
  await page.fill('#name', 'ada');
  await page.fill('#password', 'correct horse battery');
  await page.fill('#again', 'correct horse battery');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${site}/`);
  must(await page.locator('table.machines tbody tr').count() === 10, 'ten machines are listed after signing in by the link');
  return context;
}

async function deploy(context) {
  const list = await watched(context), page = await watched(context);
  await list.goto(site);
  await page.goto(`${site}/machines/cccccc`);
  await page.click('#act-deploy');
  await page.waitForSelector('dialog[open] #image');
  must(await page.evaluate(() => document.activeElement.id) === 'image', 'the dialog takes the focus');
  await page.keyboard.press('Escape');
  must(!await page.locator('dialog').isVisible(), 'Escape closes it');
  await page.click('#act-deploy');
  await page.selectOption('#disk', 'sda');
  await page.selectOption('#role', 'basics');
  await page.click('dialog button.primary');
  must(/consent/.test(await page.locator('#dialog-notice .bad').innerText()), 'a disk with foreign data is refused inside the dialog');
  await page.check('dialog input[name=erase]');
  await page.click('dialog button.primary');
  await page.waitForFunction(() => !document.getElementById('dialog').open);
  await page.waitForSelector('h1 + .pill:has-text("Deploying")');
  must(/amber-lynx is being deployed/.test(await page.locator('#notice').innerText()), 'the order is taken, and the page shows it without being loaded anew');
  await page.waitForSelector('#timeline li:first-child:has-text("state.deploying")');
  await list.waitForSelector('#row-cccccc .pill:has-text("Deploying")');
  must(true, 'another open page shows it too');
  await list.close();
  await page.close();
}

async function selectAndSearch(context) {
  const page = await watched(context);
  await page.goto(site);
  await page.keyboard.press('/');
  await page.keyboard.type('proliant');
  await page.waitForFunction(() => document.querySelectorAll('table.machines tbody tr').length === 3);
  must(/q=proliant/.test(page.url()), 'search narrows the list and stands in the address');
  await page.check('#pick-all');
  must(await page.locator('#picked').innerText() === '3 selected', 'what is shown can be selected at once');
  await page.click('#bulk button[value=power-on]');
  await page.waitForSelector('dialog[open] button[value=power-on]');
  await page.click('dialog button[value=power-on]');
  await page.waitForSelector('#dialog-notice .bad, #notice .good');
  must(/no power controller/.test(await page.locator('#dialog-notice').innerText()), 'an order for many tells who refused');
  await page.close();
}

async function withoutScripts(browser, state) {
  const context = await browser.newContext({ storageState: state, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${site}/machines/eeeeee`);
  await page.click('#act-abort');
  await page.click('button[value=abort]');
  await page.waitForURL(`${site}/machines/eeeeee`);
  must(/Failed deploying/.test(await page.locator('h1 + .pill').innerText()), 'orders work without scripts');
  await context.close();
}

async function accessible(browser, state) {
  const paths = ['/', '/machines/ffffff', '/machines/iiiiii', '/machines/deploy?id=dddddd', '/interfaces', '/keys', '/nowhere'];
  for (const [width, colorScheme] of [[1440, 'light'], [390, 'dark']]) {
    // The policy forbids foreign scripts; for these looks alone it is set aside, so that axe can be put into the page.
    const context = await browser.newContext({ storageState: state, viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
    const page = await context.newPage();
    for (const path of paths) {
      await page.goto(site + path);
      await page.evaluate(axe);
      const found = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }));
      must(found.violations.length === 0, `${path} at ${width} px, ${colorScheme}: axe finds nothing ${found.violations.map(v => `${v.id} ${v.nodes[0].html.slice(0, 120)}`)}`);
      must(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path} at ${width} px: nothing sticks out`);
    }
    await context.close();
  }
}

(async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'] });
  try {
    const context = await signIn(browser);
    await deploy(context);
    await selectAndSearch(context);
    const state = await context.storageState();
    await withoutScripts(browser, state);
    await accessible(browser, state);
  } catch (e) {
    console.log(`wrong: ${e.message}`);
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
})();
