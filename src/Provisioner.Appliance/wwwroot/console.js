// A machine's serial console: a terminal on a WebSocket.
'use strict';
(() => {
  const place = document.getElementById('console'), state = document.getElementById('console-state');
  if (!place || typeof Terminal === 'undefined') return;
  const again = document.getElementById('console-again'), take = document.getElementById('console-take');
  const terminal = new Terminal({ cols: 80, rows: 25, convertEol: false, scrollback: 5000, fontSize: 14, screenReaderMode: true });
  terminal.open(place);
  terminal.focus();
  let socket = null, open = false, why = '', pause = 1000;

  const say = text => { state.textContent = text; };

  function connect(takeOver) {
    again.hidden = take.hidden = true;
    say('Connecting…');
    const address = new URL(`/api/v1/machines/${place.dataset.machine}/console${takeOver ? '?take=true' : ''}`, location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    socket.onmessage = message => {
      if (typeof message.data !== 'string') { terminal.write(new Uint8Array(message.data)); return; }
      const said = JSON.parse(message.data);
      open = said.state === 'open';
      why = said.why || '';
      if (open) { terminal.reset(); pause = 1000; say(said.readOnly ? 'Connected, to look only' : 'Connected'); }
    };
    socket.onclose = () => {
      const was = open;
      open = false;
      say(why ? `Closed: ${why}` : 'Closed');
      again.hidden = false;
      take.hidden = !/in use in another session/.test(why);
      // A console that was open comes back by itself; one that was refused waits for a person.
      if (was && !why) { setTimeout(() => connect(false), pause); pause = Math.min(pause * 2, 30000); }
    };
  }

  const encoder = new TextEncoder();
  // The other side takes 4096 octets at once; what is pasted may have more.
  function type(octets) {
    for (let at = 0; open && at < octets.length; at += 2048) socket.send(octets.subarray(at, at + 2048));
  }
  terminal.onData(text => type(encoder.encode(text)));
  terminal.onBinary(text => type(Uint8Array.from(text, c => c.charCodeAt(0))));
  document.getElementById('console-break').addEventListener('click', () => { if (open) socket.send('{"break":true}'); terminal.focus(); });
  again.addEventListener('click', () => { why = ''; connect(false); });
  take.addEventListener('click', () => { why = ''; connect(true); });
  connect(false);
})();
