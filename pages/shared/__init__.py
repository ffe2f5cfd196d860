"""What the tabs share: the page contract, the context, language, theme and widgets."""
