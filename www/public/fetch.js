/*
 * Fetches one file from another host. It runs in a frame without the page's origin, so it has nothing to give away; the page sends
 * it an address and a port, and gets the size, what has come, and the bytes.
 */
addEventListener("message", async ({ data, source, ports: [port] }) => {
  if (source !== parent || !port) return;
  const stop = new AbortController();
  port.onmessage = () => stop.abort();
  try {
    const plain = { credentials: "omit", referrerPolicy: "no-referrer", signal: stop.signal };
    const response = await fetch(data.url, plain);
    if (!response.ok) throw { status: response.status };
    const size = Number(response.headers.get("content-length"));
    const chunks = [];
    let received = 0;
    const reader = response.body.getReader();
    while (true) {
      if (Math.max(size, received) > data.most) throw { size: Math.max(size, received) };
      port.postMessage({ size, received });
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      received += value.byteLength;
    }
    port.postMessage({ content: new Blob(chunks) });
  } catch ({ status = 0, size = 0 }) {
    stop.abort();
    port.postMessage({ status, size, failed: true });
  }
});
