// Boxes to tick: a filter by name, all at once, and how many are ticked. Listens on the whole page, because rows
// of the review arrive later.
(function () {
  'use strict';

  function all(selector, root) { return Array.prototype.slice.call(root.querySelectorAll(selector)); }
  function bare(text) {
    return text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/đ/g, 'd');
  }

  function tell(pick) {
    var place = pick.querySelector('[data-pick-count]');
    if (place) { place.textContent = all('input[type=checkbox]:checked', pick).length; }
  }

  function tellAll(root) { all('[data-pick]', root).forEach(tell); }

  document.addEventListener('input', function (event) {
    if (!event.target.matches || !event.target.matches('[data-pick-filter]')) { return; }
    var wanted = bare(event.target.value.trim());
    all('li', event.target.closest('[data-pick]')).forEach(function (one) {
      one.hidden = bare(one.textContent).indexOf(wanted) < 0;
    });
  });

  document.addEventListener('keydown', function (event) {
    if (event.key === 'Enter' && event.target.matches('[data-pick-filter]')) { event.preventDefault(); }
  });

  // All at once means those in sight: after filtering, the ones that were found.
  document.addEventListener('click', function (event) {
    var button = event.target.closest('[data-pick-all], [data-pick-none]');
    if (!button) { return; }
    var pick = button.closest('[data-pick]');
    all('li:not([hidden]) input[type=checkbox]', pick).forEach(function (box) {
      box.checked = button.hasAttribute('data-pick-all');
    });
    tell(pick);
  });

  document.addEventListener('change', function (event) {
    var pick = event.target.closest('[data-pick]');
    if (pick) { tell(pick); }
  });

  new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      Array.prototype.forEach.call(change.addedNodes, function (node) {
        if (node.nodeType === 1) { (node.matches('[data-pick]') ? [node] : all('[data-pick]', node)).forEach(tell); }
      });
    });
  }).observe(document.body, { childList: true, subtree: true });
  tellAll(document);
})();
