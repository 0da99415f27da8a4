// Checks the proof of inclusion on a receipt's page: from the leaf to the root with the browser's own
// SHA-256, and the root against the one that the results publish.
(function () {
  'use strict';
  var field = document.getElementById('proof'), button = document.getElementById('proof-check');
  var told = document.getElementById('proof-result');
  if (!field || !button || !told) return;
  var subtle = window.crypto && window.crypto.subtle;

  function say(what) { told.textContent = told.dataset[what]; told.dataset.is = what; }
  function bytes(hex, length) {
    if (typeof hex !== 'string' || !/^([0-9a-f]{2})*$/.test(hex) || (length && hex.length !== 2 * length)) throw new Error('hex');
    return (hex.match(/../g) || []).map(function (b) { return parseInt(b, 16); });
  }
  function sha256(list) {
    return subtle.digest('SHA-256', new Uint8Array(list)).then(function (h) { return Array.from(new Uint8Array(h)); });
  }
  function hex(list) { return list.map(function (b) { return (b + 256).toString(16).slice(1); }).join(''); }

  function climb(proof) {
    return proof.path.reduce(function (before, step) {
      return before.then(function (at) {
        var other = bytes(step.hash, 32);
        if (step.side !== 'left' && step.side !== 'right') throw new Error('side');
        return sha256([1].concat(step.side === 'left' ? other.concat(at) : at.concat(other)));
      });
    }, Promise.resolve(bytes(proof.leaf, 32)));
  }
  // Where the answers are shown, they are those of the leaf.
  function leaf(proof) {
    if (proof.codes === undefined) return Promise.resolve(proof.leaf);
    return sha256([0].concat(bytes(proof.salt, 16), bytes(proof.record_hash, 16), bytes(proof.codes))).then(hex);
  }
  function published(survey) {
    return fetch('/results/' + encodeURIComponent(survey) + '.json', { cache: 'no-cache' }).then(function (r) {
      if (!r.ok) throw new Error('results');
      return r.json();
    });
  }
  function check() {
    var proof;
    if (!subtle) return say('none'); // not a secure context: no https
    try {
      proof = JSON.parse(field.value);
      if (!Array.isArray(proof.path) || proof.path.length > 56) throw new Error('path');
    } catch (e) { return say('bad'); }
    say('busy');
    Promise.all([climb(proof), leaf(proof)]).then(function (found) {
      if (hex(found[0]) !== proof.root || found[1] !== proof.leaf) return say('bad');
      return published(proof.survey).then(function (r) {
        say(r.figures.merkle_root === proof.root ? 'ok' : 'other');
      }, function () { say('alone'); });
    }).catch(function () { say('bad'); });
  }
  button.hidden = false;
  button.addEventListener('click', check);
})();
