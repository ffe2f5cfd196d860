// Gradio's answers come through one stream, which the app ends once it has answered all it was asked. What it took on at
// that very moment is answered when the next question opens a stream, which may be never: here the stream goes on.
(() => {
  const fetched = window.fetch, onTheWay = new Set(), open = new Set(), early = new Set();  // ids: asked and not answered; answered first
  const move = (from, to, id) => { if (!from.delete(id)) to.add(id); };
  async function taken(going) {
    const answer = await going, {event_id: id} = answer.ok ? await answer.clone().json() : {};
    if (id) move(early, open, id);
    return answer;
  }
  function ask(given) {
    const going = taken(fetched(...given)), told = () => onTheWay.delete(going);
    onTheWay.add(going);
    going.then(told, told);
    return going;
  }
  async function isOver(line) {  // asked only by its end: what is on its way then may belong to it
    const {msg, event_id: id} = JSON.parse(line.slice('data:'.length));
    if (msg === 'process_completed') move(open, early, id);
    if (msg !== 'close_stream') return false;
    await Promise.allSettled([...onTheWay]);
    return true;
  }
  async function pass(answer, to) {  // returns whether the stream goes on
    const parts = answer.body.pipeThrough(new TextDecoderStream()).getReader(), encoder = new TextEncoder();
    for (let rest = '', part = await parts.read(); !part.done; part = await parts.read()) {
      const messages = (rest + part.value).split('\n\n');
      rest = messages.pop();
      for (const message of messages) {
        if (await isOver(message) && open.size) return true;
        to.enqueue(encoder.encode(`${message}\n\n`));
      }
    }
    return false;
  }
  async function follow(request) {
    const first = await fetched(request.clone());
    if (!first.ok) return first;
    const body = new ReadableStream({
      async start(to) {
        try {
          for (let answer = first; answer.ok && await pass(answer, to);) answer = await fetched(request.clone());
          to.close();
        } catch (error) {
          to.error(error);
        }
      },
    });
    return new Response(body, first);
  }
  window.fetch = (...given) => {
    const {pathname} = new URL(given[0]?.url || given[0], location);
    if (pathname.endsWith('/queue/join')) return ask(given);
    return pathname.endsWith('/queue/data') ? follow(new Request(...given)) : fetched(...given);
  };
})();
