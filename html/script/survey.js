// The form one section at a time, with a draft, a page to check, and sending that outlives a bad network.
// Only a convenience: without it every question is shown with its condition in words, and the server
// decides in any case.
(function () {
  'use strict';
  if (!window.fetch || !window.AbortController || !window.URLSearchParams || !Array.from) return;
  var HOURS = 24, PATIENCE_MS = 15000, root = document.documentElement;
  var form = document.getElementById('ballot'), slug = (/^\/survey\/([^/]+)/.exec(location.pathname) || [])[1];

  // ---- the draft: for the tab; on the phone only when asked ----
  function store(where, value) { // where: 'session' or 'local'; value undefined: read, null: remove
    try {
      var box = window[where + 'Storage'], key = 'minyi:' + slug;
      if (value === undefined) return JSON.parse(box.getItem(key));
      if (value === null) box.removeItem(key); else box.setItem(key, JSON.stringify(value));
      return true;
    } catch (e) { return null; }
  }
  function forget() { store('session', null); store('local', null); }
  if (!form) { // received, already received, closed: the draft has had its day
    if (slug) forget();
    return;
  }

  var template = document.getElementById('steps');
  if (!template || !template.content) return;
  var say = template.dataset, ui = document.importNode(template.content, true);
  var summary = document.getElementById('summary'), told = ui.querySelector('.told');
  var progress = ui.querySelector('.progress'), check = ui.querySelector('.check'), nav = ui.querySelector('.steps'), keeper = ui.querySelector('.keep');
  var saver = ui.querySelector('[data-do=save]'), finish = form.querySelector('.finish');
  var conditional = form.querySelectorAll('[data-when], [data-if], [data-filter]');
  var prefix = say.error.split('{title}')[0], title = document.title;
  if (title.indexOf(prefix) === 0) title = title.slice(prefix.length);
  var at = 0, isChanging = false, savedUntil = 0, isSending = false, isPending = false, wait_s = 2, timer;
  root.classList.add('js');
  if (!window.minyiExpr) each(form.querySelectorAll('[data-if] > .when'), function (e) { e.classList.add('told'); });

  function each(list, f) { Array.prototype.forEach.call(list, f); }
  function isSeen(e) { return !e.closest('[hidden]'); }
  function isChoice(f) { return f.type === 'radio' || f.type === 'checkbox'; }
  function put(text, values) {
    return text.replace(/\{(\w+)\}/g, function (all, name) { return name in values ? values[name] : all; });
  }
  function make(tag, text, parent) {
    var e = document.createElement(tag);
    e.textContent = text;
    if (parent) parent.appendChild(e);
    return e;
  }

  // ---- what belongs on one screen: a section, or what stands loose between two ----
  var steps = [], loose = null;
  each(form.children, function (e) {
    if (e.matches('.section')) { steps.push([e]); loose = null; }
    else if (e.matches('.q, .note, .terms')) {
      if (!loose) steps.push(loose = []);
      loose.push(e);
    }
  });
  function questions(i) {
    return steps[i].reduce(function (all, e) {
      return all.concat(e.matches('.q') ? e : Array.from(e.querySelectorAll('.q')));
    }, []).filter(isSeen);
  }
  function isAlive(i) {
    return steps[i].some(function (e) {
      return isSeen(e) && (e.matches('.q, .note, .terms') || Array.from(e.querySelectorAll('.q, .note, .terms')).some(isSeen));
    });
  }
  function alive() { return Object.keys(steps).map(Number).filter(isAlive); }
  function stepOf(e) {
    for (var i = 0; i < steps.length; i++)
      if (steps[i].some(function (part) { return part.contains(e); })) return i;
    return steps.length;
  }
  function neighbour(i, way) {
    for (i += way; i >= 0 && i < steps.length && !isAlive(i);) i += way;
    return i;
  }

  // ---- one question: its words, what was given, what is missing ----
  function label(q) {
    var copy = (q.querySelector('legend, .legend') || q.querySelector('label')).cloneNode(true);
    each(copy.querySelectorAll('.need'), function (n) { n.remove(); });
    return copy.textContent.trim();
  }
  function fields(q) { return q.querySelectorAll('input, select, textarea'); }
  function given(q) {
    var out = [];
    each(fields(q), function (f) {
      if (isChoice(f)) {
        if (f.checked) out.push(q.querySelector('legend, .legend') ? f.parentNode.textContent.trim() : say.ticked);
      } else if (f.tagName === 'SELECT') {
        var place = f.closest('.place'), words = f.value && f.options[f.selectedIndex].text;
        if (words) out.push(place ? words + '. ' + place.querySelector('span').textContent : words);
      } else if (f.value.trim()) out.push(f.value.trim());
    });
    return out.sort(function (a, b) { return q.querySelector('.places') ? parseInt(a, 10) - parseInt(b, 10) : 0; });
  }
  // What is wrong with a question, as far as can be told here; '' for nothing. Where only the server can tell
  // whether a question is asked, it alone asks for the answer.
  function fault(q) {
    var name = fields(q)[0].name, isKnown = window.minyiExpr || !q.closest('[data-if]');
    if (given(q).length === 0)
      return q.querySelector('.need') && isKnown ? q.dataset.need || (q.querySelector('legend, .legend') ? say.need : say.agree) : '';
    if (q.querySelector('.places') && !value(name)) return q.dataset.bad;
    return q.dataset.valid && window.minyiExpr && !isTrue(q.dataset.valid, name) ? q.dataset.bad : '';
  }

  function clearError(q) {
    if (!q.classList.contains('has-error')) return;
    q.classList.remove('has-error');
    each(q.querySelectorAll('.error'), function (e) { e.remove(); });
    [q].concat(Array.from(fields(q))).forEach(function (f) {
      f.removeAttribute('aria-invalid');
      var ids = (f.getAttribute('aria-describedby') || '').split(' ')
        .filter(function (id) { return id && document.getElementById(id); }).join(' ');
      if (ids) f.setAttribute('aria-describedby', ids); else f.removeAttribute('aria-describedby');
    });
  }
  function showError(q, words) {
    var first = fields(q)[0], id = 'e-' + first.name, owner = q.tagName === 'FIELDSET' ? q : first;
    clearError(q);
    var p = make('p', words);
    p.className = 'error';
    p.id = id;
    q.classList.add('has-error');
    q.insertBefore(p, q.querySelector('.options') || first);
    owner.setAttribute('aria-describedby', ((owner.getAttribute('aria-describedby') || '') + ' ' + id).trim());
    if (owner === first) first.setAttribute('aria-invalid', 'true');
  }
  function dropSummary() {
    if (summary) summary.remove();
    summary = null;
    document.title = title;
  }
  // As the server does it: first on the page, with the focus, and links to the questions.
  function complain(bad) {
    dropSummary();
    summary = document.createElement('div');
    summary.className = 'summary';
    summary.id = 'summary';
    summary.tabIndex = -1;
    summary.setAttribute('role', 'alert');
    make('h2', say.problems, summary);
    var list = make('ul', '', summary);
    bad.forEach(function (q) {
      var words = fault(q);
      showError(q, words);
      make('a', words, make('li', '', list)).href = '#a-' + fields(q)[0].name;
    });
    var main = document.getElementById('main');
    main.insertBefore(summary, main.firstChild);
    document.title = put(say.error, { title: title });
    summary.focus();
  }

  // ---- showing a step ----
  function off(e, isOff) { e.classList.toggle('off', isOff); }
  function fillCheck() {
    var list = check.querySelector('dl');
    list.textContent = '';
    alive().forEach(function (i) {
      questions(i).forEach(function (q) {
        var row = make('div', '', list), words = label(q), answers = given(q), dd;
        make('dt', words, row);
        dd = make('dd', '', row);
        if (answers.length === 0) make('span', say.none, dd).className = 'quiet';
        answers.forEach(function (a) { make('p', a, dd); });
        var change = make('a', say.change, make('dd', '', row));
        change.href = '#a-' + fields(q)[0].name;
        make('span', ' ' + words, change).className = 'hidden';
      });
    });
  }
  function showPlace() {
    var all = alive(), n = at === steps.length ? all.length : all.indexOf(at), bar = progress.querySelector('progress');
    bar.max = all.length + 1;
    bar.value = n + 1;
    progress.querySelector('p').textContent = put(say.step, { n: n + 1, all: all.length + 1 });
  }
  function open(i) {
    var isCheck = i >= steps.length;
    at = isCheck ? steps.length : i;
    steps.forEach(function (parts, k) { parts.forEach(function (e) { off(e, k !== at); }); });
    off(check, !isCheck);
    off(finish, !isCheck);
    off(nav.querySelector('[data-do=next]'), isCheck);
    off(nav.querySelector('[data-do=back]'), neighbour(at, -1) < 0);
    root.classList.toggle('later', neighbour(at, -1) >= 0);
    if (isCheck) { fillCheck(); isChanging = false; }
    nav.querySelector('[data-do=next]').textContent = isChanging ? say.tocheck : say.next;
    showPlace();
    showSaver();
    keep();
  }
  // To a step by the citizen's own act: an entry in the history, so that the phone's "back" is a step back.
  function go(i) {
    history.pushState({ step: i, from: at }, '');
    open(i);
    progress.scrollIntoView({ block: 'start', behavior: 'instant' });
    progress.querySelector('p').focus({ preventScroll: true });
  }
  function next() {
    var bad = questions(at).filter(fault);
    if (bad.length) return complain(bad);
    dropSummary();
    go(isChanging ? steps.length : neighbour(at, 1));
  }
  function back() {
    dropSummary();
    var from = (history.state || {}).from, before = neighbour(at, -1);
    if (from === (isChanging ? steps.length : before)) history.back(); else go(before);
  }

  // ---- keeping what was filled in ----
  function read() {
    var out = [];
    each(form.elements, function (f) {
      if (f.name && f.type !== 'hidden' && (isChoice(f) ? f.checked : f.value)) out.push([f.name, f.value]);
    });
    return out;
  }
  function write(pairs) {
    each(form.elements, function (f) {
      if (!f.name || f.type === 'hidden') return;
      var own = pairs.filter(function (p) { return p[0] === f.name; });
      if (isChoice(f)) f.checked = own.some(function (p) { return p[1] === f.value; });
      else f.value = (own.filter(function (p) { // of a rank's fields each takes its own
        return f.tagName !== 'SELECT' || Array.from(f.options).some(function (o) { return o.value === p[1]; });
      })[0] || ['', ''])[1];
    });
  }
  function keep() {
    var draft = { answers: read(), step: at, isPending: isPending };
    store('session', draft);
    if (!savedUntil) return;
    draft.until = savedUntil;
    draft.answers = draft.answers.filter(function (p) { return p[0][0] !== '_'; }); // no invitation stays on a phone
    return store('local', draft);
  }
  function tell(words) { told.textContent = words || ''; }
  function showSaver() {
    saver.textContent = savedUntil ? say.forget : say.save;
    off(keeper, !savedUntil && neighbour(at, -1) < 0); // on the first step there is nothing to save yet
  }
  function save() {
    if (savedUntil) {
      savedUntil = 0;
      store('local', null);
      tell(say.forgotten);
    } else {
      savedUntil = Date.now() + HOURS * 3600e3;
      if (keep()) tell(put(say.saved, { time: new Date(savedUntil).toLocaleString(root.lang, { dateStyle: 'short', timeStyle: 'short' }) }));
      else { savedUntil = 0; tell(say.unsaved); }
    }
    showSaver();
  }
  function restore() {
    var saved = store('local'), draft = store('session'), left_ms = saved ? saved.until - Date.now() : 0;
    if (left_ms > 0 && left_ms <= HOURS * 3600e3) savedUntil = saved.until;
    else if (saved) store('local', null);
    if (summary) return null; // the server gave the answers back: they are the newer ones
    if (!draft && savedUntil) { draft = saved; tell(say.restored); }
    if (draft && Array.isArray(draft.answers)) write(draft.answers);
    return draft;
  }

  // ---- sending: by the ballot's own key it counts once, however often it is sent ----
  function later() {
    if (!isPending) return;
    tell(put(say.waiting, { n: wait_s }));
    timer = setTimeout(post, wait_s * 1000);
    wait_s = Math.min(2 * wait_s, 60);
  }
  function post() {
    if (isSending) return;
    clearTimeout(timer);
    isSending = isPending = true;
    form.dataset.sent = '1';
    tell(say.sending);
    keep();
    var stop = new AbortController(), patience = setTimeout(function () { stop.abort(); }, PATIENCE_MS);
    fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'manual', signal: stop.signal })
      .then(function (r) {
        if (r.status >= 500 || r.status === 429) return false;
        isPending = false;
        forget();
        if (r.type === 'opaqueredirect') { // the server leads to the receipt: it is in the box
          tell(say.arrived);
          var lang = form.elements._lang.value, isUsual = (navigator.language || '').toLowerCase().indexOf(lang.toLowerCase()) === 0;
          location.assign(form.getAttribute('action') + '/received' + (isUsual ? '' : '?lang=' + encodeURIComponent(lang)));
        } else { // something is to be mended, or cookies are off: the server says it in a page of its own
          form.submit();
        }
        return true;
      })
      .catch(function () { return false; })
      .then(function (isDone) {
        clearTimeout(patience);
        isSending = false;
        if (isDone) return;
        delete form.dataset.sent;
        later();
      });
  }
  function submit(event) {
    event.preventDefault();
    if (at < steps.length) return next(); // Enter in a field
    var bad = alive().reduce(function (all, i) { return all.concat(questions(i).filter(fault)); }, []);
    if (bad.length) {
      go(stepOf(bad[0]));
      return complain(bad);
    }
    dropSummary();
    post();
  }

  // ---- relevance: is `value` chosen at the question `name`?  What is hidden has no answer. ----
  function isChosen(name, value) {
    var all = form.elements[name];
    if (!all) return false;
    if (all.tagName === 'SELECT' || all.length === undefined) all = [all];
    return Array.from(all).some(function (f) {
      return isSeen(f) && f.value === value && (f.checked || f.tagName === 'SELECT');
    });
  }
  // What is given at a question, for the evaluator of expressions (expr.js, only where a form needs it).
  function value(name) {
    var all = Array.from(form.elements).filter(function (f) {
      return f.name === name && isSeen(f) && (!isChoice(f) || f.checked);
    }), names = [];
    if (!all.length || !all[0].closest('.places'))
      return all.map(function (f) { return isChoice(f) && !f.closest('fieldset.q') ? 'OK' : f.value; }).join(' ');
    all.forEach(function (f) { if (f.value) names[f.selectedIndex] = f.value.split(' ')[0]; });
    return names.filter(Boolean).length === all.length ? names.slice(1).join(' ') : ''; // a rank is whole, or none
  }
  function isTrue(tree, self, option) {
    var today = Math.floor((Date.now() - new Date().getTimezoneOffset() * 6e4) / 864e5);
    return window.minyiExpr.isTrue(JSON.parse(tree), function (name, isColumn) {
      return isColumn ? option.getAttribute('data-c' + name) : value(name);
    }, today, self);
  }
  // The choices that other answers leave out are taken away. Is one left, and was one of them chosen?
  function sift(q) {
    var out = { isLeft: false, isCleared: false };
    each(q.querySelectorAll('[data-c0]'), function (o) {
      var f = o.tagName === 'OPTION' ? o : o.querySelector('input');
      o.hidden = f.disabled = !isTrue(q.dataset.filter, '', o);
      if (!o.hidden) out.isLeft = true;
      else if (f.checked || f.selected) { out.isCleared = true; f.checked = f.selected = false; }
    });
    return out;
  }
  function holds(e) {
    if (e.dataset.when) return isChosen(e.dataset.when, e.dataset.is) === (e.dataset.op === 'eq');
    return !e.dataset.if || !window.minyiExpr || isTrue(e.dataset.if); // shown with its words; the server decides
  }
  // A condition may look at any other question, never in a circle: again until nothing changes.
  function branch() {
    for (var round = 0, isChanged = true; isChanged && round <= conditional.length; round++) {
      isChanged = false;
      each(conditional, function (e) {
        var choices = e.dataset.filter && window.minyiExpr ? sift(e) : { isLeft: true };
        var isHidden = !holds(e) || !choices.isLeft;
        if (e.hidden !== isHidden || choices.isCleared) isChanged = true;
        e.hidden = isHidden;
      });
    }
  }
  // Where each citizen sees an order of their own; what stands last stays there.
  function shuffle(box) {
    var all = Array.from(box.children).filter(function (o) { return o.tagName !== 'OPTION' || o.value; }), free;
    free = all.filter(function (o) { return !o.hasAttribute('data-last'); });
    for (var i = free.length - 1, k, was; i > 0; i--) {
      k = Math.floor(Math.random() * (i + 1));
      was = free[i]; free[i] = free[k]; free[k] = was;
    }
    free.concat(all.filter(function (o) { return o.hasAttribute('data-last'); })).forEach(function (o) { box.appendChild(o); });
  }
  // "None of these" and its like stand alone.
  function keepAlone(box) {
    if (box.type !== 'checkbox' || !box.checked) return;
    each(form.elements[box.name].length ? form.elements[box.name] : [], function (other) {
      if (other !== box && (box.hasAttribute('data-alone') || other.hasAttribute('data-alone'))) other.checked = false;
    });
  }

  // ---- putting it together ----
  form.insertBefore(progress, steps.length ? steps[0][0] : finish);
  form.insertBefore(check, finish);
  each([nav, told, keeper], function (e) { form.appendChild(e); });
  var draft = restore();
  // An invitation's code comes behind the '#', which no server and no link preview ever gets to see.
  var code = document.getElementById('code'), sent = /^#code=([0-9A-Za-z-]{16,19})$/.exec(location.hash);
  if (code && sent) {
    if (!code.value) code.value = sent[1];
    history.replaceState(null, '', location.pathname + location.search);
  }
  var here = history.state;
  each(form.querySelectorAll('[data-shuffle]'), shuffle);
  branch();
  // While typing, too: what appears or goes only when a field is left moves the button away from under the finger.
  each(['input', 'change'], function (kind) {
    form.addEventListener(kind, function (event) {
      var q = event.target.closest('.q');
      keepAlone(event.target);
      branch();
      if (q && !fault(q)) clearError(q);
      showPlace();
      keep();
    });
  });
  form.addEventListener('submit', submit);
  form.addEventListener('click', function (event) {
    var act = event.target.dataset.do;
    if (act) ({ next: next, back: back, save: save })[act]();
  });
  document.addEventListener('click', function (event) { // from the summary, and "change"
    var link = event.target.closest('#main a[href^="#"]'), field = link && document.getElementById(link.hash.slice(1));
    if (!field || !form.contains(field)) return;
    event.preventDefault();
    isChanging = isChanging || check.contains(link);
    if (stepOf(field) !== at) go(stepOf(field));
    field.focus();
  });
  window.addEventListener('popstate', function (event) {
    if (event.state && !isSending) { dropSummary(); isChanging = false; open(event.state.step); window.scrollTo(0, 0); }
  });
  window.addEventListener('online', function () { if (isPending) { wait_s = 2; post(); } });
  window.addEventListener('pageshow', function (event) { // from a cache of the browser's
    if (event.persisted) { delete form.dataset.sent; isSending = false; branch(); open(at); }
  });

  var wrong = form.querySelector('.has-error'), start = 0;
  if (wrong) start = stepOf(wrong);
  else if (summary) start = steps.length; // all is filled in: something about the page was wrong
  else if (here && here.step !== undefined) start = here.step;
  else if (draft) start = draft.step;
  start = Math.max(0, Math.min(start, steps.length));
  if (start < steps.length && !isAlive(start)) start = neighbour(start, 1);
  history.replaceState({ step: start, from: (here || {}).from }, '');
  open(start);
  if (summary) summary.focus();
  else if (draft && draft.isPending) { open(steps.length); post(); } // it was on its way when the page went
})();
