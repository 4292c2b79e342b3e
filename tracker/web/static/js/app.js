// Small comforts over pages that work without them: evidence in the row, chips while typing, files by dropping,
// copying an address, filtering a list, the theme button.
(function () {
  'use strict';

  function each(selector, act, root) {
    Array.prototype.forEach.call((root || document).querySelectorAll(selector), act);
  }

  // --- theme -----------------------------------------------------------------------------------------------
  each('[data-theme]', function (button) {
    button.hidden = false;
    button.addEventListener('click', window.switchTheme);
  });

  // --- evidence in its row ---------------------------------------------------------------------------------
  var shape = document.getElementById('evidence-form');

  function closeRow(row) {
    var form = row.querySelector('.ev');
    var ring = row.querySelector('[data-tick]');
    if (form) { form.remove(); }
    row.classList.remove('open');
    ring.setAttribute('aria-expanded', 'false');
    return ring;
  }

  function openRow(row, ring) {
    each('.row-w.open', closeRow);
    var holder = document.createElement('div');
    holder.className = 'ev';
    holder.id = 'ev-' + ring.dataset.id;
    // One template for all rows: ids get the row's number so that labels find their fields.
    holder.innerHTML = shape.innerHTML.replace(/__ID__/g, ring.dataset.id);
    holder.querySelector('form').action = ring.dataset.tick;
    holder.querySelector('form').dataset.kind = ring.dataset.kind || '';
    holder.querySelector('[data-line]').placeholder = ring.dataset.example;
    row.appendChild(holder);
    row.classList.add('open');
    ring.setAttribute('aria-expanded', 'true');
    bindEvidence(holder);
    holder.querySelector('[data-line]').focus();
    // The whole form above the tabs of a phone, not only its first field.
    if (holder.getBoundingClientRect().bottom > window.innerHeight - 64) { row.scrollIntoView({ block: 'start' }); }
    holder.querySelector('[data-close]').addEventListener('click', function () { closeRow(row).focus(); });
    holder.addEventListener('keydown', function (event) {
      if (event.key === 'Escape') { event.stopPropagation(); closeRow(row).focus(); }
    });
  }

  function bindRing(ring) {
    if (!shape) { return; }
    ring.setAttribute('role', 'button');
    ring.setAttribute('aria-expanded', 'false');
    function toggle(event) {
      event.preventDefault();
      var row = ring.closest('.row-w');
      if (row.classList.contains('open')) { closeRow(row).focus(); } else { openRow(row, ring); }
    }
    ring.addEventListener('click', toggle);
    ring.addEventListener('keydown', function (event) { if (event.key === ' ') { toggle(event); } });
  }
  each('[data-tick]', bindRing);

  // --- the one line, taken apart by the server while typing --------------------------------------------------
  function showChips(place, chips) {
    place.textContent = '';
    if (!chips.length) { return; }
    var list = document.createElement('ul');
    list.className = 'chips';
    chips.forEach(function (chip) {
      var item = document.createElement('li');
      item.className = chip.missing ? 'chip doubt' : 'chip';
      if (chip.missing) {
        item.innerHTML = '<svg class="mk" aria-hidden="true" focusable="false"><use href="#m-doubt"/></svg>';
      }
      item.appendChild(document.createElement('i')).textContent = chip.name;
      item.appendChild(document.createElement('b')).textContent = chip.words;
      list.appendChild(item);
    });
    place.appendChild(list);
  }

  function bindEvidence(root) {
    each('form[data-evidence]', function (form) {
      var line = form.querySelector('[data-line]');
      var place = form.querySelector('[data-chips]');
      var timer, asked = 0;
      function read() {
        var text = line.value.trim();
        var mine = ++asked;
        if (!text) { showChips(place, []); return; }
        fetch(form.dataset.evidence + '?dong=' + encodeURIComponent(text) + '&loai=' + encodeURIComponent(form.dataset.kind || ''), {
          headers: { Accept: 'application/json' }, credentials: 'same-origin'
        }).then(function (answer) { return answer.ok ? answer.json() : { chips: [] }; })
          .then(function (told) { if (mine === asked) { showChips(place, told.chips); } })
          .catch(function () { /* off line: the server reads the line when it is sent */ });
      }
      line.addEventListener('input', function () { clearTimeout(timer); timer = setTimeout(read, 250); });
      // Two clicks on a slow line must not send twice.
      form.addEventListener('submit', function (event) {
        if (form.dataset.sent) { event.preventDefault(); return; }
        form.dataset.sent = '1';
      });
    }, root);
    each('[data-drop]', bindDrop, root);
  }

  // --- files -------------------------------------------------------------------------------------------------
  function bindDrop(label) {
    var input = label.querySelector('input[type=file]');
    var name = label.querySelector('[data-name]');
    function tell() { name.textContent = input.files.length ? input.files[0].name : ''; }
    input.addEventListener('change', tell);
    ['dragenter', 'dragover'].forEach(function (kind) {
      label.addEventListener(kind, function (event) { event.preventDefault(); label.classList.add('over'); });
    });
    ['dragleave', 'drop'].forEach(function (kind) {
      label.addEventListener(kind, function (event) { event.preventDefault(); label.classList.remove('over'); });
    });
    label.addEventListener('drop', function (event) {
      if (!event.dataTransfer.files.length) { return; }
      input.files = event.dataTransfer.files;
      tell();
    });
  }
  bindEvidence(document);
  // A page that comes back from the browser's memory may send again.
  window.addEventListener('pageshow', function () { each('form[data-sent]', function (form) { delete form.dataset.sent; }); });

  // --- choices that apply at once ------------------------------------------------------------------------------
  each('[data-auto]', function (field) {
    field.addEventListener('change', function () { field.form.submit(); });
    each('button[type=submit]', function (button) { button.hidden = true; }, field.form);
  });

  // --- print ---------------------------------------------------------------------------------------------------
  each('[data-print]', function (button) {
    button.hidden = false;
    button.addEventListener('click', function () { window.print(); });
  });

  // --- copy an address -----------------------------------------------------------------------------------------
  each('[data-copy]', function (button) {
    var field = document.getElementById(button.dataset.copy);
    button.hidden = false;
    button.addEventListener('click', function () {
      field.select();
      var said = button.dataset.done;
      function done() { button.querySelector('span').textContent = said; }
      if (navigator.clipboard && window.isSecureContext) {
        navigator.clipboard.writeText(field.value).then(done, function () {});
      } else if (document.execCommand('copy')) { done(); }
    });
  });

  // --- filter a list while typing, without regard to marks -----------------------------------------------------
  function bare(text) {
    return text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/đ/g, 'd');
  }
  each('[data-filter]', function (input) {
    var rows = document.querySelectorAll(input.dataset.filter);
    var box = input.closest('[data-filter-box]');
    if (box) { box.hidden = false; }
    input.addEventListener('input', function () {
      var wanted = bare(input.value.trim());
      Array.prototype.forEach.call(rows, function (row) { row.hidden = bare(row.textContent).indexOf(wanted) < 0; });
      each('[data-filter-group]', function (group) {
        group.hidden = !group.querySelector('[data-filter-row]:not([hidden])');
      });
    });
  });
})();
