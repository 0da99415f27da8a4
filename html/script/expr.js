// The expressions of a questionnaire in the browser: window.minyiExpr(tree, get, day, self).
// The tree is what expr_put_js wrote; what each part means is said in include/form/expr.h, and a test feeds
// this and the evaluator in C the same. get(name): what is typed or chosen, several codes with a space
// between, '' for none or hidden; day: days since 1970-01-01; self: the question that "." means.
(function () {
  'use strict';
  var NUMERAL = /^[ \t\r\n]*-?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})[ \t\r\n]*$/, patterns = {};

  // A date {k: 'd', n: days} or a time {k: 't', n: minutes}; n is NaN where it is none.
  function moment(kind, n) { return {k: kind, n: n}; }
  function two(n) { return (n < 10 ? '0' : '') + n; }
  function momentText(v) {
    if (isNaN(v.n)) return '';
    return v.k === 'd' ? new Date(v.n * 864e5).toISOString().slice(0, 10) : two(Math.floor(v.n / 60)) + ':' + two(v.n % 60);
  }
  function readMoment(kind, s) {
    var n = NaN, m = kind === 't' && /^([01]\d|2[0-3]):([0-5]\d)$/.exec(s);
    if (m) n = m[1] * 60 + +m[2];
    if (kind === 'd' && /^\d{4}-\d\d-\d\d$/.test(s) && s >= '0001') n = Date.parse(s + 'T00:00:00Z') / 864e5;
    return moment(kind, !isNaN(n) && momentText(moment(kind, n)) === s ? n : NaN); // 30 February is no day
  }

  function number(v) {
    if (typeof v === 'object') return v.n;
    return typeof v !== 'string' ? +v : NUMERAL.test(v) ? +v : NaN;
  }
  function string(v) { return typeof v === 'object' ? momentText(v) : String(v); }
  function boolean(v) { return typeof v === 'object' ? !isNaN(v.n) : !!v; }
  function words(v) { return string(v).split(/[ \t\r\n]+/).filter(Boolean); }

  function beside(v, other) {
    return number(typeof v === 'string' && typeof other === 'object' ? readMoment(other.k, v) : v);
  }
  function isEqual(l, r) {
    if (typeof l === 'boolean' || typeof r === 'boolean') return boolean(l) === boolean(r);
    if (typeof l === 'number' || typeof r === 'number') return number(l) === number(r);
    if (typeof l === 'object' || typeof r === 'object') return beside(l, r) === beside(r, l);
    return l === r;
  }

  // What was typed at a question, as the value of its kind.
  function answer(kind, raw) {
    var s = raw.replace(/\r\n?/g, '\n').replace(/^[ \t\n]+|[ \t\n]+$/g, '');
    if (kind === '$') return s;
    s = s.replace(/[\uff0c-\uff0e\uff10-\uff1a]/g, function (c) { return String.fromCharCode(c.charCodeAt(0) - 0xfee0); });
    if (kind === 'd' || kind === 't') return isNaN(readMoment(kind, s).n) ? '' : readMoment(kind, s);
    if (kind === 'f') s = s.replace(',', '.');
    // -0 is 0; integers of more digits are out of any question's range
    var isGood = kind === 'n' ? /^-?\d{1,18}$/.test(s) : /^-?(\d+\.?\d*|\.\d+)$/.test(s) && s.replace(/\D/g, '').length < 16;
    return isGood ? +s + 0 : '';
  }
  function isWhole(s, pattern) {
    if (!patterns[pattern]) patterns[pattern] = new RegExp('^(?:' + pattern + ')$', 'u');
    return patterns[pattern].test(s);
  }
  function round(v, places) {
    if (isNaN(places)) return NaN;
    places = Math.trunc(Math.min(Math.max(places, -15), 15));
    var ten = +('1e' + Math.abs(places));
    return places < 0 ? Math.floor(v / ten + 0.5) * ten : Math.floor(v * ten + 0.5) / ten;
  }
  function toDate(v) {
    if (typeof v === 'object') return v.k === 'd' ? v : moment('d', NaN);
    if (typeof v === 'string') return readMoment('d', v);
    var n = typeof v === 'number' ? Math.floor(v) : NaN;
    return moment('d', n >= -719162 && n <= 2932896 ? n : NaN);
  }

  window.minyiExpr = function (tree, get, day, self) {
    function fold(all, f) { return all.map(at).map(number).reduce(f); }
    function at(t) {
      if (!Array.isArray(t)) return t;
      var op = t[0], a = t.slice(1), l, r;
      switch (op) {
      case '$': case 'n': case 'f': case 'd': case 't': return answer(op, get(a.length ? a[0] : self));
      case '@': return get(a[0], true);
      case 'calc': l = at(a[0]); return typeof l !== 'number' ? l : isFinite(l) ? l + 0 : '';
      case 'or': return a.some(function (x) { return boolean(at(x)); });
      case 'and': return a.every(function (x) { return boolean(at(x)); });
      case 'not': return !boolean(at(a[0]));
      case 'if': return at(boolean(at(a[0])) ? a[1] : a[2]);
      case 'coalesce':
        a.some(function (x) { l = at(x); return string(l) !== ''; });
        return l;
      case 'once': return at(a[0]);
      case 'today': return moment('d', day);
      case 'date': return toDate(at(a[0]));
      case 'string': return string(at(a[0]));
      case 'concat': return Array.from(a.map(at).map(string).join('')).slice(0, 4000).join('');
      case 'string-length': return Array.from(string(at(a[0]))).length;
      case 'regex': return isWhole(string(at(a[0])), a[1]);
      case 'selected': return words(at(a[0])).indexOf(string(at(a[1]))) >= 0;
      case 'count-selected': return words(at(a[0])).length;
      case '+': case 'sum': return fold(a, function (x, y) { return x + y; });
      case '*': return fold(a, function (x, y) { return x * y; });
      case 'min': return fold(a, function (x, y) { return isNaN(x) || isNaN(y) ? NaN : y < x ? y : x; });
      case 'max': return fold(a, function (x, y) { return isNaN(x) || isNaN(y) ? NaN : y > x ? y : x; });
      case 'round': return a.length > 1 ? round(number(at(a[0])), number(at(a[1]))) : Math.floor(number(at(a[0])) + 0.5);
      }
      l = at(a[0]);
      if (op === 'neg') return -number(l);
      if (op === 'number') return number(l);
      if (op === 'int') return Math.trunc(number(l));
      r = at(a[1]);
      switch (op) {
      case '=': return isEqual(l, r);
      case '!=': return !isEqual(l, r);
      case '<': return beside(l, r) < beside(r, l);
      case '<=': return beside(l, r) <= beside(r, l);
      case '>': return beside(l, r) > beside(r, l);
      case '>=': return beside(l, r) >= beside(r, l);
      case '-': return number(l) - number(r);
      case 'div': return number(l) / number(r);
      case 'mod': return number(l) % number(r);
      }
      throw new Error('no operator ' + op);
    }
    return at(tree);
  };
  window.minyiExpr.isTrue = function (tree, get, day, self) { return boolean(window.minyiExpr(tree, get, day, self)); };
  window.minyiExpr.text = string;
})();
