// The matrix with script: arrows move between cells, a cell opens its panel without leaving the page.
(function () {
  'use strict';
  var matrix = document.querySelector('[data-matrix]');
  var place = document.querySelector('[data-panel-place]');
  if (!matrix || !place) { return; }

  // --- arrows: the cell keeps its column; empty ones are passed over -----------------------------------------
  var STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  function linkAt(rows, row, column) {
    var cells = rows[row] && rows[row].children;
    return cells && cells[column] ? cells[column].querySelector('a') : null;
  }

  matrix.addEventListener('keydown', function (event) {
    var step = STEPS[event.key];
    var cell = event.target.closest('td, th');
    if (!step || !cell || event.target.tagName !== 'A') { return; }
    var rows = Array.prototype.slice.call(matrix.querySelectorAll('tr'));
    var row = rows.indexOf(cell.parentNode);
    var column = cell.cellIndex;
    var next = null;
    do {
      row += step[0];
      column += step[1];
      next = linkAt(rows, row, column);
    } while (!next && row >= 0 && row < rows.length && column >= 0 && column < rows[0].children.length);
    if (!next) { return; }
    event.preventDefault();
    next.focus();
  });

  // --- the panel ---------------------------------------------------------------------------------------------
  function choose(link) {
    matrix.querySelectorAll('.sel').forEach(function (cell) { cell.classList.remove('sel'); });
    matrix.querySelectorAll('[aria-current]').forEach(function (one) { one.removeAttribute('aria-current'); });
    if (link) {
      link.parentNode.classList.add('sel');
      link.setAttribute('aria-current', 'true');
    }
  }

  function linkOf(address) {
    return Array.prototype.find.call(matrix.querySelectorAll('.cell a'), function (link) {
      return link.href.split('#')[0] === address.split('#')[0];
    });
  }

  function open(address) {
    return fetch(address, { credentials: 'same-origin' }).then(function (answer) {
      if (!answer.ok || answer.redirected) { throw new Error('closed'); }
      return answer.text();
    }).then(function (page) {
      var panel = new DOMParser().parseFromString(page, 'text/html').querySelector('[data-panel]');
      place.textContent = '';
      if (panel) { place.appendChild(document.importNode(panel, true)); }
      choose(linkOf(address));
      return panel;
    });
  }

  function narrow() { return window.matchMedia('(max-width:1199.98px)').matches; }

  matrix.addEventListener('click', function (event) {
    var link = event.target.closest('.cell a');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) { return; }
    event.preventDefault();
    open(link.href).then(function () {
      history.pushState({ panel: true }, '', link.href);
      if (narrow()) { place.scrollIntoView({ block: 'start' }); }
      place.parentNode.scrollTop = 0;
    }).catch(function () { location.href = link.href; });
  });

  function close(address) {
    var link = matrix.querySelector('.sel a');
    place.textContent = '';
    choose(null);
    history.pushState({ panel: false }, '', address);
    if (link) { link.focus(); }
  }

  place.addEventListener('click', function (event) {
    var button = event.target.closest('[data-close-panel]');
    if (!button) { return; }
    event.preventDefault();
    close(button.href);
  });

  document.addEventListener('keydown', function (event) {
    var button = place.querySelector('[data-close-panel]');
    if (event.key === 'Escape' && button) { close(button.href); }
  });

  window.addEventListener('popstate', function () {
    if (/[?&](ke-hoach|don-vi)=/.test(location.search)) {
      open(location.href).catch(function () { location.reload(); });
    } else {
      place.textContent = '';
      choose(null);
    }
  });
})();
