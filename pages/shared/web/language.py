"""Which language a person reads: chosen in the page, remembered by the browser, the browser's own at first."""

from collections.abc import Iterable, Mapping

import gradio as gr
from starlette.requests import Request

from bigmodel.core.language import LANGUAGES, Language
from bigmodel.words import Words

COOKIE = "bm_lang"
# Gradio's own texts know "zh-CN"; "zh" alone falls to English there.
LOCALES: Mapping[Language, str] = {"en": "en", "zh": "zh-CN"}


def browser_key(key: str) -> str:
    """Return the name of a text in the browser: dots would nest, bare names would clash with Gradio's."""
    return "bm_" + key.replace(".", "_")


def browser_texts(words: Words, keys: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the texts that the built pages use, by the browser's locale."""
    keys = sorted(keys)
    return {
        LOCALES[language]: {browser_key(key): words.texts[language][key] for key in keys}
        for language in LANGUAGES
    }


def of_request(request: gr.Request | Request, default: Language | None) -> Language:
    """Return the language of a request: the cookie of the page, else the default, else the browser's."""
    chosen = request.cookies.get(COOKIE, "")
    if not chosen:
        chosen = default or request.headers.get("accept-language", "")
    return "zh" if chosen.lower().startswith("zh") else "en"


def head_script(default: Language | None) -> str:
    """Return the script that must run before Gradio reads the browser's language.

    It takes `?lang=`, the remembered choice, the default, or the browser's language, in this order,
    and gives it to Gradio (navigator.language) and to the server (a cookie).
    """
    fallback = f"'{LOCALES[default]}'" if default else "navigator.language"
    return (
        "<script>(function(){try{"
        "var q=new URLSearchParams(location.search).get('lang');"
        f"if(q)localStorage.setItem('{COOKIE}',/^zh/i.test(q)?'zh-CN':'en');"
        f"var l=localStorage.getItem('{COOKIE}')||(/^zh/i.test({fallback})?'zh-CN':'en');"
        "Object.defineProperty(navigator,'language',{get:function(){return l}});"
        "Object.defineProperty(navigator,'languages',{get:function(){return [l]}});"
        "document.documentElement.lang=l;"
        f"document.cookie='{COOKIE}='+l+';path=/;max-age=31536000;SameSite=Lax'"
        "}catch(e){}})()</script>"
    )


SWITCH = f"""() => {{
  const now = localStorage.getItem('{COOKIE}') || navigator.language;
  localStorage.setItem('{COOKIE}', /^zh/i.test(now) ? 'en' : 'zh-CN');
  const u = new URL(location); u.searchParams.delete('lang'); history.replaceState(null, '', u);
  location.reload();
}}"""
