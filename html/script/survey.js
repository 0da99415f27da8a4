// Only a convenience: hides what an earlier answer makes irrelevant, and stops a second tap.
// Without it every question is shown with its condition in words; the server decides in any case.
(function () {
  'use strict';
  var form = document.getElementById('ballot');
  if (!form) return;
  var parts = form.querySelectorAll('[data-when]');
  document.documentElement.classList.add('js');

  // An invitation's code comes behind the '#', which no server and no link preview ever gets to see.
  var code = document.getElementById('code'), given = /^#code=([0-9A-Za-z-]{16,19})$/.exec(location.hash);
  if (code && given) {
    if (!code.value) code.value = given[1];
    history.replaceState(null, '', location.pathname + location.search);
  }

  // Is `value` chosen at the question `name`? What is hidden has no answer.
  function isChosen(name, value) {
    var fields = form.elements[name];
    if (!fields) return false;
    if (fields.tagName === 'SELECT' || fields.length === undefined) fields = [fields];
    for (var i = 0; i < fields.length; i++) {
      var f = fields[i];
      if (f.closest('[hidden]')) continue;
      if (f.value === value && (f.checked || f.tagName === 'SELECT')) return true;
    }
    return false;
  }
  // In the order of the page: a condition looks only at earlier questions.
  function show() {
    for (var i = 0; i < parts.length; i++) {
      var d = parts[i].dataset;
      parts[i].hidden = isChosen(d.when, d.is) !== (d.op === 'eq');
    }
  }
  // "None of these" and its like stand alone.
  function keepAlone(box) {
    if (box.type !== 'checkbox' || !box.checked) return;
    var all = form.elements[box.name];
    for (var i = 0; i < (all.length || 0); i++)
      if (all[i] !== box && (box.hasAttribute('data-alone') || all[i].hasAttribute('data-alone'))) all[i].checked = false;
  }
  form.addEventListener('change', function (event) { keepAlone(event.target); show(); });
  // For some seconds only: on a poor network one stops and sends again, and it counts once.
  function release() { delete form.dataset.sent; }
  form.addEventListener('submit', function (event) {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = '1';
    setTimeout(release, 4000);
  });
  // Back from the cache of the browser's history: it may be sent again.
  window.addEventListener('pageshow', function () { release(); show(); });
  show();
  var summary = document.getElementById('summary');
  if (summary) summary.focus();
})();
