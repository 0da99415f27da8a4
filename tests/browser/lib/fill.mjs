// Filling in any questionnaire by what its page shows, as a person does who knows nothing of it: with a pointer, or with
// the keyboard alone.  Answers follow from the question's name: the same ones in every way of filling in.

// A number that looks like none, the same for the same text (FNV-1a).
function hash(text) {
  let h = 0x811c9dc5;
  for (const c of text) h = Math.imul(h ^ c.codePointAt(0), 0x01000193) >>> 0;
  return h;
}
const mixed = (name, values) => [...values].sort((a, b) => hash(name + a) - hash(name + b));

/** The questions that can be answered now: those on the section that is shown, or on the whole page without script. */
export const questions = (page) => page.evaluate(() => {
  const kindOf = (q, f) => {
    if (q.querySelector('.places')) return 'rank';
    if (f.tagName === 'SELECT') return 'list';
    if (f.type === 'radio') return 'one';
    if (f.type === 'checkbox') return q.matches('fieldset') ? 'many' : 'tick';
    return f.type === 'date' || f.type === 'time' ? f.type : f.inputMode === 'numeric' || f.size < 20 ? 'number' : 'text';
  };
  return [...document.querySelectorAll('#ballot .q')].filter((q) => q.checkVisibility() && !q.closest('.off')).map((q) => {
    const fields = [...q.querySelectorAll('input, select, textarea')], f = fields[0], kind = kindOf(q, f);
    const offered = kind === 'list' ? [...f.options].filter((o) => o.value && !o.disabled).map((o) => o.value)
      : kind === 'rank' ? fields.map((s) => s.options[1].value.split(' ')[0])
        : fields.filter((o) => !o.disabled && o.checkVisibility()).map((o) => o.value);
    const alone = fields.filter((o) => o.hasAttribute('data-alone')).map((o) => o.value);
    return { name: f.name, kind, offered, alone, max: f.maxLength > 0 ? f.maxLength : 2000 };
  });
});

/** What is answered at a question: `given` says it for those where any answer will not do. */
function choose(q, given) {
  if (q.name in given) return given[q.name];
  switch (q.kind) {
  case 'tick': return true;
  case 'one': case 'list': return mixed(q.name, q.offered)[0];
  case 'rank': return mixed(q.name, q.offered);
  case 'many': return mixed(q.name, q.offered.filter((v) => !q.alone.includes(v))).slice(0, 2);
  case 'date': return '2024-05-06';
  case 'time': return '09:30';
  case 'number': return '2';
  default: return `好 & ${q.name}`.slice(0, q.max);
  }
}

const field = (q, value) => `#ballot [name="${q.name}"]${value === undefined ? '' : `[value="${value}"]`}`;

const pointer = {
  async give(page, q, answer) {
    if (q.kind === 'tick') return page.locator(field(q)).check();
    if (q.kind === 'one') return page.locator(field(q, answer)).check();
    if (q.kind === 'list') return page.locator(field(q)).selectOption(answer);
    if (q.kind === 'many') {
      for (const v of q.offered) await page.locator(field(q, v)).setChecked(answer.includes(v)); // a default may be ticked
      return;
    }
    if (q.kind === 'rank') {
      for (const [i, v] of answer.entries())
        await page.locator(field(q)).filter({ has: page.locator(`option[value="${v} 1"]`) }).selectOption(`${v} ${i + 1}`);
      return;
    }
    return page.locator(field(q)).fill(answer);
  },
  async press(page, selector) { await page.locator(selector).last().click(); },
};

// Tab until `is(activeElement, argument)`; from the top of the page where the focus is nowhere.
async function tabTo(page, what, is, argument) {
  for (let i = 0; i < 400; i += 1) {
    if (await page.evaluate(([f, a]) => new Function('e', 'a', `return ${f}`)(document.activeElement, a), [is, argument])) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${what}`);
}

const keyboard = {
  async give(page, q, answer) {
    const value = () => page.evaluate(() => document.activeElement.value);
    const at = (v) => tabTo(page, `${q.name} ${v ?? ''}`, 'e.name === a[0] && (a[1] === null || e.value === a[1])', [q.name, v ?? null]);
    const step = async (wanted) => { // in a group of radio buttons, or a list
      for (let i = 0; i < 120 && await value() !== wanted; i += 1) await page.keyboard.press('ArrowDown');
    };
    if (q.kind === 'many') {
      for (const v of q.offered) {
        await at(v);
        if (answer.includes(v) !== await page.evaluate(() => document.activeElement.checked)) await page.keyboard.press('Space');
      }
      return;
    }
    if (q.kind === 'rank') {
      for (const v of q.offered) {
        await tabTo(page, `${q.name} ${v}`, 'e.name === a[0] && e.options[1].value === a[1] + " 1"', [q.name, v]);
        await step(`${v} ${answer.indexOf(v) + 1}`);
      }
      return;
    }
    await at();
    if (q.kind === 'tick') return page.keyboard.press('Space');
    if (q.kind === 'list') return step(answer);
    if (q.kind === 'one') {
      await step(answer);
      if (!await page.evaluate(() => document.activeElement.checked)) await page.keyboard.press('Space');
      return;
    }
    if (q.kind === 'date' || q.kind === 'time') { // its parts stand in the order of the browser's own language
      const [y, m, d] = answer.split('-'), [hour, minute] = answer.split(':');
      const orders = q.kind === 'date' ? [m + d + y, d + m + y, y.padStart(6, '0') + m + d]
        : [String((Number(hour) + 11) % 12 + 1).padStart(2, '0') + minute + (hour < 12 ? 'AM' : 'PM'), hour + minute];
      for (const order of orders) {
        for (let i = 0; i < 3; i += 1) await page.keyboard.press('ArrowLeft');
        await page.keyboard.type(order);
        if (await value() === answer) return;
      }
      throw new Error(`${answer} cannot be typed`);
    }
    await page.keyboard.press('Control+A');
    return page.keyboard.type(answer);
  },
  async press(page, selector) {
    await tabTo(page, selector, 'e.matches(a) && e.checkVisibility()', selector);
    await page.keyboard.press('Enter');
  },
};

/** Answer everything that is asked, section by section; `look(what)` is called wherever there is something new to see.
 *  Gives {name: answer}, and stops before sending. */
export async function fillAll(page, { given = {}, hands = 'pointer', look = async () => {} }) {
  const hand = hands === 'keyboard' ? keyboard : pointer, answers = {};
  for (let section = 0; section < 40; section += 1) {
    for (let q; (q = (await questions(page)).find((one) => !(one.name in answers)));) {
      answers[q.name] = choose(q, given);
      await hand.give(page, q, answers[q.name]);
    }
    await look(`section ${section + 1}`);
    if (await page.locator('.steps [data-do=next]:visible').count() === 0) break;
    await hand.press(page, '.steps [data-do=next]');
    const problems = await page.locator('main .summary').allInnerTexts();
    if (problems.length > 0) throw new Error(`a problem stands in the way: ${problems.join(' ')}`);
  }
  return answers;
}

export const pressSend = (page, hands) => (hands === 'keyboard' ? keyboard : pointer).press(page, '#ballot button[type=submit]');
