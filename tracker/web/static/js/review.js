// The review with script: the row in hand is lit in the document, and both sides follow each other; keys.
(function () {
  'use strict';
  var paper = document.getElementById('van-ban-goc');
  var units = document.getElementById('don-vi');
  if (!paper) { return; }
  var names = JSON.parse(paper.dataset.names || '{}');

  function all(selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); }
  function rows() { return all('details.rw'); }
  function inHand() { return document.querySelector('details.rw[open]'); }

  // --- the document follows the row ----------------------------------------------------------------------------
  function claim(mark, id) {
    return mark.dataset.r.split(' ').filter(function (token) { return token.indexOf(id + '.') === 0; })[0];
  }

  function light(id, scroll) {
    var first = null;
    all('p.now', paper).forEach(function (one) { one.classList.remove('now'); });
    all('mark.hl', paper).forEach(function (mark) {
      var token = id ? claim(mark, id) : null;
      mark.classList.toggle('lit', Boolean(token));
      mark.removeAttribute('data-f');
      if (!token) { return; }
      mark.parentNode.classList.add('now');
      first = first || mark.parentNode;
      if (token.indexOf('!') > 0) {
        mark.dataset.f = names[token.split('.')[1].replace(/[!?]/g, '')] + (token.indexOf('?') > 0 ? '?' : '');
      }
    });
    // Only the document's own box moves; the page stays where the person looks.
    if (first && scroll && paper.scrollHeight > paper.clientHeight) {
      var box = paper.getBoundingClientRect();
      var at = first.getBoundingClientRect();
      var bottom = Math.min(box.bottom, window.innerHeight);
      if (at.top < box.top + 24 || at.bottom > bottom - 120) {
        paper.scrollTop += at.top - box.top - (bottom - box.top) / 4;
      }
    }
  }

  // --- lists of units: kept once, filled into a row when it opens ----------------------------------------------
  function fill(row) {
    all('select[data-units]', row).forEach(function (select) {
      if (select.dataset.full || !units) { return; }
      select.dataset.full = '1';
      var chosen = select.value;
      var known = {};
      all('option', select).forEach(function (option) { known[option.value] = option; });
      var last = known.none || null;
      all('option', units.content).forEach(function (one) {
        if (!known[one.value]) { select.insertBefore(one.cloneNode(true), last); }
      });
      select.value = chosen;
    });
  }

  // --- fields: fetched when a row opens, so that a long plan stays quick -----------------------------------------
  function load(row) {
    var gap = row.querySelector('[data-fields]');
    if (!gap) { return Promise.resolve(); }
    row.loading = row.loading || fetch(gap.dataset.fields, { credentials: 'same-origin' }).then(function (answer) {
      if (!answer.ok || answer.redirected) { throw new Error('closed'); }
      return answer.text();
    }).then(function (html) {
      var holder = document.createElement('template');
      holder.innerHTML = html;
      gap.replaceWith(holder.content);
    }).catch(function () { row.loading = null; /* the link in the gap opens the same fields */ });
    return row.loading;
  }

  function take(row, scroll) {
    rows().forEach(function (one) { if (one !== row) { one.open = false; } });
    fill(row);
    load(row);
    light(row.dataset.row, scroll);
  }

  rows().forEach(function (row) {
    row.addEventListener('toggle', function () {
      if (row.open) { take(row, true); } else if (!inHand()) { light(null, false); }
    });
  });

  function go(row) {
    if (!row) { return; }
    row.open = true;
    take(row, true);
    row.querySelector('summary').focus({ preventScroll: true });
    row.scrollIntoView({ block: 'nearest' });
    var top = row.getBoundingClientRect().top;
    if (top > window.innerHeight * 0.6 || top < 60) { row.scrollIntoView({ block: 'start' }); }
  }

  // --- the rows follow the document ------------------------------------------------------------------------------
  function showRows() {
    if (location.hash.indexOf('#van-ban') === 0 || location.hash.indexOf('#doan-') === 0) { location.hash = '#cac-dong'; }
  }

  paper.addEventListener('click', function (event) {
    var mark = event.target.closest('mark.hl');
    if (!mark || String(window.getSelection())) { return; }
    var ids = mark.dataset.r.split(' ').map(function (token) { return token.split('.')[0]; });
    var now = inHand();
    var next = (ids.indexOf(now ? now.dataset.row : '') + 1) % ids.length;
    showRows();
    go(document.getElementById('dong-' + ids[next]));
  });

  document.addEventListener('click', function (event) {
    var link = event.target.closest('a[href*="#dong-"], a.to-src');
    if (!link || event.ctrlKey || event.metaKey) { return; }
    if (link.classList.contains('to-src')) {
      event.preventDefault();
      location.hash = link.href.split('#')[1];
      var row = link.closest('details.rw');
      light(row.dataset.row, true);
    } else {
      var target = document.getElementById(link.href.split('#')[1]);
      if (target) { event.preventDefault(); go(target); }
    }
  });

  // --- one answer to a question: choosing one takes back the others, and the list -------------------------------
  document.addEventListener('change', function (event) {
    var question = event.target.closest('[data-question]');
    if (!question) { return; }
    if (event.target.matches('input[type=radio]')) {
      all('input[type=radio]', question).forEach(function (one) { if (one !== event.target) { one.checked = false; } });
      all('select', question).forEach(function (one) { one.value = ''; });
    } else if (event.target.matches('select') && event.target.value) {
      all('input[type=radio]', question).forEach(function (one) { one.checked = false; });
    }
  });

  // --- keys ------------------------------------------------------------------------------------------------------
  var box = document.querySelector('[data-keys-on]');
  function keysOn() { return !box || box.checked; }
  if (box) {
    try { box.checked = localStorage.getItem('review-keys') !== 'off'; } catch (_) { /* private window */ }
    var bar = document.querySelector('[data-keys]');
    bar.classList.toggle('off', !box.checked);
    box.addEventListener('change', function () {
      bar.classList.toggle('off', !box.checked);
      try { localStorage.setItem('review-keys', box.checked ? 'on' : 'off'); } catch (_) { /* for this page only */ }
    });
  }

  function typing(target) {
    return target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName) ||
      (target.tagName === 'INPUT' && !/^(radio|checkbox|button|submit)$/.test(target.type));
  }

  function step(by) {
    var list = rows();
    var at = list.indexOf(inHand());
    go(list[at < 0 ? 0 : Math.min(Math.max(at + by, 0), list.length - 1)]);
  }

  function press(key) {
    var button = inHand() && inHand().querySelector('[data-key="' + key + '"]');
    if (button) { button.click(); }
    return Boolean(button);
  }

  function edit(row) {
    if (!row) { return; }
    load(row).then(function () {
      var first = row.querySelector('[data-first]');
      if (first) { first.focus(); }
    });
  }

  function answer(number) {
    var row = inHand();
    var choice = row && all('.opt input', row)[number - 1];
    if (!choice) { return false; }
    choice.focus();
    choice.click();
    return true;
  }

  document.addEventListener('keydown', function (event) {
    if (event.key === 'Escape' && typing(event.target)) { event.target.blur(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !keysOn()) { return; }
    var key = event.key.toLowerCase();
    var done = true;
    if (key === 'j') { step(1); } else if (key === 'k') { step(-1); } else if (key === 'y' || key === 'x') { done = press(key); } else if (key === 'e') {
      edit(inHand());
    } else if (/^[1-9]$/.test(key)) { done = answer(Number(key)); } else { done = false; }
    if (done) { event.preventDefault(); }
  });

  // --- publishing: the button answers, but not while something is missing ----------------------------------------
  var publish = document.getElementById('ban-hanh');
  publish.addEventListener('submit', function (event) {
    var button = publish.querySelector('[aria-disabled=true]');
    if (!button) { return; }
    event.preventDefault();
    var lack = publish.querySelector('[data-lack]');
    if (lack) { lack.focus(); }
  });

  // --- which side a phone shows ------------------------------------------------------------------------------------
  function tellSide() {
    var source = location.hash === '#van-ban' || location.hash.indexOf('#doan-') === 0;
    all('[data-side]').forEach(function (link) {
      if ((link.dataset.side === 'source') === source) { link.setAttribute('aria-current', 'true'); } else { link.removeAttribute('aria-current'); }
    });
  }
  window.addEventListener('hashchange', tellSide);
  tellSide();

  var asked = /^#dong-/.test(location.hash) && document.getElementById(location.hash.slice(1));
  if (asked) { asked.open = true; }
  if (inHand()) { take(inHand(), true); }
})();
