// Opens every page of a list in a real browser and judges it: axe-core (WCAG
// 2.1 A and AA), no scrolling sideways at 320 pixels, also with text twice as
// large, no request to anywhere else, nothing on the console, valid HTML, and every control reachable by
// keyboard with a visible focus. One line a fault; exit 1 when there is one.
//
//   node check.mjs PAGES.json [SCREENSHOTS]
// PAGES.json: {"ca": …, "pages": [{"name": …, "url": …, "submit": …,
// "twice": …}]}; twice: it is answered from another tab before.
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { chromium } from "playwright-core";
import { AxeBuilder } from "@axe-core/playwright";
import { HtmlValidate } from "html-validate";

const CHROMIUM = process.env.WORKPHONE_CHROMIUM ?? "/usr/bin/chromium";
const NARROW = { width: 320, height: 640 };
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];

const list = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const shots = process.argv[3];
const faults = [];

const validator = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:document"],
  rules: {
    // Written by a program: its own way of writing is no fault.
    "long-title": "off",
    "no-trailing-whitespace": "off",
    "doctype-style": ["error", { style: "uppercase" }],
    "void-style": ["error", { style: "omit" }],
    // The style sheet comes from the page's own server.
    "require-sri": "off",
    // The style sheet keeps a number on one line; what is copied stays dialled.
    "tel-non-breaking": "off",
  },
});

async function validate(name, text) {
  const report = await validator.validateString(text);
  for (const result of report.results)
    for (const message of result.messages)
      faults.push(
        `${name}: html ${message.line}:${message.column} ` +
          `${message.ruleId}: ${message.message}`,
      );
}

async function judge(name, page) {
  const found = await new AxeBuilder({ page }).withTags(RULES).analyze();
  for (const fault of found.violations)
    faults.push(
      `${name}: axe ${fault.id}: ${fault.help} ` +
        fault.nodes.map((node) => node.target.join(" ")).join(", "),
    );
}

// A text wider than the screen makes the page scroll sideways.
async function measureWidth(name, page) {
  const wide = await page.evaluate(() => ({
    page: document.documentElement.scrollWidth,
    screen: window.innerWidth,
    who: [...document.querySelectorAll("body *:not(.skip)")]
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
      .map((one) => one.tagName + "." + one.className)
      .slice(0, 3),
  }));
  if (wide.page > wide.screen)
    faults.push(
      `${name}: ${wide.page} pixels wide on ${wide.screen}: ${wide.who}`,
    );
}

async function setTextSize(page, size) {
  await page.evaluate((to) => {
    document.documentElement.style.fontSize = to;
  }, size);
}

async function measure(name, page) {
  await measureWidth(name, page);
  await setTextSize(page, "200%");
  await measureWidth(`${name} at 200 %`, page);
  await setTextSize(page, "");
  const small = await page.evaluate(() =>
    [...document.querySelectorAll("button, .choice, nav a")]
      .map((one) => [one.className, one.getBoundingClientRect().height])
      .filter(([, height]) => height < 44),
  );
  for (const [who, height] of small)
    faults.push(`${name}: ${who || "control"} is ${height} pixels high`);
}

// Tab through the page: every control comes, and shows that it has the focus.
async function walk(name, page) {
  const wanted = await page.evaluate(
    () =>
      document.querySelectorAll(
        "a[href], button, textarea, input:not([type=hidden])" +
          ":not([type=radio]), input[type=radio]:not([name=answer] ~ *)",
      ).length,
  );
  const seen = new Set();
  for (let i = 0; i < wanted + 10; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const one = document.activeElement;
      if (!one || one === document.body) return null;
      const style = getComputedStyle(one);
      return {
        who: one.tagName + "#" + one.id + one.textContent.slice(0, 20),
        width: parseFloat(style.outlineWidth),
        line: style.outlineStyle,
      };
    });
    if (!at) break;
    seen.add(at.who);
    if (at.line === "none" || at.width < 2)
      faults.push(`${name}: no visible focus on ${at.who}`);
  }
  if (seen.size === 0) faults.push(`${name}: nothing takes the focus`);
}

async function answer(page, url) {
  if (url) await page.goto(url);
  await page.check("input[type=radio]");
  const [sent] = await Promise.all([
    page.waitForResponse((one) => one.request().method() === "POST"),
    page.click("button[type=submit]"),
  ]);
  await page.waitForLoadState();
  return sent;
}

async function look(browser, entry, scheme) {
  const name = `${entry.name}-${scheme}`;
  const context = await browser.newContext({
    viewport: NARROW,
    deviceScaleFactor: 2,
    colorScheme: scheme,
    ignoreHTTPSErrors: true,
    javaScriptEnabled: true, // for axe; the pages have none of their own
    bypassCSP: true, // axe is put into the page
  });
  const page = await context.newPage();
  const origin = new URL(entry.url).origin;
  page.on("console", (line) => {
    // A refused answer has its status on purpose; the icon that a browser
    // looks for unasked is kept away by the policy, which is off here.
    if (!line.text().startsWith("Failed to load resource"))
      faults.push(`${name}: console: ${line.text()}`);
  });
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin)
      faults.push(`${name}: asks ${request.url()}`);
  });
  let text = await (await page.goto(entry.url)).text();
  if (entry.twice) {
    const other = await context.newPage();
    await answer(other, entry.url);
    await other.close();
    text = await (await answer(page)).text();
  } else if (entry.submit) {
    const [sent] = await Promise.all([
      page.waitForResponse((one) => one.request().method() === "POST"),
      page.click("button[type=submit]"),
    ]);
    await page.waitForLoadState();
    text = await sent.text();
  }
  if (scheme === "light") {
    await validate(name, text);
    await measure(name, page);
  }
  await judge(name, page);
  if (shots)
    await page.screenshot({
      path: path.join(shots, name + ".png"),
      fullPage: true,
    });
  if (scheme === "light") await walk(name, page);
  await context.close();
}

// The pages as they are served: with their policy, without any script.
async function strict(browser, entry) {
  const context = await browser.newContext({
    viewport: NARROW,
    ignoreHTTPSErrors: true,
    javaScriptEnabled: false,
  });
  const page = await context.newPage();
  page.on("console", (line) => {
    if (/Content.Security/i.test(line.text()))
      faults.push(`${entry.name}: ${line.text()}`);
  });
  await page.goto(entry.url);
  const styled = await page
    .locator("link[rel=stylesheet]")
    .count();
  if (styled !== 1) faults.push(`${entry.name}: no style sheet`);
  await context.close();
}

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
try {
  for (const entry of list.pages) {
    await strict(browser, entry);
    await look(browser, entry, "light");
    // Colours do not depend on the language: one of them is enough.
    if (entry.name.endsWith("-sv")) await look(browser, entry, "dark");
    console.log(`looked at ${entry.name}`);
  }
} finally {
  await browser.close();
}
for (const fault of faults) console.log("FAULT " + fault);
console.log(`${list.pages.length} pages, ${faults.length} faults`);
process.exit(faults.length ? 1 : 0);
