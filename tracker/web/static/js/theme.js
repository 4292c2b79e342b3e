// Runs before the first paint: the chosen theme, or else the system's. app.js binds the button.
(function () {
  'use strict';
  var root = document.documentElement;
  var dark = window.matchMedia('(prefers-color-scheme: dark)');

  function chosen() {
    try { return localStorage.getItem('theme'); } catch (_) { return null; }
  }

  function apply() {
    root.setAttribute('data-bs-theme', chosen() || (dark.matches ? 'dark' : 'light'));
  }

  root.classList.add('script');
  apply();
  dark.addEventListener('change', apply);
  window.addEventListener('storage', apply);
  window.switchTheme = function () {
    var next = root.getAttribute('data-bs-theme') === 'dark' ? 'light' : 'dark';
    var system = dark.matches ? 'dark' : 'light';
    try {
      // Choosing what the system shows anyway means: follow the system again.
      if (next === system) { localStorage.removeItem('theme'); } else { localStorage.setItem('theme', next); }
    } catch (_) { /* private window: the choice lasts for this page */ }
    root.setAttribute('data-bs-theme', next);
  };
})();
