// Tells once that somebody is at the page of a letter's link: after a human act, never for a mere look.
(function () {
  'use strict';
  var address = document.currentScript.dataset.opened;
  var acts = ['pointermove', 'pointerdown', 'keydown', 'touchstart', 'wheel'];

  function tell(event) {
    if (!event.isTrusted) { return; }
    acts.forEach(function (act) { window.removeEventListener(act, tell); });
    fetch(address, { method: 'POST', credentials: 'same-origin', keepalive: true }).catch(function () { /* off line */ });
  }
  acts.forEach(function (act) { window.addEventListener(act, tell, { passive: true }); });
})();
