// Gradio counts how long its first sign of loading has stood, sixty times a second, and goes on for ever when it is gone.
// What such a count asks for is not given any more once the page stands; the counts of later signs begin after that.
(() => {
  const ask = window.requestAnimationFrame.bind(window), isCount = look => /performance\.now\(\).*1e3/.test(look);
  let stands = false, isEarly = false;  // whether the page stands; whether what runs was asked for before, or by such
  const stood = () => stands ||= Boolean(document.querySelector('.gradio-container .block'));
  window.requestAnimationFrame = look => {
    const early = isEarly || !stood();
    if (!early) return ask(look);
    if (stands && isCount(look)) return 0;
    return ask(time => {
      isEarly = true;
      try { look(time); } finally { isEarly = false; }
    });
  };
})();
