// A machine's console in Chromium: node console.cjs SIGN-IN-URL MACHINE QEMU-PROGRAM QEMU-ARGUMENT… Prints what it saw; exit code 1 at the first thing that is wrong.
'use strict';
const { chromium } = require('playwright-core');
const { spawn } = require('child_process');
const axe = require('fs').readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const [link, machine, program, ...qemu] = process.argv.slice(2), site = new URL(link).origin;

const must = (so, what) => { if (!so) throw new Error(what); console.log(`ok ${what}`); };
const shown = page => page.locator('.xterm-rows').innerText();

// At a person's speed: a BIOS keeps 16 keystrokes, and drops what comes while it has no time.
const type = (page, text) => page.keyboard.type(text, { delay: 150 });

async function waitFor(page, words, seconds, also) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    if ((await shown(page)).includes(words)) return;
    if (also) await also();
    await page.waitForTimeout(150);
  }
  throw new Error(`"${words}" did not appear within ${seconds} s; there is:\n${await shown(page)}`);
}

async function watched(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(10000);
  page.on('pageerror', e => { console.log(`script error: ${e.message}`); process.exitCode = 1; });
  page.on('console', m => { if (/Content Security Policy|Refused to/.test(m.text())) { console.log(`policy: ${m.text()}`); process.exitCode = 1; } });
  page.on('request', r => { if (!r.url().startsWith(site) && !r.url().startsWith('data:')) { console.log(`asked elsewhere: ${r.url()}`); process.exitCode = 1; } });
  return page;
}

(async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'] });
  let server;
  try {
    const context = await browser.newContext();
    const page = await watched(context);
    await page.goto(link);
    await page.fill('#name', 'ada');
    await page.fill('#password', 'correct horse battery');
    await page.fill('#again', 'correct horse battery');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${site}/`);
    await page.goto(`${site}/machines/${machine}`);
    await page.click('#act-console');
    await page.waitForFunction(() => document.getElementById('console-state').textContent === 'Connected');
    must(true, 'the console is a button on the machine\'s page, and connects');

    server = spawn(program, qemu, { stdio: ['ignore', 'inherit', 'inherit'] });
    await waitFor(page, 'iPXE', 60);
    must(true, 'the firmware of a QEMU machine is watched while it starts');
    await waitFor(page, 'iPXE>', 90, () => page.keyboard.press('Control+b'));
    must(true, 'Ctrl-B reaches the firmware: it gives its command line');
    await type(page, 'echo read by a machine');
    await waitFor(page, 'echo read by a machine', 60);
    must(true, 'what is typed is echoed');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => (document.querySelector('.xterm-rows').innerText.match(/read by a machine/g) || []).length >= 2, null, { timeout: 60000 });
    must(true, 'and answered');

    const second = await watched(context);
    await second.goto(`${site}/machines/${machine}/console`);
    await waitFor(second, 'read by a machine', 60);
    must(true, 'a second page sees what was said before');
    await second.locator('#console textarea').focus();
    await type(second, 'echo from the second page\n');
    await waitFor(page, 'from the second page', 60);
    must(true, 'and types into the same console');

    const lines = await (await context.request.get(`${site}/api/v1/machines/${machine}/events`)).json();
    must(lines.events.some(e => e.kind === 'console' && /iPXE/.test(e.text)), 'its lines are on the timeline');

    const looked = await (await browser.newContext({ storageState: await context.storageState(), bypassCSP: true })).newPage();
    await looked.goto(`${site}/machines/${machine}/console`);
    await looked.waitForSelector('.xterm-rows');
    await looked.evaluate(axe);
    const found = await looked.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa'], exclude: [['.xterm']] }));
    must(found.violations.length === 0, `axe finds nothing ${found.violations.map(v => `${v.id} ${v.nodes[0].html.slice(0, 160)}`)}`);
  } catch (e) {
    console.log(`wrong: ${e.message}`);
    process.exitCode = 1;
  } finally {
    if (server) server.kill('SIGKILL');
    await browser.close();
  }
})();
