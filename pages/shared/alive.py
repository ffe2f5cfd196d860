"""Notices in the browser that the app was started anew, and loads the page again; what was typed but not sent is lost.

A new process knows nothing of an open page: not its choices, not its uploads. Each use of them would
be refused with words for programmers. The address brings back tab, dataset and job.
"""

LOOK_MS = 3_000
SCRIPT = f"""() => {{
  let start = '';
  async function look() {{
    if (document.hidden) return;
    try {{
      const now = (await (await fetch(new URL('healthz', document.baseURI))).json()).start;
      if (start && now && now !== start) location.reload();
      start = start || now;
    }} catch {{ /* the app is away: look again */ }}
  }}
  look();
  setInterval(look, {LOOK_MS});
  document.addEventListener('visibilitychange', look);
}}"""
