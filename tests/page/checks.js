// SPDX-License-Identifier: MIT
// What the tests ask of a page: a list of what is wrong, in words. It runs in the page, but is no part of it.
(function () {
  'use strict';
  const wrong = [];
  const all = Array.from(document.querySelectorAll('*'));
  const short = function (text) { return JSON.stringify(text.trim().slice(0, 60)); };

  // ---- Elements: those that the command writes, with the attributes that it writes ----
  const elements = new Set(('html head meta title style body a main header p h1 h2 h3 nav section ul li strong span small div ' +
    'table caption thead tbody tr th td svg rect line path text bdi b em code pre details summary figure figcaption br ' +
    'label input output script button').split(' '));
  const attributes = new Set(('lang charset http-equiv content name href class id aria-labelledby aria-label aria-hidden role ' +
    'scope colspan tabindex hidden open type autocomplete viewBox width height x y rx x1 x2 y1 y2 d text-anchor aria-sort ' +
    'placeholder').split(' '));
  for (const element of all) {
    if (!elements.has(element.localName)) wrong.push('an element <' + element.localName + '>');
    for (const attribute of element.attributes) {
      if (!attributes.has(attribute.name)) wrong.push('an attribute ' + attribute.name + ' of <' + element.localName + '>');
      if (attribute.name === 'href' && !/^#[a-z]+$/.test(attribute.value)) wrong.push('a link to ' + attribute.value);
    }
  }
  if (document.querySelectorAll('style').length !== 1) wrong.push('styles are not one');
  if (document.querySelectorAll('script').length > 1) wrong.push('scripts are more than one');
  if (document.querySelectorAll('meta').length !== 4) wrong.push('meta elements are not four');
  for (const bdi of document.querySelectorAll('bdi'))
    for (const inside of bdi.querySelectorAll('*'))
      if (inside.localName !== 'b' || inside.className !== 'x') wrong.push('<' + inside.localName + '> in a text');

  // ---- Names and structure ----
  const ids = new Map();
  for (const element of all) if (element.id) ids.set(element.id, (ids.get(element.id) || 0) + 1);
  for (const [id, count] of ids) if (count > 1) wrong.push('the id ' + id + ' is there ' + count + ' times');
  if (!document.documentElement.lang) wrong.push('no language');
  if (document.title.trim() === '') wrong.push('no title');
  if (document.querySelectorAll('h1').length !== 1) wrong.push('h1 is not one');
  if (document.querySelectorAll('main').length !== 1) wrong.push('main is not one');
  let level = 0;
  for (const heading of document.querySelectorAll('h1,h2,h3')) {
    const next = Number(heading.localName[1]);
    if (next > level + 1) wrong.push('a heading of level ' + next + ' after ' + level + ': ' + short(heading.textContent));
    if (heading.textContent.trim() === '') wrong.push('an empty heading');
    level = next;
  }
  for (const section of document.querySelectorAll('section')) {
    const label = document.getElementById(section.getAttribute('aria-labelledby') || '');
    if (!label || label.textContent.trim() === '') wrong.push('a section without a name');
  }
  for (const link of document.querySelectorAll('a')) {
    if (link.textContent.trim() === '') wrong.push('a link without a text');
    if (!document.getElementById(link.getAttribute('href').slice(1))) wrong.push('a link to nothing: ' + link.getAttribute('href'));
  }
  for (const svg of document.querySelectorAll('svg'))
    if (svg.getAttribute('aria-hidden') !== 'true' && !(svg.getAttribute('role') === 'img' && svg.getAttribute('aria-label')))
      wrong.push('a drawing without a name');
  for (const table of document.querySelectorAll('table')) {
    if (!table.caption || table.caption.textContent.trim() === '') wrong.push('a table without a caption');
    const columns = function (row) { return Array.from(row.cells).reduce(function (sum, cell) { return sum + cell.colSpan }, 0) };
    const widths = new Set(Array.from(table.rows).map(columns));
    if (widths.size !== 1) wrong.push('rows of ' + Array.from(widths).join(' and ') + ' columns');
  }
  for (const head of document.querySelectorAll('th')) if (head.textContent.trim() === '') wrong.push('an empty table header');
  for (const input of document.querySelectorAll('input'))
    if (!input.labels || input.labels.length === 0) wrong.push('a field without a label');
  for (const item of document.querySelectorAll('li'))
    if (item.parentElement.localName !== 'ul') wrong.push('an item outside of a list');
  for (const list of document.querySelectorAll('ul'))
    for (const child of list.children) if (child.localName !== 'li') wrong.push('<' + child.localName + '> in a list');
  for (const box of all) {
    const overflow = getComputedStyle(box).overflowY;
    if ((overflow === 'auto' || overflow === 'scroll') && box !== document.documentElement && box.tabIndex < 0)
      wrong.push('what scrolls cannot be reached by keyboard');
  }

  // ---- Contrast: WCAG 2 ----
  const parse = function (color) {
    const numbers = color.match(/[\d.]+/g).map(Number);
    return numbers.length === 3 ? numbers.concat(1) : numbers;
  };
  const over = function (top, below) {
    return [0, 1, 2].map(function (i) { return top[i] * top[3] + below[i] * (1 - top[3]) }).concat(1);
  };
  const ground = function (element) {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce(function (below, top) { return over(top, below) }, [255, 255, 255, 1]);
  };
  const luminance = function (color) {
    const linear = color.slice(0, 3).map(function (value) {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4);
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const contrast = function (a, b) {
    const one = luminance(a), other = luminance(b);
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  let texts = 0;
  while (walker.nextNode() && texts < 20000) {
    const element = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() === '' || ['SCRIPT', 'STYLE'].includes(element.tagName) || seen.has(element)) continue;
    seen.add(element);
    if (!element.checkVisibility()) continue;
    texts++;
    const style = getComputedStyle(element), svg = element.localName === 'text';
    const behind = ground(element), color = over(parse(svg ? style.fill : style.color), behind);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = contrast(color, behind);
    if (ratio < (large ? 3 : 4.5)) wrong.push('contrast ' + ratio.toFixed(2) + ' of ' + short(element.textContent));
    if (size < 12) wrong.push('letters of ' + size + ' pixels: ' + short(element.textContent));
  }
  for (const rect of document.querySelectorAll('svg rect:not(.past)')) {
    const behind = ground(rect.ownerSVGElement);
    const ratio = contrast(over(parse(getComputedStyle(rect).fill), behind), behind);
    if (ratio < 3) wrong.push('contrast ' + ratio.toFixed(2) + ' of a bar ' + rect.getAttribute('class'));
  }
  if (texts < 50) wrong.push('only ' + texts + ' texts are seen');

  // ---- Room ----
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth)
    wrong.push('wider than the window: ' + document.documentElement.scrollWidth + ' of ' + document.documentElement.clientWidth);
  return Array.from(new Set(wrong));
})()
