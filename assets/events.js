// Gradio looks for each part of a page through all its events, and has wrapped every one of them to notice changes that
// never come: most of a page's start went by with that. A list of a kind of its own is left unwrapped.
(() => {
  class Events extends Array {}
  let config;
  Object.defineProperty(window, 'gradio_config', {
    configurable: true,
    get: () => config,
    set(given) {
      config = given;
      if (Array.isArray(given?.dependencies)) Object.setPrototypeOf(given.dependencies, Events.prototype);
    },
  });
})();
